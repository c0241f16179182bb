"""Tables that mirtool wrote, read back."""

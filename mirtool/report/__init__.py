"""What leaves mirtool: tables, workbooks and figures. Nothing here computes a result."""

"""`python -m mirtool` is the same as the command `mirtool`."""

from mirtool.cli import run

if __name__ == "__main__":
    run()

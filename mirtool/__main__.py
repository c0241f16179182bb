"""The command `mirtool`, and `python -m mirtool`: imports little, so that Ctrl-C ends it quietly at any time."""

import sys

INTERRUPTED = 130


def run() -> None:
    """Run mirtool with the process's own arguments and leave with its exit code."""
    try:
        from mirtool.cli import main

        code = main()
    except KeyboardInterrupt:
        if sys.stderr is not None:
            sys.stderr.write("mirtool: interrupted; nothing half-written was left behind\n")
        code = INTERRUPTED
    sys.exit(code)


if __name__ == "__main__":
    run()

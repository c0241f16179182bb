"""The command `mirtool`, and `python -m mirtool`: imports little, so that Ctrl-C ends it quietly at any time."""

import gc
import os
import sys

INTERRUPTED = 130

OBJECTS_BETWEEN_COLLECTIONS = 50_000
"""New objects after which Python looks for cycles; its default of 700 costs a command 300 searches."""


def run() -> None:
    """Run mirtool with the process's own arguments and leave with its exit code."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    # The threads of numpy's and of scipy's OpenBLAS keep a processor busy while they wait: a sixth of what
    # a short run takes. With one, the sums of matrix products do not depend on the number of cores either.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from mirtool.cli import main

        code = main()
    except KeyboardInterrupt:
        if sys.stderr is not None:
            sys.stderr.write("mirtool: interrupted; nothing half-written was left behind\n")
        code = INTERRUPTED
    gc.freeze()  # the process ends: no search for cycles in all that it made
    sys.exit(code)


if __name__ == "__main__":
    run()

"""The command line: it parses, calls and writes, and maps every error to an exit code in one place.

Exit codes: 0 done; 1 the data are wrong; 2 the call is wrong; 130 interrupted. Starting it imports nothing
heavy: each command imports what it needs when it runs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from mirtool import __version__
from mirtool.commands.console import say_as_it_is
from mirtool.commands.lazy import LazyGroup
from mirtool.commands.streams import discard, open_closed_streams
from mirtool.errors import MirtoolError, OutputError
from mirtool.wording import plural

INTERRUPTED = 130

app = typer.Typer(
    name="mirtool",
    cls=LazyGroup,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="From the scanner's files of miRNA microarrays to a shortlist you can defend.\n\n"
    "In a study folder (a samples.csv beside the exports) every command runs without an argument:\n\n"
    "\b\n"
    "  mirtool init exports/*.gpr     write samples.csv, then fill in its groups\n"
    "  mirtool normalize              results/normalized.csv\n"
    "  mirtool diff --cutoff 2        results/differential.csv and figures/volcano\n"
    "  mirtool network                results/network_nodes.csv and network_edges.csv\n\n"
    "`mirtool demo` makes such a folder with simulated arrays and runs it all.",
)

_debug = False


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"mirtool {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    global _debug  # the one place where an option reaches main()
    _debug = debug


def main(argv: Sequence[str] | None = None) -> int:
    """Run mirtool with ``argv`` (the process's own arguments by default) and give its exit code."""
    from mirtool.io.tables.output import noting_written

    with noting_written() as written:
        return _main(argv, written)


def _main(argv: Sequence[str] | None, written: Mapping[Path, None]) -> int:
    global _debug
    _debug = False
    open_closed_streams()
    try:
        code = app(args=None if argv is None else list(argv), prog_name="mirtool", standalone_mode=False)
        sys.stdout.flush()
    except TyperException as error:
        # Usage errors print themselves with the command's usage line; the base class has its message only.
        show = getattr(error, "show", None)
        if show:
            show()
        else:
            say_as_it_is(f"mirtool: error: {error}")
        return error.exit_code
    except MirtoolError as error:
        if _debug:
            raise
        say_as_it_is(f"mirtool: error: {error.in_shell()}")
        return error.exit_code
    except BrokenPipeError:
        return _end_quietly()
    except SystemExit as stop:
        # typer turns a broken pipe into an exit of its own.
        if isinstance(stop.__context__, BrokenPipeError):
            return _end_quietly()
        raise
    except (KeyboardInterrupt, typer.Abort):
        say_as_it_is(_interrupted(written))
        return INTERRUPTED
    except MemoryError:
        if _debug:
            raise
        say_as_it_is("mirtool: error: the memory does not suffice for these data")
        return 1
    except OSError as error:
        if _debug:
            raise
        say_as_it_is(f"mirtool: error: {OutputError(f'the operating system refused: {error}').in_shell()}")
        return 1
    except Exception as error:
        if _debug:
            raise
        say_as_it_is(
            f"mirtool: error: this is a bug in mirtool, not in your data ({type(error).__name__}: {error})\n"
            "  What to do: run the same command as `mirtool --debug …` and report what it prints"
        )
        return 1
    if code == INTERRUPTED:
        say_as_it_is(_interrupted(written))
    return int(code or 0)


def _interrupted(written: Iterable[Path]) -> str:
    """Return what an interrupted command has done: its files are written all together, or not at all."""
    home = Path().resolve()
    files = [str(path.relative_to(home) if path.is_relative_to(home) else path) for path in written]
    if not files:
        return "mirtool: interrupted; nothing was written"
    more = f" and {plural(len(files) - 3, 'more file')}" if len(files) > 3 else ""
    return f"mirtool: interrupted; written completely: {', '.join(files[:3])}{more}"


def _end_quietly() -> int:
    """End well where the reader (head, less) has seen enough; Python would complain while it shuts down."""
    discard(sys.stdout)
    return 0

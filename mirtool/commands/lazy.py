"""A group of commands of which only the one called is loaded, so that start-up does not grow with their number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from typer.core import TyperGroup


class LazyCommands(MutableMapping[str, Any]):
    """Commands by name, each made on first use.

    Parameters
    ----------
    names
        The names, in the order in which they are listed.
    load
        Returns the command of a name.
    """

    def __init__(self, names: tuple[str, ...], load: Callable[[str], Any]) -> None:
        self._names = dict.fromkeys(names)
        self._load = load
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = self._load(name)
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._names[name] = None
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._names[name]
        self._made.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Group(TyperGroup):
    """A group whose own options are read as those of commands are."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options before the command."""
        from mirtool.commands.typed import read_plain_values

        read_plain_values(self.get_params(ctx))
        return super().parse_args(ctx, args)


class PlainGroup(Group):
    """A group whose help gives the whole summary of every command."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write every command with its summary, uncut."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, summary_of(self.get_command(ctx, name))) for name in self.list_commands(ctx)]
            )


def summary_of(command: Any) -> str:
    """Return the first paragraph of a command's help."""
    return " ".join((command.help or "").partition("\n\n")[0].split())


class LazyGroup(Group):
    """The commands of mirtool, with the summaries of :mod:`mirtool.commands`; old names stay, unlisted."""

    def __init__(self, **attributes: Any) -> None:
        from mirtool.commands import SUMMARIES, load_command

        super().__init__(**attributes)
        self.commands = LazyCommands(tuple(SUMMARIES), load_command)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Return a command by its name, or by one it had before."""
        from mirtool.commands import FORMER_NAMES
        from mirtool.commands.console import say

        if cmd_name in FORMER_NAMES:
            new = FORMER_NAMES[cmd_name]
            say(f"`mirtool {cmd_name}` is called `mirtool {new}` now; the old name goes with the next version.")
            cmd_name = new
        return self.commands.get(cmd_name)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Return the names in the order in which a study needs them."""
        return list(self.commands)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write every command with its summary, without loading it."""
        from mirtool.commands import PANELS, SUMMARIES

        for panel, names in PANELS.items():
            with formatter.section(panel):
                formatter.write_dl([(name, SUMMARIES[name]) for name in names])

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return what a shell may complete a word to: commands with their summaries, none of them loaded."""
        from typer._click.shell_completion import CompletionItem

        from mirtool.commands import SUMMARIES

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [CompletionItem(name, help=text) for name, text in SUMMARIES.items() if name.startswith(incomplete)]

"""The commands, one module each. Importing them imports nothing heavy: a command does that when it runs."""

from collections.abc import Callable
from typing import Any

from mirtool.commands.init import init
from mirtool.commands.inspect import inspect

COMMANDS: dict[str, Callable[..., Any]] = {
    "init": init,
    "inspect": inspect,
}
"""The commands in the order in which a study needs them."""

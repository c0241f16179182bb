"""The commands, one module each. Importing them imports nothing heavy: a command does that when it runs."""

from collections.abc import Callable
from typing import Any

COMMANDS: dict[str, Callable[..., Any]] = {}

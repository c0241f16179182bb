"""How a step's settings are declared: once, with default, choices, limits, help text and panel.

A settings class is a frozen dataclass derived from :class:`Settings` whose fields are made by :func:`setting`.
From that one declaration come the options of the command, the keyword arguments of the function, the keys of
``mirtool.toml``, the record in ``run.json`` and the variants that sensitivity analysis and the comparison of
methods try. Choices that methods bring come from a :class:`Methods` registry, so that a method is added in one
place.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, ClassVar, Self, cast

from mirtool.errors import UsageError
from mirtool.wording import did_you_mean

METADATA_KEY = "mirtool"


@dataclass(frozen=True)
class Method:
    """One way of doing a step.

    Parameters
    ----------
    name
        What the user types.
    description
        What it does, in one line.
    needs
        What the data must have, in words; empty where nothing.
    reference
        Where it was published.
    kernel
        ``"module:function"`` of the function on bare arrays, loaded on first use; empty where the step has none.
    """

    name: str
    description: str
    needs: str = ""
    reference: str = ""
    kernel: str = ""

    def load(self) -> Callable[..., Any]:
        """Return the kernel."""
        module, _, function = self.kernel.partition(":")
        return cast(Callable[..., Any], getattr(import_module(module), function))


class Methods(Mapping[str, Method]):
    """The methods of one step by name, in the order in which they are listed; the first is not the default.

    Parameters
    ----------
    kind
        What they are, in the singular, for messages: ``"background method"``.
    methods
        The methods; names are unique.
    """

    def __init__(self, kind: str, *methods: Method) -> None:
        self.kind = kind
        self._methods = {method.name: method for method in methods}

    def __getitem__(self, name: str) -> Method:
        return self._methods[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._methods)

    def __len__(self) -> int:
        return len(self._methods)

    def __repr__(self) -> str:
        return f"Methods({self.kind!r}: {', '.join(self)})"

    def check(self, name: str, parameter: str | None = None) -> Method:
        """Return the method called ``name``.

        Raises
        ------
        UsageError
            Where there is none: ``unknown test 'x'; choose one of …``.
        """
        if name not in self._methods:
            raise unknown_choice(self.kind, name, self, parameter)
        return self._methods[name]

    def help(self) -> str:
        """Return one clause per method, for a help text."""
        return "; ".join(f"{method.name}: {method.description}" for method in self.values())

    def table(self) -> str:
        """Return the methods as a Markdown table, for the documentation."""
        rows = [
            f"| `{m.name}` | {m.description} | {m.needs or '–'} | {m.reference or '–'} |" for m in self.values()
        ]
        return "\n".join(["| method | what it does | needs | reference |", "|---|---|---|---|", *rows]) + "\n"


def unknown_choice(kind: str, found: str, choices: Any, parameter: str | None = None) -> UsageError:
    """Return the error for a choice that does not exist, with the nearest that does."""
    names = [str(choice) for choice in choices]
    return UsageError(
        f"unknown {kind} {str(found)!r}",
        parameter=parameter,
        expected="one of " + ", ".join(names),
        hint=did_you_mean(str(found), names),
    )


def check_choice(kind: str, value: str, choices: Any, parameter: str | None = None) -> str:
    """Return ``value`` if it is one of ``choices``; else raise :func:`unknown_choice`."""
    if value not in choices:
        raise unknown_choice(kind, value, choices, parameter)
    return value


@dataclass(frozen=True)
class Declaration:
    """What is declared of one parameter besides its type and default.

    Parameters
    ----------
    help
        The help text: a sentence.
    panel
        The panel of ``--help`` that lists it.
    metavar
        What represents the value in ``--help``.
    choices
        What it may be: names, or a :class:`Methods` registry. None where anything goes.
    minimum, maximum
        The limits of a number, both included.
    option
        The option's name where it is not the parameter's: ``"--gal"``.
    argument
        True for a positional argument of the command.
    kind
        What a choice is called in messages; the parameter's name by default.
    is_path
        True where the value names files that are read, so that their SHA-256 is recorded.
    """

    help: str
    panel: str = "Settings"
    metavar: str | None = None
    choices: Any = None
    minimum: float | None = None
    maximum: float | None = None
    option: str | None = None
    argument: bool = False
    kind: str = ""
    is_path: bool = False


def setting(default: Any = dataclasses.MISSING, help: str = "", **declared: Any) -> Any:
    """Declare a parameter of a step, as a field of a dataclass; ``declared`` are those of :class:`Declaration`.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Example(Settings):
    ...     cutoff: float = setting(2.0, "Smallest fold change.", metavar="FOLD", minimum=1)
    >>> Example(cutoff=3.0)
    Example(cutoff=3.0)
    >>> Example(cutoff=0.5)
    Traceback (most recent call last):
    mirtool.errors.UsageError: cutoff is out of range (found 0.5; expected 1 or more)
    """
    metadata = {METADATA_KEY: Declaration(help, **declared)}
    if default is dataclasses.MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def same_as(owner: type[Any], name: str) -> Any:
    """Declare a parameter as another class declares it: default, help and limits."""
    own = next(own for own in dataclasses.fields(owner) if own.name == name)
    return field(default=own.default, metadata=own.metadata)


def declaration_of(of: dataclasses.Field[Any]) -> Declaration:
    """Return what :func:`setting` declared of a field."""
    return cast(Declaration, of.metadata[METADATA_KEY])


@dataclass(frozen=True)
class Settings:
    """Base of every step's settings: checks choices and limits, and turns into a record and back."""

    needs_file: ClassVar[tuple[str, ...]] = ()
    """Settings that make further tables, which can't be written to a pipe."""

    def __post_init__(self) -> None:
        for own in dataclasses.fields(self):
            if METADATA_KEY in own.metadata:
                _check_value(own.name, getattr(self, own.name), declaration_of(own))
        self.check()

    def check(self) -> None:
        """Refuse choices that contradict each other; a step overrides it.

        Raises
        ------
        UsageError
            Where they do.
        """

    def record(self) -> dict[str, Any]:
        """Return every setting as plain values, for ``run.json``."""
        return {own.name: _plain(getattr(self, own.name)) for own in dataclasses.fields(self)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Return the settings that a record holds; what it does not hold has its default."""
        known = {own.name for own in dataclasses.fields(cls)}
        return cls(**{name: _frozen(value) for name, value in record.items() if name in known})

    def replace(self, **changes: Any) -> Self:
        """Return the settings with some of them changed."""
        return dataclasses.replace(self, **changes)

    def non_default(self) -> dict[str, Any]:
        """Return the settings that are not the default."""
        return {
            own.name: getattr(self, own.name)
            for own in dataclasses.fields(self)
            if own.default is not dataclasses.MISSING and getattr(self, own.name) != own.default
        }


def _check_value(name: str, value: Any, declared: Declaration) -> None:
    values = value if isinstance(value, tuple) else (value,)
    for each in values:
        if each is None:
            continue
        if declared.choices is not None and each not in declared.choices:
            kind = declared.kind or getattr(declared.choices, "kind", name.replace("_", " "))
            raise unknown_choice(kind, each, declared.choices, name)
        if declared.minimum is None and declared.maximum is None:
            continue
        low = -math.inf if declared.minimum is None else declared.minimum
        high = math.inf if declared.maximum is None else declared.maximum
        if not low <= each <= high:  # NaN is in no range
            raise UsageError(
                f"{name.replace('_', ' ')} is out of range",
                parameter=name,
                found=f"{each:g}",
                expected=_range_in_words(declared.minimum, declared.maximum),
            )
        if math.isinf(each):
            raise UsageError(f"{name.replace('_', ' ')} must be finite", parameter=name, found=f"{each:g}")


def _range_in_words(low: float | None, high: float | None) -> str:
    if low is None:
        return f"{high:g} or less"
    return f"{low:g} or more" if high is None else f"{low:g} to {high:g}"


def _plain(value: Any) -> Any:
    if isinstance(value, Settings):
        return value.record()
    if isinstance(value, Mapping):
        return {key: _plain(own) for key, own in value.items()}
    return [_plain(own) for own in value] if isinstance(value, tuple | list) else value


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value

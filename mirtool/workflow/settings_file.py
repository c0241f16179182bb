"""A ``mirtool.toml`` with every setting of every step as a comment, with its default."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from textwrap import wrap
from types import MappingProxyType

from mirtool.report.figures.settings import FigureSettings
from mirtool.report.settings import TableSettings
from mirtool.study.config import FIGURES, TABLES
from mirtool.workflow.catalog import RECORDED, load_step
from mirtool.workflow.step import ParallelSettings, Parameter

WIDTH = 100
_HEAD = """\
# Settings of this study, read by `mirtool run` and by every command (whose options precede them).
# A line that begins with # is a comment: remove the # before a setting, and change it. "" is not set.
# Files are named relative to this folder.
"""


def settings_template(known: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the file's text: a table per step, each setting with its help and its default as a comment.

    Parameters
    ----------
    known
        Settings that are known of the study, such as ``platform``: set in every step that has them.
    """
    lines = [_HEAD]
    for table, owner in ((FIGURES, FigureSettings), (TABLES, TableSettings)):
        lines += [
            f"[{table}]",
            *_lines_of([each for each in load_step("diff").parameters() if each.owner is owner]),
        ]
    for name in RECORDED:
        step = load_step(name)
        lines += ["", f"# {step.help.partition(chr(10))[0]}", f"[{name}]"]
        lines += _lines_of([each for each in step.parameters() if each.owner not in _ELSEWHERE], known)
    return "\n".join(lines) + "\n"


_ELSEWHERE = (FigureSettings, TableSettings, ParallelSettings)
"""Figures and tables have settings of their own, and who shares the work is a matter of the machine."""


def _lines_of(parameters: list[Parameter], known: Mapping[str, str] = MappingProxyType({})) -> Iterator[str]:
    for each in parameters:
        if each.name == "samples":  # the study's own sheet
            continue
        for line in wrap(each.declaration.help, WIDTH):
            yield f"#   {line}"
        if each.name in known:
            yield f"{each.name} = {json.dumps(known[each.name], ensure_ascii=False)}"
        else:
            yield f"# {each.name} = {_as_toml(each)}"


def _as_toml(parameter: Parameter) -> str:
    """Return the default as TOML has it; what is not set by default has an example of its kind to fill in."""
    default = () if parameter.is_required and parameter.is_many else parameter.default
    if isinstance(default, bool | str | int):
        return json.dumps(default, ensure_ascii=False)
    if isinstance(default, float):
        return repr(default) if math.isfinite(default) else "inf"
    if isinstance(default, tuple):
        return json.dumps(list(default), ensure_ascii=False)
    declared = parameter.declaration
    example = declared.metavar or "|".join(declared.choices or ()) or "text"
    return f'""  # {example}'

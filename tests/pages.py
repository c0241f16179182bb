"""The commands that README and docs print, and their words as a shell reads them."""

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def printed_commands(text: str) -> list[str]:
    """Return the calls of mirtool in code blocks: each line as it is printed, continued lines joined."""
    blocks = [body for language, body in _FENCED.findall(text) if language in ("", "sh", "console")]
    blocks.append("\n".join(line[4:] for line in _FENCED.sub("", text).splitlines() if line.startswith("    ")))
    lines = [line.removeprefix("$ ") for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [line for line in lines if line.startswith("mirtool ")]


def inline_commands(text: str) -> list[str]:
    """Return the calls of mirtool within sentences and tables; a mention of a command is one too."""
    found = re.findall(r"`(mirtool [^`]+)`", _FENCED.sub("", text))
    return [" ".join(each.split()) for each in found]


def inline_options(text: str) -> set[str]:
    """Return the options that sentences and tables name by themselves or with a value."""
    found = re.findall(r"`(--[a-z][^`]*)`", _FENCED.sub("", text))
    return {option for each in found for option in re.findall(r"(?:^|\s)(--[a-z][a-z-]*)", each)}


def calls_of(command: str) -> list[list[str]]:
    """Return the words of a command line without its comment, several where it joins several by ``&&`` or ``|``.

    Examples
    --------
    >>> calls_of("mirtool normalize *.gpr | mirtool diff - > d.csv  # in one line")
    [['normalize', '*.gpr'], ['diff', '-']]
    """
    calls: list[list[str]] = []
    for word in ["&&", *shlex.split(command, comments=True)]:
        if word in ("&&", "|"):
            calls.append([])
        else:
            calls[-1].append(word)
    ends = [call.index(">") if ">" in call else len(call) for call in calls]
    return [call[1:end] for call, end in zip(calls, ends, strict=True)]

"""What README and docs print holds: commands, options and links exist. README's commands run in test_demo.py."""

import re
from functools import cache

import pytest
from typer.exceptions import Exit, TyperException
from typer.main import get_command

from mirtool.cli import app
from mirtool.commands import SUMMARIES, load_command
from tests.pages import PAGES, ROOT, calls_of, inline_commands, inline_options, printed_commands
from tests.pages import README as README_PAGE

README = README_PAGE.read_text(encoding="utf-8")
NAMES = [*SUMMARIES]


def test_every_command_it_shows_exists():
    shown = set(re.findall(r"(?:^    |`)mirtool ([a-z][a-z-]+)", README, re.MULTILINE))
    assert shown <= set(NAMES), shown - set(NAMES)


def test_every_command_is_documented_somewhere():
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    missing = [name for name in NAMES if f"mirtool {name}" not in text]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing == []


@cache
def command_of(*names):
    """Return a command, or one of a group, and how many words name it."""
    command = load_command(names[0])
    inner = getattr(command, "commands", {})
    return (inner[names[1]], 2) if len(names) > 1 and names[1] in inner else (command, 1)


def parse(words, *, whole):
    """Read a call as the command line does, without running it; a mention may lack what the command needs."""
    command, n = command_of(*words[:2])
    try:
        command.make_context(words[0], words[n:])
    except Exit:  # of --help
        return
    except TyperException as error:
        if whole or type(error).__name__ not in ("MissingParameter", "NoArgsIsHelpError"):
            raise


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
@pytest.mark.usefixtures("capsys")
def test_the_command_line_reads_every_command_of_a_page(page):
    text = page.read_text(encoding="utf-8")
    for command in printed_commands(text):
        for words in calls_of(command):
            parse(words, whole=True)
    for command in inline_commands(text):
        for words in calls_of(command):
            if not words[0].startswith("-"):
                parse([word for word in words if "…" not in word], whole=False)


@cache
def options_of(command):
    """Return the options of a command and, of a group, of its commands."""
    inner = getattr(command, "commands", {}).values()
    own = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    return own.union(*map(options_of, inner))


@cache
def known_options():
    return options_of(get_command(app)) | {"--help"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_option_a_page_names_exists(page):
    assert inline_options(page.read_text(encoding="utf-8")) - known_options() == set()

"""The documents say what there is: every command and its arguments, every setting, links that lead somewhere."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from claimwatch.cli import build_parser
from claimwatch.settings import Settings, variable

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def sections(page: Path) -> dict[str, str]:
    """The sections of a page by heading of the second level."""
    parts = re.split(r"^## (.+)$", page.read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Every command that does something, with its full name as `prog`."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups or parser.get_default("run"):
        yield parser
    for group in groups:
        for child in group.choices.values():
            yield from commands(child)


COMMANDS = list(commands(build_parser()))


def test_the_commands_documented_are_those_there_are() -> None:
    assert set(sections(DOCS / "commands.md")) == {command.prog for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.prog)
def test_every_argument_is_documented(command: argparse.ArgumentParser) -> None:
    documented = set(re.findall(r"^- `([^`]+)`", sections(DOCS / "commands.md")[command.prog], re.M))
    there = {
        action.option_strings[-1] if action.option_strings else str(action.metavar)
        for action in command._actions
        if not isinstance(action, argparse._HelpAction | argparse._SubParsersAction)
        and action.help != argparse.SUPPRESS  # a name of earlier versions
    }
    assert documented == there


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.prog)
def test_every_argument_has_a_help_line(command: argparse.ArgumentParser) -> None:
    assert command.description
    assert all(action.help for action in command._actions if not isinstance(action, argparse._SubParsersAction))


def test_the_settings_documented_are_those_there_are() -> None:
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `(CLAIMWATCH_\w+)` \|", page, re.M)
    assert sorted(documented) == sorted(variable(field) for field in Settings.model_fields)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    assert [target for target in targets if target and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_named_in_documents_exist(page: Path) -> None:
    names = {command.prog for command in COMMANDS}
    groups = {name.rpartition(" ")[0] for name in names}
    named = re.findall(r"`(?:\.venv/bin/)?(claimwatch [a-z]+(?: [a-z]+)?)", page.read_text(encoding="utf-8"))
    unknown = [n for n in named if n not in names | groups and n.rpartition(" ")[0] not in names]
    assert unknown == []

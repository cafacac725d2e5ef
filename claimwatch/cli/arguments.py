"""What the commands' arguments have in common."""

import argparse
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_group(commands: "Commands", name: str, help: str) -> "Commands":
    """A command that is nothing by itself and takes one of its own commands: `claimwatch sources list`."""
    parser = commands.add_parser(name, help=help, description=sentence(help))
    group: Commands = parser.add_subparsers(metavar="COMMAND", required=True)
    return group


def add_command(commands: "Commands", name: str, help: str, more: str = "") -> argparse.ArgumentParser:
    """A command with its one-line help; `more` follows it in the command's own help."""
    return commands.add_parser(name, help=help, description=f"{sentence(help)} {more}".strip())


def add_json(parser: argparse.ArgumentParser) -> None:
    """The switch for machines."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def sentence(text: str) -> str:
    """A help line as a sentence of its own."""
    return f"{text[:1].upper()}{text[1:]}."


def day(text: str) -> date:
    """A date in ISO form, for argparse."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write one such as 2026-11-16") from None

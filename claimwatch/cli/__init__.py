"""The command line: `claimwatch COMMAND`. One module for each group of commands; what they call is in `pipeline`.

Of the modules only that of the named command is imported, and nothing heavy before its arguments hold: help and
mistakes are instant.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from claimwatch import __version__
from claimwatch.errors import ClaimwatchError, UsageError

# Each command, the module that adds it, and its line in the list of commands.
COMMANDS = (
    ("run", "poll", "poll what is due, compare, build and send what is due"),
    ("poll", "poll", "read sources and compare what they brought with the baseline"),
    ("parse", "parse", "show what a source's parser makes of a saved page, as JSON lines"),
    ("screen", "screen", "compare any text with the baseline and print findings as JSON lines"),
    ("findings", "findings", "what sources were found to say about the companies"),
    ("digest", "digest", "build the edition that is due and freeze a message for each reader"),
    ("deliver", "digest", "send every message that is due"),
    ("subscribers", "subscribers", "who gets the mail"),
    ("bounces", "bounces", "mail that came back, and complaints"),
    ("serve", "serve", "serve the public pages, and the review desk for analysts"),
    ("baseline", "baseline", "what is already known: documents, companies, claims"),
    ("sources", "sources", "what is polled, and how it stands"),
    ("backfill", "history", "read what a source published before the baseline's newest document, for the record"),
    (
        "replay",
        "history",
        "show what today's parsers, aliases, word lists and baseline make of what was read before",
    ),
    ("doctor", "doctor", "say what is wrong and what to do"),
    ("backup", "backup", "copy database, captures and settings into one file"),
    ("restore", "backup", "put a backup into the home, the database and the captures that the settings name"),
    ("upkeep", "upkeep", "let go what is old and nothing rests on"),
    ("evidence", "evidence", "what stands behind a finding, to hand to others"),
    ("deploy", "deploy", "tell Prefect's server what runs when"),
)
FAILED, USAGE, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141
EPILOG = """\
Exit status: 0 done, 1 failed, 2 the command line was wrong.
Settings: environment variables CLAIMWATCH_* or claimwatch.toml (docs/settings.md).
"""


def build_parser(words: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """The parser of a command line: the command that it names with its arguments, of the others the name and a line.
    Without a command line: every command with its arguments.

    `run` in the parsed arguments is the function that does the work.
    """
    parser = argparse.ArgumentParser(
        prog="claimwatch",
        description="Reads what public bodies publish about watched companies and mails what is new "
        "against what is already known.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"claimwatch {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    named = next((word for word in words or () if not word.startswith("-")), None)
    own = next((module for command, module, _ in COMMANDS if command == named), None)
    for command, module, help in COMMANDS:
        if words is not None and module != own:
            commands.add_parser(command, help=help)
        elif command not in commands.choices:  # a module may add several
            import_module(f"claimwatch.cli.{module}").add_to(commands)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command (`argv` without the program's name; by default the process's own); returns the exit status."""
    _set_up_streams()
    words = sys.argv[1:] if argv is None else argv
    try:
        arguments = build_parser(words).parse_args(words)
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except SystemExit as wish:  # argparse has said what there is to say
        return wish.code if isinstance(wish.code, int) else 0
    except UsageError as error:
        return _complain(error, USAGE)
    except BrokenPipeError:
        # Whoever read our output has had enough; point stdout elsewhere so that closing it does not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except (ClaimwatchError, OSError) as error:
        return _complain(error, FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _complain(error: Exception, status: int) -> int:
    from claimwatch.cli.output import complain

    complain(error)
    return status


def _set_up_streams() -> None:
    """Output that machines read is UTF-8 whatever the locale; a terminal keeps its encoding and never fails on it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if not stream.isatty():
                stream.reconfigure(encoding="utf-8")
            stream.reconfigure(errors="backslashreplace")

"""The command line: `claimwatch COMMAND`. One module for each group of commands; what they call is in `pipeline`.

Nothing heavy is imported before a command has been recognised and its arguments hold: help and mistakes are instant.
"""

import argparse
import io
import os
import sys

from claimwatch import __version__
from claimwatch.cli import (
    backup,
    baseline,
    bounces,
    deploy,
    digest,
    doctor,
    evidence,
    findings,
    history,
    parse,
    poll,
    screen,
    serve,
    sources,
    subscribers,
    upkeep,
)
from claimwatch.errors import ClaimwatchError, UsageError

FAILED, USAGE, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141
EPILOG = """\
Exit status: 0 done, 1 failed, 2 the command line was wrong.
Settings: environment variables CLAIMWATCH_* or claimwatch.toml (docs/settings.md).
"""


def build_parser() -> argparse.ArgumentParser:
    """Every command with its arguments; `run` in the parsed arguments is the function that does the work."""
    parser = argparse.ArgumentParser(
        prog="claimwatch",
        description="Reads what public bodies publish about watched companies and mails what is new "
        "against what is already known.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"claimwatch {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for group in (
        poll,
        parse,
        screen,
        findings,
        digest,
        subscribers,
        bounces,
        serve,
        baseline,
        sources,
        history,
        doctor,
        backup,
        upkeep,
        evidence,
        deploy,
    ):
        group.add_to(commands)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command (`argv` without the program's name; by default the process's own); returns the exit status."""
    _set_up_streams()
    try:
        arguments = build_parser().parse_args(argv)
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
    from claimwatch.cli.output import clean

    for number, line in enumerate(str(error).splitlines()):
        print("claimwatch:" if number == 0 else "           ", clean(line).rstrip(), file=sys.stderr)
    return status


def _set_up_streams() -> None:
    """Output that machines read is UTF-8 whatever the locale; a terminal keeps its encoding and never fails on it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if not stream.isatty():
                stream.reconfigure(encoding="utf-8")
            stream.reconfigure(errors="backslashreplace")

"""`claimwatch doctor`: what is wrong, and what to do."""

import argparse
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_json
from claimwatch.cli.output import write, write_json

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands


def add_to(commands: "Commands") -> None:
    """The command of this module."""
    doctor = add_command(
        commands, "doctor", "say what is wrong and what to do", "Exit status 1 when something is wrong."
    )
    add_json(doctor)
    doctor.set_defaults(run=examine)


def examine(arguments: argparse.Namespace) -> int:
    """Print every problem, worst first."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline import inspect_watch

    with opened() as watch:
        problems = inspect_watch(watch)
    if arguments.json:
        write_json(problems)
    elif not problems:
        write("All is well.")
    else:
        for problem in problems:
            write(f"{problem.what}: {problem.why}")
            write(f"    {problem.do}")
    return 1 if problems else 0

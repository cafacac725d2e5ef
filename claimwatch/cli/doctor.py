"""`claimwatch doctor`: what is wrong, and what to do."""

import argparse
import sys
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_json
from claimwatch.cli.output import clean, write, write_json

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands


def add_to(commands: "Commands") -> None:
    """The command of this module."""
    doctor = add_command(
        commands, "doctor", "say what is wrong and what to do", "Exit status 1 when something is wrong."
    )
    doctor.add_argument("--all", action="store_true", help="hash all kept bytes, not a sample of them")
    doctor.add_argument(
        "--alert",
        action="store_true",
        help="look only whether the watch does its work, and tell the operator; exit status 1 only if that fails",
    )
    add_json(doctor)
    doctor.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print every problem, worst first; or tell the operator."""
    return alert(arguments) if arguments.alert else examine(arguments)


def examine(arguments: argparse.Namespace) -> int:
    """Look at everything."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.operations.doctor import examine

    with opened() as watch:
        found = examine(watch, all_captures=arguments.all)
    if arguments.json:
        write_json(found.problems)
    elif not found.problems:
        write("All is well.")
    else:
        for problem in found.problems:
            write(f"{problem.what}: {problem.why}")
            write(f"    {problem.do}")
    for what in found.unseen:
        print(f"not looked at: {clean(what)}", file=sys.stderr)
    return 1 if found.problems else 0


def alert(arguments: argparse.Namespace) -> int:
    """The dead-man check: needs no Prefect, mails the operator."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.operations.alarm import raise_alarms
    from claimwatch.pipeline.operations.doctor import look_quickly, measure

    with opened() as watch:
        problems = look_quickly(watch)
        measure(watch)
        told = raise_alarms(watch, problems)
    if arguments.json:
        write_json({"problems": problems, "told": told.subjects, "failures": told.failures})
    else:
        for subject in told.subjects:
            write(f"told the operator: {subject}")
        if not told.subjects and not told.failures:
            write("Nothing to tell.")
    for failure in told.failures:
        print(f"not told: {clean(failure)}", file=sys.stderr)
    return 1 if told.failures else 0

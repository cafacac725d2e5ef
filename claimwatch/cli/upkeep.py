"""`claimwatch upkeep`."""

import argparse
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_json
from claimwatch.cli.output import write, write_json

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands


def add_to(commands: "Commands") -> None:
    """The command of this module."""
    upkeep = add_command(
        commands,
        "upkeep",
        "let go what is old and nothing rests on",
        "How old is said by CLAIMWATCH_KEEP_…_DAYS. What a finding cites is always kept.",
    )
    upkeep.add_argument("--dry-run", action="store_true", help="say what would go; change nothing")
    add_json(upkeep)
    upkeep.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Let go, and say what went."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.operations.upkeep import upkeep

    with opened() as watch:
        done = upkeep(watch, dry_run=arguments.dry_run)
    if arguments.json:
        write_json(done)
        return 0
    write("would go:" if done.dry_run else "gone:")
    write(f"    {done.captures:,} captured bodies that nothing rests on ({done.capture_bytes:,} bytes)")
    write(f"    {done.reads:,} reads from the log")
    write(f"    the bytes of {done.mails:,} mails ({done.mail_bytes:,} bytes); that they were sent stays on record")
    write(f"    the data of {done.people:,} subscribers who left")
    if done.fresh:
        write(f"{done.fresh:,} bodies were asked for again just now and go next time")
    return 0

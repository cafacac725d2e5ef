"""`claimwatch bounces read`, `list` and `lift`: mail that came back."""

import argparse
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_group, add_json, day
from claimwatch.cli.output import moment, write, write_json, write_table

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands


def add_to(commands: "Commands") -> None:
    """The commands of this module."""
    group = add_group(commands, "bounces", "mail that came back, and complaints")
    read = add_command(
        group,
        "read",
        "read what is new in CLAIMWATCH_BOUNCES_BOX now",
        "`run` and `deliver` do so each time. Each report has its effect once.",
    )
    add_json(read)
    read.set_defaults(run=read_box)
    list_ = add_command(group, "list", "list the reports that were read, and what was done about each")
    list_.add_argument("--since", type=day, metavar="DAY", help="only those that were read on or after this day")
    add_json(list_)
    list_.set_defaults(run=list_all)
    lift = add_command(
        group,
        "lift",
        "write again to an address that mail came back from, or that complained",
        "What counted against it is forgotten. Who complained has to subscribe anew.",
    )
    lift.add_argument("address", metavar="ADDRESS", help="an e-mail address")
    lift.set_defaults(run=lift_one)


def read_box(arguments: argparse.Namespace) -> int:
    """Read the box."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.bounces import read_bounces

    with opened() as watch:
        done = read_bounces(watch)
    if arguments.json:
        write_json(done)
        return 0
    write(
        f"{done.read} read: {done.bounces} bounces, {done.complaints} complaints; {done.suppressed} addresses given up"
    )
    for count, what in (
        (done.unclear, "follow no standard and count nothing"),
        (done.strangers, "speak of no mail of ours"),
        (done.again, "were known already"),
    ):
        if count:
            write(f"{count} {what}")
    return 0


def list_all(arguments: argparse.Namespace) -> int:
    """Print the reports."""
    from claimwatch.cli.watch import opened
    from claimwatch.store.bounces import list_bounces

    since = datetime.combine(arguments.since, time(), UTC) if arguments.since else None
    with opened() as watch, watch.store.read() as connection:
        found, zone = list_bounces(connection, since), watch.settings.timezone
    if arguments.json:
        write_json(found)
    elif found:
        write_table(
            ("read", "what", "address", "status", "of", "done", "said"),
            [
                (moment(one.at, zone), one.kind, one.recipient, one.status, one.harm, one.effect, one.text)
                for one in found
            ],
        )
    else:
        write("Nothing has come back.")
    return 0


def lift_one(arguments: argparse.Namespace) -> int:
    """Write again to one address."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.bounces import lift

    with opened() as watch:
        lifted = lift(watch, arguments.address)
    held = "is written to again" if lifted else "was not held back"
    write(f"{arguments.address} {held}. What had come back from it counts no more.")
    return 0

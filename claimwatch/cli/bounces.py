"""`claimwatch bounces read`, `listen`, `list` and `lift`: mail that came back."""

import argparse
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_group, add_json, day
from claimwatch.cli.output import moment, write, write_json, write_table

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands
    from claimwatch.delivery.lmtp import Place
    from claimwatch.pipeline import Watch
    from claimwatch.pipeline.mailing.bounces import ReturnedMail


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
    listen = add_command(
        group,
        "listen",
        "take mail that comes back from the mail server of this machine by LMTP, until interrupted",
        "Each mail is put into the Maildir of CLAIMWATCH_BOUNCES_BOX before it is answered for, and then read.",
    )
    listen.add_argument("place", metavar="PLACE", help="unix:PATH, or 127.0.0.1:PORT (0 takes a free one)")
    listen.set_defaults(run=listen_on)
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
    from claimwatch.pipeline.mailing.bounces import read_bounces

    with opened() as watch:
        done = read_bounces(watch)
    if arguments.json:
        write_json(done)
        return 0
    write(summary(done))
    for count, what in (
        (done.unclear, "follow no standard and count nothing"),
        (done.strangers, "speak of no mail of ours"),
        (done.again, "were known already"),
    ):
        if count:
            write(f"{count} {what}")
    return 0


def summary(done: "ReturnedMail") -> str:
    """What a pass over the box found, in a line."""
    found = f"{done.bounces} bounces, {done.complaints} complaints, {done.suppressed} addresses given up"
    return f"returned mail: {done.read} read, {found}"


def listen_on(arguments: argparse.Namespace) -> int:
    """Listen until interrupted."""
    import asyncio

    from claimwatch.cli.watch import opened
    from claimwatch.delivery.lmtp import read_place

    place = read_place(arguments.place)
    with opened() as watch:
        asyncio.run(_listen(watch, place))
    return 0


async def _listen(watch: "Watch", place: "Place") -> None:
    import asyncio
    import signal

    from claimwatch.pipeline.mailing.inlet import receive_bounces

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await receive_bounces(watch, place, lambda there: write(f"Listening on {there} (Ctrl-C ends)"), stop)


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
    from claimwatch.pipeline.mailing.bounces import lift

    with opened() as watch:
        lifted = lift(watch, arguments.address)
    held = "is written to again" if lifted else "was not held back"
    write(f"{arguments.address} {held}. What had come back from it counts no more.")
    return 0

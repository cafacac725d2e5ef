"""`claimwatch subscribers add`, `list` and `remove`."""

import argparse
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_group, add_json
from claimwatch.cli.output import moment, write, write_json, write_table

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands


def add_to(commands: "Commands") -> None:
    """The commands of this module."""
    group = add_group(commands, "subscribers", "who gets the mail")
    add = add_command(
        group,
        "add",
        "add a subscriber whom you vouch for",
        "Whoever joins gets the last edition once, and from then on what is new.",
    )
    add.add_argument("address", metavar="ADDRESS", help="an e-mail address")
    add.add_argument("--name", help="the name in the address line")
    add.add_argument("--language", help="language of the mail (default en)")
    add.add_argument("--timezone", metavar="ZONE", help="an IANA time zone (default: CLAIMWATCH_TIMEZONE)")
    add_json(add)
    add.set_defaults(run=add_one)
    list_ = add_command(group, "list", "list subscribers, those who left included")
    add_json(list_)
    list_.set_defaults(run=list_all)
    remove = add_command(group, "remove", "stop mailing an address; what waits for it is cancelled")
    remove.add_argument("address", metavar="ADDRESS", help="the address as `subscribers list` shows it")
    remove.set_defaults(run=remove_one)


def add_one(arguments: argparse.Namespace) -> int:
    """Add one subscriber."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline import subscribe

    with opened() as watch:
        subscriber = subscribe(
            watch,
            arguments.address,
            name=arguments.name,
            language=arguments.language,
            timezone=arguments.timezone,
        )
    if arguments.json:
        write_json(subscriber)
    else:
        write(f"{subscriber.address} subscribes ({subscriber.language}, {subscriber.timezone}).")
    return 0


def list_all(arguments: argparse.Namespace) -> int:
    """Print all subscribers."""
    from claimwatch.cli.watch import opened
    from claimwatch.store.subscribers import list_subscribers

    with opened() as watch:
        with watch.store.read() as connection:
            subscribers = list_subscribers(connection)
        zone = watch.settings.timezone
    if arguments.json:
        write_json(subscribers)
    elif subscribers:
        write_table(
            ("address", "name", "language", "time zone", "active", "joined"),
            [
                (s.address, s.name, s.language, s.timezone, "yes" if s.active else "no", moment(s.joined_at, zone))
                for s in subscribers
            ],
        )
    else:
        write("Nobody subscribes yet: claimwatch subscribers add ADDRESS")
    return 0


def remove_one(arguments: argparse.Namespace) -> int:
    """Stop mailing one address."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline import unsubscribe

    with opened() as watch:
        unsubscribe(watch, arguments.address)
    write(f"{arguments.address} gets no more mail.")
    return 0

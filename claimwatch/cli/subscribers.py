"""`claimwatch subscribers add`, `list`, `import`, `export`, `remove` and `erase`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_group, add_json
from claimwatch.cli.output import moment, write, write_json, write_table
from claimwatch.errors import UsageError

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands
    from claimwatch.models import Member, Subscription


def add_to(commands: "Commands") -> None:
    """The commands of this module."""
    group = add_group(commands, "subscribers", "who gets the mail")
    _add_add(group)
    list_ = add_command(group, "list", "list subscribers, those who left included")
    add_json(list_)
    list_.set_defaults(run=list_all)
    import_ = add_command(
        group,
        "import",
        "add everybody in a CSV file whom you vouch for, or nobody",
        "Who subscribes already, has left or is suppressed stays as they are and is named.",
    )
    import_.add_argument("file", metavar="FILE", help="a CSV file in UTF-8 as `export` writes it, or - for stdin")
    add_json(import_)
    import_.set_defaults(run=import_file)
    export = add_command(group, "export", "print who subscribes as CSV, safe to open in a spreadsheet")
    export.set_defaults(run=export_all)
    remove = add_command(group, "remove", "stop mailing an address; what waits for it is cancelled")
    remove.add_argument("address", metavar="ADDRESS", help="the address as `subscribers list` shows it")
    remove.set_defaults(run=remove_one)
    erase = add_command(
        group,
        "erase",
        "delete all that is kept of an address, and never mail it again",
        "A keyed hash of the address, the date and the reason stay, so that it is not written to by mistake.",
    )
    erase.add_argument("address", metavar="ADDRESS", help="an e-mail address, known or not")
    erase.add_argument("--reason", default="erased at their request", help="kept with the hash; no personal data")
    erase.set_defaults(run=erase_one)


def _add_add(group: "Commands") -> None:
    add = add_command(
        group,
        "add",
        "add a subscriber whom you vouch for",
        "Whoever joins gets the last edition once, and from then on what is new.",
    )
    add.add_argument("address", metavar="ADDRESS", help="an e-mail address")
    add.add_argument("--name", help="the name in the address line")
    add.add_argument(
        "--series", action="append", help="urgent, daily, weekly, monthly or record; repeatable (default weekly)"
    )
    add.add_argument("--company", action="append", default=[], help="only this company; repeatable (default all)")
    add.add_argument("--source", action="append", default=[], help="only this source; repeatable (default all)")
    add.add_argument("--severity", metavar="S1-S5", help="the least serious that is told, S1 being the most serious")
    add.add_argument("--language", help="language of the mail, en or nb (default: CLAIMWATCH_LANGUAGE)")
    add.add_argument("--timezone", metavar="ZONE", help="an IANA time zone (default: CLAIMWATCH_TIMEZONE)")
    add.add_argument("--no-proof-of-life", action="store_true", help="no mail in a week without anything new")
    add.add_argument("--lift", action="store_true", help="add an address that is suppressed: they asked for it again")
    add_json(add)
    add.set_defaults(run=add_one)


def add_one(arguments: argparse.Namespace) -> int:
    """Add one subscriber."""
    from claimwatch.cli.watch import opened
    from claimwatch.models import Subscription, Topics
    from claimwatch.pipeline import subscribe

    topics = Topics(tuple(arguments.company), tuple(arguments.source), arguments.severity)
    with opened() as watch:
        subscriber = subscribe(
            watch,
            arguments.address,
            name=arguments.name,
            language=arguments.language,
            timezone=arguments.timezone,
            wanted=[Subscription(series, topics) for series in dict.fromkeys(arguments.series or ["weekly"])],
            proof_of_life=not arguments.no_proof_of_life,
            lift=arguments.lift,
        )
    if arguments.json:
        write_json(subscriber)
    else:
        write(f"{subscriber.address} subscribes ({subscriber.language}, {subscriber.timezone}).")
    return 0


def list_all(arguments: argparse.Namespace) -> int:
    """Print all subscribers."""
    from claimwatch.cli.watch import opened
    from claimwatch.store.subscribers import list_members
    from claimwatch.store.suppressions import suppressed_among

    with opened() as watch:
        with watch.store.read() as connection:
            members = list_members(connection)
            held = suppressed_among(connection, (member.subscriber.address for member in members), watch.now())
        zone = watch.settings.timezone
    if arguments.json:
        write_json([_plain(member, member.subscriber.address in held) for member in members])
    elif members:
        write_table(
            ("address", "name", "series", "language", "time zone", "active", "joined"),
            [_row(member, member.subscriber.address in held, zone) for member in members],
        )
    else:
        write("Nobody subscribes yet: claimwatch subscribers add ADDRESS")
    return 0


def import_file(arguments: argparse.Namespace) -> int:
    """Add everybody in a file."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.subscribers.roster import import_csv

    try:
        raw = sys.stdin.buffer.read() if arguments.file == "-" else Path(arguments.file).read_bytes()
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{arguments.file}: not UTF-8 (byte {error.start}); save it as CSV UTF-8") from error
    except OSError as error:
        raise UsageError(f"{arguments.file}: cannot be read: {error.strerror}") from error
    with opened() as watch:
        done = import_csv(watch, text)
    if arguments.json:
        write_json(done)
        return 0
    write(f"{len(done.added)} added, {len(done.skipped)} left as they are.")
    for address, why in done.skipped:
        write(f"  {address}: {why}")
    return 0


def export_all(arguments: argparse.Namespace) -> int:
    """Print the active subscribers as CSV."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.subscribers.roster import export_csv

    with opened() as watch:
        sys.stdout.write(export_csv(watch))
    return 0


def remove_one(arguments: argparse.Namespace) -> int:
    """Stop mailing one address."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline import unsubscribe

    with opened() as watch:
        unsubscribe(watch, arguments.address)
    write(f"{arguments.address} gets no more mail.")
    return 0


def erase_one(arguments: argparse.Namespace) -> int:
    """Delete what is kept of one address."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.subscribers.subscribe import erase

    with opened() as watch:
        known = erase(watch, arguments.address, arguments.reason)
    what = "All that was kept of it is deleted" if known else "Nothing was kept of it"
    write(f"{arguments.address} gets no more mail. {what}; a keyed hash, the date and the reason stay.")
    return 0


def _plain(member: "Member", held: bool) -> dict[str, object]:
    who = member.subscriber
    return {
        "id": who.id,
        "address": who.address,
        "name": who.name,
        "language": who.language,
        "timezone": who.timezone,
        "active": who.active,
        "joined_at": who.joined_at,
        "proof_of_life": member.proof_of_life,
        "suppressed": held,
        "subscriptions": member.subscriptions,
    }


def _row(member: "Member", held: bool, zone: str) -> tuple[object, ...]:
    who = member.subscriber
    series = ", ".join(_topics(one) for one in member.current)
    active = "suppressed" if held else "yes" if who.active else "no"
    return (who.address, who.name, series, who.language, who.timezone, active, moment(who.joined_at, zone))


def _topics(one: "Subscription") -> str:
    limits = [*one.topics.companies, *one.topics.sources, *([one.topics.severity] if one.topics.severity else [])]
    return f"{one.series} ({' '.join(limits)})" if limits else one.series

"""`claimwatch digest` and `claimwatch deliver`."""

import argparse
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_json
from claimwatch.cli.output import progress, write, write_json, write_table

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands
    from claimwatch.pipeline import Watch

SERIES = "weekly"


def add_to(commands: "Commands") -> None:
    """The commands of this module."""
    digest = add_command(
        commands,
        "digest",
        "build the edition that is due and freeze a message for each subscriber",
        "Nothing leaves before `claimwatch deliver`.",
    )
    digest.add_argument("--period", metavar="WEEK", help="build this week's edition instead, such as 2026-W47")
    instead = digest.add_mutually_exclusive_group()
    instead.add_argument("--preview", action="store_true", help="print the edition's text; freeze nothing")
    instead.add_argument(
        "--dry-run", action="store_true", help="list who would get how many items and bytes; freeze nothing"
    )
    add_json(digest)
    digest.set_defaults(run=build_one)
    deliver = add_command(
        commands,
        "deliver",
        "send every message that is due",
        "Safe to repeat: a message is accepted once. Exit status 1 when one could not be sent.",
    )
    add_json(deliver)
    deliver.set_defaults(run=deliver_all)


def build_one(arguments: argparse.Namespace) -> int:
    """Build, preview or rehearse the edition that is due, or that of a period."""
    from claimwatch.cli.watch import opened

    with opened() as watch:
        if arguments.preview:
            _preview(watch, arguments)
        elif arguments.dry_run:
            _rehearse(watch, arguments)
        else:
            _build(watch, arguments)
    return 0


def _build(watch: "Watch", arguments: argparse.Namespace) -> None:
    from claimwatch.pipeline import build
    from claimwatch.store import editions, subscribers

    edition = build(watch, SERIES, period=arguments.period)
    if edition is None:
        _nothing(watch, arguments)
        return
    with watch.store.read() as connection:
        frozen = editions.find_edition(connection, edition.series, edition.period)
        readers = len(subscribers.list_subscribers(connection, active_only=True))
    subject = frozen.subject if frozen else ""
    if arguments.json:
        report = {"series": edition.series, "period": edition.period, "subject": subject}
        write_json(report | {"items": len(edition.items), "messages": readers})
        return
    write(f"Frozen: {subject}")
    if readers:
        write(f"{len(edition.items)} items, {readers} messages. `claimwatch deliver` sends them.")
    else:
        write(f"{len(edition.items)} items, nobody to send them to: claimwatch subscribers add ADDRESS")


def _preview(watch: "Watch", arguments: argparse.Namespace) -> None:
    from claimwatch.pipeline import preview

    found = preview(watch, SERIES, period=arguments.period)
    if found is None:
        _nothing(watch, arguments)
        return
    edition, rendered = found
    if arguments.json:
        head = {"series": edition.series, "period": edition.period, "items": len(edition.items)}
        write_json(head | {"subject": rendered.subject, "text": rendered.text, "html": rendered.html})
        return
    write(f"Subject: {rendered.subject}")
    write()
    for line in rendered.text.splitlines():
        write(line)


def _rehearse(watch: "Watch", arguments: argparse.Namespace) -> None:
    from claimwatch.pipeline import rehearse

    found = rehearse(watch, SERIES, period=arguments.period)
    if found is None:
        _nothing(watch, arguments)
        return
    edition, messages = found
    if arguments.json:
        write_json({"series": edition.series, "period": edition.period, "messages": messages})
        return
    write(f"{edition.series}:{edition.period}: {len(edition.items)} items, {len(messages)} messages; nothing is frozen")
    if messages:
        write_table(
            ("recipient", "items", "bytes", "subject"), [(m.recipient, m.items, m.size, m.subject) for m in messages]
        )


def _nothing(watch: "Watch", arguments: argparse.Namespace) -> None:
    from claimwatch.store import reads

    if arguments.json:
        write_json(None)
        return
    with watch.store.read() as connection:
        blind = not any(reads.good_reads(connection, slug) for slug in watch.sources)
    if blind:
        write("There is nothing to tell before a source has been read: claimwatch poll")
    elif arguments.period:
        write(f"The edition of {arguments.period} is frozen already; an edition is told once.")
    else:
        write("No edition is due. The next is due on Monday at 07:00; --period names another week.")


def deliver_all(arguments: argparse.Namespace) -> int:
    """Drain the outbox."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline import deliver

    with opened() as watch, progress("sending") as tell:
        report = deliver(watch, progress=tell)
    if arguments.json:
        write_json(report)
    else:
        write(f"{report.accepted} accepted, {report.failed} failed, {report.waiting} waiting, {report.expired} expired")
        if report.doubtful:
            write(f"{report.doubtful} sent again: their last attempt ended without an answer, so they may come twice")
        for error in report.errors:
            write(error)
    return 0 if report.failed == 0 else 1

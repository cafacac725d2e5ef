"""`claimwatch digest` and `claimwatch deliver`."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from claimwatch.cli import bounces, review
from claimwatch.cli.arguments import add_command, add_json, day
from claimwatch.cli.output import moment, progress, write, write_json, write_table
from claimwatch.errors import UsageError

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands
    from claimwatch.pipeline import Watch
    from claimwatch.pipeline.mailing.deliver import DeliveryReport
    from claimwatch.pipeline.telling.record import Asked

SERIES = ("urgent", "daily", "weekly", "monthly")  # the record is asked for by --record

NEXT = {
    "urgent": "Alerts are for grave news, a quarter of an hour after it was seen.",
    "daily": "The next is due tomorrow at 07:00; --period names another day.",
    "weekly": "The next is due on Monday at 07:00; --period names another week.",
    "monthly": "The next is due on the first of the month at 07:00; --period names another month.",
}


def add_to(commands: "Commands") -> None:
    """The commands of this module."""
    digest = add_command(
        commands,
        "digest",
        "build the edition that is due and freeze a message for each reader",
        "Nothing leaves before `claimwatch deliver`.",
    )
    digest.add_argument(
        "--series", choices=SERIES, default="weekly", help=f"which series: {', '.join(SERIES)}; by default weekly"
    )
    digest.add_argument("--period", metavar="PERIOD", help="build this edition instead, such as 2026-W47")
    digest.add_argument(
        "--record", action="store_true", help="build what the record shows instead: what backfills found, told once"
    )
    digest.add_argument("--since", metavar="DATE", type=day, help="with --record: only what happened from this day on")
    digest.add_argument("--until", metavar="DATE", type=day, help="with --record: only what happened up to this day")
    digest.add_argument(
        "--to",
        metavar="ADDRESS",
        action="append",
        default=[],
        help="with --record: only to this subscriber; repeatable (default: those who subscribe to the series record)",
    )
    instead = digest.add_mutually_exclusive_group()
    instead.add_argument("--preview", action="store_true", help="print the edition's text; freeze nothing")
    instead.add_argument(
        "--dry-run", action="store_true", help="list who would get how many items and bytes; freeze nothing"
    )
    add_json(digest)
    digest.set_defaults(run=build_one)
    review.add_to(digest.add_subparsers(metavar="COMMAND", title="editions that were frozen"))
    deliver = add_command(
        commands,
        "deliver",
        "send every message that is due",
        "Safe to repeat: a message is accepted once. Exit status 1 when one could not be sent or a pause holds it.",
    )
    deliver.add_argument(
        "--test", metavar="ADDRESS", help="send the present weekly edition to this address only; nothing is kept of it"
    )
    deliver.add_argument("--resume", action="store_true", help="lift the pauses of the mail server first")
    add_json(deliver)
    deliver.set_defaults(run=deliver_all)


def build_one(arguments: argparse.Namespace) -> int:
    """Build, preview or rehearse the edition that is due, or that of a period."""
    from claimwatch.cli.watch import opened

    if not arguments.record and (arguments.since or arguments.until or arguments.to):
        raise UsageError("--since, --until and --to go with --record; --period names another edition")
    if arguments.record and arguments.period:
        raise UsageError("the record has no periods; --since and --until say what of it")
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
    from claimwatch.pipeline.telling.record import build_record
    from claimwatch.store import editions, reviews

    if arguments.record:
        edition = build_record(watch, _asked(arguments))
    else:
        edition = build(watch, arguments.series, period=arguments.period)
    if edition is None:
        _nothing(watch, arguments)
        return
    with watch.store.read() as connection:
        frozen = editions.find_edition(connection, edition.series, edition.period)
        assert frozen is not None, "an edition that was built is stored"
        readers = sum(reviews.letter_counts(connection, frozen.id).values())
    subject = frozen.subject
    if arguments.json:
        report = {"series": edition.series, "period": edition.period, "subject": subject}
        write_json(report | {"items": len(edition.items), "messages": readers})
        return
    write(f"Frozen: {subject}")
    if frozen.state == "held":
        write(f"{len(edition.items)} items, {readers} messages, which wait: claimwatch digest approve {edition.period}")
    elif readers:
        write(f"{len(edition.items)} items, {readers} messages. `claimwatch deliver` sends them.")
    else:
        write(f"{len(edition.items)} items, nobody to send them to: claimwatch subscribers add ADDRESS")


def _preview(watch: "Watch", arguments: argparse.Namespace) -> None:
    from claimwatch.pipeline import preview
    from claimwatch.pipeline.telling.record import preview_record

    if arguments.record:
        found = preview_record(watch, _asked(arguments))
    else:
        found = preview(watch, arguments.series, period=arguments.period)
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
    from claimwatch.pipeline.telling.record import rehearse_record

    if arguments.record:
        found = rehearse_record(watch, _asked(arguments))
    else:
        found = rehearse(watch, arguments.series, period=arguments.period)
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


def _asked(arguments: argparse.Namespace) -> "Asked":
    from claimwatch.pipeline.telling.record import Asked

    return Asked(arguments.since, arguments.until, tuple(arguments.to))


def _nothing(watch: "Watch", arguments: argparse.Namespace) -> None:
    from claimwatch.store import reads

    if arguments.json:
        write_json(None)
        return
    if arguments.record:
        write(
            "The record shows nothing that these readers were not told. "
            "`claimwatch backfill SOURCE --since DATE` reads more of it."
        )
        return
    with watch.store.read() as connection:
        blind = not any(reads.good_reads(connection, slug) for slug in watch.sources)
    if blind:
        write("There is nothing to tell before a source has been read: claimwatch poll")
    elif arguments.period:
        write(f"The edition of {arguments.period} is frozen already; an edition is told once.")
    else:
        write(f"No edition is due. {NEXT[arguments.series]}")


def deliver_all(arguments: argparse.Namespace) -> int:
    """Drain the outbox, or send a test."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline import deliver

    if arguments.test is not None:
        return _test(arguments)
    with opened() as watch, progress("sending") as tell:
        report = deliver(watch, progress=tell, resume=arguments.resume)
    if arguments.json:
        write_json(report)
    else:
        _show(report, watch.settings.timezone)
    return 0 if report.ok else 1


def _show(report: "DeliveryReport", zone: str) -> None:
    returned = report.returned
    write(f"{report.accepted} accepted, {report.failed} failed, {report.waiting} waiting, {report.expired} expired")
    for count, what in (
        (report.letters, "mails that are no editions left: to confirm a sign-up, or to ask an address"),
        (report.held, "wait for approval: claimwatch digest list"),
        (report.proved, "settled by evidence: their last attempt had ended without an answer"),
        (report.doubtful, "sent again: their last attempt ended without an answer, so they may come twice"),
        (report.in_doubt, "in doubt: nobody knows yet whether they were taken; they wait for evidence"),
        (report.possible_duplicates, "in all may have come twice"),
    ):
        if count:
            write(f"{count} {what}")
    if returned is not None and returned.read:
        write(f"{bounces.summary(returned)}; see `claimwatch bounces list`")
    for pause in report.pauses:
        until = moment(datetime.fromtimestamp(pause.until, UTC), zone)
        write(f"paused until {until}: {pause.reason}; `claimwatch deliver --resume` lifts it")
    for error in report.errors:
        write(error)


def _test(arguments: argparse.Namespace) -> int:
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline import send_trial

    with opened() as watch:
        sent = send_trial(watch, arguments.test)
    if arguments.json:
        write_json(sent)
    else:
        write(f"Sent to {sent.recipient}: {sent.subject}")
    return 0

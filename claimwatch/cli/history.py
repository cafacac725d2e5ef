"""`claimwatch backfill` and `claimwatch replay`."""

import argparse
from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from claimwatch.cli.arguments import add_command, add_json, day
from claimwatch.cli.output import progress, shorten, write, write_json, write_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from claimwatch.cli.arguments import Commands
    from claimwatch.models import Finding
    from claimwatch.pipeline.reading.history import Backfilled
    from claimwatch.pipeline.reading.replay import SourceReplay

QUOTE_WIDTH = 80
_BAR = 20


def add_to(commands: "Commands") -> None:
    """The commands of this module."""
    backfill = add_command(
        commands,
        "backfill",
        "read what a source published before the baseline's newest document, for the record",
        "Safe to stop and start again: what is stored is not asked for twice. Nobody is mailed about what it finds. "
        "Exit status 1 when a page could not be read.",
    )
    backfill.add_argument("source", metavar="SOURCE", help="a slug from sources.yaml")
    backfill.add_argument("--since", type=day, required=True, metavar="DATE", help="the first day to read")
    add_json(backfill)
    backfill.set_defaults(run=backfill_one)
    replay = add_command(
        commands,
        "replay",
        "show what today's parsers, aliases, word lists and baseline make of what was read before",
        "Reads nothing from the network, mails nothing, and writes nothing without --apply.",
    )
    replay.add_argument("--source", action="append", metavar="SOURCE", help="only this one (may be repeated)")
    replay.add_argument("--since", type=day, metavar="DATE", help="only what was stored on or after this day")
    replay.add_argument("--apply", action="store_true", help="store the differences; no edition tells them")
    add_json(replay)
    replay.set_defaults(run=replay_all)


def backfill_one(arguments: argparse.Namespace) -> int:
    """Backfill a source and say what came of it."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.reading.history import backfill

    with opened() as watch, progress(arguments.source) as tell:

        def bar(done: int, listed: int, url: str) -> None:
            filled = _BAR * done // listed if listed else 0
            tell(f"[{'#' * filled}{'.' * (_BAR - filled)}] {done} of {listed} listed so far  {url}")

        report = backfill(watch, arguments.source, arguments.since, progress=bar)
    if arguments.json:
        write_json(report)
    else:
        _write_backfill(report)
    return 0 if report.complete else 1


def _write_backfill(report: "Backfilled") -> None:
    if not report.left_out:
        write(f"{report.source}: its polls read everything, whatever its date; nothing was left out.")
        return
    write(
        f"{report.source}, published from {report.since} and before {report.until}: {report.listed} listed, "
        f"{report.known} stored before, {report.stored} stored now with {report.findings} findings; "
        f"{report.requests} requests."
    )
    for failure in report.failures:
        write(f"not read: {failure}")
    for warning in report.warnings:
        write(f"warning: {warning}")
    if report.stopped:
        write(f"stopped: {report.stopped}")
    if not report.complete:
        write("The same command goes on where this one ended.")


def replay_all(arguments: argparse.Namespace) -> int:
    """Replay and show the differences."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.reading.replay import replay

    with opened() as watch, progress("replaying") as tell:
        zone = ZoneInfo(watch.settings.timezone)
        since = None if arguments.since is None else datetime.combine(arguments.since, time(), zone)
        reports = replay(watch, arguments.source or (), since=since, apply=arguments.apply, progress=tell)
    if arguments.json:
        write_json([_as_json(report) for report in reports])
    else:
        _write_replay(reports)
    return 0


def _as_json(report: "SourceReplay") -> dict[str, object]:
    from claimwatch.claims import finding_json

    def plain(finding: "Finding | None") -> object:
        return None if finding is None else finding_json(finding)

    return {
        "source": report.source,
        "items": report.items,
        "reworded": report.reworded,
        "missing": report.missing,
        "added": report.added,
        "lost": report.lost,
        "refused": report.refused,
        "applied": report.applied,
        "findings": [
            {
                "what": difference.kind,
                "id": difference.row.evidence.id if difference.row else None,
                "key": item.key,
                "before": plain(difference.row.evidence.finding if difference.row else None),
                "after": plain(difference.after),
            }
            for item, difference in report.differences
        ],
    }


def _write_replay(reports: "Sequence[SourceReplay]") -> None:
    from claimwatch.pipeline.reading.differences import Kind

    rows = []
    for report in reports:
        for _, difference in report.differences:
            before = difference.row.evidence.finding if difference.row else None
            shown = difference.after or before
            assert shown is not None
            rows.append(
                (
                    difference.kind.value,
                    report.source,
                    difference.row.evidence.id if difference.row else "",
                    shown.entity,
                    _outcome(before),
                    _outcome(difference.after),
                    shorten(shown.quote, QUOTE_WIDTH),
                )
            )
    if rows:
        write_table(("what", "source", "id", "company", "was", "is", "quote"), rows)
        write()
    kinds = [kind for kind in Kind if kind is not Kind.STAYS]
    write_table(
        ("source", "items", "reworded", "missing", "added", *(kind.value for kind in kinds)),
        [
            (
                report.source,
                report.items,
                report.reworded,
                report.missing,
                report.added,
                *(report.count(kind) for kind in kinds),
            )
            for report in reports
        ],
    )
    for report in reports:
        for url in report.lost:
            write(f"{report.source}: not replayed, its bytes are gone: {url}")
        for failure in report.refused:
            write(f"{report.source}: not replayed: {failure}")
    if not any(report.applied for report in reports):
        write("Nothing was written; --apply stores it.")


def _outcome(finding: "Finding | None") -> str:
    """The outcome with what it is measured by and the value."""
    if finding is None:
        return ""
    value = f" {finding.after.text}" if finding.after else ""
    return " ".join([finding.outcome.value, *finding.claims[:1]]) + value

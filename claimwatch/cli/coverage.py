"""`claimwatch sources coverage`: how well each source was read over a time."""

import argparse
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from claimwatch.cli.arguments import add_command, add_json, day
from claimwatch.cli.output import moment, write, write_json, write_table
from claimwatch.errors import UsageError

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands
    from claimwatch.pipeline.reading.coverage import Gap


def add_to(group: "Commands") -> None:
    """The command, in the group `sources`."""
    command = add_command(
        group,
        "coverage",
        "count the polls of each source over a time and name when it went unread",
        "A gap is a time without a good read of more than two cadences.",
    )
    command.add_argument("--source", action="append", metavar="SOURCE", help="only this one (may be repeated)")
    command.add_argument("--since", type=day, metavar="DATE", help="from this day on; by default from the first poll")
    command.add_argument("--until", type=day, metavar="DATE", help="up to and with this day; by default until now")
    add_json(command)
    command.set_defaults(run=show_coverage)


def show_coverage(arguments: argparse.Namespace) -> int:
    """Print one row a source, and below it the gaps."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.reading.coverage import coverage

    if arguments.since and arguments.until and arguments.until < arguments.since:
        raise UsageError(f"--until {arguments.until} is before --since {arguments.since}")
    with opened() as watch:
        zone = watch.settings.timezone
        since = None if arguments.since is None else datetime.combine(arguments.since, time(), ZoneInfo(zone))
        until = None
        if arguments.until is not None:
            until = datetime.combine(arguments.until + timedelta(days=1), time(), ZoneInfo(zone))
        rows = coverage(watch, arguments.source or (), since=since, until=until)
    if arguments.json:
        write_json(rows)
        return 0
    write_table(
        ("source", "polls", "good", "partial", "bad", "failed", "held", "requests", "longest unread", "newest item"),
        [
            (
                row.source,
                row.polls,
                row.good,
                row.partial,
                row.bad,
                row.failed,
                row.held,
                row.requests,
                _hours(row.longest.length) if row.longest else "",
                row.newest_on,
            )
            for row in rows
        ],
    )
    for row in rows:
        if row.polls == 0:
            write(f"{row.source}: not polled in this time")
        for gap in row.gaps:
            write(f"{row.source}: unread {_span(gap, zone)} ({_hours(gap.length)})")
    return 0


def _span(gap: "Gap", zone: str) -> str:
    begin = moment(gap.begins_at, zone)
    return f"since {begin}" if gap.ends_at is None else f"from {begin} to {moment(gap.ends_at, zone)}"


def _hours(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes // 60} h {minutes % 60} min"

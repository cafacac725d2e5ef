"""The watchdog: what is wrong, since when, and what to do about it."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from claimwatch.editions import URGENT, due_period, units_between
from claimwatch.models import Read, ReadStatus
from claimwatch.pipeline.mailing.bounces import bounce_problems
from claimwatch.pipeline.problem import Problem
from claimwatch.pipeline.reading.crawl import MOVED
from claimwatch.pipeline.telling.alerts import due_alert
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import placeholders
from claimwatch.store import (
    alarms,
    consents,
    documents,
    editions,
    findings,
    outbox,
    reads,
    relays,
    reviews,
    subscribers,
)

LOOK_BACK = {"daily": timedelta(days=7), "weekly": timedelta(days=28), "monthly": timedelta(days=93)}
ALERT_LATE = timedelta(minutes=30)
# A weekly edition comes at the latest a week after the first good read; later, something was wrong from the start.
FIRST_EDITION = timedelta(days=8)
LEFT_LYING_S = 1800.0  # a lease that ran out this long ago: its process died, and nobody came after it
WAITS_TOO_LONG = timedelta(hours=2)
IN_DOUBT = "in_doubt"  # the gauge of how many messages are in doubt
FEW_DOUBTS = 5


def inspect_watch(watch: Watch) -> tuple[Problem, ...]:
    """Everything that keeps the watch from doing its work, worst first. An empty tuple means that all is well."""
    now = watch.now()
    problems: list[Problem] = []
    with watch.store.read() as connection:
        for slug, spec in watch.polled.items():
            state = reads.source_state(connection, slug)
            newest = documents.newest_published_on(connection, slug)
            problems += _source_problems(slug, state, spec.every, now)
            last_read = reads.last_read(connection, slug)
            problems += _read_problems(last_read) if last_read is not None else []
            stale = spec.expect.stale_after
            if stale is not None and newest is not None and now.date() - newest > stale:
                problems.append(
                    Problem(
                        slug,
                        f"its newest item is of {newest}; something new is due every {stale.days} days",
                        f"open {spec.home} and see whether it has moved or really is that quiet",
                        "source",
                    )
                )
        problems += _edition_problems(connection, watch, now)
        counts = outbox.count_messages(connection)
        problems += _delivery_problems(connection, watch.settings.timezone)
        problems += bounce_problems(connection, now)
        problems += _lease_problems(connection, time.time())
        problems += _waiting_problems(connection, now)
        problems += _baseline_problems(findings.count_outdated(connection, watch.baseline.files_version))
        readers = len(subscribers.list_subscribers(connection, active_only=True))
        stuck = consents.count_stuck(connection)
    for state_name, do in (
        ("refused", "see `claimwatch subscribers list` and correct or remove the address"),
        ("expired", "look at the mail server; the messages were too old to send"),
    ):
        if counts.get(state_name):
            problems.append(Problem("outbox", f"{counts[state_name]} messages {state_name}", do))
    if stuck:
        do = "look at what `claimwatch serve` logs and at the mail server"
        why = f"{stuck} mails to confirm a subscription cannot be sent"
        problems.append(Problem("sign-up", why, do, "outbox"))
    if readers == 0:
        problems.append(Problem("subscribers", "there is none", "claimwatch subscribers add ADDRESS", "subscribers"))
    problems += [
        Problem(name, "still holds a placeholder", f"set {name}; readers and publishers see it", "settings")
        for name in placeholders(watch.settings)
    ]
    return tuple(problems)


def _baseline_problems(outdated: int) -> list[Problem]:
    """Findings that were compared with another version of the baseline: nothing changes them by itself (law 8)."""
    if not outdated:
        return []
    why = f"changed since {outdated:,} findings were made"
    do = "run `claimwatch replay`, look at what it lists, then `claimwatch replay --apply`"
    return [Problem("baseline", why, do, "baseline")]


def _edition_problems(connection: Connection, watch: Watch, now: datetime) -> list[Problem]:
    """Editions that are due and not built, periods that none covers, and editions that wait for somebody."""
    zone, problems = watch.settings.timezone, []
    for series, back in LOOK_BACK.items():
        last = editions.last_edition(connection, series)
        if last is None:  # there is nothing to go on from
            problems += _first_edition(connection, watch, now) if series == "weekly" else []
            continue
        due = due_period(series, now, zone, last.period)
        if due is not None and (series == "weekly" or subscribers.list_readers(connection, series, now)):
            problems.append(_not_built(series, due.key))
        told = editions.editions_since(connection, series, now - 2 * back)
        begun = min((row.starts_at for row in told), default=now)
        for unit in units_between(series, now - back, last.frozen_at, zone):
            covered = any(row.starts_at <= unit.starts_at and unit.ends_at <= row.ends_at for row in told)
            if not covered and unit.starts_at >= begun:
                problems.append(
                    Problem(
                        f"{series} digest",
                        f"no edition covers {unit.key}",
                        f"run `claimwatch digest --series {series} --period {unit.key}`, then `deliver`",
                        "edition",
                    )
                )
    alert = due_alert(connection, watch, now) if subscribers.list_readers(connection, URGENT, now) else None
    if alert is not None and now - alert.ends_at > ALERT_LATE:
        problems.append(_not_built(URGENT, alert.key))
    for series, period, frozen_at in reviews.held_editions(connection):
        since = frozen_at.astimezone(ZoneInfo(zone)).isoformat(sep=" ", timespec="minutes")
        do = f"`claimwatch digest approve {period}`, or `cancel`"
        problems.append(Problem(f"{series} digest", f"{period} waits for approval since {since}", do, "approval"))
    return problems


def _first_edition(connection: Connection, watch: Watch, now: datetime) -> list[Problem]:
    """The first edition of all, where sources have been read for long and none was built."""
    firsts = [read.started_at for slug in watch.polled for read in reads.earliest_good(connection, slug, 1)]
    if not firsts or now - min(firsts) < FIRST_EDITION:
        return []
    return [
        Problem(
            "weekly digest",
            f"none was ever built, although sources are read since {min(firsts):%Y-%m-%d}",
            "run `claimwatch digest`, then `deliver`, and see that the schedule runs",
            "edition",
        )
    ]


def _not_built(series: str, period: str) -> Problem:
    option = "" if series == "weekly" else f" --series {series}"
    return Problem(
        f"{series} digest",
        f"{period} is due and not built",
        f"run `claimwatch digest{option}`, then `deliver`",
        "edition",
    )


def _delivery_problems(connection: Connection, timezone: str) -> list[Problem]:
    """Why mail is kept back, and what nobody knows of mail that was sent."""
    problems = []
    for pause in relays.pauses(connection, time.time()):
        until = datetime.fromtimestamp(pause.until, ZoneInfo(timezone)).isoformat(sep=" ", timespec="minutes")
        why = f"mail to {pause.relay} is paused until {until}: {pause.reason}"
        problems.append(Problem("outbox", why, "mend that and run `claimwatch deliver --resume`", "outbox"))
    doubts, twice = len(outbox.list_doubts(connection)), outbox.count_possible_duplicates(connection)
    if doubts:
        do = "they settle by themselves: by CLAIMWATCH_POSTFIX_LOG where it is set, or else they are sent again"
        problems.append(Problem("outbox", f"of {doubts} messages nobody knows whether they were taken", do))
    if twice:
        do = "nothing to mend; with CLAIMWATCH_POSTFIX_LOG the log of a Postfix on this machine settles such doubts"
        problems.append(Problem("outbox", f"{twice} messages were sent again and may have come twice", do))
    return problems


def _lease_problems(connection: Connection, real: float) -> list[Problem]:
    """What a process took up and never gave back. The next one takes it over: here, none has come."""
    problems = []
    for slug, owner, until in reads.lapsed_leases(connection, datetime.fromtimestamp(real - LEFT_LYING_S, UTC)):
        why = f"{owner} has not given it back since {until.isoformat(timespec='minutes')}, and nobody took it over"
        problems.append(Problem(slug, why, f"claimwatch poll {slug}, and see why no schedule did", "lease"))
    if lying := outbox.count_lapsed(connection, real - LEFT_LYING_S):
        do = "claimwatch deliver, and see why no schedule did"
        problems.append(Problem("outbox", f"{lying} messages were cut off and nobody went on with them", do, "lease"))
    return problems


def _waiting_problems(connection: Connection, now: datetime) -> list[Problem]:
    """Mail that waits although nothing keeps it back, and doubts that become more."""
    problems = []
    if waiting := outbox.count_left_over(connection, now, WAITS_TOO_LONG):
        do = "claimwatch deliver, and see that the schedule runs"
        why = f"{waiting} messages wait for over {WAITS_TOO_LONG.seconds // 3600} hours and nobody sends them"
        problems.append(Problem("outbox", why, do, "outbox"))
    doubts = len(outbox.list_doubts(connection))
    if grow(alarms.gauge_values(connection, IN_DOUBT, now - timedelta(days=1)), doubts):
        do = "look into the mail server's log: it takes mail and does not say so"
        problems.append(Problem("in doubt", f"messages in doubt become more: {doubts} now", do, "outbox"))
    return problems


def grow(measured: Sequence[tuple[datetime, int]], now: int) -> bool:
    """Whether there is more now than at the first measure, and not just a few."""
    return now >= FEW_DOUBTS and bool(measured) and now > measured[0][1]


def _read_problems(read: Read) -> list[Problem]:
    """What the last read of a source leaves to an operator."""
    problems = []
    if read.status is ReadStatus.HELD:
        what, _, do = (read.reason or "").partition("; ")
        problems.append(Problem(read.source, f"its last read is held: {what}", do, "approval"))
    for warning in read.warnings:
        if MOVED in warning:
            why, _, do = warning.rpartition(": ")
            problems.append(Problem(read.source, why, do, "source"))
    return problems


def _source_problems(slug: str, state: reads.SourceState, every: timedelta, now: datetime) -> list[Problem]:
    again = f"claimwatch poll {slug} --force"
    if state.last_read_at is None:
        return [Problem(slug, "was never read", again, "source")]
    if state.last_good_at is None:
        return [Problem(slug, f"{state.failures} reads, none of them good", f"{again}, and see what it says", "source")]
    if now - state.last_good_at > 3 * every:
        since = state.last_good_at.isoformat(timespec="minutes")
        why = f"no good read since {since} ({state.failures} failed)"
        return [Problem(slug, why, f"{again}, and see what it says", "source")]
    return []

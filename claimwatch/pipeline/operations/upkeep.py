"""Forgetting in time: what nothing rests on goes, what anybody was ever told of stays."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from claimwatch.pipeline.watch import Watch
from claimwatch.settings import Settings
from claimwatch.store import advance_clock, chain, consents, retention, subscribers


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What went, or would go (`dry_run`): bodies of captures, reads, mails whose bytes are emptied, people who left.

    `fresh` are bodies that somebody asked for again just now: they go next time. `chained` are captures that the chain
    had missed. Sizes are in bytes, of bodies before compression.
    """

    captures: int = 0
    capture_bytes: int = 0
    fresh: int = 0
    reads: int = 0
    mails: int = 0
    mail_bytes: int = 0
    people: int = 0
    chained: int = 0
    dry_run: bool = False


def upkeep(watch: Watch, *, dry_run: bool = False) -> Upkeep:
    """Let go what the settings `keep_…_days` say is old; safe to repeat, and to cut off anywhere.

    Unconfirmed requests and uses of forms go as well, which have times of their own.
    """
    now, days = watch.now(), watch.settings
    if dry_run:
        with watch.store.read() as connection:
            return _report(_plan(connection, days, now), dry_run=True)
    with watch.store.write() as connection:
        advance_clock(connection, now)
        chained = chain.extend_chain(connection, thoroughly=True)
        consents.tidy(connection, now, time.time())
        plan = _plan(connection, days, now)
        # First the store says that bytes are let go, then they go: cut off between, some stay for nothing.
        chain.note_let_go(connection, [id_ for ids in plan.bytes.captures.values() for id_ in ids], now)
    fresh = [sha256 for sha256 in plan.bytes.captures if not watch.captures.discard(sha256)]
    with watch.store.write() as connection:
        chain.take_back(connection, [id_ for sha256 in fresh for id_ in plan.bytes.captures[sha256]])
        reads = retention.old_reads(connection, _ago(now, days.keep_reads_days)) if days.keep_reads_days else ()
        retention.forget_reads(connection, reads, now)
        if days.keep_mail_days:
            retention.forget_mail(connection, _ago(now, days.keep_mail_days))
        for subscriber_id in plan.people:
            subscribers.erase_subscriber(connection, subscriber_id, now)
    return _report(plan, fresh=len(fresh), reads=len(reads), chained=chained)


@dataclass(frozen=True, slots=True)
class _Plan:
    bytes: retention.Bytes
    reads: int
    mail: tuple[int, int]
    people: tuple[int, ...]


def _plan(connection: Connection, days: Settings, now: datetime) -> _Plan:
    nothing = retention.Bytes({}, 0)
    return _Plan(
        retention.uncited_bytes(connection, _ago(now, days.keep_captures_days)) if days.keep_captures_days else nothing,
        len(retention.old_reads(connection, _ago(now, days.keep_reads_days))) if days.keep_reads_days else 0,
        retention.old_mail(connection, _ago(now, days.keep_mail_days)) if days.keep_mail_days else (0, 0),
        retention.left_before(connection, _ago(now, days.keep_left_days)) if days.keep_left_days else (),
    )


def _report(
    plan: _Plan, *, fresh: int = 0, reads: int | None = None, chained: int = 0, dry_run: bool = False
) -> Upkeep:
    return Upkeep(
        captures=len(plan.bytes.captures) - fresh,
        capture_bytes=plan.bytes.size,
        fresh=fresh,
        reads=plan.reads if reads is None else reads,
        mails=plan.mail[0],
        mail_bytes=plan.mail[1],
        people=len(plan.people),
        chained=chained,
        dry_run=dry_run,
    )


def _ago(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)

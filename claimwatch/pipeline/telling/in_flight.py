"""Reads that other processes have under way: an edition that is due waits for them, though not for ever.

Why: docs/decisions/0013-an-edition-waits-for-reads.md.
"""

import logging
import time
from datetime import UTC, datetime, timedelta

from claimwatch.editions import URGENT
from claimwatch.logs import fields
from claimwatch.models import Edition
from claimwatch.pipeline.lease import PATIENCE, is_dead
from claimwatch.pipeline.telling.build import build, due_series
from claimwatch.pipeline.telling.draft import wanted_period
from claimwatch.pipeline.watch import Watch
from claimwatch.store import reads

LOOK_EVERY_S = 1.0
_LOG = logging.getLogger("claimwatch.in_flight")


def build_due(watch: Watch) -> tuple[Edition, ...]:
    """Freeze the editions that are due, of every series that is built by itself, each with `build_after_reads`."""
    built = (build_after_reads(watch, series) for series in due_series(watch))
    return tuple(edition for edition in built if edition is not None)


def build_after_reads(watch: Watch, series: str, *, patience: timedelta = PATIENCE) -> Edition | None:
    """What `build` gives, once no due source is being read, or when `patience` (real time) is over.

    An alert does not wait: what comes later is the next one.
    """
    if series != URGENT and _is_wanted(watch, series):
        await_reads(watch, patience)
    return build(watch, series)


def await_reads(watch: Watch, patience: timedelta) -> tuple[str, ...]:
    """Wait until no due source is being read; the slugs of those that still are when `patience` is over."""
    last, told = time.monotonic() + patience.total_seconds(), False
    while under_way := reads_in_flight(watch):
        if time.monotonic() >= last:
            said = fields(sources=" ".join(under_way))
            _LOG.warning("no longer waiting for the read of %s to end", ", ".join(under_way), extra=said)
            break
        if not told:
            said = fields(sources=" ".join(under_way))
            _LOG.info("an edition is due, and waits for the read of %s", ", ".join(under_way), extra=said)
            told = True
        time.sleep(min(LOOK_EVERY_S, max(0.0, last - time.monotonic())))
    return under_way


def reads_in_flight(watch: Watch) -> tuple[str, ...]:
    """The slugs of the due sources that a process which lives, as far as can be known, has leased.

    A source that is leased and not due is being replayed or backfilled: what that finds is no news of this edition.
    """
    with watch.store.read() as connection:
        held = reads.held_leases(connection, datetime.now(UTC))
        due = {slug: reads.source_state(connection, slug).next_due_at for slug, _ in held}
    now = watch.now()
    return tuple(
        slug
        for slug, owner in held
        if slug in watch.polled and not is_dead(owner) and ((at := due[slug]) is None or at <= now)
    )


def _is_wanted(watch: Watch, series: str) -> bool:
    with watch.store.read() as connection:
        return wanted_period(connection, watch, series, None, watch.now()) is not None

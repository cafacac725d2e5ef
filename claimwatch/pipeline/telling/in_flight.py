"""Editions that are due, each frozen once no read is under way; it waits for reads, though not for ever.

Why: docs/decisions/0013-an-edition-waits-for-reads.md.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from claimwatch.editions import URGENT
from claimwatch.errors import ClaimwatchError
from claimwatch.logs import fields
from claimwatch.models import Edition
from claimwatch.pipeline.lease import PATIENCE, is_dead
from claimwatch.pipeline.reading.broken import described, is_of_source, log_trace, trace_of
from claimwatch.pipeline.telling.build import build, due_series
from claimwatch.pipeline.telling.draft import wanted_period
from claimwatch.pipeline.watch import Watch
from claimwatch.store import reads

LOOK_EVERY_S = 1.0
_LOG = logging.getLogger("claimwatch.in_flight")


class EditionsBroke(ClaimwatchError):
    """Something unforeseen kept editions from being frozen. `editions` are those that were all the same."""

    def __init__(self, message: str, made: Sequence[Edition]) -> None:
        super().__init__(message)
        self.editions = tuple(made)


def build_due(watch: Watch) -> tuple[Edition, ...]:
    """Freeze the editions that are due, of every series that is built by itself, each with `build_after_reads`.

    Raises `EditionsBroke` as `build_each` does.
    """
    return build_each(due_series(watch), lambda series: build_after_reads(watch, series))


def build_each(series: Iterable[str], freeze: Callable[[str], Edition | None]) -> tuple[Edition, ...]:
    """The editions that `freeze` gives, series by series.

    What it raises for one keeps none of the others from being frozen, least of all an alert. It is logged, and when all
    are done, raised as one `EditionsBroke`; what the machine fails at is raised at once.
    """
    made: list[Edition] = []
    broke: dict[str, Exception] = {}
    for one in series:
        try:
            edition = freeze(one)
        except Exception as error:
            if not is_of_source(error):
                raise
            broke[one] = error
            what, said = f"freezing the {one} edition broke: {described(error)}", fields(series=one)
            log_trace(_LOG, logging.ERROR, what, trace_of(error), said)
        else:
            made += [edition] if edition is not None else []
    if broke:
        lines = [f"{described(error)} (while freezing the {one} edition)" for one, error in broke.items()]
        raise EditionsBroke("\n".join(lines), made) from next(iter(broke.values()))
    return tuple(made)


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

"""The queue as the desk goes through it: a page from a case on, and the cases on both sides of one."""

from collections.abc import Sequence
from dataclasses import dataclass

from claimwatch.models import CaseState, Development, Outcome
from claimwatch.pipeline.reviewing.desk import CaseLine, case_lines
from claimwatch.pipeline.telling.tellable import today_of
from claimwatch.pipeline.watch import Watch
from claimwatch.store import developments, queue

MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page. `total` counts all cases, up to one more than `MOST_COUNTED`. `earlier` and `later` say whether there
    are cases before the page and behind it."""

    cases: tuple[CaseLine, ...]
    total: int
    earlier: bool
    later: bool


def queue_page(
    watch: Watch,
    *,
    state: CaseState,
    company: str | None = None,
    source: str | None = None,
    outcome: Outcome | None = None,
    after: str = "",
    before: str = "",
    size: int,
) -> QueuePage:
    """The cases behind one that is named by its key, or those before it; the first ones where there is none of it."""
    wanted = queue.Wanted(state, today_of(watch), company, source, outcome)
    with watch.store.read() as connection:
        first = queue.cases_after(connection, wanted, None, MOST_COUNTED + 1)
        total = len(first)
        spot = queue.find_spot(connection, after or before) if after or before else None
        if spot is not None and not after:
            ids = queue.cases_before(connection, wanted, spot, size + 1)
            if len(ids) > size:
                return QueuePage(case_lines(connection, watch, ids[1:]), total, earlier=True, later=True)
            spot = None  # the first page: from its beginning, so that it is full
        ids = first if spot is None else queue.cases_after(connection, wanted, spot, size + 1)
        lines = case_lines(connection, watch, ids[:size])
    return QueuePage(lines, total, earlier=spot is not None, later=len(ids) > size)


def cases_around(
    watch: Watch,
    key: str,
    *,
    state: CaseState,
    company: str | None = None,
    source: str | None = None,
    outcome: Outcome | None = None,
    each: int,
) -> tuple[Sequence[Development], Sequence[Development]]:
    """The cases before one and behind it, at most so many of `each`, in the order of the queue."""
    wanted = queue.Wanted(state, today_of(watch), company, source, outcome)
    with watch.store.read() as connection:
        spot = queue.find_spot(connection, key)
        if spot is None:
            return (), ()
        sides = (
            queue.cases_before(connection, wanted, spot, each),
            queue.cases_after(connection, wanted, spot, each),
        )
        found = developments.find_developments(connection, [id_ for ids in sides for id_ in ids])
    before, after = ([found[id_] for id_ in ids] for ids in sides)
    return before, after

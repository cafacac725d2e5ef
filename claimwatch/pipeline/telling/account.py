"""How the sources stood, as an edition accounts for them: reads, failures, gaps and vanished things by name."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from claimwatch.models import Coverage, Read, ReadStatus, StartPage
from claimwatch.pipeline.reading.coverage import long_gaps, unread_times_of
from claimwatch.pipeline.watch import Watch
from claimwatch.store import documents, gone, reads

AT_ONCE = 50  # sources whose reads are asked for by one query


def account(
    connection: Connection, watch: Watch, slugs: Iterable[str], after: datetime | None, now: datetime
) -> list[Coverage]:
    """How sources stood in (after, now], `after` None from the beginning; times: aware UTC.

    What can be asked of many of them at once is: there may be hundreds. But the reads of a first edition are all that
    were ever made, so that no more of them are held in memory than those of `AT_ONCE` sources.
    """
    slugs = tuple(slugs)
    states = reads.source_states_of_all(connection)
    newest = documents.newest_by_source(connection, slugs)
    vanished = gone.gone_by_source(connection, slugs, after, now)
    accounted: list[Coverage] = []
    for first in range(0, len(slugs), AT_ONCE):
        some = slugs[first : first + AT_ONCE]
        done = reads.reads_by_source(connection, some, after, now)
        accounted += [
            replace(
                _reads_of(connection, watch, slug, done.pop(slug, []), after, now),
                last_good_at=states[slug].last_good_at if slug in states else None,
                newest_on=newest.get(slug),
                gone=tuple(vanished.get(slug, ())),
            )
            for slug in some
        ]
    return accounted


def _reads_of(
    connection: Connection, watch: Watch, slug: str, done: Sequence[Read], after: datetime | None, now: datetime
) -> Coverage:
    """How the reads of a source went."""
    good = [read for read in done if read.status in (ReadStatus.GOOD, ReadStatus.PARTIAL)]
    latest = good[-1] if good else None
    needed = [page for page in watch.sources[slug].pages if not page.probe]
    whole = [read for read in good if not _lost_lists(read, needed, watch.baseline.newest_document_on)]
    gaps = [str(failure) for failure in latest.failures] if latest else []
    if latest is None and done:
        gaps = [done[-1].reason or "could not be read"]
    elif done and done[-1].status is ReadStatus.HELD:
        gaps.append(done[-1].reason or "held for an operator")
    times = unread_times_of(connection, slug, done, after, now) if latest is not None else ()
    pauses = long_gaps(times, watch.sources[slug])
    return Coverage(
        source=slug,
        name=watch.sources[slug].name,
        reads=len(done),
        failed=len(done) - len(whole),
        last_good_at=None,
        newest_on=None,
        unread=not whole,
        gaps=tuple(gaps),
        gone=(),
        pauses=tuple((gap.begins_at, gap.ends_at) for gap in pauses if gap.ends_at is not None),
    )


def _lost_lists(read: Read, needed: Sequence[StartPage], since: date) -> set[str]:
    """The groups that a read needed and of which it could read no page: what they list was not seen."""
    failed = {failure.url for failure in read.failures}
    good = {page.group for page in needed if page.url.replace("{since}", since.isoformat()) not in failed}
    return {page.group for page in needed} - good

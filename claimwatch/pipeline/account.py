"""How the sources stood, as an edition accounts for them: reads, failures, gaps and vanished things by name."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from claimwatch.models import Coverage, Read, ReadStatus, StartPage
from claimwatch.pipeline.coverage import long_gaps, unread_times
from claimwatch.pipeline.watch import Watch
from claimwatch.store import documents, gone, reads


def account(connection: Connection, watch: Watch, slug: str, after: datetime | None, now: datetime) -> Coverage:
    """How a source stood in (after, now], `after` None from the beginning; times: aware UTC."""
    done = reads.reads_between(connection, slug, after, now)
    good = [read for read in done if read.status in (ReadStatus.GOOD, ReadStatus.PARTIAL)]
    latest = good[-1] if good else None
    needed = [page for page in watch.sources[slug].pages if not page.probe]
    whole = [read for read in good if not _lost_lists(read, needed, watch.baseline.newest_document_on)]
    gaps = [str(failure) for failure in latest.failures] if latest else []
    if latest is None and done:
        gaps = [done[-1].reason or "could not be read"]
    elif done and done[-1].status is ReadStatus.HELD:
        gaps.append(done[-1].reason or "held for an operator")
    times = long_gaps(unread_times(connection, slug, after, now), watch.sources[slug]) if latest is not None else ()
    state = reads.source_state(connection, slug)
    return Coverage(
        source=slug,
        name=watch.sources[slug].name,
        reads=len(done),
        failed=len(done) - len(whole),
        last_good_at=state.last_good_at,
        newest_on=documents.newest_published_on(connection, slug),
        unread=not whole,
        gaps=tuple(gaps),
        gone=tuple(gone.gone_between(connection, slug, after, now)),
        pauses=tuple((gap.begins_at, gap.ends_at) for gap in times if gap.ends_at is not None),
    )


def _lost_lists(read: Read, needed: Sequence[StartPage], since: date) -> set[str]:
    """The groups that a read needed and of which it could read no page: what they list was not seen."""
    failed = {failure.url for failure in read.failures}
    good = {page.group for page in needed if page.url.replace("{since}", since.isoformat()) not in failed}
    return {page.group for page in needed} - good

"""How the sources stood, as an edition accounts for them: reads, failures, gaps and vanished things by name."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from claimwatch.models import Coverage, Read, ReadStatus, StartPage
from claimwatch.pipeline.coverage import Gap, long_gaps, unread_times
from claimwatch.pipeline.watch import Watch
from claimwatch.store import documents, gone, reads

MOST_GAPS = 3  # named one by one; of more only the longest


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
    if not done:
        gaps = ["was not polled in this period"]
    if latest is not None:
        closed = [gap for gap in unread_times(connection, slug, after, now) if gap.ends_at is not None]
        gaps += _unread(long_gaps(closed, watch.sources[slug]), ZoneInfo(watch.settings.timezone))
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
    )


def _unread(gaps: Sequence[Gap], zone: ZoneInfo) -> list[str]:
    """In words: when a source that is read again went unread. Of many such times the longest, and how many."""
    if len(gaps) > MOST_GAPS:
        return [f"{len(gaps)} times not read when due; {_span(max(gaps, key=lambda gap: gap.length), zone)}"]
    return [_span(gap, zone) for gap in gaps]


def _span(gap: Gap, zone: ZoneInfo) -> str:
    begin, end = (at.astimezone(zone) for at in (gap.begins_at, gap.ends_at or gap.until))
    return f"unread from {begin:%a} {begin.day} {begin:%b %H:%M} to {end:%a} {end.day} {end:%b %H:%M}"


def _lost_lists(read: Read, needed: Sequence[StartPage], since: date) -> set[str]:
    """The groups that a read needed and of which it could read no page: what they list was not seen."""
    failed = {failure.url for failure in read.failures}
    good = {page.group for page in needed if page.url.replace("{since}", since.isoformat()) not in failed}
    return {page.group for page in needed} - good

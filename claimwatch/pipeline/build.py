"""Build an edition and freeze it: the edition, each subscriber's message and the ledger in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from claimwatch.delivery import Sender, compose, message_id_for
from claimwatch.editions import Period, assemble, due_period, parse_period, preflight, render
from claimwatch.errors import UsageError
from claimwatch.models import Candidate, Coverage, Edition, Outcome, Read, ReadStatus, Rendered, StartPage, Subscriber
from claimwatch.pipeline.coverage import Gap, long_gaps, unread_times
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import signing_keys
from claimwatch.store import (
    advance_clock,
    developments,
    documents,
    editions,
    findings,
    gone,
    ledger,
    outbox,
    reads,
    subscribers,
)

MOST_GAPS = 3  # named one by one; of more only the longest
EXPIRY = {"weekly": timedelta(days=14)}
WHY = "You get this because you subscribe to the weekly digest on Hikvision and Dahua."


def build(watch: Watch, series: str = "weekly", *, period: str | None = None) -> Edition | None:
    """Freeze the edition that is due, or that of `period` (such as `2026-W46`), and a message for each subscriber.

    None: none is due, that period has been told, or no source has ever been read: the first edition says where the
    baseline stands, and cannot before somebody has looked. With no subscriber the edition is frozen all the same.
    Raises `UsageError` for a period that cannot be, `EditionInvalid` when the preflight refuses.
    """
    now = watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        wanted = _wanted(connection, watch, series, period, now)
        if wanted is None:
            return None
        if wanted.ends_at > now:
            raise UsageError(f"{wanted.key} is not over yet; an edition is told once, so build it afterwards")
        edition, told = _assemble(connection, watch, wanted, now)
        general = _render(watch, edition, watch.settings.language, watch.settings.timezone)
        edition_id = editions.save_edition(connection, edition, general, told)
        for subscriber in subscribers.list_subscribers(connection, active_only=True):
            _freeze_message(connection, watch, edition, edition_id, told, subscriber, now)
    return edition


def preview(watch: Watch, series: str = "weekly", *, period: str | None = None) -> tuple[Edition, Rendered] | None:
    """What `build` would freeze now, without freezing it; None where it would freeze nothing."""
    now = watch.now()
    with watch.store.read() as connection:
        wanted = _wanted(connection, watch, series, period, now)
        if wanted is None:
            return None
        edition, _told = _assemble(connection, watch, wanted, now)
    return edition, _render(watch, edition, watch.settings.language, watch.settings.timezone)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A message that `build` would freeze: to whom, with how many items, of how many bytes."""

    recipient: str
    subject: str
    items: int
    size: int


def rehearse(
    watch: Watch, series: str = "weekly", *, period: str | None = None
) -> tuple[Edition, tuple[Rehearsed, ...]] | None:
    """The edition and the messages that `build` would freeze now, without freezing them; None where there are none."""
    now = watch.now()
    messages: list[Rehearsed] = []
    with watch.store.read() as connection:
        wanted = _wanted(connection, watch, series, period, now)
        if wanted is None:
            return None
        edition, told = _assemble(connection, watch, wanted, now)
        for subscriber in subscribers.list_subscribers(connection, active_only=True):
            rendered, fresh = _own(connection, watch, edition, told, subscriber)
            _, mime = _compose(watch, rendered, edition.series, edition.period, subscriber, now)
            messages.append(Rehearsed(subscriber.address, rendered.subject, len(fresh), len(mime)))
    return edition, tuple(messages)


def _wanted(connection: Connection, watch: Watch, series: str, period: str | None, now: datetime) -> Period | None:
    if not any(reads.good_reads(connection, slug) for slug in watch.sources):
        return None
    if period is None:
        last = editions.last_edition(connection, series)
        return due_period(series, now, watch.settings.timezone, last.period if last else None)
    wanted = parse_period(period, watch.settings.timezone)
    if wanted.series != series:
        raise UsageError(f"{period!r} is a period of the {wanted.series} series; this is the {series} one")
    return None if editions.find_edition(connection, series, wanted.key) else wanted


def _assemble(
    connection: Connection, watch: Watch, period: Period, now: datetime
) -> tuple[Edition, list[tuple[int, int]]]:
    """The edition, and (development id, state version) in the order of its items."""
    last = editions.last_edition(connection, period.series)
    after = last.frozen_at if last else None
    untold = developments.untold(connection, period.series)
    ids = {development.key: id_ for id_, development, _ in untold}
    candidates = [
        Candidate(development, tuple(findings.evidence_of(connection, id_, watch.sources)), told_before, reviewed=False)
        for id_, development, told_before in untold
    ]
    folded: dict[str, int] = {}
    context = 0
    for source, outcome, count in findings.folded_between(connection, after, now):
        if outcome == Outcome.RESTATEMENT.value:
            name = watch.sources[source].name if source in watch.sources else source
            folded[name] = folded.get(name, 0) + count
        else:
            context += count
    coverage = [_coverage(connection, watch, slug, after, now) for slug in watch.polled]
    edition = assemble(
        period, now, candidates, coverage, sorted(folded.items()), context, watch.baseline, first=last is None
    )
    return edition, [(ids[item.development], item.state_version) for item in edition.items]


def _coverage(connection: Connection, watch: Watch, slug: str, after: datetime | None, now: datetime) -> Coverage:
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


def _freeze_message(
    connection: Connection,
    watch: Watch,
    edition: Edition,
    edition_id: int,
    told: Sequence[tuple[int, int]],
    subscriber: Subscriber,
    now: datetime,
) -> None:
    rendered, fresh = _own(connection, watch, edition, told, subscriber)
    message_id = freeze_rendered(
        connection, watch, rendered, edition.series, edition.period, edition_id, subscriber, now
    )
    if message_id is not None:
        ledger.note_told(connection, subscriber.id, fresh, message_id, now)


def _own(
    connection: Connection, watch: Watch, edition: Edition, told: Sequence[tuple[int, int]], subscriber: Subscriber
) -> tuple[Rendered, list[tuple[int, int]]]:
    """A subscriber's own selection, what the ledger says they have not been told (law 5), as mail and as pairs."""
    known = ledger.told(connection, subscriber.id)
    fresh = [(item, pair) for item, pair in zip(edition.items, told, strict=True) if pair not in known]
    own = replace(edition, items=tuple(item for item, _ in fresh))
    return _render(watch, own, subscriber.language, subscriber.timezone), [pair for _, pair in fresh]


def freeze_rendered(
    connection: Connection,
    watch: Watch,
    rendered: Rendered,
    series: str,
    period: str,
    edition_id: int,
    subscriber: Subscriber,
    now: datetime,
) -> int | None:
    """Compose and store a message; its id, or None when this subscriber has one of this edition already."""
    message_id, mime = _compose(watch, rendered, series, period, subscriber, now)
    return outbox.save_message(
        connection,
        edition_id=edition_id,
        subscriber=subscriber,
        message_id=message_id,
        mime=mime,
        created_at=now,
        expires_at=now + EXPIRY[series],
    )


def _compose(
    watch: Watch, rendered: Rendered, series: str, period: str, subscriber: Subscriber, now: datetime
) -> tuple[str, bytes]:
    """The Message-ID and the bytes."""
    settings = watch.settings
    domain = parseaddr(settings.sender)[1].rpartition("@")[2]
    secret = signing_keys(settings)[0].get_secret_value()
    message_id = message_id_for(f"{series}:{period}", subscriber, secret=secret, domain=domain)
    sender = Sender(address=settings.sender, reply_to=settings.reply_to, operator=settings.operator)
    mime = compose(
        rendered, sender=sender, recipient=subscriber, message_id=message_id, date=now, series=series, period=period
    )
    return message_id, mime


def _render(watch: Watch, edition: Edition, language: str, timezone: str) -> Rendered:
    settings = watch.settings
    rendered = render(
        edition,
        language=language,
        timezone=timezone,
        public_url=settings.public_url,
        why=WHY,
        postal_address=settings.postal_address,
        operator=parseaddr(settings.operator)[1],
    )
    preflight(edition, rendered)
    return rendered

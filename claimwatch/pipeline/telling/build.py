"""Build an edition and freeze it: the edition, each reader's message and the ledger in one transaction."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import partial
from itertools import islice

from sqlalchemy import Connection

from claimwatch.delivery import Sender, compose, message_id_for
from claimwatch.editions import RECORD, URGENT, general_line, is_due, preflight, render, why_line, words_for
from claimwatch.editions.addresses import edition_path
from claimwatch.errors import UsageError
from claimwatch.models import Edition, Reader, Rendered, Subscriber
from claimwatch.pipeline.knowledge import with_knowledge
from claimwatch.pipeline.telling.calendar import pass_dates
from claimwatch.pipeline.telling.draft import Draft, Own, draft, own_each, wanted_period
from claimwatch.pipeline.telling.press import Press, signer_of
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import Settings, signing_keys
from claimwatch.store import advance_clock, editions, ledger, outbox, reviews, subscribers
from claimwatch.store.editions import EditionRow
from claimwatch.store.outbox import Frozen
from claimwatch.tokens import preferences_url, unsubscribe_url

EXPIRY = {
    "urgent": timedelta(hours=6),
    "daily": timedelta(days=2),
    "weekly": timedelta(days=14),
    "monthly": timedelta(days=30),
    RECORD: timedelta(days=30),
}
TRIAL = "test"
AT_ONCE = 50  # messages that are stored by one statement; as many are held in memory
_BY = "CLAIMWATCH_REVIEW"
_LANGUAGE = re.compile(r'<html lang="([a-z]+)"')


def build(watch: Watch, series: str = "weekly", *, period: str | None = None) -> Edition | None:
    """Freeze the edition of a series that is due, or that of `period` (such as `2026-W46`), and its readers' messages.

    None: none is due, that period has been told, or no source has ever been read: the first edition says where the
    baseline stands, and cannot before somebody has looked. With no reader the edition is frozen all the same, an alert
    only if it is news to the archive. Messages wait for approval where `CLAIMWATCH_REVIEW` says so.
    Raises `UsageError` for a period that cannot be, `EditionInvalid` when the preflight refuses.
    """
    watch = with_knowledge(watch)
    now = watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        wanted = wanted_period(connection, watch, series, period, now)
        if wanted is None:
            return None
        if series != URGENT:
            pass_dates(connection, watch, now)
        if wanted.ends_at > now:
            raise UsageError(f"{wanted.key} is not over yet; an edition is told once, so build it afterwards")
        drafted = draft(connection, watch, wanted, now)
        due = due_messages(connection, watch, drafted, series, now)
        if series == URGENT and not due and set(drafted.told) <= editions.ever_told(connection, now):
            return None
        freeze(connection, watch, drafted, due, now)
    return drafted.edition


def freeze(
    connection: Connection, watch: Watch, drafted: Draft, due: Sequence[tuple[Reader, Own]], now: datetime
) -> None:
    """Store an edition with the messages of its readers and what they are told; held where it waits for approval."""
    series = drafted.edition.series
    general = render_mail(watch, drafted.edition)
    edition_id = editions.save_edition(connection, drafted.edition, general, drafted.told)
    press, waiting = Press(watch, now, compose_own), iter(due)
    while some := list(islice(waiting, AT_ONCE)):
        _freeze(connection, watch, edition_id, some, now, press)
    if watch.settings.review in ("all", series):  # with no reader, too: the pages show what has gone out
        reviews.set_state(connection, edition_id, "held")
        reviews.move_messages(connection, edition_id, ("ready",), "held", "waits for approval")
        why = f"{_BY}={watch.settings.review}: waits for approval"
        reviews.note_decision(connection, edition_id, "held", _BY, why, now)


def archived(row: EditionRow) -> Rendered:
    """An edition as it stands in the archive, in the language in which it was frozen."""
    found = _LANGUAGE.search(row.html)
    return Rendered(row.subject, row.html, row.text, found[1] if found else "en")


def due_series(watch: Watch) -> tuple[str, ...]:
    """The series that are built by themselves, alerts first: the weekly one always, others if they are read."""
    timely = [series for series in EXPIRY if series != RECORD]
    with watch.store.read() as connection:
        read = {series for series in timely if subscribers.list_readers(connection, series, watch.now())}
    return tuple(series for series in timely if series in read or series == "weekly")


def preview(watch: Watch, series: str = "weekly", *, period: str | None = None) -> tuple[Edition, Rendered] | None:
    """What `build` would freeze now, without freezing it; None where it would freeze nothing."""
    watch = with_knowledge(watch)
    now = watch.now()
    with watch.store.read() as connection:
        wanted = wanted_period(connection, watch, series, period, now)
        if wanted is None:
            return None
        edition = draft(connection, watch, wanted, now).edition
    return edition, render_mail(watch, edition)


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
    watch = with_knowledge(watch)
    now = watch.now()
    with watch.store.read() as connection:
        wanted = wanted_period(connection, watch, series, period, now)
        if wanted is None:
            return None
        drafted = draft(connection, watch, wanted, now)
        due = due_messages(connection, watch, drafted, series, now)
    return drafted.edition, rehearsed(watch, due, now)


def rehearsed(watch: Watch, due: Sequence[tuple[Reader, Own]], now: datetime) -> tuple[Rehearsed, ...]:
    """The messages of these readers, composed and not kept."""
    messages = []
    for reader, mine in due:
        if not mine.over_limit:
            rendered, _, mime = compose_own(watch, reader, mine, now)
            messages.append(Rehearsed(reader.subscriber.address, rendered.subject, len(mine.fresh), len(mime)))
    return tuple(messages)


def due_messages(
    connection: Connection, watch: Watch, drafted: Draft, series: str, now: datetime
) -> list[tuple[Reader, Own]]:
    """The readers who get a message of a drafted edition, each with what it tells them."""
    found = own_each(connection, watch, drafted, subscribers.list_readers(connection, series, now))
    return [(reader, mine) for reader, mine in found if is_due(mine.edition, proof_of_life=reader.proof_of_life)]


def _freeze(
    connection: Connection,
    watch: Watch,
    edition_id: int,
    due: Sequence[tuple[Reader, Own]],
    now: datetime,
    press: Press,
) -> None:
    """Freeze the messages of some readers, with what they tell, by a statement for all of them."""
    expires_at = now + EXPIRY[due[0][1].edition.series]
    frozen = [Frozen(reader.subscriber, *press.compose(reader, mine)) for reader, mine in due]
    ids = outbox.save_messages(connection, edition_id, frozen, now, expires_at)
    told = [(reader.subscriber.id, mine.fresh, id_) for (reader, mine), id_ in zip(due, ids, strict=True)]
    ledger.note_all(connection, told, now)
    for (_, mine), id_ in zip(due, ids, strict=True):
        if mine.over_limit:
            # Given up at once: the ledger then owes its items to the reader's next edition.
            why = f"{watch.settings.urgent_daily} alerts went out to them today; it waits for their next edition"
            reviews.move_messages(connection, edition_id, ("ready",), "cancelled", why, of_message=id_)


def compose_own(watch: Watch, reader: Reader, mine: Own, now: datetime) -> tuple[Rendered, str, bytes]:
    """A reader's mail: how it reads, its Message-ID, its bytes."""
    subscriber = reader.subscriber
    rendered = render_mail(watch, mine.edition, reader)
    message_id, mime = compose_mail(
        watch, rendered, mine.edition.series, mine.edition.period, subscriber, now, parents=mine.parents
    )
    return rendered, message_id, mime


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
    """Compose and store a message; its id, or None when this subscriber has one of this edition already.

    Of an edition that is held it is held, too.
    """
    message_id, mime = compose_mail(watch, rendered, series, period, subscriber, now)
    stored = outbox.save_message(
        connection,
        edition_id=edition_id,
        subscriber=subscriber,
        message_id=message_id,
        mime=mime,
        created_at=now,
        expires_at=now + EXPIRY[series],
    )
    edition = editions.find_edition(connection, series, period)
    if stored is not None and edition is not None and edition.state == "held":
        reviews.move_messages(connection, edition_id, ("ready",), "held", "waits for approval", of_message=stored)
    return stored


def compose_mail(
    watch: Watch,
    rendered: Rendered,
    series: str,
    period: str,
    subscriber: Subscriber,
    now: datetime,
    *,
    parents: tuple[str, ...] = (),
    key: str | None = None,
) -> tuple[str, bytes]:
    """The Message-ID and the bytes. `parents` are the Message-IDs of the mails that it belongs under, oldest first;
    `key` is what the Message-ID is made from, by default the edition's own."""
    settings = watch.settings
    domain = parseaddr(settings.sender)[1].rpartition("@")[2]
    secret = signing_keys(settings)[0].get_secret_value()
    message_id = message_id_for(key or f"{series}:{period}", subscriber, secret=secret, domain=domain)
    sender = Sender(address=settings.sender, reply_to=settings.reply_to, operator=settings.operator)
    mime = compose(
        rendered,
        sender=sender,
        recipient=subscriber,
        message_id=message_id,
        date=now,
        series=series,
        period=period,
        unsubscribe_url=unsubscribe_url(settings, subscriber.id, series),
        archived_at=_archived_at(settings, key or f"{series}:{period}"),
        references=parents,
        idempotency_header=settings.idempotency_header,
        signer=signer_of(settings),
    )
    return message_id, mime


def _archived_at(settings: Settings, key: str) -> str | None:
    """Where an edition can be read on our pages; None for a trial, which is on none."""
    series, _, period = key.partition(":")
    return None if series == TRIAL else f"{settings.public_url.rstrip('/')}{edition_path(series, period)}"


def render_mail(watch: Watch, edition: Edition, reader: Reader | None = None) -> Rendered:
    """An edition as mail, held against the preflight: that of a reader, or without one as it goes into the archive.

    Raises `EditionInvalid` when it must not leave.
    """
    settings = watch.settings
    # As in the header (RFC 8058): a link that is not https is none, and a word to the operator stands there instead.
    linked = reader is not None and settings.public_url.startswith("https://")
    made = partial(
        render,
        edition,
        language=reader.subscriber.language if reader else settings.language,
        timezone=reader.subscriber.timezone if reader else settings.timezone,
        public_url=settings.public_url,
        why=_why(watch, edition, reader),
        postal_address=settings.postal_address,
        operator=parseaddr(settings.operator)[1],
        unsubscribe_url=unsubscribe_url(settings, reader.subscriber.id, edition.series) if reader and linked else None,
        preferences_url=preferences_url(settings, reader.subscriber.id) if reader and linked else None,
    )
    rendered = made()
    # Once for each edition is enough to see that the same input gives the same bytes.
    preflight(edition, rendered, made() if reader is None else None, settings.public_url)
    return rendered


def _why(watch: Watch, edition: Edition, reader: Reader | None) -> str:
    words = words_for(reader.subscriber.language if reader else watch.settings.language)
    known = {slug: company.name for slug, company in watch.baseline.companies.items()}
    if reader is None:
        return general_line(words, edition.series, list(known.values()))
    if edition.correction is not None:
        return words.why_corrected
    topics = reader.topics
    companies = [known.get(slug, slug) for slug in topics.companies or known]
    # A company or source that was dropped since stands by its slug: it is still what they chose.
    sources = [watch.sources[slug].name if slug in watch.sources else slug for slug in topics.sources]
    return why_line(words, edition.series, companies, sources, topics.severity)

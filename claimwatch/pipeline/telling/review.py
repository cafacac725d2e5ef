"""What may be done with a frozen edition: hold it, approve it, cancel it before it leaves; recall it afterwards.

Each is written down with who and why. What was held or cancelled is lost to nobody: the ledger lets go of what a
cancelled message was to tell, and the next edition tells it.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from claimwatch.editions import RECORD, URGENT, assemble, parse_period
from claimwatch.errors import DecidedMeanwhile, UsageError
from claimwatch.models import Candidate, Edition, Origin, Reader, Subscriber, Topics
from claimwatch.pipeline.telling.build import EXPIRY, compose_mail, render_mail
from claimwatch.pipeline.telling.held import compose_again
from claimwatch.pipeline.telling.tellable import as_told, moved_evidence
from claimwatch.pipeline.watch import Watch
from claimwatch.store import advance_clock, developments, editions, findings, ledger, outbox, reviews, subscribers
from claimwatch.store.editions import EditionRow
from claimwatch.store.reviews import LEFT, WAITING, Letter

RECALL = "recall"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What became of an edition: how many messages were moved, and how many had left before."""

    series: str
    period: str
    subject: str
    state: str
    messages: int
    left: int


@dataclass(frozen=True, slots=True)
class Recalled:
    """A recall: the corrections that are on their way, and the messages that were cancelled before they left."""

    series: str
    period: str
    subject: str
    corrections: int
    cancelled: int


def hold(watch: Watch, period: str, *, who: str, why: str | None = None, seen: int | None = None) -> Reviewed:
    """Keep an edition's messages back until it is approved or cancelled.

    `seen` is how many decisions about it there were when it was looked at. Raises `UsageError` for an unknown edition,
    and when nothing of it waits any more; `DecidedMeanwhile` when there are more decisions than were seen.
    """
    return _move(watch, period, "held", WAITING, "held", who, why, seen)


def approve(watch: Watch, period: str, *, who: str, why: str | None = None, seen: int | None = None) -> Reviewed:
    """Let the messages of a held edition go. Raises `UsageError` when it is not held; `seen` as for `hold`."""
    return _move(watch, period, "approved", ("held",), "ready", who, why, seen)


def cancel(watch: Watch, period: str, *, who: str, why: str | None = None, seen: int | None = None) -> Reviewed:
    """Never send what still waits of an edition; readers are told its items in the next one.

    Raises `UsageError` for an unknown edition, and when nothing of it waits any more; `seen` as for `hold`.
    """
    return _move(watch, period, "cancelled", ("held", *WAITING), "cancelled", who, why, seen)


def recall(watch: Watch, period: str, *, who: str, why: str, development: str | None = None) -> Recalled:
    """Send everybody whom an edition told something wrong a correction, threaded under the mail that told it.

    `development` (its key, or the beginning of it) limits it to one item and to whom it was told. What has not left yet
    is cancelled. The ledger keeps what was told. Raises `UsageError` for an unknown edition or item, without a reason,
    and when nothing of it has left.
    """
    if not why.strip():
        raise UsageError("say what was wrong, for the readers: --why TEXT")
    now = watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        row = _find(connection, watch, period)
        edition = _as_told(connection, watch, row, development, why.strip(), now)
        id_ = None if development is None else _development_id(connection, row, edition.items[0].development)
        letters = reviews.letters(connection, row.id, id_)
        left = [letter for letter in letters if letter.state in LEFT]
        if not left:
            raise UsageError(f"nothing of {row.series}:{row.period} has left; `claimwatch digest cancel` stops it")
        cancelled = sum(
            reviews.move_messages(
                connection, row.id, ("held", *WAITING), "cancelled", f"recalled: {why}", of_message=letter.id
            )
            for letter in letters
        )
        general = render_mail(watch, edition)
        origin = f"{row.series}:{row.period}"
        key = f"{origin}#{editions.count_editions(connection, RECALL, f'{origin}#') + 1}"
        correction = replace(edition, series=RECALL, period=key)
        correction_id = editions.save_edition(connection, correction, general, [])
        readers = {one.id: one for one in subscribers.list_subscribers(connection, active_only=True)}
        for letter in left:
            if letter.subscriber_id in readers:
                _correct(connection, watch, edition, key, correction_id, letter, readers[letter.subscriber_id], now)
        told = why if development is None else f"{edition.items[0].development}: {why}"
        reviews.note_decision(connection, row.id, "recalled", who, told, now)
        sent = len(reviews.letters(connection, correction_id))
    return Recalled(row.series, row.period, general.subject, sent, cancelled)


def find_edition(watch: Watch, period: str) -> EditionRow:
    """The edition that `period` names: `2026-W47`, `2026-11-21T10:15Z`, with its series before it or without."""
    with watch.store.read() as connection:
        return _find(connection, watch, period)


def _move(
    watch: Watch,
    period: str,
    what: str,
    before: tuple[str, ...],
    after: str,
    who: str,
    why: str | None,
    seen: int | None,
) -> Reviewed:
    now = watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        row = _find(connection, watch, period)
        name = f"{row.series}:{row.period}"
        if seen is not None:
            _refuse_late(connection, watch, row, seen)
        letters = reviews.letters(connection, row.id)
        left = sum(letter.state in LEFT for letter in letters)
        waiting = any(letter.state in before for letter in letters)
        if what == "approved" and row.state != "held":
            raise UsageError(f"{name} is not held; it is {row.state}")
        if what == "approved":
            compose_again(connection, watch, row, now)
        if row.state == "cancelled" or (letters and not waiting and what != "approved"):
            raise UsageError(
                f"nothing of {name} waits any more ({left} of {len(letters)} messages have left); "
                "`claimwatch digest recall` corrects what was told"
            )
        moved = reviews.move_messages(
            connection,
            row.id,
            before,
            after,
            f"{what} by {who}" + (f": {why}" if why else ""),
            # Somebody has just read it: it is not too old, however long it waited.
            expires_at=now + EXPIRY.get(row.series, EXPIRY["weekly"]) if what == "approved" else None,
        )
        # What has told some readers keeps its place in the archive; the ledger owes the others.
        state = {"held": "held", "approved": "frozen", "cancelled": "frozen" if left else "cancelled"}[what]
        reviews.set_state(connection, row.id, state)
        reviews.note_decision(connection, row.id, what, who, why, now)
    return Reviewed(row.series, row.period, row.subject, state, moved, left)


def _refuse_late(connection: Connection, watch: Watch, row: EditionRow, seen: int) -> None:
    reviews.lock(connection, row.id)
    decided = reviews.decisions(connection, row.id)
    if len(decided) > seen:
        last = decided[-1]
        at = f"{last.at.astimezone(watch.zone):%Y-%m-%d %H:%M}"
        raise DecidedMeanwhile(f"{last.who} {last.what} it on {at}, after you looked; nothing was changed", last)


def _find(connection: Connection, watch: Watch, text: str) -> EditionRow:
    series, _, key = text.partition(":")
    if series not in (*EXPIRY, RECALL):
        series, key = "", text
    if series != RECALL:
        period = parse_period(key, watch.settings.timezone)
        if series not in ("", period.series):
            raise UsageError(f"{key!r} is a period of the {period.series} series")
        series, key = period.series, period.key
    row = editions.find_edition(connection, series, key)
    if row is None:
        raise UsageError(f"there is no edition {series}:{key}; `claimwatch digest list` shows those there are")
    return row


def _development_id(connection: Connection, row: EditionRow, key: str) -> int:
    ids = [id_ for id_, _ in editions.told_by(connection, row.id)]
    return next(id_ for id_ in ids if developments.find_development(connection, id_).development.key == key)


def _as_told(
    connection: Connection, watch: Watch, row: EditionRow, wanted: str | None, why: str, now: datetime
) -> Edition:
    """The items of an edition that are taken back, from the evidence that it had, withdrawn since or not."""
    candidates = []
    origin = Origin.BACKFILL if row.series == RECORD else Origin.WATCH
    for id_, _version in editions.told_by(connection, row.id):
        development = as_told(connection, developments.find_development(connection, id_).development)
        evidence = findings.evidence_of(connection, id_, watch.sources, origin=origin, withdrawn=True)
        evidence += moved_evidence(connection, watch, development.key)
        had = tuple(one for one in evidence if one.first_seen_at <= row.frozen_at)
        if had and (wanted is None or development.key.startswith(wanted)):
            candidates.append(Candidate(development, had, told_before=False, reviewed=False))
    name = f"{row.series}:{row.period}"
    if not candidates or (wanted is not None and len(candidates) > 1):
        many = "several items" if candidates else "no item"
        raise UsageError(f"{name} told {many} of the key {wanted or '(any)'}; `findings list` shows developments")
    period = parse_period(row.period, watch.settings.timezone)
    edition = assemble(period, now, candidates, (), (), 0, watch.baseline, first=False)
    return replace(edition, correction=why)


def _correct(
    connection: Connection,
    watch: Watch,
    edition: Edition,
    key: str,
    correction_id: int,
    letter: Letter,
    subscriber: Subscriber,
    now: datetime,
) -> None:
    told = {
        row.development_id for row in ledger.history(connection, subscriber.id) if row.message_id == letter.message_id
    }
    keys = {developments.find_development(connection, id_).development.key for id_ in told}
    mine = replace(edition, items=tuple(item for item in edition.items if item.development in keys))
    if not mine.items:
        return  # to this reader the edition told nothing of what is taken back
    rendered = render_mail(watch, mine, Reader(subscriber, edition.series, Topics()))
    message_id, mime = compose_mail(
        watch, rendered, edition.series, edition.period, subscriber, now,
        parents=(letter.message_id,), key=f"{RECALL}:{key}",
    )  # fmt: skip
    outbox.save_message(
        connection,
        edition_id=correction_id,
        subscriber=subscriber,
        message_id=message_id,
        mime=mime,
        created_at=now,
        expires_at=now + EXPIRY["weekly" if edition.series == URGENT else edition.series],
    )

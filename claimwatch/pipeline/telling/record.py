"""What the record shows: history, told once and only to those who ask for it.

What `backfill` finds is in no digest (docs/decisions/0009-history-is-not-news.md). An edition of the series `record`
tells it: what only a backfill found and no edition told as news. The ledger decides what of it a reader gets, so that
it is told once to each, never again as news, and whoever asks later gets it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from claimwatch.editions import RECORD, Period, assemble, record_period
from claimwatch.errors import UsageError
from claimwatch.models import Development, Edition, Origin, Reader, Rendered, Topics
from claimwatch.pipeline.telling.build import Rehearsed, freeze, rehearsed, render_mail
from claimwatch.pipeline.telling.draft import Draft, Own, own
from claimwatch.pipeline.telling.tellable import as_reviewed, today_of
from claimwatch.pipeline.watch import Watch
from claimwatch.store import advance_clock, decisions, developments, editions, findings, subscribers, suppressions


@dataclass(frozen=True, slots=True)
class Asked:
    """What of history is asked for: what happened (or else was published) from `since` to `until`, both inclusive and
    None without a limit; for the addresses in `to`, or if there are none for all subscribers of the series."""

    since: date | None = None
    until: date | None = None
    to: tuple[str, ...] = ()


def build_record(watch: Watch, asked: Asked) -> Edition | None:
    """Freeze an edition of what the record shows, with its readers' messages. None: they were told all of it.

    It holds what its readers are told. Raises `UsageError` when nobody asked, and for an address that gets no mail.
    """
    now = watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        readers = _readers(connection, asked.to, now)
        if not readers:
            raise UsageError(
                "nobody has asked for what the record shows: `claimwatch subscribers add ADDRESS --series record`, "
                "or name a subscriber with --to ADDRESS"
            )
        drafted, due = _draft(connection, watch, asked, readers, now)
        if not due:
            return None
        freeze(connection, watch, drafted, due, now)
    return drafted.edition


def preview_record(watch: Watch, asked: Asked) -> tuple[Edition, Rendered] | None:
    """What `build_record` would freeze now, or with no reader all that there is; None where there is nothing."""
    with watch.store.read() as connection:
        drafted, _ = _draft(connection, watch, asked, _readers(connection, asked.to, watch.now()), watch.now())
    return (drafted.edition, render_mail(watch, drafted.edition)) if drafted.edition.items else None


def rehearse_record(watch: Watch, asked: Asked) -> tuple[Edition, tuple[Rehearsed, ...]] | None:
    """The edition and the messages that `build_record` would freeze now; None where there is nothing to tell."""
    now = watch.now()
    with watch.store.read() as connection:
        drafted, due = _draft(connection, watch, asked, _readers(connection, asked.to, now), now)
    return (drafted.edition, rehearsed(watch, due, now)) if drafted.edition.items else None


def _readers(connection: Connection, to: Sequence[str], now: datetime) -> list[Reader]:
    asking = {one.subscriber.id: one for one in subscribers.list_readers(connection, RECORD, now)}
    if not to:
        return list(asking.values())
    readers = {}
    for address in to:
        subscriber = subscribers.find_subscriber(connection, address)
        if subscriber is None or not subscriber.active:
            raise UsageError(f"{address} is no active subscriber; `claimwatch subscribers list` shows who is")
        if suppressions.is_suppressed(connection, subscriber.address, now):
            raise UsageError(f"{address} gets no mail at present; `claimwatch subscribers list` says why")
        readers[subscriber.id] = asking.get(subscriber.id) or Reader(subscriber, RECORD, Topics())
    return list(readers.values())


def _draft(
    connection: Connection, watch: Watch, asked: Asked, readers: Sequence[Reader], now: datetime
) -> tuple[Draft, list[tuple[Reader, Own]]]:
    """The edition, and what of it is new to whom; without readers all that there is."""
    found: dict[int, Development] = {}
    candidates = []
    for id_, one in developments.history(connection):
        standing = decisions.standing_of(connection, one.key)
        if _within(_on(one), asked) and standing.is_told(one.state_version, today_of(watch)):
            evidence = findings.evidence_of(connection, id_, watch.sources, origin=Origin.BACKFILL)
            found[id_] = one
            candidates.append(as_reviewed(watch, one, tuple(evidence), standing))
    ids = {one.key: id_ for id_, one in found.items()}
    period = _period(connection, watch, asked, list(found.values()), now)
    whole = assemble(period, now, candidates, (), (), 0, watch.baseline, first=False)
    items = {(ids[item.development], item.state_version): item for item in whole.items}
    drafted = Draft(whole, tuple(items), items, kin={}, after=now)
    mine = [(reader, replace(own(connection, watch, drafted, reader), parents=())) for reader in readers]
    due = [(reader, one) for reader, one in mine if one.fresh]
    if readers:
        told = {pair for _, one in due for pair in one.fresh}
        items = {pair: item for pair, item in items.items() if pair in told}
    return Draft(replace(whole, items=tuple(items.values())), tuple(items), items, {}, now), due


def _period(connection: Connection, watch: Watch, asked: Asked, found: Sequence[Development], now: datetime) -> Period:
    days = sorted(_on(one) for one in found) or [now.date()]
    first, last = asked.since or days[0], asked.until or days[-1]
    if last < first:
        raise UsageError(f"the record from {first} to {last} ends before it begins")
    zone, number = watch.settings.timezone, 1
    while editions.find_edition(connection, RECORD, record_period(first, last, zone, number).key) is not None:
        number += 1
    return record_period(first, last, zone, number)


def _on(one: Development) -> date:
    """When it happened, or else was published; a backfill reads only what bears a date."""
    return one.happened_on or one.published_on or one.first_seen_at.date()


def _within(on: date, asked: Asked) -> bool:
    return (asked.since is None or on >= asked.since) and (asked.until is None or on <= asked.until)

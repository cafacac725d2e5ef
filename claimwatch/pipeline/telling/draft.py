"""An edition before it is frozen: what everybody is told, and what of it each reader is told (law 5)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from claimwatch.editions import RECORD, URGENT, Period, assemble, due_period, own_items, parse_period
from claimwatch.errors import UsageError
from claimwatch.models import Candidate, Coverage, Edition, Item, Outcome, Reader
from claimwatch.pipeline.telling.account import account
from claimwatch.pipeline.telling.alerts import DIGESTS, alertable, due_alert
from claimwatch.pipeline.telling.otherwise import with_otherwise
from claimwatch.pipeline.telling.tellable import Alike, alike, candidate, tellable, through, today_of
from claimwatch.pipeline.watch import Watch
from claimwatch.store import developments, editions, findings, ledger, reads, reviews, subscribers

Pair = tuple[int, int]
AT_ONCE = 200  # readers whose history is read by one query


@dataclass(frozen=True, slots=True)
class Draft:
    """An edition as it would be frozen and archived; `told` are (development id, state version) of its items.

    `items` holds these and what readers are owed from messages that were given up, in the order of telling. `kin` are
    the developments that an item reverses or changes, by its id. `after`: when the last edition was frozen.
    `joined` are the developments that analysts made one.
    """

    edition: Edition
    told: tuple[Pair, ...]
    items: dict[Pair, Item]
    kin: dict[int, frozenset[int]]
    after: datetime | None
    joined: tuple[Alike, ...] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """One reader's edition: `fresh` is what it tells them for the first time, `parents` the Message-IDs of the mails
    under which it belongs, oldest first. `over_limit`: they have had their alerts for today."""

    edition: Edition
    fresh: tuple[Pair, ...]
    parents: tuple[str, ...]
    over_limit: bool = False


def wanted_period(
    connection: Connection, watch: Watch, series: str, period: str | None, now: datetime
) -> Period | None:
    """The period that an edition of a series is to be built for now; None where there is none.

    Nothing is told before a source was read. Raises `UsageError` for a period that is none of the series.
    """
    if series == RECORD:
        raise UsageError("history is told when it is asked for: `claimwatch digest --record`")
    if series == URGENT and period is not None:
        raise UsageError("an alert is built when there is news for one; leave the period out")
    asked = None if period is None else parse_period(period, watch.settings.timezone)
    if asked is not None and asked.series != series:
        raise UsageError(f"{period!r} is a period of the {asked.series} series; this is the {series} one")
    if not any(reads.good_reads(connection, slug) for slug in watch.sources):
        return None
    if series == URGENT:
        return due_alert(connection, watch, now)
    if asked is None:
        last = editions.last_edition(connection, series)
        return due_period(series, now, watch.settings.timezone, last.period if last else None)
    return None if editions.find_edition(connection, series, asked.key) else asked


def draft(
    connection: Connection, watch: Watch, period: Period, now: datetime, *, only: frozenset[int] | None = None
) -> Draft:
    """The edition of a period as it would be frozen at `now` (aware UTC).

    `only` are the ids of the developments that it may tell as news; None: all.
    """
    last = editions.last_edition(connection, period.series, told=True)
    after = last.frozen_at if last else None
    candidates = _candidates(connection, watch, period.series, now)
    if only is not None:
        candidates = {id_: one for id_, one in candidates.items() if id_ in only}
    general = {(id_, one.development.state_version) for id_, one in candidates.items()}
    joined = alike(connection)
    for id_, _ in sorted(through(ledger.owed(connection), joined) - general):
        owed = _owed(connection, watch, id_)
        if owed is not None:
            candidates.setdefault(id_, owed)
    candidates = with_otherwise(connection, watch, candidates)
    ids = {one.development.key: id_ for id_, one in candidates.items()}
    alert = period.series == URGENT
    folded, context = ([], 0) if alert else _folded(connection, watch, after, now)
    coverage: list[Coverage] = [] if alert else account(connection, watch, watch.polled, after, now)
    whole = assemble(
        period,
        now,
        [one for one in candidates.values() if one.evidence],
        coverage,
        folded,
        context,
        watch.baseline,
        first=last is None and not alert,
    )
    items = {(ids[item.development], item.state_version): item for item in whole.items}
    told = tuple(pair for pair in items if pair in general)
    turned = [pair[0] for pair, item in items.items() if item.outcome in (Outcome.REVERSAL, Outcome.UPDATE)]
    kin = {id_: developments.kin_of(connection, id_) for id_ in turned}
    return Draft(replace(whole, items=tuple(items[pair] for pair in told)), told, items, kin, after, joined)


def own_each(
    connection: Connection, watch: Watch, drafted: Draft, readers: Iterable[Reader]
) -> Iterator[tuple[Reader, Own]]:
    """Each reader with what of a draft they are told."""
    waiting = iter(readers)
    while some := list(islice(waiting, AT_ONCE)):
        histories = ledger.histories(connection, [reader.subscriber.id for reader in some])
        for reader in some:
            yield reader, _own(connection, watch, drafted, reader, histories[reader.subscriber.id])


def own(connection: Connection, watch: Watch, drafted: Draft, reader: Reader) -> Own:
    """What of a draft a reader is told: what they asked for and do not know, by the ledger."""
    ((_, mine),) = own_each(connection, watch, drafted, [reader])
    return mine


def _own(connection: Connection, watch: Watch, drafted: Draft, reader: Reader, history: list[ledger.Told]) -> Own:
    edition, subscriber = drafted.edition, reader.subscriber
    known = {row.pair: row for row in history if not row.given_up}
    for each in drafted.joined:
        row = next((row for pair, row in known.items() if pair[0] == each.one[0] and pair[1] >= each.one[1]), None)
        if row is not None and each.is_known(known):
            known.setdefault(each.other, row)
    owed = list(through([row.pair for row in history if row.given_up], drafted.joined))
    if edition.series == URGENT and _reads_digests(connection, subscriber.id):
        owed = []  # what a day held too much of waits for their digest, as the last alert said
    since = drafted.after or edition.starts_at
    items = own_items(
        drafted.items,
        reader.topics,
        told={pair: _reminder(row, edition.series, since) for pair, row in known.items()},
        told_earlier={id_ for id_, _ in known},
        owed=owed,
        general=drafted.told,
    )
    fresh = tuple(pair for pair, item in items.items() if item.told_as is None)
    over_limit, last_today = False, False
    if edition.series == URGENT:
        items = {pair: items[pair] for pair in fresh}
        left = watch.settings.urgent_daily - reviews.alerts_since(connection, subscriber.id, _midnight(watch, edition))
        over_limit, last_today = left <= 0, left == 1
    mine = replace(
        edition,
        items=tuple(items.values()),
        first=edition.first and not known,
        last_today=last_today,
    )
    return Own(mine, fresh, _parents(drafted, fresh, history), over_limit)


def _candidates(connection: Connection, watch: Watch, series: str, now: datetime) -> dict[int, Candidate]:
    if series == URGENT:
        return {one.id: one.candidate for one in alertable(connection, watch, now)}
    return dict(tellable(connection, watch, series))


def _owed(connection: Connection, watch: Watch, id_: int) -> Candidate | None:
    return candidate(
        connection, watch, id_, developments.find_development(connection, id_).development, today_of(watch)
    )


def _folded(
    connection: Connection, watch: Watch, after: datetime | None, now: datetime
) -> tuple[list[tuple[str, int]], int]:
    """Restatements by the source's name, and how many mentions assert nothing."""
    folded: dict[str, int] = {}
    context = 0
    for source, outcome, count in findings.folded_between(connection, after, now):
        if outcome == Outcome.RESTATEMENT.value:
            name = watch.sources[source].name if source in watch.sources else source
            folded[name] = folded.get(name, 0) + count
        else:
            context += count
    return sorted(folded.items()), context


def _reminder(row: ledger.Told, series: str, since: datetime) -> str | None:
    """The series whose mail a line reminds of; None: of this it does not, because no mail told it, or not lately."""
    told_elsewhere = row.series is not None and row.series != series
    return row.series if told_elsewhere and not row.waits and row.at > since else None


def _parents(drafted: Draft, fresh: tuple[Pair, ...], history: list[ledger.Told]) -> tuple[str, ...]:
    """The mails in which this reader was told what the mail corrects or carries on: earlier states, or what it undoes.

    An alert belongs under the story of the gravest of its items that has one; a digest only where it tells one thing.
    """
    if drafted.edition.series != URGENT and len(fresh) != 1:
        return ()
    mailed = sorted((row for row in history if row.message_id and not row.given_up), key=lambda row: row.at)
    for pair in fresh:
        story = {pair[0], *drafted.kin.get(pair[0], ())}
        earlier = [row.message_id for row in mailed if row.development_id in story and row.message_id]
        if earlier:
            return tuple(dict.fromkeys(earlier))
    return ()


def _reads_digests(connection: Connection, subscriber_id: int) -> bool:
    member = subscribers.find_member(connection, subscriber_id)
    return member is not None and any(one.series in DIGESTS for one in member.current)


def _midnight(watch: Watch, edition: Edition) -> datetime:
    local = edition.frozen_at.astimezone(ZoneInfo(watch.settings.timezone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)

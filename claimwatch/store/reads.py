"""Reads, captures, validators, and the state and lease of each source."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, or_, select, update

from claimwatch.models import Origin, PageFailure, Read, ReadStatus
from claimwatch.store.rows import insert_once, inserted_id
from claimwatch.store.tables import captures, reads, source_states, validators


@dataclass(frozen=True, slots=True)
class SourceState:
    """Where a source stands. `held`: items on the lists of each group when it was last read whole. Times: aware UTC.

    `verified_at`: when its addresses were last looked at live by an operator and all was well.
    """

    slug: str
    last_read_at: datetime | None = None
    last_good_at: datetime | None = None
    next_due_at: datetime | None = None
    failures: int = 0
    held: tuple[tuple[str, int], ...] = ()
    verified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaptureRow:
    """One HTTP answer as it was received, good or not. `sha256` is None where no body came."""

    kind: str
    url: str
    final_url: str | None
    status: int | None
    headers: tuple[tuple[str, str], ...]
    content_type: str | None
    charset: str | None
    fetched_at: datetime
    sha256: str | None
    size: int | None
    good: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Validator:
    """What a conditional request needs, and the capture whose bytes a 304 stands for."""

    etag: str | None
    last_modified: str | None
    capture_id: int
    sha256: str
    content_type: str | None
    charset: str | None
    final_url: str
    kind: str


# What every read says is made once: to make a statement takes longer than to run it.
_OF = source_states.c.slug == bindparam("of")
_OURS = and_(_OF, source_states.c.lease_owner == bindparam("owner"))
_STATES = select(*(source_states.c[name] for name in SourceState.__dataclass_fields__))  # in that order
_STATE = _STATES.where(_OF)
_HOLDER = select(source_states.c.lease_owner).where(_OF)
_FREE = or_(source_states.c.lease_until.is_(None), source_states.c.lease_until < bindparam("now"))
_TAKE = (
    update(source_states)
    .where(and_(_OF, or_(_FREE, source_states.c.lease_owner == bindparam("dead"))))
    .values(lease_owner=bindparam("owner"), lease_until=bindparam("until"), generation=source_states.c.generation + 1)
)
_END = update(source_states).where(_OURS).values(lease_owner=None, lease_until=None)
_MOVE = update(source_states).where(_OF)
_RECORD = insert(reads)
_CAPTURE = insert(captures)
_SAME = and_(validators.c.url == bindparam("at"), validators.c.parser == bindparam("read_with"))
_FORGET, _REMEMBER = validators.delete().where(_SAME), insert(validators)
_VALIDATOR = (
    select(
        validators.c.etag,
        validators.c.last_modified,
        validators.c.capture_id,
        captures.c.sha256,
        captures.c.content_type,
        captures.c.charset,
        captures.c.final_url,
        captures.c.kind,
    )
    .join(captures, captures.c.id == validators.c.capture_id)
    .where(_SAME)
)
_GOOD_POLLING = and_(
    reads.c.source == bindparam("of"),
    reads.c.purpose == Origin.WATCH.value,
    reads.c.status.in_([status.value for status in ReadStatus if status.good]),
)
_LAST_GOOD = select(reads).where(_GOOD_POLLING).order_by(reads.c.started_at.desc(), reads.c.id.desc()).limit(1)


def source_state(connection: Connection, slug: str) -> SourceState:
    """The state of a source; an empty one for a source that was never read."""
    row = connection.execute(_STATE, {"of": slug}).first()
    return SourceState(slug) if row is None else _source_state(row)


def source_states_of_all(connection: Connection) -> dict[str, SourceState]:
    """The states of all sources that were ever read, or are being read for the first time."""
    return {row.slug: _source_state(row) for row in connection.execute(_STATES)}


def _source_state(row: Row[Any]) -> SourceState:
    held = tuple((group, count) for group, count in row.held or ())
    return SourceState(
        row.slug, row.last_read_at, row.last_good_at, row.next_due_at, row.failures, held, row.verified_at
    )


def note_verified(connection: Connection, slug: str, at: datetime) -> None:
    """Remember that the addresses of a source were looked at and found well; also for one that was never read."""
    insert_once(connection, source_states, slug=slug, failures=0, generation=0)
    connection.execute(update(source_states).where(source_states.c.slug == slug).values(verified_at=at))


def take_lease(
    connection: Connection,
    slug: str,
    owner: str,
    now: datetime,
    until: datetime,
    is_dead: Callable[[str], bool] = lambda _owner: False,
) -> bool:
    """Lease a source to `owner` in real time; False when another holds it, unless `is_dead` says that it is gone."""
    terms = {"of": slug, "now": now, "owner": owner, "until": until}
    if connection.execute(_TAKE, {**terms, "dead": None}).rowcount == 1:
        return True
    holder = connection.execute(_HOLDER, {"of": slug}).first()
    if holder is None:  # another process may be at its first read, too
        insert_once(connection, source_states, slug=slug, failures=0, generation=0)
    dead = holder[0] if holder is not None else None
    if dead is not None and not is_dead(dead):
        return False
    return connection.execute(_TAKE, {**terms, "dead": dead}).rowcount == 1


def renew_lease(connection: Connection, slug: str, owner: str, until: datetime) -> None:
    """Hold a lease for longer; without effect when it has passed to another."""
    connection.execute(
        update(source_states)
        .where(and_(source_states.c.slug == slug, source_states.c.lease_owner == owner))
        .values(lease_until=until)
    )


def end_lease(connection: Connection, slug: str, owner: str) -> bool:
    """Give the lease back; whether `owner` still held it (a stalled reader must not overwrite the one that took over).

    Nobody else can take it before the transaction ends.
    """
    return connection.execute(_END, {"of": slug, "owner": owner}).rowcount == 1


def lapsed_leases(connection: Connection, before: datetime) -> list[tuple[str, str, datetime]]:
    """(slug, owner, until) of leases that ran out before a time and were neither given back nor taken over."""
    table = source_states
    query = select(table.c.slug, table.c.lease_owner, table.c.lease_until)
    lapsed = query.where(table.c.lease_owner.is_not(None), table.c.lease_until < before)
    return [(slug, owner, until) for slug, owner, until in connection.execute(lapsed.order_by(table.c.slug))]


def held_leases(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    """(slug, owner) of the leases that are in force at a real time."""
    table = source_states
    query = select(table.c.slug, table.c.lease_owner).where(table.c.lease_owner.is_not(None), table.c.lease_until > now)
    return [(slug, owner) for slug, owner in connection.execute(query.order_by(table.c.slug))]


def note_read(
    connection: Connection,
    read: Read,
    next_due_at: datetime,
    held: Sequence[tuple[str, int]] = (),
    state: SourceState | None = None,
) -> None:
    """Move the state of a source after a read; a bad one moves only what says that it was bad.

    `held` is what the lists of each group held; a group that is not in it keeps what it had. `state` is the one before,
    for whoever has just looked it up.
    """
    state = state or source_state(connection, read.source)
    values: dict[str, object] = {"last_read_at": read.started_at, "next_due_at": next_due_at}
    if read.status.good:
        values |= {"last_good_at": read.started_at, "failures": 0}
        known = dict(state.held) | dict(held)
        values["held"] = [list(pair) for pair in sorted(known.items())]
    else:
        values["failures"] = state.failures + 1
    connection.execute(_MOVE, {"of": read.source, **values})


def record_read(connection: Connection, read: Read, parser: str) -> int:
    """Keep the report of a read; returns its id."""
    values = {
        "source": read.source,
        "purpose": read.purpose.value,
        "status": read.status.value,
        "started_at": read.started_at,
        "finished_at": read.finished_at,
        "requests": read.requests,
        "containers": read.containers,
        "kept": read.kept,
        "skipped": [list(pair) for pair in read.skipped],
        "new": read.new,
        "changed": read.changed,
        "gone": read.gone,
        "first": read.first,
        "warnings": list(read.warnings),
        "failures": [[failure.url, failure.reason] for failure in read.failures],
        "reason": read.reason,
        "parser": parser,
    }
    return inserted_id(connection.execute(_RECORD, values))


def record_capture(connection: Connection, read_id: int, capture: CaptureRow) -> int:
    """Keep one capture of a read; returns its id."""
    values = {
        "read_id": read_id,
        "kind": capture.kind,
        "url": capture.url,
        "final_url": capture.final_url,
        "status": capture.status,
        "headers": [list(pair) for pair in capture.headers],
        "content_type": capture.content_type,
        "charset": capture.charset,
        "fetched_at": capture.fetched_at,
        "sha256": capture.sha256,
        "size": capture.size,
        "good": capture.good,
        "reason": capture.reason,
    }
    return inserted_id(connection.execute(_CAPTURE, values))


def latest_answers(connection: Connection, most: int) -> list[tuple[datetime, tuple[tuple[str, str], ...]]]:
    """(fetched at, headers) of the latest captures that a server answered, newest first."""
    query = select(captures.c.fetched_at, captures.c.headers).where(captures.c.status.is_not(None))
    rows = connection.execute(query.order_by(captures.c.id.desc()).limit(most))
    return [(at, tuple((name, value) for name, value in headers)) for at, headers in rows]


def validator(connection: Connection, url: str, parser: str) -> Validator | None:
    """What is known for a conditional request for `url`, under this version of the parser only."""
    row = connection.execute(_VALIDATOR, {"at": url, "read_with": parser}).first()
    return None if row is None else Validator(*row)


@dataclass(frozen=True, slots=True)
class KeptBytes:
    """The bytes of a page that was read well, and what came with them."""

    sha256: str
    content_type: str | None
    charset: str | None
    final_url: str


def last_page(connection: Connection, source: str, kind: str, parser: str) -> KeptBytes | None:
    """The page of a kind that a good polling of a source brought last, with this version of the parser; None where
    none did."""
    columns = (captures.c.sha256, captures.c.content_type, captures.c.charset, captures.c.final_url)
    query = (
        select(*columns, captures.c.url)
        .join(reads, reads.c.id == captures.c.read_id)
        .where(_GOOD_POLLING, reads.c.parser == parser)
        .where(captures.c.kind == kind, captures.c.good)
        .order_by(captures.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query, {"of": source}).first()
    if row is not None and row.sha256 is None:  # a 304: the bytes are those that came last from its address
        same = query.where(captures.c.url == row.url, captures.c.sha256.is_not(None))
        row = connection.execute(same, {"of": source}).first()
    return None if row is None else KeptBytes(*row[:4])


def set_validator(
    connection: Connection, url: str, parser: str, etag: str | None, last_modified: str | None, capture_id: int
) -> None:
    """Remember the validators of a good answer; an answer without any forgets the old ones."""
    connection.execute(_FORGET, {"at": url, "read_with": parser})
    if etag is not None or last_modified is not None:
        values = {"url": url, "parser": parser, "etag": etag, "last_modified": last_modified, "capture_id": capture_id}
        connection.execute(_REMEMBER, values)


def reads_between(connection: Connection, source: str, after: datetime | None, until: datetime) -> Sequence[Read]:
    """The pollings of a source that started in (after, until], oldest first; `after` None: from the beginning."""
    return reads_by_source(connection, [source], after, until).get(source, [])


def reads_by_source(
    connection: Connection, sources: Sequence[str], after: datetime | None, until: datetime
) -> dict[str, list[Read]]:
    """The same of each of some sources that was polled in that time."""
    watching = reads.c.purpose == Origin.WATCH.value
    query = select(reads).where(and_(reads.c.source.in_(sources), watching, reads.c.started_at <= until))
    if after is not None:
        query = query.where(reads.c.started_at > after)
    found: dict[str, list[Read]] = {}
    for row in connection.execute(query.order_by(reads.c.started_at, reads.c.id)):
        found.setdefault(row.source, []).append(_read(row))
    return found


def good_reads(connection: Connection, source: str) -> int:
    """How many good or partial pollings a source has had; what was read for the record (`backfill`) does not count."""
    count = select(func.count()).select_from(reads).where(_GOOD_POLLING)
    return connection.execute(count, {"of": source}).scalar_one()


def earliest_good(connection: Connection, source: str, limit: int = 50) -> Sequence[Read]:
    """The first good or partial pollings of a source, oldest first."""
    query = select(reads).where(_GOOD_POLLING).order_by(reads.c.started_at, reads.c.id).limit(limit)
    return [_read(row) for row in connection.execute(query, {"of": source})]


def last_read(connection: Connection, source: str) -> Read | None:
    """The last polling of a source, good or not."""
    watching = and_(reads.c.source == source, reads.c.purpose == Origin.WATCH.value)
    query = select(reads).where(watching).order_by(reads.c.started_at.desc(), reads.c.id.desc())
    row = connection.execute(query.limit(1)).first()
    return None if row is None else _read(row)


def last_good(connection: Connection, source: str) -> tuple[Read, str] | None:
    """The last good or partial polling of a source, and the parser and version that it was read with; None where there
    was none."""
    row = connection.execute(_LAST_GOOD, {"of": source}).first()
    return None if row is None else (_read(row), row.parser)


def _read(row: Row[Any]) -> Read:
    values = row._mapping
    return Read(
        source=values["source"],
        status=ReadStatus(values["status"]),
        started_at=values["started_at"],
        finished_at=values["finished_at"],
        requests=values["requests"],
        containers=values["containers"],
        kept=values["kept"],
        skipped=tuple((reason, count) for reason, count in values["skipped"]),
        new=values["new"],
        changed=values["changed"],
        gone=values["gone"],
        first=values["first"],
        warnings=tuple(values["warnings"]),
        failures=tuple(PageFailure(url, reason) for url, reason in values["failures"]),
        reason=values["reason"],
        purpose=Origin(values["purpose"]),
    )

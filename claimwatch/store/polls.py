"""How the pollings of a source went, in few words: for a picture of many of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select

from claimwatch.models import Origin, ReadStatus
from claimwatch.store.tables import reads

_GOOD = [status.value for status in ReadStatus if status.good]


@dataclass(frozen=True, slots=True)
class Poll:
    """One polling: when it began (aware UTC) and how it went."""

    at: datetime
    status: ReadStatus


def polls_since(connection: Connection, source: str, since: datetime | None, until: datetime) -> Sequence[Poll]:
    """The pollings of a source that began in (since, until], oldest first; `since` None: from the beginning."""
    query = select(reads.c.started_at, reads.c.status).where(and_(_polled(source), reads.c.started_at <= until))
    if since is not None:
        query = query.where(reads.c.started_at > since)
    return [Poll(at, ReadStatus(status)) for at, status in connection.execute(query.order_by(reads.c.started_at))]


def last_good_until(connection: Connection, source: str, until: datetime) -> datetime | None:
    """When the newest good polling of a source up to `until` began."""
    query = select(reads.c.started_at).where(
        and_(_polled(source), reads.c.status.in_(_GOOD), reads.c.started_at <= until)
    )
    return connection.execute(query.order_by(reads.c.started_at.desc()).limit(1)).scalar()


def first_attempt(connection: Connection, source: str, until: datetime) -> datetime | None:
    """When a source was polled for the first time, well or not, if that was not after `until`."""
    query = select(reads.c.started_at).where(and_(_polled(source), reads.c.started_at <= until))
    return connection.execute(query.order_by(reads.c.started_at).limit(1)).scalar()


def _polled(source: str) -> ColumnElement[bool]:
    return and_(reads.c.source == source, reads.c.purpose == Origin.WATCH.value)

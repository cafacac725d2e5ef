"""How the pollings of a source went, in few words: for a picture of many of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, select

from claimwatch.models import Origin, ReadStatus
from claimwatch.store.tables import reads

_GOOD = [status.value for status in ReadStatus if status.good]


@dataclass(frozen=True, slots=True)
class Poll:
    """One polling: when it began (aware UTC) and how it went."""

    at: datetime
    status: ReadStatus


# Made once: to make a statement takes longer than to run it, and there may be hundreds of sources.
_POLLED = and_(
    reads.c.source == bindparam("of"), reads.c.purpose == Origin.WATCH.value, reads.c.started_at <= bindparam("upto")
)
_STARTS = select(reads.c.started_at)
_LAST_GOOD = _STARTS.where(_POLLED, reads.c.status.in_(_GOOD)).order_by(reads.c.started_at.desc()).limit(1)
_FIRST = _STARTS.where(_POLLED).order_by(reads.c.started_at).limit(1)
_SINCE = select(reads.c.started_at, reads.c.status).where(_POLLED).order_by(reads.c.started_at)


def polls_since(connection: Connection, source: str, since: datetime | None, until: datetime) -> Sequence[Poll]:
    """The pollings of a source that began in (since, until], oldest first; `since` None: from the beginning."""
    query = _SINCE if since is None else _SINCE.where(reads.c.started_at > since)
    rows = connection.execute(query, {"of": source, "upto": until})
    return [Poll(at, ReadStatus(status)) for at, status in rows]


def last_good_until(connection: Connection, source: str, until: datetime) -> datetime | None:
    """When the newest good polling of a source up to `until` began."""
    return connection.execute(_LAST_GOOD, {"of": source, "upto": until}).scalar()


def first_attempt(connection: Connection, source: str, until: datetime) -> datetime | None:
    """When a source was polled for the first time, well or not, if that was not after `until`."""
    return connection.execute(_FIRST, {"of": source, "upto": until}).scalar()

"""What hosts asked of us: a turn for each request (pace, in real time) and rests (Retry-After, in the watch's time)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, or_, select

from claimwatch.store.rows import insert_or
from claimwatch.store.tables import hosts

# No queue for one host is longer. A turn further away was given out by a clock that has been set back since then.
_FARTHEST_TURN_S = 600.0


@dataclass(frozen=True, slots=True)
class Rest:
    """A host that asked us to come back later: not before `until` (aware UTC, the watch's time), and its words."""

    host: str
    until: datetime
    reason: str


def reserve(connection: Connection, host: str, at_s: float, interval_s: float) -> float:
    """Take the next turn at `host` and return the seconds until it, 0 where it is now.

    `at_s` is the real time in seconds since the epoch; the turn after this one is `interval_s` seconds later. Takers in
    any number of processes get turns of their own: it is one statement, in a transaction that writes.
    """
    table = hosts
    waiting = and_(table.c.free_at > at_s, table.c.free_at <= at_s + _FARTHEST_TURN_S)
    turn: ColumnElement[float] = case((waiting, table.c.free_at), else_=at_s)
    statement = (
        insert_or(connection, hosts)
        .values(host=host, free_at=at_s + interval_s)
        .on_conflict_do_update(index_elements=[table.c.host], set_={"free_at": turn + interval_s})
        .returning(table.c.free_at)
    )
    free_at: float = connection.execute(statement).scalar_one()
    return max(0.0, round(free_at - interval_s - at_s, 3))


def note_rest(connection: Connection, host: str, until: datetime, reason: str) -> None:
    """Keep that `host` asked us to wait until `until`; a longer rest that it asked for before stays."""
    values = {"rests_until": until, "reason": reason}
    shorter = or_(hosts.c.rests_until.is_(None), hosts.c.rests_until < until)
    connection.execute(
        insert_or(connection, hosts)
        .values(host=host, **values)
        .on_conflict_do_update(index_elements=[hosts.c.host], set_=values, where=shorter)
    )


_REST = select(hosts.c.rests_until, hosts.c.reason).where(
    hosts.c.host == bindparam("of"), hosts.c.rests_until.is_not(None)
)


def rest_of(connection: Connection, host: str) -> Rest | None:
    """The last rest that `host` asked for, over or not; None where it never did."""
    row = connection.execute(_REST, {"of": host}).first()
    return None if row is None else Rest(host, row.rests_until, row.reason or "")


def rests(connection: Connection, now: datetime) -> tuple[Rest, ...]:
    """The rests that are not over at `now`, in the order of hosts."""
    rows = connection.execute(
        select(hosts.c.host, hosts.c.rests_until, hosts.c.reason)
        .where(hosts.c.rests_until > now)
        .order_by(hosts.c.host)
    )
    return tuple(Rest(row.host, row.rests_until, row.reason or "") for row in rows)

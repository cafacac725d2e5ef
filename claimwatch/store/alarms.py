"""Alarms: which class of trouble the operator was told of, and when. Gauges: what is measured at every check."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from claimwatch.store.tables import alarms, gauges


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is known of one class of trouble. `raised`: it lasts, and the operator was told so at the last of `sent`.

    `things` are what the operator was told of since `begun_at`; `sent` are the times of the mails about this class of
    late, oldest first, those that said it was over left out.
    """

    kind: str
    raised: bool
    begun_at: datetime
    things: tuple[str, ...]
    sent: tuple[datetime, ...]


def find_alarms(connection: Connection) -> dict[str, Alarm]:
    """Every class of which the operator was ever told, by kind."""
    found = {}
    for row in connection.execute(select(alarms)):
        sent = tuple(datetime.fromisoformat(at) for at in row.sent)
        found[row.kind] = Alarm(row.kind, row.raised, row.begun_at, tuple(row.things), sent)
    return found


def save_alarm(connection: Connection, alarm: Alarm) -> None:
    """Keep the present state of a class."""
    connection.execute(delete(alarms).where(alarms.c.kind == alarm.kind))
    connection.execute(
        insert(alarms).values(
            kind=alarm.kind,
            raised=alarm.raised,
            begun_at=alarm.begun_at,
            things=list(alarm.things),
            sent=[at.isoformat() for at in alarm.sent],
        )
    )


def note_gauge(connection: Connection, name: str, at: datetime, value: int, forget_before: datetime) -> None:
    """Keep a measured value; values from before a time are forgotten."""
    connection.execute(delete(gauges).where(gauges.c.name == name, gauges.c.at < forget_before))
    connection.execute(insert(gauges).values(name=name, at=at, value=value))


def gauge_values(connection: Connection, name: str, since: datetime) -> Sequence[tuple[datetime, int]]:
    """What was measured since a time, oldest first."""
    query = select(gauges.c.at, gauges.c.value).where(gauges.c.name == name, gauges.c.at >= since)
    return [(at, value) for at, value in connection.execute(query.order_by(gauges.c.at, gauges.c.id))]

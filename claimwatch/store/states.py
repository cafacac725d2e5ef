"""The states that a development went through: what it was, from when on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select, update

from claimwatch.models import Development, Outcome
from claimwatch.store.tables import development_states


@dataclass(frozen=True, slots=True)
class State:
    """One state, seen first at `at`. Of old ones only that they were told is known: their outcome is None."""

    version: int
    outcome: Outcome | None
    severity: str | None
    happened_on: date | None
    at: datetime


def note_state(connection: Connection, development_id: int, development: Development, at: datetime) -> None:
    """Write down the present state; later ones that it takes back are forgotten."""
    table, version = development_states, development.state_version
    of_this = table.c.development_id == development_id
    values = {
        "outcome": development.outcome.value,
        "severity": development.severity,
        "happened_on": development.happened_on,
    }
    connection.execute(delete(table).where(of_this, table.c.version > version))
    known = update(table).where(of_this, table.c.version == version).values(**values)
    if connection.execute(known).rowcount == 0:
        connection.execute(insert(table).values(development_id=development_id, version=version, at=at, **values))


def states_of_all(connection: Connection, ids: Sequence[int]) -> dict[tuple[int, int], State]:
    """The states of several developments, by (development id, version)."""
    table = development_states
    rows = connection.execute(select(table).where(table.c.development_id.in_(ids)))
    return {
        (row.development_id, row.version): State(
            row.version, None if row.outcome is None else Outcome(row.outcome), row.severity, row.happened_on, row.at
        )
        for row in rows
    }


def states_of(connection: Connection, development_id: int) -> list[State]:
    """The states of a development, oldest first."""
    return sorted(states_of_all(connection, [development_id]).values(), key=lambda state: state.version)

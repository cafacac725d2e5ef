"""The states that a development went through: what it was, from when on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

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


_OF_THIS = development_states.c.development_id == bindparam("of")
_FORGET = delete(development_states).where(_OF_THIS, development_states.c.version > bindparam("at_version"))
_CHANGE = update(development_states).where(_OF_THIS, development_states.c.version == bindparam("at_version"))
_ADD = insert(development_states)


def note_state(
    connection: Connection, development_id: int, development: Development, at: datetime, *, fresh: bool = False
) -> None:
    """Write down the present state; later ones that it takes back are forgotten. `fresh`: there is none yet."""
    version = development.state_version
    values = {
        "outcome": development.outcome.value,
        "severity": development.severity,
        "happened_on": development.happened_on,
    }
    this = {"of": development_id, "at_version": version}
    if not fresh:
        connection.execute(_FORGET, this)
        if connection.execute(_CHANGE, {**this, **values}).rowcount:
            return
    connection.execute(_ADD, {"development_id": development_id, "version": version, "at": at, **values})


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

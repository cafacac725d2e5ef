"""One development as the review desk shows it, and the texts in which its findings stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from claimwatch.store.tables import (
    developments,
    edition_items,
    editions,
    entry_revisions,
    findings,
    publication_revisions,
)


@dataclass(frozen=True, slots=True)
class ToldIn:
    """An edition that told of a development: its series and period, its state, and the state version that it told."""

    series: str
    period: str
    state: str
    state_version: int


def find_keys(connection: Connection, beginning: str) -> list[str]:
    """The keys of developments that begin so, at most three: enough to see whether it is one. A whole key is one."""
    if development_id(connection, beginning) is not None:
        return [beginning]
    there = developments.c.key.startswith(beginning, autoescape=True)
    return list(connection.execute(select(developments.c.key).where(there).limit(3)).scalars())


def development_id(connection: Connection, key: str) -> int | None:
    """The id of the development of that key."""
    id_: int | None = connection.execute(select(developments.c.id).where(developments.c.key == key)).scalar()
    return id_


def development_ids(connection: Connection, keys: Sequence[str]) -> dict[str, int]:
    """The ids of developments by their keys; at most some hundreds at a time."""
    query = select(developments.c.key, developments.c.id).where(developments.c.key.in_(list(keys)))
    return {row.key: row.id for row in connection.execute(query)}


def told_in(connection: Connection, id_: int) -> list[ToldIn]:
    """The editions that told of a development, oldest first; held and cancelled ones too."""
    rows = connection.execute(
        select(editions.c.series, editions.c.period, editions.c.state, edition_items.c.state_version)
        .join(edition_items, edition_items.c.edition_id == editions.c.id)
        .where(edition_items.c.development_id == id_)
        .order_by(editions.c.frozen_at, editions.c.id)
    )
    return [ToldIn(*row) for row in rows]


def texts_of(connection: Connection, finding_ids: Sequence[int]) -> dict[int, str]:
    """The whole text in which each finding stands, as its revision has it, by the finding's id."""
    on_publication, on_entry = publication_revisions, entry_revisions
    rows = connection.execute(
        select(findings.c.id, func.coalesce(on_publication.c.text, on_entry.c.text))
        .outerjoin(on_publication, on_publication.c.id == findings.c.publication_revision_id)
        .outerjoin(on_entry, on_entry.c.id == findings.c.entry_revision_id)
        .where(findings.c.id.in_(list(finding_ids)))
    )
    return {row[0]: row[1] for row in rows}

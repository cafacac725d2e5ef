"""What stands behind a finding: the text it was found in, and the capture that this was read from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from claimwatch.store.tables import captures, developments, entry_revisions, findings, publication_revisions


@dataclass(frozen=True, slots=True)
class Exhibit:
    """The text in which a finding stands, as the parser made it, and the capture, as it was received."""

    finding_id: int
    development: str | None
    text: str
    parser: str
    capture_id: int
    url: str
    final_url: str | None
    status: int | None
    headers: tuple[tuple[str, str], ...]
    fetched_at: datetime
    sha256: str


def exhibits(connection: Connection, finding_ids: Sequence[int]) -> list[Exhibit]:
    """What stands behind these findings, in the order of their ids."""
    on_publication, on_entry = publication_revisions, entry_revisions
    query = (
        select(
            findings.c.id.label("finding_id"),
            developments.c.key.label("development"),
            func.coalesce(on_publication.c.text, on_entry.c.text).label("text"),
            func.coalesce(on_publication.c.parser, on_entry.c.parser).label("parser"),
            captures.c.id.label("capture_id"),
            captures.c.url,
            captures.c.final_url,
            captures.c.status,
            captures.c.headers,
            captures.c.fetched_at,
            captures.c.sha256,
        )
        .outerjoin(on_publication, on_publication.c.id == findings.c.publication_revision_id)
        .outerjoin(on_entry, on_entry.c.id == findings.c.entry_revision_id)
        .outerjoin(developments, developments.c.id == findings.c.development_id)
        .join(captures, captures.c.id == func.coalesce(on_publication.c.capture_id, on_entry.c.capture_id))
        .order_by(findings.c.id)
    )
    found = []
    for begin in range(0, len(finding_ids), 500):
        some = findings.c.id.in_(list(finding_ids[begin : begin + 500]))
        for row in connection.execute(query.where(some)).mappings():
            headers = tuple((name, value) for name, value in row["headers"])
            found.append(Exhibit(**{**row, "headers": headers}))
    return found


def findings_of_developments(connection: Connection, ids: Sequence[int]) -> list[int]:
    """The ids of all findings that tell of these developments, withdrawn ones too."""
    query = select(findings.c.id).where(findings.c.development_id.in_(list(ids)))
    return list(connection.execute(query.order_by(findings.c.id)).scalars())


def developments_beginning(connection: Connection, key: str) -> list[tuple[int, str]]:
    """(id, key) of the developments whose key begins so; two at most, which is enough to know that it is not plain."""
    query = select(developments.c.id, developments.c.key).where(developments.c.key.startswith(key, autoescape=True))
    return [(id_, whole) for id_, whole in connection.execute(query.limit(2))]

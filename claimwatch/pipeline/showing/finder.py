"""Search for readers: hits with their excerpts, a page at a time."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Generic, TypeVar

from claimwatch.editions.display import Piece, clean
from claimwatch.pipeline.showing.excerpts import excerpts, marked
from claimwatch.pipeline.watch import Watch
from claimwatch.store import findings, items, search
from claimwatch.store.finding_rows import FindingRow
from claimwatch.store.items import Whereabouts
from claimwatch.store.releases import rule
from claimwatch.store.search import Filters, Query

Found = TypeVar("Found")
PER_PAGE = 20
QUOTE = 300


@dataclass(frozen=True, slots=True)
class FoundFinding:
    """A finding that was searched for, and what it stands in."""

    finding: FindingRow
    quote: tuple[Piece, ...]
    where: Whereabouts


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A publication that was searched for, with excerpts round what was found in it."""

    id: int
    source: str
    source_name: str
    title: tuple[Piece, ...]
    url: str
    language: str
    published_on: date | None
    first_seen_at: datetime
    excerpts: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class Results(Generic[Found]):
    """A page of what was found, newest first; `more` is the mark of the next page, None where this is the last."""

    found: tuple[Found, ...]
    more: int | None


def find_findings(watch: Watch, query: Query, filters: Filters, before: int | None = None) -> Results[FoundFinding]:
    """What was found that says these words."""
    with watch.store.read() as connection:
        filters = replace(filters, shown=rule(connection, watch.settings.review))
        hits = search.find_findings(connection, query, filters, limit=PER_PAGE + 1, before=before)
        ids = [hit.id for hit in hits[:PER_PAGE]]
        rows = {row.evidence.id: row for row in findings.find_findings(connection, ids, watch.sources)}
        places = items.whereabouts(connection, ids)
    found = tuple(
        FoundFinding(rows[id_], marked(rows[id_].evidence.finding.quote, query.wanted, QUOTE), places[id_])
        for id_ in ids
    )
    return Results(found, hits[PER_PAGE - 1].place if len(hits) > PER_PAGE else None)


def find_documents(watch: Watch, query: Query, filters: Filters, before: int | None = None) -> Results[FoundDocument]:
    """What sources published that holds these words."""
    with watch.store.read() as connection:
        filters = replace(filters, shown=rule(connection, watch.settings.review))
        hits = search.find_documents(connection, query, filters, limit=PER_PAGE + 1, before=before)
        texts = {one.publication_id: one for one in search.texts_of(connection, [hit.id for hit in hits[:PER_PAGE]])}
    found = []
    for hit in hits[:PER_PAGE]:
        one = texts[hit.id]
        spec = watch.sources.get(one.source)
        found.append(
            FoundDocument(
                hit.id,
                one.source,
                clean(spec.name if spec else one.source, 80),
                marked(one.title, query.wanted, QUOTE),
                one.url,
                one.language,
                one.published_on,
                one.first_seen_at,
                excerpts(one.text, query.wanted),
            )
        )
    return Results(tuple(found), hits[PER_PAGE - 1].place if len(hits) > PER_PAGE else None)

"""Search over what sources published and what was found in it. The index is kept by triggers: see `tables.search`.

A query is words that must all be there, `"a phrase"`, a beginning such as `exclu*`, and `-word` for what must not be
there. Anything else that people type is taken for words: there is no query that is an error.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select, text

from claimwatch.store.folding import words_in
from claimwatch.store.releases import EVERYTHING, Rule
from claimwatch.store.tables import publication_revisions, publications, search_documents

MOST_CHARACTERS, MOST_TERMS = 400, 16
_TERM = re.compile(r'(-?)"([^"]*)(?:"|$)|(-?)([^\s"]+)')
_ID = 0xFFFFFFFF
_FEW = 2000
_EPOCH = date(1970, 1, 1)
# Of findings those that count, whose name is in no doubt, and whose development no analyst has dismissed as it stands.
_LIVE = """
    f.status NOT IN ('withdrawn', 'dismissed') AND (f.method <> 'fuzzy' OR f.development_id IS NOT NULL)
    AND NOT EXISTS (
        SELECT 1 FROM developments v JOIN standings n ON n.development = v.key
        WHERE v.id = f.development_id AND n.action = 'dismiss' AND n.state_version >= v.state_version
    )"""


@dataclass(frozen=True, slots=True)
class Term:
    """Folded words that stand one after the other. `prefix`: the last one is only the beginning of a word."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What a text must hold (`wanted`) and must not hold (`unwanted`)."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search; None leaves it open. Days are both inclusive: when it was published, or first seen.
    `shown`: what of the findings readers may see."""

    company: str | None = None
    source: str | None = None
    outcome: str | None = None
    since: date | None = None
    until: date | None = None
    shown: Rule = EVERYTHING


@dataclass(frozen=True, slots=True)
class Hit:
    """A finding or a publication by id, and where it stands in the order: `place` is the mark for the next page."""

    id: int
    place: int


@dataclass(frozen=True, slots=True)
class Text:
    """What is searched of a publication: its newest revision."""

    publication_id: int
    source: str
    title: str
    text: str
    url: str
    language: str
    published_on: date | None
    first_seen_at: datetime


def parse_query(typed: str) -> Query:
    """What somebody typed, as a query; beyond 400 characters or 16 terms it is cut."""
    wanted: list[Term] = []
    unwanted: list[Term] = []
    for match in list(_TERM.finditer(typed[:MOST_CHARACTERS]))[:MOST_TERMS]:
        said = match[2] if match[2] is not None else match[4]
        words = tuple(words_in(said))
        if words:
            term = Term(words, prefix=match[4] is not None and said.endswith("*"))
            (unwanted if "-" in (match[1], match[3]) else wanted).append(term)
    return Query(tuple(wanted), tuple(unwanted))


def find_findings(
    connection: Connection, query: Query, filters: Filters, *, limit: int, before: int | None = None
) -> list[Hit]:
    """Findings, the newest published first; `before` is the place of the last one of the page before."""
    dialect = connection.dialect.name
    few = None if dialect == "sqlite" else _few_places(connection, query, filters, before)
    statement, values = findings_statement(dialect, query, filters, before, few)
    rows = connection.execute(text(f"{statement} LIMIT :limit"), {**values, "limit": limit})
    return [Hit(place & _ID, place) for (place,) in rows]


def _few_places(connection: Connection, query: Query, filters: Filters, before: int | None) -> list[int] | None:
    """The places of all findings that say so, on PostgreSQL; None where they are many.

    In the order of days it would look for them by day, one after the other: good for what is frequent, slow for a
    phrase that it takes for frequent.
    """
    match = _postgresql_match(query, _tags(filters))
    if match is None:
        return None
    low, values = _days("t.place", filters, before)
    where = " AND ".join(["t.words @@ CAST(:match AS tsquery)", *low])
    looked_up = text(f"SELECT t.place FROM search_finding_text t WHERE {where} LIMIT {_FEW + 1}")  # noqa: S608
    places = list(connection.execute(looked_up, {**values, "match": match}).scalars())
    return None if len(places) > _FEW else places


def _tags(filters: Filters) -> list[tuple[str, str | None]]:
    return [("c", filters.company), ("s", filters.source), ("o", filters.outcome)]


def find_documents(
    connection: Connection, query: Query, filters: Filters, *, limit: int, before: int | None = None
) -> list[Hit]:
    """Publications in the same way; a company and an outcome are those of something found in them."""
    statement, values = documents_statement(connection.dialect.name, query, filters, before)
    rows = connection.execute(text(f"{statement} LIMIT :limit"), {**values, "limit": limit})
    return [Hit(place & _ID, place) for (place,) in rows]


def texts_of(connection: Connection, ids: Sequence[int]) -> list[Text]:
    """The texts of publications, by their ids."""
    revision = publication_revisions
    query = (
        select(
            publications.c.id, publications.c.source, revision.c.title, revision.c.text, revision.c.url,
            revision.c.language, revision.c.published_on, publications.c.first_seen_at,
        )
        .join(search_documents, search_documents.c.publication_id == publications.c.id)
        .join(revision, revision.c.id == search_documents.c.publication_revision_id)
        .where(publications.c.id.in_(ids))
    )  # fmt: skip
    return [Text(*row) for row in connection.execute(query)]


def findings_statement(
    dialect: str, query: Query, filters: Filters, before: int | None = None, few: Sequence[int] | None = None
) -> tuple[str, dict[str, object]]:
    """The statement that finds findings, and its values. `few` are the places of all that say so, where known."""
    tags = _tags(filters)
    lite = dialect == "sqlite"
    match = _lite_match(query, tags) if lite else _postgresql_match(query, tags)
    if match is None:
        low, values = _days("s.place", filters, before)
        where = " AND ".join([*low, _LIVE, filters.shown.of_finding("f")])
        return (
            f"SELECT s.place FROM search_findings s JOIN findings f ON f.id = s.finding_id "  # noqa: S608
            f"WHERE {where} ORDER BY s.place DESC",
            values,
        )
    place = "t.rowid" if lite else "t.place"
    low, values = _days(place, filters, before)
    found = "search_finding_text MATCH :match" if lite else "t.words @@ CAST(:match AS tsquery)"
    if few is not None:
        found, values = "t.place = ANY(CAST(:few AS bigint[]))", {**values, "few": list(few)}
    where = " AND ".join([found, *low, _LIVE, filters.shown.of_finding("f")])
    return (
        f"SELECT {place} FROM search_finding_text t JOIN findings f ON f.id = ({place} & {_ID}) "  # noqa: S608
        f"WHERE {where} ORDER BY {place} DESC",
        values if few is not None else {**values, "match": match},
    )


def documents_statement(
    dialect: str, query: Query, filters: Filters, before: int | None = None
) -> tuple[str, dict[str, object]]:
    """The statement that finds publications, and its values."""
    lite = dialect == "sqlite"
    match = _lite_match(query, [("s", filters.source)]) if lite else None
    place = "t.rowid" if match else "d.place"
    conditions, values = _days(place, filters, before)
    tables = "search_documents d"
    if match:
        tables = "search_document_text t JOIN search_documents d ON d.place = t.rowid"
        conditions.insert(0, "search_document_text MATCH :match")
        values["match"] = match
    if not lite:
        conditions += _postgresql_parts(query, values)
        if filters.source is not None:
            tables += " JOIN publications p ON p.id = d.publication_id"
            conditions.append("p.source = :source")
            values["source"] = filters.source
    if filters.company is not None:
        conditions.append(
            "EXISTS (SELECT 1 FROM mentions m WHERE m.publication_revision_id = d.publication_revision_id "
            "AND m.entity = :company)"
        )
        values["company"] = filters.company
    if filters.outcome is not None:
        conditions.append(
            "EXISTS (SELECT 1 FROM findings f WHERE f.publication_revision_id = d.publication_revision_id "  # noqa: S608
            f"AND f.outcome = :outcome AND {_LIVE} AND {filters.shown.of_finding('f')})"
        )
        values["outcome"] = filters.outcome
    where = " AND ".join(conditions) or "true"
    return f"SELECT {place} FROM {tables} WHERE {where} ORDER BY {place} DESC", values  # noqa: S608


def _days(place: str, filters: Filters, before: int | None) -> tuple[list[str], dict[str, object]]:
    """The days as a range of places, so that the index gives it."""
    conditions: list[str] = []
    values: dict[str, object] = {}
    ends = [] if before is None else [before]
    if filters.until is not None:
        ends.append(((filters.until - _EPOCH).days + 1) << 32)
    if ends:
        conditions.append(f"{place} < :end")
        values["end"] = min(ends)
    if filters.since is not None:
        conditions.append(f"{place} >= :start")
        values["start"] = (filters.since - _EPOCH).days << 32
    return conditions, values


def _tag(letter: str, value: str) -> str:
    return letter + "".join(words_in(value))


def _lite_match(query: Query, tags: Sequence[tuple[str, str | None]]) -> str | None:
    """For FTS5. Folded words hold neither quotes nor anything else that it would take for syntax."""
    parts = [f"words : {_lite_term(term)}" for term in query.wanted]
    parts += [f'tags : "{_tag(letter, value)}"' for letter, value in tags if value is not None]
    if not parts:
        return None
    wanted = " AND ".join(f"({part})" for part in parts)
    if not query.unwanted:
        return wanted
    return f"({wanted}) NOT ({' OR '.join(f'(words : {_lite_term(term)})' for term in query.unwanted)})"


def _lite_term(term: Term) -> str:
    return f'"{" ".join(term.words)}"{" *" if term.prefix else ""}'


def _postgresql_match(query: Query, tags: Sequence[tuple[str, str | None]]) -> str | None:
    parts = [_postgresql_term(term) for term in query.wanted]
    parts += [_quoted(f"{letter}:{value.lower()}") for letter, value in tags if value is not None]
    if not parts:
        return None
    return " & ".join([*parts, *(f"!{_postgresql_term(term)}" for term in query.unwanted)])


def _postgresql_parts(query: Query, values: dict[str, object]) -> list[str]:
    """A long text is in several rows: each term may be in another one."""
    conditions: list[str] = []
    terms: Mapping[str, tuple[Term, ...]] = {"IN": query.wanted, "NOT IN": query.unwanted if query.wanted else ()}
    for within, some in terms.items():
        for term in some:
            name = f"term{len(conditions)}"
            values[name] = _postgresql_term(term)
            conditions.append(
                f"d.place {within} (SELECT t.place FROM search_document_text t "  # noqa: S608
                f"WHERE t.words @@ CAST(:{name} AS tsquery))"
            )
    return conditions


def _postgresql_term(term: Term) -> str:
    words = [_quoted(word) for word in term.words]
    if term.prefix:
        words[-1] += ":*"
    return f"({' <-> '.join(words)})"


def _quoted(lexeme: str) -> str:
    doubled = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"

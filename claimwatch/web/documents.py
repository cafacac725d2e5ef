"""The baseline documents with every claim marked in place, and what was captured since, as far as it may be shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from claimwatch.editions.addresses import claim_path, document_path, item_path, publication_path
from claimwatch.editions.display import Piece, clean, excerpt, safe_link
from claimwatch.editions.forms import Forms
from claimwatch.editions.names import source_name
from claimwatch.models import ACCEPTED
from claimwatch.pipeline.showing.board import ClaimRow
from claimwatch.pipeline.showing.shelf import PER_PAGE, Holding, entry_file, holdings, publication_file
from claimwatch.store.finding_rows import FindingRow
from claimwatch.store.shelf import Shelved
from claimwatch.web.board_vocabulary import BoardWords
from claimwatch.web.board_words import board_words
from claimwatch.web.caching import cached
from claimwatch.web.claims import badge, lines_of
from claimwatch.web.pages import Page, ThisPage
from claimwatch.web.stories import forms_of

router = APIRouter()
_TITLE = 200
_MOST_EXCERPTS = 40  # sentences of one publication that are quoted: the rest is at the source
_LARGEST = 2**31 - 1
Before = Annotated[int | None, Query(ge=1, le=_LARGEST)]
Number = Annotated[int, Path(ge=1, le=_LARGEST)]


@dataclass(frozen=True, slots=True)
class Mark:
    """A claim marked in a document: its number, address, and how it stands."""

    id: str
    path: str
    status: str
    label: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a document under the same claims (none: no claim covers it); `ends` are those that end with it."""

    text: str
    covered: bool
    ends: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class ShelfLine:
    """A captured publication in the list."""

    path: str
    title: str
    language: str
    source: str
    published: str
    first_seen: str
    gone: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A sentence of a publication and what it came out as: badges with the claims and the item that they lead to."""

    quote: tuple[Piece, ...]
    badges: tuple[tuple[str, str, str], ...]
    claims: tuple[tuple[str, str], ...]
    items: tuple[str, ...]


@router.api_route("/documents", methods=["GET", "HEAD"])
def show_documents(page: ThisPage, request: Request, before: Before = None, source: str = "") -> Response:
    """The baseline documents, and one page of the captured publications."""
    forms, baseline = forms_of(page.watch, page.words.language), page.known.baseline
    shelved = holdings(page.watch, before=before, source=source if source.isprintable() and source else None)
    own = [
        (document_path(one.id), one, sum(claim.document == one.id for claim in baseline.claims.values()))
        for one in baseline.documents.values()
        if one.kind != ACCEPTED
    ]
    answer = page.show(
        "documents",
        board=board_words(page.words.language),
        forms=forms,
        documents=own,
        shelved=[_shelf_line(page, one, forms) for one in shelved],
        sources=[(slug, source_name(spec.name, forms.words)) for slug, spec in page.watch.sources.items()],
        source=source,
        first=before is None,
        older=shelved[-1].id if len(shelved) == PER_PAGE else None,
    )
    return cached(request, answer)


@router.api_route("/documents/{document_id}", methods=["GET", "HEAD"])
def show_document(page: ThisPage, request: Request, document_id: str) -> Response:
    """One baseline document, whole, its claims marked where they stand."""
    document = page.known.baseline.documents.get(document_id)
    if document is None:
        return page.missing()
    words = board_words(page.words.language)
    rows = [row for row in page.board.rows if row.claim.document == document.id]
    answer = page.show(
        "document",
        board=words,
        forms=forms_of(page.watch, page.words.language),
        document=document,
        title=clean(document.title, _TITLE),
        publisher=clean(document.publisher or "", _TITLE),
        paragraphs=list(paragraphs(document.text, rows, words)),
        count=len(rows),
        statuses=sorted({(row.status.value, words.status[row.status]) for row in rows}),
    )
    return cached(request, answer)


@router.api_route("/publications/{publication_id}", methods=["GET", "HEAD"])
def show_publication(page: ThisPage, request: Request, publication_id: Number) -> Response:
    """One publication: what it says about watched companies, and the captures it was read from."""
    return _show_holding(page, request, publication_file(page.watch, publication_id))


@router.api_route("/entries/{entry_id}", methods=["GET", "HEAD"])
def show_entry(page: ThisPage, request: Request, entry_id: Number) -> Response:
    """One row of a list, likewise."""
    return _show_holding(page, request, entry_file(page.watch, entry_id))


def paragraphs(text: str, rows: Sequence[ClaimRow], words: BoardWords) -> Iterator[list[Stretch]]:
    """A document in paragraphs of stretches. Claims may overlap; a stretch is cut wherever one begins or ends."""
    cuts = {0, len(text), *(place for row in rows for place in row.claim.span)}
    ends: dict[int, list[Mark]] = {}
    for row in sorted(rows, key=lambda row: (row.claim.span, row.claim.id)):
        mark = Mark(row.claim.id, claim_path(row.claim.id), row.status.value, words.status[row.status])
        ends.setdefault(row.claim.span[1], []).append(mark)
    paragraph: list[Stretch] = []
    for start, end in pairwise(sorted(cuts)):
        covered = any(row.claim.span[0] <= start and end <= row.claim.span[1] for row in rows)
        marks = tuple(ends.get(end, ()))
        first, *others = text[start:end].split("\n")
        for line in others:
            paragraph.append(Stretch(lines_of(first), covered, ()))
            yield from _filled(paragraph)
            paragraph, first = [], line
        paragraph.append(Stretch(lines_of(first), covered, marks))
    yield from _filled(paragraph)


def _filled(paragraph: list[Stretch]) -> Iterator[list[Stretch]]:
    if any(stretch.text.strip() or stretch.ends for stretch in paragraph):
        yield [stretch for stretch in paragraph if stretch.text or stretch.ends]


def _shelf_line(page: Page, one: Shelved, forms: Forms) -> ShelfLine:
    source = page.watch.sources.get(one.source)
    words = board_words(page.words.language)
    return ShelfLine(
        path=publication_path(one.id),
        title=clean(one.title, _TITLE) or clean(one.url, _TITLE),
        language=one.language,
        source=source_name(source.name, forms.words) if source else clean(one.source),
        published=forms.short_day(one.published_on) if one.published_on else words.undated,
        first_seen=forms.short_day(one.first_seen_at.date()),
        gone=words.gone.format(forms.short_day(one.gone_at.date())) if one.gone_at else "",
    )


def _show_holding(page: Page, request: Request, holding: Holding | None) -> Response:
    if holding is None:
        return page.missing()
    forms, words = forms_of(page.watch, page.words.language), board_words(page.words.language)
    excerpts = list(_excerpts(page, holding.found, forms, words))
    answer = page.show(
        "publication",
        board=words,
        forms=forms,
        item=holding.item,
        title=clean(holding.item.title, _TITLE) or clean(holding.item.url, _TITLE),
        source_name=clean(source_name(holding.source_name, forms.words), 80),
        link=safe_link(holding.item.url),
        excerpts=excerpts[:_MOST_EXCERPTS],
        more=max(len(excerpts) - _MOST_EXCERPTS, 0),
        takings=[(taken, clean(taken.url, 300)) for taken in holding.takings],
    )
    return cached(request, answer)


def _excerpts(page: Page, found: Sequence[FindingRow], forms: Forms, words: BoardWords) -> Iterator[Excerpt]:
    """Each sentence once, however many companies it is about."""
    sentences: dict[tuple[int, str], list[FindingRow]] = {}
    for row in found:
        finding = row.evidence.finding
        sentences.setdefault((finding.start, finding.quote), []).append(row)
    baseline = page.known.baseline
    companies, claims = baseline.companies, baseline.claims
    for rows in sentences.values():
        named = [row.evidence.finding for row in rows]
        badges = dict.fromkeys(
            (
                one.outcome.value,
                badge(one.outcome, forms, words),
                companies[one.entity].name if one.entity in companies else clean(one.entity),
            )
            for one in named
        )
        ids = dict.fromkeys(id_ for one in named for id_ in one.claims[:1] if id_ in claims)
        yield Excerpt(
            quote=excerpt(named[0]),
            badges=tuple(badges),
            claims=tuple((id_, claim_path(id_)) for id_ in ids),
            items=tuple(dict.fromkeys(item_path(row.development) for row in rows if row.development)),
        )

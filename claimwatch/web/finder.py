"""Search over what was found and what was published. Everything is in the address, so that a search can be shared."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from claimwatch.editions.addresses import entry_path, item_path, publication_path
from claimwatch.editions.display import Link, Piece, clean, safe_link
from claimwatch.editions.forms import Forms
from claimwatch.editions.headlines import credited
from claimwatch.editions.names import source_name
from claimwatch.models import Outcome
from claimwatch.pipeline.showing import finder
from claimwatch.pipeline.showing.finder import FoundDocument, FoundFinding
from claimwatch.store.search import MOST_CHARACTERS, Filters, parse_query
from claimwatch.web.archive_words import ArchiveWords, archive_words
from claimwatch.web.board_words import board_words
from claimwatch.web.caching import cached
from claimwatch.web.pages import Page, ThisPage
from claimwatch.web.stories import forms_of

router = APIRouter()
FINDINGS, DOCUMENTS = "findings", "documents"
_TITLE = 160
_FARTHEST = 2**62


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed and chosen, as the form shows it again."""

    typed: str
    within: str
    company: str
    source: str
    outcome: str
    since: str
    until: str

    def address(self, **changes: str | int) -> str:
        """The address of this search, with some things otherwise."""
        values: dict[str, str | int] = {
            "q": self.typed, "in": self.within if self.within != FINDINGS else "", "company": self.company,
            "source": self.source, "outcome": self.outcome, "from": self.since, "to": self.until,
        }  # fmt: skip
        return "/search?" + urlencode({name: value for name, value in (values | changes).items() if value})

    @property
    def feed(self) -> str:
        """The feed of what is new under the same filters; empty without any."""
        chosen = {"company": self.company, "source": self.source, "outcome": self.outcome}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"/feeds/items.atom?{query}" if query else ""


@dataclass(frozen=True, slots=True)
class Result:
    """One hit. `path` is our page of it, `link` the source's own."""

    outcome: str
    badge: str
    title: tuple[Piece, ...]
    path: str | None
    excerpts: tuple[tuple[Piece, ...], ...]
    language: str
    speaker: str
    source: str
    dated: str
    link: Link | None
    excerpts_path: str | None


@router.api_route("/search", methods=["GET", "HEAD"])
def show_search(
    page: ThisPage,
    request: Request,
    q: str = "",
    within: Annotated[str, Query(alias="in")] = FINDINGS,
    company: str = "",
    source: str = "",
    outcome: str = "",
    since: Annotated[str, Query(alias="from")] = "",
    until: Annotated[str, Query(alias="to")] = "",
    before: str = "",
) -> Response:
    """The form, and a page of what it finds."""
    watch, words = page.watch, archive_words(page.words.language)
    outcomes = [one.value for one in Outcome]
    first, last = _day(since), _day(until)
    asked = Asked(
        clean(q)[:MOST_CHARACTERS],
        DOCUMENTS if within == DOCUMENTS else FINDINGS,
        company if company in watch.baseline.companies else "",
        source if source in watch.sources else "",
        outcome if outcome in outcomes else "",
        first.isoformat() if first else "",
        last.isoformat() if last else "",
    )
    days = ((since, first), (until, last))
    remarks = [words.bad_day.format(clean(typed, 40)) for typed, day in days if typed.strip() and day is None]
    if len(q) > MOST_CHARACTERS:
        remarks.append(words.cut.format(MOST_CHARACTERS))
    filters = Filters(asked.company or None, asked.source or None, asked.outcome or None, first, last)
    query = parse_query(asked.typed)
    begun = bool(query.wanted) or filters != Filters()
    results, more = _results(page, asked, filters, _place(before)) if begun else ([], None)
    answer = page.show(
        "search",
        said=words,
        board=board_words(page.words.language),
        asked=asked,
        remarks=remarks,
        begun=begun,
        results=results,
        older=asked.address(before=more) if more is not None else None,
        newest=asked.address() if before else None,
        other=asked.address(**{"in": DOCUMENTS if asked.within == FINDINGS else ""}),
        companies=[(one.slug, one.name) for one in watch.baseline.companies.values()],
        sources=[
            (slug, source_name(spec.name, forms_of(watch, words.language).words))
            for slug, spec in watch.sources.items()
        ],
        outcomes=[(one, words.outcomes[one]) for one in outcomes],
    )
    return cached(request, answer, max_age=60)


def _results(page: Page, asked: Asked, filters: Filters, before: int | None) -> tuple[list[Result], int | None]:
    query = parse_query(asked.typed)
    forms, words = forms_of(page.watch, page.words.language), archive_words(page.words.language)
    if asked.within == DOCUMENTS:
        documents = finder.find_documents(page.watch, query, filters, before)
        return [_document(one, forms, words) for one in documents.found], documents.more
    findings = finder.find_findings(page.watch, query, filters, before)
    # What one sentence says of two companies is two findings, which look the same here.
    return list(dict.fromkeys(_finding(one, forms, words) for one in findings.found)), findings.more


def _finding(one: FoundFinding, forms: Forms, words: ArchiveWords) -> Result:
    evidence, finding = one.finding.evidence, one.finding.evidence.finding
    excerpts_path = None
    if one.where.publication_id is not None:
        excerpts_path = publication_path(one.where.publication_id)
    elif one.where.entry_id is not None:
        excerpts_path = entry_path(one.where.entry_id)
    return Result(
        finding.outcome.value,
        words.outcomes[finding.outcome.value],
        (Piece(clean(evidence.title, _TITLE), False),),
        item_path(one.finding.development) if one.finding.development else excerpts_path,
        (one.quote,),
        finding.language,
        credited(evidence, forms.words),
        clean(source_name(evidence.source_name, forms.words), 80),
        _dated(evidence.published_on, forms, words) or f"{words.first_seen} {forms.moment(evidence.first_seen_at)}",
        safe_link(finding.url),
        excerpts_path,
    )


def _document(one: FoundDocument, forms: Forms, words: ArchiveWords) -> Result:
    return Result(
        "",
        "",
        one.title,
        publication_path(one.id),
        one.excerpts,
        one.language,
        "",
        clean(source_name(one.source_name, forms.words), 80),
        _dated(one.published_on, forms, words) or f"{words.first_seen} {forms.moment(one.first_seen_at)}",
        safe_link(one.url),
        None,
    )


def _dated(on: date | None, forms: Forms, words: ArchiveWords) -> str:
    return f"{words.published} {forms.day(on)}" if on is not None else ""


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


def _place(typed: str) -> int | None:
    """The mark of a page, as an earlier page made it; anything else is the first page."""
    digits = typed.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20) or int(digits) > _FARTHEST:
        return None
    return int(typed)

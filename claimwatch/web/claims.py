"""The board of claims, and a page for each of them: what still stands, what does not, and who says so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from claimwatch.claims.values import of_claim
from claimwatch.editions.addresses import claim_path, document_path, entry_path, item_path, publication_path
from claimwatch.editions.display import Link, Piece, clean, excerpt, safe_link
from claimwatch.editions.forms import Forms
from claimwatch.editions.headlines import credited
from claimwatch.editions.names import investment_kind, kind_of, source_name, value_of
from claimwatch.editions.shown import Shown
from claimwatch.models import Claim, Outcome, Predicate
from claimwatch.pipeline.showing.board import PER_PAGE, AboutRow, Board, ClaimRow, ClaimStatus, claim_file
from claimwatch.pipeline.watch import Watch
from claimwatch.store.finding_claims import Tally
from claimwatch.web.board_vocabulary import BoardWords
from claimwatch.web.board_words import board_words
from claimwatch.web.caching import cached
from claimwatch.web.drawing import Timeline, timeline
from claimwatch.web.pages import Page, ThisPage
from claimwatch.web.stories import forms_of, shown_each

router = APIRouter()
_QUOTE = 320
_TITLE = 160
_OTHER = "-"  # what nothing on the board has
PageNumber = Annotated[int, Query(alias="page", ge=1, le=10_000)]


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A claim as the board shows it. `told` says in words what the timeline draws; `change` is what decides."""

    id: str
    path: str
    quote: str
    about: str
    subjects: tuple[str, ...]
    companies: str
    places: str
    value: str
    as_of: str
    speaker: str
    modality: str
    object: str
    notes: str
    document_title: str
    document_path: str
    document_on: str
    language: str
    status: str
    label: str
    also: tuple[str, ...]
    told: str
    change: Shown | None
    item: str | None
    timeline: Timeline
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Found:
    """A finding that concerns a claim, with its evidence. `beside`: it is foremost about another claim."""

    outcome: str
    badge: str
    beside: bool
    companies: str
    quote: tuple[Piece, ...]
    language: str
    speaker: str
    title: str
    source: str
    link: Link | None
    published: str
    captured: str
    sha256: str
    item: str | None
    capture_path: str | None


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """One page about one claim. `months` says in words what its timeline draws; `total` counts all findings.

    `disputes` are two findings each that cannot both hold, and about what they disagree. `restated_by` says how many
    publishers say it again.
    """

    line: ClaimLine
    around: tuple[str, str, str]
    kind: str
    months: tuple[tuple[str, str], ...]
    found: tuple[Found, ...]
    total: int
    disputes: tuple[tuple[Found, Found, str], ...] = ()
    restated_by: str = ""


@router.api_route("/claims", methods=["GET", "HEAD"])
def show_board(page: ThisPage, request: Request, status: str = "", company: str = "") -> Response:
    """All claims by kind, narrowed by status and company where the address says so."""
    wanted = (
        status if status in list(ClaimStatus) else status and _OTHER,
        company if company in page.watch.baseline.companies else company and _OTHER,
    )
    return cached(request, HTMLResponse(board_html(page, *wanted)))


def board_html(page: Page, status: str = "", company: str = "") -> bytes:
    """The board, as it was worked out last.

    A long page that many ask for: kept as it is sent, for each of the few things that it can be narrowed to, and with
    nothing in it that one visitor has typed.
    """
    asked = urlencode([(name, value) for name, value in (("status", status), ("company", company)) if value])
    plain = replace(page, path="/claims", query=asked)
    key = f"claims {status} {company} {page.fixed}"
    return page.kept(key, lambda _: _board_html(plain, status, company), of_findings=True)


def _board_html(page: Page, status: str, company: str) -> bytes:
    forms, words = forms_of(page.watch, page.words.language), board_words(page.words.language)
    now = page.board
    lines = page.kept("claims", lambda _: _of_board(page.known, now, page.words.language), of_findings=True)
    wanted = [line for line in lines if status in ("", line.status) and company in ("", *line.subjects)]
    groups = [
        (kind(predicate, [row.claim for row in rows], forms), [line for line in wanted if line.about == predicate.name])
        for predicate, rows in now.groups
    ]
    companies = [(slug, one.name) for slug, one in page.watch.baseline.companies.items()]
    answer = page.show(
        "claims",
        board=words,
        groups=[group for group in groups if group[1]],
        statuses=[(one.value, words.status[one], now.count(one)) for one in ClaimStatus if now.count(one)],
        all=len(lines),
        companies=[(slug, name) for slug, name in companies if any(slug in line.subjects for line in lines)],
        wanted=(status, company),
        span=(str(now.since.year), str(now.today.year)),
    )
    return bytes(answer.body)


@router.api_route("/claims/{claim_id}", methods=["GET", "HEAD"])
def show_claim(page: ThisPage, request: Request, claim_id: str, number: PageNumber = 1) -> Response:
    """One claim: its quote in its document, its timeline, and one page of what was found about it."""
    language = page.words.language
    if claim_id not in page.known.baseline.claims:
        return page.missing()
    if number == 1:
        shown = page.kept(
            f"claim {claim_id}", lambda _: _claim_page(page.known, claim_id, 1, language), of_findings=True
        )
    else:
        shown = _claim_page(page.known, claim_id, number, language)
    if shown is None or (number > 1 and not shown.found):
        return page.missing()
    answer = page.show(
        "claim",
        board=board_words(language),
        line=shown.line,
        around=shown.around,
        kind=shown.kind,
        months=shown.months,
        found=shown.found,
        total=shown.total,
        disputes=shown.disputes,
        restated_by=shown.restated_by,
        newer=_numbered(shown.line.path, number - 1) if number > 1 else None,
        older=_numbered(shown.line.path, number + 1) if number * PER_PAGE < shown.total else None,
    )
    return cached(request, answer)


def _claim_page(watch: Watch, claim_id: str, number: int, language: str) -> ClaimPage | None:
    file = claim_file(watch, claim_id, page=number)
    if file is None:
        return None  # an analyst took it back just now
    forms, words = forms_of(watch, language), board_words(language)
    (line,) = _of_rows(watch, [file.row], file.since, file.today, forms, words)
    found = {row.finding.evidence.id: _found(watch, row, forms, words) for row in file.about}
    return ClaimPage(
        line=line,
        around=around(file.row.claim, file.row.document.text),
        kind=kind(watch.baseline.predicates[file.row.claim.predicate], (file.row.claim,), forms),
        months=tuple(_months(file.row.told, forms, words)),
        found=tuple(found.values()),
        total=file.total,
        disputes=tuple(
            (found[each.one.id], found[each.other.id], words.disputed_about[each.about]) for each in file.disputes
        ),
        restated_by=_count(words.restated_by, len(file.restated_by)) if file.restated_by else "",
    )


def around(claim: Claim, text: str, room: int = 280) -> tuple[str, str, str]:
    """A claim's quote with what stands before and after it in its document, cut at words; line by line fit to show."""
    start, end = claim.span
    before, after = text[max(0, start - room) : start], text[end : end + room]
    if start > room:
        before = "… " + before.partition(" ")[2]
    if end + room < len(text):
        after = after.rpartition(" ")[0] + " …"
    return lines_of(before), lines_of(text[start:end]), lines_of(after)


def lines_of(text: str) -> str:
    """Text without characters that hide, its lines and the spaces at its edges kept: accepted sentences are scraped."""
    return "\n".join(_edged(line) for line in text.split("\n"))


def _edged(line: str) -> str:
    bare = clean(line)
    if not bare:
        return " " if line else ""
    return f"{' ' if line[:1].isspace() else ''}{bare}{' ' if line[-1:].isspace() else ''}"


def _of_board(watch: Watch, now: Board, language: str) -> list[ClaimLine]:
    return _of_rows(watch, now.rows, now.since, now.today, forms_of(watch, language), board_words(language))


def _of_rows(
    watch: Watch, rows: Sequence[ClaimRow], since: date, today: date, forms: Forms, words: BoardWords
) -> list[ClaimLine]:
    changed = [row for row in rows if row.change is not None]
    shown = shown_each(watch, [row.change for row in changed if row.change is not None], forms)
    changes = {row.claim.id: one for row, one in zip(changed, shown, strict=True)}
    ends = forms.day(since), forms.day(today)
    return [_line(watch, row, changes.get(row.claim.id), (since, today), ends, forms, words) for row in rows]


def _line(
    watch: Watch,
    row: ClaimRow,
    change: Shown | None,
    span: tuple[date, date],
    ends: tuple[str, str],
    forms: Forms,
    words: BoardWords,
) -> ClaimLine:
    claim, document = row.claim, row.document
    return ClaimLine(
        id=claim.id,
        path=claim_path(claim.id),
        quote=clean(claim.quote, _QUOTE),
        about=claim.predicate,
        subjects=claim.subjects,
        companies=", ".join(_subject(slug, watch, words) for slug in claim.subjects),
        places=", ".join(forms.place(place) for place in claim.places),
        value=_value(claim, forms),
        as_of=forms.as_of(claim.as_of) if claim.as_of else "",
        speaker=clean(claim.attributed_to),
        modality=words.modality.get(claim.modality, claim.modality),
        object=clean(claim.object),
        notes=clean(claim.notes),
        document_title=clean(document.title, _TITLE),
        document_path=document_path(document.id),
        document_on=words.timeline_dated.format(forms.day(document.date)) if document.date else words.timeline_undated,
        language=document.language,
        status=row.status.value,
        label=words.status[row.status],
        also=tuple(words.status[one] for one in row.also),
        told=_told(row, words),
        change=change,
        item=item_path(row.change.development.key) if row.change is not None else None,
        timeline=timeline(row.told, *span, document.date),
        first=ends[0],
        last=ends[1],
    )


def _subject(slug: str, watch: Watch, words: BoardWords) -> str:
    company = watch.baseline.companies.get(slug)
    return company.name if company is not None else words.subjects.get(slug, slug.replace("_", " "))


def _told(row: ClaimRow, words: BoardWords) -> str:
    counted = [
        _count(words.found[outcome], count)
        for outcome in Outcome
        if outcome not in (Outcome.RESTATEMENT, Outcome.CONTEXT) and (count := row.count(outcome))
    ]
    if row.restated:
        counted.append(_count(words.restated, row.restated))
    return ", ".join(counted)


def _months(told: Sequence[Tally], forms: Forms, words: BoardWords) -> list[tuple[str, str]]:
    """Each month with what was found in it, newest first: what the timeline draws, in words."""
    months: dict[date, list[str]] = {}
    for tally in sorted(told, key=lambda one: (one.told_in, list(Outcome).index(one.outcome))):
        months.setdefault(tally.told_in, []).append(_count(words.found[tally.outcome], tally.count))
    return [(forms.as_of(f"{month:%Y-%m}"), ", ".join(counted)) for month, counted in sorted(months.items())[::-1]]


def _found(watch: Watch, row: AboutRow, forms: Forms, words: BoardWords) -> Found:
    evidence, finding = row.finding.evidence, row.finding.evidence.finding
    watched = watch.baseline.companies
    capture = None
    if row.about.publication_id is not None:
        capture = publication_path(row.about.publication_id)
    elif row.about.entry_id is not None:
        capture = entry_path(row.about.entry_id)
    return Found(
        outcome=row.about.outcome.value,
        badge=badge(row.about.outcome, forms, words),
        beside=row.about.position > 0,
        companies=watched[finding.entity].name if finding.entity in watched else clean(finding.entity),
        quote=excerpt(finding),
        language=finding.language,
        speaker=credited(evidence, forms.words),
        title=clean(evidence.title, _TITLE),
        source=clean(source_name(evidence.source_name, forms.words), 80),
        link=safe_link(finding.url),
        published=forms.day(evidence.published_on) if evidence.published_on else "",
        captured=forms.moment(evidence.capture_at) if evidence.capture_at else "",
        sha256=evidence.capture_sha256 or "",
        item=item_path(row.finding.development) if row.finding.development else None,
        capture_path=capture,
    )


def badge(outcome: Outcome, forms: Forms, words: BoardWords) -> str:
    """An outcome in a word."""
    return forms.words.badge[outcome] if outcome.alerts else words.folded[outcome]


def kind(predicate: Predicate, claims: Iterable[Claim], forms: Forms) -> str:
    """A kind of claim as a heading over these claims, as a mail would call it."""
    named = (
        investment_kind(predicate.name, [claim.quote for claim in claims], forms.words)
        or kind_of(predicate.name, None, predicate.label, forms.words)
        or predicate.label
    )
    return named[:1].upper() + named[1:]


def _value(claim: Claim, forms: Forms) -> str:
    value = of_claim(claim)
    return value_of(value, forms.words, _TITLE) if value is not None else ""


def _count(pair: tuple[str, str], count: int) -> str:
    return pair[0] if count == 1 else pair[1].format(count)


def _numbered(path: str, number: int) -> str:
    return path if number == 1 else f"{path}?page={number}"

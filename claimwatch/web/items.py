"""A page for each item, for ever: what it says now, how it went on, where it was told, what was corrected, on what
evidence."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from claimwatch.editions.addresses import claim_path, edition_path, entry_path, item_path, publication_path
from claimwatch.editions.display import Link, Piece, clean, excerpt, safe_link
from claimwatch.editions.forms import Forms
from claimwatch.editions.headlines import credited
from claimwatch.editions.names import source_name
from claimwatch.models import Action, Origin, Outcome
from claimwatch.pipeline.showing import archive
from claimwatch.pipeline.showing.archive import Correction, EvidenceRow, History
from claimwatch.pipeline.telling.tellable import today_of
from claimwatch.store.archive import Issue
from claimwatch.store.finding_rows import DISMISSED, WITHDRAWN
from claimwatch.web.archive import heading
from claimwatch.web.archive_words import ArchiveWords, archive_words
from claimwatch.web.board_words import board_words
from claimwatch.web.caching import cached
from claimwatch.web.pages import Page, ThisPage
from claimwatch.web.stories import forms_of, shown

router = APIRouter()
_TITLE = 160
_LONGEST_KEY = 64


@dataclass(frozen=True, slots=True)
class Proof:
    """One piece of evidence, from the quote to the bytes."""

    outcome: str
    badge: str
    status: str
    quote: tuple[Piece, ...]
    language: str
    speaker: str
    title: str
    source: str
    link: Link | None
    facts: tuple[tuple[str, str], ...]
    sha256: str
    claims: tuple[tuple[str, str], ...]
    excerpts: str | None
    item: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One state of an item: what it was, from when on, and the editions that told it."""

    version: int
    outcome: str
    badge: str
    since: str
    told: tuple[tuple[str, str], ...]


@router.api_route("/items/{key}", methods=["GET", "HEAD"])
def show_item(page: ThisPage, request: Request, key: str) -> Response:
    """One item with its history."""
    found = archive.history(page.watch, key) if key.isprintable() and len(key) <= _LONGEST_KEY else None
    if found is None:
        return page.missing()
    forms, words = forms_of(page.watch, page.words.language), archive_words(page.words.language)
    told = found.current.told
    development = found.current.row.development
    names = [
        page.watch.baseline.companies[slug].name if slug in page.watch.baseline.companies else slug
        for slug in development.companies
    ]
    evidence = [_proof(page, one, forms, words) for one in found.evidence]
    values: dict[str, Any] = {
        "said": words,
        "board": board_words(page.words.language),
        "story": shown(told, forms)[key] if told is not None else None,
        "title": shown(told, forms)[key].headline if told is not None else f"{words.permalink} {key}",
        "remark": _remark(page, found, words),
        "other": item_path(found.known_as) if found.known_as else None,
        "facts": [
            (label, value)
            for label, value in (
                (words.companies, ", ".join(clean(name, 60) for name in names)),
                (words.place, forms.place(development.place) if development.place else ""),
                (words.severity, words.severities.get(development.severity, development.severity)),
                (words.first_seen, forms.moment(development.first_seen_at)),
            )
            if value
        ],
        "steps": _steps(found, forms, words),
        "untold": not found.tellings,
        "corrections": [_correction(issue, one, forms, words) for issue, one in found.corrections],
        "evidence": evidence,
        "against": [_proof(page, one, forms, words) for one in found.otherwise],
        "more": words.evidence_more.format(forms.number(found.more)) if found.more else None,
        "permanent": page.watch.settings.public_url + item_path(key),
    }
    return cached(request, page.show("item", **values))


def _remark(page: Page, found: History, words: ArchiveWords) -> str:
    """What has to be said of an item before anything else; otherwise whether anybody has looked at it."""
    standing, development = found.standing, found.current.row.development
    version, today = development.state_version, today_of(page.watch)
    if found.known_as is not None:
        return words.part_of
    if standing.action is Action.DISMISS and standing.covers(version):
        return words.dismissed
    if found.current.told is None:
        return words.no_longer
    if not standing.is_told(version, today):
        return words.put_off
    if not found.tellings and all(one.finding.origin is not Origin.WATCH for one in found.evidence):
        return words.history_only
    return words.reviewed if standing.reviewed(version) else words.machine_read


def _steps(found: History, forms: Forms, words: ArchiveWords) -> list[Step]:
    return [
        Step(
            state.version,
            state.outcome.value if state.outcome else "",
            _badge(state.outcome, words) if state.outcome else words.state_unknown,
            forms.moment(state.at),
            tuple(
                (edition_path(issue.series, issue.period), _named(issue, forms, words))
                for issue, version in found.tellings
                if version == state.version
            ),
        )
        for state in found.states[::-1]
    ]


def _named(issue: Issue, forms: Forms, words: ArchiveWords) -> str:
    return f"{words.series_names.get(issue.series, issue.series)}, {heading(issue.series, issue.period, forms, words)}"


def _correction(
    issue: Issue, correction: Correction, forms: Forms, words: ArchiveWords
) -> tuple[str, str, str, str, str | None]:
    sent = correction.issue
    return (
        forms.moment(correction.at),
        clean(correction.why),
        edition_path(issue.series, issue.period),
        _named(issue, forms, words),
        edition_path(sent.series, sent.period) if sent else None,
    )


def _proof(page: Page, row: EvidenceRow, forms: Forms, words: ArchiveWords) -> Proof:
    evidence, finding = row.finding.evidence, row.finding.evidence.finding
    states = {WITHDRAWN: words.withdrawn, DISMISSED: words.dismissed_one}
    excerpts = None
    if row.where.publication_id is not None:
        excerpts = publication_path(row.where.publication_id)
    elif row.where.entry_id is not None:
        excerpts = entry_path(row.where.entry_id)
    dates = (
        (words.published, evidence.published_on),
        (words.in_force, evidence.effective_on),
    )
    moments = ((words.first_seen, evidence.first_seen_at), (words.fetched, evidence.capture_at))
    return Proof(
        finding.outcome.value,
        _badge(finding.outcome, words),
        states.get(row.finding.status, "" if row.finding.origin is Origin.WATCH else words.from_history),
        excerpt(finding),
        finding.language,
        credited(evidence, forms.words),
        clean(evidence.title, _TITLE),
        clean(source_name(evidence.source_name, forms.words), 80),
        safe_link(finding.url),
        (
            *((label, forms.day(on)) for label, on in dates if on is not None),
            *((label, forms.moment(at)) for label, at in moments if at is not None),
            (words.read_by, clean(evidence.parser, 80)),
        ),
        evidence.capture_sha256 or "",
        tuple((id_, claim_path(id_)) for id_ in finding.claims if id_ in page.watch.baseline.claims),
        excerpts,
        item_path(row.finding.development) if row.finding.development else None,
    )


def _badge(outcome: Outcome, words: ArchiveWords) -> str:
    return words.outcomes[outcome.value]

"""Back issues: every edition that went out, as it was mailed, as text and as data.

The page of an edition is the mail itself, byte for byte what was frozen, with a line of ours above and what stands
around it below. A mail brings its style along in the page, so this page alone may have one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse

from claimwatch.editions import parse_period
from claimwatch.editions.addresses import RECALL, WEEKLY, edition_path, item_path, period_in
from claimwatch.editions.assemble import ORDER
from claimwatch.editions.display import clean, safe_link
from claimwatch.editions.forms import Forms
from claimwatch.editions.headlines import headline
from claimwatch.editions.words import count_of
from claimwatch.errors import UsageError
from claimwatch.models import Edition, Item
from claimwatch.pipeline.showing import archive
from claimwatch.pipeline.showing.archive import BackIssue
from claimwatch.store.archive import Issue, Told
from claimwatch.web.archive_words import ArchiveWords, archive_words
from claimwatch.web.caching import YEAR, cached
from claimwatch.web.pages import WEB, Page, ThisPage
from claimwatch.web.stories import forms_of

router = APIRouter()
SERIES = ("weekly", "daily", "monthly", "urgent", "record", RECALL)
_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ENDINGS = (".json", ".txt")
_LARGEST, _LONGEST = 2**31 - 1, 80
_QUOTE = 300
Before = Annotated[int | None, Query(ge=1, le=_LARGEST)]


@dataclass(frozen=True, slots=True)
class Line:
    """An edition in the list."""

    path: str
    heading: str
    subject: str
    series: str
    counts: str
    frozen: str


@router.api_route("/editions", methods=["GET", "HEAD"])
def show_editions(page: ThisPage, request: Request, series: str = "", before: Before = None) -> Response:
    """The editions that went out, newest first."""
    chosen = (series,) if series in SERIES else ()
    issues, more = archive.back_issues(page.watch, series=chosen, before=before)
    forms, words = forms_of(page.watch, page.words.language), archive_words(page.words.language)
    older = urlencode({**({"series": series} if chosen else {}), "before": issues[-1].id}) if more else None
    answer = page.show(
        "editions",
        said=words,
        lines=[_line(one, forms, words) for one in issues],
        series=[(name, words.series_names[name]) for name in SERIES],
        chosen=series if chosen else "",
        older=f"/editions?{older}" if older else None,
        first=before is None,
    )
    return cached(request, answer)


@router.api_route("/static/archive.css", methods=["GET", "HEAD"])
def show_style(request: Request) -> Response:
    """The style of what we put around a mail."""
    css = (WEB / "archive.css").read_text(encoding="utf-8")
    return cached(request, Response(css, media_type="text/css"), max_age=3600)


@router.api_route("/editions/{name}", methods=["GET", "HEAD"])
def show_week(page: ThisPage, request: Request, name: str) -> Response:
    """A weekly edition."""
    return _edition(page, request, WEEKLY, name)


@router.api_route("/editions/{series}/{name}", methods=["GET", "HEAD"])
def show_edition(page: ThisPage, request: Request, series: str, name: str) -> Response:
    """An edition of another series."""
    return page.missing() if series == RECALL else _edition(page, request, series, name)


@router.api_route("/editions/{week}/corrections/{name}", methods=["GET", "HEAD"])
def show_correction(page: ThisPage, request: Request, week: str, name: str) -> Response:
    """A correction of a weekly edition."""
    return _edition(page, request, RECALL, name, origin=f"{WEEKLY}:{period_in(week)}")


@router.api_route("/editions/{series}/{period}/corrections/{name}", methods=["GET", "HEAD"])
def show_other_correction(page: ThisPage, request: Request, series: str, period: str, name: str) -> Response:
    """A correction of an edition of another series."""
    return _edition(page, request, RECALL, name, origin=f"{series}:{period_in(period)}")


def heading(series: str, period: str, forms: Forms, words: ArchiveWords) -> str:
    """What an edition is called: its period in words; of a correction what it corrects."""
    if series != RECALL:
        return forms.period(period, series)
    of_series, _, of_period = period.partition("#")[0].partition(":")
    return f"{words.correction}: {forms.period(of_period, of_series)}"


def counts(outcomes: Iterable[tuple[str, int]], forms: Forms) -> str:
    """`1 reversed, 5 new`, the gravest first."""
    counted = dict(outcomes)
    return ", ".join(
        count_of(forms.words.counted[one], counted[one.value], forms.number(counted[one.value]))
        for one in ORDER
        if one.value in counted
    )


def _line(issue: Issue, forms: Forms, words: ArchiveWords) -> Line:
    return Line(
        edition_path(issue.series, issue.period),
        heading(issue.series, issue.period, forms, words),
        issue.subject,
        words.series_names.get(issue.series, issue.series),
        counts(issue.outcomes, forms),
        forms.moment(issue.frozen_at),
    )


def _edition(page: Page, request: Request, series: str, name: str, origin: str = "") -> Response:
    ending = next((one for one in _ENDINGS if name.endswith(one)), "")
    bare = name.removesuffix(ending)
    period = f"{origin}#{bare}" if origin else period_in(bare)
    if not (series + period).isprintable() or len(series + period) > _LONGEST:
        return page.missing()
    found = archive.back_issue(page.watch, series, period)
    if found is None:
        return _moved(page, series, period, ending)
    if edition_path(series, found.edition.period) + ending != request.url.path and not origin:
        return RedirectResponse(page.to(edition_path(series, period) + ending), 308)
    if ending == ".txt":
        return cached(request, PlainTextResponse(found.edition.text), max_age=YEAR)
    if ending == ".json":
        return cached(request, JSONResponse(_data(page, found)))
    return cached(request, _page(page, found))


def _moved(page: Page, series: str, period: str, ending: str) -> Response:
    """To the edition whose period is written in another way (`2026-W45-W46`); otherwise there is none."""
    try:
        named = parse_period(period, page.watch.settings.timezone)
    except UsageError:
        return page.missing()
    wanted = (named.series, named.key)
    if (
        series not in (WEEKLY, named.series)
        or wanted == (series, period)
        or archive.back_issue(page.watch, *wanted) is None
    ):
        return page.missing()
    return RedirectResponse(page.to(edition_path(*wanted) + ending), 308)


def _page(page: Page, found: BackIssue) -> HTMLResponse:
    edition = found.edition
    forms, words = forms_of(page.watch, page.words.language), archive_words(page.words.language)
    path = edition_path(edition.series, edition.period)
    around: dict[str, Any] = {
        "said": words,
        "edition": edition,
        "heading": heading(edition.series, edition.period, forms, words),
        "address": path,
        "earlier": _link(found.earlier, forms, words),
        "later": _link(found.later, forms, words),
        "origin": _origin(edition.period, forms) if edition.series == RECALL else None,
        "corrections": [
            (forms.moment(one.at), clean(one.why), item_path(one.item) if one.item else None, _path_of(one.issue))
            for one in found.corrections
        ],
        "items": [
            (item_path(told.key), clean(headline(item, forms.words)), item.outcome.value)
            for told, item in _items(found.items)
        ],
        "badges": words.outcomes,
        "frozen": forms.moment(edition.frozen_at),
        "permanent": page.watch.settings.public_url + path,
    }
    html = edition.html
    for place, name in ((r"(?=</head>)", "head"), (r"<body[^>]*>", "above"), (r"(?=</body>)", "below")):
        html = _insert(html, place, bytes(page.show(f"edition_{name}", **around).body).decode())
    return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY})


def _insert(html: str, place: str, part: str) -> str:
    return re.sub(place, lambda found: found[0] + part, html, count=1)


def _items(told: Sequence[tuple[Told, Edition | None]]) -> list[tuple[Told, Item]]:
    return [(one, edition.items[0]) for one, edition in told if edition is not None]


def _link(issue: Issue | None, forms: Forms, words: ArchiveWords) -> tuple[str, str] | None:
    return (
        None
        if issue is None
        else (edition_path(issue.series, issue.period), heading(issue.series, issue.period, forms, words))
    )


def _origin(period: str, forms: Forms) -> tuple[str, str]:
    """The edition that a correction is of."""
    series, _, of_period = period.partition("#")[0].partition(":")
    return edition_path(series, of_period), forms.period(of_period, series)


def _path_of(issue: Issue | None) -> str | None:
    return None if issue is None else edition_path(issue.series, issue.period)


def _data(page: Page, found: BackIssue) -> dict[str, object]:
    """An edition as data. Its items are as it told them; what was corrected since stands beside."""
    edition, public = found.edition, page.watch.settings.public_url
    path = edition_path(edition.series, edition.period)
    return {
        "series": edition.series,
        "period": edition.period,
        "url": public + path,
        "text_url": f"{public}{path}.txt",
        "starts_at": edition.starts_at.isoformat(),
        "ends_at": edition.ends_at.isoformat(),
        "frozen_at": edition.frozen_at.isoformat(),
        "first": edition.first,
        "subject": edition.subject,
        "outcomes": dict(edition.outcomes),
        "items": [_item_data(public, told, item) for told, item in _items(found.items)],
        "corrections": [
            {
                "at": one.at.isoformat(),
                "why": clean(one.why),
                "item": one.item,
                "url": public + edition_path(one.issue.series, one.issue.period) if one.issue else None,
            }
            for one in found.corrections
        ],
        "text": edition.text,
    }


def _item_data(public: str, told: Told, item: Item) -> dict[str, object]:
    return {
        "key": told.key,
        "url": public + item_path(told.key),
        "state_version": told.version,
        "outcome": item.outcome.value,
        "severity": item.severity,
        "headline": clean(item.headline),
        "companies": list(item.companies),
        "place": item.place,
        "happened_on": item.happened_on.isoformat() if item.happened_on else None,
        "claim": item.claim.id if item.claim else None,
        "reviewed": item.reviewed,
        "evidence": [
            {
                "source": one.finding.source,
                "url": link.url if (link := safe_link(one.finding.url)) else None,
                "title": clean(one.title, 200),
                "quote": clean(one.finding.quote, _QUOTE),
                "published_on": one.published_on.isoformat() if one.published_on else None,
                "first_seen_at": one.first_seen_at.isoformat(),
                "capture_sha256": one.capture_sha256,
            }
            for one in item.evidence
        ],
    }

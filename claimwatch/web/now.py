"""The front page: what changed this week, how the claims stand, and how well the sources were seen."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response

from claimwatch.editions.addresses import edition_path, item_path
from claimwatch.editions.display import clean
from claimwatch.editions.forms import Forms
from claimwatch.editions.names import source_name
from claimwatch.editions.shown import Shown
from claimwatch.models import ReadStatus
from claimwatch.pipeline.showing.board import Board, ClaimStatus
from claimwatch.pipeline.showing.strips import Strip, strips
from claimwatch.pipeline.showing.week import this_week
from claimwatch.pipeline.watch import Watch
from claimwatch.store import archive
from claimwatch.store.archive import Issue
from claimwatch.web.board_vocabulary import BoardWords
from claimwatch.web.board_words import board_words
from claimwatch.web.caching import cached
from claimwatch.web.drawing import Polls, polls
from claimwatch.web.pages import Page, ThisPage
from claimwatch.web.stories import companies_of, forms_of, shown

router = APIRouter()


@dataclass(frozen=True, slots=True)
class StripLine:
    """One source as the front page shows it: the picture, and in words what it draws."""

    slug: str
    name: str
    title: str
    said: tuple[str, ...]
    unread: bool
    picture: Polls


@dataclass(frozen=True, slots=True)
class Front:
    """All that is on the page. `unread`: no source was ever read well."""

    since: str
    until: str
    stories: tuple[tuple[str, Shown], ...]
    more: int
    statuses: tuple[tuple[str, str, int], ...]
    claims: int
    strips: tuple[StripLine, ...]
    latest: Issue | None
    machine_read: bool
    unread: bool


@router.api_route("/", methods=["GET", "HEAD"])
def show_now(page: ThisPage, request: Request) -> Response:
    """What changed this week."""
    words = board_words(page.words.language)
    front = front_of(page)
    names = companies_of(page.watch, forms_of(page.watch, page.words.language))
    answer = page.show(
        "now",
        board=words,
        front=front,
        lead=words.now_lead.format(companies=names),
        edition=(clean(front.latest.subject), edition_path(front.latest.series, front.latest.period))
        if front.latest
        else None,
    )
    return cached(request, answer)


def front_of(page: Page) -> Front:
    """All that is on the page, as it was worked out last."""
    return page.kept("front", lambda _: _front(page.known, page.board, page.words.language))


def strip_line(strip: Strip, forms: Forms, words: BoardWords) -> StripLine:
    """The strip of a source, drawn and in words."""
    failed, partial = strip.count(ReadStatus.BAD, ReadStatus.FAILED), strip.count(ReadStatus.PARTIAL, ReadStatus.HELD)
    count = len(strip.polls)
    counted = [words.polls[count != 1].format(forms.number(count)) if count else words.polls_none]
    counted += [text.format(forms.number(number)) for text, number in _failures(failed, partial, words) if number]
    said = [", ".join(counted) + "."]
    said.append(
        words.last_good.format(forms.short_moment(strip.last_good_at)) if strip.last_good_at else words.never_good
    )
    for gap in strip.gaps:
        begins, ends = forms.short_moment(gap.begins_at), gap.ends_at
        said.append(
            words.gap.format(since=begins, until=forms.short_moment(ends))
            if ends
            else words.gap_open.format(since=begins)
        )
    name = clean(source_name(strip.name, forms.words), 80)
    title = words.strip_title.format(source=name, since=_day(strip.since, forms), until=_day(strip.until, forms))
    return StripLine(strip.source, name, title, tuple(said), strip.unread, polls(strip))


def _failures(failed: int, partial: int, words: BoardWords) -> tuple[tuple[str, int], ...]:
    return (words.polls_failed, failed), (words.polls_partial, partial)


def _front(watch: Watch, now: Board, language: str) -> Front:
    forms, words = forms_of(watch, language), board_words(language)
    week = this_week(watch)
    stories = shown(week.edition, forms)
    seen = strips(watch)
    with watch.store.read() as connection:
        issues = archive.issues(connection, limit=1)
    return Front(
        since=_day(week.since, forms),
        until=_day(week.until, forms),
        stories=tuple((item_path(key), story) for key, story in stories.items()),
        more=week.more,
        statuses=tuple((one.value, words.status[one], now.count(one)) for one in ClaimStatus if now.count(one)),
        claims=len(now.rows),
        strips=tuple(strip_line(strip, forms, words) for strip in seen),
        latest=issues[0] if issues else None,
        machine_read=any(not item.reviewed for item in week.edition.items),
        unread=all(strip.last_good_at is None for strip in seen),
    )


def _day(at: datetime, forms: Forms) -> str:
    return forms.short_day(at.astimezone(forms.zone).date())

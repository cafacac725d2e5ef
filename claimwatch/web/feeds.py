"""Feeds of what is new and of editions: `company`, `source` and `outcome` in the address narrow them.

An entry's id is made of the public address and the key, so it stays while the address does; it is updated when the
state of the item rises, never because another source repeats it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Depends, Query, Request, Response

from claimwatch.editions.addresses import edition_path, item_path
from claimwatch.editions.display import clean
from claimwatch.editions.forms import Forms
from claimwatch.editions.shown import Shown
from claimwatch.models import Outcome
from claimwatch.pipeline.showing import archive
from claimwatch.pipeline.showing.archive import Current
from claimwatch.pipeline.watch import Watch
from claimwatch.store.archive import Issue
from claimwatch.web.archive import counts
from claimwatch.web.archive_words import ArchiveWords, archive_words
from claimwatch.web.caching import cached
from claimwatch.web.pages import Page, ThisPage
from claimwatch.web.stories import forms_of, shown
from claimwatch.web.syndication import ATOM, JSON_FEED, Entry, Feed, to_atom, to_json

router = APIRouter()
ENTRIES = 30
_TAGGED_IN = "2026"  # the year from which on the ids are ours (RFC 4151)
_ALERTING = [outcome.value for outcome in Outcome if outcome.alerts]
Narrow = Annotated[str, Query(max_length=64)]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a feed is narrowed to; empty leaves it open."""

    company: str
    source: str
    outcome: str

    @property
    def query(self) -> str:
        """As it stands in an address."""
        chosen = (("company", self.company), ("source", self.source), ("outcome", self.outcome))
        return urlencode([(name, value) for name, value in chosen if value])

    def fits(self, watch: Watch) -> bool:
        """Whether there are such things. A source that was taken out of sources.yaml may still be asked for."""
        return (
            (not self.company or self.company in watch.baseline.companies)
            and self.source.isprintable()
            and self.outcome in ("", *_ALERTING)
        )


def narrowed(company: Narrow = "", source: Narrow = "", outcome: Narrow = "") -> Narrowed:
    """What the address asks for."""
    return Narrowed(company, source, outcome.upper())


Asked = Annotated[Narrowed, Depends(narrowed)]


@router.api_route("/feeds/items.atom", methods=["GET", "HEAD"])
def items_atom(page: ThisPage, request: Request, asked: Asked) -> Response:
    """What is new, as Atom."""
    return _answer(page, request, asked, "items.atom", _items)


@router.api_route("/feeds/items.json", methods=["GET", "HEAD"])
def items_json(page: ThisPage, request: Request, asked: Asked) -> Response:
    """What is new, as JSON Feed."""
    return _answer(page, request, asked, "items.json", _items)


@router.api_route("/feeds/editions.atom", methods=["GET", "HEAD"])
def editions_atom(page: ThisPage, request: Request, asked: Asked) -> Response:
    """Editions, as Atom."""
    return _answer(page, request, asked, "editions.atom", _editions)


@router.api_route("/feeds/editions.json", methods=["GET", "HEAD"])
def editions_json(page: ThisPage, request: Request, asked: Asked) -> Response:
    """Editions, as JSON Feed."""
    return _answer(page, request, asked, "editions.json", _editions)


def _answer(page: Page, request: Request, asked: Narrowed, name: str, feed: Callable[..., Feed]) -> Response:
    if not asked.fits(page.watch):
        return page.missing()

    def made(_: Watch) -> tuple[bytes, datetime]:
        told = feed(page, asked, name)
        return (to_atom(told) if name.endswith(".atom") else to_json(told)), told.changed_at

    if asked.source in ("", *page.watch.sources):
        body, changed_at = page.kept(f"feed {name} {asked.query} {page.fixed}", made)
    else:
        body, changed_at = made(page.watch)  # whatever anybody thinks of is not kept
    media_type = ATOM if name.endswith(".atom") else JSON_FEED
    return cached(request, Response(body, media_type=media_type), modified_at=changed_at)


def _items(page: Page, asked: Narrowed, name: str) -> Feed:
    found = archive.current_items(
        page.watch,
        company=asked.company or None,
        source=asked.source or None,
        outcome=asked.outcome or None,
        limit=ENTRIES,
    )
    forms, words = _written(page)
    entries = [
        _item(page.watch, one, shown(one.told, forms)[one.row.development.key], words)
        for one in found
        if one.told is not None
    ]
    return _feed(page, asked, name, words, words.feed_items, entries)


def _item(watch: Watch, one: Current, story: Shown, words: ArchiveWords) -> Entry:
    development = one.row.development
    said = [words.outcomes[story.outcome]]
    if story.before or story.claim_quote:
        said.append(f"{story.before_label}: {story.before or f'“{story.claim_quote}”'}")
    if story.now:
        said.append(f"{story.now_label}: {story.now}")
    quote = "".join(piece.text for piece in story.quote)
    said += [f"“{quote}” — {story.speaker}", *(label[:1].upper() + label[1:] for label in story.labels)]
    return Entry(
        id=tag(watch, f"item:{development.key}"),
        url=watch.settings.public_url + item_path(development.key),
        title=story.headline,
        summary=_sentences(said),
        published_at=development.first_seen_at,
        updated_at=one.row.updated_at,
        categories=(development.outcome.value, development.severity, *development.companies),
        via=story.source.link.url if story.source.link else None,
    )


def _editions(page: Page, asked: Narrowed, name: str) -> Feed:
    found = archive.editions_about(
        page.watch,
        company=asked.company or None,
        source=asked.source or None,
        outcome=asked.outcome or None,
        limit=ENTRIES,
    )
    forms, words = _written(page)
    entries = [_edition(page.watch, issue, corrected, forms, words) for issue, corrected in found]
    return _feed(page, asked, name, words, words.feed_editions, entries)


def _edition(watch: Watch, issue: Issue, corrected: datetime | None, forms: Forms, words: ArchiveWords) -> Entry:
    said = [counts(issue.outcomes, forms) or clean(issue.subject)]
    if corrected is not None:
        said.append(words.corrected.format(forms.moment(corrected)))
    return Entry(
        id=tag(watch, f"edition:{issue.series}:{issue.period}"),
        url=watch.settings.public_url + edition_path(issue.series, issue.period),
        title=clean(issue.subject),
        summary=_sentences(said),
        published_at=issue.frozen_at,
        updated_at=max(issue.frozen_at, corrected or issue.frozen_at),
        categories=(issue.series, *(outcome for outcome, _ in issue.outcomes)),
    )


def _feed(page: Page, asked: Narrowed, name: str, words: ArchiveWords, title: str, entries: Sequence[Entry]) -> Feed:
    watch, public = page.watch, page.watch.settings.public_url
    query = asked.query
    language = urlencode({"lang": page.words.language}) if page.fixed else ""
    whole = "&".join(part for part in (query, language) if part)
    about = ", ".join(part for part in (asked.company, asked.source, asked.outcome) if part)
    return Feed(
        id=tag(watch, f"feed:{name.partition('.')[0]}" + (f"?{query}" if query else "")),
        url=f"{public}/editions",
        self_url=f"{public}/feeds/{name}" + (f"?{whole}" if whole else ""),
        title=f"Claimwatch: {title}" + (f" ({about})" if about else ""),
        subtitle=words.machine_read_feed,
        language=words.language,
        author="Claimwatch",
        updated_at=datetime.combine(watch.baseline.newest_document_on, time(), UTC),
        entries=entries,
    )


def _sentences(said: Sequence[str]) -> str:
    return " ".join(one if one.endswith((".", "!", "?")) else f"{one}." for one in said)


def tag(watch: Watch, what: str) -> str:
    """A tag URI (RFC 4151): it names a thing for ever and says nothing of where it is."""
    host = urlsplit(watch.settings.public_url).hostname or "localhost"
    return f"tag:{host},{_TAGGED_IN}:{what.replace('–', '--').replace('#', '/')}"


def _written(page: Page) -> tuple[Forms, ArchiveWords]:
    """In English unless the address names another language: a feed is one thing, whoever fetches it."""
    language = page.words.language if page.fixed else "en"
    return forms_of(page.watch, language), archive_words(language)

"""The parsers as the pipeline sees them: loaded by name, and never the end of a read whatever they raise."""

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

from claimwatch.errors import ReadFailed, SourceChanged, SourcesInvalid
from claimwatch.fetching import Answer
from claimwatch.models import Link, Page, Parsed, SourceSpec


class ParserBroke(SourceChanged):
    """A parser raised on a page what is no `ReadFailed`; that is its `__cause__`."""


def load_parser(spec: SourceSpec) -> ModuleType:
    """The parser module of a source; raises `SourcesInvalid` when it is not one, whatever importing it raised."""
    try:
        module = importlib.import_module(spec.parser)
    except ImportError as error:
        raise SourcesInvalid(f"{spec.slug}: cannot import the parser {spec.parser!r}: {error}") from error
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        raise SourcesInvalid(f"{spec.slug}: the parser {spec.parser!r} broke when it was imported: {why}") from error
    if not hasattr(module, "parse") or not hasattr(module, "VERSION"):
        raise SourcesInvalid(f"{spec.slug}: {spec.parser} has no parse() or no VERSION")
    return module


def parse_page(spec: SourceSpec, parser: ModuleType, page: Page) -> Parsed:
    """What the parser makes of a page; law 1: every container is kept or skipped for a reason.

    Raises `ReadFailed`, whatever the parser raised.
    """
    parsed: Parsed = _guarded(spec, page, lambda: _counted(page, parser.parse(page)))
    return parsed


def revise_page(spec: SourceSpec, parser: ModuleType, page: Page, before: Page, gave: Parsed) -> Parsed | None:
    """The same from a parser that has `revise`: it looks only at what is not on the page `before`, which gave `gave`
    (its entries as `unread`). None where it has to read the page whole. Raises as `parse_page` does.
    """

    def revised() -> Parsed | None:
        parsed: Parsed | None = parser.revise(page, before, gave)
        return None if parsed is None else _counted(page, parsed)

    said: Parsed | None = _guarded(spec, page, revised)
    return said


def _guarded(spec: SourceSpec, page: Page, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except ReadFailed:
        raise
    except Exception as error:
        # A page that nobody foresaw must not keep the other sources from being read: it is a bad page, and said. By
        # its kind alone: editions print the reason, and what an error says may be anything.
        broke = f"the parser {spec.parser} broke on it: {type(error).__name__}"
        raise ParserBroke(page.url, broke) from error


def _counted(page: Page, parsed: Parsed) -> Parsed:
    if parsed.containers != parsed.kept + len(parsed.skipped):
        counted = f"{parsed.containers} containers, {parsed.kept} kept, {len(parsed.skipped)} skipped"
        raise SourceChanged(page.url, f"the counts do not add up: {counted}")
    return parsed


def page_at(spec: SourceSpec, link: Link, answer: Answer) -> Page:
    """A fresh answer as a parser sees it."""
    return Page(
        source=spec.slug,
        kind=link.kind,
        url=answer.final_url,
        body=answer.body,
        content_type=answer.content_type,
        charset=answer.charset,
        head=link.head,
        options=spec.options,
    )


def whereabouts(parser: ModuleType, key: str) -> Link | None:
    """Where to ask for what became of the item `key` of a list that no longer shows it; None where nobody knows."""
    if not hasattr(parser, "whereabouts"):
        return None
    link: Link | None = parser.whereabouts(key)
    return link

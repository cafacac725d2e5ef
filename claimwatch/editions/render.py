"""An edition as mail: subject, HTML and text. Pure: the same edition and reader give the same bytes."""

import textwrap
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError, select_autoescape

from claimwatch.editions.display import Piece, safe_link
from claimwatch.editions.forms import Forms
from claimwatch.editions.languages import words_for
from claimwatch.editions.shown import MOST_LINES
from claimwatch.editions.view import View, view_of
from claimwatch.errors import EditionInvalid
from claimwatch.models import Edition, Rendered

# Gmail cuts an HTML part off at about 102 KB, and the footer goes first.
HTML_BUDGET = 80 * 1024
TEXT_WIDTH = 72
_TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "email"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def render(
    edition: Edition,
    *,
    language: str,
    timezone: str,
    public_url: str,
    why: str,
    operator: str = "",
    postal_address: str = "",
    unsubscribe_url: str | None = None,
    preferences_url: str | None = None,
) -> Rendered:
    """The mail of an edition for one reader.

    `language` falls back to English where we have no words in it; `timezone` is an IANA name. `why` is the sentence
    that says why the reader gets this, `operator` the address to write to (none: answer the mail), `public_url` the
    base of the pages, left out while it is this machine's own. `unsubscribe_url` and `preferences_url` are the reader's
    own pages; with the first the footer links to it instead of asking for a word to the operator. Beyond 80 KB of HTML
    the last items are told in a line each; the text part always names all of them. Raises `EditionInvalid` where a
    template is wrong.
    """
    forms = Forms(words_for(language), ZoneInfo(timezone))
    public = safe_link(public_url)
    if public is not None and urlsplit(public_url).hostname in _LOOPBACK:
        public = None

    made = partial(
        view_of,
        edition,
        forms,
        why=why,
        operator=operator,
        public=public,
        postal=postal_address,
        unsubscribe=safe_link(unsubscribe_url) if unsubscribe_url else None,
        preferences=safe_link(preferences_url) if preferences_url else None,
    )
    view = made()
    if view.short and _lines(view) > MOST_LINES:
        view = made(tight=True)
    total = len(view.items)
    if not _fits(view):
        view = replace(view, full=_most(total, lambda count: _fits(replace(view, full=count))))
        if view.full == 0:
            view = replace(view, listed=_most(total, lambda count: _fits(replace(view, listed=count))))
    return Rendered(
        subject=view.subject,
        html=_html(view),
        text=_filled("digest.txt.j2", replace(view, listed=total)),
        language=forms.words.language,
    )


def _lines(view: View) -> int:
    """How many lines of text stand above the footer."""
    above, _, _ = _filled("digest.txt.j2", view).partition(f"\n{view.words.about}\n")
    return above.rstrip("\n").count("\n") + 1


def _html(view: View) -> str:
    return _inliner().inline(_filled("digest.html.j2", view)) + "\n"


def _filled(name: str, view: View) -> str:
    try:
        return _environment().get_template(name).render(_context(view))
    except TemplateError as error:
        at = f", line {error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
        why = f"the template templates/email/{name}{at} cannot be used: {error.message}; mend it, and build again"
        raise EditionInvalid(why) from error


def _fits(view: View) -> bool:
    return len(_html(view).encode()) <= HTML_BUDGET


def _most(total: int, fits: Callable[[int], bool]) -> int:
    """The largest count below `total` that fits, 0 where none does."""
    low, high = 0, total - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _context(view: View) -> dict[str, object]:
    names = [part.name for part in fields(view)]
    return {
        name: getattr(view, name)
        for name in [*names, "sections", "brief", "more_title", "unlisted", "unlisted_line", "covered", "more_sources"]
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"wrap": _wrap, "heading": _heading, "dated": _dated, "glossed": _glossed}
    environment.filters |= {"marked": _marked, "flat": _flat}
    return environment


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False)


def _wrap(text: str, first: str = "", further: str = "") -> str:
    # Addresses stay whole: a reader has to be able to open them.
    return textwrap.fill(
        text,
        TEXT_WIDTH,
        initial_indent=first,
        subsequent_indent=further,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _heading(text: str) -> str:
    # Dashes: quoted-printable would triple every equals sign.
    return f"{text}\n{'-' * len(text)}"


def _marked(pieces: tuple[Piece, ...]) -> str:
    return "".join(f"*{piece.text}*" if piece.marked else piece.text for piece in pieces)


def _flat(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


def _glossed(glosses: tuple[tuple[str, str], ...]) -> str:
    return "; ".join(f"{word} – {gloss}" for word, gloss in glosses)


def _dated(dates: tuple[tuple[str, str], ...]) -> str:
    return " · ".join(f"{label} {day}" for label, day in dates)

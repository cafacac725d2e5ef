"""Hostile text and addresses on their way out."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwatch.editions.display import clean, excerpt, safe_link
from claimwatch.models import Outcome
from tests.editions.pieces import a_finding


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\u202eb\u202cc", "abc"),
        ("Hik\u200bvi\u00adsion\ufeff", "Hikvision"),
        ("one\r\ntwo\u2028three\tfour\x00", "one two three four"),
        ("\x1b[31mred", "[31mred"),
        ("lone \ud800 half", "lone half"),
        ("tag\U000e0041", "tag"),
        ("  海康威视  ", "海康威视"),
        ("\u0600 stays", "\u0600 stays"),
    ],
)
def test_clean(raw: str, shown: str) -> None:
    assert clean(raw) == shown


@given(st.text(alphabet=st.characters()), st.one_of(st.none(), st.integers(5, 40)))
def test_clean_text_is_one_line_that_hides_nothing(raw: str, limit: int | None) -> None:
    shown = clean(raw, limit)
    assert clean(shown) == shown
    assert limit is None or len(shown) <= limit
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert not any(
        unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI") for c in shown
    )


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://uhrp.org/statement/x/?a=1#b", "uhrp.org"),
        ("http://127.0.0.1:8000/x", "127.0.0.1"),
        ("https://blåbær.example/", "xn--blbr-roah.example"),
        ("https://uhrр.org/", "xn--uhr-2ed.org"),  # the last letter is Cyrillic
    ],
)
def test_a_link_shows_the_host_it_opens(url: str, host: str) -> None:
    link = safe_link(url)
    assert link is not None
    assert link.host == host
    assert f"//{host}" in link.url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "mailto:a@b.example",
        "//uhrp.org/",
        "https:///x",
        "https://uhrp.org@evil.example/",
        "https://uhrp.org\\@evil.example/",
        "https://uhrp.org/\u202e",
        "https://uhrp.org/ x",
        "https://uhrp.org/\n",
        'https://uhrp.org/"onclick="x',
        "https://uhrp.org:99999/",
        "https://[::1/",
    ],
)
def test_what_is_no_safe_web_address_is_no_link(url: str) -> None:
    assert safe_link(url) is None


def marked(quote: str, surface: str = "Hikvision", limit: int = 300) -> list[tuple[str, bool]]:
    finding = a_finding(Outcome.NEW, quote, surface)
    return [(piece.text, piece.marked) for piece in excerpt(finding, limit)]


def test_a_short_quote_is_whole_with_its_mark() -> None:
    assert marked("The records name Hikvision as supplier.") == [
        ("The records name ", False),
        ("Hikvision", True),
        (" as supplier.", False),
    ]


def test_a_carried_mention_has_no_mark() -> None:
    assert marked("The advice was withdrawn.", "") == [("The advice was withdrawn.", False)]


@pytest.mark.parametrize("words", [0, 30, 200])
def test_a_long_quote_is_cut_round_its_mark_and_says_so(words: int) -> None:
    pieces = marked("word " * words + "Hikvision" + " tail" * 200)
    assert ("Hikvision", True) in pieces
    assert len("".join(text for text, _ in pieces)) <= 300
    assert pieces[-1] == (" …", False)
    assert (pieces[0] == ("… ", False)) is (words == 200)


def test_a_mark_with_hidden_characters_is_shown_without_them() -> None:
    assert marked("By Hik\u200bvision\u202e.", "Hik\u200bvision") == [("By ", False), ("Hikvision", True), (".", False)]


@given(st.text(min_size=1, max_size=900), st.integers(0, 900), st.integers(1, 40))
def test_an_excerpt_never_exceeds_its_limit_and_holds_the_start_of_its_mark(quote: str, at: int, length: int) -> None:
    at = min(at, len(quote) - 1)
    finding = a_finding(Outcome.NEW, quote, quote[at : at + length])
    pieces = excerpt(finding)
    assert len("".join(piece.text for piece in pieces)) <= 300
    shown = clean(finding.surface)
    assert not shown or len(shown) < 30 or any(piece.marked for piece in pieces)

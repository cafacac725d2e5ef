"""Feeds of any kind, and what hostile bytes may do to the parsers of web pages: nothing but `SourceChanged`."""

import contextlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claimwatch.errors import SourceChanged
from claimwatch.models import Page, Parsed
from parsers import council_on_ethics, feed, nbim_exclusions, uhrp
from parsers.article import language_of
from tests.parsers.golden import GOLDEN, assert_sound, case_name, cases, check, page_of

KINDS: list[tuple[Callable[[Page], Parsed], str]] = [
    (feed.parse, "feed"),
    (feed.parse, "page"),
    (council_on_ethics.parse, "index"),
    (council_on_ethics.parse, "company"),
    (nbim_exclusions.parse, "table"),
    (nbim_exclusions.parse, "notices"),
    (nbim_exclusions.parse, "notice"),
    (uhrp.parse, "list"),
    (uhrp.parse, "page"),
    (uhrp.parse, "feed"),
]
ADDRESSES: dict[Callable[[Page], Parsed], str] = {
    council_on_ethics.parse: "https://etikkradet.no/x/",
    nbim_exclusions.parse: "https://www.nbim.no/en/x/",
}
BODIES = [
    page_of(case).body for source in ("feed", "council_on_ethics", "nbim_exclusions", "uhrp") for case in cases(source)
]
FRAGMENTS = [
    b"<!DOCTYPE html>",
    b"<html lang='nn'>",
    b"<body>",
    b"<main>",
    b"<article>",
    b"<h1>",
    b"x",
    b"<table><tr><th>Company",
    b"<tr><td>",
    b"<a href='http://[::1'>",
    b"<a href='/no/oljefondet/nyheter/2024/x/'>",
    b"<div class='fl-post-grid'>",
    b"<h3>",
    b"</h3>",
    b"<br>",
    b"<p>",
    b"</p>",
    b"\x00",
    b"\xff\xfe",
    b"&#xD800;",
    b"<![CDATA[",
    b"<!--",
    b"<rss version='2.0'>",
    b"<channel><item><link>http://[",
    b"</link></item></channel></rss>",
    b"<feed xmlns='http://www.w3.org/2005/Atom'>",
    b"</feed>",
    b"</body>",
    b"</html>",
    b"<time datetime='2024-99-99'>",
    b"<svg>",
    b"<template>",
    b"<a class='next page-numbers' href='//'>",
]


@pytest.mark.parametrize("case", cases("feed"), ids=case_name)
def test_golden(case: Path) -> None:
    check(feed.parse, case)


def test_the_date_is_the_day_that_the_feed_prints() -> None:
    assert feed.printed_date("Sun, 31 Dec 2023 23:30:00 -0500") == date(2023, 12, 31)
    assert feed.printed_date("2024-02-07T01:00:00+02:00") == date(2024, 2, 7)
    assert feed.printed_date("yesterday") is None
    assert feed.printed_date("") is None


def test_items_that_differ_in_their_query_alone_are_two() -> None:
    parsed = feed.parse(page_of(GOLDEN / "feed" / "rss-full-text.yaml"))
    assert [p.key for p in parsed.publications] == ["https://news.example/a/?id=1"]
    assert [link.key for link in parsed.links] == ["https://news.example/b/?id=2"]


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("Rådet trekte tilrådinga, og banken handsama ikkje saka.", "nb", "nn"),
        ("Rådet trakk tilrådningen, og banken behandlet ikke saken.", "nn", "nb"),
        ("The Council withdrew its advice and the Bank did not consider the case.", "nb", "en"),
        ("ZTE Corp", "nn", "nn"),
        ("", "en", "en"),
    ],
)
def test_the_language_is_counted_and_a_tie_goes_to_the_hint(text: str, hint: str, language: str) -> None:
    assert language_of(text, hint) == language


def _sound_or_refused(parse: Callable[[Page], Parsed], kind: str, body: bytes, charset: str | None = None) -> None:
    page = Page("s", kind, ADDRESSES.get(parse, "https://uhrp.org/statements/"), body, "text/html", charset)
    with contextlib.suppress(SourceChanged):
        assert_sound(parse(page))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(KINDS),
    st.one_of(
        st.binary(max_size=300),
        st.lists(st.sampled_from(FRAGMENTS), max_size=30).map(b"".join),
        st.lists(st.sampled_from(FRAGMENTS), max_size=30).map(lambda parts: b"".join(parts) + b"</html>"),
    ),
    st.sampled_from([None, "utf-8", "latin-1", "utf-16", "no-such-charset"]),
)
def test_garbage_is_refused(kind: tuple[Callable[[Page], Parsed], str], body: bytes, charset: str | None) -> None:
    _sound_or_refused(*kind, body, charset)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(KINDS), st.sampled_from(BODIES), st.data())
def test_a_real_page_cut_or_with_a_part_missing_is_refused_or_sound(
    kind: tuple[Callable[[Page], Parsed], str], body: bytes, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, len(body)))
    _sound_or_refused(*kind, body[:start] + body[end:])


@pytest.mark.parametrize(("parse", "kind"), KINDS)
def test_a_cut_off_page_is_never_a_shorter_page(parse: Callable[[Page], Parsed], kind: str) -> None:
    for body in BODIES:
        with pytest.raises(SourceChanged):
            parse(Page("s", kind, ADDRESSES.get(parse, "https://uhrp.org/statements/"), body[: len(body) // 2]))


@pytest.mark.parametrize(("parse", "kind"), KINDS)
@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html><head><meta charset='ut\x01-8'></head><body><main><p>x</p></main></body></html>",
        b"<?xml version='1.0'?><rss><html><body><p>x</p></body></html></rss>",
    ],
    ids=["control characters in the charset", "HTML inside XML"],
)
def test_bodies_that_once_broke_the_tree_builder(parse: Callable[[Page], Parsed], kind: str, body: bytes) -> None:
    _sound_or_refused(parse, kind, body)


@pytest.mark.parametrize(("parse", "kind"), KINDS)
def test_deep_nesting_ends_in_time(parse: Callable[[Page], Parsed], kind: str) -> None:
    deep = b"<html><body><main>" + b"<div>" * 3_000 + b"<h2></h2>" * 1_000 + b"</body></html>"
    _sound_or_refused(parse, kind, deep)


def test_an_unknown_kind_says_so() -> None:
    for parse in {parse for parse, _ in KINDS}:
        with pytest.raises(SourceChanged, match=r"sources\.yaml"):
            parse(Page("s", "no-such-kind", ADDRESSES.get(parse, "https://uhrp.org/"), b"<html></html>"))

"""A mail that is set anew is the mail that would have been composed, byte for byte."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimwatch.delivery import Personal, Sender, Stencil, compose
from claimwatch.models import Rendered, Subscriber

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
SENDER = Sender("Claimwatch <watch@claimwatch.example>", "operator@claimwatch.example")
ONE = Subscriber(1, "anna@reader.example", "Anna", "en", "Europe/Oslo", True, NOW)


def url(what: str, mark: str) -> str:
    return f"https://watch.example/{what}/{mark * 32}"


def message_id(mark: str) -> str:
    return f"<weekly.2026-W46.{mark * 32}@claimwatch.example>"


def in_full(who: Subscriber, mark: str, before: str = "") -> bytes:
    links = url("unsubscribe", mark), url("preferences", mark)
    text = f"Blåbær = news\n{before}Stop: {links[0]} or choose: {links[1]}.\n"
    html = f'<p>Blåbær</p><p>{before}<a href="{links[0]}">stop</a> <a href="{links[1]}">{links[1]}</a></p>'
    return compose(
        Rendered("Watch W46", html, text), sender=SENDER, recipient=who, message_id=message_id(mark), date=NOW,
        series="weekly", period="2026-W46", unsubscribe_url=links[0],
    )  # fmt: skip


def personal(who: Subscriber, mark: str) -> Personal:
    return Personal(who, message_id(mark), (url("unsubscribe", mark), url("preferences", mark)))


NAMES = [None, "Kari", "Kari Å. Nordmann", 'Quote "x" \\ y', "A, B (c)", "x" * 90, "Ola  two", " lead", "日本"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("address", ["kari@reader.example", f"{'k' * 60}@reader.example", "kari@blåbær.example"])
def test_another_reader_gets_what_would_have_been_composed(name: str | None, address: str) -> None:
    two = replace(ONE, id=2, address=address, name=name)
    stencil = Stencil(in_full(ONE, "a"), "Watch W46", personal(ONE, "a"))
    assert stencil.fill(personal(two, "b")) == in_full(two, "b")
    assert Stencil(in_full(two, "b"), "Watch W46", personal(two, "b")).fill(personal(ONE, "a")) == in_full(ONE, "a")


@settings(deadline=None)
@given(st.text("ab =å.", max_size=90))
def test_links_may_be_broken_over_lines_anywhere(before: str) -> None:
    stencil = Stencil(in_full(ONE, "a", before), "Watch W46", personal(ONE, "a"))
    assert stencil.fill(personal(ONE, "b")) == in_full(ONE, "b", before)


def test_links_of_another_length_are_not_set() -> None:
    stencil = Stencil(in_full(ONE, "a"), "Watch W46", personal(ONE, "a"))
    longer = replace(personal(ONE, "b"), links=(url("unsubscribe", "b") + "x", url("preferences", "b")))
    assert stencil.fill(longer) is None

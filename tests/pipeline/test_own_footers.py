"""The footer of a mail is its reader's own; the edition in the archive is nobody's."""

import re

import pytest

from claimwatch.models import Subscription, Topics
from claimwatch.pipeline import build, deliver, subscribe
from claimwatch.store import editions
from claimwatch.tokens import read_preferences, read_unsubscribe
from tests.pipeline.bench import MONDAY, Bench, body_of

ITEM = {"key": "one", "on": "2026-11-02", "text": "Hikvision opened a museum of clocks in Reykjavik."}
NARROW = Subscription("weekly", Topics(companies=("hikvision",), sources=("toy",), severity="S4"))


def flat(text: str) -> str:
    """The text with its lines joined."""
    return re.sub(r"\s+", " ", text)


def told(bench: Bench, public_url: str) -> tuple[dict[str, str], str]:
    """The text parts of a first edition by reader, and that in the archive. The one who joins last gets the latter."""
    bench.serve_list(items=[ITEM])
    with bench.watch(public_url=public_url) as watch:
        subscribe(watch, "narrow@example.org", wanted=(NARROW,))
        subscribe(watch, "wide@example.org")
    bench.poll()
    with bench.watch(MONDAY, public_url=public_url) as watch:
        assert build(watch) is not None
        subscribe(watch, "late@example.org", wanted=(NARROW,))
        deliver(watch)
        with watch.store.read() as connection:
            archived = editions.last_edition(connection, "weekly")
    assert archived is not None
    return {str(mail["to"]): body_of(mail) for mail in bench.mails()}, archived.text


def test_each_reader_has_their_own_topics_and_links(bench: Bench) -> None:
    bodies, archived = told(bench, "https://example.org")
    assert "You get this because you subscribe to the weekly digest on Hikvision, from The Toy Institute." in flat(
        bodies["narrow@example.org"]
    )
    assert "you subscribe to the weekly digest on Hikvision and Dahua." in flat(bodies["wide@example.org"])
    with bench.watch(MONDAY, public_url="https://example.org") as watch:
        for number, address in enumerate(("narrow@example.org", "wide@example.org"), 1):
            (stop,) = re.findall(r"https://example.org/unsubscribe/(\S+)", bodies[address])
            (change,) = re.findall(r"https://example.org/preferences/(\S+)", bodies[address])
            assert read_unsubscribe(watch.settings, stop) == (number, "weekly")
            assert read_preferences(watch.settings, change) == number
    for body in (archived, bodies["late@example.org"]):
        assert "you subscribe" not in flat(body)
        assert "/unsubscribe/" not in body
        assert "/preferences/" not in body
        assert "with the word “stop”" in flat(body)


@pytest.mark.parametrize("public_url", ["http://example.org", "http://127.0.0.1:8000"])
def test_without_https_a_word_to_the_operator_stops_it(bench: Bench, public_url: str) -> None:
    bodies, _ = told(bench, public_url)
    for body in bodies.values():
        assert "/unsubscribe/" not in body
        assert "with the word “stop”" in flat(body)

"""Whatever bytes come, a parser gives a result whose counts add up or a typed error, and always the same one.

The bounded part: the same cases on every run. The long one, with cases of its own each time, is `./dev fuzz`.
"""

import random
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer
from claimwatch.errors import SourceChanged
from claimwatch.models import Page, Parsed, SourceClass
from claimwatch.settings import PROJECT
from tests.fuzz.mutate import MUTATIONS, damaged
from tests.fuzz.targets import Hang, Target, outcome, parsers, targets, watchdog

BODIES = tuple(page.body for target in targets() for page in target.seeds)
BOUNDED = settings(
    max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
HUGE = {
    "one line of five megabytes": b"<!DOCTYPE html><html><body><article><h1>x</h1>" + b"word " * 1_000_000 + b"</html>",
    "twenty thousand open elements": b"<!DOCTYPE html><html><body><article><h1>x</h1>" + b"<div>" * 20_000 + b"</html>",
    "JSON a hundred thousand deep": b'{"count": 1, "results": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a number of a million digits": b'{"count": ' + b"9" * 1_000_000 + b"}",
    "entities that multiply": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">'
    + b"".join(b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 10) for c in range(ord("c"), ord("m")))
    + b"]><RULE><PREAMB><P>&l;</P></PREAMB></RULE>",
    "ten thousand items in a feed": b'<rss version="2.0"><channel><title>t</title>'
    + b"".join(b"<item><title>%d</title><link>https://x.example/%d/</link></item>" % (n, n) for n in range(10_000))
    + b"</channel></rss>",
}


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_damaged_pages(target: Target) -> None:
    @BOUNDED
    @given(seed=st.sampled_from(target.seeds), choose=st.randoms(use_true_random=False))
    def check(seed: Page, choose: random.Random) -> None:
        outcome(target, damaged(seed, BODIES, choose))

    check()


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_random_bytes(target: Target) -> None:
    @BOUNDED
    @given(seed=st.sampled_from(target.seeds), body=st.binary(max_size=300))
    def check(seed: Page, body: bytes) -> None:
        said, _ = outcome(target, Page(seed.source, seed.kind, seed.url, body))
        assert said != "parsed", "random bytes were taken for a page"

    check()


@pytest.mark.slow
@pytest.mark.parametrize("name", HUGE)
@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_huge_pages(target: Target, name: str) -> None:
    seed = target.seeds[0]
    outcome(target, Page(seed.source, seed.kind, seed.url, HUGE[name]))


def test_what_is_parsed_of_damaged_pages_can_be_compared() -> None:
    baseline = load_baseline(PROJECT / "baselines")
    comparer = Comparer(baseline)
    compared = 0
    for target in targets():
        choose = random.Random(target.name)
        for _ in range(20):
            _, parsed = outcome(target, damaged(choose.choice(target.seeds), BODIES, choose))
            for publication in parsed.publications[:3] if parsed else ():
                comparer.publication(publication, SourceClass.OFFICIAL)
                compared += 1
            for entry in parsed.entries[:3] if parsed else ():
                comparer.entry(entry, None, SourceClass.OFFICIAL)
                compared += 1
    assert compared > 50, "hardly anything was parsed, so hardly anything was tried"


def test_every_parser_is_fuzzed() -> None:
    fuzzed = {target.name.partition("/")[0] for target in targets()}
    assert {name.removeprefix("parsers.") for name in parsers()} <= fuzzed


def test_every_mutation_changes_most_pages() -> None:
    for mutation in MUTATIONS:
        choose = random.Random(mutation.__name__)
        changed = sum(mutation(body, BODIES, choose) != body for body in BODIES)
        assert changed > len(BODIES) / 5, mutation.__name__


def test_the_fuzz_finds_what_it_is_there_for() -> None:
    """The oracle itself: each way in which a parser could fail is noticed."""
    page = Page("x", "page", "https://x.example/", b"x")

    def broken(parsed: Parsed | Exception) -> Target:
        def parse(_page: Page) -> Parsed:
            if isinstance(parsed, Exception):
                raise parsed
            return parsed

        return Target("x", parse, (page,))

    with pytest.raises(KeyError):
        outcome(broken(KeyError("x")), page)
    with pytest.raises(AssertionError, match="neither kept nor skipped"):
        outcome(broken(Parsed(3)), page)
    with pytest.raises(AssertionError, match="NUL"):
        outcome(broken(Parsed(0, warnings=("\0",))), page)
    with pytest.raises(UnicodeEncodeError):
        outcome(broken(SourceChanged("https://x.example/", "\ud800")), page)
    turns = iter(range(2))
    with pytest.raises(AssertionError, match="two results"):
        outcome(Target("x", lambda _page: Parsed(0, warnings=(str(next(turns)),)), (page,)), page)
    with pytest.raises(Hang), watchdog("it hangs", seconds=0.05):
        threading.Event().wait()

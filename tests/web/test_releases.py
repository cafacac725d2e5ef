"""What waits for an analyst is nowhere on the public pages: not before it was looked at or its edition went out."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from claimwatch.editions.addresses import item_path
from claimwatch.models import Action, CaseState, Verdict
from claimwatch.pipeline import approve, build, deliver, subscribe
from claimwatch.pipeline.reviewing.desk import decide, list_cases
from claimwatch.pipeline.telling.review import cancel, hold
from claimwatch.web import kept
from tests.pipeline.bench import MONDAY, NEWS, Bench
from tests.upstream import Upstream
from tests.web.desk_world import compiled
from tests.web.serving import Pages, serving, settings_in

GLACIER = "Dahua bought a glacier railway in Greenland on 4 November 2026."
KNOWN = "Hikvision and Dahua were added to the Entity List in October 2019."
READER = "reader@example.org"
WORDS = ("Reykjavik", "Greenland")
Shown = Callable[[Bench, str], AbstractContextManager[Pages]]
ITEMS = [
    {"key": "museum", "title": "Clocks", "on": "2026-11-04", "text": NEWS},
    {"key": "railway", "title": "Trains", "on": "2026-11-04", "text": GLACIER},
    {"key": "known", "title": "The list", "on": "2026-11-04", "text": KNOWN},
]


@pytest.fixture(scope="module")
def read_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Polled once; nothing told, nothing decided."""
    home = tmp_path_factory.mktemp("released") / "home"
    home.mkdir()
    with Upstream() as upstream:
        bench = Bench(home, upstream, compiled())
        bench.serve_list(items=ITEMS)
        bench.poll()
    return home


@pytest.fixture(params=["untended", pytest.param("tended", marks=pytest.mark.slow)], autouse=True)
def tended(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether pages are kept as `claimwatch serve` keeps them: then with everything made anew behind the visitors."""
    if request.param == "untended":
        return False
    for name, value in (("LONG_S", 0.0), ("_SEEN_TO_S", 0.0), ("_LOOK_S", 0.02)):
        monkeypatch.setattr(kept, name, value)
    return True


@pytest.fixture
def world(tmp_path: Path, read_home: Path) -> Iterator[Bench]:
    home = shutil.copytree(read_home, tmp_path / "home")
    with Upstream() as upstream:
        yield Bench(home, upstream, compiled())


@pytest.fixture
def shown(tended: bool) -> Shown:
    """Serves an installation with a rule of review."""

    @contextmanager
    def serve(bench: Bench, review: str) -> Iterator[Pages]:
        at = MONDAY + timedelta(days=1)
        settings = settings_in(bench.home, sources=bench.home / "sources.yaml", review=review, now=at)
        with serving(settings, tended=tended) as pages:
            yield pages

    return serve


def keys_of(pages: Pages) -> dict[str, str]:
    """The keys of the developments by the word that tells them apart."""
    lines = list_cases(pages.watch).cases + list_cases(pages.watch, state=CaseState.DONE).cases
    return {word: line.key for line in lines for word in WORDS if word in line.lead.finding.quote}


def seen(pages: Pages, word: str, key: str) -> set[str]:
    """The kinds of public pages on which a finding is to be seen, once they have come to rest.

    What is kept may be shown as it was for a moment; but nothing may be shown in that moment that is not afterwards,
    unless it was taken back.
    """
    places = {
        "now": ["/"],
        "feeds": ["/feeds/items.atom", "/feeds/items.json", "/feeds/items.atom?outcome=NEW"],
        "editions": ["/editions", "/editions/2026-W45", "/editions/2026-W45.json", "/editions/2026-W45.txt"],
        "search": ["/search?q=2026", "/search?company=dahua", "/search?company=hikvision&outcome=NEW"],
        "item": [item_path(key)],
        "publication": [f"/publications/{number}" for number in (1, 2, 3)],
        "claims": ["/claims"],
    }  # fmt: skip

    def found() -> set[str]:
        return {
            name
            for name, paths in places.items()
            for path in paths
            if (answer := pages.get(path)).status_code == 200 and word in answer.text
        }

    early = found()
    pages.settle()
    late = found()
    assert early <= late, "what waits was shown for a moment"
    return late


EVERYWHERE = {"now", "feeds", "search", "item", "publication"}


@pytest.mark.slow
def test_without_review_everything_is_shown_at_once(world: Bench, shown: Shown) -> None:
    with shown(world, "none") as pages:
        for word, key in keys_of(pages).items():
            assert seen(pages, word, key) == EVERYWHERE


def test_what_nobody_has_looked_at_is_nowhere(world: Bench, shown: Shown) -> None:
    with shown(world, "all") as pages:
        keys = keys_of(pages)
        assert set(keys) == set(WORDS)
        for word, key in keys.items():
            assert seen(pages, word, key) == set()
        unknown = pages.get(item_path("0" * len(keys["Reykjavik"])))
        waits = pages.get(item_path(keys["Reykjavik"]))
        assert waits.status_code == unknown.status_code == 404
        assert waits.text.replace(keys["Reykjavik"], "") == unknown.text.replace("0" * len(keys["Reykjavik"]), "")
        assert "There is nothing to show" in pages.get("/publications/1").text


@pytest.mark.slow
def test_what_is_known_already_waits_for_nothing(world: Bench, shown: Shown) -> None:
    with shown(world, "all") as pages:
        assert "added to the Entity List in October 2019" in pages.get("/publications/3").text


def test_what_an_analyst_accepts_is_shown(world: Bench, shown: Shown) -> None:
    with shown(world, "all") as pages:
        keys = keys_of(pages)
        decide(pages.watch, keys["Reykjavik"], Verdict(Action.ACCEPT, "ann"))
        assert seen(pages, "Reykjavik", keys["Reykjavik"]) == EVERYWHERE
        assert seen(pages, "Greenland", keys["Greenland"]) == set()


def test_an_edition_shows_its_items_once_it_went_out(world: Bench, shown: Shown) -> None:
    with world.watch(MONDAY, review="all") as watch:
        subscribe(watch, READER)
        assert build(watch) is not None
    with shown(world, "all") as pages:
        keys = keys_of(pages)
        assert seen(pages, "Reykjavik", keys["Reykjavik"]) == set()
        approve(pages.watch, "2026-W45", who="ann")
        assert seen(pages, "Reykjavik", keys["Reykjavik"]) == set(), "approved, and still on its way"
        deliver(pages.watch)
        assert seen(pages, "Reykjavik", keys["Reykjavik"]) == EVERYWHERE | {"editions"}


@pytest.mark.slow
def test_with_no_reader_an_edition_waits_as_well(world: Bench, shown: Shown) -> None:
    with world.watch(MONDAY, review="all") as watch:
        assert build(watch) is not None
    with shown(world, "all") as pages:
        key = keys_of(pages)["Reykjavik"]
        assert seen(pages, "Reykjavik", key) == set()
        approve(pages.watch, "2026-W45", who="ann")
        assert seen(pages, "Reykjavik", key) == EVERYWHERE | {"editions"}


@pytest.mark.slow
def test_what_an_analyst_holds_is_taken_off_the_pages(world: Bench, shown: Shown) -> None:
    with world.watch(MONDAY) as watch:
        subscribe(watch, READER)
        assert build(watch) is not None
        hold(watch, "2026-W45", who="ann", why="Not sure of it.")
    with shown(world, "none") as pages:
        keys = keys_of(pages)
        assert seen(pages, "Reykjavik", keys["Reykjavik"]) == set()
        decide(pages.watch, keys["Reykjavik"], Verdict(Action.ACCEPT, "ann"))
        assert seen(pages, "Reykjavik", keys["Reykjavik"]) == EVERYWHERE
        assert seen(pages, "Greenland", keys["Greenland"]) == set()
        cancel(pages.watch, "2026-W45", who="ann")
        assert seen(pages, "Greenland", keys["Greenland"]) == EVERYWHERE, "nothing is held any more"


@pytest.mark.slow
def test_where_alerts_wait_only_grave_things_do(world: Bench, shown: Shown) -> None:
    with shown(world, "urgent") as pages:
        for line in list_cases(pages.watch).cases:
            (word,) = [word for word in WORDS if word in line.lead.finding.quote]
            assert (seen(pages, word, line.key) == set()) == (line.development.severity == "S1")


@pytest.mark.slow
def test_what_was_told_stays_when_more_is_found_of_it(world: Bench, shown: Shown) -> None:
    """A later finding of the same thing waits with the state that it brings; what was told stands as it was told."""
    with world.watch(MONDAY, review="all") as watch:
        assert build(watch) is not None
        approve(watch, "2026-W45", who="ann")
    with shown(world, "all") as pages:
        key = keys_of(pages)["Reykjavik"]
        with pages.watch.store.write() as connection:
            moved = "UPDATE developments SET state_version = 2, state = 'otherwise', severity = 'S1' WHERE key = :key"
            connection.execute(text(moved), {"key": key})
            connection.execute(
                text(
                    "INSERT INTO development_states (development_id, version, outcome, severity, at) "
                    "SELECT id, 2, 'REVERSAL', 'S1', '2026-11-09 08:00:00.000000' FROM developments WHERE key = :key"
                ),
                {"key": key},
            )
            connection.execute(text("UPDATE developments SET place = 'FR' WHERE key = :key"), {"key": key})
        pages.kept.forget()  # a finding would have said that something has changed; rows by hand say nothing
        assert seen(pages, "Reykjavik", key) >= {"item", "publication", "search", "editions"}
        assert "now" not in seen(pages, "Reykjavik", key)
        for path in (item_path(key), "/editions/2026-W45.json", "/claims", "/"):
            told = pages.get(path).text
            assert [word for word in ("Reversed", "France", '"FR"') if word in told] == [], path
        decide(pages.watch, key, Verdict(Action.ACCEPT, "ann"))
        told = pages.get(item_path(key)).text
        assert [word for word in ("Reversed", "France") if word in told] == ["Reversed", "France"]
        assert "now" in seen(pages, "Reykjavik", key)

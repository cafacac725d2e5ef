"""Names in doubt on the review desk: let in, ruled out with a reason, taken back; nowhere else until then."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from claimwatch.models import Action
from claimwatch.pipeline.reviewing.desk import get_case, list_waiting
from claimwatch.store import decisions
from tests.web import desk_world
from tests.web.desk_world import ANALYST, OTHER, Desk, compiled, desk_of, make_home, settings_of
from tests.web.serving import serving

NEAR = "Hikvissions <b>opened</b> a museum of clocks in Reykjavik on 3 November 2026."
OTHER_NEAR = "Hikvissions opened a library of maps in Bergen on 4 November 2026."
ITEMS = [
    desk_world.ITEMS[0],
    {"key": "near", "title": "Clocks <i>", "on": "2026-11-04", "text": NEAR},
    {"key": "nearer", "title": "Maps", "on": "2026-11-04", "text": OTHER_NEAR},
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("names") / "home", compiled(), ITEMS)


@pytest.fixture
def desk(home: Path, tmp_path: Path) -> Iterator[Desk]:
    with serving(settings_of(shutil.copytree(home, tmp_path / "home"))) as pages, desk_of(pages) as one:
        yield one


def test_names_in_doubt_are_on_the_desk_and_nowhere_else(desk: Desk) -> None:
    waiting = list_waiting(desk.pages.watch)
    assert waiting, "the world has near misses"
    page = desk.get("/desk/names")
    cards = page.select(".names .case")
    assert len(cards) == len(waiting)
    assert "<b>opened</b>" in page.select(".names")[0].get_text(), "shown, not obeyed"
    assert all("Reykjavik" not in desk.get(path).get_text() for path in desk.queue())
    for path in (
        "/",
        "/feeds/items.atom",
        "/search?q=museum",
        "/search?company=hikvision",
        "/publications/1",
        "/publications/2",
    ):
        assert "Reykjavik" not in desk.pages.get(path).text, path


def test_one_that_is_the_company_becomes_a_case(desk: Desk) -> None:
    newest = list_waiting(desk.pages.watch)[-1]
    assert "Bergen" in newest.finding.quote
    answer = desk.send("/desk/names", "accept")
    assert answer.status_code == 303
    case = get_case(desk.pages.watch, answer.headers["location"].rpartition("/")[2])
    assert [one.who for one in case.decisions] == [ANALYST]
    assert [piece.evidence.id for piece in case.pieces] == [newest.id]
    assert newest.id not in [one.id for one in list_waiting(desk.pages.watch)]
    assert any("Bergen" in desk.get(path).get_text() for path in desk.queue())


def test_one_that_is_not_is_ruled_out_with_a_reason_and_may_be_taken_back(desk: Desk) -> None:
    before = len(list_waiting(desk.pages.watch))
    action = desk.get("/desk/names").select_one("form:has([value=dismiss])")
    assert action is not None
    path = str(action["action"])
    assert desk.send("/desk/names", "dismiss", why="").status_code == 422
    assert desk.send("/desk/names", "dismiss", why="A clock maker.").status_code == 303
    assert len(list_waiting(desk.pages.watch)) == before - 1
    assert "A clock maker." in desk.get("/desk/names").get_text()
    again = desk.browser.post(path, data={"action": "accept", "token": _token(desk)})
    assert again.status_code == 422
    assert "somebody has decided on it" in again.text
    assert desk.send("/desk/names", "undo").status_code == 303
    assert len(list_waiting(desk.pages.watch)) == before
    with desk.pages.watch.store.read() as connection:
        said = decisions.decisions_on(connection, f"finding:{path.rpartition('/')[2]}")
    assert [(one.action, one.who) for one in said] == [(Action.DISMISS, ANALYST), (Action.UNDO, ANALYST)]


def test_strangers_and_forms_of_others_change_nothing(desk: Desk) -> None:
    path = str(desk.get("/desk/names").select("form[action*='/desk/names/']")[0]["action"])
    with desk_of(desk.pages, OTHER) as bob:
        assert bob.browser.post(path, data={"action": "accept", "token": _token(desk)}).status_code == 403
    assert desk.pages.post(path, {"action": "accept"}).status_code == 403
    assert desk.browser.get(path).status_code == 405
    before = len(list_waiting(desk.pages.watch))
    assert desk.browser.post("/desk/names/99999", data={"action": "accept", "token": _token(desk)}).status_code == 422
    assert len(list_waiting(desk.pages.watch)) == before


def _token(desk: Desk) -> str:
    return str(desk.get("/desk/names").select("input[name=token]")[-1]["value"])

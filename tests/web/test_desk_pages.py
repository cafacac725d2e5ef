"""The review desk: what an analyst sees, decides and takes back, without JavaScript."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from claimwatch.models import Action, CaseState, Decision, Verdict
from claimwatch.pipeline.reviewing.desk import decide, get_case, list_cases
from claimwatch.pipeline.reviewing.queue import cases_around, queue_page
from claimwatch.store import reviews
from claimwatch.web import desk as desk_module
from tests.web.desk_world import ANALYST, NOW, OTHER, Desk, desk_of
from tests.web.serving import Pages

MUSEUM_CASE, UPDATE_CASE, BILL_CASE = "Clocks”", "190 countries", "legislation"


@pytest.fixture
def desk(desk_pages: Pages) -> Iterator[Desk]:
    """An analyst at the desk."""
    with desk_of(desk_pages) as one:
        yield one


def case_of(desk: Desk, words: str) -> str:
    """The path of the open case whose headline has these words."""
    links = desk.get("/desk").select("[data-open]")
    return next(str(link["href"]) for link in links if words in link.get_text())


def decisions(desk: Desk, path: str) -> tuple[Decision, ...]:
    return get_case(desk.pages.watch, path.rpartition("/")[2]).decisions


def test_the_queue_shows_the_gravest_first_and_is_narrowed_by_its_address(desk: Desk) -> None:
    severities = [one.get_text() for one in desk.get("/desk").select(".queue .severity")]
    assert severities == sorted(severities)
    assert len(severities) == 6
    assert len(desk.queue("?company=dahua")) == 2
    assert len(desk.queue("?outcome=UPDATE")) == 1
    assert desk.queue("?source=toy&company=hikvision&outcome=REVERSAL") == []
    assert desk.queue("?state=done") == desk.queue("?state=snoozed") == []
    chosen = desk.get("/desk?outcome=UPDATE").select_one("#outcome option[selected]")
    assert chosen is not None
    assert chosen["value"] == "UPDATE"
    # What there is not to choose counts as not said.
    assert len(desk.queue("?company=nobody&outcome=CONTEXT&state=x&page=-1&source=%00")) == 6
    # What is no key begins at the beginning, and behind the last case there is a way back.
    assert len(desk.queue("?after=x&before=%00")) == 6
    last = list_cases(desk.pages.watch).cases[-1].key
    assert desk.queue(f"?after={last}") == []
    assert "To the first page" in desk.get(f"/desk?after={last}").get_text()


def test_the_queue_goes_on_from_a_case_and_back(desk: Desk) -> None:
    watch = desk.pages.watch
    keys = [line.key for line in list_cases(watch).cases]

    def page(after: str = "", before: str = "") -> tuple[list[str], bool, bool]:
        found = queue_page(watch, state=CaseState.OPEN, after=after, before=before, size=2)
        assert found.total == 6
        return [line.key for line in found.cases], found.earlier, found.later

    assert page() == (keys[:2], False, True)
    assert page(after=keys[1]) == (keys[2:4], True, True)
    assert page(after=keys[3]) == (keys[4:], True, False)
    assert page(before=keys[4]) == (keys[2:4], True, True)
    assert page(before=keys[2]) == page(before=keys[1]) == page(before=keys[0]) == page()
    # One that somebody decided on meanwhile still says where to go on.
    decide(watch, keys[1], Verdict(Action.ACCEPT, "ann"))
    assert list_cases(watch).total == 5
    found = queue_page(watch, state=CaseState.OPEN, after=keys[1], size=2)
    assert [line.key for line in found.cases] == keys[2:4]
    before, after = cases_around(watch, keys[1], state=CaseState.OPEN, each=2)
    assert ([one.key for one in before], [one.key for one in after]) == (keys[:1], keys[2:4])


def test_a_queue_of_more_cases_than_are_shown_has_pages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "SIZE", 4)
    first = desk.get("/desk?company=hikvision&outcome=NEW")
    whole = desk.get("/desk")
    assert "page" not in str(first.select("nav.pager"))
    links = whole.select("nav.pager a")
    assert [link.get_text() for link in links] == ["Next page"]
    assert len(desk.queue(str(links[0]["href"]).removeprefix("/desk"))) == 2
    back = desk.get(str(links[0]["href"])).select("nav.pager a")
    assert [link.get_text() for link in back] == ["Page before"]
    assert desk.queue(str(back[0]["href"]).removeprefix("/desk")) == desk.queue()


def test_a_case_has_all_that_is_needed_to_judge_it(desk: Desk) -> None:
    page = desk.get(case_of(desk, UPDATE_CASE))
    severity = page.select_one(".severity")
    assert severity is not None
    assert ": " in severity.get_text()  # in words, not only S3
    quote = page.select_one(".piece > blockquote")
    assert quote is not None
    assert [one.get_text() for one in quote.select("mark")] == ["Hikvision"]
    assert "It was a good year for the industry." in quote.get_text()
    assert "Others did less well." in quote.get_text()
    claim = page.select_one(".claim")
    assert claim is not None
    assert "B21" in claim.get_text()
    assert "155 countries" in claim.get_text()
    change = page.select_one(".change")
    assert change is not None
    assert change.get_text(" ", strip=True).startswith("Before 155 countries")
    assert "190 countries" in change.get_text()
    assert "the value is another than the baseline's" in [one.get_text() for one in page.select(".reasons li")]
    live, text, captured = page.select(".ways a")
    assert (live["href"], live["rel"]) == ("https://toy.example/expansion", ["noreferrer", "noopener", "external"])
    anchor = desk.get(str(text["href"])).select_one("#finding")
    assert anchor is not None
    assert str(captured["href"]).startswith("/desk/captures/")
    assert desk.browser.get("/desk/cases/0000").status_code == 404


def test_accepting_goes_on_to_the_next_case_and_can_be_taken_back(desk: Desk) -> None:
    path = case_of(desk, UPDATE_CASE)
    order = desk.queue()
    answer = desk.send(path, "accept")
    following = order[order.index(path) + 1]
    assert (answer.status_code, answer.headers["location"]) == (303, f"{following}?done={path.rpartition('/')[2]}")
    (decision,) = decisions(desk, path)
    assert (decision.action, decision.who, decision.why) == (Action.ACCEPT, ANALYST, None)
    assert path not in desk.queue()
    assert path in desk.queue("?state=done")

    notice = desk.get(answer.headers["location"]).select_one(".notice")
    assert notice is not None
    assert f"{ANALYST} accepted it" in notice.get_text()
    assert desk.send(answer.headers["location"], "undo").status_code == 303
    assert path in desk.queue()
    assert [one.action for one in decisions(desk, path)] == [Action.ACCEPT, Action.UNDO]


def test_accepting_from_the_queue_keeps_what_it_was_narrowed_to(desk: Desk) -> None:
    answer = desk.send("/desk?outcome=UPDATE", "accept")
    assert answer.headers["location"].startswith("/desk?outcome=UPDATE&done=")
    assert "Nothing here." in desk.get(answer.headers["location"]).get_text()


@pytest.mark.slow
def test_what_needs_a_reason_or_a_day_is_not_done_without(desk: Desk) -> None:
    path = case_of(desk, MUSEUM_CASE)
    for action, fields, said in (
        ("dismiss", {}, "Write down why."),
        ("dismiss", {"why": " \r\n"}, "Write down why."),
        ("comment", {}, "Write down why."),
        ("relabel", {"why": "x"}, "Choose what it is"),
        ("relabel", {"why": "x", "outcome": "NONSENSE"}, "Choose one of the outcomes."),
        ("relabel", {"why": "kept", "claims": "Z99"}, "no claim 'Z99'"),
        ("snooze", {"until": "soon"}, "Choose the day"),
        ("snooze", {"until": "2026-11-16"}, "Say until when"),
        ("same_as", {"other": ""}, "Name the other case"),
        ("same_as", {"other": "zz"}, "Name the other case"),
        ("same_as", {"other": "ffff"}, "There is no development of the key 'ffff'"),
        ("dismiss", {"why": "x" * 2001}, "too long"),
    ):
        answer = desk.send(path, action, **fields)
        assert answer.status_code == 422, (action, fields)
        assert said in httpx_text(answer), (action, fields)
        assert "--" not in answer.text.partition('role="alert"')[2].partition("</p>")[0]
    assert "kept</textarea>" in desk.send(path, "relabel", why="kept", claims="Z99").text
    assert decisions(desk, path) == ()


def httpx_text(answer: httpx.Response) -> str:
    return answer.text.replace("&#39;", "'")


@pytest.mark.slow
def test_every_kind_of_decision(desk: Desk) -> None:
    path = case_of(desk, MUSEUM_CASE)
    day = (NOW + timedelta(days=3)).date()
    assert desk.send(path, "comment", why="looks odd").headers["location"] == path
    desk.send(path, "snooze", until=day.isoformat())
    assert path in desk.queue("?state=snoozed")
    desk.send(path, "relabel", outcome="UPDATE", predicate="accused_of", claims="a09, B21", why="it is one")
    desk.send(path, "dismiss", why="another Hikvision", not_the_company="yes")
    assert path in desk.queue("?state=done")
    other = case_of(desk, "Clocks, again")
    desk.send(other, "same_as", other=case_of(desk, UPDATE_CASE).rpartition("/")[2])
    made = decisions(desk, path)
    assert [one.action.value for one in made] == ["comment", "snooze", "relabel", "dismiss"]
    assert made[1].until == day
    assert made[2].label is not None
    assert (made[2].label.predicate, made[2].label.claims) == ("accused_of", ("A09", "B21"))
    assert made[3].not_the_company
    history = desk.get(path).select_one(".history")
    assert history is not None
    for said in ("looks odd", "until 19 November 2026", "accusation, claims A09, B21", "not the company"):
        assert said in history.get_text()
    assert "is part of" in desk.get(other).get_text()


def test_one_development_is_accepted_but_for_a_finding_that_does_not_count(desk: Desk) -> None:
    path = case_of(desk, BILL_CASE)
    shown = [str(one["value"]) for one in desk.get(path).select("[name=shown]")]
    assert len(shown) == 2
    assert "Write down why some" in desk.send(path, "accept", finding=shown[:1]).text
    assert "dismiss the case" in desk.send(path, "accept", finding=[]).text
    assert desk.send(path, "accept", finding=shown[:1], why="only named").status_code == 303
    made = decisions(desk, path)
    assert [(one.action.value, one.finding) for one in made] == [("dismiss", int(shown[1])), ("accept", None)]
    assert "dismissed, counts no more" in desk.get(path).get_text()


@pytest.mark.slow
def test_of_two_people_at_once_the_second_is_told_and_overwrites_nothing(desk: Desk) -> None:
    path = case_of(desk, MUSEUM_CASE)
    with desk_of(desk.pages, OTHER) as bob:
        stale = bob.get(path)
        desk.send(path, "dismiss", why="no news")
        form = next(one for one in stale.select("form") if one.select("[name=action][value=accept]"))
        sent = {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden]")}
        answer = bob.browser.post(path, data=sent | {"why": "I think <b>otherwise</b>"})
        assert answer.status_code == 409
        assert f"<strong>{ANALYST}</strong> dismissed it" in answer.text
        assert "no news" in answer.text
        assert "I think &lt;b&gt;otherwise&lt;/b&gt;" in answer.text
        assert [one.who for one in decisions(desk, path)] == [ANALYST]
        assert bob.send(path, "comment", why="noted").status_code == 303  # a word is never too late


@pytest.mark.slow
def test_of_many_who_accept_at_once_one_does(desk: Desk) -> None:
    path = case_of(desk, MUSEUM_CASE)
    form = next(one for one in desk.get(path).select("form.accept"))
    sent = {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden]")}
    statuses: list[int] = []

    def press() -> None:
        cookies = dict(desk.browser.cookies)
        with httpx.Client(base_url=desk.pages.url, cookies=cookies, trust_env=False, timeout=60) as browser:
            statuses.append(browser.post(path, data=sent).status_code)

    threads = [threading.Thread(target=press) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, 409, 409, 409, 409]
    assert len(decisions(desk, path)) == 1


def test_an_edition_is_read_and_approved_by_one_of_two(desk: Desk) -> None:
    listed = desk.get("/desk/editions")
    (row,) = listed.select("tbody tr")
    assert "held" in row.get_text()
    link = row.select_one("a")
    assert link is not None
    page = desk.get(str(link["href"]))
    frame = page.select_one("iframe")
    assert frame is not None
    preview = desk.browser.get(str(frame["src"]))
    assert preview.headers["content-security-policy"].startswith(
        "default-src 'none'; style-src 'unsafe-inline'; sandbox;"
    )
    assert preview.headers["x-frame-options"] == "SAMEORIGIN"
    assert "museum of clocks" in preview.text
    form = page.select_one("form.verdict")
    assert form is not None
    sent = {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden]")}
    with desk_of(desk.pages, OTHER) as bob:
        assert bob.send(str(link["href"]), "approve", why="read it").status_code == 303
    late = desk.browser.post(str(link["href"]), data=sent | {"action": "cancel"})
    assert late.status_code == 409
    assert f"{OTHER} approved it" in late.text
    with desk.pages.watch.store.read() as connection:
        (line,) = reviews.edition_lines(connection, 5)
        assert [(one.what, one.who) for one in reviews.decisions(connection, line.id)][1:] == [("approved", OTHER)]
        assert dict(line.messages) == {"ready": 1}
    assert desk.send(str(link["href"]), "cancel").status_code == 303
    assert desk.browser.post(str(link["href"]), data=sent | {"action": "cancel", "seen": "9"}).status_code == 422
    assert desk.browser.get("/desk/editions/999").status_code == 404


def test_a_dismissed_item_is_no_longer_in_the_edition_that_is_held(desk: Desk) -> None:
    assert "opened a museum of clocks" in desk.browser.get("/desk/editions/1/preview").text
    desk.send(case_of(desk, MUSEUM_CASE), "dismiss", why="no news")
    assert "opened a museum of clocks" not in desk.browser.get("/desk/editions/1/preview").text


def test_whole_texts_are_shown_as_text_and_changes_word_by_word(desk: Desk) -> None:
    ways = desk.get(case_of(desk, UPDATE_CASE)).select(".ways a")
    page = desk.get(str(ways[1]["href"]).partition("#")[0])
    full = page.select_one("pre.fulltext")
    assert full is not None
    assert full.get_text().startswith("The market grows.\n\nIt was a good year")
    assert [one.get_text() for one in full.select("mark")] == ["Hikvision"]
    change = next(one for one in page.select("a") if "against=" in str(one["href"]))
    compared = desk.get(str(change["href"]))
    assert [one.get_text() for one in compared.select("del")] == ["grows", "less well"]
    assert [one.get_text() for one in compared.select("ins")] == ["grows fast", "very ", "better"]

    captured = str(ways[2]["href"])
    assert "toy.example/list" in desk.get(captured).get_text()
    text = desk.browser.get(f"{captured}/text")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert text.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in text.headers["content-security-policy"]
    copy = desk.browser.get(f"{captured}/download")
    assert copy.headers["content-type"] == "application/octet-stream"
    assert copy.headers["content-disposition"].startswith('attachment; filename="capture-')
    assert copy.content == text.content
    for missing in ("/desk/texts/publication/999", "/desk/texts/thing/1", f"/desk/captures/{'0' * 64}"):
        assert desk.browser.get(missing).status_code == 404
    assert desk.browser.get("/desk/texts/publication/1?revision=9").status_code == 404


@pytest.mark.slow
def test_the_queue_has_no_cases_of_another_state(desk: Desk) -> None:
    for path in desk.queue():
        desk.send(path, "accept")
    assert list_cases(desk.pages.watch).total == 0
    assert "0 cases" in desk.get("/desk").get_text()
    assert len(desk.queue("?state=done")) == 6

"""The public pages about claims, documents and sources: what they say, what they leave out, and that nothing scraped
gets through as more than text."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup

from claimwatch.editions.addresses import claim_path, document_path, item_path
from claimwatch.models import Action, Verdict
from claimwatch.pipeline.reviewing.desk import decide
from claimwatch.store import finding_changes, findings
from tests.store.samples import NOW
from tests.web import board_world
from tests.web.board_world import BASELINE, DENIED, NEAR_MISS, RESTATED, REVERSED, UNTYPED, UPDATED
from tests.web.serving import Pages, serving, settings_in

PATHS = (
    "/", "/claims", "/claims/A09", "/claims/A25", "/claims/A03", "/claims/A02", "/documents", "/documents/A",
    "/documents/B", "/publications/1", "/publications/2", "/entries/1", "/status", "/about",
)  # fmt: skip


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Pages that are only looked at."""
    with serving(settings_in(board_world.make_home(tmp_path_factory.mktemp("board")))) as running:
        yield running


@pytest.fixture
def own_board(tmp_path: Path) -> Iterator[Pages]:
    """Pages of a store that the test changes."""
    with serving(settings_in(board_world.make_home(tmp_path))) as running:
        yield running


def soup(answer: httpx.Response) -> BeautifulSoup:
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "lxml")


def text_of(answer: httpx.Response) -> str:
    main = soup(answer).find("main")
    assert main is not None
    return " ".join(main.get_text(" ").split())


def row_of(pages: Pages, claim: str, path: str = "/claims") -> str:
    """What the board says of a claim; empty where it does not stand there."""
    (link,) = soup(pages.get(path)).select(f'a.number-of[href="{claim_path(claim)}"]') or [None]
    item = link.find_parent("li") if link is not None else None
    return " ".join(item.get_text(" ").split()) if item is not None else ""


def test_the_board_says_how_each_claim_stands(board: Pages) -> None:
    page = soup(board.get("/claims"))
    assert {link.get_text() for link in page.select("a.number-of")} == set(BASELINE.claims)
    assert "Reversed" in row_of(board, "A09")
    assert "Withdrawn on 15 September 2020" in row_of(board, "A09")
    assert "Updated" in row_of(board, "A25")
    assert "42%" in row_of(board, "A25")
    assert "Disputed" in row_of(board, "A02")
    assert "Stands" in row_of(board, "B01")
    assert "Nothing found about it since" in row_of(board, "B01")


def test_what_is_said_again_counts_pages_and_not_sentences_or_companies(board: Pages) -> None:
    # Two publications and a row of a list; the first names two companies in one sentence.
    assert "Said again" in row_of(board, "A03")
    assert "said again on 3 pages or list rows" in row_of(board, "A03")
    # Both pages are one publisher's, and the address of the row is nobody's.
    assert "(by 1 publisher)" in text_of(board.get("/claims/A03"))


def test_near_misses_and_passing_words_do_not_count(board: Pages) -> None:
    assert "Stands" in row_of(board, "A01")
    assert "Stands" in row_of(board, "A13")
    assert NEAR_MISS not in board.get("/claims/A01").text
    assert NEAR_MISS not in board.get("/publications/1").text


def test_the_board_can_be_narrowed(board: Pages) -> None:
    reversed_only = soup(board.get("/claims?status=reversed"))
    assert [link.get_text() for link in reversed_only.select("a.number-of")] == ["A09"]
    assert row_of(board, "A09", "/claims?status=reversed&company=hikvision")
    assert "No claim is like that" in board.get("/claims?status=reversed&company=dahua").text
    assert "No claim is like that" in board.get("/claims?status=%22%3E%3Cb%3E").text
    chosen = soup(board.get("/claims?status=updated&lang=nb")).select('.pills a[aria-current="true"]')
    assert "Endret" in chosen[0].get_text()
    assert all("lang=nb" in str(link["href"]) for link in chosen)


def test_a_claim_stands_in_its_document_with_what_was_found(board: Pages) -> None:
    page = soup(board.get("/claims/A09"))
    claim = BASELINE.claims["A09"]
    (mark,) = page.select(".in-place mark")
    assert mark.get_text() == claim.quote
    around = page.select_one(".in-place")
    assert around is not None
    assert " ".join(around.get_text().strip(" …").split()) in " ".join(BASELINE.documents["A"].text.split())
    assert REVERSED in page.get_text()
    found = text_of(board.get("/claims/A09"))
    assert "sha256 " + "0" * 16 in found
    links = {str(link["href"]) for link in page.select("a[href]")}
    assert {"/publications/1", document_path("A") + "#A09"} <= links
    assert any(link.startswith("/items/") for link in links)


def test_there_is_no_such_claim(board: Pages) -> None:
    for path in ("/claims/Z99", "/claims/A09?page=2", "/documents/Z", "/publications/99", "/entries/99"):
        assert board.get(path).status_code == 404, path
    assert board.get("/publications/1e9").status_code in (404, 422)
    assert board.get("/claims/A09?page=x").status_code in (404, 422)


def test_a_publication_in_which_nothing_was_found_says_so(board: Pages) -> None:
    page = soup(board.get("/publications/4"))
    assert "There is nothing to show" in page.get_text()
    assert not page.select("blockquote")


def test_the_timeline_says_in_words_what_it_draws(board: Pages) -> None:
    page = soup(board.get("/claims/A03"))
    picture = page.select_one("figure.timeline svg")
    assert picture is not None
    assert picture["role"] == "img"
    named = str(picture["aria-labelledby"]).split()
    title, description = (page.find(id=name) for name in named)
    assert title is not None
    assert description is not None
    assert "Findings about claim A03" in title.get_text()
    assert "said again on 3 pages or list rows" in description.get_text()
    (stroke,) = picture.select("path.is-RESTATEMENT")
    assert str(stroke["d"]).count("M") == 2  # this month and the one before
    by_month = [" ".join(row.get_text(" ").split()) for row in page.select("details tbody tr")]
    assert by_month == ["November 2026 3 restatements", "October 2026 1 restatement"]


@pytest.mark.parametrize("id_", ["A", "B"])
def test_documents_stand_as_they_are_with_every_claim_marked(board: Pages, id_: str) -> None:
    document = BASELINE.documents[id_]
    shown = soup(board.get(document_path(id_))).select_one(".document")
    assert shown is not None
    marks = {str(mark["id"]): str(mark["href"]) for mark in shown.select("a.claim-mark")}
    assert marks == {one.id: claim_path(one.id) for one in BASELINE.claims.values() if one.document == id_}
    covered = [one.span for one in BASELINE.claims.values() if one.document == id_]
    for mark in shown.select("a.claim-mark"):
        mark.extract()
    assert "".join(shown.get_text().split()) == "".join(document.text.split())
    within = {place for start, end in covered for place in range(start, end)}
    marked = sum(len("".join(mark.get_text().split())) for mark in shown.select("mark"))
    assert marked == sum(not document.text[place].isspace() for place in within)


def test_a_publication_is_shown_in_excerpts_with_its_captures(board: Pages) -> None:
    page = soup(board.get("/publications/1"))
    said = page.get_text()
    for sentence in (REVERSED, UPDATED, RESTATED, DENIED, UNTYPED):
        assert said.count(sentence) == 1, sentence  # once, however many companies it is about
    assert "the work of others" not in said
    assert f"{1:064x}" in said
    assert "parsers.uhrp:1" in said
    assert page.select("blockquote mark")
    listed = soup(board.get("/documents")).select("ul.lines a")
    assert [str(link["href"]) for link in listed] == ["/publications/3", "/publications/2", "/publications/1"]
    assert soup(board.get("/documents?source=council_on_ethics")).select("ul.lines a") == []
    assert [str(one["href"]) for one in soup(board.get("/documents?before=2")).select("ul.lines a")] == [
        "/publications/1"
    ]


def test_a_row_of_a_list_has_its_page(board: Pages) -> None:
    said = text_of(board.get("/entries/1"))
    assert "84 FR 54004" in said
    assert "e" * 64 in said
    assert "no link: its address is not a web address" in said


def test_now_tells_this_weeks_developments_gravest_first(board: Pages) -> None:
    told = [str(link["href"]) for link in soup(board.get("/")).select("article.story h2 a")]
    keys = [f"{len(quote):03}{'cafe' * 15}"[:64] for quote in (REVERSED, UPDATED, UNTYPED, DENIED)]
    assert told == [item_path(key) for key in keys]
    assert "Old news" not in board.get("/").text
    page = soup(board.get("/"))
    assert page.select('a[href="/editions/2026-W45"]')
    assert "1" in page.select_one("a.stands-reversed span").get_text()  # type: ignore[union-attr]


def test_coverage_is_said_in_words_beside_the_picture(board: Pages) -> None:
    strips = soup(board.get("/")).select("li.strip")
    assert len(strips) == len(board.watch.polled)
    (strip,) = (one for one in strips if "Uyghur" in one.get_text())
    said = " ".join(strip.get_text(" ").split())
    assert "42 readings, 2 failed. Last read well: 16 Nov, 06:00." in said
    assert "Unseen from 16 Nov, 02:00 to 16 Nov, 05:00." in said
    (failed,), (before, gap) = strip.select("path.is-failed"), strip.select("rect.gap")
    assert str(failed["d"]).count("M") == 2
    assert float(str(before["x"])) == 0  # it began before the time that is shown
    assert float(str(gap["width"])) == pytest.approx(1000 * 3 / (14 * 24), abs=0.1)


def test_status_names_sources_editions_and_counts_but_no_reader(board: Pages) -> None:
    said = text_of(board.get("/status"))
    assert "Uyghur Human Rights Project" in said
    assert "not read yet" in said
    assert "Weekly, Week 45 · " in said
    assert "taken by the mail server: 1" in said
    metrics = board.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
    for path in ("/", "/status", "/metrics"):
        assert "secret.reader" not in board.get(path).text
    line = re.compile(r'[a-z_]+\{([a-z_]+="(?:[^"\\\n]|\\.)*",?)*\} \d+(\.\d+)?(e\+\d+)?')
    lines = metrics.text.splitlines()
    assert all(line.fullmatch(one) for one in lines if not one.startswith("#"))
    assert 'claimwatch_messages{state="accepted"} 1' in lines
    assert 'claimwatch_editions{series="weekly",state="frozen"} 1' in lines
    assert 'claimwatch_findings{outcome="REVERSAL"} 1' in lines
    names = [one.split()[2] for one in lines if one.startswith("# TYPE")]
    assert len(names) == len(set(names))


def test_about_says_who_is_responsible(board: Pages) -> None:
    said = text_of(board.get("/about"))
    assert "1 Street, 0001 Oslo" in said
    assert "operator@example.org" in said
    assert "Corrections" in said


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["en", "nb"])
def test_what_was_scraped_is_text_and_nothing_else(board: Pages, path: str, language: str) -> None:
    answer = board.get(f"{path}?lang={language}")
    page = soup(answer)
    assert page.html is not None
    assert page.html["lang"] == language
    assert page.find(["script", "img", "iframe", "object", "embed", "style", "b"]) is None
    for element in page.find_all():
        assert not [name for name in element.attrs if name.startswith("on") or name == "style"], element
        assert not str(element.get("href", "")).lower().startswith(("javascript:", "data:")), element
    assert re.search("[\u202a-\u202e\u2066-\u2069\u200b-\u200f\x00-\x08\x0b-\x1f]", answer.text) is None
    assert "{{" not in answer.text.replace("{{ 7 * 7 }}", "")
    assert page.find("h1") is not None
    ids = [str(element["id"]) for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_hostile_text_is_really_there(board: Pages) -> None:
    shown = [path for path in PATHS if "&lt;script&gt;alert(1)" in board.get(path).text]
    assert {"/", "/claims", "/claims/A09", "/claims/A25", "/documents", "/publications/1", "/entries/1"} <= set(shown)


def test_what_an_analyst_dismissed_is_not_shown_until_it_is_taken_back(own_board: Pages) -> None:
    key = f"{len(REVERSED):03}{'cafe' * 15}"[:64]
    assert "Reversed" in row_of(own_board, "A09")
    decide(own_board.watch, key, Verdict(Action.DISMISS, who="ann", why="misread"))
    assert "Stands" in row_of(own_board, "A09")
    assert item_path(key) not in own_board.get("/").text
    assert REVERSED not in own_board.get("/claims/A09").text
    decide(own_board.watch, key, Verdict(Action.UNDO, who="ann"))
    assert "Reversed" in row_of(own_board, "A09")
    assert item_path(key) in own_board.get("/").text


def test_what_a_replay_withdrew_is_not_shown(own_board: Pages) -> None:
    with own_board.watch.store.write() as connection:
        for row in findings.list_findings(connection, {}, outcomes=["UPDATE"]):
            finding_changes.withdraw_finding(connection, row.evidence.id)
    assert "Stands" in row_of(own_board, "A25")
    assert UPDATED not in own_board.get("/claims/A25").text


def test_where_everything_waits_for_review_only_what_went_out_is_news(tmp_path: Path) -> None:
    with serving(settings_in(board_world.make_home(tmp_path), review="all")) as pages:
        told = [str(link["href"]) for link in soup(pages.get("/")).select("article.story h2 a")]
    assert told == [item_path(f"{len(REVERSED):03}{'cafe' * 15}"[:64])]


def test_an_installation_that_has_read_nothing_says_so(pages: Pages) -> None:
    said = text_of(pages.get("/"))
    assert "No source has been read yet" in said
    assert "No edition has gone out yet" in said
    assert "not read in this time" in said
    assert "Stands" in row_of(pages, "A09")
    assert "Nothing yet" in text_of(pages.get("/documents"))
    assert pages.get("/status").status_code == 200
    assert pages.get("/metrics").status_code == 200


def test_a_page_that_is_the_same_need_not_be_sent_again(board: Pages) -> None:
    for path in ("/", "/claims", "/claims/A09", "/documents/A", "/status", "/about"):
        first = board.get(path)
        again = board.get(path, **{"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.text) == (304, ""), path
        assert board.get(path, **{"if-none-match": '"other"'}).status_code == 200
        assert "Accept-Language" in first.headers["vary"]


def test_the_navigation_knows_where_one_is(board: Pages) -> None:
    for path, name in (("/", "Now"), ("/claims/A09", "Claims"), ("/publications/1", "Documents"), ("/about", "About")):
        (current,) = soup(board.get(path)).select("header nav [aria-current]")
        assert current.get_text() == name
    switch = soup(board.get("/claims?status=updated")).select_one("a.language")
    assert switch is not None
    assert switch["href"] == "/claims?status=updated&lang=nb"
    assert 'href="//' not in board.get("//evil.example/").text


def test_the_front_page_is_of_the_day_it_is_asked_for(board: Pages) -> None:
    assert NOW.date().strftime("%-d Nov %Y") in text_of(board.get("/"))


def test_what_an_analyst_accepted_is_a_claim_from_then_on(own_board: Pages) -> None:
    key = f"{len(UPDATED):03}{'cafe' * 15}"[:64]
    before = {link.get_text() for link in soup(own_board.get("/claims")).select("a.number-of")}
    decide(own_board.watch, key, Verdict(Action.ACCEPT, who="ann"))
    claims = {link.get_text(): str(link["href"]) for link in soup(own_board.get("/claims")).select("a.number-of")}
    (fresh,) = set(claims) - before
    page = soup(own_board.get(claims[fresh]))
    assert UPDATED in page.get_text()
    place = page.select_one(".in-place")
    assert place is not None
    (document,) = (str(link["href"]) for link in page.select('a[href^="/documents/R"]'))
    for path in (claims[fresh], document.partition("#")[0]):
        answer = own_board.get(path)
        assert soup(answer).find(["script", "img"]) is None
        assert re.search("[\u202a-\u202e\u200b\x07]", answer.text) is None
    assert [str(link["href"]) for link in soup(own_board.get("/documents")).select("ul.pair a")] == [
        "/documents/A", "/documents/B",
    ]  # fmt: skip


def test_about_leads_to_the_documents_that_all_is_measured_by(board: Pages) -> None:
    about = BeautifulSoup(board.get("/about").text, "lxml")
    leads_to = {str(link["href"]): link.get_text() for link in about.select("main a")}
    for document in board.watch.baseline.documents.values():
        assert leads_to[f"/documents/{document.id}"] == document.title

"""Back issues and items: what went out and nothing else, as it was mailed, for ever, corrections beside it."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from lxml import etree
from sqlalchemy import Connection, text

from claimwatch.models import Action, Outcome, Verdict
from claimwatch.pipeline.reviewing import desk
from claimwatch.store import editions
from claimwatch.web.archive_words import BOKMAL, ENGLISH
from tests.web.archive_world import DAILY, READER, WHY, edition_states, key_of
from tests.web.serving import Pages

PAGES = ("/editions/2026-W45", "/editions/2026-W46", "/editions/2026-W45/corrections/1")


def frozen(archive: Pages, series: str, period: str) -> editions.EditionRow:
    """An edition as it is stored."""
    with archive.watch.store.read() as connection:
        row = editions.find_edition(connection, series, period)
    assert row is not None
    return row


def test_only_what_went_out_is_there(archive: Pages) -> None:
    assert edition_states(archive.watch)["daily:2026-11-13"] == "held"
    listed = archive.get("/editions").text
    assert re.findall(r'<h2 class="plain"><a href="([^"]+)', listed) == ["/editions/2026-W46", "/editions/2026-W45"]
    for ending in ("", ".txt", ".json"):
        assert archive.get(f"/editions/daily/2026-11-13{ending}").status_code == 404
    assert "2026-11-13" not in listed
    corrections = archive.get("/editions?series=recall").text
    assert re.findall(r'class="plain"><a href="([^"]+)', corrections) == ["/editions/2026-W45/corrections/1"]
    assert archive.get("/editions?series=monthly").text.count("No edition has gone out yet.") == 1


@contextmanager
def by_hand(pages: Pages) -> Iterator[Connection]:
    """Rows written past the program: no page is told of it, so what is kept ready has to be forgotten."""
    with pages.watch.store.write() as connection:
        yield connection
    pages.kept.forget()


def test_an_edition_that_still_waits_in_the_outbox_is_not_public(archive: Pages) -> None:
    with by_hand(archive) as connection:
        connection.execute(text("UPDATE messages SET state = 'ready' WHERE edition_id = 1"))
    try:
        assert archive.get("/editions/2026-W45").status_code == 404
        assert "/editions/2026-W45" not in archive.get("/editions").text
        assert "2026-W45" not in archive.get("/feeds/editions.atom").text
    finally:
        with by_hand(archive) as connection:
            connection.execute(text("UPDATE messages SET state = 'accepted' WHERE edition_id = 1"))
    assert archive.get("/editions/2026-W45").status_code == 200


def test_the_page_is_the_mail_without_its_personal_parts(archive: Pages) -> None:
    row = frozen(archive, "weekly", "2026-W46")
    page = archive.get("/editions/2026-W46")
    # Byte for byte what was frozen, with three insertions of ours.
    body = page.text
    head, rest = row.html.split("</head>")
    opening = re.search(r"<body[^>]*>", rest)
    assert opening is not None
    inner = rest[opening.end() :].split("</body>")[0]
    assert body.startswith(head)
    assert inner in body
    for personal in (READER, DAILY, "unsubscribe", "/preferences/", "/confirm/"):
        assert personal not in body
        assert personal not in archive.get("/editions/2026-W46.txt").text
        assert personal not in archive.get("/editions/2026-W46.json").text
    # The mail has its style in it; still nothing runs, loads or leaves.
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "<script" not in body.lower()
    assert "&lt;script&gt;alert(1)" in body
    assert "<img" not in body.lower()
    assert archive.get("/editions").headers["content-security-policy"].count("unsafe") == 0


def test_the_text_never_changes_and_pages_are_asked_for_again(archive: Pages) -> None:
    plain = archive.get("/editions/2026-W45.txt")
    assert plain.text == frozen(archive, "weekly", "2026-W45").text
    assert plain.headers["content-type"].startswith("text/plain")
    assert "immutable" in plain.headers["cache-control"]
    for path in (*PAGES, "/editions", "/editions/2026-W45.json", f"/items/{key_of(archive.watch, 'listed_on')}"):
        first = archive.get(path)
        assert "immutable" not in first.headers["cache-control"]
        assert archive.get(path, **{"If-None-Match": first.headers["etag"]}).status_code == 304
        assert first.headers["vary"] == "Accept-Language"
        assert archive.client.head(path).headers["etag"] == first.headers["etag"]


def test_an_edition_as_data(archive: Pages) -> None:
    said = json.loads(archive.get("/editions/2026-W45.json").content)
    assert (said["series"], said["period"], said["first"]) == ("weekly", "2026-W45", True)
    assert said["outcomes"] == {"REVERSAL": 1, "UPDATE": 1, "NEW": 1}
    assert [item["outcome"] for item in said["items"]] == ["REVERSAL", "UPDATE", "NEW"]
    removal = said["items"][0]
    assert removal["claim"] == "A03"
    assert removal["evidence"][0]["url"] == "https://toy.example/lifted"
    assert re.fullmatch("[0-9a-f]{64}", removal["evidence"][0]["capture_sha256"])
    (correction,) = said["corrections"]
    assert correction["why"] == WHY
    assert correction["item"] == removal["key"]
    assert correction["url"] == "https://claimwatch.example/editions/2026-W45/corrections/1"
    assert archive.get(removal["url"].removeprefix("https://claimwatch.example")).status_code == 200


def test_corrections_stand_beside_what_they_correct(archive: Pages) -> None:
    page = archive.get("/editions/2026-W45").text
    assert WHY in page
    assert 'href="/editions/2026-W45/corrections/1"' in page
    correction = archive.get("/editions/2026-W45/corrections/1").text
    assert 'href="/editions/2026-W45"' in correction
    assert WHY in archive.get(f"/items/{key_of(archive.watch, 'listed_on')}").text
    assert WHY not in archive.get("/editions/2026-W46").text
    other = json.loads(archive.get("/editions/2026-W45.json").content)["items"][1]["key"]
    assert WHY not in archive.get(f"/items/{other}").text


def test_every_link_of_a_page_leads_somewhere(archive: Pages) -> None:
    keys = [item["key"] for item in json.loads(archive.get("/editions/2026-W45.json").content)["items"]]
    for path in (*PAGES, "/editions", *(f"/items/{key}" for key in keys)):
        page = etree.HTML(archive.get(path).content)
        own = "https://claimwatch.example"
        links = {str(link).partition("#")[0].removeprefix(own) for link in page.xpath("//@href")}
        for link in sorted(one for one in links if one.startswith("/")):
            assert archive.get(link).status_code == 200, f"{path}: {link}"


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("/editions/weekly/2026-W46", "/editions/2026-W46"),
        ("/editions/weekly/2026-W46.txt", "/editions/2026-W46.txt"),
        ("/editions/weekly/2026-W46?lang=nb", "/editions/2026-W46?lang=nb"),
    ],
)
def test_another_spelling_leads_to_the_one_address(archive: Pages, asked: str, there: str) -> None:
    answer = archive.get(asked)
    assert (answer.status_code, answer.headers["location"]) == (308, there)


@pytest.mark.parametrize(
    "path",
    [
        "/editions/2026-W44", "/editions/2026-W99", "/editions/nothing", "/editions/.json", "/editions/a/b/c",
        "/editions/2026-W46/corrections/1", "/editions/2026-W45/corrections/2", "/editions/recall/2026-W45",
        "/editions/recall/weekly:2026-W45%231", "/editions/urgent/2026-11-09T06:00Z", "/editions/" + "x" * 300,
        "/editions/%00", "/editions/%00/2026-W45", "/editions/..%2f..%2fetc", "/items/none", "/items/%00",
        "/items/" + "0" * 300,
        "/editions/weekly/2026-W45%E2%80%93W46", "/editions?before=0", "/editions?before=x",
    ],
)  # fmt: skip
def test_what_there_is_not_is_said_to_be_missing(archive: Pages, path: str) -> None:
    assert archive.get(path).status_code in (404, 422)


def test_missed_weeks_have_an_address_without_a_dash_that_nobody_types(archive: Pages) -> None:
    with by_hand(archive) as connection:
        connection.execute(text("UPDATE editions SET period = '2026-W44–W45' WHERE id = 1"))
    try:
        assert archive.get("/editions/2026-W44--W45").status_code == 200
        assert 'href="/editions/2026-W44--W45"' in archive.get("/editions").text
        for spelling in ("/editions/" + quote("2026-W44–W45"), "/editions/2026-W44-W45"):
            answer = archive.get(spelling)
            assert (answer.status_code, answer.headers["location"]) == (308, "/editions/2026-W44--W45")
    finally:
        with by_hand(archive) as connection:
            connection.execute(text("UPDATE editions SET period = '2026-W45' WHERE id = 1"))


def test_an_item_shows_its_history_and_its_evidence(archive: Pages) -> None:
    page = etree.HTML(archive.get(f"/items/{key_of(archive.watch, 'listed_on')}").content)
    said = " ".join(page.xpath("//main//text()"))
    for part in (
        "entry on the Entity List removed", "The Commerce Department removed", "State 1", "Told in", "Week 45",
        "Read by a machine, not reviewed yet", "Baseline claim A03", "SHA-256", "tests.pipeline.toy:1",
        "S3: said by a group, the press or a company",
    ):  # fmt: skip
        assert part in said
    assert page.xpath("//main//a[@href='/editions/2026-W45']")
    assert page.xpath("//main//a[@href='https://toy.example/lifted']")
    assert page.xpath("//link[@rel='canonical']/@href")[0].startswith("https://claimwatch.example/items/")


def test_a_dismissed_item_keeps_its_page_and_leaves_the_feed(archive: Pages) -> None:
    key = json.loads(archive.get("/editions/2026-W46.json").content)["items"][0]["key"]
    case = desk.get_case(archive.watch, key)
    assert case is not None
    done = desk.decide(
        archive.watch, key, Verdict(Action.DISMISS, "ann", "another firm"), expected_version=case.version
    )
    try:
        page = archive.get(f"/items/{key}")
        assert page.status_code == 200
        assert "An analyst has looked at this and dismissed it." in page.text
        assert "another firm" not in page.text  # what analysts write to each other
        assert key not in archive.get("/feeds/items.atom").text
        assert archive.get("/editions/2026-W46").status_code == 200
    finally:
        desk.decide(archive.watch, key, Verdict(Action.UNDO, "ann"), expected_version=done.version)
    assert key in archive.get("/feeds/items.atom").text


def test_the_pages_are_in_norwegian_too(archive: Pages) -> None:
    key = key_of(archive.watch, "listed_on")
    for path, word in (("/editions", "Tidligere utgaver"), (f"/items/{key}", "Belegg"), ("/search", "Let i")):
        page = archive.get(f"{path}?lang=nb").text
        assert '<html lang="nb">' in page
        assert word in page
        assert archive.get(path, **{"Accept-Language": "nn, en;q=0.5"}).text.count(word) >= 1
    assert "Rettet 9." in archive.get("/editions/2026-W45?lang=nb").text


def test_the_words_of_both_languages_fit_each_other() -> None:
    for name in ENGLISH.__slots__:
        english, norwegian = getattr(ENGLISH, name), getattr(BOKMAL, name)
        if isinstance(english, str):
            assert english.count("{}") == norwegian.count("{}"), name
        else:
            assert english.keys() == norwegian.keys()
    assert ENGLISH.outcomes.keys() == {outcome.value for outcome in Outcome}

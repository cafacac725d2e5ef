"""UHRP's lists, feeds and statements: golden files, the forms of the date line, and the traps of the layout."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from claimwatch.models import Page
from parsers import uhrp
from tests.parsers.golden import GOLDEN, case_name, cases, check, page_of


@pytest.mark.parametrize("case", cases("uhrp"), ids=case_name)
def test_golden(case: Path) -> None:
    check(uhrp.parse, case)


def _statement(*paragraphs: str, title: str = "A Statement") -> Page:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    html = f"<!DOCTYPE html><html><body><article><h1>{title}</h1>{body}</article></body></html>"
    return Page("uhrp", "page", "https://uhrp.org/statement/a-statement/", html.encode())


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("October 17, 2023, 7:00 a.m. EDT", date(2023, 10, 17)),
        ("February 7, 2024, 11:00 a.m. EST", date(2024, 2, 7)),
        ("December 19, 2022 | 10:00 a.m. EST", date(2022, 12, 19)),
        ("September 24, 2020 9:40am EDT", date(2020, 9, 24)),
        ("October 1, 2020 9:07am EDT", date(2020, 10, 1)),
        ("May 27, 2020 9:20 am EST", date(2020, 5, 27)),
        ("October 8, 2019 5:15 pm EST", date(2019, 10, 8)),
        ("December 3, 2024 | 9:00 a.m. EDT", date(2024, 12, 3)),
        ("March 7, 2023", date(2023, 3, 7)),
        ("February 30, 2024", None),
    ],
)
@pytest.mark.parametrize(
    "opening",
    [
        "{}<br>For immediate release<br>Contact: Press Desk, +1 (202) 555-0142",
        "For Immediate Release<br>{}<br>Contact: Press Desk, +1 (202) 555-0142,<br>Research Desk, +1 (646) 555-0177",
        "For immediate release {} Contact: Press Desk, +1 (202) 555-0142",
        "{}",
    ],
)
def test_the_opening_gives_the_date_and_leaves_the_text(opening: str, line: str, day: date | None) -> None:
    (publication,) = uhrp.parse(_statement(opening.format(line), "Dahua has left the region.")).publications
    assert publication.published_on == day
    assert publication.text == "Dahua has left the region."


@pytest.mark.parametrize(
    "sentence",
    [
        "October 17, 2023 was the day on which the briefings came out.",
        "For immediate release of the detained, UHRP asks every government.",
        "Contact with families was cut in 2017.",
        "Hikvision sold its shares (5)",
        "Read more about Dahua in the report, UHRP says.",
    ],
)
def test_a_sentence_that_looks_like_an_opening_is_kept(sentence: str) -> None:
    (publication,) = uhrp.parse(_statement("UHRP spoke today.", sentence)).publications
    assert sentence in publication.text


def test_titles_under_read_more_do_not_make_a_statement_name_the_companies() -> None:
    page = page_of(GOLDEN / "uhrp" / "statement-date-first-wrong-zone.yaml")
    assert b"Hikvision" in page.body
    (publication,) = uhrp.parse(page).publications
    assert "Hikvision" not in publication.text
    assert "Dahua" not in publication.text


def test_text_after_read_more_comes_back() -> None:
    read_more = ("Read more:", "UHRP Welcomes New Sanctions on Dahua, March 7, 2023", "Dahua’s Links")
    page = _statement("One.", *read_more, "UHRP works from Washington.")
    (publication,) = uhrp.parse(page).publications
    assert publication.text == "One.\n\nUHRP works from Washington."


def test_only_the_next_page_of_the_same_list_is_followed() -> None:
    page = page_of(GOLDEN / "uhrp" / "list.yaml")
    assert [link.url for link in uhrp.parse(page).links if link.key is None] == ["https://uhrp.org/statements/page/2/"]
    for elsewhere in (
        "/transnational-repression/paged-2/2/",
        "/statements/paged-2/2/",
        "/statements/",
        "/statements/page/3/",
    ):
        parsed = uhrp.parse(
            replace(page, body=page.body.replace(b"https://uhrp.org/statements/page/2/", elsewhere.encode()))
        )
        assert all(link.key is not None for link in parsed.links)
        assert any(elsewhere in warning for warning in parsed.warnings)


def test_an_item_is_read_again_only_when_its_row_changes() -> None:
    page = page_of(GOLDEN / "uhrp" / "list.yaml")
    before = {link.key: link.version for link in uhrp.parse(page).links if link.key}
    body = page.body.replace(b">Three Years Since", b">UPDATED: Three Years Since")
    after = {link.key: link.version for link in uhrp.parse(replace(page, body=body)).links if link.key}
    assert [key for key in before if before[key] != after[key]] == [
        "https://uhrp.org/statement/three-years-since-the-uyghur-tribunal/"
    ]

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


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("17 October 2026", date(2026, 10, 17)),
        ("17 October 2026, 9:00 a.m. EDT", date(2026, 10, 17)),
        ("Saturday, October 17, 2026", date(2026, 10, 17)),
        ("Oct. 7, 2026", date(2026, 10, 7)),
        ("7 Sept 2026", date(2026, 9, 7)),
        ("May 1st, 2026", date(2026, 5, 1)),
        ("31 November 2026", None),
    ],
)
def test_further_forms_of_the_date_line(line: str, day: date | None) -> None:
    (publication,) = uhrp.parse(_statement(line, "Dahua has left the region.")).publications
    assert (publication.published_on, publication.text) == (day, "Dahua has left the region.")


def _list(inner: str, url: str = "https://uhrp.org/statements/") -> Page:
    return Page("uhrp", "list", url, f"<!DOCTYPE html><html><body>{inner}</body></html>".encode())


ITEM = '<h2 class="x"><a href="/statement/{}/">Title {}</a></h2><span>17 October 2026</span>'
LAYOUTS = {
    "grid": '<div class="fl-post-grid"><div class="fl-post-column"><div class="fl-post-grid-post">{}</div></div></div>',
    "columns alone": '<div class="fl-post-grid"><div class="fl-post-column">{}</div></div>',
    "headings alone": '<div class="fl-post-feed"><div>{}</div></div>',
    "feed": '<div class="fl-post-feed"><div class="fl-post-feed-post">{}</div></div>',
    "archive": '<main><article class="post-7 post type-post hentry">{}</article></main>',
    "archive of statements": '<main><article class="post-7 statement type-statement">{}</article></main>',
    "grid on a page of the theme": '<article class="page type-page"><div class="fl-post-grid">'
    '<div class="fl-post-grid-post">{}</div></div></article>',
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_lists_of_every_layout_are_read(layout: str) -> None:
    (link,) = uhrp.parse(_list(LAYOUTS[layout].format(ITEM.format("a", "a")))).links
    assert (link.key, link.head and link.head.title) == ("https://uhrp.org/statement/a/", "Title a")
    # A loose heading has nothing around it that would hold its date.
    assert link.head
    assert link.head.published_on == (None if layout == "headings alone" else date(2026, 10, 17))


def test_a_gallery_has_its_link_around_the_heading() -> None:
    post = '<div class="fl-post-gallery-post"><a href="/report/b/"><img src="x.png"><h2>A Report</h2></a></div>'
    (link,) = uhrp.parse(_list(f'<div class="fl-post-gallery">{post}</div>')).links
    assert (link.key, link.head and (link.head.title, link.head.kind)) == (
        "https://uhrp.org/report/b/", ("A Report", "report"),
    )  # fmt: skip


def test_two_modules_of_one_page_are_both_read() -> None:
    both = LAYOUTS["grid"].format(ITEM.format("a", "a")) + LAYOUTS["feed"].format(ITEM.format("b", "b"))
    assert [link.key for link in uhrp.parse(_list(both)).links] == [
        "https://uhrp.org/statement/a/", "https://uhrp.org/statement/b/",
    ]  # fmt: skip


def test_addresses_of_one_item_are_one_and_short_links_are_not_lost() -> None:
    addresses = ["/statement/a/", "http://www.uhrp.org/statement/a", "/statement/b%E2%80%99s/", "/statement/b’s",
                 "/?p=1316", "/?p=1317", "/", "/statements/"]  # fmt: skip
    posts = "".join(f"<div class='fl-post-grid-post'><h3><a href='{a}'>T</a></h3></div>" for a in addresses)
    parsed = uhrp.parse(_list(posts))
    assert [link.key for link in parsed.links] == [
        "https://uhrp.org/statement/a/", "https://uhrp.org/statement/b%E2%80%99s/",
        "https://uhrp.org/?p=1316", "https://uhrp.org/?p=1317",
    ]  # fmt: skip
    assert [skip.reason for skip in parsed.skipped] == ["listed twice"] * 2 + ["no page of its own"] * 2


def test_a_short_link_gives_the_publication_of_the_page_that_it_leads_to() -> None:
    posts = "<div class='fl-post-grid-post'><h3><a href='/?p=1316'>T</a></h3></div>"
    (link,) = uhrp.parse(_list(posts)).links
    (publication,) = uhrp.parse(replace(_statement("Dahua left."), head=link.head)).publications
    assert publication.key == "https://uhrp.org/statement/a-statement/"
    (unmoved,) = uhrp.parse(replace(_statement("Dahua left."), head=link.head, url=link.url)).publications
    assert unmoved.key == link.key


def test_a_tracker_that_is_edited_in_place_is_one_publication() -> None:
    def tracker(*rows: str) -> Page:
        table = "".join(f"<tr><td>{row}</td><td>Entity List</td></tr>" for row in rows)
        return replace(_statement(f"<table>{table}</table>"), url="https://uhrp.org/sanctions-tracker/")

    (before,), (after,) = (uhrp.parse(tracker(*rows)).publications for rows in (["Dahua"], ["Dahua", "Hikvision"]))
    assert before.key == after.key == "https://uhrp.org/sanctions-tracker/"
    assert after.text == before.text + "\n\nHikvision | Entity List"
    assert uhrp.parse(tracker("Dahua")).warnings == ()


@pytest.mark.parametrize(
    "caption",
    [
        "<figure><img src='a.png'><figcaption>Dahua camera</figcaption></figure>",
        "<div class='wp-caption'><img src='a.png'><p class='wp-caption-text'>Dahua camera</p></div>",
        "<div class='fl-photo'><img src='a.png'><div class='fl-photo-caption'>Dahua camera</div></div>",
        "<p>Untitled design (31)</p>",
        "<p>UN Global Compact (1)</p>",
        "<img src='a.png' alt='Dahua camera'><p>Dahua camera</p>",
    ],
)
def test_captions_are_no_text(caption: str) -> None:
    page = _statement("UHRP spoke today.")
    (publication,) = uhrp.parse(
        replace(page, body=page.body.replace(b"</h1>", b"</h1>" + caption.encode()))
    ).publications
    assert publication.text == "UHRP spoke today."


def test_two_items_in_one_container_are_two() -> None:
    column = '<div class="fl-post-grid"><div class="fl-post-column">{}{}</div></div>'
    page = _list(column.format(ITEM.format("a", "a"), ITEM.format("b", "b")))
    assert [link.head and link.head.title for link in uhrp.parse(page).links] == ["Title a", "Title b"]

"""The Entity List by what differs from the page read last: the same as the whole page gives, or nothing is said."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from claimwatch.errors import ReadFailed
from claimwatch.models import Page, Parsed
from parsers import entity_list
from tests.parsers.ecfr_xml import Listed, render

NAMES = [f"{first} {last}" for first in ("Alpha", "Beta", "Gamma", "Delta") for last in ("Co.", "Ltd.", "Institute")]
COUNTRIES = ("Albania", "China", "Zambia")
CONTINUED = b"<TR><TD></TD><TD>\xe2\x80\x942 Further Street, Testville.</TD><TD></TD><TD></TD><TD></TD></TR>\n"


def listed(country: str, name: str, citation: str = "84 FR 54004, 10/9/19", **more: object) -> Listed:
    row: Listed = {
        "country": country,
        "name": name,
        "aliases": [],
        "address": f"1 Model Road, Testville, {country}.",
        "notes": "For all items subject to the EAR.",
        "federal_register": citation,
    }
    return row | more  # type: ignore[return-value]


ROWS = [listed(country, name) for country in COUNTRIES for name in NAMES]


def page(body: bytes) -> Page:
    return Page("entity_list", "supplement", "https://www.ecfr.gov/api/versioner/v1/full/2026-11-05/title-15.xml", body)


def gave(before: Page) -> Parsed:
    """What a page gave, as the store knows it: its rows by their keys alone."""
    parsed = entity_list.parse(before)
    return replace(parsed, entries=(), unread=tuple(entry.key for entry in parsed.entries))


def revised(before: bytes, after: bytes) -> Parsed | None:
    return entity_list.revise(page(after), page(before), gave(page(before)))


def assert_as_whole(before: bytes, after: bytes) -> None:
    """What was revised, if anything was, is what both pages say when each is read whole."""
    parsed = revised(before, after)
    if parsed is None:
        return
    old = {entry.key: entry for entry in entity_list.parse(page(before)).entries}
    whole = entity_list.parse(page(after))
    new = {entry.key: entry for entry in whole.entries}
    read = {entry.key: entry for entry in parsed.entries}
    assert {**{key: old[key] for key in parsed.unread}, **read} == new
    assert len(parsed.unread) + len(read) == len(new)
    assert (parsed.containers, parsed.kept, parsed.lists) == (whole.containers, whole.kept, whole.lists)
    assert sorted(skip.reason for skip in parsed.skipped) == sorted(skip.reason for skip in whole.skipped)
    assert sorted(parsed.warnings) == sorted(whole.warnings)


def test_only_the_rows_that_differ_are_taken_apart() -> None:
    after = [*ROWS[:20], listed("China", ROWS[20]["name"], "87 FR 62202, 10/13/22"), *ROWS[21:]]
    parsed = revised(render(ROWS), render(after))
    assert parsed is not None
    assert len(parsed.unread) > len(ROWS) - 6, "but for those around it"
    assert "87 FR 62202" in " ".join(entry.text for entry in parsed.entries)
    assert_as_whole(render(ROWS), render(after))


def test_a_page_that_is_the_same_gives_what_it_gave() -> None:
    parsed = revised(render(ROWS), render(ROWS))
    assert parsed is not None
    assert (parsed.entries, len(parsed.unread), parsed.kept) == ((), len(ROWS), len(ROWS))


@pytest.mark.parametrize("at", [0, 5, 12, 35], ids=["first", "within", "first of a country", "last"])
def test_rows_may_come_and_go(at: int) -> None:
    fewer = [*ROWS[:at], *ROWS[at + 1 :]]
    assert_as_whole(render(ROWS), render(fewer))
    assert_as_whole(render(fewer), render(ROWS))
    first_of_country = at in (0, 12)  # then the next row names the country, too
    assert first_of_country or revised(render(ROWS), render(fewer)) is not None


def test_what_continues_a_row_is_read_with_it() -> None:
    plain = render(ROWS)
    row = plain.split(b"</TR>")[6] + b"</TR>\n"
    longer = plain.replace(row, row + CONTINUED)
    assert_as_whole(plain, longer)
    assert_as_whole(longer, plain)
    without = render([*ROWS[:5], *ROWS[6:]])
    moved = without.replace(
        without.split(b"</TR>")[5] + b"</TR>\n", without.split(b"</TR>")[5] + b"</TR>\n" + CONTINUED
    )
    assert_as_whole(longer, moved)


def test_namesakes_are_left_to_the_whole_page() -> None:
    namesake = listed("China", NAMES[1], "70 FR 11111, 3/7/05")
    more = [*ROWS[:24], namesake, *ROWS[24:]]
    assert revised(render(ROWS), render(more)) is None, "its citation is the older one: it takes the plain key"


def test_a_namesake_that_changes_is_not_taken_for_the_other() -> None:
    namesake = listed("China", NAMES[1], "85 FR 22222, 4/21/20")
    before = [*ROWS[:24], namesake, *ROWS[24:]]
    after = [*ROWS[:24], namesake | {"notes": "For items on the Commerce Control List."}, *ROWS[24:]]
    assert revised(render(before), render(after)) is None


@pytest.mark.parametrize("blank", [b"&#xA0;", b"&#x2009;", b"\xe2\x80\x8b", b"\xc2\xa0"])
def test_a_blank_cell_continues_a_row_whatever_it_is_made_of(blank: bytes) -> None:
    plain = render(ROWS)
    row = plain.split(b"</TR>")[6] + b"</TR>\n"
    end = b"<TD></TD></TR>"
    more = CONTINUED.replace(end, b"<TD>" + blank + b"</TD></TR>")
    assert more != CONTINUED
    before = plain.replace(row, row + more + more.replace(b"2 Further", b"3 Further"))
    assert_as_whole(before, before.replace(b"3 Further", b"4 Further"))
    assert_as_whole(before, before.replace(row, row.replace(b"1 Model", b"9 Model")))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"License requirement", b"Licence requirement"),
        (b"Supplement No. 7", b"Supplement No. 8"),
        (b"CHINA", b"CHINA (PRC)"),
        (b"<TBODY>", b"<TBODY class='new'>"),
    ],
)
def test_whatever_else_differs_has_the_page_read_whole(old: bytes, new: bytes) -> None:
    before = render(ROWS)
    after = before.replace(old, new)
    assert after != before
    assert revised(before, after) is None


def test_other_rows_in_store_than_on_the_page_have_it_read_whole() -> None:
    before, after = page(render(ROWS)), page(render(ROWS[:-1]))
    known = gave(before)
    assert entity_list.revise(after, before, replace(known, unread=known.unread[:-1])) is None


def test_a_row_of_another_shape_is_refused_as_on_the_whole_page() -> None:
    wider = render(ROWS).replace(b"Beta Co.", b"Beta Co.</TD><TD>a cell too many", 1)
    with pytest.raises(ReadFailed):
        revised(render(ROWS), wider)


EDITS = st.lists(
    st.tuples(st.sampled_from(["drop", "add", "cite", "swap", "rename", "reserve"]), st.integers(0, len(ROWS) - 1)),
    max_size=5,
)


def edited(edits: list[tuple[str, int]]) -> list[Listed]:
    rows = list(ROWS)
    for what, at in edits:
        at %= len(rows) - 1
        row = rows[at]
        if what == "drop":
            del rows[at]
        elif what == "add":
            rows.insert(at, listed(row["country"], f"Omega {at} GmbH", aliases=["Om", "Ega"]))
        elif what == "swap":
            rows[at], rows[at + 1] = rows[at + 1], rows[at]
        elif what == "reserve":
            rows[at] = listed(row["country"], "[Reserved]", "", address=None, notes="")
        else:
            more = {"federal_register": "90 FR 1, 1/2/25 as amended"} if what == "cite" else {"name": NAMES[at % 5]}
            rows[at] = listed(row["country"], **({"name": row["name"]} | more))
    return rows


@settings(max_examples=40, deadline=None)
@example(first=[("drop", 24), ("reserve", 24)], then=[("reserve", 24)])  # a row before the one that names the country
@given(EDITS, EDITS)
def test_any_revision_is_what_the_whole_page_gives(first: list[tuple[str, int]], then: list[tuple[str, int]]) -> None:
    before, after = render(edited(first)), render(edited(then))
    assert_as_whole(before, after)

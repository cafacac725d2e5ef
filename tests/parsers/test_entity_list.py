"""The Entity List parser: golden pages, real rows, namesakes, and bytes that are not what they should be."""

import gzip
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimwatch.errors import ReadFailed
from claimwatch.models import Entry, Page, Parsed
from parsers import entity_list
from parsers.entity_row import read_citation, read_entity
from tests.parsers.ecfr_xml import Listed, render
from tests.parsers.golden import GOLDEN, assert_sound, case_name, cases, check, page_of

ROOT = Path(__file__).resolve().parents[2]
WORLD = ROOT / "demo/world/entity_list"
ROWS = ROOT.parent / "shared/data/bis_entity_list_2026-07-09.json"


@pytest.mark.parametrize("case", cases("entity_list"), ids=case_name)
def test_golden(case: Path) -> None:
    check(entity_list.parse, case)


def _page(body: bytes, kind: str = "supplement") -> Page:
    return Page("entity_list", kind, "https://www.ecfr.gov/api/versioner/v1/full/2026-11-05/title-15.xml", body)


def _listed(name: str, **more: object) -> Listed:
    row: Listed = {
        "country": "China",
        "name": name,
        "aliases": [],
        "address": "1 Model Road, Testville, China.",
        "notes": "For all items subject to the EAR.",
        "federal_register": "84 FR 54004, 10/9/19",
    }
    return row | more  # type: ignore[return-value]


def _keys(*rows: Listed) -> dict[str, str | None]:
    return {entry.key: entry.get("address") for entry in entity_list.parse(_page(render(rows))).entries}


def _world(week: int) -> Parsed:
    return entity_list.parse(_page(gzip.decompress((WORLD / f"part-744.week-{week}.xml.gz").read_bytes())))


@pytest.fixture(scope="module")
def weeks() -> tuple[Parsed, Parsed]:
    return _world(1), _world(2)


def test_the_sample_holds_every_real_row_once(weeks: tuple[Parsed, Parsed]) -> None:
    for parsed in weeks:
        assert_sound(parsed)
        assert (parsed.containers, parsed.kept, parsed.warnings) == (3409, 3409, ())
        assert parsed.lists == ("entity_list",)


def test_the_sample_differs_in_the_one_staged_row(weeks: tuple[Parsed, Parsed]) -> None:
    before, after = (next(e for e in week.entries if e.name == "Dahua Technology") for week in weeks)
    assert [(a, b) for a, b in zip(weeks[0].entries, weeks[1].entries, strict=True) if a != b] == [(before, after)]
    assert before.get("citation") == "84 FR 54004, 10/9/19; 85 FR 44159, 7/22/20"
    assert after.get("citation") == "84 FR 54004, 10/9/19; 85 FR 44159, 7/22/20; 87 FR 62202, 10/13/22"
    assert (before.published_on, after.published_on) == (date(2020, 7, 22), date(2022, 10, 13))
    assert "734.9(e)" not in str(before.get("licence_requirement"))
    assert "734.9(e)" in str(after.get("licence_requirement"))


WATCHED = {
    "Dahua Technology",
    "Hangzhou Hikmicro Sensing Technology Co., Ltd.",
    "Hangzhou Hikvision Digital Technology Co., Ltd.",
    "Luopu Haishi Dingxin Electronic Technology Co., Ltd.",
    "Moyu Haishi Electronic Technology Co., Ltd.",
    "Pishan Haishi Yong'an Electronic Technology Co., Ltd.",
    "Urumqi Haishi Xin'an Electronic Technology Co., Ltd.",
    "Yutian Haishi Meitian Electronic Technology Co., Ltd.",
}


def test_watched_rows_are_those_whose_subject_names_them(weeks: tuple[Parsed, Parsed]) -> None:
    def subject(entry: Entry) -> str:
        return entry.text[slice(*entry.subject)].lower()

    words = ("hikvision", "dahua", "haishi", "hikmicro")
    assert {e.name for e in weeks[1].entries if any(word in subject(e) for word in words)} == WATCHED
    # The street address of a former radio factory is not the company.
    elsewhere = [e for e in weeks[1].entries if "Dahua" in e.text and "dahua" not in subject(e)]
    assert [e.name for e in elsewhere] == ["Beijing Huanjia Telecommunication Co., Ltd."]


@pytest.mark.skipif(not ROWS.exists(), reason="the real rows are not beside this checkout")
def test_real_rows_come_back_as_they_were(weeks: tuple[Parsed, Parsed]) -> None:
    rows: list[Listed] = json.loads(ROWS.read_text(encoding="utf-8"))["entities"]
    assert gzip.decompress((WORLD / "part-744.week-2.xml.gz").read_bytes()) == render(rows)
    entries = weeks[1].entries
    assert len(rows) == len(entries)
    names = sum(row["name"].rstrip(".") == entry.name.rstrip(".") for row, entry in zip(rows, entries, strict=True))
    # The rest are sub-units behind a comma and bracketed former names, which are aliases here.
    assert names / len(rows) > 0.98
    for row, entry in zip(rows, entries, strict=True):
        assert entry.text[entry.subject[0] :].startswith(row["name"].split(",")[0][:40])
        for alias in row["aliases"]:
            assert alias.replace(" ", "") in entry.text.replace(" ", "")


def test_a_namesake_listed_later_does_not_rename_the_first() -> None:
    first = _listed("Namesake Trading", address="9 Z Street, China.")
    later = _listed("Namesake Trading", address="1 A Street, China.", federal_register="90 FR 48195, 10/9/25")
    (plain,) = _keys(first)
    both = _keys(later, first)
    assert both[plain] == "9 Z Street, China."
    assert len(both) == 2


def test_a_name_under_two_countries_gives_two_entries() -> None:
    keys = _keys(_listed("Namesake Trading"), _listed("Namesake Trading", country="Pakistan"))
    assert list(keys) == ["CHINA, PEOPLE'S REPUBLIC OF|Namesake Trading", "PAKISTAN|Namesake Trading"]


@pytest.mark.parametrize(
    ("lines", "name", "aliases", "subject"),
    [
        (["Example Optics, Testville, China."], "Example Optics", (), "Example Optics"),
        (["Example Co., Ltd., No. 5 Road"], "Example Co., Ltd.", (), "Example Co., Ltd."),
        (["Example (HK, China) Inc., Road"], "Example (HK, China) Inc.", (), "Example (HK, China) Inc."),
        (["Example; 19 Road, Town"], "Example", (), "Example"),
        (["Example, a.k.a. EX, 5 Road"], "Example", ("EX",), "Example, a.k.a. EX"),
        (
            ["Example, a.k.a., the following two aliases: —Zed AI; and —Zed Co., Ltd. Floor 10, Road"],
            "Example",
            ("Zed AI", "Zed Co., Ltd."),
            "Example, a.k.a., the following two aliases: —Zed AI; and —Zed Co., Ltd.",
        ),
        (
            ["Example, a.k.a., the following one alias:", "—St. Peter Works.", "1 Dahua Radio Road"],
            "Example",
            ("St. Peter Works",),
            "Example, a.k.a., the following one alias: —St. Peter Works.",
        ),
    ],
)
def test_where_names_end(lines: list[str], name: str, aliases: tuple[str, ...], subject: str) -> None:
    read = read_entity(lines)
    assert (read.name, read.aliases, read.text[: read.end]) == (name, aliases, subject)


@pytest.mark.parametrize(
    ("cell", "citation", "newest"),
    [
        ("84 FR 54004, 10/9/19. 85 FR 34505, 6/5/20.", "84 FR 54004, 10/9/19; 85 FR 34505, 6/5/20", date(2020, 6, 5)),
        ("78 FR 75463 12/12/13.", "78 FR 75463, 12/12/13", date(2013, 12, 12)),
        ("62 FR 35334, 6/30/97 66 FR 24267, 5/14/01", "62 FR 35334, 6/30/97; 66 FR 24267, 5/14/01", date(2001, 5, 14)),
        ("86 FR 67319", "86 FR 67319", None),
        ("65 FR 14444, 03/17/00.", "65 FR 14444, 3/17/00", date(2000, 3, 17)),
    ],
)
def test_citations(cell: str, citation: str, newest: date | None) -> None:
    assert read_citation(cell) == (citation, newest, None)


@pytest.mark.parametrize("cell", ["84 FR 1, 13/45/20", "see above", "", "84 FR 1, 1/1/20 (corrected)"])
def test_a_citation_that_is_not_understood_is_said(cell: str) -> None:
    assert read_citation(cell)[2] is not None


SUPPLEMENT = page_of(GOLDEN / "entity_list/supplement.yaml").body


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.integers(0, len(SUPPLEMENT) - 2).map(lambda n: SUPPLEMENT[:n])))
@pytest.mark.parametrize("kind", ["titles", "supplement", "no such kind"])
def test_garbage_and_cut_off_pages_are_refused(kind: str, body: bytes) -> None:
    with pytest.raises(ReadFailed):
        entity_list.parse(_page(body.rstrip(), kind))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SUPPLEMENT) - 1), st.binary(max_size=8))
def test_damaged_pages_are_read_or_refused(at: int, patch: bytes) -> None:
    try:
        parsed = entity_list.parse(_page(SUPPLEMENT[:at] + patch + SUPPLEMENT[at + len(patch) :]))
    except ReadFailed:
        return
    assert_sound(parsed)


def _rows(*rows: Listed) -> dict[str, Entry]:
    return {entry.name: entry for entry in entity_list.parse(_page(render(rows))).entries}


def _changed(before: Entry, after: Entry) -> dict[str, tuple[str, str]]:
    return {
        old.name: (old.value, new.value)
        for old, new in zip(before.fields, after.fields, strict=True)
        if old.value != new.value
    }


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"notes": "For all items. (See § 744.11 of the EAR) 4"}, {"licence_requirement"}),
        ({"federal_register": "84 FR 54004, 10/9/19\n90 FR 48195, 9/30/25"}, {"citation"}),
        ({"aliases": ["DHT", "Dahua Tech"]}, {"aliases"}),
        ({"address": "2 Other Road, Testville, China."}, {"address"}),
    ],
)
def test_a_revision_shows_in_the_one_field_that_changed(changes: dict[str, object], fields: set[str]) -> None:
    (before,), (after,) = (_rows(_listed("Dahua Works", **more)).values() for more in ({}, changes))
    assert before.key == after.key
    assert set(_changed(before, after)) == fields


def test_a_row_that_moves_under_its_parent_is_found_in_the_parents_names() -> None:
    child = _rows(_listed("Parent Group"), _listed("Dahua Works"))["Dahua Works"]
    parent = _rows(_listed("Parent Group", aliases=["Parent", "Dahua Works"]))["Parent Group"]
    assert child.name in parent.text[slice(*parent.subject)]
    assert child.name in str(parent.get("aliases"))


def test_the_name_of_a_neighbour_in_an_address_is_no_subject() -> None:
    (row,) = _rows(_listed("Other Works", address="1 Dahua Radio Road, Testville, China.")).values()
    assert "Dahua" in row.text
    assert "Dahua" not in row.text[slice(*row.subject)]


def test_an_entry_that_is_a_bare_address_is_kept_under_it() -> None:
    (row,) = _rows(_listed("Room 1 Unit 2, 3/F Example Tower", address="4 Road, Hong Kong.")).values()
    assert row.name == "Room 1 Unit 2"
    assert "Example Tower" in row.text


@pytest.mark.parametrize("dash", ["-", "\u2013", "\u2010"])
@pytest.mark.parametrize("quote", ["'", "’"])
def test_dashes_and_quotes_of_print_make_no_other_row(dash: str, quote: str) -> None:
    (plain,) = _keys(_listed("Yong'an E-Works"))
    (printed,) = _keys(_listed(f"Yong{quote}an E{dash}Works"))
    assert plain == printed


REAL_HEAD = '<TH scope="col">Federal Register citation</TH>'


@pytest.mark.parametrize("cell", ["TH", "TD"])
def test_a_renamed_column_is_refused_whatever_its_cells_are(cell: str) -> None:
    body = render([_listed("A")]).decode()
    renamed = body.replace(REAL_HEAD, "<TH>Source</TH>").replace("</TH>", f"</{cell}>")
    renamed = renamed.replace("<TH>", f"<{cell}>").replace("<TH ", f"<{cell} ")
    with pytest.raises(ReadFailed, match=r"columns of Supplement No\. 4 have changed: \['source'\]"):
        entity_list.parse(_page(renamed.encode()))


def test_several_tables_of_the_supplement_are_one_list_and_other_supplements_are_not_read() -> None:
    body = render([_listed("First")]).decode()
    second = body[body.index("<DIV width") : body.index('<DIV class="table_foot"')] + "</DIV>"
    at = body.index('<DIV9 N="Supplement No. 7')
    end = body.rindex("</DIV9>", 0, at)
    both = body[:end] + second.replace("First", "Second") + body[end:]
    parsed = entity_list.parse(_page(both.encode()))
    assert [entry.name for entry in parsed.entries] == ["First", "Second"]
    assert "Supplement No. 7" in both
    assert parsed.skipped == ()


def test_a_reserved_row_and_a_blank_country() -> None:
    body = render([_listed("A", country="Burma"), _listed("B", country="Burma")]).decode()
    row = "<TR><TD>BURUNDI</TD><TD>[Reserved]</TD><TD/><TD/><TD/></TR></TBODY>"
    body = body.replace("</TBODY>", row, 1)
    parsed = entity_list.parse(_page(body.encode()))
    assert [(entry.name, entry.get("country")) for entry in parsed.entries] == [("A", "BURMA"), ("B", "BURMA")]
    assert [(skip.reason, skip.what) for skip in parsed.skipped] == [("reserved", "BURUNDI")]

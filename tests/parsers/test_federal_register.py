"""The Federal Register parser: golden pages, real XML of other agencies, the sample world, and damaged bytes."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimwatch.errors import ReadFailed
from claimwatch.models import Page, Parsed
from parsers import federal_register
from tests.parsers.golden import GOLDEN, assert_sound, case_name, cases, check, page_of

ROOT = Path(__file__).resolve().parents[2]
WORLD = ROOT / "demo/world/federal_register"
REAL = sorted((ROOT.parent / "shared/data/federal_register_xml").glob("*.xml"))
SEARCH = "https://www.federalregister.gov/api/v1/documents.json?per_page=1000"


@pytest.mark.parametrize("case", cases("federal_register"), ids=case_name)
def test_golden(case: Path) -> None:
    check(federal_register.parse, case)


def _parse(kind: str, body: bytes, url: str = SEARCH) -> Parsed:
    return federal_register.parse(Page("federal_register", kind, url, body))


def _search(*results: dict[str, Any], **more: Any) -> Parsed:
    return _parse("search", json.dumps({"count": len(results), "results": results} | more).encode())


RESULT: dict[str, Any] = json.loads((WORLD / "search.week-1.json").read_text(encoding="utf-8"))["results"][0]


@pytest.mark.skipif(not REAL, reason="the real documents are not beside this checkout")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_real_documents_of_other_agencies(path: Path) -> None:
    parsed = _parse("document", path.read_bytes())
    assert_sound(parsed)
    (publication,) = parsed.publications
    assert (publication.key, parsed.entries, parsed.warnings) == (path.stem, (), ())
    assert len(publication.text) > 1000
    assert publication.title in publication.text
    assert "  " not in publication.text
    assert "BILLING CODE" not in publication.text
    # White space of the XML's layout must not stand in the text.
    assert not any(gap in publication.text for gap in (" ,", " .)", "( "))


@pytest.mark.skipif(not REAL, reason="the real documents are not beside this checkout")
def test_tables_of_a_real_document() -> None:
    path = next(p for p in REAL if p.stem == "2016-08773")
    (publication,) = _parse("document", path.read_bytes()).publications
    assert "271 | 5-1-16 | 6-1-16 | 1.00 | 4.00 | 4.00 | 4.00 | 7 | 8" in publication.text.splitlines()
    assert "* * *" not in publication.text
    assert publication.effective_on == date(2016, 5, 1)


def test_the_sample_world_is_read_without_a_doubt() -> None:
    weeks = [_parse("search", (WORLD / f"search.week-{week}.json").read_bytes()) for week in (1, 2)]
    keys = [[link.key for link in week.links] for week in weeks]
    assert set(keys[1]) - set(keys[0]) == {"2026-19537"}
    for link in weeks[1].links:
        body = (WORLD / f"{link.key}.xml").read_bytes()
        parsed = federal_register.parse(Page("federal_register", "document", link.url, body, head=link.head))
        assert_sound(parsed)
        assert parsed.warnings == ()
        assert (parsed.publications[0].key, parsed.publications[0].citation) == (
            link.key,
            link.head.citation if link.head else None,
        )
    for week in weeks:
        assert week.warnings == ()
        assert_sound(week)


def test_the_sample_names_no_watched_company() -> None:
    for path in WORLD.glob("*.[xj]*"):
        text = path.read_text(encoding="utf-8").lower()
        assert not any(word in text for word in ("hikvision", "dahua", "hikmicro", "haishi"))


def test_a_version_follows_the_row_and_nothing_else() -> None:
    def version(**changes: Any) -> str | None:
        return _search(RESULT | changes).links[0].version

    assert version() == version() is not None
    assert version(abstract="Another abstract.") != version()
    assert version(document_number=RESULT["document_number"].replace("-", "–")) == version()
    assert version(page_views={"count": 12}) == version()


def test_a_document_without_full_text_is_kept_and_read_again_when_it_has_one() -> None:
    parsed = _search(RESULT | {"full_text_xml_url": None})
    (publication,) = parsed.publications
    assert RESULT["title"] in publication.text
    assert RESULT["abstract"] in publication.text
    (later,) = _search(RESULT).links
    assert later.key == publication.key
    assert later.version is not None


@pytest.mark.parametrize("missing", ["document_number", "title", "html_url", "publication_date"])
def test_a_result_without_what_identifies_it_is_refused(missing: str) -> None:
    with pytest.raises(ReadFailed, match=missing.replace("_", ".")):
        _search({name: value for name, value in RESULT.items() if name != missing} | {"extra": 1})


@pytest.mark.parametrize(
    "changes",
    [{"document_number": None}, {"document_number": 7}, {"publication_date": "soon"}, {"html_url": "javascript:1"},
     {"full_text_xml_url": "ftp://example.org/x"}, {"publication_date": None}],
)  # fmt: skip
def test_a_result_with_a_bad_value_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ReadFailed):
        _search(RESULT | changes)


@pytest.mark.parametrize(
    "following",
    [7, SEARCH + "&page=0", SEARCH + "&page=3", SEARCH, SEARCH + "&page=x", "javascript:1", "https://[bad/?page=2"],
)
def test_a_next_page_that_does_not_count_up_is_refused(following: object) -> None:
    with pytest.raises(ReadFailed):
        _search(RESULT, next_page_url=following)


@pytest.mark.parametrize("dates", ["Effective March 28, 2025.", "This rule is effective on March 28, 2025."])
def test_the_effective_date_comes_from_the_text_where_the_api_gives_none(dates: str) -> None:
    page = page_of(GOLDEN / "federal_register/document-correction.yaml")
    assert page.head is not None
    body = page.body.replace(b"<SUM>", f"<DATES><P>{dates}</P></DATES><SUM>".encode())
    told, untold = (
        federal_register.parse(replace(page, body=body, head=replace(page.head, effective_on=day)))
        for day in (date(2025, 4, 3), None)
    )
    assert told.publications[0].effective_on == date(2025, 4, 3)
    assert untold.publications[0].effective_on == date(2025, 3, 28)


def test_a_document_that_calls_itself_otherwise_is_said() -> None:
    page = page_of(GOLDEN / "federal_register/document-correction.yaml")
    assert page.head is not None
    parsed = federal_register.parse(replace(page, head=replace(page.head, key="2025-99999")))
    assert parsed.publications[0].key == "2025-99999"
    assert any("calls itself C1-2025-05427" in warning for warning in parsed.warnings)


def _amend(*instructions: str) -> list[tuple[str | None, str | None, str, str]]:
    paragraphs = "".join(f"<AMDPAR>{text}</AMDPAR>" for text in instructions)
    body = f'<RULE><P>Text.</P><REGTEXT PART="744">{paragraphs}</REGTEXT><FRDOC>[FR Doc. 2025-1]</FRDOC></RULE>'
    parsed = _parse("document", body.encode())
    assert_sound(parsed)
    return [(e.action, e.get("country"), e.name, e.text[slice(*e.subject)]) for e in parsed.entries]


@pytest.mark.parametrize(
    ("instructions", "found"),
    [
        (["2. Supplement No. 4 to part 744 is amended under CHINA by adding an entry for “A Co., Ltd.”."],
         [("add", "CHINA", "A Co., Ltd.", "A Co., Ltd.")]),
        (["2. Supplement No. 4 to part 744 is amended:", "a. Under IRAN, by removing the entry for “B,” and",
          "b. Under TURKEY, by revising the entries for “C” and “D”."],
         [("remove", "IRAN", "B", "B,"), ("revise", "TURKEY", "C", "C"), ("revise", "TURKEY", "D", "D")]),
        (["2. Supplement No. 4 to part 744 is amended by removing “E” under RUSSIA and by adding “E” under OMAN."],
         [("remove", "RUSSIA", "E", "E"), ("add", "OMAN", "E", "E")]),
        (["2. Supplement No. 4 to part 744 is amended under PERU, by removing “H”, and under CHILE, by adding “I”."],
         [("remove", "PERU", "H", "H"), ("add", "CHILE", "I", "I")]),
        (["2. Supplement No. 4 to part 744 is amended by moving the entry for “Adding Machines Inc.” to INDIA."],
         [("move", "", "Adding Machines Inc.", "Adding Machines Inc.")]),
        (["2. Supplement No. 4 to part 744 is amended by removing the entry for Unquoted Works."],
         [("remove", "", "Unquoted Works", "Unquoted Works.")]),
        (["2. Supplement No. 4 to part 744 is amended:", "a. Under IRAN:", "i. By adding “J”;", "ii. By removing “K”.",
          "b. By moving “L” from CUBA to LAOS."],
         [("add", "IRAN", "J", "J"), ("remove", "IRAN", "K", "K"), ("move", "", "L", "L")]),
        (["2. Supplement No. 4 to part 744 is amended:", "a. Under IRAN, by adding “M”;", "b. By removing “N”."],
         [("add", "IRAN", "M", "M"), ("remove", "", "N", "N")]),
        (["2. Supplement No. 4 to part 744 is amended by revising footnote 4."],
         [("revise", "", "2. Supplement No. 4 to part 744 is amended by revising footnote 4",
           "2. Supplement No. 4 to part 744 is amended by revising footnote 4.")]),
        (["2. Supplement No. 6 to part 744 is amended by removing the entry for “F”."], []),
        (["2. Section 744.11 is amended by removing the word “G”."], []),
    ],
)  # fmt: skip
def test_what_instructions_say(instructions: list[str], found: list[tuple[str, str, str, str]]) -> None:
    assert _amend(*instructions) == found


LIST_RULE = page_of(GOLDEN / "federal_register/document-list-rule.yaml")
PAGE_OF_RESULTS = page_of(GOLDEN / "federal_register/search-ordinary.yaml")


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda c: st.dictionaries(
            st.sampled_from(["count", "results", "next_page_url", "errors", "document_number"]), c | st.lists(c)
        ), max_leaves=6).map(lambda data: json.dumps(data).encode()),
        st.integers(0, len(LIST_RULE.body) - 2).map(lambda n: LIST_RULE.body[:n]),
        st.integers(0, len(PAGE_OF_RESULTS.body) - 3).map(lambda n: PAGE_OF_RESULTS.body[:n]),
    )
)  # fmt: skip
@pytest.mark.parametrize("kind", ["search", "document", "inspection", "no such kind"])
def test_garbage_and_cut_off_pages_are_refused_or_empty(kind: str, body: bytes) -> None:
    try:
        parsed = _parse(kind, body.rstrip())
    except ReadFailed:
        return
    # Only a valid answer that says it holds nothing may pass.
    assert json.loads(body)["count"] == 0
    assert parsed.kept == 0


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([LIST_RULE, PAGE_OF_RESULTS]), st.data(), st.binary(max_size=8))
def test_damaged_pages_are_read_or_refused(page: Page, data: st.DataObject, patch: bytes) -> None:
    at = data.draw(st.integers(0, len(page.body) - 1))
    try:
        parsed = federal_register.parse(replace(page, body=page.body[:at] + patch + page.body[at + len(patch) :]))
    except ReadFailed:
        return
    assert_sound(parsed)


def test_nested_beyond_reason_is_refused() -> None:
    with pytest.raises(ReadFailed):
        _parse("search", b'{"a":' * 100_000)
    with pytest.raises(ReadFailed):
        _parse("document", b"<RULE>" + b"<P>" * 5000 + b"x" + b"</P>" * 5000 + b"</RULE>")


OFFICIAL = "https://www.federalregister.gov/api/v1/documents.json"


@pytest.mark.parametrize(
    "elsewhere", ["https://www.federalregister.gov.example", "https://example.org", "http://127.0.0.1"]
)
def test_the_api_sends_us_nowhere_else(elsewhere: str) -> None:
    with pytest.raises(ReadFailed, match=r"is not an address of federalregister\.gov"):
        _search(RESULT, next_page_url=f"{elsewhere}/api/v1/documents.json?page=2")
    with pytest.raises(ReadFailed, match=r"is not an address of federalregister\.gov"):
        _search(RESULT | {"full_text_xml_url": f"{elsewhere}/x.xml"})


@pytest.mark.parametrize("number", ["2019-22210", "E9-17295", "C1-2019-12345", "R1-2013-00007", "X09-11234", "94-31"])
@pytest.mark.parametrize("dash", ["-", "\u2013", "\u2010", "\u2212"])
def test_a_number_of_any_form_is_the_key(number: str, dash: str) -> None:
    parsed = _search(RESULT | {"document_number": number.replace("-", dash)})
    assert [link.key for link in parsed.links] == [number]
    assert parsed.warnings == ()


def test_a_retitled_document_keeps_its_key_and_is_read_again() -> None:
    (before,) = _search(RESULT).links
    (after,) = _search(RESULT | {"title": "Another Title", "html_url": RESULT["html_url"] + "-another"}).links
    assert before.key == after.key
    assert before.version != after.version


def test_two_rules_of_one_title_are_two() -> None:
    parsed = _search(RESULT, RESULT | {"document_number": "2099-00001"})
    assert len({link.key for link in parsed.links}) == 2
    assert parsed.skipped == ()


def test_a_repeated_document_is_counted_once() -> None:
    parsed = _search(RESULT, RESULT)
    assert (parsed.containers, parsed.kept) == (2, 1)
    assert [skip.reason for skip in parsed.skipped] == ["repeated document number"]


@pytest.mark.parametrize("corrected", ["correction_of", "corrections"])
def test_a_document_whose_corrections_change_is_read_again(corrected: str) -> None:
    (before,) = _search(RESULT | {corrected: None}).links
    (after,) = _search(RESULT | {corrected: f"{OFFICIAL}/2025-05427"}).links
    assert before.version != after.version


@pytest.mark.parametrize(
    ("page", "listed", "count", "warned"),
    [(1, 2, 2, False), (1, 2, 3, True), (2, 1, 3, False), (2, 1, 4, True), (2, 2, 3, False)],
)
def test_results_that_do_not_come_are_said(page: int, listed: int, count: int, warned: bool) -> None:
    results = [RESULT | {"document_number": f"2026-{n}"} for n in range(listed)]
    body = json.dumps({"count": count, "results": results}).encode()
    parsed = _parse("search", body, f"{OFFICIAL}?per_page=2&page={page}")
    assert any("counts" in warning for warning in parsed.warnings) is warned


@pytest.mark.parametrize("count", [0, 3])
def test_an_answer_without_results_is_empty_only_where_it_counts_none(count: int) -> None:
    body = json.dumps({"count": count, "description": "Documents"}).encode()
    if count:
        with pytest.raises(ReadFailed, match="has no list `results`"):
            _parse("search", body)
    else:
        assert _parse("search", body) == Parsed(0)


def test_keys_that_nobody_knows_are_counted() -> None:
    parsed = _search(RESULT | {"mood": 1}, RESULT | {"document_number": "2099-1", "mood": 2, "tone": 3}, hint="x")
    assert "unknown keys in the answer: hint (1)" in parsed.warnings
    assert "unknown keys in the answer: mood (2), tone (1)" in parsed.warnings
    assert _search(RESULT | {"page_views": {}, "significant": False}).warnings == ()


INSPECTION = page_of(GOLDEN / "federal_register/inspection.yaml")


def _inspect(**changes: Any) -> Parsed:
    return federal_register.parse(replace(INSPECTION, body=json.dumps(json.loads(INSPECTION.body) | changes).encode()))


def test_the_list_of_filings_is_whole_once_the_day_has_opened() -> None:
    assert _inspect().lists == ("pi",)
    assert _inspect(regular_filings_updated_at=None).lists == ()
    assert _inspect(count=0, results=[]).lists == ()
    assert {publication.key.partition("/")[0] for publication in _inspect().publications} == {"pi"}


@pytest.mark.parametrize("field", ["agencies", "filed_at", "document_number"])
def test_filings_that_could_not_be_told_to_be_ours_are_refused(field: str) -> None:
    results = [{k: v for k, v in one.items() if k != field} for one in json.loads(INSPECTION.body)["results"]]
    with pytest.raises(ReadFailed, match=field):
        _inspect(results=results)


def test_what_the_api_refuses_with_can_be_stored() -> None:
    with pytest.raises(ReadFailed) as caught:
        _parse("search", json.dumps({"errors": "a\0b\ud800"}).encode())
    assert "a" in caught.value.reason
    assert "\0" not in caught.value.reason
    caught.value.reason.encode()


def _asked(result: dict[str, Any], number: str = "2026-21034") -> Parsed:
    url = f"https://www.federalregister.gov/api/v1/documents/{number}.json?fields[]=title"
    return _parse("filing", json.dumps(result).encode(), url)


def test_a_filing_is_asked_after_by_its_number() -> None:
    link = federal_register.whereabouts("pi/2026-21034")
    assert link is not None
    assert (link.kind, link.key) == ("filing", "2026-21034")
    assert link.url.startswith(
        "https://www.federalregister.gov/api/v1/documents/2026-21034.json?fields[]=document_number&"
    )
    assert federal_register.whereabouts("2026-21034") is None
    assert federal_register.whereabouts("pi/../x") is None


def test_what_became_of_a_filing_is_read_as_a_result_of_the_search_is() -> None:
    number = RESULT["document_number"]
    assert _asked(RESULT, number).links == _search(RESULT).links
    (publication,) = _asked(RESULT | {"full_text_xml_url": None}, number).publications
    assert publication.key == number


@pytest.mark.parametrize(
    "change", [{"document_number": "2020-00001"}, {"errors": ["no"]}, {"publication_date": "soon"}]
)
def test_another_answer_about_a_filing_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ReadFailed):
        _asked(RESULT | change, RESULT["document_number"])

"""Parsers that sources share, and their options. A source with one of them needs no test of its own: only golden files.

They are read with the options of sources.yaml, so that those are tested with them.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from claimwatch.errors import SourceChanged, SourcesInvalid
from claimwatch.models import Page, Parsed
from claimwatch.pipeline.reading.parsing import load_parser
from claimwatch.settings import PROJECT
from claimwatch.sources import load_sources
from parsers import feed, html_table, ofac, wordpress
from tests.parsers.golden import GOLDEN, case_name, cases, check, options_of, page_of

SPECS = load_sources(PROJECT / "sources.yaml")
# A parser of a source's own has a test of its own.
SHARING = [
    (slug, case)
    for slug, spec in SPECS.items()
    if spec.parser != f"parsers.{slug}"
    for case in sorted((GOLDEN / slug).glob("*.yaml")) or [GOLDEN / slug / "none.yaml"]
]


@pytest.mark.parametrize(("slug", "case"), SHARING, ids=[f"{slug}/{case.stem}" for slug, case in SHARING])
def test_golden_of_sources(slug: str, case: Path) -> None:
    assert case.exists(), f"{slug} has no golden files: docs/adding-a-source.md says how they are made"
    check(load_parser(SPECS[slug]).parse, case)


@pytest.mark.parametrize("case", cases("wordpress"), ids=case_name)
def test_golden_of_wordpress(case: Path) -> None:
    check(wordpress.parse, case)


@pytest.mark.parametrize("case", cases("html_table"), ids=case_name)
def test_golden_of_tables(case: Path) -> None:
    check(html_table.parse, case)


ENTRY = """
example:
  name: Example
  home: https://example.org/
  class: ngo
  parser: {parser}
  every: 6h
  skip_older: true
  enabled: false
  recheck: 7d
  pages: [{{kind: x, group: x, url: "https://example.org/", probe: {probe}}}]
  options: {options}
  terms: {{read_on: 2026-11-22, note: "none"}}
"""
TABLE = "columns: [Name = name, Since = since], name: name"


def load(folder: Path, parser: str, options: str, probe: str = "false") -> str:
    """The options as they were understood; raises what loading raises."""
    path = folder / "sources.yaml"
    path.write_text(ENTRY.format(parser=parser, options=options, probe=probe), encoding="utf-8")
    spec = load_sources(path)["example"]
    assert (spec.enabled, spec.recheck and spec.recheck.days) == (False, 7)
    return repr(spec.options.values)


def test_options_are_read_as_they_are_written(tmp_path: Path) -> None:
    assert load(tmp_path, "parsers.feed", "{article: [main, .x], language: nn}") == (
        "(('article', ('main', '.x')), ('language', ('nn',)))"
    )
    assert load(tmp_path, "parsers.feed", "{}") == "()"
    assert load(tmp_path, "parsers.html_table", f"{{{TABLE}, key: [name, since]}}")


@pytest.mark.parametrize(
    ("parser", "options", "complaint"),
    [
        ("parsers.feed", "{articles: [main]}", r"example\.options\.articles: .*no such option; it takes article,"),
        ("parsers.uhrp", "{article: [main]}", r"parsers\.uhrp takes no such option; it takes none"),
        ("parsers.nothing", "{article: [main]}", "cannot import the parser"),
        ("parsers.feed", "{language: [en, nb]}", "takes one text, not a list"),
        ("parsers.feed", "{article: []}", "is empty"),
        ("parsers.feed", "{language: zz}", "one of en, nb, nn"),
        ("parsers.feed", "{article: 'div['}", "is not a selector"),
        ("parsers.feed", "{key: '(id'}", "not a pattern"),
        ("parsers.feed", "{key: 'id[0-9]+'}", "has no group"),
        ("parsers.feed", "{mirrors: [m.example]}", "one says nothing without the other"),
        ("parsers.wordpress", "{leave_out: '::'}", "is not a selector"),
        ("parsers.html_table", "{name: name}", "needs the option columns"),
        ("parsers.html_table", "{columns: [Name], name: name}", "is not `header = field`"),
        ("parsers.html_table", f"{{{TABLE}, date: day}}", "date: no column means 'day'"),
        ("parsers.html_table", f"{{{TABLE}, name_in: 'b['}}", "name_in: 'b\\[' is not a selector"),
        ("parsers.html_table", f"{{{TABLE}, language: xx}}", "language: one of"),
        ("parsers.ofac", "{programs: [cmic]}", "is not a program"),
    ],
)
def test_a_wrong_option_is_named(tmp_path: Path, parser: str, options: str, complaint: str) -> None:
    with pytest.raises(SourcesInvalid, match=complaint):
        load(tmp_path, parser, options)


def test_a_source_of_nothing_but_probes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourcesInvalid, match=r"example\.pages: all are probes"):
        load(tmp_path, "parsers.feed", "{}", probe="true")


def test_other_options_are_another_reading() -> None:
    spec = SPECS["regjeringen"]
    plain, other = replace(spec, options=options_of({})), replace(spec, options=options_of({"article": "main"}))
    assert plain.reading("1") == "1"
    assert len({plain.reading("1"), spec.reading("1"), other.reading("1"), spec.reading("2")}) == 4


def test_an_item_keeps_its_key_under_a_new_name_and_on_a_mirror() -> None:
    page = page_of(GOLDEN / "regjeringen" / "feed.yaml")
    for url in (
        "https://www.regjeringen.no/en/documents/renamed/id3138527/",
        "http://gov9.dxcloud.episerver.net/en/documents/interim/id3138527",
    ):
        assert feed.key_of(url, page.options) == "en/id3138527"
    assert feed.key_of("https://www.regjeringen.no/no/dokumenter/x/id3138527/", page.options) == "no/id3138527"


def test_a_post_keeps_its_key_under_a_new_slug() -> None:
    page = page_of(GOLDEN / "wordpress" / "posts.yaml")
    moved = replace(page, body=page.body.replace(b"a-letter", b"another-slug"))
    assert wordpress.parse(moved).publications[0].key == wordpress.parse(page).publications[0].key


def test_a_row_keeps_its_key_when_its_text_changes() -> None:
    page = page_of(GOLDEN / "fcc_covered_list" / "list.yaml")
    edited = replace(page, body=page.body.replace(b"public safety", b"the safety of the public"))
    before, after = html_table.parse(page).entries, html_table.parse(edited).entries
    assert [entry.key for entry in before] == [entry.key for entry in after]
    assert sum(a.fields != b.fields for a, b in zip(before, after, strict=True)) == 3


def test_a_name_that_is_no_longer_set_apart_is_still_within_the_subject() -> None:
    page = page_of(GOLDEN / "fcc_covered_list" / "list.yaml")
    plain = replace(page, body=page.body.replace(b"<strong>", b"").replace(b"</strong>", b""))
    subjects = [entry.text[slice(*entry.subject)] for entry in html_table.parse(plain).entries]
    assert sum("Hangzhou Hikvision" in subject for subject in subjects) == 1


@pytest.mark.parametrize(
    ("parse", "name"),
    [
        (wordpress.parse, "wordpress/posts"),
        (html_table.parse, "fcc_covered_list/list"),
        (ofac.parse, "ofac_ns_cmic/list"),
    ],
)
def test_what_is_cut_off_is_never_a_shorter_list(parse: Callable[[Page], Parsed], name: str) -> None:
    page = page_of(GOLDEN / f"{name}.yaml")
    for share in range(1, 20):
        with pytest.raises(SourceChanged):
            parse(replace(page, body=page.body[: len(page.body) * share // 20]))


@pytest.mark.parametrize("span", ["99999", "0", "-1", "1e9", "²", "999999999999"])
def test_spans_beyond_reason_end_in_time(span: str) -> None:
    page = page_of(GOLDEN / "html_table" / "spans.yaml")
    hostile = page.body.replace(b'rowspan="2"', f'rowspan="{span}" colspan="{span}"'.encode())
    with pytest.raises(SourceChanged, match="cells where 4 are due"):
        html_table.parse(replace(page, body=hostile))

"""NBIM's table and notices: golden files, and what must hold of keys and decisions."""

from dataclasses import replace
from pathlib import Path

import pytest

from claimwatch.errors import SourceChanged
from claimwatch.models import Page, Parsed
from parsers import nbim_exclusions
from tests.parsers.golden import GOLDEN, case_name, cases, check, page_of


@pytest.mark.parametrize("case", cases("nbim_exclusions"), ids=case_name)
def test_golden(case: Path) -> None:
    check(nbim_exclusions.parse, case)


def test_a_changed_decision_keeps_the_key() -> None:
    page = page_of(GOLDEN / "nbim_exclusions" / "table.yaml")
    before = nbim_exclusions.parse(page).entries
    after = nbim_exclusions.parse(replace(page, body=page.body.replace(b">Observation<", b">Exclusion<"))).entries
    assert [entry.key for entry in before] == [entry.key for entry in after]
    assert {"Observation", "Exclusion"} == {entry.get("decision") for entry in before}
    assert {"Exclusion"} == {entry.get("decision") for entry in after}


def test_the_subject_of_a_row_is_its_company() -> None:
    for entry in nbim_exclusions.parse(page_of(GOLDEN / "nbim_exclusions" / "table.yaml")).entries:
        start, end = entry.subject
        assert entry.text[start:end] == entry.name == entry.get("company")


def test_an_extra_column_changes_no_row_and_is_said() -> None:
    plain = nbim_exclusions.parse(page_of(GOLDEN / "nbim_exclusions" / "table.yaml"))
    wider = nbim_exclusions.parse(page_of(GOLDEN / "nbim_exclusions" / "table-extra-column.yaml"))
    assert wider.entries == plain.entries
    assert not plain.warnings
    assert any("'Country'" in warning for warning in wider.warnings)


@pytest.mark.parametrize("case", ["table-unknown-column", "table-short-row", "table-empty", "wall"])
def test_a_table_that_is_not_the_table_is_refused(case: str) -> None:
    with pytest.raises(SourceChanged):
        nbim_exclusions.parse(page_of(GOLDEN / "nbim_exclusions" / f"{case}.yaml"))


def test_the_missing_and_the_unknown_column_are_named() -> None:
    with pytest.raises(SourceChanged, match=r"criterion.*Grounds"):
        nbim_exclusions.parse(page_of(GOLDEN / "nbim_exclusions" / "table-unknown-column.yaml"))


def test_one_notice_holds_several_decisions_and_no_contact_block() -> None:
    page = page_of(GOLDEN / "nbim_exclusions" / "notice-revocation-en.yaml")
    (publication,) = nbim_exclusions.parse(page).publications
    assert "excluded" in publication.text
    assert "revoked" in publication.text
    assert "Press contact" not in publication.text
    assert "@" not in publication.text


@pytest.mark.parametrize(
    ("line", "iso"),
    [
        ("2. september 2021", "2021-09-02"),
        ("Published 15 May 2024", "2024-05-15"),
        ("3 December 2024", "2024-12-03"),
        ("Publisert: 1. mai 2020", "2020-05-01"),
        ("02.09.2021", "2021-09-02"),
        ("31. februar 2021", None),
        ("2. september 2021 ble selskapet utelukket", None),
        ("12 companies 2024", None),
    ],
)
def test_a_date_that_stands_alone_is_the_date_of_the_notice(line: str, iso: str | None) -> None:
    page = page_of(GOLDEN / "nbim_exclusions" / "notice-undated.yaml")
    body = page.body.replace(b"<article>", f"<article><p>{line}</p>".encode())
    (publication,) = nbim_exclusions.parse(replace(page, body=body)).publications
    assert (publication.published_on.isoformat() if publication.published_on else None) == iso
    assert (line in publication.text) == (iso is None)


COLUMNS = ("Company", "", "Category", "Criterion", "Decision", "Publishing date")


def _table(*rows: tuple[str, ...], columns: tuple[str, ...] = COLUMNS, more: str = "") -> Parsed:
    head = "".join(f"<th>{name}</th>" for name in columns)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    html = f"<!DOCTYPE html><html><body><table><tr>{head}</tr>{body}</table>{more}</body></html>"
    return nbim_exclusions.parse(Page("nbim_exclusions", "table", "https://www.nbim.no/en/x/", html.encode()))


def _row(company: str = "Dahua", criterion: str = "Human rights", decision: str = "Exclusion") -> tuple[str, ...]:
    return (company, "", "Conduct", criterion, decision, "01.02.2024")


def test_a_row_is_known_by_company_and_criterion() -> None:
    first, second = _row(), _row(criterion="Corruption")
    both = _table(first, second)
    assert len({entry.key for entry in both.entries}) == 2
    # One of the two goes; the other must not seem to be it.
    (left,) = _table(second).entries
    assert left == both.entries[1]


@pytest.mark.parametrize("decision", ["Exclusion", "Observation", "Utelukkelse", "Observasjon"])
def test_decisions_that_are_known(decision: str) -> None:
    assert _table(_row(decision=decision)).warnings == ()


@pytest.mark.parametrize("decision", ["Revocation", "Under formal review", ""])
def test_a_decision_that_is_not_known_is_said_and_kept(decision: str) -> None:
    parsed = _table(_row(decision=decision))
    assert parsed.entries[0].get("decision") == decision
    assert "unknown decision" in parsed.warnings[0]


@pytest.mark.parametrize("company", ["DAHUA", "Dahua ", "Da\u200bhua", "Dahua\u00a0"])
def test_typography_makes_no_other_row(company: str) -> None:
    assert _table(_row(company)).entries[0].key == _table(_row()).entries[0].key


def test_dashes_and_quotes_make_no_other_row() -> None:
    plain = _table(_row("O'Neill-Works", "Individuals' rights")).entries[0]
    assert _table(_row("O’Neill–Works", "Individuals’ rights")).entries[0].key == plain.key


def test_one_row_twice_is_one_and_two_that_differ_are_refused() -> None:
    assert [skip.reason for skip in _table(_row(), _row()).skipped] == ["row repeated"]
    with pytest.raises(SourceChanged, match="repeats 'Dahua'"):
        _table(_row(), _row(decision="Observation"))


def test_another_table_with_our_columns_renamed_is_refused_and_any_other_is_said() -> None:
    renamed = "<table><tr><th>Issuer</th><th>Criterion</th><th>Decision</th></tr><tr><td>Hikvision</td></tr></table>"
    with pytest.raises(SourceChanged, match="names the company: Issuer"):
        _table(_row(), more=renamed)
    other = "<table><tr><th>Year</th><th>Number</th></tr><tr><td>2024</td><td>7</td></tr></table>"
    parsed = _table(_row(), more=other)
    assert len(parsed.entries) == 1
    assert "Year | Number" in parsed.warnings[0]


def _notices(inner: str) -> Parsed:
    html = f"<!DOCTYPE html><html><body><nav><a href='a/b/'>x</a></nav><main>{inner}</main></body></html>"
    return nbim_exclusions.parse(
        Page("nbim_exclusions", "notices", "https://www.nbim.no/no/oljefondet/nyheter/", html.encode())
    )


def test_notices_of_one_title_are_told_apart_by_the_counter_of_their_address() -> None:
    at = "/no/oljefondet/nyheter/2021/beslutninger-om-utelukkelse"
    parsed = _notices("".join(f"<li><a href='{at}{n}/'>Beslutninger</a> {n}. mai 2021</li>" for n in (1, 2, 3)))
    assert len({link.key for link in parsed.links}) == 3
    assert [link.head and str(link.head.published_on) for link in parsed.links] == [
        "2021-05-01", "2021-05-02", "2021-05-03",
    ]  # fmt: skip


def test_a_link_in_the_list_that_is_no_notice_is_counted() -> None:
    parsed = _notices("<a href='2021/x/'>One</a><a href='arkiv/'>Arkiv</a><a href='/no/kontakt/'>Kontakt</a>")
    assert [(skip.reason, skip.what) for skip in parsed.skipped] == [
        ("no notice by its address", "https://www.nbim.no/no/oljefondet/nyheter/arkiv/")
    ]


def test_one_notice_holds_exclusion_observation_its_end_and_a_revocation() -> None:
    lines = (
        "A is excluded.",
        "B is placed under observation.",
        "The observation of C ends.",
        "D’s exclusion is revoked.",
    )
    body = "".join(f"<p>{line}</p>" for line in ("2. september 2021", *lines, "Press contact:", "E, +47 22 22 22 22"))
    html = f"<!DOCTYPE html><html><body><main><h1>Decisions on exclusion</h1>{body}</main></body></html>"
    url = "https://www.nbim.no/en/news-and-insights/the-press/press-releases/2021/decisions-on-exclusion3/"
    (publication,) = nbim_exclusions.parse(Page("nbim_exclusions", "notice", url, html.encode())).publications
    assert publication.text == "\n\n".join(lines)
    assert (str(publication.published_on), publication.key) == ("2021-09-02", url.replace("www.", ""))


def test_all_values_of_a_cell_are_read() -> None:
    value = "<span class='nbim-responsive-table--value'>{}</span>"
    cell = (
        "<span class='nbim-responsive-table--key'>Criterion</span>" + value.format("Human rights") + value.format("War")
    )
    assert _table(_row(criterion=cell)).entries[0].get("criterion") == "Human rights War"

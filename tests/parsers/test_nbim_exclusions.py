"""NBIM's table and notices: golden files, and what must hold of keys and decisions."""

from dataclasses import replace
from pathlib import Path

import pytest

from claimwatch.errors import SourceChanged
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

"""What `baseline show` prints."""

from pathlib import Path

import pytest

from claimwatch.baseline import load_baseline
from claimwatch.baseline.describe import Table, describe
from claimwatch.errors import UsageError
from claimwatch.models import Baseline


@pytest.fixture(scope="module")
def baseline() -> Baseline:
    return load_baseline(Path(__file__).parents[2] / "baselines")


def test_without_a_key_everything_is_listed(baseline: Baseline) -> None:
    documents, companies, claims = describe(baseline)
    assert [row[0] for row in documents.rows] == ["A", "B"]
    assert [row[0] for row in companies.rows] == ["hikvision", "dahua"]
    assert [row[0] for row in claims.rows] == list(baseline.claims)


def test_a_claim_is_shown_with_its_quote_and_its_place_in_the_document(baseline: Baseline) -> None:
    (table,) = describe(baseline, "a25")
    fields = {row[0]: row[1] for row in table.rows}
    assert fields["value"] == "42 percent"
    assert fields["quote"].endswith("42% owned by Chinese state investors")
    assert "characters 2763-2889 of documents/000_ec8ba26ee6c06d36.txt" in fields["document"]


def test_a_comparator_is_said_in_words(baseline: Baseline) -> None:
    (table,) = describe(baseline, "B23")
    assert ("value", "more than 600,000 networks") in table.rows


def test_a_company_is_shown_with_its_forms_and_claims(baseline: Baseline) -> None:
    names, traps, claims = describe(baseline, "dahua")
    assert any(row[0] == "Dahua (ambiguous)" for row in names.rows)
    assert ("Dahua Group",) in traps.rows
    assert {row[0] for row in claims.rows} >= {"A26", "B22"}
    assert "A25" not in {row[0] for row in claims.rows}


@pytest.mark.parametrize("key", [None, "A09", "hikvision"])
def test_every_row_is_as_long_as_the_header(baseline: Baseline, key: str | None) -> None:
    tables: tuple[Table, ...] = describe(baseline, key)
    assert tables
    assert all(table.rows and len(row) == len(table.header) for table in tables for row in table.rows)


def test_an_unknown_key_names_the_nearest(baseline: Baseline) -> None:
    with pytest.raises(UsageError, match="'hikvison'; did you mean hikvision"):
        describe(baseline, "hikvison")
    with pytest.raises(UsageError, match="baseline show"):
        describe(baseline, "§§§")

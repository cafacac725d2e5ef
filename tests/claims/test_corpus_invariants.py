"""What holds of every finding, whatever the text: looked at on the whole labelled corpus."""

from pathlib import Path

import pytest

from benchmarks.labels import readable
from claimwatch.claims import Comparer, read_records, screen_record, values
from claimwatch.claims.nearest import MOST
from claimwatch.models import Baseline, Finding, Outcome

CORPUS = Path(__file__).parents[2] / "benchmarks" / "corpus"


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_before_claims_and_after_agree_in_every_finding(path: Path, comparer: Comparer, baseline: Baseline) -> None:
    lines, _ = readable(path.read_text(encoding="utf-8").splitlines())
    found = [one for record in read_records(lines, "jsonl") for one in screen_record(comparer, record)]
    assert found
    assert [fault for one in found for fault in faults(one, baseline)] == []


def faults(finding: Finding, baseline: Baseline) -> list[str]:
    """What in a finding does not go together, in words that name it."""
    told = []
    if len(finding.claims) > MOST or len(set(finding.claims)) < len(finding.claims):
        told.append(f"claims {finding.claims}")
    if finding.before is not None and not said_before(finding, baseline):
        told.append(f"before {finding.before}, claims {finding.claims}")
    before, after = finding.before, finding.after
    if finding.outcome is Outcome.UPDATE and before is not None and after is not None:
        told += [f"update from {before} to {after}"] if values.no_other(before, after) else []
    if (
        finding.outcome is Outcome.RESTATEMENT
        and before is not None
        and after is not None
        and before.unit == after.unit
    ):
        told += [] if values.same(before, after) or before.value is None else [f"restated from {before} to {after}"]
    return [f"{fault}: {finding.quote!r}" for fault in told]


def said_before(finding: Finding, baseline: Baseline) -> bool:
    """Whether what was before is what the first claim says: its value, and of a list row words of it or of the row."""
    if finding.before is None or not finding.claims:
        return False
    first = baseline.claims[finding.claims[0]]
    if finding.before.value is not None:
        return values.of_claim(first) == finding.before
    parts = finding.before.text.split("; ")
    return finding.before.text == first.quote or all(part in finding.quote for part in parts)

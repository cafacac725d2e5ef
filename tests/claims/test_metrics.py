"""The figures of detection on a fixed part of the labelled corpus: none may drop below benchmarks/metrics.json."""

import json

import pytest

from benchmarks.labels import score_all
from benchmarks.metrics import METRICS, dropped, gate_lines, metrics
from claimwatch.claims import Comparer


@pytest.mark.slow
def test_no_figure_has_dropped(comparer: Comparer) -> None:
    now = metrics(score_all(gate_lines(), comparer))
    committed = json.loads(METRICS.read_text(encoding="utf-8"))
    assert now.keys() == committed.keys()
    assert dropped(now, committed) == [], (
        "see docs/detection.md: `python -m benchmarks.metrics --write` where it is meant"
    )


def test_a_drop_is_named() -> None:
    assert dropped({"alert recall": 0.90}, {"alert recall": 0.95}) == ["alert recall: 0.900, was 0.950"]
    assert dropped({"alert recall": 0.945}, {"alert recall": 0.95}) == []

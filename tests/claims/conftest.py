"""The project's own baseline and a comparer on it, built once."""

from pathlib import Path

import pytest

from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer
from claimwatch.models import Baseline

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def baseline() -> Baseline:
    return load_baseline(ROOT / "baselines")


@pytest.fixture(scope="session")
def comparer(baseline: Baseline) -> Comparer:
    return Comparer(baseline)

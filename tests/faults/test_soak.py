"""Two days at speed with faults at random, in `./dev test --all`; `./dev faults --soak` lives through fourteen."""

from pathlib import Path

import pytest

from tests.faults.soak import READERS, soak

pytestmark = pytest.mark.slow


def test_two_days_of_trouble(tmp_path: Path) -> None:
    result = soak(tmp_path, days=2, seed=1)
    assert result.faults == []
    assert result.reads["good"] > 40
    assert result.reads.total() > result.reads["good"], "no fault was met"
    assert result.strikes.total() > 3
    assert result.kills > 0
    assert result.items > 3
    assert result.mails >= 2 * len(READERS)
    assert result.coverage_lines > 10

"""An engine compiled once, and an installation for each test."""

import shutil
from pathlib import Path

import pytest

from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer
from claimwatch.mentions import Scanner
from claimwatch.settings import PROJECT
from claimwatch.store import Store
from tests.pipeline.bench import Bench, Engine
from tests.upstream import Upstream


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The real baseline, compiled."""
    baseline = load_baseline(PROJECT / "baselines")
    return Engine(baseline, Comparer(baseline), Scanner(baseline.companies.values()))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty store, made once."""
    path = tmp_path_factory.mktemp("store") / "claimwatch.db"
    Store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def bench(tmp_path: Path, upstream: Upstream, engine: Engine, migrated: Path) -> Bench:
    """An installation with the toy source, nothing read yet."""
    shutil.copy(migrated, tmp_path / "claimwatch.db")
    return Bench(tmp_path, upstream, engine)

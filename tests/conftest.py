"""What all tests share: a clean environment, the sample world, and a small web server with a function per path."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer
from claimwatch.models import Baseline
from claimwatch.store import Store
from demo.world import World
from tests.upstream import Upstream


def pytest_configure() -> None:
    """Each process of `pytest -n` has a home of its own for Prefect, whose server keeps its database there."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker and "PREFECT_HOME" in os.environ:
        home = Path(os.environ["PREFECT_HOME"]) / worker
        home.mkdir(parents=True, exist_ok=True)
        os.environ["PREFECT_HOME"] = str(home)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on Prefect's server come last, and in one process: it costs seconds to start, its threads stay, and they
    draw from the generator that Hypothesis watches.
    """
    items.sort(key=lambda item: item.get_closest_marker("prefect") is not None)
    for item in items:
        if item.get_closest_marker("prefect"):
            item.add_marker(pytest.mark.xdist_group("prefect"))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's own reaches a test, and no test calls home."""
    for name in [
        name for name in os.environ if name.startswith(("CLAIMWATCH_", "PREFECT_")) or "_proxy" in name.lower()
    ]:
        if name != "PREFECT_HOME":
            monkeypatch.delenv(name)
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    monkeypatch.setattr("claimwatch.settings.SETTINGS_FILE", "no-claimwatch.toml")


@pytest.fixture
def world() -> Iterator[World]:
    """The bundled sample world in its first week, on a free port of loopback."""
    with World() as running:
        yield running


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """A loopback web server; register a handler for each path."""
    with Upstream() as running:
        yield running


@pytest.fixture(autouse=True, scope="session")
def migrated_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A new SQLite store begins as a copy of one that has been through every migration: most of the tests' time.

    The migrations themselves are tested in tests/store, on stores that exist already, and on PostgreSQL.
    """
    template = tmp_path_factory.mktemp("migrated") / "template.db"
    Store(f"sqlite:///{template}").close()
    migrate = Store._migrate

    def copy_or_migrate(store: Store) -> None:
        database = store.engine.url.database
        if store.is_sqlite and database and database != ":memory:" and not Path(database).exists():
            shutil.copyfile(template, database)
        migrate(store)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "_migrate", copy_or_migrate)
        yield


@pytest.fixture(autouse=True, scope="session")
def loaded_once() -> Iterator[None]:
    """A baseline is loaded and compiled once for as long as its files stay as they are: both keep no state."""
    baselines: dict[tuple[object, ...], Baseline] = {}
    comparers: dict[int, tuple[Baseline, Comparer]] = {}

    def load(root: Path, *, home: Path | None = None) -> Baseline:
        stats = [(path, path.stat()) for path in sorted(Path(root).rglob("*")) if path.is_file()]
        key = (Path(root), *((path, stat.st_mtime_ns, stat.st_size) for path, stat in stats))
        if key not in baselines:
            baselines[key] = load_baseline(root)
        return baselines[key]

    def compiled(baseline: Baseline) -> Comparer:
        if id(baseline) not in comparers:
            comparers[id(baseline)] = (baseline, Comparer(baseline))  # the baseline stays, and its id with it
        return comparers[id(baseline)][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("claimwatch.pipeline.watch.load_baseline", load)
        patch.setattr("claimwatch.claims.Comparer", compiled)
        yield

"""The engine compiled once, and for each source an installation after its first good week, copied for each case."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.outage import Run, source_of
from tests.faults.worlds import WORLDS
from tests.pipeline.bench import Bench, Engine
from tests.pipeline.conftest import engine, migrated  # noqa: F401 (fixtures)
from tests.upstream import Upstream


@pytest.fixture(scope="session")
def weathered(
    engine: Engine,  # noqa: F811
    migrated: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Run]:
    """A run of a source after its first week; made once for each source. Its upstream is gone."""
    made: dict[str, Run] = {}

    def of(source: str) -> Run:
        if source not in made:
            home = tmp_path_factory.mktemp(source)
            shutil.copy(migrated, home / "claimwatch.db")
            with Upstream() as upstream:
                run = Run(Bench(home, upstream, engine, source_of(WORLDS[source])), WORLDS[source])
                run.start()
            made[source] = run
        return made[source]

    return of


@pytest.fixture
def started(weathered: Callable[[str], Run], tmp_path: Path) -> Iterator[Callable[[str], Run]]:
    """Gives, for a source, a run of its own after the first good week, with the world as it was."""
    with Upstream() as upstream:

        def of(source: str) -> Run:
            first = weathered(source)
            home = tmp_path / source
            shutil.copytree(first.bench.home, home)
            bench = Bench(home, upstream, first.bench.engine, first.bench.sources)
            run = Run(bench, first.world, list(first.editions))
            run.publish(first.world.base())
            return run

        yield of

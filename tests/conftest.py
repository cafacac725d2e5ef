"""What all tests share: a clean environment, the sample world, and a small web server with a function per path."""

import os
from collections.abc import Iterator

import pytest

from demo.world import World
from tests.upstream import Upstream


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on Prefect's server come last: its threads stay, and draw from the generator that Hypothesis watches."""
    items.sort(key=lambda item: item.get_closest_marker("prefect") is not None)


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

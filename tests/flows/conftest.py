"""One Prefect server for all tests of flows, started when the first of them asks for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.testing.utilities import prefect_test_harness

MONDAY = "2026-11-09T06:00:00Z"


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """Flows called in a test run on a server with an empty database."""
    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture
def at_monday(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, a Monday morning on which a weekly edition is due, and no publisher that answers; the home."""
    monkeypatch.setenv("CLAIMWATCH_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("CLAIMWATCH_NOW", MONDAY)
    monkeypatch.setenv("CLAIMWATCH_PACE", "off")
    monkeypatch.setenv("CLAIMWATCH_UPSTREAM", "http://127.0.0.1:9")
    return tmp_path / "var"

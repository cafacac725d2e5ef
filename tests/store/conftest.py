"""An empty store."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from claimwatch.store import Store


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty store, made once: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("store") / "claimwatch.db"
    Store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def store(tmp_path: Path, migrated: Path) -> Iterator[Store]:
    """A migrated SQLite store in a file of its own."""
    path = shutil.copy(migrated, tmp_path / "claimwatch.db")
    opened = Store(f"sqlite:///{path}")
    yield opened
    opened.close()

"""Pages on an empty installation."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from claimwatch.store import Store
from tests.web.serving import Pages, serving, settings_in


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty store, made once."""
    path = tmp_path_factory.mktemp("store") / "claimwatch.db"
    Store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def pages(tmp_path: Path, empty_store: Path) -> Iterator[Pages]:
    """The pages of an installation that nobody subscribes to yet."""
    shutil.copy(empty_store, tmp_path / "claimwatch.db")
    with serving(settings_in(tmp_path)) as running:
        yield running

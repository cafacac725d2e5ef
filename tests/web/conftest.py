"""Pages on an empty installation."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from claimwatch.store import Store
from tests.web.archive_world import archive_settings, make_archive
from tests.web.desk_world import compiled, make_home, settings_of
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


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """The pages of an installation whose editions went out; nobody changes anything in it."""
    home = make_archive(tmp_path_factory.mktemp("archive") / "home", compiled())
    with serving(archive_settings(home)) as running:
        yield running


@pytest.fixture(scope="session")
def desk_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an installation with something to review, made once. Copy it."""
    return make_home(tmp_path_factory.mktemp("desk") / "home", compiled())


@pytest.fixture
def desk_pages(tmp_path: Path, desk_home: Path) -> Iterator[Pages]:
    """The pages of an installation with something to review."""
    home = shutil.copytree(desk_home, tmp_path / "home")
    with serving(settings_of(home)) as running:
        yield running

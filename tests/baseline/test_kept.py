"""A baseline kept in the home: the same as the files say, for exactly those files, and never from another's hand."""

import hashlib
import os
import pickle
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from claimwatch.baseline import kept, load_baseline
from claimwatch.errors import BaselineInvalid

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "baselines", tmp_path / "baselines"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def cached(home: Path) -> list[Path]:
    return sorted((home / kept.FOLDER).iterdir()) if (home / kept.FOLDER).exists() else []


def test_what_is_kept_is_what_the_files_say(files: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = load_baseline(files, home=home)
    monkeypatch.setattr("claimwatch.baseline.load.read_baseline", lambda _root: pytest.fail("read again"))
    assert load_baseline(files, home=home) == read
    (path,) = cached(home)
    assert path.stat().st_mode & 0o777 == 0o600


def test_another_word_in_a_file_is_another_baseline(files: Path, home: Path) -> None:
    first = load_baseline(files, home=home)
    claims = files / "claims.yaml"
    claims.write_text(claims.read_text(encoding="utf-8") + "\n# a word more\n", encoding="utf-8")
    second = load_baseline(files, home=home)
    assert second.version != first.version
    assert len(cached(home)) == 1, "what was kept of other files goes"
    claims.write_text("claims: []\n", encoding="utf-8")
    with pytest.raises(BaselineInvalid, match="claims"):
        load_baseline(files, home=home)


@pytest.mark.parametrize("damage", ["cut", "changed", "writable"])
def test_what_was_tampered_with_is_read_anew(files: Path, home: Path, damage: str) -> None:
    read = load_baseline(files, home=home)
    (path,) = cached(home)
    body = path.read_bytes()
    if damage == "writable":
        path.chmod(0o666)
    else:
        path.write_bytes(body[:-100] if damage == "cut" else body[:-1] + b"x")
    assert load_baseline(files, home=home) == read
    (path,) = cached(home)
    assert path.read_bytes()[:32] == body[:32]
    assert path.stat().st_mode & 0o777 == 0o600


class Hostile:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize("planted", ["code", "code within a baseline", "no pickle", "another thing"])
def test_what_came_from_elsewhere_runs_nothing(files: Path, home: Path, tmp_path: Path, planted: str) -> None:
    """A checkout or an unpacked archive belongs to this user, and whoever made it can reckon the name and the hash."""
    read = load_baseline(files, home=home)
    (path,) = cached(home)
    ours = path.read_bytes()
    body = {
        "code": pickle.dumps(Hostile(tmp_path / "ran")),
        "code within a baseline": pickle.dumps(replace(read, triggers={"en": {"weights": Hostile(tmp_path / "ran")}})),
        "no pickle": b"no pickle at all",
        "another thing": pickle.dumps({"claims": []}),
    }[planted]
    path.write_bytes(hashlib.sha256(body).digest() + body)
    assert load_baseline(files, home=home) == read
    assert not (tmp_path / "ran").exists()
    assert path.read_bytes() == ours, "what was planted was left there"


def test_a_home_that_is_not_there_or_cannot_be_written_is_no_trouble(files: Path, home: Path, tmp_path: Path) -> None:
    read = load_baseline(files, home=tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    (home / kept.FOLDER).write_text("a file where the folder should be", encoding="utf-8")
    assert load_baseline(files, home=home) == read

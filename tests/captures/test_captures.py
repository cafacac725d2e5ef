"""The store of captured bytes: what goes in comes out, once, and damage is told."""

import hashlib
import os
from pathlib import Path

import pytest

from claimwatch.captures import CaptureStore
from claimwatch.errors import CaptureLost

BODY = b"<html>" + b"Entity List " * 500 + b"</html>"
SHA = hashlib.sha256(BODY).hexdigest()


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> CaptureStore:
    return CaptureStore(f"file://{tmp_path}/new/captures" if request.param == "file" else f"memory://{tmp_path.name}")


def test_bytes_come_back(store: CaptureStore) -> None:
    assert not store.has(SHA)
    assert store.put(BODY) == SHA
    assert store.has(SHA)
    assert store.get(SHA) == BODY
    assert store.put(BODY) == SHA
    assert store.get(store.put(b"")) == b""


def test_missing_bytes_are_named(store: CaptureStore) -> None:
    with pytest.raises(CaptureLost, match=SHA):
        store.get(SHA)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", SHA.upper(), SHA[:-1]])
def test_only_a_sha256_is_a_name(store: CaptureStore, name: str) -> None:
    with pytest.raises(ValueError, match="sha256"):
        store.get(name)


def test_layout_on_disk_and_putting_twice_writes_once(tmp_path: Path) -> None:
    store = CaptureStore(f"file://{tmp_path}")
    store.put(BODY)
    place = tmp_path / SHA[:2] / SHA[2:4] / f"{SHA}.zst"
    assert files_below(tmp_path) == [place]
    assert place.stat().st_size < len(BODY) / 10
    os.utime(place, (1, 1))
    before = place.stat().st_ino
    store.put(BODY)
    assert files_below(tmp_path) == [place]
    assert place.stat().st_ino == before
    assert place.stat().st_mtime > 1, "noted as fresh, so that it is not let go meanwhile"
    assert place.stat().st_mode & 0o777 == 0o600


def test_only_bytes_that_nobody_asked_for_of_late_are_let_go(tmp_path: Path) -> None:
    store = CaptureStore(f"file://{tmp_path}")
    store.put(BODY)
    place = tmp_path / SHA[:2] / SHA[2:4] / f"{SHA}.zst"
    assert not store.discard(SHA)
    os.utime(place, (1, 1))
    assert store.discard(SHA)
    assert not store.has(SHA)
    assert store.discard(SHA), "gone already"


def test_bytes_are_copied_as_they_lie(tmp_path: Path) -> None:
    here, there = CaptureStore(f"file://{tmp_path}/here"), CaptureStore(f"memory://{tmp_path.name}/there")
    here.put(BODY)
    there.copy_in(SHA, here.packed(SHA))
    assert there.get(SHA) == BODY
    with pytest.raises(CaptureLost, match="other bytes"):
        there.copy_in(hashlib.sha256(b"x").hexdigest(), here.packed(SHA))


def test_a_crash_before_the_move_leaves_nothing_under_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def power_cut(source: str, target: str) -> None:
        raise OSError(f"{source} was not moved to {target}")

    store = CaptureStore(f"file://{tmp_path}")
    monkeypatch.setattr("shutil.move", power_cut)
    with pytest.raises(OSError, match="was not moved"):
        store.put(BODY)
    monkeypatch.undo()
    assert not store.has(SHA)
    assert store.get(store.put(BODY)) == BODY


@pytest.mark.parametrize("damage", ["cut", "swap", "noise"])
def test_damage_is_told(tmp_path: Path, damage: str) -> None:
    store = CaptureStore(f"file://{tmp_path}")
    store.put(BODY)
    other = store.put(b"other bytes")
    place = tmp_path / SHA[:2] / SHA[2:4] / f"{SHA}.zst"
    packed = place.read_bytes()
    other_packed = (tmp_path / other[:2] / other[2:4] / f"{other}.zst").read_bytes()
    place.write_bytes({"cut": packed[:-9], "swap": other_packed, "noise": b"not zstandard"}[damage])
    with pytest.raises(CaptureLost, match=SHA):
        store.get(SHA)

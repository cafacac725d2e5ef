"""Evidence: what is exported can be checked by others' programs, and whatever was changed in it shows."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from claimwatch.errors import ClaimwatchError
from claimwatch.pipeline.operations.evidence import export, find_asked, verify
from claimwatch.store import chain
from tests.cli.conftest import Run, cli  # noqa: F401 (a fixture)
from tests.pipeline.bench import MONDAY, MORE_NEWS, NEWS, WEEK, Bench

pytestmark = pytest.mark.slow


@pytest.fixture
def told(bench: Bench, cli: Run) -> Bench:  # noqa: F811
    """Two findings on one page, and a third on another day; the first edition told of the first two."""
    text = f"{NEWS} {MORE_NEWS}"
    bench.serve_list(items=[{"key": "one", "text": text, "on": "2026-11-03"}])
    cli("subscribers", "add", "reader@example.org")
    assert cli("run", at=MONDAY).status == 0
    return bench


def unpacked(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_a_finding_with_its_bytes_its_text_and_its_chain(told: Bench, cli: Run, tmp_path: Path) -> None:  # noqa: F811
    (first, _) = cli("findings", "list", "--json").json
    done = cli("evidence", "export", str(first["id"]), "--out", str(tmp_path / "one.zip"), "--json")
    assert done.status == 0, done.err
    files = unpacked(tmp_path / "one.zip")
    manifest: dict[str, Any] = json.loads(files["manifest.json"])
    (finding,) = manifest["findings"]
    text = files[finding["text"]].decode()
    assert text[finding["start"] : finding["end"]] == finding["quote"] == first["quote"]
    assert finding["development"] == first["development"]
    (capture,) = manifest["captures"]
    with told.watch() as watch:
        body = watch.captures.get(first["capture"])
        with watch.store.read() as connection:
            assert chain.head(connection).link == manifest["chain"]["head"] == done.json["head"]
    (record,) = list(ArchiveIterator(io.BytesIO(files["captures.warc.gz"])))
    assert record.rec_headers.get_header("WARC-Target-URI") == "https://toy.example/list" == capture["url"]
    assert record.rec_headers.get_header("WARC-Date") == "2026-11-09T06:00:00Z"
    entry = json.dumps([capture["url"], capture["sha256"], capture["fetched_at"]], separators=(",", ":"))
    assert hashlib.sha256(entry.encode()).hexdigest() == capture["chain"]["entry"]
    assert hashlib.sha256(body).hexdigest() == capture["sha256"]
    assert cli("evidence", "verify", str(tmp_path / "one.zip")).out.startswith("All holds")


def test_others_programs_agree(told: Bench, cli: Run, tmp_path: Path) -> None:  # noqa: F811
    assert cli("evidence", "export", "--edition", "2026-W45", "--out", str(tmp_path / "w45.zip")).status == 0
    with zipfile.ZipFile(tmp_path / "w45.zip") as packed:
        packed.extractall(tmp_path / "out")
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "out", capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    words = [sys.executable, "-m", "warcio.cli", "check", "captures.warc.gz"]
    checked = subprocess.run(words, cwd=tmp_path / "out", capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    assert len(json.loads((tmp_path / "out" / "manifest.json").read_text())["findings"]) == 2


def test_the_body_in_the_archive_is_the_body_received(told: Bench, tmp_path: Path) -> None:
    with told.watch() as watch:
        export(watch, find_asked(watch, "1"), "1", tmp_path / "a.zip")
        export(watch, find_asked(watch, "1"), "1", tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    record = next(ArchiveIterator(io.BytesIO(unpacked(tmp_path / "a.zip")["captures.warc.gz"])))
    assert NEWS in record.content_stream().read().decode()


@pytest.mark.parametrize(
    "name", ["captures.warc.gz", "manifest.json", "README.txt", "text", "quote", "time", "missing"]
)
def test_whatever_is_changed_shows(told: Bench, tmp_path: Path, name: str) -> None:
    with told.watch() as watch:
        export(watch, find_asked(watch, "1"), "1", tmp_path / "a.zip")
    files = unpacked(tmp_path / "a.zip")
    text_name = next(name for name in files if name.startswith("texts/"))
    manifest: dict[str, Any] = json.loads(files["manifest.json"])
    if name == "missing":
        del files[text_name]
    elif name in ("quote", "time"):  # by somebody who makes the sums anew
        if name == "quote":
            manifest["findings"][0]["quote"] = "Something else was said."
        else:
            manifest["captures"][0]["fetched_at"] = datetime.fromisoformat("2020-01-01T00:00:00+00:00").isoformat()
        files["manifest.json"] = json.dumps(manifest).encode()
        sums = (f"{hashlib.sha256(body).hexdigest()}  {n}\n" for n, body in files.items() if n != "SHA256SUMS")
        files["SHA256SUMS"] = "".join(sums).encode()
    else:
        which = text_name if name == "text" else name
        files[which] = files[which][:-3] + b"xyz"
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        for member, body in files.items():
            packed.writestr(member, body)
    if name == "manifest.json":
        with pytest.raises(ClaimwatchError, match="no evidence bundle"):
            verify(tmp_path / "b.zip")
    else:
        assert verify(tmp_path / "b.zip") != []


def test_what_there_is_none_of_is_said(told: Bench, cli: Run, tmp_path: Path) -> None:  # noqa: F811
    out = str(tmp_path / "x.zip")
    assert "no finding and no development '999'" in cli("evidence", "export", "999", "--out", out).err
    assert "there is no edition" in cli("evidence", "export", "--edition", "2026-W40", "--out", out).err
    assert "name a finding" in cli("evidence", "export", "--out", out).err
    Path(out).write_bytes(b"")
    assert "exists" in cli("evidence", "export", "1", "--out", out).err
    assert "no evidence bundle" in cli("evidence", "verify", out).err


def test_lost_bytes_are_named_and_nothing_is_written(told: Bench, cli: Run, tmp_path: Path) -> None:  # noqa: F811
    for file in (told.home / "captures").rglob("*.zst"):
        file.unlink()
    done = cli("evidence", "export", "1", "--out", str(tmp_path / "x.zip"), at=MONDAY + WEEK)
    assert done.status == 1
    assert "restore it from a backup" in done.err
    assert not (tmp_path / "x.zip").exists()

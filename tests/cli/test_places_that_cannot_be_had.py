"""A home, a folder or a database file that cannot be had: named, with what to do, and never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from claimwatch.cli import main
from claimwatch.paths import trouble_at
from claimwatch.settings import PROJECT, load_settings, signing_keys
from tests.system import require

COMMANDS = (["run"], ["doctor"], ["serve", "--port", "0"], ["subscribers", "add", "a@example.org"])


@pytest.mark.parametrize("argv", COMMANDS, ids=lambda argv: argv[0])
@pytest.mark.parametrize(
    ("home", "named", "do"),
    [
        ("a-file", "a-file", "is a file where a folder must be: move it away, or set CLAIMWATCH_HOME"),
        ("a-file/below", "a-file", "is a file where a folder must be: move it away, or set CLAIMWATCH_HOME"),
        ("folder-for-file", "claimwatch.db", "is a folder: move it away, or set CLAIMWATCH_HOME"),
        ("not-ours", "claimwatch.db", "move it away, then `claimwatch restore` a backup"),
    ],
)
def test_it_is_named_with_what_to_do(
    argv: list[str],
    home: str,
    named: str,
    do: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "a-file").touch()
    (tmp_path / "folder-for-file" / "claimwatch.db").mkdir(parents=True)
    (tmp_path / "not-ours").mkdir()
    (tmp_path / "not-ours" / "claimwatch.db").write_bytes(b"something else entirely " * 100)
    monkeypatch.setenv("CLAIMWATCH_HOME", str(tmp_path / home))
    assert main(argv) == 1
    said = capsys.readouterr().err
    assert said.startswith("claimwatch: cannot ")
    assert named in said
    assert do in said
    assert "Errno" not in said


@pytest.mark.slow
@pytest.mark.parametrize("argv", [["run"], ["doctor"], ["serve", "--port", "0"]], ids=lambda argv: argv[0])
@pytest.mark.parametrize("home", ["shut", "shut/new", "shut-file", "shut-to-look"])
def test_what_may_not_be_written_is_said_with_whose_it_must_be(argv: list[str], home: str, tmp_path: Path) -> None:
    (tmp_path / "shut-file").mkdir()
    (tmp_path / "shut-file" / "claimwatch.db").touch(mode=0o400)
    (tmp_path / "shut").mkdir(mode=0o500)
    (tmp_path / "shut-to-look").mkdir(mode=0o600)
    command = [sys.executable, "-m", "claimwatch", *argv]
    if os.geteuid() == 0:  # whom modes do not hold up
        without = "-dac_override,-dac_read_search"
        command = [require("setpriv"), "--bounding-set", without, "--inh-caps", without, *command]
    environment = os.environ | {"CLAIMWATCH_HOME": str(tmp_path / home)}
    done = subprocess.run(
        command, env=environment, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("claimwatch: cannot ")
    assert f"may not read and write {tmp_path}/shut" in done.stderr
    assert "or set CLAIMWATCH_HOME" in done.stderr
    assert "Errno" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_read_only_file_system_is_not_told_as_a_matter_of_modes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = os.statvfs(tmp_path)
    values = list(found)
    values[8] |= os.ST_RDONLY
    monkeypatch.setattr("os.statvfs", lambda _path: os.statvfs_result(values))
    monkeypatch.setattr("os.access", lambda _path, mode: not mode & os.W_OK)
    why = trouble_at(tmp_path / "claimwatch.db", "CLAIMWATCH_HOME")
    assert why is not None
    assert f"{tmp_path} is on a file system that is read-only here" in why
    assert "`ReadWritePaths`" in why
    assert "or set CLAIMWATCH_HOME" in why
    assert "chown" not in why


def test_a_key_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret.key").mkdir()
    with pytest.raises(Exception, match=r"cannot read or make the key .*secret\.key: "):
        signing_keys(load_settings(home=tmp_path))


def test_a_file_that_is_not_there_is_said_without_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["screen", "no-such-file.txt"]) == 1
    assert capsys.readouterr().err == "claimwatch: no-such-file.txt: No such file or directory\n"

"""`claimwatch bounces`, as an operator calls it."""

import re
import signal
import smtplib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.delivery.returned import BOUNCES, dsn, old_fashioned


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    new = tmp_path / "returned" / "new"
    new.mkdir(parents=True)
    monkeypatch.setenv("CLAIMWATCH_BOUNCES", BOUNCES)
    monkeypatch.setenv("CLAIMWATCH_BOUNCES_BOX", f"maildir:{new.parent}")
    return new


def test_what_came_back_is_read_and_listed(cli: Run, box: Path) -> None:
    assert "Nothing has come back" in cli("bounces", "list").out
    (box / "1").write_bytes(dsn())
    (box / "2").write_bytes(old_fashioned())
    done = cli("bounces", "read")
    assert done.status == 0
    assert "returned mail: 2 read, 0 bounces, 0 complaints, 0 addresses given up" in done.out
    assert "2 speak of no mail of ours" in done.out
    assert cli("bounces", "read", "--json").json["read"] == 0
    assert [one["effect"] for one in cli("bounces", "list", "--json").json] == ["stranger", "stranger"]
    assert cli("bounces", "list", "--since", "2030-01-01", "--json").json == []
    assert "bounce" in cli("bounces", "list").out


def test_without_a_box_it_says_what_to_set(cli: Run) -> None:
    done = cli("bounces", "read")
    assert done.status == 2
    assert "CLAIMWATCH_BOUNCES_BOX" in done.err


def test_a_delivery_says_what_it_found_in_the_box(cli: Run, box: Path) -> None:
    (box / "1").write_bytes(dsn())
    assert "returned mail: 1 read, 0 bounces" in cli("deliver").out
    assert "returned mail" not in cli("deliver").out


def test_listening_needs_a_maildir_and_a_place_of_this_machine(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    done = cli("bounces", "listen", "127.0.0.1:0")
    assert done.status == 2
    assert "CLAIMWATCH_BOUNCES_BOX" in done.err
    assert cli("bounces", "listen", "0.0.0.0:24").status == 2


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_listening_takes_what_comes_and_ends_when_asked(tmp_path: Path, number: signal.Signals) -> None:
    returned = tmp_path / "returned"
    mine = {"CLAIMWATCH_HOME": str(tmp_path), "CLAIMWATCH_BOUNCES_BOX": f"maildir:{returned}", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-u", "-m", "claimwatch", "bounces", "listen", "127.0.0.1:0"]
    with subprocess.Popen(command, env=mine, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert said is not None
        with smtplib.LMTP("127.0.0.1", int(said[1])) as client:
            client.sendmail("", [BOUNCES], dsn())
        process.send_signal(number)
        assert process.wait(timeout=60) == 0
    # What came last was read before it ended.
    assert list((returned / "new").iterdir()) == []
    assert len(list((returned / "cur").iterdir())) == 1


def test_lifting_says_what_it_did(cli: Run) -> None:
    assert "was not held back" in cli("bounces", "lift", "a@example.org").out
    assert cli("bounces", "lift", "no address").status == 2


def test_a_box_that_is_gone_fails_the_delivery_and_is_named(cli: Run, box: Path) -> None:
    box.rmdir()
    done = cli("deliver")
    assert done.status == 1
    assert "CLAIMWATCH_BOUNCES_BOX" in done.out

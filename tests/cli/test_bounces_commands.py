"""`claimwatch bounces`, as an operator calls it."""

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
    assert "2 read: 0 bounces" in done.out
    assert "2 speak of no mail of ours" in done.out
    assert cli("bounces", "read", "--json").json["read"] == 0
    assert [one["effect"] for one in cli("bounces", "list", "--json").json] == ["stranger", "stranger"]
    assert cli("bounces", "list", "--since", "2030-01-01", "--json").json == []
    assert "bounce" in cli("bounces", "list").out


def test_without_a_box_it_says_what_to_set(cli: Run) -> None:
    done = cli("bounces", "read")
    assert done.status == 2
    assert "CLAIMWATCH_BOUNCES_BOX" in done.err


def test_lifting_says_what_it_did(cli: Run) -> None:
    assert "was not held back" in cli("bounces", "lift", "a@example.org").out
    assert cli("bounces", "lift", "no address").status == 2


def test_a_box_that_is_gone_fails_the_delivery_and_is_named(cli: Run, box: Path) -> None:
    box.rmdir()
    done = cli("deliver")
    assert done.status == 1
    assert "CLAIMWATCH_BOUNCES_BOX" in done.out

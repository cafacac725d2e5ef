"""Killed at any point against a server that fails in every way: nobody is left out, nobody mailed twice unsaid."""

from pathlib import Path

import pytest

from tests.delivery.postfix import postfix
from tests.faults.outbox_world import Outcome, torture, torture_postfix


def check(result: Outcome, count: int) -> None:
    assert result.lost == []
    assert result.changed == []
    assert result.unmarked == []
    assert set(result.states.values()) <= {"accepted", "refused", "suppressed"}
    refused = [id_ for id_, state in result.states.items() if state == "refused"]
    assert len(refused) + sum(s == "suppressed" for s in result.states.values()) <= count // 50 + len(result.suppressed)
    assert [id_ for id_ in refused if result.copies[id_]] == []
    for id_, before in result.suppressed.items():
        assert result.copies[id_] == before, "sent after it was suppressed"


@pytest.mark.slow
def test_a_dozen_kills_with_evidence_leave_no_duplicate(tmp_path: Path) -> None:
    result = torture(tmp_path, count=400, kills=12, seed=1, evidence=True)
    check(result, 400)
    assert result.kills == 12
    assert result.twice == []
    assert result.marked == set()


@pytest.mark.slow
def test_a_dozen_kills_without_evidence_own_up_to_every_duplicate(tmp_path: Path) -> None:
    result = torture(tmp_path, count=400, kills=12, seed=2, evidence=False)
    check(result, 400)
    assert result.kills == 12


@pytest.mark.slow
def test_a_few_kills_on_a_real_postfix_leave_one_copy_of_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with postfix() as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        result = torture_postfix(tmp_path, server, count=300, kills=4, seed=3)
    check(result, 300)
    assert result.kills == 4
    assert set(result.copies.values()) == {1}
    assert len(result.copies) == 300
    assert result.marked == set()

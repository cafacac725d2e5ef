"""What a Postfix log proves, and what it does not."""

import time
from datetime import UTC, datetime
from pathlib import Path

from claimwatch.delivery import PostfixLog, Tried

ID = "<weekly.2026-W46.abc@claimwatch.example>"


def line(at: float, text: str, *, iso: bool = True) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    said = moment.isoformat() if iso else moment.astimezone().strftime("%b %e %H:%M:%S")
    return f"{said} mail postfix/{text}\n"


def arriving(at: float, name: str = "4dXZ1", **how: bool) -> str:
    return line(at, f"cleanup[12]: {name}: message-id={ID}", **how)


def taken(at: float, name: str = "4dXZ1", **how: bool) -> str:
    return line(at, f"qmgr[7]: {name}: from=<a@b.example>, size=900, nrcpt=1 (queue active)", **how)


def asked(now: float, *, doubted_ago: float = 100.0) -> dict[str, Tried]:
    return {ID: Tried(now - 120, now - doubted_ago)}


def test_queue_active_is_proof_at_once(tmp_path: Path) -> None:
    log, now = tmp_path / "mail.log", time.time()
    log.write_text(arriving(now - 110) + taken(now - 109))
    assert PostfixLog(log, settle_s=60).find(asked(now, doubted_ago=1)) == {ID: "4dXZ1"}


def test_arriving_is_no_proof_of_having_been_taken(tmp_path: Path) -> None:
    log, now = tmp_path / "mail.log", time.time()
    log.write_text(line(now - 500, "master[1]: daemon started") + arriving(now - 110) + taken(now - 100, "9zzz9"))
    assert PostfixLog(log, settle_s=60).find(asked(now)) == {ID: None}


def test_a_no_waits_for_the_log_to_settle(tmp_path: Path) -> None:
    log, now = tmp_path / "mail.log", time.time()
    log.write_text(line(now - 500, "master[1]: daemon started"))
    assert PostfixLog(log, settle_s=60).find(asked(now, doubted_ago=30)) == {}
    assert PostfixLog(log, settle_s=60).find(asked(now, doubted_ago=61)) == {ID: None}


def test_a_log_that_does_not_reach_back_says_nothing(tmp_path: Path) -> None:
    log, now = tmp_path / "mail.log", time.time()
    assert PostfixLog(log, settle_s=60).find(asked(now)) == {}
    log.write_text("")
    assert PostfixLog(log, settle_s=60).find(asked(now)) == {}
    log.write_text(line(now - 20, "master[1]: daemon started"))
    assert PostfixLog(log, settle_s=60).find(asked(now)) == {}


def test_a_rotated_log_is_read_together_with_the_one_before(tmp_path: Path) -> None:
    log, now = tmp_path / "mail.log", time.time()
    log.with_name("mail.log.1").write_text(arriving(now - 110) + taken(now - 109))
    log.write_text(line(now - 20, "master[1]: reload"))
    assert PostfixLog(log, settle_s=60).find(asked(now)) == {ID: "4dXZ1"}


def test_both_forms_of_log_times_are_read(tmp_path: Path) -> None:
    log, now = tmp_path / "mail.log", time.time()
    log.write_text(line(now - 500, "master[1]: daemon started", iso=False) + arriving(now - 110, iso=False))
    assert PostfixLog(log, settle_s=60).find(asked(now)) == {ID: None}

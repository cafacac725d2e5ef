"""The long run of killed deliveries: what was done and what came of it, as a section of docs/reliability.md."""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.delivery.postfix import postfix
from tests.faults.outbox_world import Outcome, torture, torture_postfix

MAILS, KILLS, POSTFIX_KILLS = 1500, 100, 20
HEAD = (
    "| server | evidence | mails | kills | attempts | never sent | twice, unmarked | twice, marked | "
    "refused | bytes changed | sent after suppression | seconds |"
)


def write_report() -> tuple[str, bool]:
    """The section, and whether everything held."""
    rows, good = [], True
    for server, evidence in (("faulty sink", True), ("faulty sink", False), ("Postfix", True)):
        began = time.monotonic()
        try:
            result = _run(server, evidence)
        except pytest.skip.Exception as missing:
            rows.append(f"| {server} | {_word(evidence)} | not run: {missing} |" + " |" * 9)
            continue
        late = sum(result.copies[id_] != before for id_, before in result.suppressed.items())
        never = [id_ for id_, state in result.states.items() if state not in ("accepted", "refused", "suppressed")]
        marked = len(result.twice) - len(result.unmarked)
        good = good and not (result.lost or never or result.unmarked or result.changed or late or (evidence and marked))
        refused = sum(state == "refused" for state in result.states.values())
        cells = (
            server, _word(evidence), len(result.states), result.kills, result.attempts, len(result.lost) + len(never),
            len(result.unmarked), marked, refused, len(result.changed), late, round(time.monotonic() - began),
        )  # fmt: skip
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    lines = [f"{datetime.now(UTC):%Y-%m-%d}:", "", HEAD, "| --- |" + " --- |" * 11, *rows]
    return "\n".join(lines) + "\n", good


def _run(server: str, evidence: bool) -> Outcome:
    with tempfile.TemporaryDirectory() as home:
        if server != "Postfix":
            return torture(Path(home), count=MAILS, kills=KILLS, seed=47 + evidence, evidence=evidence)
        with postfix() as running, pytest.MonkeyPatch.context() as patch:
            patch.setenv("SSL_CERT_FILE", str(running.certificate))
            return torture_postfix(Path(home), running, count=MAILS, kills=POSTFIX_KILLS, seed=46)


def _word(evidence: bool) -> str:
    return "the server's log" if evidence else "none"

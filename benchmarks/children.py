"""Commands run in processes of their own: how long they took, from start to exit, and the most memory they held."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# A process that is started takes over its parent's peak of memory, so a small one stands between. What the command
# itself starts and waits for counts for it, too: the most that any one of them held.
_WITNESS = """
import json, os, subprocess, sys, time
begun = time.perf_counter()
log = open(sys.argv[1], "wb")
child = subprocess.Popen(sys.argv[2:], stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
child.returncode = os.waitstatus_to_exitcode(status)
print(json.dumps([time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, child.returncode]))
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command took: seconds on the clock, seconds of the processor, the peak of its memory in MB; its exit
    status, and the end of what it printed."""

    seconds: float
    cpu: float
    peak_mb: float
    status: int
    said: str


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    patience_s: int,
) -> Ran:
    """Run a command to its end, with what it prints in `log`. Raises `subprocess.TimeoutExpired`."""
    witness = [sys.executable, "-I", "-S", "-c", _WITNESS, str(log), *map(str, command)]
    every = os.environ | (environment or {})
    with subprocess.Popen(
        witness, cwd=cwd, env=every, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            said, _ = process.communicate(timeout=patience_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)  # the witness and what it watches
            raise
    seconds, cpu, peak_mb, status = json.loads(said)
    return Ran(seconds, cpu, peak_mb, status, log.read_text(encoding="utf-8", errors="replace")[-2000:].strip())

"""The long soak, as a section of docs/reliability.md."""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.soak import soak


def write_report(days: int, seed: int) -> tuple[str, bool]:
    """The section, and whether all was well."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        result = soak(Path(home), days, seed)
    files, memory = result.early_and_late(result.files), result.early_and_late(result.rss)
    rows = [
        ("simulated days, seed", f"{days}, {seed}"),
        ("rounds, of them killed, with a full disk", f"{result.rounds}, {result.kills}, {result.full_disks}"),
        ("faults that struck sources", f"{result.strikes.total()} of {len(result.strikes)} kinds"),
        ("reads", ", ".join(f"{count} {status}" for status, count in result.reads.most_common())),
        ("items published", str(result.items)),
        ("editions, mails that arrived", f"{result.editions}, {result.mails}"),
        ("lines of coverage held against what was seen", str(result.coverage_lines)),
        ("memory, early and late", f"{memory[0] >> 20} MB, {memory[1] >> 20} MB"),
        ("open files, early and late", f"{files[0]}, {files[1]}"),
        ("what was wrong", str(len(result.faults)) if result.faults else "nothing"),
        ("seconds", str(round(time.monotonic() - began))),
    ]
    lines = [f"{datetime.now(UTC):%Y-%m-%d}:", "", "| what | how much |", "| --- | --- |"]
    lines += [f"| {what} | {how_much} |" for what, how_much in rows]
    if result.faults:
        lines += ["", *(f"- {fault.splitlines()[-1]}" for fault in result.faults)]
    return "\n".join(lines) + "\n", not result.faults

"""All benchmarks in one run: `./dev bench [--short] [NAME…]`.

It writes docs/performance.md and adds a line to benchmarks/history.jsonl.

One after the other, each in a process of its own. One that cannot run says so, and the rest is reported. With names
only those are run, and nothing is written.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from benchmarks.measures import MEASURES, ROOT, Row

REPORT = ROOT / "docs" / "performance.md"
HISTORY = ROOT / "benchmarks" / "history.jsonl"
_PATIENCE_S = 1800
# They have commands and reports of their own, and take long: what they print is shown, and their exit status kept.
OTHERS = {"delivery": "performance-delivery.md", "web": "performance-web.md"}


@dataclass(frozen=True, slots=True)
class Part:
    """What one benchmark gave: its rows, or why there are none."""

    name: str
    rows: tuple[Row, ...] = ()
    failure: str | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write. Exit status 1 where a benchmark could not run."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"only these of {', '.join([*known(), *OTHERS])}")
    parser.add_argument("--short", action="store_true", help="small numbers; the report is written only with --write")
    parser.add_argument("--write", action="store_true", help="write the report of a short run too")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - {*known(), *OTHERS}:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}")
    parts = []
    for name in known():
        if not options.names or name in options.names:
            print(f"{name} …", file=sys.stderr, flush=True)
            parts.append(measured(name, short=options.short))
    where = machine() + (", a short run with small numbers" if options.short else "")
    text = page(parts, where, datetime.now(UTC))
    print(text)
    whole = not options.short and not options.names
    if whole or options.write:
        REPORT.write_text(text, encoding="utf-8")
        with HISTORY.open("a", encoding="utf-8") as history:
            history.write(history_line(parts, where, datetime.now(UTC)) + "\n")
    broken = sum(part.failure is not None for part in parts)
    for name in OTHERS:
        if whole or name in options.names:
            broken += not elsewhere(name, short=options.short)
    return 1 if broken else 0


def known() -> tuple[str, ...]:
    """The benchmarks whose rows stand in the report, in its order."""
    return tuple(MEASURES)


def measured(name: str, *, short: bool) -> Part:
    """One benchmark, run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.measures", name, *(["--short"] if short else [])]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        return Part(name, failure=f"not done after {_PATIENCE_S // 60} minutes")
    if done.returncode:
        return Part(name, failure=(done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1])
    return Part(name, tuple(Row(**row) for row in json.loads(done.stdout.splitlines()[-1])))


def elsewhere(name: str, *, short: bool) -> bool:
    """Run a benchmark that writes a report of its own; whether it met its goals."""
    more = {"delivery": ["--quick"] if short else [], "web": ["--findings", "500"] if short else ["--write"]}[name]
    print(f"{name} …", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *more], cwd=ROOT, check=False)
    return done.returncode == 0


def machine() -> str:
    """What the figures were taken on."""
    load = os.getloadavg()[0]
    return (
        f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load {load:.1f} at the end"
    )


def page(parts: Iterable[Part], where: str, at: datetime) -> str:
    """The report in Markdown."""
    lines = [
        "# How fast and how small",
        "",
        "Made by `./dev bench`. What is measured and its floor (the least that the work can cost in this language)",
        "take turns in one run; figures are medians. On a machine that does other work only the ratios to the floor",
        "mean much. A goal in **bold** was missed in this run. Mail and pages have reports of their own:",
        ", ".join(f"[{name}]({file})" for name, file in OTHERS.items()) + ".",
        "",
        f"Last run: {at:%Y-%m-%d}, {where}.",
        "",
        "| work | measured | floor | times the floor | goal |",
        "| --- | --: | --: | --: | --- |",
    ]
    failed = []
    for part in parts:
        lines += map(_line, part.rows)
        if part.failure is not None:
            failed.append(f"- {part.name}: {part.failure}")
    if failed:
        lines += ["", "Could not run:", "", *failed]
    return "\n".join([*lines, ""])


def _line(row: Row) -> str:
    goal = f"**{row.goal}**" if row.met is False else row.goal
    floor = "" if row.floor is None else f"{_number(row.floor)} {row.unit}"
    ratio = "" if row.ratio is None else _number(row.ratio)
    return f"| {row.what} | {_number(row.value)} {row.unit} | {floor} | {ratio} | {goal} |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def history_line(parts: Iterable[Part], where: str, at: datetime) -> str:
    """One run as a line of JSON: the figures and ratios, to be held against later runs on the same machine."""
    rows = [asdict(row) for part in parts for row in part.rows]
    return json.dumps({"at": f"{at:%Y-%m-%dT%H:%MZ}", "machine": where, "rows": rows}, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())

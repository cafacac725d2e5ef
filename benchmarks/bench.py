"""All benchmarks in one run: `./dev bench [--short] [--long] [NAME…]`.

It adds what it measured to benchmarks/history.jsonl and makes docs/performance.md and its plots anew from that.

One after the other, each in a process of its own. One that cannot run says so, and the rest is reported. With names
only those are run. Nothing is written of a short run or of single works against the floor, unless with --write. The
name `page` makes the page anew without measuring.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from benchmarks import report
from benchmarks.measures import MEASURES, ROOT, Row
from benchmarks.report import OTHERS, Record

REPORT = ROOT / "docs" / "performance.md"
HISTORY = ROOT / "benchmarks" / "history.jsonl"
_PATIENCE_S = 3600


@dataclass(frozen=True, slots=True)
class Part:
    """What one benchmark gave: its rows, or why there are none."""

    name: str
    rows: tuple[Row, ...] = ()
    failure: str | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write. Exit status 1 where a benchmark could not run."""
    known = (*MEASURES, *SECTIONS, *OTHERS, "page")
    parser = argparse.ArgumentParser(prog="./dev bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"only these of {', '.join(known)}")
    parser.add_argument("--short", action="store_true", help="small numbers; nothing is written without --write")
    parser.add_argument(
        "--long",
        action="store_true",
        help="peers: 2,000 feeds as well, which takes ten minutes more; backfill: 100,000 documents, half an hour more",
    )
    parser.add_argument("--rounds", type=int, default=3, help="peers: rounds with 200 feeds (default 3)")
    parser.add_argument("--write", action="store_true", help="write what is otherwise only printed")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(known):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}")
    if options.names == ["page"]:
        write_page(report.read_history(HISTORY))
        return 0
    whole = not options.names
    records = []
    if wanted := [name for name in MEASURES if whole or name in options.names]:
        records.append((against_the_floor(wanted, options), whole))
    for name, run in SECTIONS.items():
        if whole or name in options.names:
            records.append((run(options), True))
    broken = sum(bool(record.failures) for record, _ in records)
    print(report.page([record for record, _ in records]))
    kept = [record for record, enough in records if options.write or (enough and not options.short)]
    if kept:
        with HISTORY.open("a", encoding="utf-8") as history:
            history.writelines(report.as_line(record) + "\n" for record in kept)
        write_page(report.read_history(HISTORY))
    for name in OTHERS:
        if (whole and not options.short) or name in options.names:
            broken += not elsewhere(name, short=options.short)
    return 1 if broken else 0


def write_page(history: Sequence[Record]) -> None:
    """Write docs/performance.md and its plots."""
    REPORT.write_text(report.page(history), encoding="utf-8")
    folder = REPORT.parent / report.PLOTS
    folder.mkdir(exist_ok=True)
    for name, svg in report.pictures(history).items():
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")


def against_the_floor(names: Sequence[str], options: argparse.Namespace) -> Record:
    """The works against their floor, each in a process of its own."""
    parts = []
    for name in names:
        _tell(f"{name} …")
        parts.append(measured(name, *[f"--{size}" for size in ("short", "long") if getattr(options, size)]))
    return record_of(parts, where(short=options.short), datetime.now(UTC))


def record_of(parts: Sequence[Part], machine: str, at: datetime) -> Record:
    """What was measured, as the history keeps it."""
    rows = tuple(asdict(row) for part in parts for row in part.rows)
    failures = tuple(f"{part.name}: {part.failure}" for part in parts if part.failure is not None)
    return Record("measures", f"{at:%Y-%m-%dT%H:%MZ}", machine, rows, failures)


def measured(name: str, *options: str) -> Part:
    """One work, run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.measures", name, *options]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        return Part(name, failure=f"not done after {_PATIENCE_S // 60} minutes")
    if done.returncode:
        return Part(name, failure=(done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1])
    return Part(name, tuple(Row(**row) for row in json.loads(done.stdout.splitlines()[-1])))


def _peers(options: argparse.Namespace) -> Record:
    from benchmarks import peers

    sizes = [(20, 1)] if options.short else [(200, options.rounds), *([(2000, 1)] if options.long else [])]
    results = [one for feeds, rounds in sizes for one in peers.compare(feeds, rounds, _tell)]
    failures = [f"{one.name}, {one.feeds:,} feeds: {one.failure}" for one in results if one.failure]
    return _record("peers", [asdict(one) for one in results], failures, short=options.short)


def _scaling(options: argparse.Namespace) -> Record:
    from benchmarks import scaling

    grown, failures = scaling.measure(options.short, _tell)
    return _record("scaling", [asdict(one) for one in grown], failures, short=options.short)


def _memory(options: argparse.Namespace) -> Record:
    from benchmarks import memory

    peaks = memory.measure(memory.SMALL if options.short else memory.LARGEST, _tell)
    failures = [f"{peak.command}: {peak.failure}" for peak in peaks if peak.failure]
    return _record("memory", [asdict(peak) for peak in peaks], failures, short=options.short)


# The parts that have tables of their own on the page. They import much, and only what is asked for is imported.
SECTIONS: dict[str, Callable[[argparse.Namespace], Record]] = {"peers": _peers, "scaling": _scaling, "memory": _memory}


def _record(section: str, rows: Sequence[dict[str, object]], failures: Sequence[str], *, short: bool) -> Record:
    return Record(section, f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}", where(short=short), tuple(rows), tuple(failures))


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def elsewhere(name: str, *, short: bool) -> bool:
    """Run a benchmark that writes a report of its own; whether it met its goals."""
    more = {"delivery": ["--quick"] if short else [], "web": ["--findings", "500"] if short else ["--write"]}[name]
    _tell(f"{name} …")
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *more], cwd=ROOT, check=False)
    return done.returncode == 0


def where(*, short: bool) -> str:
    """What the figures are taken on, and how busy it is."""
    load = os.getloadavg()[0]
    return (
        f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load {load:.1f} at the end{f', {report.SHORT}' if short else ''}"
    )


if __name__ == "__main__":
    sys.exit(main())

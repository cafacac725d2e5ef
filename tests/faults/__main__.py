"""The fault matrix by hand: `./dev faults` runs the part that always runs, `--long` all of it.

With `--long` the tables of docs/reliability.md are written anew, each between its two marks: the matrix, and the
deliveries that were killed; `--delivery` runs and writes only these. With `--kills N` whole rounds are killed N times
on each kind of database, and only their table is written; `--long` does that 100 times on each as well. `--soak` lives
through fourteen simulated days with faults at random, and writes its table; `--long` ends with it.
"""

import argparse
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from claimwatch.settings import PROJECT
from tests.faults.worlds import WORLDS

PAGE = PROJECT / "docs" / "reliability.md"
LONG_KILLS = 100
SOAK_DAYS = 14
SIGNS = {"passed": "ok", "failed": "**FAILS**", "skipped": "–"}


class Ledger:
    """What became of each combination, as pytest reports it."""

    def __init__(self) -> None:
        self.results: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        self.reasons: dict[str, set[str]] = defaultdict(set)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of one test."""
        if "[" not in report.nodeid or (report.when != "call" and report.outcome == "passed"):
            return
        fault, source, place = parts(report.nodeid.partition("[")[2].removesuffix("]"))
        key = (fault, place)
        if hasattr(report, "wasxfail"):  # known to fail is failing
            self.results[key][source] = "failed"
            return
        if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
            self.reasons[f"{fault}{f' ({place})' if place else ''}"].add(
                f"{source}: {report.longrepr[2].removeprefix('Skipped: ').removeprefix('not applicable: ')}"
            )
        if self.results[key].get(source) != "failed":
            self.results[key][source] = report.outcome


def parts(name: str) -> tuple[str, str, str]:
    """Fault, source and place (or "") of a test's id; a fault may hold hyphens itself."""
    for source in WORLDS:
        fault, found, place = name.rpartition(f"-{source}")
        if found and place in ("", "-list", "-item"):
            return fault, source, place.removeprefix("-")
    raise ValueError(f"{name!r} names no source")


def table(ledger: Ledger) -> str:
    """The results as Markdown."""
    counts = Counter(outcome for row in ledger.results.values() for outcome in row.values())
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}: {counts['passed']} combinations ok, {counts['failed']} fail, "
        f"{counts['skipped']} cannot happen.",
        "",
        "| fault | where | " + " | ".join(WORLDS) + " |",
        "| --- | --- | " + " | ".join("---" for _ in WORLDS) + " |",
    ]
    for (fault, place), row in ledger.results.items():
        signs = " | ".join(SIGNS[row[source]] if source in row else "" for source in WORLDS)
        lines.append(f"| {fault} | {place or 'source'} | {signs} |")
    lines += ["", "– cannot happen there:", ""]
    by_reason: dict[str, list[str]] = defaultdict(list)
    for fault, reasons in ledger.reasons.items():
        for reason in sorted(reasons):
            by_reason[reason].append(fault)
    lines += [f"- {reason} ({', '.join(faults)})" for reason, faults in sorted(by_reason.items())]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Gives the exit status: 0 where nothing failed."""
    parser = argparse.ArgumentParser(prog="./dev faults", description=__doc__)
    parser.add_argument("--long", action="store_true", help="all combinations, and write the table")
    parser.add_argument("--delivery", action="store_true", help="only the killed deliveries, and write their table")
    parser.add_argument("--kills", type=int, metavar="N", help="only whole rounds, killed N times on each database")
    parser.add_argument("--soak", type=int, nargs="?", const=SOAK_DAYS, metavar="DAYS",
                        help=f"only days at speed with faults at random (default: {SOAK_DAYS})")  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, help="of --soak and of the first trial of --kills (default: 1)")
    options = parser.parse_args()
    if options.soak is not None:
        return _soak(options.soak, options.seed)
    if options.delivery:
        return _delivery()
    if options.kills is not None:
        return _kills(options.kills, options.seed)
    status = _matrix(whole=options.long)
    if options.long:
        return status or _delivery() or _kills(LONG_KILLS, options.seed) or _soak(SOAK_DAYS, options.seed)
    return status


def _matrix(*, whole: bool) -> int:
    ledger = Ledger()
    # Named one by one: the kills and the workers beside them are no combinations of a fault and a source.
    files = [str(Path(__file__).parent / name) for name in ("test_lasting.py", "test_passing.py")]
    status = pytest.main(["-q", "--tb=short", "-m", "" if whole else "not slow", *files], plugins=[ledger])
    written = table(ledger)
    print(written)
    if whole:
        _write("faults", written)
    return int(status)


def _delivery() -> int:
    # Not above: it brings along what pytest wants to import by itself.
    from tests.faults.delivery_report import write_report

    written, good = write_report()
    print(written)
    _write("delivery", written)
    return 0 if good else 1


def _kills(count: int, seed: int) -> int:
    from tests.faults.kill_report import write_report

    written, good = write_report(count, seed)
    print(written)
    _write("kills", written)
    return 0 if good else 1


def _soak(days: int, seed: int) -> int:
    from tests.faults.soak_report import write_report

    written, good = write_report(days, seed)
    print(written)
    _write("soak", written)
    return 0 if good else 1


def _write(name: str, written: str) -> None:
    """Put a table between its marks."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    assert found, f"{PAGE} has no {begin}"
    PAGE.write_text(f"{before}{begin}\n\n{written}\n{end}{rest.partition(end)[2]}", encoding="utf-8")
    print(f"Written to {PAGE.relative_to(PROJECT)}: {name}")


if __name__ == "__main__":
    sys.exit(main())

"""The long fuzz: `./dev fuzz [--minutes N] [--seed N]`. Prints how it goes; writes docs/reports/fuzz-YYYY-MM-DD.md.

Each case has a number, from which it can be made again: `./dev fuzz --seed NUMBER --cases 1 --parser NAME`.
"""

import argparse
import random
import sys
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer
from claimwatch.models import Parsed, SourceClass
from claimwatch.settings import PROJECT
from tests.fuzz.mutate import damaged
from tests.fuzz.targets import Hang, Target, outcome, targets

REPORTS = PROJECT / "docs" / "reports"
EVERY_S = 10.0
COMPARED = 20  # of every so many cases that were parsed, one is compared with the baseline


@dataclass
class Tally:
    """What became of the cases of one parser."""

    cases: int = 0
    said: Counter[str] = field(default_factory=Counter)
    failures: int = 0


def main(arguments: list[str] | None = None) -> int:
    """Gives the exit status: 0 where no case failed."""
    parser = argparse.ArgumentParser(prog="./dev fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (default 10)")
    parser.add_argument("--cases", type=int, help="how many cases at most, for each parser")
    parser.add_argument("--seed", type=int, help="the number of the first case (default: the time)")
    parser.add_argument("--parser", metavar="NAME", help="only this parser, such as uhrp/list")
    options = parser.parse_args(arguments)
    chosen = [target for target in targets() if options.parser in (None, target.name)]
    if not chosen:
        print(
            f"fuzz: there is no {options.parser!r}; there are {', '.join(t.name for t in targets())}", file=sys.stderr
        )
        return 2
    warnings.simplefilter("error")
    seed = options.seed if options.seed is not None else int(time.time())
    began = time.monotonic()
    tallies, compared = run(chosen, seed, options.minutes * 60, options.cases)
    seconds = time.monotonic() - began
    table = report(tallies, seed, seconds, compared)
    print(table)
    if options.parser is None and options.cases is None:
        REPORTS.mkdir(exist_ok=True)
        path = REPORTS / f"fuzz-{datetime.now(UTC):%Y-%m-%d}.md"
        path.write_text(table, encoding="utf-8")
        print(f"Written to {path.relative_to(PROJECT)}")
    return 1 if any(tally.failures for tally in tallies.values()) else 0


def run(chosen: list[Target], first: int, seconds: float, most: int | None) -> tuple[dict[str, Tally], int]:
    """Cases until the time is over (or `most` for each parser); failures are printed as they are found."""
    bodies = tuple(page.body for target in targets() for page in target.seeds)
    comparer = Comparer(load_baseline(PROJECT / "baselines"))
    tallies = {target.name: Tally() for target in chosen}
    began = told = time.monotonic()
    number, parsed_cases, compared = first, 0, 0
    while time.monotonic() - began < seconds and (most is None or number - first < most):
        for target in chosen:
            tally = tallies[target.name]
            tally.cases += 1
            try:
                choose = random.Random(number)
                said, parsed = outcome(target, damaged(choose.choice(target.seeds), bodies, choose))
                tally.said[said] += 1
                parsed_cases += parsed is not None
                if parsed is not None and parsed_cases % COMPARED == 0:
                    compare(comparer, parsed)
                    compared += 1
            except (Exception, Hang):
                tally.failures += 1
                print(f"\nFAILED {target.name}, case {number}:\n{traceback.format_exc()}", flush=True)
        number += 1
        if time.monotonic() - told > EVERY_S:
            told = time.monotonic()
            cases = sum(tally.cases for tally in tallies.values())
            failures = sum(tally.failures for tally in tallies.values())
            print(f"{cases:,} cases, {cases / (told - began):.0f} a second, {failures} failures", flush=True)
    return tallies, compared


def compare(comparer: Comparer, parsed: Parsed) -> None:
    """The comparison takes whatever a parser gives."""
    for publication in parsed.publications[:5]:
        comparer.publication(publication, SourceClass.OFFICIAL)
    for entry in parsed.entries[:5]:
        comparer.entry(entry, None, SourceClass.OFFICIAL)


def report(tallies: dict[str, Tally], seed: int, seconds: float, compared: int) -> str:
    """The table as Markdown."""
    kinds = sorted({said for tally in tallies.values() for said in tally.said} - {"parsed"})
    cases = sum(tally.cases for tally in tallies.values())
    failures = sum(tally.failures for tally in tallies.values())
    lines = [
        f"# Fuzz of {datetime.now(UTC):%Y-%m-%d}",
        "",
        f"`./dev fuzz`: {cases:,} cases in {seconds / 60:.1f} minutes ({cases / max(seconds, 1):.0f} a second), "
        f"from case {seed} on. **Failures: {failures}.**",
        "Each case is a golden page with one to four damages, parsed twice. It passes where both times the same comes",
        "of it: a result whose counts add up and whose texts can be stored, or a typed error. Of the results,",
        f"{compared:,} were also compared with the baseline.",
        "",
        "| parser and page | cases | parsed | " + " | ".join(f"refused: {kind}" for kind in kinds) + " | failures |",
        "| --- | ---: | ---: | " + " | ".join("---:" for _ in kinds) + " | ---: |",
    ]
    for name, tally in sorted(tallies.items()):
        counts = " | ".join(f"{tally.said[kind]:,}" for kind in kinds)
        lines.append(f"| {name} | {tally.cases:,} | {tally.said['parsed']:,} | {counts} | {tally.failures} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())

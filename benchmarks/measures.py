"""The measurements of `./dev bench`, each in a process of its own: `python -m benchmarks.measures NAME [--short]`.

Each prints its rows as JSON on the last line. What is measured and its floor take turns within one process, and the
ratio is that of their medians: whatever else the machine does, it does to both. A floor is the least that the work can
cost in this language: the same parser or automaton without what we do with its answer.
"""

import argparse
import gzip
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import ahocorasick_rs
from lxml import etree

from benchmarks import backfill as documents_backfilled
from benchmarks import feeds, mentions
from benchmarks.compare import documents
from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer
from claimwatch.claims.sentences import split
from claimwatch.mentions import Scanner
from claimwatch.models import Page, Parsed, SourceClass
from claimwatch.store.digests import entry_digest
from parsers import entity_list
from tests.upstream import Upstream, reply

ROOT = Path(__file__).resolve().parent.parent
WORLD = ROOT / "demo" / "world" / "entity_list"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `floor` is the same work at its least, in the same unit, `ratio` how the two stand, `goal` in words.

    `met` is None where the issue sets no goal, or none that this row can be held to.
    """

    what: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None


def in_turns(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The median processor time of each work, in seconds, done in turns."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, taken, strict=True):
            begun = time.process_time()
            work()
            times.append(time.process_time() - begun)
    return [statistics.median(times) for times in taken]


def names(short: bool) -> list[Row]:
    """The whole scan for names against lower-casing and one automaton."""
    count, rounds, many = (2, 3, 5_000) if short else (10, 7, 50_000)
    own = list(load_baseline(ROOT / "baselines").companies.values())
    more = [*own, *mentions.made_up(many, random.Random(1))]  # noqa: S311
    rows = []
    for companies in (own, more):
        forms = sorted({alias.name.lower() for company in companies for alias in company.aliases})
        scanner, automaton = Scanner(companies), ahocorasick_rs.AhoCorasick(forms)
        for name, make in (("English", mentions.english), ("mixed CJK", mentions.mixed)):
            rng = random.Random(2)  # noqa: S311
            texts = [make(rng, hits=True) for _ in range(count)]
            size = sum(len(text.encode()) for text in texts) / 1e6
            ours, floor = in_turns(rounds, partial(_scanned, scanner, texts), partial(_found, automaton, texts))
            goal = mentions.GOALS["english" if name == "English" else "mixed"]
            what = f"names in {name} text, {len(forms):,} aliases, one a kilobyte"
            rows.append(
                Row(what, size / ours, "MB/s", size / floor, ours / floor, f">= {goal:.0f} MB/s", size / ours >= goal)
            )
    return rows


def _scanned(scanner: Scanner, texts: Sequence[str]) -> None:
    for text in texts:
        scanner.scan(text)


def _found(automaton: ahocorasick_rs.AhoCorasick, texts: Sequence[str]) -> None:
    for text in texts:
        automaton.find_matches_as_indexes(text.lower())


def compare(short: bool) -> list[Row]:
    """A document against the baseline; the floor is to find its names and its sentences."""
    baseline = load_baseline(ROOT / "baselines")
    comparer, scanner = Comparer(baseline), Scanner(baseline.companies.values())
    made = documents(15 if short else 150, random.Random(3), comparer)  # noqa: S311
    ours, floor = in_turns(
        2 if short else 5,
        lambda: [comparer.publication(document, SourceClass.PRESS) for document in made],
        lambda: [(scanner.scan(document.text), split(document.text)) for document in made],
    )
    rate = len(made) / ours
    what = "documents of 6 KB with 3 mentions compared"
    return [Row(what, rate, "documents/s", len(made) / floor, ours / floor, ">= 400 documents/s", rate >= 400)]


def entity(short: bool) -> list[Row]:
    """The Entity List of the sample world read a week later, by what differs from the page kept from the week before,
    and read whole as at the first time; the floor is lxml's parse alone."""
    bodies = [gzip.decompress((WORLD / f"part-744.week-{week}.xml.gz").read_bytes()) for week in (1, 2)]
    url = "https://www.ecfr.gov/api/versioner/v1/full/2026-11-05/title-15.xml"
    before, after = (Page("entity_list", "supplement", url, body) for body in bodies)
    first = entity_list.parse(before)
    known = {entry.key: entry_digest(entry) for entry in first.entries}
    gave = replace(first, entries=(), unread=tuple(known))
    changed: list[str] = []

    def differing(parsed: Parsed | None) -> None:
        if parsed is None or parsed.kept != len(known):
            raise RuntimeError("the list was not read by what differs")
        changed[:] = [entry.key for entry in parsed.entries if known.get(entry.key) != entry_digest(entry)]

    taken, whole, floor = in_turns(
        3 if short else 9,
        lambda: differing(entity_list.revise(after, before, gave)),
        lambda: differing(entity_list.parse(after)),
        lambda: etree.fromstring(bodies[1]),
    )
    what = f"Entity List, {len(known):,} rows"
    beside = f"{what}: a revision read beside the kept one ({len(changed)} changed)"
    return [
        Row(beside, taken * 1000, "ms", floor * 1000, taken / floor, "<= 2.0 x the floor", taken / floor <= 2.0),
        Row(f"{what}: read whole, as at the first time", whole * 1000, "ms", floor * 1000, whole / floor),
    ]


_BOMB = """
import sys
from datetime import UTC, datetime
from claimwatch.errors import TooLarge
from claimwatch.fetching import Client, Request
from claimwatch.settings import load_settings
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024
with Client(load_settings(upstream=sys.argv[1], pace="off"), lambda: datetime.now(UTC)) as client:
    client.get(Request("https://example.org/small"))
    idle = peak()
    try:
        client.get(Request("https://example.org/bomb"))
    except TooLarge:
        print(peak() - idle)
"""


def bomb(short: bool) -> list[Row]:
    """A gzip bomb of 300 kB that unfolds to 300 MB: memory above idle until it is refused."""
    packed = gzip.compress(b"\0" * 10_000_000) * 30
    with Upstream() as upstream:
        upstream.on("/example.org/small", reply(body="small"))
        upstream.on("/example.org/bomb", reply(body=packed, content_encoding="gzip"))
        done = subprocess.run(
            [sys.executable, "-c", _BOMB, upstream.url], cwd=ROOT, check=True, capture_output=True, text=True
        )
    if not done.stdout.strip():
        raise RuntimeError("the bomb was not refused")
    above = float(done.stdout)
    what = f"gzip bomb, {len(packed) // 1000:,} kB to 300 MB: refused; memory above idle"
    return [Row(what, above, "MB", goal="< 60 MB", met=above < 60)]


def start(short: bool) -> list[Row]:
    """How long the command line takes to start; the floor is an empty Python."""
    with tempfile.TemporaryDirectory(prefix="claimwatch-bench-") as folder:
        sentence = Path(folder) / "sentence.txt"
        sentence.write_text("Hikvision opened a museum of clocks in Reykjavik.", encoding="utf-8")
        own = [sys.executable, "-m", "claimwatch"]
        first = "claimwatch screen, one sentence, for the first time in a home"
        commands = {
            "an empty Python": [sys.executable, "-c", "pass"],
            "claimwatch --help": [*own, "--help"],
            first: [*own, "screen", str(sentence)],
            "claimwatch screen, one sentence, not for the first time": [*own, "screen", str(sentence)],
        }

        def started(command: Sequence[str], home: str) -> float:
            path = Path(folder) / home
            path.mkdir(exist_ok=True)  # nothing is kept in a home that is not there
            environment = os.environ | {"CLAIMWATCH_HOME": str(path)}
            begun = time.perf_counter()
            subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
            return time.perf_counter() - begun

        # The first start in a home reads and checks the baseline and keeps it there. This one is not timed: it also
        # has Python compile what is imported.
        started(commands[first], "home")
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(3 if short else 9):
            for name, command in commands.items():
                taken[name].append(started(command, f"home-{turn}" if name == first else "home"))
    floor, *rest = (statistics.median(times) for times in taken.values())
    return [
        Row(name, value, "s", floor, value / floor, f"< {goal} s", value < goal)
        for name, value, goal in zip(list(commands)[1:], rest, (0.25, 0.6, 0.6), strict=True)
    ]


def backfill(short: bool) -> list[Row]:
    """Documents read from a list, compared and stored, by the whole pipeline: what one costs, few stored or many."""
    return backfilled(documents_backfilled.SHORT if short else documents_backfilled.SIZES)


def backfilled(counts: Sequence[int]) -> list[Row]:
    """The same with so many documents."""
    sizes = [documents_backfilled.measure(count) for count in counts]
    goal = documents_backfilled.GOAL
    rows = []
    for size in sizes:
        what = f"backfill, the last {size.timed:,} of {size.stored:,} documents of 6 KB"
        met = size.rate >= goal
        rows.append(Row(what, size.rate, "documents/s", goal=f">= {goal:.0f} documents/s on two cores", met=met))
        rows.append(Row(f"{what}: processor time of each", 1000 * size.processor_s / size.timed, "ms"))
    first, last = sizes[0], sizes[-1]
    grown = last.peak_mb / first.peak_mb
    what = f"backfill of {last.stored:,} documents: peak memory, beside that of {first.stored:,}"
    return [*rows, Row(what, last.peak_mb, "MB", first.peak_mb, grown, "flat (<= 1.2 x)", grown <= 1.2)]


def polls(short: bool) -> list[Row]:
    """Feeds over loopback, polled for the first time and again unchanged; the floor is a bare httpx loop."""
    count = 20 if short else 200
    taken = feeds.polls(count)
    first, again = taken["first"] / taken["bare first"], taken["again"] / taken["bare again"]
    return [
        Row(f"first poll of {count} feeds with 5 entries, stored", taken["first"], "s", taken["bare first"], first),
        Row(
            f"poll of {count} feeds again, unchanged", taken["again"], "s", taken["bare again"], again,
            "<= 2.0 x the floor", again <= 2.0,
        ),
        Row(f"{count} feeds polled twice: peak memory", peak_mb(), "MB", goal="<= 120 MB", met=peak_mb() <= 120),
    ]  # fmt: skip


def peak_mb() -> float:
    """The most memory that this process has held, in MB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


MEASURES: dict[str, Callable[[bool], list[Row]]] = {
    work.__name__: work for work in (names, compare, entity, bomb, start, polls, backfill)
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one measurement and print its rows as JSON."""
    parser = argparse.ArgumentParser(prog="measures", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", help=f"one of {', '.join(MEASURES)}")
    parser.add_argument("--short", action="store_true", help="small numbers")
    parser.add_argument("--long", action="store_true", help="backfill: 100,000 documents as well")
    options = parser.parse_args(arguments)
    if options.long and options.name == "backfill":
        rows = backfilled((*documents_backfilled.SIZES, documents_backfilled.LONG))
        print(json.dumps([asdict(row) for row in rows]))
    elif options.name in MEASURES:
        print(json.dumps([asdict(row) for row in MEASURES[options.name](options.short)]))
    else:
        parser.error(f"no measurement {options.name!r}; one of {', '.join(MEASURES)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What one item costs at 1x, 10x and 100x as many: `./dev bench scaling`. Reported, not gated.

Each size is a process of its own (`python -m benchmarks.scaling WHAT=SIZE`), and what counts is processor time, which
other work on the machine changes least. Where the first one pays for what all need, it is the cost of one more.
"""

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks import mentions, web_world
from benchmarks.children import run
from benchmarks.contenders import ROOT, Command, Trial, ours, prepare_ours
from benchmarks.feeds import SOURCE
from benchmarks.loopback import HOST, Loopback, feed, feed_of, named
from claimwatch import pipeline
from claimwatch.baseline import load_baseline
from claimwatch.mentions import Scanner
from claimwatch.pipeline.reviewing.desk import list_cases
from claimwatch.pipeline.showing.finder import find_findings
from claimwatch.settings import load_settings
from claimwatch.store import subscribers
from claimwatch.store.items import newest_items
from claimwatch.store.search import Filters, parse_query
from demo.world import World

PATIENCE_S = 3600
_NEW_DOCUMENTS, _NAMED = 50, 10
_MONDAY = datetime(2026, 11, 9, 6, tzinfo=UTC)
Costs = dict[str, float]


@dataclass(frozen=True, slots=True)
class Growth:
    """What one item costs in `unit` where there are so many of `what`: `costs` by `sizes`, the smallest first."""

    of: str
    what: str
    unit: str
    sizes: tuple[int, ...]
    costs: tuple[float, ...]


def measure(short: bool, tell: Callable[[str], None]) -> tuple[list[Growth], list[str]]:
    """Every kind of growth; and, of those that could not be measured, why."""
    grown, failures = [], []
    for name, (_, unit, small) in KINDS.items():
        sizes = tuple((small // 5 if short else small) * times for times in ((1, 4) if short else (1, 10, 100)))
        found: list[Costs] = []
        for size in sizes:
            tell(f"{name}: {size:,}")
            command = [sys.executable, "-m", "benchmarks.scaling", f"{name}={size}"]
            try:
                done = subprocess.run(
                    command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False
                )
            except subprocess.TimeoutExpired:
                failures.append(f"{name}: {size:,} not done after {PATIENCE_S // 60} minutes")
                break
            if done.returncode:
                failures.append(f"{name}: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
                break
            found.append(json.loads(done.stdout.splitlines()[-1]))
        for what in found[0] if found else ():
            reached = sizes[: len(found)]
            grown.append(Growth(name, what, unit, reached, tuple(costs[what] for costs in found)))
    return grown, failures


def _sources(count: int) -> Costs:
    """One more feed polled for the first time, and again when nothing has changed."""
    return _one_more(count, _polled)


def _one_more(count: int, measured: Callable[[int], Costs]) -> Costs:
    """What one more costs beside the first, which pays for the start of the program and what it compiles."""
    first, all_ = measured(1), measured(count)
    return {what: (all_[what] - first[what]) / (count - 1) for what in first}


def _polled(count: int) -> Costs:
    with Loopback([feed(number) for number in range(count)]) as servers, _trial(servers) as trial:
        for command in prepare_ours(trial):
            _cpu(trial, command)
        first = _cpu(trial, ours(trial, "2026-11-09T06:00:00Z", "poll"))
        again = _cpu(trial, ours(trial, "2026-11-09T09:00:00Z", "poll"))
    return {"first poll of a feed": first * 1000, "poll of an unchanged feed": again * 1000}


def _stored(count: int) -> Costs:
    """A new document read, compared and stored, and questions of the pages, beside so many findings and a fifth as many
    documents."""
    old, new = feed_of(0, [""]), feed_of(1, [named(at) if at < _NAMED else "" for at in range(_NEW_DOCUMENTS)])
    with Loopback([old, new]) as servers, _trial(servers) as trial:
        (trial.folder / "home").mkdir()
        web_world.fill(f"sqlite:///{trial.folder / 'home' / 'claimwatch.db'}", findings=count, documents=count // 5)

        def polled(number: int, hours: int) -> float:
            # A source that has published a part of what is stored; its page is now that feed.
            source = SOURCE.format(n=number, host=HOST).replace(f"feed_{number}:", "uhrp:")
            (trial.folder / "sources.yaml").write_text(source, encoding="utf-8")
            now = web_world.NOW + timedelta(hours=hours)
            return _cpu(trial, ours(trial, f"{now:%Y-%m-%dT%H:%M:%SZ}", "poll"))

        polled(0, 0)  # the parser is another one than read what is stored: all of it is read again once
        whole, unchanged = polled(1, 2), polled(1, 4)
        costs = {"new document read, compared, stored": (whole - unchanged) * 1000 / _NEW_DOCUMENTS}
        settings = load_settings(home=trial.folder / "home", now=web_world.NOW)
        with pipeline.open_watch(settings) as watch:
            query = parse_query("hikvision report")
            questions: dict[str, Callable[[], object]] = {
                "a page of the desk": lambda: list_cases(watch),
                "a search": lambda: find_findings(watch, query, Filters()),
                "a feed of items": lambda: _newest(watch),
            }
            for name, ask in questions.items():
                ask()
                begun = time.process_time()
                for _ in range(5):
                    ask()
                costs[name] = (time.process_time() - begun) * 200
    return costs


def _newest(watch: pipeline.Watch) -> object:
    with watch.store.read() as connection:
        return newest_items(connection, date(2026, 11, 16), limit=50)


def _subscribers(count: int) -> Costs:
    """One more mail built for a reader, with the first edition of the sample world."""
    with World() as world, tempfile.TemporaryDirectory(prefix="claimwatch-scaling-") as folder:
        read = Path(folder) / "read"
        with pipeline.open_watch(load_settings(home=read, upstream=world.url, pace="off", now=_MONDAY)) as watch:
            for slug in pipeline.due_sources(watch):
                pipeline.poll(watch, slug)

        def told(readers: int) -> Costs:
            home = shutil.copytree(read, Path(folder) / f"to-{readers}")
            return _told(home, readers)

        return _one_more(count, told)


def _told(home: Path, count: int) -> Costs:
    with pipeline.open_watch(load_settings(home=home, now=_MONDAY)) as watch:
        with watch.store.write() as connection:
            for number in range(count):
                address = f"reader{number}@reader.example"
                subscribers.add_subscriber(connection, address, None, "en", "Europe/Oslo", _MONDAY)
        begun = time.process_time()
        pipeline.build(watch)
        built = time.process_time() - begun
        begun = time.process_time()
        pipeline.deliver(watch)
        delivered = time.process_time() - begun
    return {"mail built": built * 1000, "mail delivered to a Maildir": delivered * 1000}


def _aliases(count: int) -> Costs:
    """A megabyte of English scanned for names."""
    own = list(load_baseline(ROOT / "baselines").companies.values())
    scanner = Scanner([*own, *mentions.made_up(count, random.Random(1))])  # noqa: S311
    texts = [mentions.english(random.Random(seed), hits=True) for seed in range(10)]  # noqa: S311
    rate, _ = mentions.megabytes_per_second(scanner, texts, 3)
    return {"megabyte scanned": 1000 / rate}


# What grows: how it is measured, the unit of its costs, and how many there are at 1x.
KINDS: dict[str, tuple[Callable[[int], Costs], str, int]] = {
    "sources": (_sources, "ms", 20),
    "findings": (_stored, "ms", 1000),
    "subscribers": (_subscribers, "ms", 50),
    "aliases": (_aliases, "ms", 500),
}


@contextmanager
def _trial(servers: Loopback) -> Iterator[Trial]:
    with tempfile.TemporaryDirectory(prefix="claimwatch-scaling-") as folder:
        yield Trial(Path(folder), Path(sys.executable).parent, tuple(servers.urls), servers.smtp_port)


def _cpu(trial: Trial, command: Command) -> float:
    """The processor time of a command that succeeds."""
    log = trial.folder / "log"
    ran = run(command.words, log=log, cwd=ROOT, environment=command.environment, patience_s=PATIENCE_S)
    if ran.status:
        raise RuntimeError(f"{command.words[-1]}: exit status {ran.status}: {ran.said[-300:]}")
    return ran.cpu


def main(arguments: Sequence[str]) -> int:
    """Measure one size of one kind; print its costs as JSON."""
    name, _, size = arguments[0].partition("=")
    print(json.dumps(KINDS[name][0](int(size))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

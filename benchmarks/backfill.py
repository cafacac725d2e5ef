"""Documents of 6 KB backfilled by the whole pipeline: read from a list, compared, stored. `./dev bench backfill`.

What a document costs is asked where few are stored and where many are: a size is a process of its own that stores so
many documents and is timed over the last of them, so that its peak of memory is its own too. The documents are served
by a process of their own. `python -m benchmarks.backfill COUNT…` measures other sizes; 100,000 takes an hour or more.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.compare import documents
from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer
from claimwatch.mentions import Scanner
from claimwatch.pipeline.reading.history import backfill
from tests.pipeline.bench import TOY, Bench, Engine
from tests.upstream import Upstream, reply

ROOT = Path(__file__).resolve().parent.parent
SIZES, SHORT = (1_000, 10_000), (20, 60)
BY_HAND = 100_000
GOAL = 150.0
_PAGE = 100  # documents on a page of the list
_TEXTS = 50
_TIMED = 1_000  # the last so many documents are timed


@dataclass(frozen=True, slots=True)
class Size:
    """One run. `seconds` and `processor_s` are those of the last `timed` of `stored` documents, by the clock and of one
    core; `peak_mb` is the most memory that the whole run held."""

    stored: int
    timed: int
    seconds: float
    processor_s: float
    peak_mb: float

    @property
    def rate(self) -> float:
        """Documents a second."""
        return self.timed / self.seconds


def measure(count: int) -> Size:
    """One size, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.backfill", "--here", str(count)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return Size(**json.loads(done.stdout.splitlines()[-1]))


def run(count: int) -> Size:
    """One size, in this process."""
    baseline = load_baseline(ROOT / "baselines")
    comparer = Comparer(baseline)
    engine = Engine(baseline, comparer, Scanner(baseline.companies.values()))
    timed = min(count, _TIMED)
    begun: list[tuple[float, float]] = []

    def progress(done: int, listed: int, _url: str) -> None:
        # A page of the list is asked for when all that came before it is stored.
        if not begun and listed >= count - timed:
            begun.append((time.perf_counter(), time.process_time()))

    with tempfile.TemporaryDirectory(prefix="claimwatch-bench-") as folder, _served(count) as upstream:
        bench = Bench(Path(folder), upstream, engine, TOY.replace("max_bytes: 1000000", "max_bytes: 5000000"))
        with bench.watch() as watch:
            report = backfill(watch, "toy", date(2019, 1, 1), progress=progress)
            ended = time.perf_counter(), time.process_time()
    if report.stored != count:
        raise RuntimeError(f"{report.stored} of {count} documents were stored: {report}")
    seconds, processor_s = (end - start for start, end in zip(begun[0], ended, strict=True))
    return Size(count, timed, seconds, processor_s, _peak_mb())


@contextmanager
def _served(count: int) -> Iterator[Any]:
    """The documents, while they are served: what has their `url`."""
    command = [sys.executable, "-m", "benchmarks.backfill", "--serve", str(count)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        yield SimpleNamespace(url=server.stdout.readline().strip())
        server.stdin.close()


def _serve(count: int) -> None:
    comparer = Comparer(load_baseline(ROOT / "baselines"))
    texts = [page.text for page in documents(min(count, _TEXTS), random.Random(3), comparer)]  # noqa: S311

    def page(number: int, request: BaseHTTPRequestHandler) -> None:
        # A text of its own each: what is the same again is not compared again.
        ids = range(number * _PAGE, min((number + 1) * _PAGE, count))
        items = [{"key": f"d{n}", "on": "2021-03-04", "text": f"{texts[n % len(texts)]}\n\nEnd of {n}."} for n in ids]
        more = [{"url": f"https://toy.example/list{number + 1}"}] if ids.stop < count else []
        reply(body=json.dumps({"items": items, "links": more}), content_type="application/json")(request)

    with Upstream() as upstream:
        for number in range(-(-count // _PAGE)):
            upstream.on(f"/toy.example/list{number or ''}", partial(page, number))
        print(upstream.url, flush=True)
        sys.stdin.read()  # until whoever started us goes away


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line of JSON a size."""
    parser = argparse.ArgumentParser(prog="backfill", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("counts", nargs="*", type=int, default=list(SIZES), help="how many documents, size by size")
    parser.add_argument("--here", action="store_true", help="in this process, for one size")
    parser.add_argument("--serve", action="store_true", help="only serve so many documents")
    options = parser.parse_args(arguments)
    if options.serve:
        _serve(options.counts[0])
        return 0
    for count in options.counts:
        size = run(count) if options.here else measure(count)
        print(json.dumps(asdict(size)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

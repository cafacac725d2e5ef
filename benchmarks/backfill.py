"""Documents of 6 KB backfilled by the whole pipeline: read from a list, compared, stored. `./dev bench backfill`.

What a document costs is asked where few are stored and where many are: a size is a process of its own that stores so
many documents and is timed over the last of them, so that its peak of memory is its own too. The documents are served
by a process of their own. Those before the timed ones, of another source, are stored in the same way, but each of their
texts is compared only once: that costs the same however much is stored. `./dev bench backfill --long` adds 100,000,
which takes half an hour; `python -m benchmarks.backfill COUNT…` measures other sizes.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from benchmarks.compare import documents
from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer
from claimwatch.mentions import Scanner
from claimwatch.models import Baseline, Finding, Publication, SourceClass
from claimwatch.pipeline.reading import history
from claimwatch.pipeline.reading.history import backfill
from tests.pipeline.bench import TOY, Bench, Engine
from tests.upstream import Upstream, reply

ROOT = Path(__file__).resolve().parent.parent
SIZES, SHORT, LONG = (1_000, 10_000), (20, 60), 100_000
GOAL = 150.0
_PAGE = 100  # documents on a page of the list
_TEXTS = 50
_TIMED = 1_000  # the last so many documents are timed
_BEFORE = "before"  # the source of those stored before


@dataclass(frozen=True, slots=True)
class Size:
    """One run. `seconds` and `processor_s` are those of the last `timed` of `stored` documents, by the clock and of all
    cores; `peak_mb` is the most memory that the whole run held."""

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


class _Remembering(Comparer):
    """Compares each text once, whatever its last paragraph is, and without the encoder: that this process never opens,
    so that its memory can be held against that of one which stores few."""

    def __init__(self, baseline: Baseline) -> None:
        super().__init__(replace(baseline, encoder=b""))
        self._known: dict[str, tuple[Finding, ...]] = {}

    def publication(self, publication: Publication, source_class: SourceClass) -> tuple[Finding, ...]:
        text, _, _ = publication.text.rpartition("\n\n")
        if text not in self._known:
            self._known[text] = super().publication(publication, source_class)
        return tuple(replace(finding, url=publication.url) for finding in self._known[text])


def run(count: int) -> Size:
    """One size, in this process."""
    baseline = load_baseline(ROOT / "baselines")
    comparer, scanner = Comparer(baseline), Scanner(baseline.companies.values())
    remembering = _Remembering(baseline)
    remembering.check()  # it is held in memory whatever the size, though a small one has no use for it
    timed = min(count, _TIMED)
    source = TOY.replace("max_bytes: 1000000", "max_bytes: 5000000")
    sources = source + source.replace("\ntoy:", f"\n{_BEFORE}:").replace("toy.example", f"{_BEFORE}.example")
    with tempfile.TemporaryDirectory(prefix="claimwatch-bench-") as folder, _served(count) as upstream:

        def stored(slug: str, wanted: int, engine: Engine) -> None:
            with Bench(Path(folder), upstream, engine, sources).watch() as watch:
                report = backfill(watch, slug, date(2019, 1, 1))
            if report.stored != wanted:
                raise RuntimeError(f"{report.stored} of {wanted} documents were stored: {report}")

        if count > timed:
            with patch.object(history, "WORTH_A_CREW", count + 1):  # else other processes would compare them all
                stored(_BEFORE, count - timed, Engine(baseline, remembering, scanner))
        begun, begun_cpu = time.perf_counter(), _processor_s()
        stored("toy", timed, Engine(baseline, comparer, scanner))
        return Size(count, timed, time.perf_counter() - begun, _processor_s() - begun_cpu, _peak_mb())


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

    def page(source: str, number: int, last: int, request: BaseHTTPRequestHandler) -> None:
        # A text of its own each: what is the same again is not compared again.
        ids = range(number * _PAGE, min((number + 1) * _PAGE, last))
        items = [
            {"key": f"d{n}", "url": f"https://{source}.example/d{n}", "on": "2021-03-04",
             "text": f"{texts[n % len(texts)]}\n\nEnd of {n} of {source}."}
            for n in ids
        ]  # fmt: skip
        more = [{"url": f"https://{source}.example/list{number + 1}"}] if ids.stop < last else []
        reply(body=json.dumps({"items": items, "links": more}), content_type="application/json")(request)

    timed = min(count, _TIMED)
    with Upstream() as upstream:
        for source, last in (("toy", timed), (_BEFORE, count - timed)):
            for number in range(-(-last // _PAGE)):
                upstream.on(f"/{source}.example/list{number or ''}", partial(page, source, number, last))
        print(upstream.url, flush=True)
        sys.stdin.read()  # until whoever started us goes away


def _processor_s() -> float:
    """What this process has used, and those that it started and that have ended."""
    return sum(os.times()[:4])


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

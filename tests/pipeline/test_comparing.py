"""Documents compared by processes of their own: the same findings in the same order, whatever becomes of a process."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from multiprocessing import resource_tracker, util
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

import pytest

from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer
from claimwatch.errors import SourceChanged
from claimwatch.models import Baseline, Publication, SourceClass
from claimwatch.pipeline.reading import comparing, history
from claimwatch.pipeline.reading.comparing import Crew
from tests.pipeline.bench import Bench

pytestmark = pytest.mark.slow  # a process takes a second to start

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [f"Hikvision opened a museum of clocks in Reykjavik in {year}. It employs {year} people." for year in
         range(2001, 2013)]  # fmt: skip


@pytest.fixture(scope="module")
def baseline() -> Baseline:
    return load_baseline(ROOT / "baselines")


@pytest.fixture(autouse=True)
def _two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "MOST", 2)  # whatever the machine has


def page(key: str, text: str) -> Publication:
    return Publication(
        source="toy", key=key, url=f"https://toy.example/{key}", title="A title", kind="item", language="en", text=text,
        published_on=date(2021, 3, 4),
    )  # fmt: skip


def test_a_crew_finds_what_one_process_finds(baseline: Baseline) -> None:
    pages = [page(str(number), text) for number, text in enumerate(TEXTS)]
    comparer = Comparer(baseline)
    with Crew(baseline, SourceClass.PRESS) as crew:
        crew.begin(pages)
        found = {one.key: crew.findings(one) for one in pages}
        assert crew.findings(pages[0]) is None, "asked for once"
        crew.begin(pages)
        assert crew.findings(page("another", "Another.")) is None
        crew.begin(pages[:1])  # though nobody took what came of the others
        assert crew.findings(pages[0]) == found["0"]
    assert found == {one.key: tuple(comparer.publication(one, SourceClass.PRESS)) for one in pages}
    assert any(found.values())


def test_what_cannot_be_compared_is_named(baseline: Baseline) -> None:
    with Crew(baseline, SourceClass.PRESS) as crew:
        odd = page("odd", None)  # type: ignore[arg-type]
        crew.begin([odd, page("even", "Nothing.")])
        with pytest.raises(SourceChanged, match="the comparison of odd broke"):
            crew.findings(odd)


def test_a_process_that_dies_costs_nothing_but_time(baseline: Baseline) -> None:
    pages = [page(str(number), text) for number, text in enumerate(TEXTS)]
    with Crew(baseline, SourceClass.PRESS) as crew:
        crew.begin(pages[:2])
        assert crew.findings(pages[0]) is not None
        for child in _children(os.getpid()):
            os.kill(child, signal.SIGKILL)
        crew.begin(pages)
        assert {crew.findings(one) for one in pages} == {None}
        crew.begin(pages)


@pytest.mark.parametrize("last", [1, 2])
def test_a_process_that_dies_at_birth_is_not_waited_for(
    baseline: Baseline, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    def killed(number: int, start: Callable[[], int]) -> int:
        pid = start()
        if number <= last:
            os.kill(pid, signal.SIGKILL)
        return pid

    _at_each_start(monkeypatch, killed)
    pages = [page(str(number), text) for number, text in enumerate(TEXTS)]
    with _no_longer_than(120), Crew(baseline, SourceClass.PRESS) as crew:
        crew.begin(pages)
        found = [crew.findings(one) is not None for one in pages]
    assert found == [last < 2] * len(pages), "the other one compares what is for both"


@pytest.mark.parametrize("first", [1, 2])
def test_a_process_that_the_system_refuses_is_done_without(
    baseline: Baseline, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, first: int
) -> None:
    asked: list[int] = []

    def refused(number: int, start: Callable[[], int]) -> int:
        asked.append(number)
        if number >= first:
            raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
        return start()

    _at_each_start(monkeypatch, refused)
    before = _children(os.getpid())
    pages = [page(str(number), text) for number, text in enumerate(TEXTS)]
    with Crew(baseline, SourceClass.PRESS) as crew:
        for _ in range(2):
            crew.begin(pages)
            assert [crew.findings(one) is not None for one in pages] == [first > 1] * len(pages)
    assert asked == list(range(1, first + 1)), "nor is it asked for again"
    assert caplog.text.count("cannot start a process") == 1
    assert "Resource temporarily unavailable" in caplog.text
    assert _children(os.getpid()) == before, "the one that was started has ended"


def test_a_process_that_dies_in_the_middle_of_what_it_says(baseline: Baseline, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [page(str(number), text) for number, text in enumerate(TEXTS)]

    def cut_off(pipe: Connection) -> object:
        """How a pipe takes a message that ends before its length, which it has said first; not an EOFError."""
        for child in _children(os.getpid()):
            os.kill(child, signal.SIGKILL)
        raise OSError("got end of file during message")

    with _no_longer_than(120), Crew(baseline, SourceClass.PRESS) as crew:
        crew.begin(pages)
        monkeypatch.setattr(Connection, "recv", cut_off)
        assert crew.findings(pages[0]) is None


def test_no_more_processes_than_documents_or_cores(baseline: Baseline, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [page(str(number), text) for number, text in enumerate(TEXTS)]
    before = len(_children(os.getpid()))
    with Crew(baseline, SourceClass.PRESS) as crew:
        for documents, processes in ((0, 0), (1, 0), (2, 2), (len(pages), 2)):
            crew.begin(pages[:documents])
            assert len(_children(os.getpid())) - before == processes
    monkeypatch.setattr(comparing, "MOST", 3)
    with Crew(baseline, SourceClass.PRESS) as crew:
        for documents, processes in ((2, 2), (len(pages), 3)):
            crew.begin(pages[:documents])
            assert len(_children(os.getpid())) - before == processes
        assert all(crew.findings(one) is not None for one in pages)
    monkeypatch.setattr(comparing, "MOST", 1)
    with Crew(baseline, SourceClass.PRESS) as crew:
        crew.begin(pages)
        assert len(_children(os.getpid())) == before, "one core is for whoever asks"
        assert crew.findings(pages[0]) is None


def test_only_the_cores_that_are_ours_count() -> None:
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
        "from claimwatch.pipeline.reading import comparing; print(comparing.MOST)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == "1\n"


_STARTER = """
import sys, time
from pathlib import Path
from claimwatch.baseline import load_baseline
from claimwatch.models import SourceClass
from claimwatch.pipeline.reading import comparing
from claimwatch.pipeline.reading.comparing import Crew
from tests.pipeline.test_comparing import TEXTS, page
if __name__ == "__main__":
    comparing.MOST = 2
    crew = Crew(load_baseline(Path("baselines")), SourceClass.PRESS)
    pages = [page(text, text) for text in TEXTS]
    crew.begin(pages)
    crew.findings(pages[0])
    print("ready", flush=True)
    time.sleep(600)
"""


def test_the_processes_end_with_whoever_started_them(tmp_path: Path) -> None:
    script = tmp_path / "starter.py"
    script.write_text(_STARTER, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(script)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "ready\n"
        children = _children(starter.pid)
        assert children
        starter.kill()
    patience = time.monotonic() + 60
    while any(_is_there(child) for child in children) and time.monotonic() < patience:
        time.sleep(0.05)
    assert not any(_is_there(child) for child in children)


def test_a_backfill_by_a_crew_is_that_of_one_process(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [{"key": f"d{n}", "on": "2021-03-04", "text": text} for n, text in enumerate(TEXTS)]
    bench.serve("https://toy.example/list", {"items": items})
    begun: list[int] = []
    begin = Crew.begin

    def noted(crew: Crew, publications: Sequence[Publication]) -> None:
        begun.append(len(publications))
        begin(crew, publications)

    monkeypatch.setattr(Crew, "begin", noted)
    monkeypatch.setattr(history, "WORTH_A_CREW", 1)
    with bench.watch() as watch:
        report = history.backfill(watch, "toy", date(2019, 1, 1))
        assert (report.stored, report.complete) == (len(TEXTS), True)
        with watch.store.read() as connection:
            rows = connection.exec_driver_sql("SELECT quote, outcome FROM findings ORDER BY id").all()
    assert begun == [len(TEXTS)]
    assert [quote for quote, _ in rows] == [
        finding.quote
        for n, text in enumerate(TEXTS)
        for finding in Comparer(watch.baseline).publication(page(f"d{n}", text), SourceClass.PRESS)
    ]


def _at_each_start(monkeypatch: pytest.MonkeyPatch, what: Callable[[int, Callable[[], int]], int]) -> None:
    """Have `what` done in place of each start of a process that compares: it is given its number and the start."""
    start = util.spawnv_passfds
    started = 0

    def instead(path: bytes, args: Sequence[str], passfds: Sequence[int]) -> int:
        nonlocal started
        if not any("spawn_main" in str(one) for one in args):
            return start(path, args, passfds)
        started += 1
        return what(started, lambda: start(path, args, passfds))

    monkeypatch.setattr(util, "spawnv_passfds", instead)


@contextmanager
def _no_longer_than(seconds: int) -> Iterator[None]:
    """Fail what waits without end."""

    def late(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"it still waits after {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module", autouse=True)
def _watched_over() -> None:
    """The process that watches over what they share runs under its own name, which it has not yet at birth."""
    before = _all_children(os.getpid())
    resource_tracker.ensure_running()
    for watcher in _all_children(os.getpid()) - before:
        while "resource_tracker" not in _command(watcher):
            time.sleep(0.01)


def _children(pid: int) -> list[int]:
    """The processes that compare for a process: not the one that watches over what they share."""
    return [one for one in sorted(_all_children(pid)) if "resource_tracker" not in _command(one)]


def _all_children(pid: int) -> set[int]:
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()))


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")


def _is_there(pid: int) -> bool:
    try:
        return "spawn_main" in _command(pid)
    except (FileNotFoundError, ProcessLookupError):
        return False

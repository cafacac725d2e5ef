"""Documents compared by processes of their own: the same findings in the same order, whatever becomes of a process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer
from claimwatch.errors import SourceChanged
from claimwatch.models import Baseline, Publication, SourceClass
from claimwatch.pipeline.reading import history
from claimwatch.pipeline.reading.comparing import Crew
from tests.pipeline.bench import Bench

pytestmark = pytest.mark.slow  # a process takes a second to start

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [f"Hikvision opened a museum of clocks in Reykjavik in {year}. It employs {year} people." for year in
         range(2001, 2013)]  # fmt: skip


@pytest.fixture(scope="module")
def baseline() -> Baseline:
    return load_baseline(ROOT / "baselines")


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
        crew.begin([odd])
        with pytest.raises(SourceChanged, match="the comparison of odd broke"):
            crew.findings(odd)


def test_a_process_that_dies_costs_nothing_but_time(baseline: Baseline) -> None:
    pages = [page(str(number), text) for number, text in enumerate(TEXTS)]
    with Crew(baseline, SourceClass.PRESS) as crew:
        crew.begin(pages[:1])
        assert crew.findings(pages[0]) is not None
        for child in _children(os.getpid()):
            os.kill(child, signal.SIGKILL)
        crew.begin(pages)
        assert {crew.findings(one) for one in pages} == {None}
        crew.begin(pages)


_STARTER = """
import sys, time
from pathlib import Path
from claimwatch.baseline import load_baseline
from claimwatch.models import SourceClass
from claimwatch.pipeline.reading.comparing import Crew
from tests.pipeline.test_comparing import TEXTS, page
if __name__ == "__main__":
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
    monkeypatch.setattr(history, "CORES", 2)
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


def _children(pid: int) -> list[int]:
    """The processes that compare for a process: not the one that watches over what they share."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(one) for one in children if "resource_tracker" not in _command(int(one))]


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")


def _is_there(pid: int) -> bool:
    try:
        return "spawn_main" in _command(pid)
    except (FileNotFoundError, ProcessLookupError):
        return False

"""Weights that cannot be read: no source is to blame, it stays due, and what it said is told once they are mended."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from claimwatch.pipeline import subscribe
from claimwatch.settings import PROJECT
from claimwatch.store import reads
from tests.cli.conftest import Run
from tests.pipeline.bench import MONDAY, NEWS, TOY, WEEK, Bench, body_of
from tests.pipeline.conftest import bench, engine, migrated  # noqa: F401

QUIET = TOY.replace("\ntoy:", "\nquiet:").replace("toy.example", "quiet.example").replace("The Toy", "The Quiet")


@pytest.fixture
def baselines(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: F811
    """A baseline of one's own whose weights are none; a source that names a company, and one that names nobody."""
    folder = bench.home / "baselines"
    shutil.copytree(PROJECT / "baselines", folder)
    weights = json.loads((folder / "classifier.json").read_bytes())
    for head in ("predicate", "claim", "outcome", "spoken"):
        weights[head]["weights"] = dict.fromkeys(weights[head]["weights"], "0:none")
    (folder / "classifier.json").write_text(json.dumps(weights), encoding="utf-8")
    monkeypatch.setenv("CLAIMWATCH_BASELINES", str(folder))
    bench.sources = TOY + QUIET
    for host, text in (("toy", NEWS), ("quiet", "The museum of clocks opened in Reykjavik.")):
        item = {"key": "one", "text": text, "on": "2026-11-03", "url": f"https://{host}.example/one"}
        bench.serve(f"https://{host}.example/list", {"items": [item]})
    with bench.watch() as watch:
        subscribe(watch, "reader@example.org")
    return folder


def test_sources_stay_due_and_are_told_when_the_weights_are_mended(
    baselines: Path,
    bench: Bench,  # noqa: F811
    cli: Run,
) -> None:
    done = cli("run")
    assert done.status == 1
    assert "classifier.json: a row should hold index:value" in done.out + done.err
    with bench.watch() as watch, watch.store.read() as connection:
        state = reads.source_state(connection, "toy")
        assert (state.last_read_at, state.failures) == (None, 0)
        assert reads.source_state(connection, "quiet").last_good_at is not None
    assert any("classifier.json" in problem["why"] for problem in cli("doctor", "--json").json)
    (mail,) = bench.mails()
    assert "1 source unread" in mail["subject"]
    assert "The Toy Institute — UNREAD" in body_of(mail)
    shutil.copy(PROJECT / "baselines" / "classifier.json", baselines)
    mended = cli("run", "--json", at=MONDAY + timedelta(minutes=1))
    assert mended.status == 0
    assert [read["source"] for read in mended.json["reads"]] == ["toy"]
    assert cli("run", at=MONDAY + WEEK).status == 0
    told = [body_of(mail) for mail in bench.mails()]
    assert sum("opened a museum of clocks in Reykjavik" in " ".join(text.split()) for text in told) == 1

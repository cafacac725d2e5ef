"""A baseline document that is replaced or added is a new version: a replay shows what it changes, the ledger stays."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from claimwatch.baseline import load_baseline
from claimwatch.models import Action, Outcome, Verdict
from claimwatch.pipeline import Watch, build, deliver, inspect_watch, poll, subscribe
from claimwatch.pipeline.reading.differences import Kind
from claimwatch.pipeline.reading.replay import replay
from claimwatch.pipeline.reviewing.desk import decide, get_case, list_cases
from claimwatch.settings import PROJECT
from claimwatch.store import ledger
from tests.pipeline.bench import MONDAY, MORE_NEWS, WEEK, Bench

pytestmark = pytest.mark.slow

STAKE = "The Chinese state owns 37.5 percent of Hikvision."
ITEMS = [
    {"key": "one", "text": STAKE, "on": "2026-11-03"},
    {"key": "two", "text": MORE_NEWS, "on": "2026-11-04"},
]
METADATA = """\
id: C
title: A third document
kind: report
publisher: Somebody
date: 2023-10-01
language: en
rights: Written for this test.
"""
CLAIM = """
- id: C01
  document: C
  subjects: [hikvision]
  predicate: {predicate}
  object: 37.5 percent
  object_class: {object_class}
  places: {places}
  value: 37.5
  unit: percent
  comparator: eq
  attributed_to: author
  modality: asserted
  quote: The Chinese state owns 37.5 percent of Hikvision.
  span: [0, 49]
"""


def with_a_third_document(watch: Watch, root: Path) -> Watch:
    """The watch over a baseline that holds one more document, with the stake that was news until then."""
    known = watch.baseline.claims["A25"]
    shutil.copytree(PROJECT / "baselines", root)
    (root / "documents" / "third.txt").write_text(STAKE + "\n", encoding="utf-8")
    (root / "documents" / "third.yaml").write_text(METADATA, encoding="utf-8")
    with (root / "claims.yaml").open("a", encoding="utf-8") as file:
        file.write(CLAIM.format(predicate=known.predicate, object_class=known.object_class, places=list(known.places)))
    return replace(watch, baseline=load_baseline(root))


@pytest.mark.parametrize("decided", [None, Action.ACCEPT, Action.DISMISS])
def test_a_third_document_is_a_replay_and_no_news(bench: Bench, tmp_path: Path, decided: Action | None) -> None:
    bench.serve_list(items=ITEMS)
    with bench.watch() as watch:
        subscribe(watch, "reader@example.org")
        poll(watch, "toy")
        key = next(line.key for line in list_cases(watch, outcome=Outcome.UPDATE).cases)
        if decided is not None:
            decide(watch, key, Verdict(decided, "Kari", why="because"))
        build(watch)
        deliver(watch)
        with watch.store.read() as connection:
            told = ledger.history(connection, 1)
    with bench.watch(MONDAY + WEEK) as watch:
        newer = with_a_third_document(watch, tmp_path / "baselines")
        assert any(problem.what == "baseline" for problem in inspect_watch(newer)), "nobody was told to replay"
        (looked,) = replay(newer)
        changes = {
            (one.kind, one.row.evidence.finding.quote, one.after.outcome)
            for _, one in looked.differences
            if one.row is not None and one.after is not None
        }
        assert changes == {(Kind.CHANGES, STAKE, Outcome.RESTATEMENT)}
        (applied,) = replay(newer, apply=True)
        assert applied.applied
        assert not any(problem.what == "baseline" for problem in inspect_watch(newer))
        edition = build(newer)
        assert edition is not None
        assert edition.items == (), "a change of ours was told as news"
        with newer.store.read() as connection:
            assert ledger.history(connection, 1)[: len(told)] == told
        assert len(get_case(newer, key).decisions) == (decided is not None)

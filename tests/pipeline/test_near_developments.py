"""Only the developments about a finding's days are read, and the one it belongs to is the one that all would give."""

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from claimwatch.models import Finding, Origin, Outcome, Publication, SourceClass
from claimwatch.pipeline import develop
from claimwatch.store import Store, finding_changes
from claimwatch.store.tables import developments
from tests.pipeline.bench import Engine
from tests.store.samples import NOW, finding

CORPUS = Path(__file__).parents[2] / "benchmarks" / "corpus"
Told = tuple[Finding, date | None, datetime, Origin]


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{path}")
    try:
        yield store
    finally:
        store.close()


def grouped(path: Path, told: Sequence[Told]) -> tuple[list[int], list[tuple[object, ...]]]:
    """The development of each finding, and what became of all of them."""
    with opened(path) as store, store.write() as connection:
        ids = []
        for one, published_on, seen_at, origin in told:
            id_, _ = develop.tell_of(connection, one, published_on, seen_at, origin)
            ids.append(id_)
            finding_changes.save_finding(
                connection, one, publication_revision_id=None, entry_revision_id=None, development_id=id_,
                baseline_version="0" * 64, seen_at=seen_at, origin=origin,
            )  # fmt: skip
        rows = connection.execute(select(developments).order_by(developments.c.id))
        return ids, [tuple(row) for row in rows]


def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Sequence[Told]) -> int:
    """Holds the choice among those near against the choice among all; returns how many developments there are."""
    near = grouped(tmp_path / "near.db", told)
    monkeypatch.setattr(develop, "near_to", lambda *_: None)
    assert near == grouped(tmp_path / "all.db", told)
    return len(near[1])


def made_up(rng: random.Random) -> Told:
    day = date(2020, 1, 1) + timedelta(days=rng.randrange(500))
    published_on = rng.choice([None, day, day, date.fromordinal(day.toordinal() + rng.randrange(-40, 40))])
    as_of = rng.choice([None, day.isoformat(), day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]])
    outcomes = [Outcome.NEW, Outcome.UPDATE, Outcome.PENDING, Outcome.DENIAL, Outcome.REVERSAL]
    predicate = rng.choice([None, "sanctioned_by", "sanctioned_by"])
    one = finding(
        outcome=rng.choice(outcomes),
        predicate=predicate,
        object_class=rng.choice([None, "sanctions", "sanctions"]),
        operation=rng.choice(["add", "assert"]),
        place=rng.choice([None, "US", "US", "NO"]),
        entity=rng.choice(["hikvision", "dahua"]),
        as_of=as_of,
        rules=("as_of.implied",) if rng.random() < 0.3 else (),
        quote=f"Sentence {rng.randrange(12)}.",
        fingerprint=f"{rng.getrandbits(128):064x}",
    )
    seen_at = NOW + timedelta(hours=rng.randrange(48)) if rng.random() < 0.7 else datetime(2020, 3, 1, tzinfo=UTC)
    return one, published_on, seen_at, rng.choice([Origin.WATCH, Origin.WATCH, Origin.BACKFILL])


@pytest.mark.parametrize(
    ("seed", "count"), [(11, 60), *(pytest.param(seed, 500, marks=pytest.mark.slow) for seed in range(3))]
)
def test_the_choice_among_those_near_is_the_choice_among_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, count: int
) -> None:
    rng = random.Random(seed)
    assert count / 5 < both(tmp_path, monkeypatch, [made_up(rng) for _ in range(count)]) < count


def test_a_key_that_was_made_for_this_day_is_not_given_twice(tmp_path: Path) -> None:
    """What was told on a day of a month long past has the day of the event later, but keeps its key."""
    day = date(2024, 3, 10)
    one = finding(outcome=Outcome.NEW, as_of="2020-06", rules=(), fingerprint="a" * 64)
    dated = replace(one, as_of="2020-06-15", fingerprint="b" * 64)
    other = replace(one, as_of=None, quote="Another sentence.", fingerprint="c" * 64)
    (first, again, new), _ = grouped(
        tmp_path / "taken.db", [(each, day, NOW, Origin.WATCH) for each in (one, dated, other)]
    )
    assert first == again != new


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_first_and_the_last_day_there_are_have_neighbours(tmp_path: Path, day: date) -> None:
    one = finding(outcome=Outcome.NEW, as_of=day.isoformat(), rules=())
    told = [(replace(one, fingerprint=key * 64), day, NOW, Origin.WATCH) for key in "ab"]
    ids, _ = grouped(tmp_path / "edge.db", told)
    assert ids[0] == ids[1]


@pytest.mark.slow  # the comparison of hundreds of texts takes seconds
def test_so_it_is_for_what_is_found_in_real_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    rng, told = random.Random(7), []
    lines = [line for path in sorted(CORPUS.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    for number, line in enumerate(rng.sample(lines, 250)):
        text = json.loads(line)
        published_on = date(2024, 1, 1) + timedelta(days=rng.randrange(400)) if number % 9 else None
        page = Publication("press", f"k{number}", "", "", "page", text["language"], text["text"], published_on)
        for one in engine.comparer.publication(page, SourceClass.PRESS):
            if one.outcome.alerts:
                seen_at = NOW + timedelta(hours=number // 50)
                told.append((one, published_on, seen_at, Origin.WATCH if number % 5 else Origin.BACKFILL))
    told += [(replace(one, fingerprint=f"{n:064x}"), on, at, how) for n, (one, on, at, how) in enumerate(told[::2])]
    assert both(tmp_path, monkeypatch, told) > 50

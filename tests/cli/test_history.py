"""Backfill, replay and coverage from the command line."""

from datetime import timedelta

import pytest

from tests.cli.conftest import Run
from tests.pipeline import toy
from tests.pipeline.bench import MONDAY, MORE_NEWS, NEWS, Bench

ITEM = {"key": "one", "text": NEWS, "on": "2026-11-03"}
OLD = {"key": "old", "text": MORE_NEWS, "on": "2021-03-04"}
DAY = timedelta(days=1)


@pytest.fixture
def read(bench: Bench, cli: Run) -> Bench:
    """A source that was polled, and left something out."""
    bench.serve_list(items=[ITEM, OLD])
    cli("poll")
    return bench


def test_backfill_says_what_it_read(cli: Run, read: Bench) -> None:
    done = cli("backfill", "toy", "--since", "2019-01-01")
    assert done.status == 0
    assert "published from 2019-01-01 and before 2023-10-17: 1 listed, 0 stored before, 1 stored now" in done.out
    report = cli("backfill", "toy", "--since", "2019-01-01", "--json").json
    assert (report["stored"], report["failures"], report["stopped"]) == (0, [], None)
    (found,) = [row for row in cli("findings", "list", "--json").json if row["quote"] == MORE_NEWS]
    assert not found["alerted"]


def test_backfill_of_what_cannot_be_read_is_1(cli: Run, bench: Bench) -> None:
    done = cli("backfill", "toy", "--since", "2019-01-01")
    assert done.status == 1
    assert "not read: https://toy.example/list: " in done.out


def test_backfill_of_a_day_that_polls_read_is_2(cli: Run, read: Bench) -> None:
    done = cli("backfill", "toy", "--since", "2026-01-01")
    assert done.status == 2
    assert "claimwatch poll" in done.err


def test_backfill_of_a_source_that_leaves_nothing_out(cli: Run, bench: Bench) -> None:
    (bench.home / "sources.yaml").write_text(bench.sources.replace("skip_older: true", "skip_older: false"))
    done = cli("backfill", "toy", "--since", "2019-01-01")
    assert (done.status, bench.asked()) == (0, [])
    assert "nothing was left out" in done.out


def test_replay_shows_and_then_stores(cli: Run, read: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Nothing was written" in cli("replay").out
    first = toy.parse
    monkeypatch.setattr(toy, "VERSION", "2")
    monkeypatch.setattr(toy, "parse", lambda page: first(page.__class__(page.source, page.kind, page.url, b"{}")))
    done = cli("replay")
    assert done.status == 0
    assert "vanishes" in done.out
    assert NEWS in done.out
    (report,) = cli("replay", "--source", "toy", "--apply", "--json").json
    assert (report["applied"], report["missing"]) == (True, 1)
    ((finding),) = report["findings"]
    assert (finding["what"], finding["before"]["quote"], finding["after"]) == ("vanishes", NEWS, None)
    (stored,) = cli("findings", "list", "--json").json
    assert (stored["status"], stored["alerted"]) == ("withdrawn", False)
    assert cli("replay", "--since", "2026-11-10", "--json").json[0]["items"] == 0


def test_replay_names_what_it_could_not_read(cli: Run, read: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toy, "parse", lambda _page: 1 / 0)
    assert "toy: not replayed: https://toy.example/list: the parser" in cli("replay").out


def test_coverage_counts_polls_and_names_gaps(cli: Run, read: Bench) -> None:
    cli("poll", "--force", at=MONDAY + DAY)
    done = cli("sources", "coverage", at=MONDAY + DAY)
    assert done.status == 0
    assert "toy: unread from 2026-11-09 07:00 CET to 2026-11-10 07:00 CET (24 h)" in done.out
    (row,) = cli("sources", "coverage", "--source", "toy", "--json", at=MONDAY + DAY).json
    assert (row["polls"], row["good"], row["gaps"][0]["ends_at"]) == (2, 2, "2026-11-10T06:00:00+00:00")
    assert "toy: not polled in this time" in cli("sources", "coverage", "--until", "2026-11-01", at=MONDAY + DAY).out


def test_coverage_of_a_time_that_ends_before_it_begins_is_2(cli: Run, read: Bench) -> None:
    assert cli("sources", "coverage", "--since", "2026-11-09", "--until", "2026-11-01").status == 2

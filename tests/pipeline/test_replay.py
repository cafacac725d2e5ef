"""Replay: a change of ours shows what it would change, is stored when asked for, and is never told as news."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from claimwatch.claims import Comparer
from claimwatch.models import Alias, Edition, Finding, Origin, Outcome, Page, Publication
from claimwatch.pipeline import build, inspect_watch, poll
from claimwatch.pipeline.reading.differences import Kind
from claimwatch.pipeline.reading.history import backfill
from claimwatch.pipeline.reading.replay import SourceReplay, replay
from claimwatch.settings import PROJECT
from claimwatch.store import findings
from claimwatch.store.finding_rows import FindingRow
from demo.world import World
from tests.pipeline import toy
from tests.pipeline.bench import MONDAY, MORE_NEWS, NEWS, WEEK, Bench

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
LATER = MONDAY + 3 * DAY
SMALL_PRINT = "Dahua leased a salt mine in Bolivia on 1 November 2026."
ITEM = {"key": "one", "text": NEWS, "on": "2026-11-03", "small_print": SMALL_PRINT}

Upgrade = Callable[[Callable[[Mapping[str, Any]], str]], None]


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Upgrade:
    """Installs version 2 of the toy parser, which reads the text of an item with the function given."""
    first = toy._publication

    def to(text_of: Callable[[Mapping[str, Any]], str]) -> None:
        def second(page: Page, item: Mapping[str, Any]) -> Publication:
            return replace(first(page, item), text=text_of(item))

        monkeypatch.setattr(toy, "_publication", second)
        monkeypatch.setattr(toy, "VERSION", "2")

    return to


def with_small_print(item: Mapping[str, Any]) -> str:
    return f"{item['text']}\n\n{item.get('small_print', '')}".strip()


def rows(bench: Bench) -> list[FindingRow]:
    with bench.watch(MONDAY + 8 * WEEK) as watch, watch.store.read() as connection:
        return findings.list_findings(connection, watch.sources)


def kept(bench: Bench) -> list[tuple[str, Origin, str]]:
    return [(row.evidence.finding.quote, row.origin, row.status) for row in rows(bench)]


def edition(bench: Bench, at: datetime = MONDAY) -> Edition:
    with bench.watch(at) as watch:
        built = build(watch)
    assert built is not None
    return built


def told(bench: Bench, at: datetime = MONDAY) -> list[str]:
    return [item.evidence[0].finding.quote for item in edition(bench, at).items]


def run(bench: Bench, *, apply: bool = False, **narrowed: Any) -> SourceReplay:
    with bench.watch(MONDAY + DAY / 2) as watch:
        (report,) = replay(watch, apply=apply, **narrowed)
    return report


def test_where_nothing_of_ours_changed_nothing_differs(bench: Bench) -> None:
    rows_ = [{"key": "hik", "name": "Hikvision", "decision": "Excluded"}]
    bench.serve_list(items=[ITEM], rows=rows_, lists=["exclusions"])
    bench.poll()
    bench.serve_list(items=[{**ITEM, "text": MORE_NEWS}], rows=[rows_[0] | {"decision": "Observed"}])
    bench.poll(MONDAY + DAY / 4)
    report = run(bench)
    assert (report.items, report.changed, report.lost, report.refused) == (2, [], [], [])


def test_the_poll_after_an_upgrade_tells_nothing_that_only_the_parser_changed(bench: Bench, upgrade: Upgrade) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    assert told(bench) == [NEWS]
    upgrade(with_small_print)
    read = bench.poll(MONDAY + WEEK)
    assert (read.new, read.changed) == (0, 0)
    assert kept(bench) == [(NEWS, Origin.WATCH, "open"), (SMALL_PRINT, Origin.REPLAY, "open")]
    assert told(bench, MONDAY + WEEK) == []


def test_a_page_that_really_changed_after_an_upgrade_is_told(bench: Bench, upgrade: Upgrade) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    assert told(bench) == [NEWS]
    upgrade(with_small_print)
    bench.serve_list(items=[{**ITEM, "text": f"{NEWS}\n\n{MORE_NEWS}"}])
    assert bench.poll(MONDAY + WEEK).changed == 1
    assert told(bench, MONDAY + WEEK) == [MORE_NEWS]


def test_items_that_only_the_new_parser_reads_are_no_news(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.serve_list(items=[ITEM], skips=["a video"], hidden=[{"key": "two", "text": MORE_NEWS, "on": "2026-11-04"}])
    bench.poll()
    first = toy.parse

    def second(page: Page) -> Any:
        body = page.body.replace(b'"hidden"', b'"unused"').replace(b'"items": [', b'"items": [' + HIDDEN + b", ")
        return first(replace(page, body=body))

    monkeypatch.setattr(toy, "parse", second)
    monkeypatch.setattr(toy, "VERSION", "2")
    assert bench.poll(MONDAY + DAY / 4).new == 0
    assert (MORE_NEWS, Origin.REPLAY, "open") in kept(bench)
    assert told(bench, LATER) == [NEWS]


HIDDEN = b'{"key": "two", "text": "' + MORE_NEWS.encode() + b'", "on": "2026-11-04"}'


def test_without_apply_it_shows_and_writes_nothing(bench: Bench, upgrade: Upgrade) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    before = kept(bench)
    upgrade(lambda item: str(item["small_print"]))
    report = run(bench)
    assert (report.count(Kind.APPEARS), report.count(Kind.VANISHES), report.reworded) == (1, 1, 1)
    assert not report.applied
    assert kept(bench) == before


def test_applied_twice_is_applied_once(bench: Bench, upgrade: Upgrade) -> None:
    bench.serve_list(items=[ITEM], rows=[{"key": "dahua", "name": "Dahua", "decision": "Excluded"}])
    bench.poll()
    upgrade(with_small_print)
    first = run(bench, apply=True)
    assert (first.applied, first.count(Kind.APPEARS)) == (True, 1)
    after = kept(bench)
    again = run(bench, apply=True)
    assert again.changed == []
    assert kept(bench) == after


def test_what_vanishes_before_it_was_told_is_not_told(bench: Bench, upgrade: Upgrade) -> None:
    bench.serve_list(items=[ITEM, {"key": "two", "text": MORE_NEWS, "on": "2026-11-04"}])
    bench.poll()
    upgrade(lambda item: "Nobody is named." if item["key"] == "two" else str(item["text"]))
    assert run(bench, apply=True).count(Kind.VANISHES) == 1
    assert (MORE_NEWS, Origin.WATCH, "withdrawn") in kept(bench)
    assert told(bench, LATER) == [NEWS]
    assert [row.alerted for row in rows(bench)] == [True, False]


def test_what_vanished_after_it_was_told_stays_told(bench: Bench, upgrade: Upgrade) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    assert told(bench) == [NEWS]
    upgrade(lambda _item: "Nobody is named.")
    run(bench, apply=True)
    assert kept(bench) == [(NEWS, Origin.WATCH, "withdrawn")]
    bench.poll(MONDAY + WEEK)
    assert told(bench, MONDAY + WEEK) == []


def test_what_comes_back_is_open_again_and_not_told(
    bench: Bench, upgrade: Upgrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    upgrade(lambda _item: "Nobody is named.")
    run(bench, apply=True)
    upgrade(lambda item: str(item["text"]))
    monkeypatch.setattr(toy, "VERSION", "3")
    assert run(bench, apply=True).count(Kind.APPEARS) == 1
    assert kept(bench) == [(NEWS, Origin.REPLAY, "open")]
    assert told(bench, LATER) == []


def test_news_that_waits_is_told_though_its_sentence_is_cut_elsewhere(bench: Bench, upgrade: Upgrade) -> None:
    long = "Hikvision opened a museum of clocks in Reykjavik on 3 November 2026, the mayor said."
    bench.serve_list(items=[{**ITEM, "text": long}])
    bench.poll()
    upgrade(lambda item: str(item["text"]).replace(", the mayor said", ""))
    report = run(bench, apply=True)
    assert [d.kind for item in report.changed for d in item.differences] == [Kind.CHANGES]
    assert told(bench, LATER) == [NEWS]


def test_what_a_poll_found_beside_a_told_state_and_lost_again_is_not_told(bench: Bench, upgrade: Upgrade) -> None:
    """The second finding moved the development on; without it, it is in the state that was told."""
    excluded = "Norges Bank excluded Hikvision from the fund."
    bench.serve_list(items=[{"key": "one", "text": NEWS, "on": "2026-11-03"}])
    bench.poll()
    assert told(bench) == [NEWS]
    also = {"key": "two", "text": NEWS.replace("Hikvision", "Dahua"), "on": "2026-11-04"}
    bench.serve_list(items=[ITEM, also, {"key": "three", "text": excluded, "on": "2026-11-05"}])
    bench.poll(MONDAY + DAY)
    upgrade(lambda item: "Nobody is named." if item["key"] == "two" else str(item["text"]))
    with bench.watch(MONDAY + 2 * DAY) as watch:
        replay(watch, apply=True)
    assert NEWS.replace("Hikvision", "Dahua") not in [
        evidence.finding.quote for item in edition(bench, MONDAY + WEEK).items for evidence in item.evidence
    ]


def test_rows_are_replayed_with_their_revisions(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"key": "hik", "name": "Hikvision", "decision": "Under observation"}
    bench.serve_list(rows=[row], lists=["exclusions"], items=[ITEM])
    bench.poll()
    bench.serve_list(rows=[row | {"decision": "Excluded"}], lists=["exclusions"], items=[ITEM])
    bench.poll(MONDAY + DAY / 4)
    before = kept(bench)
    first = toy._entry

    def second(page: Page, said: Mapping[str, Any]) -> Any:
        entry = first(page, said)
        return replace(entry, text=f"{entry.text} | fund")

    monkeypatch.setattr(toy, "_entry", second)
    monkeypatch.setattr(toy, "VERSION", "2")
    report = run(bench, apply=True)
    assert report.reworded == 0, "an entry is identified by its fields"
    assert bench.poll(MONDAY + DAY).changed == 0
    assert len(kept(bench)) == len(before)
    assert run(bench).count(Kind.APPEARS) == 0


def test_a_new_alias_shows_what_it_finds(bench: Bench) -> None:
    bench.serve_list(items=[{**ITEM, "text": "Zzyzx Optics opened a museum of clocks in Reykjavik."}])
    bench.poll()
    assert kept(bench) == []
    hikvision = bench.engine.baseline.companies["hikvision"]
    alias = Alias("Zzyzx Optics", "hikvision", "brand")
    companies = {
        **bench.engine.baseline.companies,
        "hikvision": replace(hikvision, aliases=(*hikvision.aliases, alias)),
    }
    baseline = replace(bench.engine.baseline, companies=companies, version="1" * 64)
    with bench.watch(MONDAY) as watch:
        other = replace(watch, baseline=baseline)
        other.__dict__.update(comparer=Comparer(baseline), scanner=bench.engine.scanner)
        (report,) = replay(other, apply=True)
    assert report.count(Kind.APPEARS) == 1
    ((_, origin, _),) = kept(bench)
    assert origin is Origin.REPLAY
    assert told(bench, LATER) == []


def test_a_finding_that_was_quiet_and_alerts_now_is_not_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.serve_list(items=[ITEM])

    def with_outcome(outcome: Outcome) -> None:
        def publication(what: Publication, source_class: object) -> tuple[Finding, ...]:
            (finding,) = Comparer.publication(bench.engine.comparer, what, source_class)  # type: ignore[arg-type]
            return (replace(finding, outcome=outcome),)

        monkeypatch.setattr(bench.engine.comparer, "publication", publication)

    with_outcome(Outcome.CONTEXT)
    bench.poll()
    with_outcome(Outcome.NEW)
    report = run(bench, apply=True)
    assert report.count(Kind.CHANGES) == 1
    assert kept(bench) == [(NEWS, Origin.REPLAY, "open")]
    assert told(bench, LATER) == []


def test_lost_bytes_are_named_and_change_nothing(bench: Bench, upgrade: Upgrade) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    for path in (bench.home / "captures").rglob("*.zst"):
        path.unlink()
    upgrade(lambda _item: "Nobody is named.")
    report = run(bench, apply=True)
    assert report.lost == ["https://toy.example/list"]
    assert kept(bench) == [(NEWS, Origin.WATCH, "open")]


def test_a_page_that_the_new_parser_refuses_is_named_and_changes_nothing(
    bench: Bench, upgrade: Upgrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    monkeypatch.setattr(toy, "parse", lambda _page: 1 / 0)
    report = run(bench, apply=True)
    assert [failure.url for failure in report.refused] == ["https://toy.example/list"]
    assert "ZeroDivisionError" in report.refused[0].reason
    assert kept(bench) == [(NEWS, Origin.WATCH, "open")]


def test_an_item_that_is_not_read_any_more_loses_its_findings(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    first = toy.parse
    monkeypatch.setattr(toy, "parse", lambda page: first(replace(page, body=b'{"items": []}')))
    report = run(bench, apply=True)
    assert (report.missing, report.count(Kind.VANISHES)) == (1, 1)
    assert kept(bench) == [(NEWS, Origin.WATCH, "withdrawn")]


def test_history_stays_history(bench: Bench, upgrade: Upgrade) -> None:
    old = {"key": "old", "text": MORE_NEWS, "on": "2021-03-04", "small_print": SMALL_PRINT}
    bench.serve_list(items=[ITEM, old])
    bench.poll()
    with bench.watch() as watch:
        assert backfill(watch, "toy", date(2019, 1, 1)).stored == 1
    upgrade(lambda item: with_small_print(item) if item["key"] == "old" else str(item["text"]))
    run(bench, apply=True)
    assert kept(bench) == [
        (NEWS, Origin.WATCH, "open"),
        (MORE_NEWS, Origin.BACKFILL, "open"),
        (SMALL_PRINT, Origin.REPLAY, "open"),
    ]
    assert told(bench, LATER) == [NEWS]


def test_it_may_be_narrowed_to_what_was_stored_lately(bench: Bench, upgrade: Upgrade) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    upgrade(with_small_print)
    assert run(bench, since=MONDAY + DAY / 8).items == 0
    assert run(bench, since=MONDAY).items == 1


@pytest.mark.slow
def test_of_the_shipped_sources_nothing_differs_where_nothing_changed(bench: Bench) -> None:
    """On the sample world, over two weeks: heads, lists and revisions are read from their captures as in the polls."""
    bench.sources = (PROJECT / "sources.yaml").read_text(encoding="utf-8")
    with World() as world:
        bench.upstream = world  # type: ignore[assignment]
        for week in (1, 2):
            world.week = week
            with bench.watch(MONDAY + (week - 1) * WEEK) as watch:
                for slug in watch.polled:
                    poll(watch, slug, force=True)
        with bench.watch(MONDAY + WEEK) as watch:
            reports = replay(watch)
    assert sum(report.items for report in reports) > 3400
    assert [(report.source, report.changed, report.lost, report.refused) for report in reports if report.changed] == []
    assert [report.lost + report.refused for report in reports if report.lost or report.refused] == []


def test_a_changed_baseline_is_said_until_it_is_replayed(bench: Bench) -> None:
    """Nothing changes by itself; a replay that is only looked at settles nothing."""
    bench.serve_list(items=[{"key": "one", "text": NEWS}])
    bench.poll()

    def said(*, after: bool, apply: bool | None = None) -> list[str]:
        with bench.watch(MONDAY + DAY / 2) as watch:
            changed = replace(watch, baseline=replace(watch.baseline, version="another")) if after else watch
            if apply is not None:
                replay(changed, apply=apply)
            return [problem.why for problem in inspect_watch(changed) if problem.what == "baseline"]

    assert said(after=False) == []
    assert said(after=True) == ["changed since 1 findings were made"]
    assert said(after=True, apply=False) == ["changed since 1 findings were made"]
    assert said(after=True, apply=True) == []

"""Alerts: grave news at once, merged, limited by day, never the world as it was, and never told twice as new."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, update

from claimwatch.models import Edition, Subscription, Topics
from claimwatch.pipeline import build, build_due, deliver, inspect_watch, preview, subscribe
from claimwatch.pipeline.telling import alerts, tellable
from claimwatch.pipeline.telling.alerts import Alertable, alertable
from claimwatch.store import editions, ledger, reviews
from claimwatch.store.tables import findings
from tests.pipeline.bench import MONDAY, TOY, WEEK, Bench, body_of

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BOTH = (Subscription("weekly"), Subscription("urgent"))
ALERTS = (Subscription("urgent"),)
BAN = {"key": "ban", "on": "2026-11-10", "text": "Poland banned government procurement of Hikvision equipment."}
LIFTED = {"key": "lifted", "on": "2026-11-12", "text": "Poland has lifted its ban on procurement of Hikvision cameras."}
QUIET = {"key": "quiet", "on": "2026-11-02", "text": "Hikvision opened a museum of clocks in Reykjavik."}
OLD = {"key": "old", "on": "2026-11-02", "text": "Denmark banned government procurement of Dahua equipment."}
AT = MONDAY + 30 * HOUR  # a poll on Tuesday


def ban_in(place: str, number: int) -> dict[str, str]:
    """Grave news about one of many places."""
    return {
        "key": f"ban-{number}",
        "on": "2026-11-10",
        "text": f"{place} banned government procurement of Hikvision equipment.",
    }


@pytest.fixture
def begun(bench: Bench) -> Bench:
    """An official source, read once and told of in a first edition to a reader of digest and alerts."""
    bench.sources = TOY.replace("class: ngo", "class: official").replace("every: 6h", "every: 1m")
    with bench.watch() as watch:
        subscribe(watch, "reader@example.org", wanted=BOTH)
    bench.serve_list(items=[QUIET, OLD])
    bench.poll()
    with bench.watch() as watch:
        assert build(watch, "urgent") is None, "an alert went out before the first edition"
        assert build(watch) is not None
        deliver(watch)
    return bench


def news(bench: Bench, *items: dict[str, str], at: datetime = AT) -> None:
    """Polled at a time, beside what was there."""
    bench.serve_list(items=[QUIET, OLD, *items])
    bench.poll(at, force=True)


def alert(bench: Bench, at: datetime) -> Edition | None:
    """The alert built and sent at a time."""
    with bench.watch(at) as watch:
        edition = build(watch, "urgent")
        deliver(watch)
    return edition


def test_the_world_as_it_was_is_no_alert(begun: Bench) -> None:
    begun.poll(AT, force=True)
    with begun.watch(AT + HOUR) as watch, watch.store.read() as connection:
        assert alertable(connection, watch, watch.now()) == []


def test_what_the_first_read_of_a_further_source_brings_is_no_alert(begun: Bench) -> None:
    begun.sources += begun.sources.replace("toy:", "second:").replace("toy.example/list", "second.example/list")
    begun.serve("https://second.example/list", {"items": [BAN]})
    begun.poll(AT, "second")
    assert alert(begun, AT + HOUR) is None
    begun.serve("https://second.example/list", {"items": [BAN, ban_in("Sweden", 1)]})
    begun.poll(AT + HOUR, "second")
    edition = alert(begun, AT + 2 * HOUR)
    assert edition is not None
    assert [item.place for item in edition.items] == ["SE"]


def test_grave_news_waits_a_quarter_of_an_hour_for_others_and_goes_out_once(begun: Bench) -> None:
    news(begun, BAN)
    assert alert(begun, AT + 14 * MINUTE) is None
    news(begun, BAN, ban_in("Sweden", 1), at=AT + 14 * MINUTE)
    edition = alert(begun, AT + 15 * MINUTE)
    assert edition is not None
    assert (edition.series, edition.period) == ("urgent", "2026-11-10T12:00Z")
    assert sorted(str(item.place) for item in edition.items) == ["PL", "SE"]
    assert edition.coverage == ()
    assert alert(begun, AT + HOUR) is None
    assert len(begun.mails()) == 2


def test_what_an_alert_told_is_a_line_in_the_digest_and_not_news(begun: Bench) -> None:
    news(begun, BAN)
    assert alert(begun, AT + HOUR) is not None
    with begun.watch(AT + 2 * HOUR) as watch:
        subscribe(watch, "weekly@example.org")
    begun.poll(MONDAY + WEEK, force=True)
    with begun.watch(MONDAY + WEEK) as watch:
        edition = build(watch)
        assert edition is not None
        assert [(item.place, item.told_as) for item in edition.items] == [("PL", None)], "the archive tells it whole"
        deliver(watch)
        with watch.store.read() as connection:
            rows = ledger.history(connection, 1)
    digests = {str(m["to"]): body_of(m) for m in begun.mails() if "W46" in str(m["subject"])}
    assert "Already sent to you" in digests["reader@example.org"]
    assert "Already sent to you" not in digests["weekly@example.org"]
    assert "Poland banned" in digests["weekly@example.org"]
    assert len([row for row in rows if row.series == "urgent"]) == 1
    assert {(row.development_id, row.state_version) for row in rows} == {row.pair for row in rows}


def test_lesser_news_waits_for_the_digest(begun: Bench) -> None:
    news(begun, {"key": "x", "on": "2026-11-10", "text": "Hikvision opened a museum of trams in Bergen."})
    assert alert(begun, AT + HOUR) is None


def test_what_the_digest_told_first_is_no_alert_to_its_reader(begun: Bench) -> None:
    news(begun, BAN, at=MONDAY + WEEK - 5 * MINUTE)
    with begun.watch(MONDAY + WEEK) as watch:
        assert [edition.series for edition in build_due(watch)] == ["weekly"]
    assert alert(begun, MONDAY + WEEK + HOUR) is None


def test_who_reads_alerts_only_gets_what_a_digest_told_first(begun: Bench) -> None:
    with begun.watch(AT) as watch:
        subscribe(watch, "alerts@example.org", wanted=ALERTS)
    news(begun, BAN, at=MONDAY + WEEK - 5 * MINUTE)
    with begun.watch(MONDAY + WEEK) as watch:
        build_due(watch)
    assert alert(begun, MONDAY + WEEK + HOUR) is not None
    assert [m["to"] for m in begun.mails() if m["list-id"] and "urgent" in str(m["list-id"])] == ["alerts@example.org"]


def test_topics_select_alerts(begun: Bench) -> None:
    with begun.watch(AT) as watch:
        dahua = (Subscription("urgent", Topics(companies=("dahua",))),)
        subscribe(watch, "dahua@example.org", wanted=dahua)
    news(begun, BAN, at=AT)
    assert alert(begun, AT + HOUR) is not None
    assert "dahua@example.org" not in [m["to"] for m in begun.mails()]


def test_the_day_has_a_limit_and_what_is_over_it_comes_with_the_digest(begun: Bench) -> None:
    items = []
    for number, place in enumerate(("Poland", "Sweden", "Finland", "Iceland"), 1):
        items.append(ban_in(place, number))
        at = AT + number * HOUR
        news(begun, *items, at=at)
        with begun.watch(at + 20 * MINUTE, urgent_daily=2) as watch:
            edition = build(watch, "urgent")
            deliver(watch)
        assert edition is not None
    urgent = [m for m in begun.mails() if "urgent" in str(m["list-id"])]
    assert len(urgent) == 2
    with begun.watch(MONDAY + WEEK) as watch:
        build(watch)
        with watch.store.read() as connection:
            told = {row.pair: row.series for row in ledger.history(connection, 1) if not row.given_up}
            assert len([pair for pair, series in told.items() if series == "urgent"]) == 2
            weekly = editions.last_edition(connection, "weekly")
            assert weekly is not None
            of_weekly = editions.told_by(connection, weekly.id)
        assert set(of_weekly) <= set(told), "what was over the limit was lost"
        deliver(watch)
    (digest,) = [m for m in begun.mails() if "2026.W46" in str(m["message-id"]) or "2026-W46" in str(m["message-id"])]
    assert "Finland" in body_of(digest)
    assert "Iceland" in body_of(digest)


def test_an_alert_that_nobody_could_be_sent_is_told_by_the_digest(begun: Bench) -> None:
    news(begun, BAN)
    with begun.watch(AT + HOUR) as watch:
        build(watch, "urgent")
    with begun.watch(AT + 8 * HOUR) as watch:
        report = deliver(watch)
        assert (report.accepted, report.expired) == (0, 1)
    with begun.watch(MONDAY + WEEK) as watch:
        build(watch)
        deliver(watch)
    assert any("Poland" in body_of(m) for m in begun.mails())


def test_a_reversal_stands_under_the_mail_that_told_what_it_undoes(begun: Bench) -> None:
    news(begun, BAN)
    assert alert(begun, AT + HOUR) is not None
    news(begun, BAN, LIFTED, at=AT + 48 * HOUR)
    assert alert(begun, AT + 49 * HOUR) is not None
    alerts = sorted((m for m in begun.mails() if "urgent" in str(m["list-id"])), key=lambda m: str(m["message-id"]))
    first, second = alerts
    assert first["in-reply-to"] is None
    assert second["in-reply-to"] == second["references"] == first["message-id"]


def test_the_doctor_misses_an_alert_that_nobody_built(begun: Bench) -> None:
    news(begun, BAN)
    with begun.watch(AT + 44 * MINUTE) as watch:
        assert not [problem for problem in inspect_watch(watch) if problem.what == "urgent digest"]
    with begun.watch(AT + HOUR) as watch:
        (problem,) = [problem for problem in inspect_watch(watch) if problem.what == "urgent digest"]
    assert (problem.why, "--series urgent" in problem.do) == ("2026-11-10T12:00Z is due and not built", True)


def test_news_of_a_minute_that_has_had_its_alert_gets_the_next(begun: Bench) -> None:
    news(begun, BAN)
    assert alert(begun, AT + HOUR) is not None
    news(begun, BAN, ban_in("Sweden", 1), at=AT + 2 * HOUR)
    with begun.watch(AT + 3 * HOUR) as watch:
        with watch.store.write() as connection:  # as if that read had begun long before it ended
            connection.execute(update(findings).where(findings.c.place == "SE").values(first_seen_at=AT))
        edition = build(watch, "urgent")
    assert edition is not None
    assert edition.period == "2026-11-10T12:01Z"


def test_alerts_wait_for_approval_where_the_operator_wants_it(begun: Bench) -> None:
    news(begun, BAN)
    with begun.watch(AT + HOUR, review="urgent") as watch:
        edition = build(watch, "urgent")
        assert edition is not None
        assert deliver(watch).accepted == 0
        with watch.store.read() as connection:
            assert reviews.held_editions(connection)[0][:2] == ("urgent", edition.period)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_what_is_asked_for_in_groups_is_there_once(begun: Bench, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    news(begun, BAN, *(ban_in(place, n) for n, place in enumerate(("Sweden", "Finland", "Chile"))))

    def told() -> tuple[list[Alertable], Edition]:
        with begun.watch(AT + HOUR) as watch:
            with watch.store.read() as connection:
                due = alertable(connection, watch, AT + HOUR)
            found = preview(watch, "urgent")
        assert found is not None
        return due, found[0]

    whole = told()
    assert (len({one.id for one in whole[0]}), len(whole[0]), len(whole[1].items)) == (4, 4, 4)
    for module in (alerts, tellable):
        monkeypatch.setattr(module, "AT_ONCE", size)
    assert told() == whole


def test_as_many_queries_tell_what_is_due_however_much_was_found(begun: Bench) -> None:
    def due(at: datetime) -> tuple[int, int]:
        """How much an alert would tell, and how many queries it takes to know."""
        asked: list[str] = []
        with begun.watch(at) as watch, watch.store.read() as connection:
            event.listen(connection, "before_cursor_execute", lambda *call: asked.append(call[2]))
            return len(alertable(connection, watch, at)), len(asked)

    news(begun, BAN)
    few = due(AT + HOUR)
    news(begun, BAN, *(ban_in(place, n) for n, place in enumerate(("Sweden", "Finland", "Chile"))), at=AT + HOUR)
    many = due(AT + 2 * HOUR)
    assert (few[0], many[0]) == (1, 4)
    assert few[1] == many[1]

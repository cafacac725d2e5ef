"""From findings to delivered mail: told once each, frozen before it leaves, nothing lost in between."""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from claimwatch.errors import UsageError
from claimwatch.models import Subscription
from claimwatch.pipeline import Watch, build, build_due, deliver, preview, rehearse, subscribe, unsubscribe
from claimwatch.pipeline.lease import this_owner
from claimwatch.pipeline.mailing.deliver import LEASE_S
from claimwatch.store import editions, leases, ledger, outbox, subscribers
from tests.delivery.sink import Sink
from tests.pipeline.bench import MONDAY, MORE_NEWS, NEWS, WEEK, Bench, body_of

ITEM = {"key": "one", "text": NEWS, "on": "2026-11-03"}
OTHER = {"key": "two", "text": MORE_NEWS, "on": "2026-11-04"}


@pytest.fixture
def told(bench: Bench) -> Bench:
    """One piece of news, told to one reader."""
    with bench.watch() as watch:
        subscribe(watch, "reader@example.org")
    bench.serve_list(items=[ITEM])
    bench.poll()
    with bench.watch() as watch:
        assert build(watch) is not None
        assert deliver(watch).accepted == 1
    return bench


def test_news_reaches_the_reader_with_its_quote_and_source(told: Bench) -> None:
    (mail_,) = told.mails()
    assert mail_["to"] == "reader@example.org"
    text = body_of(mail_)
    assert "museum of clocks" in text
    assert "The Toy Institute" in text
    assert "https://toy.example/one" in text


def test_an_edition_is_built_and_sent_once(told: Bench) -> None:
    with told.watch() as watch:
        assert build(watch) is None
        assert build(watch, period="2026-W45") is None
        assert deliver(watch).accepted == 0
    assert len(told.mails()) == 1


@pytest.mark.parametrize(
    ("period", "says"), [("2026-W46", "not over yet"), ("2026-11-02", "weekly"), ("2026-W60", "2026-W60")]
)
def test_a_period_that_cannot_be_told_is_refused(bench: Bench, period: str, says: str) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    with bench.watch() as watch, pytest.raises(UsageError, match=says):
        build(watch, period=period)


def test_a_week_that_is_not_over_can_be_looked_at(told: Bench) -> None:
    told.serve_list(items=[ITEM, OTHER])
    told.poll(MONDAY + timedelta(days=1))
    with told.watch(MONDAY + timedelta(days=2)) as watch:
        seen = preview(watch, period="2026-W46")
    assert seen is not None
    assert "glacier railway" in seen[1].text


def test_nothing_is_told_before_a_source_was_read(bench: Bench) -> None:
    with bench.watch() as watch:
        assert build(watch) is None
        assert preview(watch) is None
        assert rehearse(watch) is None


def test_next_week_tells_only_what_is_new(told: Bench) -> None:
    told.serve_list(items=[ITEM, OTHER])
    told.poll(MONDAY + WEEK)
    with told.watch(MONDAY + WEEK) as watch:
        edition = build(watch)
        assert deliver(watch).accepted == 1
    assert edition is not None
    assert [item.companies for item in edition.items] == [("Dahua",)]
    assert sorted("museum of clocks" in body_of(m) for m in told.mails()) == [False, True]
    assert sorted("glacier railway" in body_of(m) for m in told.mails()) == [False, True]


def test_a_quiet_week_is_said_to_be_one(told: Bench) -> None:
    told.poll(MONDAY + WEEK)
    with told.watch(MONDAY + WEEK) as watch:
        edition = build(watch)
        deliver(watch)
    assert edition is not None
    assert edition.items == ()
    assert len(told.mails()) == 2


def test_a_blind_week_is_said_to_be_blind(told: Bench) -> None:
    told.serve("https://toy.example/list", "<!doctype html><html><body>Access denied</body></html>")
    told.poll(MONDAY + WEEK)
    with told.watch(MONDAY + WEEK) as watch:
        edition = build(watch)
    assert edition is not None
    (coverage,) = edition.coverage
    assert coverage.unread
    assert coverage.gaps
    assert edition.items == (), "a source that could not be read was told as a change"


def test_missed_weeks_are_covered_by_one_edition(told: Bench) -> None:
    told.serve_list(items=[ITEM, OTHER])
    told.poll(MONDAY + 3 * WEEK)
    with told.watch(MONDAY + 3 * WEEK) as watch:
        edition = build(watch)
        assert build(watch) is None
    assert edition is not None
    assert edition.period == "2026-W46–W48"


@pytest.mark.parametrize(
    ("series", "last", "now", "period"),
    [
        ("daily", "2026-11-08", MONDAY + timedelta(days=3), "2026-11-09–2026-11-11"),
        ("monthly", "2026-10", MONDAY + timedelta(days=85), "2026-11–2027-01"),
    ],
)
def test_missed_days_and_months_are_covered_by_one_edition(
    bench: Bench, series: str, last: str, now: datetime, period: str
) -> None:
    with bench.watch() as watch:
        subscribe(watch, "reader@example.org", wanted=(Subscription(series),))
    bench.serve_list(items=[ITEM])
    bench.poll()
    with bench.watch() as watch:
        first = {edition.series: edition.period for edition in build_due(watch)}
    assert first == {series: last, "weekly": "2026-W45"}, "a series without readers was built, or one with them was not"
    bench.serve_list(items=[ITEM, OTHER])
    bench.poll(now, force=True)
    with bench.watch(now) as watch:
        edition = build(watch, series)
        assert build(watch, series) is None
        deliver(watch)
    assert edition is not None
    assert (edition.period, len(edition.items), edition.first) == (period, 1, False)


def test_a_quiet_day_is_no_mail(bench: Bench) -> None:
    with bench.watch() as watch:
        subscribe(watch, "reader@example.org", wanted=(Subscription("daily"),))
    bench.serve_list(items=[ITEM])
    bench.poll()
    with bench.watch() as watch:
        build(watch, "daily")
        assert deliver(watch).accepted == 1
    bench.poll(MONDAY + timedelta(days=1), force=True)
    with bench.watch(MONDAY + timedelta(days=1)) as watch:
        assert build(watch, "daily") is not None
        assert deliver(watch).accepted == 0


def test_what_the_daily_digest_told_is_not_told_again_as_news_in_the_weekly(bench: Bench) -> None:
    both = (Subscription("daily"), Subscription("weekly"))
    with bench.watch() as watch:
        subscribe(watch, "reader@example.org", wanted=both)
    bench.serve_list(items=[ITEM])
    bench.poll()
    with bench.watch() as watch:
        build_due(watch)
    bench.serve_list(items=[ITEM, OTHER])
    bench.poll(MONDAY + timedelta(days=1), force=True)
    with bench.watch(MONDAY + timedelta(days=2)) as watch:
        build_due(watch)
    bench.poll(MONDAY + WEEK, force=True)
    with bench.watch(MONDAY + WEEK) as watch:
        assert [edition.series for edition in build_due(watch)] == ["daily", "weekly"]
        with watch.store.read() as connection:
            told = ledger.history(connection, 1)
    assert len(told) == 2
    assert {row.series for row in told} == {"daily"}


def test_who_joins_gets_the_last_edition_once_and_no_history(told: Bench) -> None:
    with told.watch(MONDAY + timedelta(days=1)) as watch:
        subscribe(watch, "late@example.org")
        assert deliver(watch).accepted == 1
        assert deliver(watch).accepted == 0
    late = [m for m in told.mails() if m["to"] == "late@example.org"]
    assert len(late) == 1
    assert "museum of clocks" in body_of(late[0])
    told.poll(MONDAY + WEEK)
    with told.watch(MONDAY + WEEK) as watch:
        build(watch)
        assert deliver(watch).accepted == 2
    second = [m for m in told.mails() if m["to"] == "late@example.org" and m["message-id"] != late[0]["message-id"]]
    assert len(second) == 1
    assert "museum of clocks" not in body_of(second[0])


def test_who_leaves_gets_nothing_more(told: Bench) -> None:
    with told.watch(MONDAY + WEEK) as watch:
        build(watch)
        unsubscribe(watch, "reader@example.org")
        assert deliver(watch).accepted == 0
    assert len(told.mails()) == 1


def test_without_readers_the_edition_is_frozen_all_the_same(bench: Bench) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    with bench.watch() as watch:
        edition = build(watch)
        assert edition is not None
        with watch.store.read() as connection:
            assert editions.find_edition(connection, "weekly", edition.period) is not None
        assert deliver(watch).accepted == 0


def test_preview_and_rehearsal_freeze_nothing(bench: Bench) -> None:
    with bench.watch() as watch:
        subscribe(watch, "reader@example.org")
    bench.serve_list(items=[ITEM])
    bench.poll()
    with bench.watch() as watch:
        seen, rehearsed = preview(watch), rehearse(watch)
        assert seen is not None
        assert rehearsed is not None
        built = build(watch)
        assert built == seen[0] == rehearsed[0]
        (message,) = rehearsed[1]
        assert (message.recipient, message.items) == ("reader@example.org", 1)
        deliver(watch)
        assert preview(watch) is None
        assert rehearse(watch) is None
    (mail_,) = bench.mails()
    assert mail_["subject"] == message.subject


def lease(connection: Connection, watch: Watch, owner: str, real: float) -> None:
    """What a process does before it sends."""
    due = leases.find_due(connection, watch.now(), real, 1)
    assert leases.lease_messages(connection, due, owner, watch.now(), real, LEASE_S)


def test_an_attempt_cut_off_is_settled_and_made_again(told: Bench) -> None:
    with told.watch(MONDAY + WEEK) as watch:
        build(watch)
        with watch.store.write() as connection:
            lease(connection, watch, "killed", time.time() - LEASE_S - 1)
        report = deliver(watch)
    assert (report.accepted, report.waiting) == (1, 0)
    assert len({m["message-id"] for m in told.mails()}) == 2


def test_an_attempt_that_is_still_being_made_is_left_alone(told: Bench) -> None:
    with told.watch(MONDAY + WEEK) as watch:
        build(watch)
        with watch.store.write() as connection:
            lease(connection, watch, this_owner(), time.time())
        report = deliver(watch)
    assert (report.accepted, report.waiting) == (0, 1)
    assert len(told.mails()) == 1


@pytest.mark.parametrize(
    ("answer", "state", "waiting"), [("451 4.3.0 later", "deferred", 1), ("550 5.1.1 nobody here", "refused", 0)]
)
def test_mail_that_is_not_taken_waits_or_is_refused(told: Bench, answer: str, state: str, waiting: int) -> None:
    with (
        Sink(recipient=lambda _envelope: answer) as sink,
        told.watch(MONDAY + WEEK, smtp_url=f"smtp://127.0.0.1:{sink.port}?tls=none") as watch,
    ):
        build(watch)
        report = deliver(watch)
        again = deliver(watch)
        with watch.store.read() as connection:
            assert outbox.count_messages(connection) == {"accepted": 1, state: 1}
    assert (report.accepted, report.failed, report.waiting) == (0, 1, waiting)
    assert report.errors[0].startswith("reader@example.org: ")
    assert answer.partition(" ")[2] in report.errors[0]
    assert (again.accepted, again.failed) == (0, 0), "it was tried again at once"


def test_a_mail_server_that_is_down_loses_nothing(told: Bench) -> None:
    with Sink() as gone:
        url = f"smtp://127.0.0.1:{gone.port}?tls=none"
    with told.watch(MONDAY + WEEK, smtp_url=url) as watch:
        build(watch)
        report = deliver(watch)
    assert (report.accepted, report.failed, report.waiting) == (0, 1, 1)


def test_an_old_message_is_not_sent_late(told: Bench) -> None:
    with told.watch(MONDAY + WEEK) as watch:
        build(watch)
    with told.watch(MONDAY + 4 * WEEK) as watch:
        report = deliver(watch)
    assert (report.accepted, report.expired) == (0, 1)


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ("no address", {}),
        ("a@example.org\nBcc: b@example.org", {}),
        ("reader@example.org", {"language": "xx"}),
        ("reader@example.org", {"timezone": "Europe/Nowhere"}),
    ],
)
def test_a_subscriber_that_cannot_be_is_refused(bench: Bench, address: str, options: dict[str, Any]) -> None:
    with bench.watch() as watch:
        with pytest.raises(UsageError):
            subscribe(watch, address, **options)
        with watch.store.read() as connection:
            assert subscribers.list_subscribers(connection) == []

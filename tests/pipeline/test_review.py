"""Before it leaves: held, approved, cancelled. After it left wrongly: recalled. Nothing is lost on the way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from claimwatch.editions import parse_period
from claimwatch.errors import UsageError
from claimwatch.models import Rendered, Subscription, Topics
from claimwatch.pipeline import approve, build, cancel, deliver, hold, inspect_watch, recall, send_trial, subscribe
from claimwatch.pipeline.telling.draft import draft, own
from claimwatch.store import developments, editions, ledger, outbox, reviews, subscribers
from tests.pipeline.bench import MONDAY, MORE_NEWS, NEWS, WEEK, Bench, body_of

ITEM = {"key": "one", "text": NEWS, "on": "2026-11-03"}
OTHER = {"key": "two", "text": MORE_NEWS, "on": "2026-11-04"}
WHO = "Kari"


@pytest.fixture
def read(bench: Bench) -> Bench:
    """One piece of news, read, and one reader."""
    with bench.watch() as watch:
        subscribe(watch, "reader@example.org")
    bench.serve_list(items=[ITEM])
    bench.poll()
    return bench


def test_an_edition_waits_for_approval_and_then_leaves_as_it_was_frozen(read: Bench) -> None:
    with read.watch(review="all") as watch:
        assert build(watch) is not None
        assert deliver(watch).accepted == 0
        assert any("waits for approval" in problem.why for problem in inspect_watch(watch))
        with watch.store.read() as connection:
            (held,) = reviews.letters(connection, 1)
        assert held.state == "held"
    with read.watch(MONDAY + 20 * timedelta(days=1), review="all") as watch:
        done = approve(watch, "2026-W45", who=WHO, why="read it")
        assert (done.messages, done.state) == (1, "frozen")
        assert deliver(watch).accepted == 1, "what somebody has just approved was too old to send"
        with watch.store.read() as connection:
            assert [(d.what, d.who, d.why) for d in reviews.decisions(connection, 1)][1:] == [
                ("approved", WHO, "read it")
            ]
    (mail,) = read.mails()
    assert mail["message-id"] == held.message_id


def test_who_joins_while_an_edition_is_held_waits_with_it(read: Bench) -> None:
    with read.watch(review="all") as watch:
        build(watch)
        subscribe(watch, "late@example.org")
        assert deliver(watch).accepted == 0
        approve(watch, "weekly:2026-W45", who=WHO)
        assert deliver(watch).accepted == 2


def test_a_cancelled_edition_is_told_in_the_next(read: Bench) -> None:
    with read.watch() as watch:
        build(watch)
        assert hold(watch, "2026-W45", who=WHO).messages == 1
        assert deliver(watch).accepted == 0
        done = cancel(watch, "2026-W45", who=WHO, why="not like this")
        assert (done.messages, done.left, done.state) == (1, 0, "cancelled")
        assert build(watch) is None, "a cancelled period came back"
    read.serve_list(items=[ITEM, OTHER])
    read.poll(MONDAY + WEEK)
    with read.watch(MONDAY + WEEK) as watch:
        edition = build(watch)
        assert edition is not None
        assert edition.first, "the first edition was never told"
        assert len(edition.items) == 2
        assert deliver(watch).accepted == 1
    (mail,) = read.mails()
    assert "museum of clocks" in body_of(mail)
    assert "glacier railway" in body_of(mail)


def test_cancelled_half_way_only_those_who_did_not_get_it_are_told_again(read: Bench) -> None:
    with read.watch() as watch:
        build(watch)
        deliver(watch)
        subscribe(watch, "late@example.org")
        done = cancel(watch, "2026-W45", who=WHO)
        assert (done.messages, done.left, done.state) == (1, 1, "frozen")
    read.serve_list(items=[ITEM, OTHER])
    read.poll(MONDAY + WEEK)
    with read.watch(MONDAY + WEEK) as watch:
        edition = build(watch)
        assert edition is not None
        assert len(edition.items) == 1, "the archive tells it a second time"
        deliver(watch)
    later = {str(m["to"]): body_of(m) for m in read.mails() if "glacier railway" in body_of(m)}
    assert {to: "museum of clocks" in text for to, text in later.items()} == {
        "reader@example.org": False,
        "late@example.org": True,
    }


@pytest.mark.parametrize("state", ["cancelled", "expired", "refused", "suppressed"])
def test_the_ledger_owes_what_a_message_did_not_tell(read: Bench, state: str) -> None:
    with read.watch() as watch:
        build(watch)
        with watch.store.write() as connection:
            reviews.move_messages(connection, 1, ("ready",), state, "given up")
            assert ledger.told(connection, 1) == set()
            assert len(ledger.owed(connection)) == 1
    read.poll(MONDAY + WEEK)
    with read.watch(MONDAY + WEEK) as watch:
        edition = build(watch)
        assert edition is not None
        assert edition.items == ()
        with watch.store.read() as connection:
            assert len(ledger.told(connection, 1)) == 1
            assert ledger.owed(connection) == set()


def test_what_has_left_cannot_be_stopped(read: Bench) -> None:
    with read.watch() as watch:
        build(watch)
        deliver(watch)
        for verb in (hold, cancel):
            with pytest.raises(UsageError, match=r"1 of 1 messages have left.*digest recall"):
                verb(watch, "2026-W45", who=WHO)
        with pytest.raises(UsageError, match="is not held"):
            approve(watch, "2026-W45", who=WHO)
        with pytest.raises(UsageError, match="there is no edition weekly:2026-W44"):
            hold(watch, "2026-W44", who=WHO)
        with pytest.raises(UsageError, match="not a period"):
            hold(watch, "last week", who=WHO)


def test_a_recall_stands_under_the_mail_that_it_corrects(read: Bench) -> None:
    with read.watch() as watch:
        build(watch)
        with pytest.raises(UsageError, match="nothing of weekly:2026-W45 has left"):
            recall(watch, "2026-W45", who=WHO, why="wrong")
        deliver(watch)
        with pytest.raises(UsageError, match="--why"):
            recall(watch, "2026-W45", who=WHO, why=" ")
        with pytest.raises(UsageError, match="no item"):
            recall(watch, "2026-W45", who=WHO, why="wrong", development="nonsense")
        with watch.store.read() as connection:
            before = ledger.history(connection, 1)
        done = recall(watch, "2026-W45", who=WHO, why="The museum was never opened.")
        assert (done.corrections, done.cancelled) == (1, 0)
        assert deliver(watch).accepted == 1
        with watch.store.read() as connection:
            assert ledger.history(connection, 1) == before, "a recall rewrote what was told"
            assert [d.what for d in reviews.decisions(connection, 1)] == ["recalled"]
        again = recall(watch, "2026-W45", who=WHO, why="And not in that town.")
        assert again.corrections == 1
        assert deliver(watch).accepted == 1
    told, *corrections = sorted(read.mails(), key=lambda m: "recall" in str(m["message-id"]))
    assert len(corrections) == 2
    assert {str(m["in-reply-to"]) for m in corrections} == {str(told["message-id"])}


def test_a_recall_of_one_item_goes_to_whom_it_was_told(read: Bench) -> None:
    with read.watch() as watch:
        dahua = (Subscription("weekly", Topics(companies=("dahua",))),)
        subscribe(watch, "dahua@example.org", wanted=dahua)
        build(watch)
        assert deliver(watch).accepted == 2
        with watch.store.read() as connection:
            ((id_, _),) = editions.told_by(connection, 1)
            key = developments.find_development(connection, id_).development.key
        done = recall(watch, "2026-W45", who=WHO, why="Not so.", development=key[:8])
        assert done.corrections == 1
        deliver(watch)
    assert sorted(str(m["to"]) for m in read.mails()) == ["dahua@example.org"] + ["reader@example.org"] * 2


def test_a_trial_goes_to_one_address_and_leaves_no_trace(read: Bench) -> None:
    with read.watch() as watch:
        sent = send_trial(watch, "operator@example.org")
        assert sent.subject.startswith("[test] ")
        with watch.store.read() as connection:
            assert outbox.count_messages(connection) == {}
            assert ledger.history(connection, 1) == []
        build(watch)
        deliver(watch)
    with read.watch(MONDAY + timedelta(days=1)) as watch:
        assert send_trial(watch, "operator@example.org").subject == sent.subject, "the last edition, none being due"
    assert sorted(str(m["to"]) for m in read.mails()) == ["operator@example.org"] * 2 + ["reader@example.org"]


def test_who_wants_no_sign_of_life_gets_none_but_is_told_when_a_source_was_unread(bench: Bench) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    with bench.watch() as watch:
        build(watch)
        subscribe(watch, "quiet@example.org", proof_of_life=False)
        deliver(watch)
    bench.poll(MONDAY + WEEK)
    with bench.watch(MONDAY + WEEK) as watch:
        assert build(watch) is not None
        assert deliver(watch).accepted == 0
    bench.serve("https://toy.example/list", "<!doctype html><html><body>Access denied</body></html>")
    bench.poll(MONDAY + 2 * WEEK)
    with bench.watch(MONDAY + 2 * WEEK) as watch:
        build(watch)
        assert deliver(watch).accepted == 1
    assert any("unread" in str(m["subject"]) for m in bench.mails())


def test_a_line_reminds_of_what_an_alert_told(read: Bench) -> None:
    with read.watch() as watch:
        period = parse_period("2026-W45", "Europe/Oslo")
        with watch.store.read() as connection:
            drafted = draft(connection, watch, period, watch.now())
            (reader,) = subscribers.list_readers(connection, "weekly")
            assert [item.told_as for item in own(connection, watch, drafted, reader).edition.items] == [None]
        _told_by_alert(read, drafted.told)
        with watch.store.read() as connection:
            mine = own(connection, watch, drafted, reader)
    assert [item.told_as for item in mine.edition.items] == ["urgent"]
    assert mine.fresh == ()


def _told_by_alert(read: Bench, told: tuple[tuple[int, int], ...]) -> None:
    """An alert about it, sent a moment ago."""
    with read.watch() as watch, watch.store.write() as connection:
        (subscriber,) = subscribers.list_subscribers(connection)
        drafted = draft(connection, watch, parse_period("2026-W45", "Europe/Oslo"), watch.now())
        alert = replace(drafted.edition, series="urgent", period="2026-11-09T05:30Z")
        id_ = editions.save_edition(connection, alert, Rendered("s", "h", "t"), told)
        message = outbox.save_message(
            connection, edition_id=id_, subscriber=subscriber, message_id="<a@b>", mime=b"x",
            created_at=watch.now(), expires_at=watch.now() + WEEK,
        )  # fmt: skip
        ledger.note_told(connection, subscriber.id, told, message, watch.now() + timedelta(seconds=1))


def test_the_doctor_names_weeks_that_no_edition_covers(read: Bench) -> None:
    with read.watch() as watch:
        build(watch)
    read.poll(MONDAY + 2 * WEEK)
    with read.watch(MONDAY + 2 * WEEK) as watch:
        build(watch, period="2026-W47")
        (problem,) = [p for p in inspect_watch(watch) if "2026-W46" in p.why]
    assert problem.what == "weekly digest"
    assert "claimwatch digest --series weekly --period 2026-W46" in problem.do

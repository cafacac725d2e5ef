"""A pass over the outbox against real servers: what is sent, put off, refused, paused, doubted and proved."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

import pytest
from aiosmtpd.smtp import Envelope
from sqlalchemy import delete, select, update

from claimwatch.pipeline import DeliveryReport, Watch, deliver
from claimwatch.settings import load_settings
from claimwatch.store import leases, outbox, relays, subscribers, suppressions
from claimwatch.store.tables import attempts, messages, rests
from tests.delivery.sink import Sink
from tests.faults.outbox_world import NOW, fill, message_id_of, open_outbox


@contextmanager
def outbox_of(
    home: Path, sink: Sink | None, count: int, *, connections: int = 4, **settings: object
) -> Iterator[Watch]:
    """An outbox with `count` messages and a way to the sink, or to a Maildir."""
    if sink is not None:
        settings["smtp_url"] = f"smtp://127.0.0.1:{sink.port}?tls=none&connections={connections}"
    watch = open_outbox(load_settings(home=home, **settings))
    if count:
        fill(watch.store, count)
    try:
        yield watch
    finally:
        watch.store.close()


def states(watch: Watch) -> dict[str, int]:
    with watch.store.read() as connection:
        return outbox.count_messages(connection)


def message_of(envelope: Envelope) -> Message:
    assert isinstance(envelope.content, bytes)
    return BytesParser().parsebytes(envelope.content)


def with_header(watch: Watch, header: str, recipient: str) -> None:
    """As if the message had been composed with the header in which a relay looks for its key."""
    with watch.store.write() as connection:
        there = messages.c.recipient == recipient
        row = connection.execute(select(messages.c.id, messages.c.message_id, messages.c.mime).where(there)).one()
        line = f"X-First: x\r\n{header}: {row.message_id}\r\n".encode()
        outbox.replace_message(connection, row.id, line + row.mime)


def cut_off(watch: Watch, owner: str = "elsewhere:1:dead") -> None:
    """What a process leaves that died after it had leased a message: an attempt, and a lease that has run out."""
    with watch.store.write() as connection:
        due = leases.find_due(connection, NOW, time.time(), 1)
        assert leases.lease_messages(connection, due, owner, NOW, time.time() - 10, 5)


def test_everything_leaves_over_the_connections_that_are_allowed(tmp_path: Path) -> None:
    with Sink() as sink, outbox_of(tmp_path, sink, 40) as watch:
        report = deliver(watch)
        assert (report.accepted, report.failed, report.waiting, report.ok) == (40, 0, 0, True)
        assert len({message_id_of(e) for e in sink.taken}) == len(sink.taken) == 40
        assert sink.connections <= 4
        with watch.store.read() as connection:
            rows = connection.execute(select(attempts)).all()
        assert {(row.number, row.result, row.phase, row.queue_id) for row in rows} == {(1, "accepted", "DATA", None)}
        assert deliver(watch) == DeliveryReport()


def test_one_connection_is_one(tmp_path: Path) -> None:
    with Sink() as sink, outbox_of(tmp_path, sink, 9, connections=1) as watch:
        assert deliver(watch).accepted == 9
        assert sink.connections == 1


def test_the_attempt_is_on_record_before_the_server_hears_of_it(tmp_path: Path) -> None:
    seen: list[int] = []

    def look(_envelope: object) -> str:
        with watch.store.read() as connection:
            seen.append(len(connection.execute(select(attempts).where(attempts.c.result.is_(None))).all()))
        return "250 taken"

    with Sink(recipient=look) as sink, outbox_of(tmp_path, sink, 1) as watch:
        deliver(watch)
    assert seen == [1]


def test_a_refusal_of_ours_pauses_everything_and_harms_nobody(tmp_path: Path) -> None:
    answers = {"data": "550 5.7.26 this mail is unauthenticated"}
    with Sink(answer=lambda _: answers["data"]) as sink, outbox_of(tmp_path, sink, 30) as watch:
        report = deliver(watch)
        assert [pause.kind for pause in report.pauses] == ["ours"]
        assert "5.7.26" in report.pauses[0].reason
        assert 1 <= report.failed <= 4  # what was under way
        assert not report.ok
        assert set(states(watch)) <= {"ready", "deferred"}
        assert deliver(watch).accepted == 0
        answers["data"] = "250 taken"
        report = deliver(watch, resume=True)
        assert (report.accepted, report.pauses, report.ok) == (30, [], True)


def test_a_relay_that_is_away_is_left_alone(tmp_path: Path) -> None:
    with Sink() as sink:
        url = f"smtp://127.0.0.1:{sink.port}?tls=none"
    with outbox_of(tmp_path, None, 30, smtp_url=url) as watch:
        report = deliver(watch)
        assert [pause.kind for pause in report.pauses] == ["relay"]
        assert report.waiting == 30
        assert report.failed <= 8
        assert deliver(watch).failed == 0  # it rests: nothing is tried


def test_too_many_refused_readers_stop_the_pass(tmp_path: Path) -> None:
    with Sink(recipient=lambda _: "550 5.1.1 unknown") as sink, outbox_of(tmp_path, sink, 60) as watch:
        report = deliver(watch)
        assert [pause.kind for pause in report.pauses] == ["refusals"]
        assert 11 <= states(watch)["refused"] <= 14
        assert states(watch)["ready"] >= 46


def test_the_daily_brake_carries_over(tmp_path: Path) -> None:
    with Sink() as sink, outbox_of(tmp_path, sink, 10, mail_daily=4) as watch:
        report = deliver(watch)
        assert (report.accepted, report.waiting, [p.kind for p in report.pauses]) == (4, 6, ["daily"])
        assert deliver(watch).accepted == 0


def test_the_rate_is_kept(tmp_path: Path) -> None:
    with Sink() as sink, outbox_of(tmp_path, sink, 30, mail_rate=20) as watch:
        began = time.monotonic()
        assert deliver(watch).accepted == 30
        assert time.monotonic() - began >= 0.45  # 20 at once, 10 more at 20 a second


def test_nobody_is_mailed_who_was_suppressed_or_left_after_the_mail_was_made(tmp_path: Path) -> None:
    with Sink() as sink, outbox_of(tmp_path, sink, 4) as watch:
        with watch.store.write() as connection:
            suppressions.suppress(connection, "weekly1@reader.example", "complained", source="test", at=NOW)
            subscribers.remove_subscriber(connection, "weekly2@reader.example", NOW)
        assert deliver(watch).accepted == 2
        assert {e.rcpt_tos[0] for e in sink.taken} == {"weekly0@reader.example", "weekly3@reader.example"}
        assert states(watch) == {"accepted": 2, "suppressed": 1, "cancelled": 1}


def test_a_mail_that_waits_for_approval_is_not_sent(tmp_path: Path) -> None:
    with Sink() as sink, outbox_of(tmp_path, sink, 3) as watch:
        with watch.store.write() as connection:
            connection.execute(update(messages).where(messages.c.id == 2).values(state="held"))
        report = deliver(watch)
        assert (report.accepted, report.held, report.ok) == (2, 1, True)


def test_the_return_path_is_the_messages_own(tmp_path: Path) -> None:
    with Sink() as sink, outbox_of(tmp_path, sink, 2, bounces="bounces@claimwatch.example") as watch:
        deliver(watch)
        for envelope in sink.taken:
            token = message_id_of(envelope).rpartition("@")[0].rpartition(".")[2]
            assert envelope.mail_from == f"bounces+{token}@claimwatch.example"


def test_no_answer_and_no_evidence_means_an_hour_and_then_a_marked_second_copy(tmp_path: Path) -> None:
    answers = iter(["drop"] + ["250 taken"] * 9)
    with Sink(answer=lambda _: next(answers)) as sink, outbox_of(tmp_path, sink, 1) as watch:
        report = deliver(watch)
        assert (report.failed, report.in_doubt, report.possible_duplicates) == (1, 1, 0)
        assert deliver(watch).in_doubt == 1
        with watch.store.write() as connection:
            wait_s = connection.execute(select(messages.c.next_try_at - messages.c.doubted_at)).scalar_one()
            assert wait_s == 3600
            connection.execute(update(messages).values(next_try_at=time.time()))
        report = deliver(watch)
        assert (report.accepted, report.doubtful, report.possible_duplicates) == (1, 1, 1)
        assert sink.taken[0].content == sink.taken[1].content


def test_an_alert_without_answer_is_sent_again_by_the_next_pass(tmp_path: Path) -> None:
    answers = iter(["drop"] + ["250 taken"] * 9)
    with Sink(answer=lambda _: next(answers)) as sink, outbox_of(tmp_path, sink, 0) as watch:
        fill(watch.store, 1, series="urgent")
        assert deliver(watch).in_doubt == 1
        assert deliver(watch).possible_duplicates == 1


def test_a_maildir_settles_its_own_doubts(tmp_path: Path) -> None:
    with outbox_of(tmp_path, None, 2) as watch:
        cut_off(watch)
        report = deliver(watch)
        assert (report.accepted, report.proved, report.possible_duplicates) == (2, 1, 0)
        with watch.store.write() as connection:  # as if the process had died between the Maildir and the store
            connection.execute(
                update(messages)
                .where(messages.c.id == 1)
                .values(state="sending", lease_owner="elsewhere:1:dead", lease_until=1.0, accepted_at=None)
            )
        report = deliver(watch)
        assert (report.accepted, report.proved, states(watch)) == (0, 1, {"accepted": 2})
    assert len(list((tmp_path / "mail" / "new").iterdir())) == 2


def test_a_process_that_was_only_slow_settles_what_it_knows(tmp_path: Path) -> None:
    with outbox_of(tmp_path, None, 1) as watch, watch.store.write() as connection:
        due = leases.find_due(connection, NOW, 0.0, 1)
        (slow,) = leases.lease_messages(connection, due, "slow", NOW, 0.0, 5)
        outbox.note_cut_off(connection, 10.0, lambda _owner: False, lambda _series: 3600.0)
        leases.settle_messages(connection, [(slow, leases.Settlement("accepted", "250"))], "slow", NOW)
        assert outbox.count_messages(connection) == {"accepted": 1}


def test_courtlistener_a_mail_that_comes_during_a_pass_is_never_marked_unsent(tmp_path: Path) -> None:
    """There the update that marks alerts as sent selects again, and marks what came in meanwhile and was not mailed."""
    late = threading.Event()

    def arrive(_envelope: object) -> str:
        if not late.is_set():
            late.set()
            fill(watch.store, 3, series="daily")
        return "250 taken"

    with Sink(answer=arrive) as sink, outbox_of(tmp_path, sink, 3) as watch:
        deliver(watch)
        deliver(watch)
        assert states(watch) == {"accepted": 6}
        assert len({message_id_of(e) for e in sink.taken}) == len(sink.taken) == 6


def test_courtlistener_a_mail_is_not_marked_as_sent_before_it_is(tmp_path: Path) -> None:
    """There a task is queued and its alerts are marked; a task that is lost or fails is never sent again."""
    answers = iter(["451 trouble"] + ["250 taken"] * 9)
    with Sink(answer=lambda _: next(answers)) as sink, outbox_of(tmp_path, sink, 1) as watch:
        deliver(watch)
        assert states(watch) == {"deferred": 1}
        with watch.store.write() as connection:
            connection.execute(update(messages).values(next_try_at=time.time()))
        assert deliver(watch).accepted == len(sink.taken) == 1


def test_courtlistener_a_mail_that_fails_for_now_is_tried_until_it_is_taken_or_too_old(tmp_path: Path) -> None:
    """There the task that mails has no retries: one bad moment of the relay, and the mail is gone."""
    answers = iter(["421 busy", "451 trouble", "452 4.2.2 full", "450 4.2.0 greylisted"])
    with Sink(answer=lambda _: next(answers, "250 taken")) as sink, outbox_of(tmp_path, sink, 1) as watch:
        for _ in range(8):
            deliver(watch, resume=True)
            with watch.store.write() as connection:
                connection.execute(update(messages).values(next_try_at=time.time()))
                connection.execute(delete(rests))
        assert states(watch) == {"accepted": 1}
        assert len(sink.taken) == 1


def test_listmonk_what_was_fetched_and_not_sent_is_not_lost(tmp_path: Path) -> None:
    """There a cursor moves over a whole batch when it is fetched; here at most one message for each connection is."""
    with Sink() as sink, outbox_of(tmp_path, sink, 20, resend_hours=0) as watch:
        for _ in range(4):  # killed with all connections busy
            cut_off(watch)
        assert states(watch) == {"ready": 16, "sending": 4}
        first = deliver(watch)
        second = deliver(watch)
        assert first.accepted + second.accepted == 20
        assert {message_id_of(e) for e in sink.taken} == _all_ids(watch)


def test_django_newsletter_a_restart_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """There an error sends the next run back to the first subscriber, and a killed run is stuck for ever."""
    taken = 0

    def fail_later(_envelope: object) -> str:
        nonlocal taken
        taken += 1
        return "250 taken" if taken <= 10 else "550 5.7.1 rejected by policy"

    with Sink(answer=fail_later) as sink, outbox_of(tmp_path, sink, 30) as watch:
        assert deliver(watch).accepted == 10
        taken = -100
        assert deliver(watch, resume=True).accepted == 20
        assert len({message_id_of(e) for e in sink.taken}) == len(sink.taken) == 30


@pytest.mark.parametrize("kind", ["ours", "relay"])
def test_the_operator_is_told_of_a_pause(tmp_path: Path, kind: str) -> None:
    with outbox_of(tmp_path, None, 1) as watch, watch.store.write() as connection:
        relays.admit(connection, "mail.example:25", 0.0, rate=None, daily=None)
        note = relays.note_ours if kind == "ours" else relays.note_failure
        note(connection, "mail.example:25", "why", time.time())
        assert [(p.kind, p.reason) for p in relays.pauses(connection, time.time())] == [(kind, "why")]


def _all_ids(watch: Watch) -> set[str]:
    with watch.store.read() as connection:
        return set(connection.execute(select(messages.c.message_id)).scalars())


def test_evidence_that_settles_during_a_pass_has_the_first_word_in_the_next(tmp_path: Path) -> None:
    """A doubt whose wait ends between the look at the evidence and the sending is not sent in that pass."""
    with outbox_of(tmp_path, None, 1) as watch, watch.store.write() as connection:
        due = leases.find_due(connection, NOW, 0.0, 1)
        assert leases.lease_messages(connection, due, "dead", NOW, 0.0, 5)
        outbox.note_cut_off(connection, 10.0, lambda _owner: True, lambda _series: 60.0)
        assert leases.find_due(connection, NOW, 71.0, 1, 69.0) == []
        assert leases.find_due(connection, NOW, 71.0, 1, 70.0) == due


def test_a_relay_that_knows_a_message_again_is_given_it_at_once_and_takes_it_once(tmp_path: Path) -> None:
    header, keys = "Resend-Idempotency-Key", list[str]()

    def take_once(envelope: Envelope) -> str:
        key = message_of(envelope)[header]
        keys.append(key)
        return "drop" if keys.count(key) == 1 else "250 2.0.0 taken before"

    with Sink(answer=take_once) as sink, outbox_of(tmp_path, sink, 2, idempotency_header=header) as watch:
        with_header(watch, header, "weekly0@reader.example")
        assert deliver(watch).in_doubt == 2
        report = deliver(watch)
        assert (report.proved, report.accepted, report.doubtful, report.in_doubt) == (1, 1, 0, 1)
        assert report.possible_duplicates == 0
        known = message_id_of(next(e for e in sink.taken if e.rcpt_tos == ["weekly0@reader.example"]))
    # The other one was frozen before the header was set: it waits its hour.
    assert [key for key in keys if key] == [known] * 2


def test_a_second_doubt_about_a_message_is_not_left_to_the_relays_memory(tmp_path: Path) -> None:
    header = "Resend-Idempotency-Key"
    drops = Sink(answer=lambda _envelope: "drop")
    with drops as sink, outbox_of(tmp_path, sink, 1, idempotency_header=header) as watch:
        with_header(watch, header, "weekly0@reader.example")
        assert deliver(watch).in_doubt == 1
        assert deliver(watch).proved == 1
        assert deliver(watch).proved == 0
        assert states(watch) == {"in_doubt": 1}
    assert len(sink.taken) == 2

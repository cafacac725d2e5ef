"""Mail that comes back: who is asked, who is given up, who is left alone; each report once, forged ones never."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from claimwatch.delivery import Report, read_report
from claimwatch.errors import ClaimwatchError, UsageError
from claimwatch.pipeline import deliver
from claimwatch.pipeline.mailing.bounces import bounce_problems, lift, read_bounces
from claimwatch.pipeline.mailing.probes import QUIET
from claimwatch.store import bounces, consents, ledger, subscribers, suppressions
from claimwatch.store.tables import messages, probes, rests
from tests.delivery.returned import complaint, dsn, holiday, old_fashioned
from tests.delivery.sink import Sink
from tests.faults.outbox_world import NOW, fill, message_id_of
from tests.pipeline.returning import World

pytestmark = pytest.mark.slow

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def way_to(sink: Sink) -> str:
    return f"smtp://127.0.0.1:{sink.port}?tls=none"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, sink: Sink) -> World:
    made = World(tmp_path, way_to(sink))
    with made.at() as watch:
        fill(watch.store, 3)
        assert deliver(watch).accepted == 3
    sink.taken.clear()
    return made


def state_of(world: World, number: int) -> str:
    with world.at() as watch, watch.store.read() as connection:
        there = messages.c.recipient == f"weekly{number}@reader.example"
        return str(connection.execute(select(messages.c.state).where(there)).scalar_one())


def test_an_unknown_mailbox_is_asked_and_then_given_up_alone(world: World, sink: Sink) -> None:
    world.bounce(1)
    assert world.effects() == ["probed"]
    assert world.held() == []
    assert [state_of(world, number) for number in range(3)] == ["accepted", "bounced", "accepted"]
    with world.at(NOW + HOUR) as watch:
        assert deliver(watch).letters == 0  # not before a day
    with world.at(NOW + DAY) as watch:
        assert deliver(watch).letters == 1
        assert deliver(watch).letters == 0
    (probe,) = sink.taken
    assert probe.rcpt_tos == ["weekly1@reader.example"]
    token = str(probe.mail_from).partition("+")[2].partition("@")[0]
    assert token in message_id_of(probe)
    world.comes_back(dsn(message_id=message_id_of(probe), token=token, own_id="<p@mx.example>"))
    with world.at(NOW + DAY + HOUR) as watch:
        report = deliver(watch)
    assert report.returned is not None
    assert (report.returned.bounces, report.returned.suppressed) == (1, 1)
    assert world.held(NOW + 2 * DAY) == ["weekly1@reader.example"]


def test_a_probe_that_stays_away_forgives_everything(world: World, sink: Sink) -> None:
    world.bounce(1)
    with world.at(NOW + DAY) as watch:
        deliver(watch)
    later = NOW + DAY + QUIET
    with world.at(later) as watch:
        deliver(watch)
        with watch.store.read() as connection:
            assert bounces.points_since(connection, 2, NOW - DAY) == 0
            assert connection.execute(select(rests)).all() == []
    world.bounce(1, later + HOUR)
    assert world.effects() == ["probed", "probed"]
    assert world.held(later + DAY) == []


def test_a_probe_that_the_server_refuses_at_once_is_enough(world: World) -> None:
    world.bounce(1)
    strict = Sink(recipient=lambda _: "550 5.1.1 unknown")
    with strict, world.at(NOW + DAY, smtp_url=way_to(strict)) as watch:
        assert deliver(watch).letters == 0
    assert world.held(NOW + DAY) == ["weekly1@reader.example"]


def test_a_full_mailbox_rests_longer_each_time_and_is_asked_only_after_five_days(world: World) -> None:
    hours = []
    for number in range(5):
        at = NOW + number * 4 * DAY
        world.bounce(1, at, status="5.2.2", diagnostic="smtp; 552 5.2.2 full")
        world.bounce(1, at, status="5.2.2", diagnostic="smtp; 552 5.2.2 full")  # the same day counts once
        with world.at(at) as watch, watch.store.read() as connection:
            hours.append((connection.execute(select(rests.c.until)).scalar_one() - at) / HOUR)
    assert hours[:4] == [2, 4, 8, 16]
    assert world.effects()[-2:] == ["probed", "counted"]
    assert world.held() == []


def test_what_is_our_fault_counts_nothing(world: World) -> None:
    for number in range(10):
        world.bounce(1, NOW + number * DAY, status="5.7.26", diagnostic="smtp; 550 5.7.26 unauthenticated")
    assert set(world.effects()) == {"none"}
    with world.at() as watch, watch.store.read() as connection:
        assert connection.execute(select(rests)).all() == []
        (problem,) = bounce_problems(connection, NOW + 9 * DAY)
        assert "8 mails came back for a reason that is ours" in problem.why
    assert state_of(world, 1) == "bounced"  # they were not told, whoever is to blame


def test_mail_that_rests_is_sent_later(world: World, sink: Sink) -> None:
    world.bounce(1, status="4.2.2", diagnostic="smtp; 452 4.2.2 over quota")
    with world.at() as watch:
        with watch.store.write() as connection:
            connection.execute(update(messages).where(messages.c.subscriber_id.in_((1, 2))).values(state="ready"))
        assert deliver(watch).accepted == 1
    with world.at(NOW + 2 * HOUR) as watch:
        assert deliver(watch).accepted == 1
    assert [one.rcpt_tos for one in sink.taken] == [["weekly0@reader.example"], ["weekly1@reader.example"]]


def test_a_complaint_ends_everything_at_once(world: World, sink: Sink) -> None:
    id_, _ = world.sent_to(2)
    with world.at() as watch, watch.store.write() as connection:
        subscribers.set_subscriptions(connection, 3, subscribers.WEEKLY, NOW, reason="")
    world.comes_back(complaint(message_id=id_))
    with world.at() as watch:
        done = read_bounces(watch)
        assert (done.complaints, done.suppressed) == (1, 1)
        with watch.store.read() as connection:
            (last,) = consents.list_consents(connection, 3)
            assert (last.kind, last.series, last.source) == ("ended", ("weekly",), "complaint")
            member = subscribers.find_member(connection, 3)
        assert member is not None
        assert member.current == ()
        assert not member.subscriber.active
    assert world.held() == ["weekly2@reader.example"]


def test_a_forged_token_has_no_effect(world: World) -> None:
    id_, token = world.sent_to(1)
    world.comes_back(dsn(token="0" * 32, message_id=id_))  # a token of nobody, with a real Message-ID in it
    world.comes_back(dsn(token=None, message_id="<weekly.2026-W46.guess@claimwatch.example>", own_id="<g@x.example>"))
    world.comes_back(complaint(message_id="<weekly.2026-W46.guess@claimwatch.example>"))
    with world.at() as watch:
        done = read_bounces(watch)
    assert (done.read, done.strangers, done.bounces, done.suppressed) == (3, 3, 0, 0)
    assert set(world.effects()) == {"stranger"}
    assert state_of(world, 1) == "accepted"
    world.comes_back(dsn(token=token, message_id="<other@elsewhere.example>", own_id="<h@x.example>"))
    with world.at() as watch:
        assert read_bounces(watch).bounces == 1  # the token alone is enough


def test_what_says_nothing_clear_counts_nothing(world: World) -> None:
    _, token = world.sent_to(1)
    for raw in (holiday(), old_fashioned(), dsn(action="delayed", status="4.4.1"), b"spam"):
        world.comes_back(raw.replace(b"0123456789abcdef0123456789abcdef", token.encode()))
    with world.at() as watch:
        done = read_bounces(watch)
    assert (done.read, done.bounces, done.unclear, done.strangers) == (4, 0, 1, 1)
    assert world.effects() == ["none"] * 3


def test_a_report_counts_once_however_often_it_is_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    id_, token = world.sent_to(1)
    world.comes_back(dsn(message_id=id_, token=token, status="5.2.2", diagnostic="smtp; 552 5.2.2 full"))
    with monkeypatch.context() as patch, world.at() as watch:
        patch.setattr("claimwatch.delivery.boxes.MaildirBox.put_away", _power_cut)
        with pytest.raises(PowerCut):
            read_bounces(watch)
    with world.at(NOW + DAY) as watch:
        done = read_bounces(watch)
        assert (done.read, done.again, done.bounces) == (1, 1, 0)
        with watch.store.read() as connection:
            assert bounces.points_since(connection, 2, NOW - DAY) == 1
        assert read_bounces(watch).read == 0
    assert len(list((world.box / "cur").iterdir())) == 1


class PowerCut(Exception):
    """The machine goes dark between commit and move."""


def _power_cut(*_: object) -> None:
    raise PowerCut


def test_an_mbox_is_read_on_in_the_same_transaction(world: World, tmp_path: Path) -> None:
    id_, token = world.sent_to(1)
    mbox = tmp_path / "mbox"
    mbox.write_bytes(b"From x Mon\n" + dsn(message_id=id_, token=token) + b"\nFrom y Mon\n" + holiday())
    with world.at(bounces_box=f"mbox:{mbox}") as watch:
        assert read_bounces(watch).read == 2
        assert read_bounces(watch).read == 0
        with mbox.open("ab") as file:
            file.write(b"\nFrom z Tue\n" + dsn(message_id=id_, token=token, own_id="<later@x.example>"))
        assert read_bounces(watch).bounces == 1


@pytest.mark.parametrize("kind", ["maildir", "mbox"])
def test_a_mail_that_cannot_be_handled_is_told_of_and_stops_no_other(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    id_, token = world.sent_to(1)
    bad, good = holiday(), dsn(message_id=id_, token=token)
    if kind == "mbox":
        box = tmp_path / "mbox"
        box.write_bytes(b"From x Mon\n" + bad + b"\nFrom y Mon\n" + good)
    else:
        box = world.box
        world.comes_back(bad)
        world.comes_back(good)

    def reader(raw: bytes, *words: Any) -> Report:
        if raw.strip() == bad.strip():
            raise RuntimeError("never seen such a mail")
        return read_report(raw, *words)

    with world.at(bounces_box=f"{kind}:{box}") as watch:
        with monkeypatch.context() as patch:
            patch.setattr("claimwatch.pipeline.mailing.bounces.read_report", reader)
            for times, done in enumerate((read_bounces(watch), read_bounces(watch))):
                assert "never seen such a mail" in (done.fault or "")
                assert done.bounces == (1 - times)
        done = read_bounces(watch)  # the program was mended
        assert (done.fault, done.strangers) == (None, 1)


def test_what_came_back_is_owed_again(world: World) -> None:
    world.bounce(1, status="5.2.2", diagnostic="smtp; 552 5.2.2 full")
    assert state_of(world, 1) in ledger.GIVEN_UP


def test_a_box_that_cannot_be_read_keeps_no_mail_back(world: World) -> None:
    with world.at(bounces_box=f"maildir:{world.home / 'nowhere'}") as watch:
        with watch.store.write() as connection:
            connection.execute(update(messages).where(messages.c.subscriber_id == 1).values(state="ready"))
        report = deliver(watch)
        assert report.accepted == 1
        assert not report.ok
        assert "CLAIMWATCH_BOUNCES_BOX" in report.errors[0]
        with pytest.raises(ClaimwatchError, match="nowhere"):
            read_bounces(watch)
    with world.at(bounces_box=None) as watch, pytest.raises(UsageError, match="CLAIMWATCH_BOUNCES_BOX"):
        read_bounces(watch)


def test_all_of_it_can_be_undone(world: World) -> None:
    world.bounce(1)
    with world.at(NOW + DAY) as watch:
        assert not lift(watch, "weekly1@reader.example")
        with watch.store.read() as connection:
            assert connection.execute(select(rests)).all() == []
            assert [row.state for row in connection.execute(select(probes))] == ["dropped"]
            assert bounces.points_since(connection, 2, NOW - DAY) == 0
    id_, _ = world.sent_to(2)
    world.comes_back(complaint(message_id=id_))
    with world.at(NOW + DAY) as watch:
        read_bounces(watch)
        assert lift(watch, "weekly2@reader.example")
        with watch.store.write() as connection:
            suppressions.suppress(connection, "weekly0@reader.example", "erased", source="operator", at=NOW)
        with pytest.raises(UsageError, match="not lifted here"):
            lift(watch, "weekly0@reader.example")
    assert world.held(NOW + DAY) == ["weekly0@reader.example"]


def test_erasing_takes_the_reports_along(world: World) -> None:
    world.bounce(1)
    with world.at() as watch, watch.store.write() as connection:
        subscribers.erase_subscriber(connection, 2, NOW)
        assert bounces.list_bounces(connection) == []
        assert connection.execute(select(probes)).all() == []


def test_what_the_relay_says_of_a_reader_counts_too(tmp_path: Path) -> None:
    answers = {"weekly0@reader.example": "550 5.1.1 unknown", "weekly1@reader.example": "452 4.2.2 full"}
    with Sink(recipient=lambda e: answers.get(e.rcpt_tos[-1], "250 ok")) as strict:
        world = World(tmp_path, way_to(strict))
        with world.at() as watch:
            fill(watch.store, 3)
            assert deliver(watch).accepted == 1
        assert sorted(world.effects()) == ["counted", "probed"]


def test_alerts_go_before_digests(tmp_path: Path, sink: Sink) -> None:
    world = World(tmp_path, way_to(sink))
    with world.at(NOW, smtp_url=f"{way_to(sink)}&connections=1") as watch:
        fill(watch.store, 20)
        fill(watch.store, 5, series="urgent")
        with watch.store.write() as connection:
            late = messages.c.recipient.in_(("urgent0@reader.example", "weekly0@reader.example"))
            put_off = {"state": "deferred", "next_try_at": time.time() - 1}
            connection.execute(update(messages).where(late).values(**put_off))
        assert deliver(watch).accepted == 25
    went = [message_id_of(one).partition(".")[0] for one in sink.taken]
    assert went == ["<urgent"] * 5 + ["<weekly"] * 20


def test_a_mail_that_comes_back_before_it_is_settled_has_not_arrived(world: World) -> None:
    with world.at() as watch, watch.store.write() as connection:  # killed after the server took it
        there = messages.c.recipient == "weekly1@reader.example"
        connection.execute(update(messages).where(there).values(state="sending", lease_owner="x:1:1", lease_until=0.0))
    world.bounce(1)
    with world.at(NOW + HOUR) as watch:
        deliver(watch)
    assert state_of(world, 1) == "bounced"

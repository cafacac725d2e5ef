"""Mails with links to sign in share the pace, the budget and the pauses of the mail server with all other mail."""

import time
from pathlib import Path

from claimwatch.pipeline import deliver
from claimwatch.pipeline.reviewing import sign_in
from claimwatch.pipeline.reviewing.sign_in_mail import send_sign_in_mails
from claimwatch.store import relays
from tests.delivery.sink import Sink
from tests.faults.outbox_world import fill
from tests.pipeline.returning import World

ANALYSTS = "anna@desk.example,bo@desk.example"


def test_they_count_towards_the_days_budget_and_wait_when_it_is_spent(tmp_path: Path) -> None:
    with Sink() as sink:
        world = World(tmp_path, f"smtp://127.0.0.1:{sink.port}?tls=none")
        with world.at(analysts=ANALYSTS, mail_daily=2) as watch:
            fill(watch.store, 2)
            for address in ANALYSTS.split(","):
                sign_in.ask(watch, address, goes_on_to="/desk", visitor=address)
            assert send_sign_in_mails(watch) == 2
            assert send_sign_in_mails(watch) == 0
            report = deliver(watch)
            assert (report.accepted, report.waiting) == (0, 2)
            assert [pause.kind for pause in report.pauses] == ["daily"]
            sign_in.ask(watch, "anna@desk.example", goes_on_to="/desk", visitor="x")
            assert send_sign_in_mails(watch) == 0
    assert len(sink.taken) == 2


def test_they_keep_the_rate(tmp_path: Path) -> None:
    with Sink() as sink:
        world = World(tmp_path, f"smtp://127.0.0.1:{sink.port}?tls=none")
        with world.at(analysts=ANALYSTS, mail_rate=1.0) as watch:
            for address in ANALYSTS.split(","):
                sign_in.ask(watch, address, goes_on_to="/desk", visitor=address)
            began = time.monotonic()
            assert send_sign_in_mails(watch) == 2
            assert time.monotonic() - began >= 0.9


def test_a_pause_holds_them_and_they_leave_after_it(tmp_path: Path) -> None:
    with Sink() as sink:
        world = World(tmp_path, f"smtp://127.0.0.1:{sink.port}?tls=none")
        with world.at(analysts=ANALYSTS) as watch:
            sign_in.ask(watch, "anna@desk.example", goes_on_to="/desk", visitor="x")
            with watch.store.write() as connection:
                relay = f"127.0.0.1:{sink.port}"
                relays.admit(connection, relay, time.time(), rate=None, daily=None)
                relays.note_ours(connection, relay, "535", time.time())
            assert send_sign_in_mails(watch) == 0
            with watch.store.write() as connection:
                assert relays.resume(connection) == 1
            assert send_sign_in_mails(watch) == 1

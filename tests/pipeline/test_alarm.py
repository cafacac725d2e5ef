"""The operator is told of each class of trouble once, when it begins, and once when it is over: never a flood."""

import json
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from claimwatch.pipeline.operations.alarm import MOST_A_DAY, raise_alarms
from claimwatch.pipeline.operations.doctor import look_quickly, measure
from claimwatch.pipeline.operations.inspect import grow
from claimwatch.pipeline.problem import Problem
from claimwatch.store import alarms
from tests.cli.conftest import Run, cli  # noqa: F401 (a fixture)
from tests.delivery.sink import Sink
from tests.pipeline.bench import MONDAY, NEWS, Bench

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STALE = Problem("toy", "no good read since Monday", "claimwatch poll toy --force", "source")
OTHER = Problem("uhrp", "was never read", "claimwatch poll uhrp --force", "source")
FULL = Problem("/var", "1 MB is free", "make room", "disk")


def taken(sink: Sink) -> list[EmailMessage]:
    """The mails that the sink took, and none of them again."""
    mails = []
    for envelope in sink.taken:
        assert envelope.rcpt_tos == ["operator@example.org"]
        assert isinstance(envelope.content, bytes)
        mails.append(message_from_bytes(envelope.content, policy=policy.default))
    sink.taken.clear()
    return mails


def url(sink: Sink) -> str:
    return f"smtp://127.0.0.1:{sink.port}?tls=none"


def test_a_class_is_told_when_it_begins_and_when_it_is_over(bench: Bench) -> None:
    with Sink() as sink:
        with bench.watch(smtp_url=url(sink)) as watch:
            assert len(raise_alarms(watch, [STALE, OTHER, FULL]).subjects) == 2
        sources, disk = taken(sink)
        assert sources["Subject"] == "[claimwatch] sources go unread: toy, uhrp"
        assert sources["Auto-Submitted"] == "auto-generated"
        assert "claimwatch poll toy --force" in sources.get_content()
        assert disk["Subject"] == "[claimwatch] the disk is filling up: /var"
        for hours in range(1, 24):
            with bench.watch(MONDAY + hours * HOUR, smtp_url=url(sink)) as watch:
                assert raise_alarms(watch, [STALE, OTHER, FULL]).subjects == ()
        with bench.watch(MONDAY + DAY, smtp_url=url(sink)) as watch:
            raise_alarms(watch, [FULL])
            raise_alarms(watch, [FULL])
        (over,) = taken(sink)
        assert over["Subject"] == "[claimwatch] over: sources go unread"
        assert "* toy\n* uhrp" in over.get_content().replace("\r", "")
        assert "2026-11-09 07:00 CET" in over.get_content()


def test_what_joins_is_told_a_day_later_and_lasting_trouble_not_again(bench: Bench) -> None:
    with Sink() as sink:
        for at, problems, mails in (
            (MONDAY, [STALE], 1),
            (MONDAY + HOUR, [STALE, OTHER], 0),
            (MONDAY + DAY + HOUR, [STALE, OTHER], 1),
            (MONDAY + 9 * DAY, [STALE, OTHER], 0),
        ):
            with bench.watch(at, smtp_url=url(sink)) as watch:
                raise_alarms(watch, problems)
            assert len(found := taken(sink)) == mails
            if at > MONDAY and mails:
                assert found[0]["Subject"] == "[claimwatch] sources go unread: more: uhrp"


def test_what_comes_and_goes_is_no_flood(bench: Bench) -> None:
    with Sink() as sink:
        for hour in range(24):
            with bench.watch(MONDAY + hour * HOUR, smtp_url=url(sink)) as watch:
                raise_alarms(watch, [STALE] if hour % 2 == 0 else [])
        begun = [mail for mail in taken(sink) if "over" not in mail["Subject"]]
        assert len(begun) == MOST_A_DAY
        assert "for a day the last" in begun[-1].get_content()
        with bench.watch(MONDAY + 2 * DAY, smtp_url=url(sink)) as watch:
            raise_alarms(watch, [STALE])
        assert len(taken(sink)) == 1


def test_what_was_never_set_up_wakes_nobody(bench: Bench) -> None:
    with Sink() as sink, bench.watch(smtp_url=url(sink)) as watch:
        raise_alarms(watch, [Problem("subscribers", "there is none", "add one", "subscribers")])
        assert taken(sink) == []


def test_what_could_not_be_told_is_told_later(bench: Bench) -> None:
    with Sink() as gone:
        address = url(gone)
    with bench.watch(smtp_url=address) as watch:
        told = raise_alarms(watch, [STALE])
    assert told.subjects == ()
    assert "cannot be reached" in told.failures[0]
    with Sink() as sink:
        with bench.watch(MONDAY + HOUR, smtp_url=url(sink)) as watch:
            raise_alarms(watch, [STALE])
        assert len(taken(sink)) == 1


def test_an_operator_who_is_a_placeholder_is_said(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.delenv("CLAIMWATCH_OPERATOR")
    done = cli("doctor", "--alert")
    assert done.status == 1
    assert "CLAIMWATCH_OPERATOR still holds a placeholder" in done.err


class Webhook(BaseHTTPRequestHandler):
    """Keeps what is posted to it."""

    posted: ClassVar[list[dict[str, str]]] = []

    def do_POST(self) -> None:
        """Takes it."""
        self.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keeps the test's output clean."""


@pytest.fixture
def webhook() -> Iterator[str]:
    """The apprise address of a webhook on loopback that is empty."""
    Webhook.posted.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Webhook) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"json://127.0.0.1:{server.server_port}/hook"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # one of apprise's own modules
def test_a_webhook_is_told_too_also_where_mail_fails(bench: Bench, webhook: str) -> None:
    with Sink() as sink:
        with bench.watch(smtp_url=url(sink), operator_notify=webhook) as watch:
            told = raise_alarms(watch, [STALE])
        assert (len(told.subjects), told.failures) == (1, ())
        assert len(taken(sink)) == 1
    with bench.watch(smtp_url="smtp://127.0.0.1:1?tls=none", operator_notify=webhook) as watch:
        told = raise_alarms(watch, [STALE, FULL])
    assert [post["title"] for post in Webhook.posted] == [
        "[claimwatch] sources go unread: toy",
        "[claimwatch] the disk is filling up: /var",
    ]
    assert len(told.subjects) == 1
    assert "cannot be reached" in told.failures[0]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_a_notify_address_is_never_shown(bench: Bench) -> None:
    with bench.watch(smtp_url="smtp://127.0.0.1:1?tls=none", operator_notify="nosuch://s3cret@host") as watch:
        told = raise_alarms(watch, [STALE])
        assert "s3cret" not in repr(told) + repr(watch.settings)


def test_the_command_tells_of_a_source_that_went_unread(cli: Run, bench: Bench) -> None:  # noqa: F811
    bench.serve_list(items=[{"key": "one", "text": NEWS, "on": "2026-11-03"}])
    assert cli("poll", "toy").status == 0
    cli("subscribers", "add", "reader@example.org")
    cli("run")
    assert cli("doctor", "--alert").out == "Nothing to tell.\n"
    later = cli("doctor", "--alert", "--json", at=MONDAY + DAY)
    assert later.status == 0, "trouble is no failure of this command"
    assert later.json["told"] == ["[claimwatch] sources go unread: toy"]
    assert [mail["To"] for mail in bench.mails()].count("operator@example.org") == 1
    cli("poll", "toy", at=MONDAY + DAY)
    assert cli("doctor", "--alert", at=MONDAY + DAY).out == (
        "told the operator: [claimwatch] over: sources go unread\n"
    )


def test_doubts_that_become_more_are_noticed(bench: Bench) -> None:
    assert grow([(MONDAY, 3)], 5)
    assert not grow([(MONDAY, 5)], 5)
    assert not grow([], 50)
    with bench.watch() as watch:
        measure(watch)
        with watch.store.read() as connection:
            assert len(alarms.gauge_values(connection, "disk_free", MONDAY)) == 1
        assert [p.what for p in look_quickly(watch) if p.kind == "source"] == ["toy"]

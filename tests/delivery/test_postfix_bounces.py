"""A bounce as a real Postfix writes it: it comes to the message's own address, and stops mail to that reader only."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from claimwatch.delivery import MaildirBox, open_box
from claimwatch.delivery.lmtp import Place
from claimwatch.pipeline import deliver
from tests.delivery.postfix import postfix
from tests.delivery.test_lmtp import listening
from tests.faults.outbox_world import NOW, fill
from tests.pipeline.returning import World

pytestmark = pytest.mark.slow
DAY = timedelta(days=1)
GONE = "weekly1@reader.example"


def wait_for_mail(box: Path) -> None:
    deadline = time.monotonic() + 60
    while not any((box / "new").glob("*")):
        assert time.monotonic() < deadline, "nothing came back"
        time.sleep(0.05)


def test_a_postfix_hands_a_bounce_over_by_lmtp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    box = open_box(f"maildir:{tmp_path / 'returned'}")
    assert isinstance(box, MaildirBox)
    box.make()
    with listening(Place(host="127.0.0.1"), box.keep) as there, postfix(GONE, lmtp=there.port) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        world = World(tmp_path, server.url, tmp_path / "returned")
        with world.at() as watch:
            fill(watch.store, 3)
            assert deliver(watch).accepted == 3
            wait_for_mail(world.box)
            report = deliver(watch).returned
            assert report is not None
            assert (report.read, report.bounces, report.strangers, report.fault) == (1, 1, 0, None)
        assert world.effects() == ["probed"]
        assert "status=sent (250 2.0.0 Ok: kept)" in server.log.read_text()
        assert not list(server.returned.glob("new/*"))


def test_who_is_unknown_is_asked_and_given_up_and_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with postfix(GONE) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        box = tmp_path / "returned"
        world = World(tmp_path, server.url, box)
        with world.at() as watch:
            fill(watch.store, 3)
            assert deliver(watch).accepted == 3
        with world.at(bounces_box=f"maildir:{server.returned}") as watch:
            wait_for_mail(server.returned)
            report = deliver(watch).returned
            assert report is not None
            assert (report.read, report.bounces, report.suppressed, report.fault) == (1, 1, 0, None)
        assert world.effects() == ["probed"]
        assert world.held() == []
        with world.at(NOW + DAY, bounces_box=f"maildir:{server.returned}") as watch:
            assert deliver(watch).letters == 1
            wait_for_mail(server.returned)
            report = deliver(watch).returned
            assert report is not None
            assert (report.read, report.bounces, report.suppressed, report.fault) == (1, 1, 1, None)
        assert world.held(NOW + DAY) == [GONE]
        assert server.settled_copies(2).total() == 2

"""Feeds polled side by side: the servers that all are measured on, who did not do the work, and a short run."""

import http.client
import smtplib
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from benchmarks import peers
from benchmarks.children import run
from benchmarks.contenders import Command, Contender
from benchmarks.loopback import Loopback, Served, feed
from claimwatch.models import Page
from parsers import feed as parser


def test_a_feed_is_found_unchanged_by_whoever_sends_back_what_it_got() -> None:
    with Loopback([feed(0), feed(1)]) as servers, httpx.Client() as client:
        whole = client.get(servers.urls[1])
        assert (whole.status_code, whole.content) == (200, feed(1))
        for name, header in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
            assert client.get(servers.urls[1], headers={name: whole.headers[header]}).status_code == 304
        assert client.get(servers.urls[1], headers={"If-None-Match": '"other"'}).status_code == 200
        assert client.get(f"{servers.root}/robots.txt").status_code == 404
        assert servers.take() == Served(whole=2, unchanged=2)
        assert servers.take() == Served()


def test_a_request_may_come_in_pieces() -> None:
    with Loopback([feed(0)]) as servers:
        connection = http.client.HTTPConnection(servers.root.removeprefix("http://"))
        connection.request("GET", "/feeds.example/0")
        assert connection.getresponse().read() == feed(0)
        connection.close()


def test_mails_are_counted() -> None:
    with Loopback([]) as servers:
        with smtplib.SMTP("127.0.0.1", servers.smtp_port) as client:
            for _ in range(2):
                client.sendmail("a@reader.example", ["b@reader.example"], "Subject: one\r\n\r\n..\r\nDATA\r\nQUIT\r\n")
        assert servers.take() == Served(mails=2)


def test_every_tenth_feed_names_a_company() -> None:
    read = [parser.parse(Page("toy", "feed", "https://feeds.example/", feed(number))) for number in (0, 1)]
    assert [["Hikvision" in str(one) for one in page.publications] for page in read] == [
        [True, *[False] * 4],
        [False] * 5,
    ]


def test_a_command_is_timed_and_its_memory_is_its_own(tmp_path: Path) -> None:
    held = b"x" * 60_000_000  # of ours, which is not counted
    code = "import sys, time; time.sleep(0.05); print('done'); sys.exit(3)"
    ran = run([sys.executable, "-S", "-c", code], log=tmp_path / "log", cwd=tmp_path, patience_s=60)
    assert (ran.status, ran.said) == (3, "done")
    assert ran.seconds >= 0.05
    assert ran.peak_mb < len(held) / 1e6


def test_a_command_that_does_not_end_is_ended(tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run(["sleep", "100"], log=tmp_path / "log", cwd=tmp_path, patience_s=1)


def a_contender(code: str, packages: tuple[str, ...] = ()) -> Contender:
    command = Command((sys.executable, "-S", "-c", code), {})
    return Contender("toy", packages, lambda trial: [], lambda trial, again: command, lambda count: 0)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("pass", "at the first poll"),
        ("import sys; print('I am broken'); sys.exit(1)", "exit status 1: I am broken"),
    ],
)
def test_who_does_not_do_the_work_is_named(code: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "CONTENDERS", (a_contender(code),))
    (result,) = peers.compare(2, 1, lambda what: None)
    assert why in str(result.failure)


@pytest.mark.slow
def test_who_cannot_be_installed_is_named_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "ENVIRONMENTS", tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setattr(peers, "CONTENDERS", (a_contender("pass", ("no-such-thing-at-all==1.0",)),))
    (result,) = peers.compare(1, 1, lambda what: None)
    assert "could not be installed" in str(result.failure)


@pytest.mark.slow
def test_we_are_no_slower_than_many_times_the_floor() -> None:
    """Start to exit, with few feeds, so mostly the start. The ratio is several times what is seen."""
    results = {one.name: one for one in peers.compare(20, 1, lambda what: None, ("Claimwatch", "bare httpx loop"))}
    ours, floor = results["Claimwatch"], results["bare httpx loop"]
    assert (ours.failure, floor.failure) == (None, None)
    assert ours.mails == 1
    assert ours.first_cpu <= 60 * floor.first_cpu
    assert ours.again_cpu <= 30 * floor.again_cpu

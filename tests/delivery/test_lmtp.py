"""Returned mail by LMTP: what is answered 250 is kept, and what cannot be kept stays with the mail server."""

import asyncio
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from claimwatch.delivery import open_box
from claimwatch.delivery.lmtp import Place, read_place, serve_lmtp
from claimwatch.errors import ClaimwatchError, UsageError
from tests.delivery.returned import BOUNCES, dsn, holiday

TO = "bounces+0123456789abcdef0123456789abcdef@claimwatch.example"


@contextmanager
def listening(place: Place, keep: Callable[[bytes], None]) -> Iterator[Place]:
    """The server on a thread of its own; gives where it listens."""
    begun, where = threading.Event(), [place]
    ends: list[Callable[[], object]] = []

    async def serve() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        ends.append(lambda: loop.call_soon_threadsafe(stop.set))

        def ready(there: Place) -> None:
            where.append(there)
            begun.set()

        await serve_lmtp(place, keep, ready, stop)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert begun.wait(30)
        yield where[-1]
    finally:
        ends[0]()
        thread.join(30)


def client_of(place: Place) -> smtplib.LMTP:
    return smtplib.LMTP(str(place.path)) if place.path else smtplib.LMTP(place.host, place.port)


@pytest.fixture(params=["tcp", "unix"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(host="127.0.0.1") if request.param == "tcp" else Place(tmp_path / "lmtp")


def test_what_is_kept_is_answered_for_with_its_envelope(place: Place) -> None:
    kept: list[bytes] = []
    report = dsn().replace(b"\n", b"\r\n")
    with listening(place, kept.append) as there, client_of(there) as client:
        client.sendmail("", [TO], report)
        client.sendmail("", [TO], holiday())
    assert len(kept) == 2
    head = f"Return-Path: <>\r\nDelivered-To: {TO}\r\n".encode()
    assert [raw[: len(head)] for raw in kept] == [head, head]
    assert kept[0].removeprefix(head) == report


def test_a_maildir_holds_it_before_the_answer(tmp_path: Path) -> None:
    box = open_box(f"maildir:{tmp_path / 'returned'}")
    box.make()  # type: ignore[attr-defined]
    with listening(Place(host="127.0.0.1"), box.keep) as there, client_of(there) as client:  # type: ignore[attr-defined]
        for number in range(3):
            client.sendmail("", [TO], dsn(own_id=f"<{number}@mx.example>"))
            assert len(list(box.waiting(None))) == number + 1
    assert not list((tmp_path / "returned" / "tmp").iterdir())


def test_what_cannot_be_kept_stays_with_the_mail_server() -> None:
    full = [True, False]

    def keep(raw: bytes) -> None:
        if full.pop(0):
            raise ClaimwatchError("maildir:/returned cannot be written: No space left on device")

    with listening(Place(host="127.0.0.1"), keep) as there, client_of(there) as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("", [TO], dsn())
        assert refused.value.smtp_code == 451
        client.sendmail("", [TO], dsn())


def test_each_recipient_has_an_answer_of_their_own() -> None:
    kept: list[bytes] = []
    with listening(Place(host="127.0.0.1"), kept.append) as there, client_of(there) as client:
        assert list(client.sendmail("", [TO, BOUNCES], dsn())) == [BOUNCES]
    assert len(kept) == 1


def test_a_mail_that_is_cut_off_is_not_kept() -> None:
    kept: list[bytes] = []
    with listening(Place(host="127.0.0.1"), kept.append) as there:
        client = client_of(there)
        client.ehlo_or_helo_if_needed()
        client.mail("")
        client.rcpt(TO)
        client.putcmd("data")
        client.getreply()
        client.send(dsn()[:200])
        client.close()
    assert kept == []


def test_a_long_line_is_no_reason_to_refuse() -> None:
    kept: list[bytes] = []
    with listening(Place(host="127.0.0.1"), kept.append) as there, client_of(there) as client:
        client.sendmail("", [TO], b"Subject: x\r\n\r\n" + b"y" * 5000 + b"\r\n")
    assert b"y" * 5000 in kept[0]


@pytest.mark.parametrize(
    "text", ["", "2400", "example.org:24", "unix:", "127.0.0.1:99999", "0.0.0.0:24", "10.0.0.1:24"]
)
def test_a_place_that_is_none_or_others_could_reach_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"127\.0\.0\.1"):
        read_place(text)


def test_places(tmp_path: Path) -> None:
    assert [str(read_place(text)) for text in ("localhost:24", "[::1]:24", f"unix:{tmp_path}/l")] == [
        "127.0.0.1:24",
        "[::1]:24",
        f"unix:{tmp_path}/l",
    ]


def test_a_place_that_is_taken_is_named() -> None:
    async def serve(place: Place) -> None:
        await serve_lmtp(place, lambda _raw: None, lambda _place: None, asyncio.Event())

    taken = listening(Place(host="127.0.0.1"), lambda _raw: None)
    with taken as there, pytest.raises(ClaimwatchError, match=f"cannot listen on 127.0.0.1:{there.port}"):
        asyncio.run(serve(there))


def test_a_socket_file_is_listened_on_by_one_and_the_second_is_told(tmp_path: Path) -> None:
    """Whoever binds a socket file takes it away from who had it: mail would come to neither in turn."""

    async def serve() -> None:
        await serve_lmtp(file, lambda _raw: None, lambda _place: None, asyncio.Event())

    file, kept = Place(tmp_path / "lmtp"), list[bytes]()
    with listening(file, kept.append) as there:
        with pytest.raises(ClaimwatchError, match=r"somebody listens on unix:.*/lmtp already.*end the other"):
            asyncio.run(serve())
        with client_of(there) as client:
            client.sendmail("", [TO], dsn())
    assert len(kept) == 1
    with listening(file, kept.append) as there, client_of(there) as client:  # given back
        client.sendmail("", [TO], dsn())
    assert len(kept) == 2


def test_a_socket_of_another_program_is_left_alone_and_one_that_was_left_behind_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "lmtp"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        with pytest.raises(ClaimwatchError, match="somebody listens"), listening_now(Place(path)):
            pass
    with listening(Place(path), lambda _raw: None) as there, client_of(there) as client:  # nobody is behind it any more
        assert client.noop()[0] == 250


@pytest.mark.parametrize("path", ["no/such/folder/lmtp", "x" * 200])
def test_a_socket_file_that_cannot_be_made_is_named(tmp_path: Path, path: str) -> None:
    place, named = Place(tmp_path / path), r"cannot listen on unix:.*; name another place"
    with pytest.raises(ClaimwatchError, match=named), listening_now(place):
        pass


def test_whatever_happens_in_keeping_a_mail_it_stays_with_the_mail_server() -> None:
    faults = [ValueError("embedded null byte"), OSError(5, "Input/output error"), MemoryError()]

    def keep(raw: bytes) -> None:
        if faults:
            raise faults.pop()

    with listening(Place(host="127.0.0.1"), keep) as there, client_of(there) as client:
        for _ in range(3):
            with pytest.raises(smtplib.SMTPDataError) as refused:
                client.sendmail("", [TO], dsn())
            assert refused.value.smtp_code == 451
        client.sendmail("", [TO], dsn())


@contextmanager
def listening_now(place: Place) -> Iterator[None]:
    """Listens and ends at once: for places where it must fail."""
    stop = asyncio.Event()
    asyncio.run(serve_lmtp(place, lambda _raw: None, lambda _place: stop.set(), stop))
    yield

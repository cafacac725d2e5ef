"""SMTP against a real server on loopback."""

import socket
import ssl
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from claimwatch.delivery import NotTaken, OutcomeUnknown, Verdict, open_transport
from claimwatch.errors import DeliveryFailed, SettingsInvalid
from tests.delivery.sink import PASSWORD, USER, Sink, make_certificate

MESSAGE = b"Message-ID: <1@claimwatch.example>\r\nSubject: x\r\n\r\n.a line that begins with a dot\r\n"
FROM, TO = "watch@claimwatch.example", "kari@reader.example"


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server context whose certificate this process trusts."""
    path, context = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return context


def plain(sink: Sink) -> str:
    return f"smtp://127.0.0.1:{sink.port}?tls=none"


def test_two_messages_leave_over_one_starttls_connection_with_login(tls: ssl.SSLContext) -> None:
    with Sink(tls=tls, login=True) as sink:
        with open_transport(f"smtp://{USER}:{PASSWORD}@127.0.0.1:{sink.port}?tls=starttls") as transport:
            receipt = transport.send(FROM, TO, MESSAGE)
            transport.send(FROM, "ola@reader.example", MESSAGE)
        assert [(e.mail_from, e.rcpt_tos) for e in sink.taken] == [(FROM, [TO]), (FROM, ["ola@reader.example"])]
        assert sink.taken[0].content == MESSAGE
        assert sink.connections == 1
    assert "kept as Q1" in receipt.text


def test_implicit_tls(tls: ssl.SSLContext) -> None:
    with Sink(tls=tls, implicit=True) as sink:
        with open_transport(f"smtps://127.0.0.1:{sink.port}") as transport:
            transport.send(FROM, TO, MESSAGE)
        assert len(sink.taken) == 1


def test_starttls_is_demanded_not_hoped_for() -> None:
    with (
        Sink() as sink,
        open_transport(f"smtp://127.0.0.1:{sink.port}") as transport,
        pytest.raises(DeliveryFailed, match="STARTTLS") as caught,
    ):
        transport.send(FROM, TO, MESSAGE)
    assert not caught.value.permanent
    assert sink.taken == []


def test_an_untrusted_certificate_stops_the_mail(tmp_path: Path) -> None:
    _, context = make_certificate(tmp_path)
    with Sink(tls=context) as sink, open_transport(f"smtp://127.0.0.1:{sink.port}?tls=starttls") as transport:
        with pytest.raises(DeliveryFailed, match="certificate"):
            transport.send(FROM, TO, MESSAGE)
        assert sink.taken == []


def test_an_expired_certificate_is_ours_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, context = make_certificate(tmp_path, lasts=timedelta(minutes=-1))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    url = f"smtp://{USER}:{PASSWORD}@127.0.0.1"
    with (
        Sink(tls=context, login=True) as sink,
        open_transport(f"{url}:{sink.port}?tls=starttls") as transport,
        pytest.raises(NotTaken, match="has expired; renew it") as refused,
    ):
        transport.send(FROM, TO, MESSAGE)
    assert refused.value.verdict is Verdict.OURS
    assert sink.taken == []


def test_a_wrong_password_is_named_and_never_shown(tls: ssl.SSLContext) -> None:
    with (
        Sink(tls=tls, login=True) as sink,
        open_transport(f"smtp://{USER}:wr0ng-word@127.0.0.1:{sink.port}") as transport,
        pytest.raises(DeliveryFailed, match="login") as caught,
    ):
        transport.send(FROM, TO, MESSAGE)
    assert "wr0ng-word" not in str(caught.value)
    assert not caught.value.permanent
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        ("550 5.1.1 no such user", True),
        ("552 5.3.4 too big", True),
        ("450 4.2.0 try later", False),
        ("451 4.3.0 trouble here", False),
        ("550 5.7.26 this mail is unauthenticated", False),
        ("503 5.5.1 out of order", False),
    ],
)
def test_a_refusal_is_permanent_only_when_it_speaks_of_the_recipient_or_message(answer: str, permanent: bool) -> None:
    with Sink(answer=lambda _: answer) as sink, open_transport(plain(sink)) as transport:
        with pytest.raises(DeliveryFailed, match=answer[:9]) as caught:
            transport.send(FROM, TO, MESSAGE)
        assert caught.value.permanent is permanent
        assert not isinstance(caught.value, OutcomeUnknown)


def test_after_a_refused_recipient_the_same_connection_serves_the_next() -> None:
    def recipient(envelope: object) -> str:
        return "550 5.1.1 unknown" if "nobody" in envelope.rcpt_tos[-1] else "250 ok"  # type: ignore[attr-defined]

    with Sink(recipient=recipient) as sink, open_transport(plain(sink)) as transport:
        with pytest.raises(DeliveryFailed) as caught:
            transport.send(FROM, "nobody@reader.example", MESSAGE)
        assert caught.value.permanent
        transport.send(FROM, TO, MESSAGE)
        assert [envelope.rcpt_tos for envelope in sink.taken] == [[TO]]
        assert sink.connections == 1


def test_a_connection_lost_before_the_answer_leaves_the_outcome_unknown_and_the_next_mail_goes_out() -> None:
    answers = iter(["drop", "250 kept"])
    with Sink(answer=lambda _: next(answers)) as sink, open_transport(plain(sink)) as transport:
        with pytest.raises(OutcomeUnknown) as caught:
            transport.send(FROM, TO, MESSAGE)
        assert not caught.value.permanent
        transport.send(FROM, TO, MESSAGE)
        assert len(sink.taken) == 2
        assert sink.connections == 2


def test_a_server_that_is_not_there() -> None:
    with Sink() as sink:
        url = plain(sink)
    with open_transport(url) as transport, pytest.raises(DeliveryFailed, match="cannot be reached") as caught:
        transport.send(FROM, TO, MESSAGE)
    assert not caught.value.permanent


@pytest.mark.parametrize("to", ["a@b.example\r\nRCPT TO:<evil@evil.example>", "kåre@reader.example"])
def test_an_address_that_smtp_cannot_carry_is_refused_for_good(to: str) -> None:
    with Sink() as sink, open_transport(plain(sink)) as transport:
        with pytest.raises(DeliveryFailed) as caught:
            transport.send(FROM, to, MESSAGE)
        assert caught.value.permanent
        assert sink.taken == []


@pytest.mark.parametrize(
    "url",
    ["", "maildir:", "smtp://", "ftp://host", "smtp://u:hidden-word@host:99999", "smtp://u:hidden-word@host?tls=maybe"],
)
def test_an_unusable_url_says_what_to_write_and_shows_no_password(url: str) -> None:
    with pytest.raises(SettingsInvalid, match="smtp://USER:PASSWORD@HOST") as caught:
        open_transport(url)
    assert "hidden-word" not in str(caught.value)


@pytest.mark.parametrize("body", [b".\r\n..\r\n.a\r\nb.\r\n\r\n", b"\r\n", b"no end of line"])
def test_dots_at_the_beginning_of_a_line_arrive_as_they_are(body: bytes) -> None:
    with Sink() as sink, open_transport(f"smtp://127.0.0.1:{sink.port}?tls=none") as transport:
        transport.send(FROM, TO, b".Subject: x\r\n\r\n" + body)
    (taken,) = sink.taken
    assert taken.content == b".Subject: x\r\n\r\n" + body.removesuffix(b"\r\n") + b"\r\n"


def test_a_connection_lost_before_the_server_wants_the_message_leaves_no_doubt() -> None:
    """Up to its 354 a server has taken nothing, so the mail can be sent again without coming twice."""
    answers = [b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"250 x\r\n"]  # to the connection, EHLO, MAIL and RCPT

    def serve(listening: socket.socket) -> None:
        client, _ = listening.accept()
        with client:
            for answer in answers:
                client.sendall(answer)
                client.recv(1000)  # after the last answer: DATA

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        url = f"smtp://127.0.0.1:{listening.getsockname()[1]}?tls=none"
        with open_transport(url) as transport, pytest.raises(NotTaken) as lost:
            transport.send(FROM, TO, b"Subject: x\r\n\r\ny\r\n")
        thread.join(30)
    assert (lost.value.verdict, lost.value.phase) == (Verdict.RELAY, "DATA")

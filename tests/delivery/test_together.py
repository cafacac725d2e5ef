"""Commands in one write, where the server offers it: the phase is known as well, whatever comes of them."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice, zip_longest
from pathlib import Path

import pytest

from claimwatch.delivery import NotTaken, OutcomeUnknown, Verdict, open_transport, smtp
from tests.delivery.sink import PASSWORD, USER, Sink, make_certificate

MESSAGE = b"Message-ID: <1@claimwatch.example>\r\nSubject: x\r\n\r\n.a line that begins with a dot\r\n"
FROM, TO = "watch@claimwatch.example", "kari@reader.example"
EHLO = b"250-script.example\r\n250-PIPELINING\r\n250 SIZE 1000000\r\n"


class Script:
    """A server of one client that answers each thing it reads with the next of its answers; before an empty one it
    hangs up.

    `heard` is what the client said in one go.
    """

    def __init__(self, answers: Sequence[bytes]) -> None:
        self.heard: list[bytes] = []
        self._answers = [b"220 script.example\r\n", EHLO, *answers]
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]

    def serve(self) -> None:
        with self._listening, self._listening.accept()[0] as client:
            client.settimeout(30)
            for answer, following in zip_longest(self._answers, self._answers[1:]):
                client.sendall(answer)
                if following == b"" or not (said := client.recv(100_000)):
                    return
                self.heard.append(said)


@contextmanager
def scripted(*answers: bytes) -> Iterator[tuple[Script, str]]:
    script = Script(answers)
    thread = threading.Thread(target=script.serve)
    thread.start()
    try:
        yield script, f"smtp://127.0.0.1:{script.port}?tls=none"
    finally:
        thread.join(30)


def test_mails_leave_by_two_round_trips_each_and_arrive_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, context = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with Sink(tls=context, login=True, pipelining=True) as sink:
        with open_transport(f"smtp://{USER}:{PASSWORD}@127.0.0.1:{sink.port}?tls=starttls") as transport:
            for number in range(3):
                assert "kept as Q1" in transport.send(FROM, f"reader{number}@reader.example", MESSAGE).text
        assert [e.rcpt_tos for e in sink.taken] == [[f"reader{number}@reader.example"] for number in range(3)]
        assert {e.content for e in sink.taken} == {MESSAGE}
        assert sink.connections == 1


def test_the_message_itself_waits_until_the_server_wants_it() -> None:
    answering = scripted(b"250 a\r\n250-b\r\n250 b\r\n354 go on\r\n", b"250 taken\r\n", b"221 bye\r\n")
    with answering as (script, url), open_transport(url) as transport:
        transport.send(FROM, TO, MESSAGE)
    assert script.heard[1] == f"MAIL FROM:<{FROM}>\r\nRCPT TO:<{TO}>\r\nDATA\r\n".encode()
    assert script.heard[2].endswith(b"\r\n..a line that begins with a dot\r\n.\r\n")


@pytest.mark.parametrize(
    ("answers", "phase", "verdict"),
    [
        (b"451 4.3.0 later\r\n503 5.5.1 need MAIL\r\n503 5.5.1 need RCPT\r\n", "MAIL FROM", Verdict.LATER),
        (b"250 ok\r\n550 5.1.1 unknown\r\n554 5.5.1 no valid recipients\r\n", "RCPT TO", Verdict.RECIPIENT),
        (b"250 ok\r\n250 ok\r\n452 4.3.1 no room\r\n", "DATA", Verdict.LATER),
        (b"250 ok\r\n550-5.1.1 there is\r\n550 5.1.1 nobody\r\n554 5.5.1 none\r\n", "RCPT TO", Verdict.RECIPIENT),
    ],
)
def test_the_first_refusal_is_the_one_that_counts_and_the_connection_goes_on(
    answers: bytes, phase: str, verdict: Verdict
) -> None:
    good = b"250 ok\r\n250 ok\r\n354 go on\r\n"
    answering = scripted(answers, b"250 reset\r\n", good, b"250 taken\r\n", b"221 bye\r\n")
    with answering as (script, url), open_transport(url) as transport:
        with pytest.raises(NotTaken) as refused:
            transport.send(FROM, TO, MESSAGE)
        transport.send(FROM, TO, MESSAGE)
    assert (refused.value.phase, refused.value.verdict) == (phase, verdict)
    assert script.heard[2] == b"RSET\r\n"


def test_a_server_that_waits_for_a_message_to_nobody_is_given_none() -> None:
    answering = scripted(b"250 ok\r\n550 5.1.1 unknown\r\n354 go on\r\n")
    with answering as (script, url), open_transport(url) as transport, pytest.raises(NotTaken) as refused:
        transport.send(FROM, TO, MESSAGE)
    assert refused.value.verdict is Verdict.RECIPIENT
    assert len(script.heard) == 2, "not a dot more: it would be a mail"


@pytest.mark.parametrize(
    ("answers", "phase"),
    [
        ((b"",), "MAIL FROM"),
        ((b"250 ok\r\n", b""), "RCPT TO"),
        ((b"250 ok\r\n250 ok\r\n35", b""), "MAIL FROM"),  # half an answer: none of it is trusted
        ((b"250 ok\r\n250 ok\r\n354 go\r\n250 what is this\r\n", b""), "MAIL FROM"),
        ((b"hello\r\n", b""), "MAIL FROM"),
    ],
)
def test_without_an_answer_that_can_be_read_nothing_was_taken(answers: tuple[bytes, ...], phase: str) -> None:
    with scripted(*answers) as (_, url), open_transport(url) as transport, pytest.raises(NotTaken) as lost:
        transport.send(FROM, TO, MESSAGE)
    assert not isinstance(lost.value, OutcomeUnknown)
    assert (lost.value.verdict, lost.value.phase) == (Verdict.RELAY, phase)


def test_each_answer_has_the_time_that_a_command_by_itself_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "COMMAND_TIMEOUT_S", 4.0)
    slow = iter((b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n", b"250 kept as Q1\r\n"))

    def serve(listening: socket.socket) -> None:
        with listening, listening.accept()[0] as client:
            client.sendall(b"220 slow.example\r\n")
            client.recv(1000)
            client.sendall(EHLO)
            client.recv(1000)  # all three commands
            for answer in islice(slow, 3):
                time.sleep(1.5)
                client.sendall(answer)
            client.recv(100_000)
            client.sendall(next(slow))
            client.recv(1000)

    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, args=(listening,))
    thread.start()
    with open_transport(f"smtp://127.0.0.1:{listening.getsockname()[1]}?tls=none") as transport:
        assert "kept as Q1" in transport.send(FROM, TO, MESSAGE).text
    thread.join(30)


def test_a_connection_lost_after_the_final_dot_leaves_the_outcome_unknown() -> None:
    with Sink(answer=lambda _: "drop", pipelining=True) as sink:
        url = f"smtp://127.0.0.1:{sink.port}?tls=none"
        with open_transport(url) as transport, pytest.raises(OutcomeUnknown):
            transport.send(FROM, TO, MESSAGE)
    assert len(sink.taken) == 1


def test_a_server_that_goes_away_between_two_mails_is_connected_to_again() -> None:
    answers = iter(["drop", "250 kept"])
    with Sink(answer=lambda _: next(answers), pipelining=True) as sink:
        with open_transport(f"smtp://127.0.0.1:{sink.port}?tls=none") as transport:
            with pytest.raises(OutcomeUnknown):
                transport.send(FROM, TO, MESSAGE)
            transport.send(FROM, TO, MESSAGE)
        assert sink.connections == 2

"""A real Postfix with STARTTLS and login: taken, refused, and its log as evidence."""

import time
from collections.abc import Iterator

import pytest

from claimwatch.delivery import NotTaken, PostfixLog, Tried, Verdict, open_transport
from tests.delivery.postfix import Postfix, postfix
from tests.delivery.sink import PASSWORD

pytestmark = pytest.mark.slow
FROM, TO = "bounces+0123@claimwatch.example", "kari@reader.example"


@pytest.fixture(scope="module")
def server() -> Iterator[Postfix]:
    with pytest.MonkeyPatch.context() as patch, postfix() as running:
        patch.setenv("SSL_CERT_FILE", str(running.certificate))
        yield running


def a_message(id_: str) -> bytes:
    return f"From: {FROM}\r\nTo: {TO}\r\nMessage-ID: {id_}\r\nSubject: x\r\n\r\n.body\r\n".encode()


def test_it_takes_a_mail_and_its_log_says_so(server: Postfix) -> None:
    began, id_ = time.time(), "<weekly.1@claimwatch.example>"
    with open_transport(server.url) as transport:
        receipt = transport.send(FROM, TO, a_message(id_))
    assert server.settled_copies(1)[id_] == 1
    (mail,) = (server.maildir / "new").iterdir()
    assert f"Return-Path: <{FROM}>".encode() in mail.read_bytes()
    asked = {id_: Tried(began, time.time()), "<other@claimwatch.example>": Tried(time.time() + 1, time.time())}
    assert PostfixLog(server.log, settle_s=60).find(asked) == {id_: receipt.queue_id}
    assert PostfixLog(server.log, settle_s=0).find(asked)["<other@claimwatch.example>"] is None


def test_a_wrong_password_is_ours_to_mend(server: Postfix) -> None:
    with open_transport(server.url.replace(PASSWORD, "wrong")) as transport, pytest.raises(NotTaken) as caught:
        transport.send(FROM, TO, a_message("<3@claimwatch.example>"))
    assert caught.value.verdict is Verdict.OURS


def test_what_it_does_not_take_nobody_is_told_of(server: Postfix) -> None:
    with open_transport(server.url) as transport, pytest.raises(NotTaken):
        transport.send(FROM, "ola@elsewhere.example", a_message("<2@claimwatch.example>"))
    asked = {"<2@claimwatch.example>": Tried(time.time(), time.time())}
    assert PostfixLog(server.log, settle_s=0).find(asked) == {"<2@claimwatch.example>": None}

"""Mail that comes back can hold anything: each is read to an end, nothing of it harms the store, none is lost."""

import random
from pathlib import Path

import pytest
from sqlalchemy import select

from claimwatch.delivery import Kind, opaque_part, read_report
from claimwatch.pipeline.mailing.bounces import bounce_problems, read_bounces
from claimwatch.settings import load_settings
from claimwatch.store.bounces import list_bounces
from claimwatch.store.tables import messages
from tests.delivery.returned import BOUNCES, MESSAGE_ID, complaint, dsn, holiday, old_fashioned
from tests.faults.outbox_world import fill, open_outbox

SEEDS = (dsn(), complaint(), holiday(), old_fashioned(), dsn(more="\nAction: delivered\n"))
NESTED = b"MIME-Version: 1.0\n" + b"Content-Type: message/rfc822\n\n" * 3000 + b"end\n"
NUL_CHARSET = b"Content-Type: multipart/report; report-type=delivery-status; charset=a\x00b\n\n\xff\n"
PIECES = (
    b"\x00", b"\xff\xfe", b"=?utf-8?b?////?=", b"=?x-no-such?q?=FF?=", b"\r\n", b"\n\n", b"--b0", b"--b0--",
    b"\xed\xa0\x80", b"Content-Type: message/rfc822\n", b"Content-Transfer-Encoding: base64\n",
    b"Content-Type: multipart/report; report-type*=utf-8''%ff; boundary*0*=nosuch''%ff", b"charset=nosuch",
    b"Content-Transfer-Encoding: x-uuencode\n", b"Message-ID: <a\x00b@c>", b";" * 3000, b"<" * 5000, b"((" * 3000,
    b"Status: 5.1.1\x00", b"A" * 70000,
    b"Content-Type: text/rfc822-headers; charset=\x00\nContent-Transfer-Encoding: quoted-printable\n",
)  # fmt: skip


def mutated(number: int) -> bytes:
    """A report with a few things wrong with it; the same for the same number."""
    chance = random.Random(number)
    mail = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randrange(1, 8)):
        at = chance.randrange(len(mail))
        match chance.randrange(4):
            case 0:
                mail[at:at] = chance.choice(PIECES)
            case 1:
                del mail[at : at + chance.randrange(60)]
            case 2:
                mail[at] = chance.randrange(256)
            case _:
                before = mail.find(chance.choice((b"Content-Type: ", b"Status: ", b"Message-ID: ", b"boundary=")))
                at = max(before, 0)
                mail[at:at] = chance.choice(PIECES)
    return bytes(mail)


def hold(raw: bytes) -> None:
    """Whatever the bytes are, what is read of them can be kept."""
    report = read_report(raw, BOUNCES)
    for said in (report.key, report.token, report.message_id, report.status, report.text):
        assert (said or "").isprintable(), said


@pytest.mark.parametrize("part", range(4))
def test_a_mutated_report_is_read_to_an_end(part: int) -> None:
    for number in range(part * 100, part * 100 + 100):
        hold(mutated(number))


@pytest.mark.slow
def test_six_thousand_mutated_reports_are_read_to_an_end() -> None:
    for number in range(1000, 7000):
        hold(mutated(number))


@pytest.mark.parametrize("raw", [NESTED, NUL_CHARSET], ids=["nested", "charset"])
def test_what_cannot_be_taken_apart_says_so(raw: bytes) -> None:
    hold(raw)
    report = read_report(raw, BOUNCES)
    assert report.kind is Kind.UNCLEAR
    assert "cannot be taken apart" in report.text
    assert report == read_report(raw, BOUNCES)


def test_a_message_id_with_a_control_in_it_is_none_of_ours() -> None:
    assert read_report(dsn(message_id=MESSAGE_ID.replace("W46", "W\x0046")), BOUNCES).message_id is None
    assert read_report(dsn(), BOUNCES).message_id == MESSAGE_ID


def test_one_that_was_sent_to_a_readers_return_path_is_told_to_the_operator(tmp_path: Path) -> None:
    box = tmp_path / "returned"
    settings = load_settings(home=tmp_path / "home", bounces=BOUNCES, bounces_box=f"maildir:{box}")
    for folder in ("new", "cur", "tmp"):
        (box / folder).mkdir(parents=True)
    watch = open_outbox(settings)
    try:
        fill(watch.store, 1)
        with watch.store.read() as connection:
            token = opaque_part(connection.execute(select(messages.c.message_id)).scalar_one())
        (box / "new" / "1").write_bytes(f"Delivered-To: bounces+{token}@claimwatch.example\n".encode() + NESTED)
        done = read_bounces(watch)
        assert (done.read, done.unclear, done.strangers) == (1, 1, 0)
        with watch.store.read() as connection:
            (problem,) = bounce_problems(connection, watch.now())
        assert problem.why.startswith("1 mails came back in a form that follows no standard")
    finally:
        watch.store.close()


def test_a_mail_that_cannot_be_taken_apart_is_kept_and_reported_and_keeps_back_none(tmp_path: Path) -> None:
    box = tmp_path / "returned"
    for folder in ("new", "cur", "tmp"):
        (box / folder).mkdir(parents=True)
    for number, raw in enumerate((NESTED, NUL_CHARSET, b"", b"\x00" * 100, dsn())):
        (box / "new" / str(number)).write_bytes(raw)
    watch = open_outbox(load_settings(home=tmp_path / "home", bounces=BOUNCES, bounces_box=f"maildir:{box}"))
    try:
        done = read_bounces(watch)
        assert (done.read, done.strangers) == (5, 5)
        assert len(list((box / "cur").iterdir())) == 5, "none is thrown away"
        with watch.store.read() as connection:
            told = [one.text for one in list_bounces(connection, None) if one.kind == "unclear"]
            assert sum("cannot be taken apart" in text for text in told) == 2
        assert read_bounces(watch).read == 0
    finally:
        watch.store.close()

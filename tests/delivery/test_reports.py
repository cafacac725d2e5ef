"""What mail that comes back says: only what a standard says is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwatch.delivery import Harm, Kind, read_report
from tests.delivery.returned import BOUNCES, MESSAGE_ID, TOKEN, complaint, dsn, holiday, old_fashioned


def test_a_bounce_names_the_mail_and_the_reason() -> None:
    report = read_report(dsn(), f"Claimwatch <{BOUNCES}>")
    assert (report.kind, report.harm, report.status) == (Kind.BOUNCE, Harm.GONE, "5.1.1")
    assert (report.token, report.message_id) == (TOKEN, MESSAGE_ID)
    assert "User unknown" in report.text


@pytest.mark.parametrize(
    ("status", "diagnostic", "harm"),
    [
        ("5.1.1", "smtp; 550 5.1.1 no such user", Harm.GONE),
        ("5.1.10", "smtp; 550 5.1.10 recipient not found", Harm.GONE),
        ("5.1.2", "x-unix; host unknown", Harm.GONE),
        ("5.2.1", "smtp; 550 5.2.1 account disabled", Harm.GONE),
        ("5.4.4", "x; no route to host", Harm.GONE),
        ("5.2.2", "smtp; 552 5.2.2 mailbox full", Harm.FULL),
        ("4.2.2", "smtp; 452 4.2.2 over quota", Harm.FULL),
        ("4.4.1", "x; connect timed out", Harm.FULL),
        ("5.0.0", "smtp; 550 somebody said no", Harm.FULL),
        ("5.7.1", "smtp; 550 5.7.1 message rejected as spam", Harm.OURS),
        ("5.7.26", "smtp; 550-5.7.26 unauthenticated", Harm.OURS),
        ("5.0.0", "smtp; 550 5.7.515 access denied", Harm.OURS),
        ("5.1.1", "smtp; 550 5.7.1 relaying denied", Harm.OURS),
        ("5.1.8", "smtp; 553 5.1.8 sender domain does not exist", Harm.OURS),
        ("5.3.4", "smtp; 552 5.3.4 too big", Harm.OURS),
        ("5.6.0", "smtp; 554 5.6.0 content", Harm.OURS),
    ],
)
def test_whom_a_bounce_speaks_of(status: str, diagnostic: str, harm: Harm) -> None:
    report = read_report(dsn(status=status, diagnostic=diagnostic), BOUNCES)
    assert (report.kind, report.harm) == (Kind.BOUNCE, harm)


def test_what_is_no_bounce() -> None:
    assert read_report(dsn(action="delayed", status="4.4.1"), BOUNCES).kind is Kind.DELAY
    assert read_report(dsn(action="relayed", status="2.0.0"), BOUNCES).kind is Kind.DELIVERED
    both = "\nFinal-Recipient: rfc822; other@reader.example\nAction: delivered\nStatus: 2.0.0\n"
    assert read_report(dsn(more=both), BOUNCES).kind is Kind.DELIVERED
    away = read_report(holiday(), BOUNCES)
    assert (away.kind, away.token) == (Kind.REPLY, TOKEN)
    unclear = read_report(old_fashioned(), BOUNCES)
    assert (unclear.kind, unclear.harm, unclear.token) == (Kind.UNCLEAR, None, TOKEN)
    assert read_report(dsn(action="failed", status="?", diagnostic="x; who knows"), BOUNCES).kind is Kind.UNCLEAR
    assert read_report(b"From: a@b.example\n\nhello", BOUNCES).kind is Kind.OTHER


def test_a_complaint_is_tied_by_what_it_encloses() -> None:
    report = read_report(complaint(), BOUNCES)
    assert (report.kind, report.token, report.message_id) == (Kind.COMPLAINT, None, MESSAGE_ID)
    bare = complaint(message_id=None, original=f"Original-Mail-From: <bounces+{TOKEN}@claimwatch.example>\n")
    assert read_report(bare, BOUNCES).token == TOKEN
    assert read_report(complaint(kind="not-spam"), BOUNCES).kind is Kind.OTHER


def test_a_token_is_one_only_in_its_own_place() -> None:
    assert read_report(dsn(token=None), BOUNCES).token is None
    assert read_report(dsn(), "bounces@elsewhere.example").token is None
    assert read_report(dsn(token="f" * 31), BOUNCES).token is None
    assert read_report(dsn().replace(b"bounces+", b"x.bounces+"), BOUNCES).token is None


def test_the_key_is_the_reports_own() -> None:
    assert read_report(dsn(), BOUNCES).key == read_report(dsn() + b"\n", BOUNCES).key
    keys = {read_report(raw, BOUNCES).key for raw in (dsn(), dsn(own_id="<r2@x.example>"), holiday(), b"", b"x")}
    assert len(keys) == 5


def test_words_of_strangers_are_cleaned_and_cut() -> None:
    text = read_report(dsn(diagnostic="smtp; 550 5.1.1 \x1b[31m\u202e" + "x" * 5000), BOUNCES).text
    assert text.isprintable()
    assert len(text) == 300


PIECES = [*dsn().splitlines(keepends=True), *complaint().splitlines(keepends=True), b"\xff\xfe\n", b"Content-Type: \n"]


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=40), max_size=60).map(b"".join))
def test_nothing_makes_it_stumble(raw: bytes) -> None:
    report = read_report(raw, BOUNCES)
    assert len(report.key) == 64
    assert report.harm is None or report.kind is Kind.BOUNCE

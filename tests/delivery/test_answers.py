"""Whose fault an answer says it is."""

import pytest

from claimwatch.delivery.answers import Verdict, queue_id, read_answer


@pytest.mark.parametrize(
    ("phase", "code", "text", "verdict"),
    [
        ("RCPT TO", 550, "5.1.1 no such user", Verdict.RECIPIENT),
        ("RCPT TO", 553, "sorry, not here", Verdict.RECIPIENT),
        ("RCPT TO", 550, "5.2.1 mailbox disabled", Verdict.RECIPIENT),
        ("RCPT TO", 452, "4.2.2 over quota", Verdict.FULL),
        ("RCPT TO", 552, "5.2.2 mailbox full", Verdict.FULL),
        ("RCPT TO", 450, "4.2.0 greylisted", Verdict.LATER),
        ("DATA", 451, "trouble here", Verdict.LATER),
        ("DATA", 421, "4.7.0 try again later", Verdict.RELAY),
        ("MAIL FROM", 421, "too many connections", Verdict.RELAY),
        ("DATA", 552, "5.3.4 message too big", Verdict.TOO_BIG),
        ("MAIL FROM", 552, "5.3.4 message size exceeds fixed limit", Verdict.TOO_BIG),
        ("DATA", 554, "5.6.0 we do not like it", Verdict.MESSAGE),
        ("DATA", 550, "5.7.26 this mail is unauthenticated", Verdict.OURS),
        ("DATA", 550, "5.7.515 access denied", Verdict.OURS),
        ("RCPT TO", 554, "5.7.1 relay access denied", Verdict.OURS),
        ("RCPT TO", 530, "authentication required", Verdict.OURS),
        ("MAIL FROM", 550, "no such sender", Verdict.OURS),
        ("RCPT TO", 550, "5.1.8 bad sender's system address", Verdict.OURS),
        ("DATA", 503, "5.5.1 out of order", Verdict.OURS),
    ],
)
def test_each_answer_has_its_class(phase: str, code: int, text: str, verdict: Verdict) -> None:
    assert read_answer(phase, code, text).verdict is verdict


def test_only_what_speaks_of_the_recipient_or_the_message_is_for_good() -> None:
    assert [one for one in Verdict if one.permanent] == [Verdict.RECIPIENT, Verdict.TOO_BIG, Verdict.MESSAGE]


def test_the_queue_id_is_read_from_what_postfix_says() -> None:
    assert queue_id("250 2.0.0 Ok: queued as 4dXZ1L0Cq2z1") == "4dXZ1L0Cq2z1"
    assert queue_id("250 fine") is None

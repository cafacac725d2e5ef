"""The bytes of a message, read back with the stdlib's parser."""

import email
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from claimwatch.delivery import Sender, compose, message_id_for, opaque_part, return_path
from claimwatch.errors import ClaimwatchError, DeliveryFailed, EditionInvalid
from claimwatch.models import Rendered
from tests.editions.factory import a_subscriber

SENDER = Sender("Claimwatch <watch@claimwatch.example>", "Operator <operator@claimwatch.example>")
MAIL = Rendered(
    "Claimwatch W46: 1 reversed — Hikvision, Dahua, and a tail that makes the line a good deal longer — æøå 海康威视",
    "<!doctype html><html lang=en><body>" + "<p>Ærlig talt: 海康威视 " * 40 + "</body></html>\n",
    "Ærlig talt: 海康威视\n" + "a " * 200 + "\n.\nFrom here\n",
)


def composed(rendered: Rendered = MAIL, **changes: Any) -> bytes:
    given: dict[str, Any] = {
        "sender": SENDER,
        "recipient": a_subscriber(),
        "message_id": message_id_for("weekly:2026-W46", a_subscriber(), secret="k", domain="claimwatch.example"),
        "date": datetime(2026, 11, 16, 6, 0, tzinfo=UTC),
        "series": "weekly",
        "period": "2026-W46",
    }
    return compose(rendered, **given | changes)


def read(mime: bytes) -> EmailMessage:
    message = email.message_from_bytes(mime, policy=default)
    assert message.defects == []
    return message


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def test_both_parts_and_the_subject_come_back_as_they_went_in() -> None:
    message = read(composed())
    assert message["Subject"] == MAIL.subject
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert (text.get_content_type(), _lines(text.get_content())) == ("text/plain", MAIL.text)
    assert (html.get_content_type(), _lines(html.get_content())) == ("text/html", MAIL.html)


def test_the_headers_that_a_list_owes() -> None:
    message = read(composed())
    assert message["From"] == "Claimwatch <watch@claimwatch.example>"
    assert message["To"] == "Kari Nordmann <kari@reader.example>"
    assert message["Date"].datetime == datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
    assert message["List-Id"] == "Claimwatch weekly digest <weekly.claimwatch.claimwatch.example>"
    assert message["List-Unsubscribe"] == "<mailto:operator@claimwatch.example?subject=stop%20weekly>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Precedence"] == "bulk"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["Content-Language"] == "en"
    assert message["Reply-To"] is None
    assert read(composed(sender=Sender(SENDER.address, SENDER.operator, "desk@claimwatch.example")))["Reply-To"]
    for name in set(message.keys()):
        assert len(message.get_all(name, [])) == 1, name


def test_line_lengths_and_encoded_words_keep_to_the_standards() -> None:
    mime = composed(
        sender=Sender(SENDER.address, f"{'very-long-name-of-an-operator' * 2}@{'sub.' * 20}claimwatch.example"),
    )
    head, _, body = mime.partition(b"\r\n\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^ ]+\?=", head))
    assert b"\n" not in mime.replace(b"\r\n", b"")
    unsubscribe = next(line for line in head.split(b"\r\n") if line.startswith(b"List-Unsubscribe:"))
    assert unsubscribe.startswith(b"List-Unsubscribe: <mailto:very-long-name")
    assert unsubscribe.endswith(b"subject=stop%20weekly>")


def test_the_same_input_gives_the_same_bytes() -> None:
    assert composed() == composed()


def test_missed_weeks_keep_the_headers_in_ascii() -> None:
    key = "weekly:2026-W53–2027-W01"
    id_ = message_id_for(key, a_subscriber(), secret="k", domain="claimwatch.example")
    mime = composed(period="2026-W53–2027-W01", message_id=id_)
    assert read(mime)["X-Claimwatch-Edition"] == "weekly:2026-W53.2027-W01"
    assert id_.isascii()
    assert read(mime)["Message-ID"] == id_


def test_a_message_id_is_stable_differs_for_each_reader_edition_and_key_and_tells_nobody_who() -> None:
    def id_(key: str = "weekly:2026-W46", secret: str = "k", **changes: Any) -> str:
        return message_id_for(key, a_subscriber(**changes), secret=secret, domain="claimwatch.example")

    assert id_() == id_()
    assert re.fullmatch(r"<weekly\.2026-W46\.[0-9a-f]{32}@claimwatch\.example>", id_())
    assert len({id_(), id_(key="weekly:2026-W47"), id_(secret="other"), id_(id=8)}) == 4


@pytest.mark.parametrize(
    "changes",
    [
        {"rendered": Rendered("a\x00b", MAIL.html, MAIL.text)},
        {"rendered": Rendered("a\r\nBcc: evil@evil.example", MAIL.html, MAIL.text)},
        {"rendered": Rendered("a\u2028Bcc: evil@evil.example", MAIL.html, MAIL.text)},
        {"rendered": Rendered("a", MAIL.html, "bell \x07")},
        {"rendered": Rendered("a", "<p>\ud800", MAIL.text)},
        {"recipient": a_subscriber(name="Kari\nBcc: evil@evil.example")},
        {"recipient": a_subscriber(address="kari@reader.example\r\nBcc: evil@evil.example")},
        {"message_id": "<1@x>\r\nBcc: evil@evil.example"},
    ],
)
def test_control_characters_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(EditionInvalid, match="control character"):
        composed(**changes)


@pytest.mark.parametrize(
    "address", ["kåre@reader.example", "nobody", "a@", "@b.example", "a b@c.example", "a@b.example, c@d.example"]
)
def test_an_address_that_not_every_server_takes_is_refused_for_good(address: str) -> None:
    with pytest.raises(ClaimwatchError, match=re.escape(repr(address))) as caught:
        composed(recipient=a_subscriber(address=address))
    assert isinstance(caught.value, DeliveryFailed)
    assert caught.value.permanent


def test_a_domain_in_other_letters_is_written_in_ascii() -> None:
    assert read(composed(recipient=a_subscriber(address="kari@blåbær.example")))["To"].addresses[0].domain == (
        "xn--blbr-roah.example"
    )


def test_one_click_is_offered_where_it_is_safe() -> None:
    url = "https://claimwatch.example/unsubscribe/" + "a" * 45
    mime = composed(unsubscribe_url=url)
    assert f"\r\nList-Unsubscribe: <{url}>, <mailto:".encode() in mime
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in mime
    plain = composed(unsubscribe_url="http://127.0.0.1:8000/unsubscribe/x")
    assert b"List-Unsubscribe-Post" not in plain
    assert b"127.0.0.1" not in plain


def test_the_archive_is_named_and_a_correction_is_threaded() -> None:
    message = read(
        composed(
            archive_url="https://claimwatch.example/editions",
            archived_at="https://claimwatch.example/editions/2026-W46",
            references=("<1@claimwatch.example>", "<2@claimwatch.example>"),
        )
    )
    assert message["List-Archive"] == "<https://claimwatch.example/editions>"
    assert message["Archived-At"] == "<https://claimwatch.example/editions/2026-W46>"
    assert message["In-Reply-To"] == "<2@claimwatch.example>"
    assert message["References"] == "<1@claimwatch.example> <2@claimwatch.example>"


def test_a_link_that_would_be_cut_is_refused() -> None:
    with pytest.raises(EditionInvalid, match="was not composed"):
        composed(unsubscribe_url="https://claimwatch.example/" + "a" * 1000)


def test_the_return_path_leads_back_to_the_message_and_tells_nothing_of_the_reader() -> None:
    id_ = message_id_for("weekly:2026-W46", a_subscriber(), secret="k", domain="claimwatch.example")
    path = return_path("Bounces <bounces@claimwatch.example>", id_)
    assert re.fullmatch(r"bounces\+[0-9a-f]{32}@claimwatch\.example", path)
    assert opaque_part(id_) in path


def test_a_relay_finds_its_key_in_the_header_that_it_looks_for() -> None:
    mime = composed(idempotency_header="Resend-Idempotency-Key")
    head = mime.partition(b"\r\n\r\n")[0]
    assert b"\r\nResend-Idempotency-Key: <weekly" in head
    assert b"Idempotency" not in composed()

"""The bytes of one message: RFC 5322 with a text and an HTML part, and the headers that lists owe.

Deterministic: the same input gives the same bytes, so that a message can be frozen and sent again unchanged.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING
from urllib.parse import quote

from claimwatch.errors import DeliveryFailed, EditionInvalid
from claimwatch.models import Rendered, Subscriber

if TYPE_CHECKING:
    from claimwatch.delivery.signing import Signer

# RFC 2045 allows 76 characters a line in quoted-printable; the stdlib takes the header limit for bodies too.
BODY = SMTP.clone(max_line_length=76)
# A token over 77 characters in List-Unsubscribe would otherwise become an encoded word, which no client follows.
_UNFOLDED = SMTP.clone(max_line_length=998)
_FOLDED = ("from", "to", "reply-to", "subject")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  # controls, separators of lines, surrogates
_UNSAFE_IN_ID = re.compile(r"[^A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: `address` and `reply_to` as `Name <local@domain>` or bare, `operator` likewise: requests to stop."""

    address: str
    operator: str
    reply_to: str | None = None


class _WirePolicy(EmailPolicy):
    """Writes what holds free text folded (an encoded word has at most 75 characters), the rest on one line each."""

    def fold_binary(self, name: str, value: str) -> bytes:
        policy = BODY if name.lower() in _FOLDED else _UNFOLDED
        return policy.fold_binary(name, value)


WIRE = _WirePolicy(linesep="\r\n")


def message_id_for(edition_key: str, subscriber: Subscriber, *, secret: str, domain: str) -> str:
    """The Message-ID of an edition (`weekly:2026-W46`) for a subscriber: always the same, and telling nothing of them.

    `secret` keys the hash, `domain` is the sender's.
    """
    said = f"{edition_key}\n{subscriber.id}\n{subscriber.address}".encode()
    opaque = hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()[:32]
    return f"<{_token(edition_key)}.{opaque}@{domain}>"


def compose(
    rendered: Rendered,
    *,
    sender: Sender,
    recipient: Subscriber,
    message_id: str,
    date: datetime,
    series: str,
    period: str,
    unsubscribe_url: str | None = None,
    archive_url: str | None = None,
    archived_at: str | None = None,
    references: Sequence[str] = (),
    idempotency_header: str | None = None,
    signer: "Signer | None" = None,
) -> bytes:
    """The message with CRLF line ends. `date` is aware.

    An https `unsubscribe_url` ends this series for this reader at one POST (RFC 8058). `archive_url` is where all
    editions can be read, `archived_at` this one; both are left out unless they are https. `references` are the
    Message-IDs that this mail answers to, oldest first: it is threaded under the last one. `idempotency_header` names
    the header by which the mail server knows the message again; it holds the Message-ID.
    Raises `EditionInvalid` when a header or a part holds a control character or cannot be sent as it is,
    `DeliveryFailed` (permanent) when an address cannot be written in ASCII.
    """
    urls = [url for url in (unsubscribe_url, archive_url, archived_at) if url]
    _refuse_controls(rendered, sender, recipient, message_id, series, period, *urls, *references)
    from_, to = _mailbox(sender.address), _address(recipient.name or "", recipient.address)
    message = EmailMessage(policy=BODY)
    message["From"] = from_
    message["To"] = to
    if sender.reply_to:
        message["Reply-To"] = _mailbox(sender.reply_to)
    message["Subject"] = rendered.subject
    message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id
    operator = _mailbox(sender.operator).addr_spec
    token = _token(period)
    headers = {
        "List-Id": f"Claimwatch {series} digest <{series}.claimwatch.{from_.domain}>",
        **_unsubscribe(unsubscribe_url, operator, series),
        **{name: f"<{url}>" for name, url in _archive(archive_url, archived_at)},
        **({"In-Reply-To": references[-1], "References": " ".join(references)} if references else {}),
        **({idempotency_header: message_id} if idempotency_header else {}),
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "Feedback-ID": f"{token}:{series}:claimwatch",
        "X-Claimwatch-Edition": f"{series}:{token}",
    }
    for name, value in headers.items():
        message[name] = value
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = rendered.language  # earlier, it would move into the first part
    message.set_boundary(boundary_for(message_id, rendered.subject))
    mime = message.as_bytes(policy=WIRE)
    signed = signer.sign(mime, date) if signer else mime
    _check_wire(signed, recipient)
    return signed


def boundary_for(message_id: str, subject: str) -> str:
    """What divides the parts: `=_` cannot stand in quoted-printable text, so it is in neither of them."""
    digest = hashlib.sha256(f"{message_id}\n{subject}".encode()).hexdigest()
    return f"=_{digest[:32]}"


def mailbox_of(recipient: Subscriber) -> Address:
    """A reader as in the header To. Raises `DeliveryFailed` where the address cannot be written in ASCII, and
    `EditionInvalid` where the name holds a control character."""
    for name, text in (("name", recipient.name or ""), ("address", recipient.address)):
        _refuse_control(name, text, recipient)
    return _address(recipient.name or "", recipient.address)


def _unsubscribe(url: str | None, operator: str, series: str) -> dict[str, str]:
    mailto = f"<mailto:{quote(operator, safe='@')}?subject={quote(f'stop {series}')}>"
    if url is None or not url.startswith("https://"):
        return {"List-Unsubscribe": mailto}
    return {"List-Unsubscribe": f"<{url}>, {mailto}", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _archive(archive_url: str | None, archived_at: str | None) -> list[tuple[str, str]]:
    named = (("List-Archive", archive_url), ("Archived-At", archived_at))
    return [(name, url) for name, url in named if url and url.startswith("https://")]


def _check_wire(mime: bytes, recipient: Subscriber) -> None:
    """Refuses bytes that would be cut, or whose links in headers no client could follow."""
    head = mime.partition(b"\r\n\r\n")[0].split(b"\r\n")
    long = max(len(line) for line in mime.split(b"\r\n"))
    links = (b"list-", b"archived-at", b"message-id", b"in-reply-to", b"references")
    encoded = next((line for line in head if line.lower().startswith(links) and b"=?" in line), None)
    if long > 998 or encoded is not None:
        what = f"a line of {long} bytes" if long > 998 else f"the encoded header {encoded!r}"
        raise EditionInvalid(f"the message to {recipient.address!r} holds {what}; it was not composed")


def _mailbox(text: str) -> Address:
    """`Name <local@domain>` or a bare address."""
    return _address(*parseaddr(text))


def _address(name: str, spec: str) -> Address:
    # Not through parseaddr: it mends what it cannot read, and a mended address is somebody else's.
    local, _, domain = spec.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except ValueError:
        ascii_domain = ""
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(ascii_domain):
        raise DeliveryFailed(
            f"{spec!r} is not an address that every mail server takes: local@domain, the local part in ASCII",
            permanent=True,
        )
    return Address(name, local, ascii_domain)


def _token(text: str) -> str:
    return _UNSAFE_IN_ID.sub(".", text).strip(".")


def _refuse_controls(rendered: Rendered, sender: Sender, recipient: Subscriber, *headers: str) -> None:
    named = [("subject", rendered.subject), ("name", recipient.name or ""), ("address", recipient.address)]
    named += [("sender", text) for text in (sender.address, sender.operator, sender.reply_to or "")]
    named += [("header", text) for text in headers]
    for name, text in [*named, ("text", rendered.text.replace("\n", "")), ("HTML", rendered.html.replace("\n", ""))]:
        _refuse_control(name, text, recipient)


def _refuse_control(name: str, text: str, recipient: Subscriber) -> None:
    found = _CONTROL.search(text)
    if found is not None:
        raise EditionInvalid(
            f"the {name} of the message to {recipient.address!r} holds a control character U+{ord(found[0]):04X}; "
            "it was not composed"
        )

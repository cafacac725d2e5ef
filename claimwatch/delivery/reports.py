"""What comes back to the return path: word of undelivered mail (RFC 3464), complaints (RFC 5965), and the rest.

Pure: bytes in, a `Report` out, whatever the bytes are. Only what a standard says is believed; what merely looks like a
bounce is `UNCLEAR` and never guessed at.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import Header
from email.message import Message
from email.parser import BytesParser
from enum import StrEnum
from unicodedata import category

from claimwatch.delivery.return_path import token_in

MOST_TEXT = 300
_HEAD_BYTES = 8192
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_BARE_CODE = re.compile(r"^(?:[A-Za-z0-9-]+;)?\s*([245]\d\d)\b")
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?-~]+>")  # ours are ASCII, and no control character gets to the store
_SENT_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
_COMPLAINTS = frozenset(("abuse", "fraud", "virus", "other", "opt-out", "opt-out-list"))
_OURS = re.compile(r"5\.(7\.\d+|5\.\d+|6\.\d+|1\.[78]|3\.4|2\.3)")  # policy, protocol, content, our address, size
_GONE = re.compile(r"5\.(1\.\d+|2\.1|4\.4)")
_DAEMONS = re.compile(r"\b(mailer-daemon|postmaster|mail delivery (sub)?system)\b", re.I)


class Kind(StrEnum):
    """What a report is."""

    BOUNCE = "bounce"  # not delivered, for good
    DELAY = "delay"  # the server still tries
    DELIVERED = "delivered"  # it arrived, at one of several places at least
    COMPLAINT = "complaint"  # a reader called it spam
    REPLY = "reply"  # a machine answered: on holiday, ticket opened
    UNCLEAR = "unclear"  # word from a mail server that follows no standard
    OTHER = "other"  # anything else


class Harm(StrEnum):
    """Whom a bounce speaks of."""

    GONE = "gone"  # there is no such mailbox or domain
    FULL = "full"  # the mailbox is full, or its server was away too long: it may pass
    OURS = "ours"  # policy, content, size: ours to mend, and never held against the reader


@dataclass(frozen=True, slots=True)
class Report:
    """What came back. `key` is the same whenever this report is read, `token` that of the return path it was sent to
    (None where there was none), `message_id` the mail that it encloses, `status` such as `5.1.1`, `text` in words."""

    key: str
    kind: Kind
    token: str | None = None
    message_id: str | None = None
    harm: Harm | None = None
    status: str | None = None
    text: str = ""


def read_report(raw: bytes, bounces: str | None) -> Report:
    """What a mail says that came to the return path. `bounces` is the address whose tokens are looked for.

    What cannot be taken apart is `UNCLEAR`, and says so: it must not keep back what came after it.
    """
    try:
        return _report(raw, bounces)
    except (
        Exception
    ) as error:  # the library's parser was not made for hostile mail: nested a thousandfold, NUL in names
        why = f"a mail that cannot be taken apart ({type(error).__name__})"
        head = raw[:_HEAD_BYTES].decode("ascii", "replace").splitlines()
        to = (line.partition(":")[2] for line in head if line.partition(":")[0] in _SENT_TO)
        token = next((found for one in to if bounces and (found := token_in(bounces, one))), None)
        return Report(hashlib.sha256(raw).hexdigest(), Kind.UNCLEAR, token, text=why)


def _report(raw: bytes, bounces: str | None) -> Report:
    mail = BytesParser().parsebytes(raw)  # the older policy: it raises nothing, whatever stands in the headers
    token = next((found for to in _sent_to(mail) if bounces and (found := token_in(bounces, to))), None)
    own_id = _header(mail, "Message-ID")
    key = hashlib.sha256(f"{token}\n{own_id}".encode() if own_id else raw).hexdigest()
    kind, harm, status, text = _read(mail)
    inner = _enclosed(mail)
    if token is None and bounces and inner is not None:
        # A complaint comes to the address that a provider was told, and encloses the return path.
        token = token_in(bounces, _header(inner, "Return-Path")) or _original_mail_from(mail, bounces)
    message_id = _MESSAGE_ID.search(_header(inner, "Message-ID")) if inner is not None else None
    said = _clean(text or _header(mail, "Subject"))
    return Report(key, kind, token, message_id[0] if message_id else None, harm, status, said)


def harm_of(status: str | None, diagnostic: str) -> Harm:
    """Whom a failure speaks of, by its status (RFC 3463) and the words of the server that refused.

    One sign that it is ours is enough: a reader must not pay for it. A failure without a reason may pass.
    """
    codes = [*([status] if status else []), *_STATUS.findall(diagnostic)]
    if any(_OURS.fullmatch(code) for code in codes):
        return Harm.OURS
    return Harm.GONE if any(_GONE.fullmatch(code) for code in codes) else Harm.FULL


def _read(mail: Message) -> tuple[Kind, Harm | None, str | None, str]:
    what = mail.get_content_type()
    wanted = str(mail.get_param("report-type", "")).lower()
    if what == "multipart/report" and wanted == "delivery-status":
        return _delivery_status(mail)
    if what == "multipart/report" and wanted == "feedback-report":
        return _feedback(mail)
    if _is_automatic(mail):
        return Kind.REPLY, None, None, ""
    from_server = _header(mail, "Return-Path").strip() == "<>" or _DAEMONS.search(_header(mail, "From"))
    return (Kind.UNCLEAR if from_server else Kind.OTHER), None, None, ""


def _delivery_status(mail: Message) -> tuple[Kind, Harm | None, str | None, str]:
    """The blocks after the first speak of one recipient each; an alias may have had several."""
    part = _part(mail, "message/delivery-status")
    blocks = part.get_payload() if part is not None else None
    if not isinstance(blocks, list):
        return Kind.UNCLEAR, None, None, ""
    told = [block for block in blocks if isinstance(block, Message) and block.get("Action")]
    actions = {_header(block, "Action").strip().lower() for block in told}
    if actions & {"delivered", "relayed", "expanded"}:
        return Kind.DELIVERED, None, None, ""
    failed = [block for block in told if _header(block, "Action").strip().lower() == "failed"]
    if not failed:
        return (Kind.DELAY if actions == {"delayed"} else Kind.UNCLEAR), None, None, ""
    diagnostic = _header(failed[0], "Diagnostic-Code")
    found = _STATUS.search(_header(failed[0], "Status"))
    status = found[1] if found else None
    text = diagnostic or _header(failed[0], "Status")
    if not status and not _BARE_CODE.search(diagnostic):
        return Kind.UNCLEAR, None, None, text
    return Kind.BOUNCE, harm_of(status, diagnostic), status, text


def _feedback(mail: Message) -> tuple[Kind, Harm | None, str | None, str]:
    fields = _fields(mail)
    what = _header(fields, "Feedback-Type").strip().lower() if fields is not None else ""
    if not what:
        return Kind.UNCLEAR, None, None, ""
    agent = _header(fields, "User-Agent") if fields is not None else ""
    return (Kind.COMPLAINT if what in _COMPLAINTS else Kind.OTHER), None, None, f"{what}, says {agent or 'a provider'}"


def _fields(mail: Message) -> Message | None:
    part = _part(mail, "message/feedback-report")
    inside = part.get_payload() if part is not None else None
    return inside[0] if isinstance(inside, list) and inside and isinstance(inside[0], Message) else None


def _original_mail_from(mail: Message, bounces: str) -> str | None:
    fields = _fields(mail)
    return token_in(bounces, _header(fields, "Original-Mail-From")) if fields is not None else None


def _enclosed(mail: Message) -> Message | None:
    """The headers of the mail that a report encloses."""
    if mail.get_content_type() != "multipart/report":
        return None
    whole = _part(mail, "message/rfc822")
    inside = whole.get_payload() if whole is not None else None
    if isinstance(inside, list) and inside and isinstance(inside[0], Message):
        return inside[0]
    headers = _part(mail, "text/rfc822-headers")
    raw = headers.get_payload(decode=True) if headers is not None else None
    return BytesParser().parsebytes(raw, headersonly=True) if isinstance(raw, bytes) else None


def _part(mail: Message, content_type: str) -> Message | None:
    """The first part of that type, not looking into mails that are enclosed."""
    parts = mail.get_payload()
    found = (part for part in parts if isinstance(part, Message)) if isinstance(parts, list) else iter(())
    return next((part for part in found if part.get_content_type() == content_type), None)


def _is_automatic(mail: Message) -> bool:
    """An answer that a machine wrote (RFC 3834, and what was in use before it)."""
    submitted = re.split(r"[\s;(]", _header(mail, "Auto-Submitted").lower())[0]
    old = ("X-Autoreply", "X-Autorespond", "X-Autoresponse", "Vacation")
    precedence = _header(mail, "Precedence").strip().lower()
    return submitted == "auto-replied" or precedence == "auto_reply" or any(mail.get(name) for name in old)


def _sent_to(mail: Message) -> Iterator[str]:
    for name in _SENT_TO:
        yield from (_text(value) for value in mail.get_all(name, ()))


def _header(mail: Message, name: str) -> str:
    return _text(mail.get(name, ""))


def _text(value: Header | str) -> str:
    return " ".join(str(value).split())


def _clean(text: str) -> str:
    shown = "".join(c for c in text if c == " " or category(c)[0] not in "CZ")
    return shown if len(shown) <= MOST_TEXT else f"{shown[: MOST_TEXT - 1]}…"

"""A composed mail as a form: what is one reader's own is set anew, the rest stays byte for byte.

Composing a digest takes many times longer than sending it, and most readers get the same one but for their address,
the Message-ID and the links that are theirs.
"""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import pairwise

from claimwatch.delivery.compose import BODY, WIRE, boundary_for, mailbox_of
from claimwatch.models import Subscriber

_SOFT_BREAK = b"=\r\n"
_PLAIN = re.compile(r"([A-Za-z0-9]+( [A-Za-z0-9]+)*)?")


@dataclass(frozen=True, slots=True)
class Personal:
    """What is a reader's own in a mail: their address, its Message-ID, and links as they stand in it."""

    recipient: Subscriber
    message_id: str
    links: tuple[str, ...]


class Stencil:
    """Made of the unsigned bytes of one reader's mail. Whether the form is right is for the caller to check on a
    second reader: what else were personal would be taken over."""

    def __init__(self, mime: bytes, subject: str, personal: Personal) -> None:
        self._subject = subject
        self._lengths = _lengths(personal)
        whole = b"|".join(b"(%s)" % _pattern(part) for part in _parts(subject, personal))
        self._pieces: list[bytes] = []
        self._marks: list[tuple[int, tuple[int, ...]]] = []  # which part stands there, and where it is broken
        at = 0
        for found in re.finditer(whole, mime):
            assert found.lastindex is not None, "every alternative is a group"
            self._pieces.append(mime[at : found.start()])
            self._marks.append((found.lastindex - 1, _breaks(found[0])))
            at = found.end()
        self._last = mime[at:]

    def fill(self, personal: Personal) -> bytes | None:
        """The unsigned mail of another reader; None where their links are longer or shorter, so that lines would
        break elsewhere."""
        if _lengths(personal) != self._lengths:
            return None
        parts = _parts(self._subject, personal)
        written: list[bytes] = []
        for piece, (number, breaks) in zip(self._pieces, self._marks, strict=True):
            written += (piece, _broken(parts[number], breaks))
        return b"".join([*written, self._last])


def _parts(subject: str, personal: Personal) -> list[bytes]:
    """The header To as it is written, the Message-ID, the boundary that is made from it, and the links."""
    id_ = personal.message_id
    return [b"\r\n" + _to(personal.recipient), id_.encode(), boundary_for(id_, subject).encode()] + [
        link.encode() for link in personal.links
    ]


def _to(recipient: Subscriber) -> bytes:
    mailbox = mailbox_of(recipient)
    plain = f"To: {mailbox.display_name} <{mailbox.addr_spec}>" if mailbox.display_name else f"To: {mailbox.addr_spec}"
    if len(plain) <= 76 and _PLAIN.fullmatch(mailbox.display_name):
        return plain.encode() + b"\r\n"  # nothing to quote, encode or fold, so the parser need not look at it
    message = EmailMessage(policy=BODY)
    message["To"] = mailbox
    ((name, value),) = message.raw_items()
    return WIRE.fold_binary(name, value)


def _lengths(personal: Personal) -> tuple[int, ...]:
    return (len(personal.message_id), *map(len, personal.links))


def _pattern(part: bytes) -> bytes:
    """A part as it stands there, perhaps over several lines of quoted-printable."""
    if part.startswith(b"\r\n"):
        return re.escape(part)
    return (b"(?:%s)?" % re.escape(_SOFT_BREAK)).join(re.escape(bytes((byte,))) for byte in part)


def _breaks(text: bytes) -> tuple[int, ...]:
    at, breaks = 0, []
    for piece in text.split(_SOFT_BREAK)[:-1]:
        at += len(piece)
        breaks.append(at)
    return tuple(breaks)


def _broken(part: bytes, breaks: tuple[int, ...]) -> bytes:
    if not breaks:
        return part
    ends = (0, *breaks, len(part))
    return _SOFT_BREAK.join(part[begin:end] for begin, end in pairwise(ends))

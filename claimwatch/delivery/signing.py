"""DKIM (RFC 6376, RFC 8463): a signature over a message's body and headers, RSA or Ed25519.

Deterministic: key, message and time give the same bytes. Canonical forms are dkimpy's; the signing is cryptography's,
which is many times faster and needs no clock.
"""

import base64
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import dkim
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from dkim.canonicalization import CanonicalizationPolicy

from claimwatch.errors import EditionInvalid, SettingsInvalid

# What a reader or a mail program goes by. Signed where present; RFC 8058 wants both List-Unsubscribe headers covered.
SIGNED = frozenset(
    (
        b"from", b"to", b"reply-to", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"mime-version",
        b"content-type", b"content-language", b"list-id", b"list-unsubscribe", b"list-unsubscribe-post",
        b"list-archive", b"archived-at", b"feedback-id", b"auto-submitted",
    )
)  # fmt: skip
# Signed once more than they stand there: a second one, added on the way, breaks the signature.
OVERSIGNED = (b"from", b"subject")
# What a signature must cover before a mail may leave, as often as it stands there (RFC 6376 5.4, RFC 8058 4).
OWED = (
    "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "list-id", "list-unsubscribe",
    "list-unsubscribe-post",
)  # fmt: skip
_CANONICAL = CanonicalizationPolicy.from_c_value(b"relaxed/simple")
_MIN_BITS = 2048


@dataclass(frozen=True, slots=True)
class Signer:
    """A key, and where its public half is found: a TXT record at `selector`._domainkey.`domain`."""

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    def sign(self, message: bytes, at: datetime) -> bytes:
        """The message with a DKIM-Signature on top. Raises `EditionInvalid` where that would not cover what it owes."""
        head, _, body = message.partition(b"\r\n\r\n")  # the library would take the body apart, line by line
        headers, _ = dkim.rfc822_parse(head + b"\r\n\r\n")
        there = Counter(name.lower() for name, _ in headers if name.lower() in SIGNED)
        names = sorted((there + Counter(OVERSIGNED)).elements())
        body_hash = hashlib.sha256(_CANONICAL.canonicalize_body(body)).digest()
        algorithm = "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"
        lines = [
            f" v=1; a={algorithm}; c=relaxed/simple; d={self.domain}; s={self.selector};",
            f" t={int(at.timestamp())};",
            *_folded(" h=" + ":".join(name.decode() for name in names) + ";"),
            f" bh={base64.b64encode(body_hash).decode()};",
            " b=",
        ]
        value = "\r\n".join(lines)
        unsigned = (b"DKIM-Signature", value.encode("ascii"))
        canonical = _CANONICAL.canonicalize_headers(dkim.select_headers(headers, names))
        last = _CANONICAL.canonicalize_headers([unsigned])[0]
        data = b"".join(name + b":" + text for name, text in canonical) + last[0] + b":" + last[1].rstrip()
        signed = base64.b64encode(self._signature(data)).decode()
        signature = "\r\n ".join(signed[at : at + 72] for at in range(0, len(signed), 72))
        _refuse_uncovered(head, value)
        return b"DKIM-Signature:" + unsigned[1] + signature.encode("ascii") + b"\r\n" + message

    def _signature(self, data: bytes) -> bytes:
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(data, PKCS1v15(), hashes.SHA256())
        return self.key.sign(hashlib.sha256(data).digest())


def _refuse_uncovered(head: bytes, signature: str) -> None:
    """Holds what a signature says it covers (`h=`) against the headers that stand there; From and Subject are owed
    once more."""
    tags = dict(tag.strip().partition("=")[::2] for tag in signature.split(";"))
    covered = Counter("".join(tags.get("h", "").lower().split()).split(":"))
    lines = (line for line in head.decode("ascii", "replace").split("\r\n") if line[:1] not in (" ", "\t"))
    there = Counter(line.partition(":")[0].strip().lower() for line in lines)
    oversigned = {name.decode() for name in OVERSIGNED}
    missing = [name for name in OWED if covered[name] < there[name] + (name in oversigned)]
    if missing:
        raise EditionInvalid(
            f"the DKIM signature leaves out {', '.join(name.title() for name in missing)}, so that it could be changed "
            "on the way, or would not count. Nothing was sent; sign it (SIGNED in claimwatch/delivery/signing.py), or "
            "let the mail server sign and unset CLAIMWATCH_DKIM_KEY"
        )


def _folded(text: str) -> list[str]:
    """A list of header names over several lines, broken after colons."""
    lines = [""]
    for part in text.replace(":", ":\n").split("\n"):
        if len(lines[-1]) + len(part) > 76:
            lines.append(" ")
        lines[-1] += part
    return lines


@lru_cache(maxsize=4)
def load_signer(key: str, selector: str, domain: str) -> Signer:
    """The signer of a private key: PEM text, or the path of a file with it. Raises `SettingsInvalid`."""
    try:
        pem = key.encode() if "-----BEGIN" in key else Path(key).expanduser().read_bytes()
        loaded = load_pem_private_key(pem, password=None)
    except OSError as error:
        raise SettingsInvalid(f"CLAIMWATCH_DKIM_KEY: the file cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingsInvalid(
            "CLAIMWATCH_DKIM_KEY: write an unencrypted private key in PEM, RSA or Ed25519, or the path of one"
        ) from None
    if isinstance(loaded, RSAPrivateKey) and loaded.key_size < _MIN_BITS:
        raise SettingsInvalid(f"CLAIMWATCH_DKIM_KEY: an RSA key needs {_MIN_BITS} bits, this has {loaded.key_size}")
    if not isinstance(loaded, RSAPrivateKey | Ed25519PrivateKey):
        raise SettingsInvalid("CLAIMWATCH_DKIM_KEY: the key is neither RSA nor Ed25519")
    return Signer(domain, selector, loaded)

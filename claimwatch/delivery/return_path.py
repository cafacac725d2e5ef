"""The return path: where a mail server sends word of a mail that it could not deliver after all."""

import re
from email.utils import parseaddr

_MARK = "+"


def return_path(bounces: str, message_id: str) -> str:
    """An address for one message (VERP): `bounces@host` and `<weekly.2026-W46.OPAQUE@…>` give `bounces+OPAQUE@host`.

    The opaque part tells nothing of the reader, and leads back to the message.
    """
    local, _, domain = parseaddr(bounces)[1].rpartition("@")
    return f"{local}{_MARK}{opaque_part(message_id)}@{domain}"


def opaque_part(message_id: str) -> str:
    """`<weekly.2026-W46.OPAQUE@host>` gives `OPAQUE`."""
    return message_id.strip("<>").rpartition("@")[0].rpartition(".")[2]


def token_in(bounces: str, text: str) -> str | None:
    """The token of a return path that stands anywhere in `text`, such as a header; None where there is none.

    That it has the form of a token says nothing of whether we made it.
    """
    local, _, domain = parseaddr(bounces)[1].rpartition("@")
    form = rf"(?<![\w.+-]){re.escape(local)}{re.escape(_MARK)}([0-9a-f]{{32}})@{re.escape(domain)}(?![\w.-])"
    found = re.search(form, text, re.IGNORECASE)
    return found[1].lower() if found else None

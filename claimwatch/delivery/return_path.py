"""The return path: where a mail server sends word of a mail that it could not deliver after all."""

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

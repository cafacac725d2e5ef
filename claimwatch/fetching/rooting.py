"""Addresses: original form, the form that is really asked for, and back.

With an upstream, `https://host/path?query` is asked for as `{upstream}/host/path?query`. Paths and queries go out byte
for byte as the source's entry or the page wrote them; only what HTTP cannot carry (spaces, letters outside ASCII) is
percent-encoded.
"""

import re
import string
from dataclasses import dataclass
from urllib.parse import quote, urldefrag, urljoin, urlsplit

_LABEL = re.compile(r"[A-Za-z0-9_-]{1,63}")
_LONGEST_HOST = 253


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request really goes. `path` is the request line's target: path and query."""

    scheme: str
    host: str
    port: int | None
    path: str


def target_of(url: str, upstream: str | None) -> Target:
    """Where the request for the original address `url` goes. Raises `ValueError` for what is no http(s) address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("only http and https addresses are fetched")
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address with a user name in it is not fetched")
    if not _is_host(_ascii(parts.hostname)):
        raise ValueError(f"{parts.hostname!r} is not the name of a host")
    port = parts.port  # raises for what is no port
    path = quote(parts.path or "/", safe=string.punctuation)
    query = "?" + quote(parts.query, safe=string.punctuation) if parts.query else ""
    if upstream is None:
        return Target(parts.scheme, _ascii(parts.hostname), port, path + query)
    root = urlsplit(upstream)
    if root.hostname is None:
        raise ValueError(f"the upstream {upstream} names no host")
    return Target(
        root.scheme, _ascii(root.hostname), root.port, f"{root.path}/{_ascii(parts.netloc.lower())}{path}{query}"
    )


def followed(url: str, location: str, upstream: str | None) -> str:
    """The original address that a redirect from the original address `url` leads to, without fragment.

    `location` may be absolute or relative, in the original or in the re-rooted form. Raises `ValueError` where it is
    no address.
    """
    location = quote(location.strip(), safe=string.punctuation)
    if upstream is not None:
        root, host = urlsplit(upstream), urlsplit(url).netloc.lower()
        own_path = f"{root.path}/{host}"
        if location.startswith(upstream + "/"):
            location = f"{urlsplit(url).scheme}://{location.removeprefix(upstream + '/')}"
        elif location == own_path or location.startswith(own_path + "/"):
            location = location.removeprefix(own_path) or "/"
    return urldefrag(urljoin(url, location)).url


def _is_host(host: str) -> bool:
    if ":" in host:
        return True  # urlsplit has seen that it is an IPv6 address
    labels = host.removesuffix(".").split(".")
    return len(host) <= _LONGEST_HOST and all(_LABEL.fullmatch(label) for label in labels)


def _ascii(host: str) -> str:
    return host if host.isascii() else host.encode("idna").decode()

"""One exchange with one server: a bounded request out, a bounded answer in.

It is httpx's transport without httpx's client, which would put its own headers on the wire, keep cookies and try to
understand redirects: what a page wrote goes out byte for byte, and what comes in is looked at by us alone.
"""

import io
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import certifi
import httpcore
import httpx

from claimwatch.fetching.decoding import Undecodable, decoder
from claimwatch.fetching.network import Network, Refused
from claimwatch.fetching.rooting import Target

_CONNECT_S = 10.0
_SILENCE_S = 30.0  # between two pieces of an answer, and before its first

Headers = tuple[tuple[str, str], ...]


class Cut(Exception):
    """A body that could not be had whole: why, and whether for its size."""

    def __init__(self, reason: str, *, too_large: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.too_large = too_large


class Transport:
    """Connections made by `network`, kept open between requests until `close`."""

    def __init__(self, network: Network) -> None:
        trust = _trust(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        self._http = httpx.HTTPTransport(verify=trust)
        # httpx takes no network backend; its pool is the one place where one can be set.
        self._http._pool = httpcore.ConnectionPool(ssl_context=trust, network_backend=network, keepalive_expiry=15.0)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    @contextmanager
    def get(self, target: Target, headers: list[tuple[str, str]]) -> Iterator[httpx.Response]:
        """The answer to one GET with exactly these headers, its body unread.

        Raises httpx's transport errors, and `Refused` where no connection can lead to the target.
        """
        timeout = httpx.Timeout(_SILENCE_S, connect=_CONNECT_S).as_dict()
        try:
            url = httpx.URL(scheme=target.scheme, host=target.host, port=target.port)
        except httpx.InvalidURL as error:
            raise Refused(str(error)) from error
        extensions = {"target": target.path.encode("ascii"), "timeout": timeout}
        request = httpx.Request("GET", url, headers=headers, extensions=extensions)
        response = self._http.handle_request(request)
        try:
            yield response
        finally:
            response.close()


def headers_of(response: httpx.Response) -> Headers:
    """The headers of an answer in their order and spelling."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)


def read_body(response: httpx.Response, headers: Headers, limit: int, into: io.BytesIO) -> None:
    """The decompressed body, up to `limit` bytes. Raises `Cut` when there is more, or less than was announced."""
    encoding = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    too_large = Cut(f"over {limit:,} bytes", too_large=True)
    try:
        for piece in decoder(encoding)(_within(response.iter_raw(), limit, too_large)):
            if into.tell() + len(piece) > limit:
                into.write(piece[: limit - into.tell()])
                raise too_large
            into.write(piece)
    except Undecodable as error:
        raise Cut(str(error)) from error
    except (httpx.TimeoutException, httpx.NetworkError, httpx.ProtocolError) as error:
        raise Cut(f"the answer broke off: {words(error)}") from error


def words(error: Exception) -> str:
    """What an error says, or its name where it says nothing."""
    return str(error) or type(error).__name__


def _within(chunks: Iterator[bytes], limit: int, error: Cut) -> Iterator[bytes]:
    """The chunks, up to `limit` bytes in all whatever they expand to; raises `error` where there are more."""
    left = limit
    for chunk in chunks:
        yield chunk[:left]
        left -= len(chunk)
        if left < 0:
            raise error


@lru_cache(maxsize=4)
def _trust(cert_file: str | None, cert_dir: str | None) -> ssl.SSLContext:
    """The system's certificates, which an operator may add to, and certifi's, for systems that have none.

    Reading them takes a tenth of a second, so it is done once for the places that the environment names.
    """
    context = ssl.create_default_context()  # it looks at these two variables itself
    context.load_verify_locations(certifi.where())
    return context

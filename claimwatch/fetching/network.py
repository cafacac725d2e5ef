"""Connections that keep two promises: no private address unless allowed, and nothing after the deadline.

The address check is made where the connection is: the address that was looked up and checked is the one connected to,
so a name that resolves differently a moment later gains nothing. TLS still verifies the name.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Said by the name service itself; where it cannot be asked, it says "try again" instead.
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


class Refused(Exception):
    """No connection that we could make leads to the host: its name, its address or its certificate is wrong."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also where an IPv6 address holds an IPv4 one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return ip.is_global and not ip.is_multicast


class Network(httpcore.NetworkBackend):
    """Plain sockets under a deadline. `deadline` is a time of `time.monotonic`, set before each exchange."""

    def __init__(self, *, allow_private: bool) -> None:
        self.deadline = float("inf")
        self._allow_private = allow_private
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of `host` that answers.

        Raises `Refused` if any address is private or there is no such name, and httpcore's errors for what may pass.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            reason = f"the name {host} cannot be resolved: {error.strerror or error}"
            if error.errno in _NO_SUCH_NAME:
                raise Refused(reason) from error
            raise httpcore.ConnectError(reason) from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        refused = [address for address in addresses if not is_public(address)]
        if refused and not self._allow_private:
            raise Refused(f"{host} leads to the private address {refused[0]}")
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in addresses:
            try:
                return _Stream(self._sockets.connect_tcp(address, port, self.left(timeout)), self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def left(self, timeout: float | None) -> float:
        """The seconds that one operation may take. Raises `httpcore.ReadTimeout` when the deadline has passed."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the whole exchange took too long")
        return left if timeout is None else min(left, timeout)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, network: Network) -> None:
        self._inner = inner
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._network.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._network.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            inner = self._inner.start_tls(ssl_context, server_hostname, self._network.left(timeout))
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                raise Refused(f"the certificate is not trusted: {error.__cause__.verify_message}") from error
            raise
        return _Stream(inner, self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

"""Addresses over real loopback servers: what goes on the wire, redirects, private addresses, certificates."""

import socket
import ssl
from pathlib import Path

import pytest
import trustme

from claimwatch.errors import FailureKind
from claimwatch.fetching import Client, Pacer, Request
from claimwatch.settings import load_settings
from tests.fetching.asking import NOW, PATH, URL, failure
from tests.upstream import Upstream, reply


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        (
            "https://www.federalregister.gov/api/v1/documents.json?conditions[agencies][]=a-b&conditions[cfr][title]=15&x=1%2C2",
            "/www.federalregister.gov/api/v1/documents.json?conditions[agencies][]=a-b&conditions[cfr][title]=15&x=1%2C2",
        ),
        ("https://example.org", "/example.org/"),
        ("https://Example.org:8443/a/../b//c?q=a+b&q=%5B&e#top", "/example.org:8443/a/../b//c?q=a+b&q=%5B&e"),
        ("http://example.org/Supplement%20No.%204", "/example.org/Supplement%20No.%204"),
        ("https://example.org/a b/æ?q=é", "/example.org/a%20b/%C3%A6?q=%C3%A9"),
        ("https://bücher.example/x", "/xn--bcher-kva.example/x"),
        ("https://[2001:DB8::1]:8443/x", "/[2001:db8::1]:8443/x"),
    ],
)
def test_what_goes_on_the_wire(client: Client, upstream: Upstream, asked: str, sent: str) -> None:
    assert failure(client, Request(asked)).status == 404
    assert [request.target for request in upstream.requests] == [sent]


@pytest.mark.parametrize(
    ("location", "final"),
    [
        ("https://example.org/new", "https://example.org/new"),
        ("https://other.example/new?a[]=1#part", "https://other.example/new?a[]=1"),
        ("/new", "https://example.org/new"),
        ("new", "https://example.org/new"),
        ("//other.example/new", "https://other.example/new"),
        ("/example.org/new", "https://example.org/new"),
        ("{upstream}/other.example/new", "https://other.example/new"),
        ("/new page", "https://example.org/new%20page"),
    ],
)
def test_redirects_come_back_to_the_original_address(
    client: Client, upstream: Upstream, location: str, final: str
) -> None:
    upstream.on(PATH, reply(301, location=location.format(upstream=upstream.url)))
    upstream.on(final.removeprefix("https:/").partition("?")[0], reply(body="here"))
    answer = client.get(Request(URL))
    assert (answer.url, answer.final_url, answer.body) == (URL, final, b"here")
    assert upstream.requests[1].target == final.removeprefix("https:/")


def test_an_upstream_may_lie_below_a_path(upstream: Upstream) -> None:
    upstream.on("/mirror/example.org/page", reply(302, location="/mirror/example.org/next"))
    upstream.on("/mirror/example.org/next", reply(body="here"))
    with Client(load_settings(upstream=f"{upstream.url}/mirror/", pace="off"), lambda: NOW) as client:
        assert client.get(Request(URL)).final_url == "https://example.org/next"


def test_redirect_loops_are_named(client: Client, upstream: Upstream) -> None:
    upstream.on("/example.org/a", reply(302, location="/b"))
    upstream.on("/example.org/b", reply(302, location="https://example.org/a"))
    error = failure(client, Request("https://example.org/a"))
    assert "redirect loop: https://example.org/a → https://example.org/b → https://example.org/a" in error.reason
    assert error.kind is FailureKind.HARD
    assert len(upstream.requests) == 2


@pytest.mark.parametrize(("redirects", "fine"), [(5, True), (6, False)])
def test_at_most_five_redirects(client: Client, upstream: Upstream, redirects: int, fine: bool) -> None:
    for number in range(redirects):
        upstream.on(f"/example.org/{number}", reply(307, location=f"/{number + 1}"))
    upstream.on(f"/example.org/{redirects}", reply(body="here"))
    if fine:
        assert client.get(Request("https://example.org/0")).body == b"here"
    else:
        assert "over 5 redirects" in failure(client, Request("https://example.org/0")).reason


@pytest.mark.parametrize(
    "location",
    [
        "ftp://example.org/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "gopher://example.org/",
        "https://user:pw@example.org/",
        "http://",
        "http://[",
        "http://[::1",
        "https://[::g]/",
        "https://example.org:99999/",
        "https://a..example/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 130 + "example/",
        "http://example.org/unprotected",
        "http://other.example/",
    ],
)
def test_redirects_to_what_is_no_safe_address_are_refused(client: Client, upstream: Upstream, location: str) -> None:
    upstream.on(PATH, reply(302, location=location))
    error = failure(client, Request(URL))
    assert error.kind is FailureKind.HARD
    assert len(upstream.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/x",
        "file:///etc/passwd",
        "example.org/x",
        "//example.org/x",
        "",
        "https:///x",
        "https://user@example.org/",
        "https://user:pw@example.org/",
        "https://@example.org/",
        "https://[::1/",
        "https://example.org:x/",
        "https://a b.example/",
        "https://a\0b.example/",
        "https://a..example/",
        "https://%31%32/",
        "https://" + "ø" * 70 + ".example/",
    ],
)
def test_what_is_no_web_address_is_not_asked_for(client: Client, upstream: Upstream, url: str) -> None:
    assert failure(client, Request(url)).kind is FailureKind.HARD
    assert upstream.requests == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "017700000001",
        "0",
        "[::1]",
        "[::ffff:169.254.169.254]",
        "[fd00:ec2::254]",
        "169.254.169.254",
        "10.0.0.1",
    ],
)
def test_private_addresses_are_refused_without_an_upstream(host: str) -> None:
    with Client(load_settings(), lambda: NOW) as client:
        error = failure(client, Request(f"http://{host}:9/latest/meta-data/", timeout_s=5))
    assert "private address" in error.reason
    assert error.kind is FailureKind.HARD


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)
    with Client(load_settings(), lambda: NOW) as client:
        assert "private address 10.0.0.1" in failure(client, Request("http://mixed.example/")).reason


@pytest.mark.parametrize(
    ("code", "kind", "looks"),
    [(socket.EAI_NONAME, FailureKind.HARD, 1), (socket.EAI_AGAIN, FailureKind.TEMPORARY, 3)],
)
def test_a_name_that_is_not_there_and_one_that_could_not_be_asked_for(
    monkeypatch: pytest.MonkeyPatch, code: int, kind: FailureKind, looks: int
) -> None:
    looked: list[str] = []

    def resolve(host: str, *_rest: object, **_more: object) -> object:
        looked.append(host)
        raise socket.gaierror(code, "the name service's words")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with Client(load_settings(), lambda: NOW, Pacer(sleep=lambda _s: None)) as client:
        error = failure(client, Request("https://nowhere.example/", pace_s=0))
    assert (error.kind, error.status) == (kind, None)
    assert "nowhere.example cannot be resolved: the name service's words" in error.reason
    assert looked == ["nowhere.example"] * looks


def test_a_redirect_to_a_private_address_is_refused(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first host is let through as if it were public, which no loopback server can be."""
    port = upstream.port
    upstream.on("/page", reply(302, location=f"http://127.0.0.2:{port}/secret"))
    monkeypatch.setattr("claimwatch.fetching.network.is_public", lambda address: address == "127.0.0.1")
    with Client(load_settings(), lambda: NOW) as client:
        error = failure(client, Request(f"http://127.0.0.1:{port}/page"))
    assert "after a redirect" in error.reason
    assert "private address 127.0.0.2" in error.reason
    assert len(upstream.requests) == 1


def test_the_address_connected_to_is_the_one_checked(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that resolves to a private address at the second look gains nothing: there is no second look."""
    port = upstream.port
    upstream.on("/page", reply(body="here"))
    looks: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, *rest: object, **more: object) -> object:
        if host == "rebinding.example":
            looks.append(host)
            host = "127.0.0.1" if len(looks) == 1 else "127.0.0.3"
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr("claimwatch.fetching.network.is_public", lambda address: address == "127.0.0.1")
    with Client(load_settings(), lambda: NOW) as client:
        assert client.get(Request(f"http://rebinding.example:{port}/page")).body == b"here"
    assert looks == ["rebinding.example"]


@pytest.mark.parametrize(
    ("host", "trusted", "fine"),
    [("publisher.example", True, True), ("other.example", True, False), ("publisher.example", False, False)],
)
def test_certificates_are_verified_for_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, trusted: bool, fine: bool
) -> None:
    """We connect to an address that we looked up, and still hold the server to the name that was asked for."""
    authority = trustme.CA()
    if trusted:
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("publisher.example").configure_cert(tls)
    real = socket.getaddrinfo

    def resolve(name: str, *rest: object, **more: object) -> object:
        return real("127.0.0.1" if name == host else name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr("claimwatch.fetching.network.is_public", lambda address: address == "127.0.0.1")
    slept: list[float] = []
    with Upstream(tls) as server, Client(load_settings(), lambda: NOW, Pacer(sleep=slept.append)) as client:
        server.on("/page", reply(body="here"))
        request = Request(f"https://{host}:{server.port}/page")
        if fine:
            assert client.get(request).body == b"here"
        else:
            error = failure(client, request)
            assert "the certificate is not trusted" in error.reason
            assert error.kind is FailureKind.HARD
            assert server.requests == []
            assert slept == []  # trying again at once would not help

"""Walls are recognised; pages that write about walls are not."""

import pytest

from claimwatch.fetching import wall_of

HTML = (("Content-Type", "text/html; charset=utf-8"),)
URL = "https://example.org/statements/"


def page(title: str, body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


AKAMAI = page(
    "Access Denied",
    '<h1>Access Denied</h1>You have no permission to access "http://example.org/" on this server.<p>Reference #18.2',
)
CLOUDFLARE = page(
    "Nur einen Moment…", "<noscript>Enable JavaScript</noscript><script>window._cf_chl_opt={a:1}</script>"
)
AWS = page("", "<script>window.awsWafCookieDomainList = [];</script><noscript>JavaScript is disabled</noscript>")
PORTAL = (
    b"<html><body><!-- <?xml?><WISPAccessGatewayParam></WISPAccessGatewayParam> -->Welcome to our Wi-Fi</body></html>"
)
LOGIN = page("Log in", "<form><input name=user><input type=password name=pw><button>Log in</button></form>")
IMPERVA = page("", "<iframe src='/_Incapsula_Resource?x=1'>Request unsuccessful. Incapsula incident ID: 1-2</iframe>")


@pytest.mark.parametrize(
    ("url", "status", "headers", "body", "wall"),
    [
        ("https://unblock.federalregister.gov/", 200, HTML, page("Anything", ""), "Request Access"),
        (URL, 200, HTML, page("Federal Register :: Request Access", "Due to aggressive scraping …"), "Request Access"),
        (URL, 403, HTML, CLOUDFLARE, "Cloudflare"),
        (URL, 200, (*HTML, ("CF-Mitigated", "challenge")), page("x", "y"), "Cloudflare"),
        (URL, 403, HTML, page("Attention Required! | Cloudflare", "Sorry, you have been blocked"), "Cloudflare"),
        (URL, 403, HTML, AKAMAI, "Akamai"),
        (URL, 202, (("x-amzn-waf-action", "challenge"),), b"", "AWS WAF"),
        (URL, 405, HTML, AWS, "AWS WAF"),
        (URL, 200, HTML, IMPERVA, "Imperva"),
        (URL, 200, (), PORTAL, "captive portal"),
        (URL, 511, (), b"", "captive portal"),
        (URL, 200, HTML, LOGIN, "log-in"),
        ("https://example.org/wp-login.php", 200, HTML, page("x", "<input type='password'>" + "word " * 200), "log-in"),
    ],
)
def test_walls(url: str, status: int, headers: tuple[tuple[str, str], ...], body: bytes, wall: str) -> None:
    assert wall in (wall_of(url, status, headers, body) or "")


ARTICLE = "<p>" + "The ministry answered that the contract had ended in the spring of that year. " * 60 + "</p>"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, page("Just a moment... how Cloudflare checks visitors", f"{ARTICLE} <code>window._cf_chl_opt</code>")),
        (200, page("Access Denied", f"<h1>Access Denied</h1>{ARTICLE} Reference #18.2 errors.edgesuite.net")),
        (200, page("Access Denied: new report", "<p>Read the report on denied access, Reference #4.</p>")),
        (
            200,
            page("Statements", ARTICLE, head="<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"),
        ),
        (200, page("Statements", f"<form class=members><input type=password></form>{ARTICLE}")),
        (200, page("Federal Register :: Request Access to the docket room", "<p>How to ask for access.</p>")),
        (404, page("Page not found", "<p>We could not find that page.</p>")),
        (403, b"<html><body>Forbidden</body></html>"),
        (200, b""),
    ],
)
def test_lookalikes_are_no_walls(status: int, body: bytes) -> None:
    assert wall_of(URL, status, HTML, body) is None


def test_only_html_is_looked_into() -> None:
    feed = b'<?xml version="1.0"?><rss><channel><title>Access Denied</title><item>Reference #1</item></channel></rss>'
    assert wall_of(URL, 200, (("Content-Type", "application/rss+xml"),), feed) is None
    assert wall_of(URL, 200, (("Content-Type", "application/json"),), b'{"title": "_cf_chl_opt"}') is None


def test_a_hostile_page_is_judged_quickly() -> None:
    """Unclosed comments, scripts and tags by the ten thousand must not make the patterns backtrack for ever."""
    for piece in (b"<!--", b"<script", b"<title>", b"<input ", b"<", b"<script>x</style>"):
        assert wall_of(URL, 200, HTML, b"<html>" + piece * (1_000_000 // len(piece))) is None

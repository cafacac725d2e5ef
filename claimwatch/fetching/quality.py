"""Telling a wall from a page: bot checks, access-denied pages, captive portals, log-in forms.

A wall is short and says one thing; a page that writes about walls is long. So apart from signs that only a wall sends
(a header, a host), a sign counts only where the visible text is short. The signs are what the makers' pages are known
to carry; a wall that is not known here passes, and the parser then fails on it.
"""

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from claimwatch.fetching.exchange import header_of

_WALL_HOSTS = {"unblock.federalregister.gov": "the Federal Register's “Request Access” page"}
_LOOKED_AT = 1_000_000
_SHORT = 1_500
# No pattern may run past the next "<", and no search may start again at every match: a hostile page would take hours.
_UNSEEN = re.compile(r"<!--|<(script|style|template|title)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_PASSWORD = re.compile(r"<input\b[^<>]*\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_LOGIN_PATH = re.compile(r"/(wp-login\.php|log-?in|sign-?in|auth|sso|saml2?|account)(/|$|\.)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Sign:
    """A wall, by its title (the whole of it) and by strings that its source holds, all of them."""

    wall: str
    title: re.Pattern[str] | None
    marks: tuple[str, ...] = ()


_SIGNS = (
    _Sign(
        "the Federal Register's “Request Access” page",
        re.compile(r"(Federal Register|eCFR) *(::|\||-) *Request Access", re.IGNORECASE),
    ),
    _Sign("a Cloudflare challenge", None, ("_cf_chl_opt",)),
    _Sign("a Cloudflare block page", re.compile(r"Attention Required! *\| *Cloudflare", re.IGNORECASE)),
    _Sign("a Cloudflare block page", re.compile(r"Access denied *\|.*Cloudflare.*", re.IGNORECASE)),
    _Sign("an Akamai block page", re.compile(r"Access Denied", re.IGNORECASE), ("Reference #",)),
    _Sign("an Akamai block page", re.compile(r"Access Denied", re.IGNORECASE), ("errors.edgesuite.net",)),
    _Sign("an AWS WAF challenge", None, ("awsWafCookieDomainList",)),
    _Sign("an AWS WAF challenge", None, (".token.awswaf.com/",)),
    _Sign("an Imperva block page", None, ("_Incapsula_Resource", "incident")),
    _Sign("a captive portal", None, ("<WISPAccessGatewayParam",)),
)


def is_wall_host(host: str) -> bool:
    """Whether a host serves nothing but a wall, so that a redirect to it need not be followed."""
    return host.lower() in _WALL_HOSTS


def wall_of(final_url: str, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> str | None:
    """What wall an answer is, named for people, or None for an ordinary answer (error pages included).

    `final_url` is the original address after redirects, `body` the decompressed bytes (the beginning is enough).
    """
    parts = urlsplit(final_url)
    if is_wall_host(parts.hostname or ""):
        return _WALL_HOSTS[(parts.hostname or "").lower()]
    if status == 511:
        return "a captive portal"
    if (header_of(headers, "cf-mitigated") or "").lower() == "challenge":
        return "a Cloudflare challenge"
    if (header_of(headers, "x-amzn-waf-action") or "").lower() in ("challenge", "captcha"):
        return "an AWS WAF challenge"
    source = body[:_LOOKED_AT].decode("utf-8", "replace")
    if not _is_html(headers, source):
        return None
    text = _visible(source)
    if len(text) >= _SHORT:
        return None
    title = _title(source)
    for sign in _SIGNS:
        if (sign.title is None or sign.title.fullmatch(title)) and all(mark in source for mark in sign.marks):
            return sign.wall
    if _PASSWORD.search(source) and (len(text) < _SHORT // 5 or _LOGIN_PATH.search(parts.path)):
        return "a log-in page"
    return None


def _is_html(headers: tuple[tuple[str, str], ...], source: str) -> bool:
    return "html" in (header_of(headers, "content-type") or "").lower() or source.lstrip(
        "\ufeff \t\r\n"
    ).lower().startswith(("<!doctype html", "<html"))


def _title(source: str) -> str:
    lower = source.lower()
    start = lower.find(">", lower.find("<title")) + 1
    end = lower.find("</title", start)
    return " ".join(unescape(source[start:end]).split()) if "<title" in lower and 0 < start <= end else ""


def _visible(source: str) -> str:
    """Roughly the text that a reader sees: no tags, comments, scripts, styles or title, on one line."""
    lower = source.lower()
    seen: list[str] = []
    at = 0
    while opening := _UNSEEN.search(source, at):
        seen.append(source[at : opening.start()])
        at = lower.find(f"</{opening[1].lower()}" if opening[1] else "-->", opening.end())
        if at < 0:
            break
    else:
        seen.append(source[at:])
    return " ".join(unescape(_TAG.sub(" ", " ".join(seen))).split())

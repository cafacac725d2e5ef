"""robots.txt as RFC 9309 has it."""

import pytest

from claimwatch.pipeline.reading.robots import robots_of


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/", True),
        ("User-agent: *\nDisallow: /", "/", False),
        ("User-agent: *\nDisallow:", "/", True),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: *\nDisallow: /private", "/private/x", False),
        ("User-agent: *\nDisallow: /private", "/Private", True),
        # Those who name us are heard before those who mean everybody.
        ("User-agent: *\nDisallow: /\n\nUser-agent: Claimwatch/1.0\nDisallow: /a", "/b", True),
        ("User-agent: claimwatch\nDisallow: /\n\nUser-agent: *\nAllow: /", "/b", False),
        ("User-agent: otherbot\nDisallow: /", "/b", True),
        ("User-agent: otherbot\nUser-agent: claimwatch\nDisallow: /", "/b", False),
        ("User-agent: claimwatch\nDisallow: /a\n\nUser-agent: CLAIMWATCH\nDisallow: /b", "/a", False),
        # The longest pattern decides, wherever it stands; of two as long, the one that allows.
        ("User-agent: *\nDisallow: /\nAllow: /feed", "/feed/", True),
        ("User-agent: *\nAllow: /feed\nDisallow: /feed/private", "/feed/private/1", False),
        ("User-agent: *\nDisallow: /feed\nAllow: /feed", "/feed", True),
        # Wildcards and anchors.
        ("User-agent: *\nDisallow: /*.json$", "/api/x.json", False),
        ("User-agent: *\nDisallow: /*.json$", "/api/x.json?page=2", True),
        ("User-agent: *\nDisallow: /*?s=", "/?s=acme", False),
        ("User-agent: *\nDisallow: /a*c*e$", "/abcde", False),
        ("User-agent: *\nDisallow: /a*c*e$", "/abcdef", True),
        ("User-agent: *\nDisallow: /exact$", "/exactly", True),
        # However it is written: comments, marks, line ends, escapes.
        ("\ufeffUSER-AGENT : *  # all\r\nDISALLOW : /x # not this\r\n", "/x", False),
        ("User-agent: *\nDisallow: /a%20b", "/a b", False),
        ("User-agent: *\nDisallow: /%C3%A5", "/å", False),
        ("User-agent: *\nDisallow: /a%2fb", "/a/b", True),
        ("Disallow: /", "/x", True),
        ("User-agent: *\nSitemap: https://h/s.xml\nDisallow: /x", "/x", False),
        ("<!doctype html><title>Not found</title>", "/x", True),
    ],
)
def test_what_is_allowed(text: str, path: str, allowed: bool) -> None:
    assert robots_of(text).allows(f"https://h.example{path}") is allowed


def test_a_delay_is_read_from_the_group_that_concerns_us() -> None:
    text = "User-agent: *\nCrawl-delay: 30\n\nUser-agent: claimwatch\nCrawl-delay: 2.5\nDisallow: /x"
    assert robots_of(text).crawl_delay_s == 2.5
    assert robots_of("User-agent: *\nCrawl-delay: soon").crawl_delay_s is None


def test_a_hostile_pattern_takes_no_time() -> None:
    # With a regular expression in its place, this would not end.
    robots = robots_of("User-agent: *\nDisallow: /" + "*a" * 5_000 + "$")
    assert robots.allows("https://h.example/" + "a" * 5_000 + "b")

"""Pages that say with status 200 that they are not there, and pages that only speak of such."""

import pytest

from claimwatch.fetching.missing import says_not_found

HTML = (("Content-Type", "text/html; charset=utf-8"),)
MENU = "<nav>" + "<a href=/x>Recommendations and letters</a> " * 80 + "</nav>"
FOOTER = "<footer>" + "Office, post box, telephone, privacy, cookies. " * 60 + "</footer>"
ARTICLE = "<p>" + "The ministry answered that the contract had ended in the spring of that year. " * 30 + "</p>"


def page(title: str, body: str, attributes: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body{attributes}>{body}</body></html>".encode()


@pytest.mark.parametrize(
    "said",
    [
        "Page not found",
        "404",
        "404 – Page Not Found",
        "Error 404",
        "404 Not Found",
        "Not found",
        "Oops! That page can’t be found.",
        "Oops! That page can&rsquo;t be found.",
        "Sorry, we couldn't find that page",
        "We're sorry, but the page you were looking for doesn't exist",
        "The page you requested could not be found",
        "This page is no longer available",
        "Siden ble ikke funnet",
        "Siden finnes ikke",
        "Beklager, siden finnes ikke lenger",
        "Beklager, vi finner ikke siden du leter etter",
        "Fant ikke siden",
        "Vi fant dessverre ikke siden",
        "404: Siden kunne ikke finnes",
        "Siden du leter etter finnes ikke",
        "Sida finst ikkje",
        "Sida vart ikkje funnen",
        "Sida blei ikkje funne",
        "Fann ikkje sida",
        "Orsak, vi finn ikkje sida du leitar etter",
        "Sida du leitar etter finst ikkje lenger",
        "Ikke funnet",
        "Side ikkje funnen",
    ],
)
def test_a_heading_or_a_title_says_it(said: str) -> None:
    kind = "<p>Try the menu or a search.</p>"
    assert says_not_found(HTML, page("The Council", f"{MENU}<header><h1>{said}</h1></header>{kind}{FOOTER}"))
    assert says_not_found(HTML, page(f"{said} - The Council", f"{MENU}{kind}{FOOTER}"))
    assert says_not_found(HTML, page(said, f"<h1>The Council</h1><h2>{said}</h2>{kind}"))


def test_wordpress_marks_its_page_whatever_the_theme_says() -> None:
    body = f"{MENU}<h1>Nothing here</h1><p>Perhaps a search helps?</p>{FOOTER}"
    assert says_not_found(HTML, page("Page not found – The Council", body, ' class="error404 wp-embed-responsive"'))
    assert not says_not_found(HTML, page("The Council", body, ' class="no-error404s"'))


@pytest.mark.parametrize(
    "body",
    [
        page("Page not found: Hikvision deletes its Xinjiang pages", "<h1>Page not found: Hikvision deletes</h1>"),
        page("Page not found – how Dahua cleans up", "<h1>Page not found – how Dahua cleans up</h1><p>A stub.</p>"),
        page("Siden finnes ikke lenger: Dahua sletter", "<h1>Siden finnes ikke lenger: Dahua sletter</h1>"),
        page("The Council", f"<h1>Page not found</h1>{ARTICLE}"),
        page("404 days in detention", "<h1>404 days in detention</h1><p>A short statement.</p>"),
        page("Statement", "<h1>Statement</h1><p>The page could not be found when we looked again.</p>"),
        page("Help", "<h1>Help</h1><h2>Page not found</h2><p>Check the address.</p><h2>Slow pages</h2><p>Wait.</p>"),
        page("Search – The Council", "<h1>Nothing found</h1><p>Your search gave no hits.</p>"),
        page("Hangzhou Hikvision", "<h1>Hangzhou Hikvision</h1><p>Rådet fann ikkje grunn til å gå vidare.</p>"),
        page("Missing persons", "<h1>Missing</h1><p>He was not found.</p>"),
        page("", ""),
        b"",
    ],
)
def test_pages_that_are_there(body: bytes) -> None:
    assert not says_not_found(HTML, body)


def test_only_html_is_looked_into() -> None:
    assert not says_not_found((("Content-Type", "application/json"),), b'{"title": "<h1>Not found</h1>"}')
    assert not says_not_found((("Content-Type", "application/rss+xml"),), b"<rss><title>Page not found</title></rss>")


def test_a_hostile_page_is_judged_quickly() -> None:
    """Unclosed headings, comments and attributes by the ten thousand must not make the patterns run for ever."""
    for piece in (b"<h1>", b"<h1", b"<h1>x</h2>", b"<nav>", b"<body class=", b"<title>a - ", b"<h2>" + b"not " * 900):
        assert not says_not_found(HTML, b"<html>" + piece * (1_000_000 // len(piece)))
    assert not says_not_found(HTML, page(" - " * 300_000, "<h1>" + "the page " * 500 + "</h1>"))

"""What every parser owes a body that is not its page: an error of the `ReadFailed` tree, never another, never nothing.

For each kind of page of each source stands one that is read (a golden case). It is emptied, cut off, replaced by a
wall, by another format, and by the pages of all other sources.
"""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest

from claimwatch.errors import ReadFailed
from claimwatch.models import Page, Parsed
from parsers import council_on_ethics, entity_list, federal_register, nbim_exclusions, uhrp
from tests.parsers.golden import GOLDEN, assert_sound, page_of


def _read(module: ModuleType, case: str) -> tuple[Callable[[Page], Parsed], Page]:
    source = module.__name__.rpartition(".")[2]
    return module.parse, page_of(GOLDEN / source / f"{case}.yaml")


KINDS = {
    "search": _read(federal_register, "search-ordinary"),
    "document": _read(federal_register, "document-list-rule"),
    "inspection": _read(federal_register, "inspection"),
    "titles": _read(entity_list, "titles"),
    "supplement": _read(entity_list, "supplement"),
    "index": _read(council_on_ethics, "index-by-criterion"),
    "company": _read(council_on_ethics, "company-nn-withdrawal"),
    "table": _read(nbim_exclusions, "table"),
    "notices": _read(nbim_exclusions, "notices-no"),
    "notice": _read(nbim_exclusions, "notice-exclusion-no"),
    "list": _read(uhrp, "list"),
    "feed": _read(uhrp, "feed"),
    "page": _read(uhrp, "statement-release-first"),
}
# Prose in HTML, and lists of links to it: what such a page holds does not tell whose it is, only its address does.
PROSE = {"index", "company", "notice", "list", "page"}


def _html(heading: str, text: str) -> bytes:
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>{heading}</title></head><body><main><article>"
        f"<h1>{heading}</h1><p>{text}</p></article></main></body></html>"
    ).encode()


BODIES = {
    "empty": b"",
    "white space": b" \r\n\t ",
    "a mark alone": b"\xef\xbb\xbf",
    "null bytes": b"\x00" * 64,
    "null": b"null",
    "a number": b"7",
    "a list": b"[]",
    "an empty object": b"{}",
    "a word": b"OK",
    "an error in JSON": b'{"status":404,"message":"Record Not Found"}',
    "errors in JSON": b'{"errors":{"conditions":"is invalid"}}',
    "an HTML page without a body": b"<!DOCTYPE html><html><head></head></html>",
    "an empty HTML page": b"<!DOCTYPE html><html><head></head><body></body></html>",
    "empty XML": b'<?xml version="1.0"?><x/>',
    "an empty feed of another kind": b'<?xml version="1.0"?><opml version="2.0"><body/></opml>',
    "XHTML": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>Dahua</p></body></html>',
    "request access": _html(
        "Request Access", "Due to aggressive scraping, access is limited. Please complete the test."
    ),
    "just a moment": _html("Just a moment...", "Verify that you are human by completing the action below."),
    "access denied": _html("Access Denied", "You have no permission to reach this page. Reference 18.1"),
    "not found": _html("Page not found", "It looks as if nothing was found here. Try a search."),
    "ikke funnet": _html("Siden ble ikke funnet", "Vi finner ikke siden du leter etter."),
    "log in": _html("Log in", "User name or e-mail address, password."),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_itself_is_read(kind: str) -> None:
    parse, page = KINDS[kind]
    parsed = parse(page)
    assert_sound(parsed)
    assert parsed.kept or parsed.links


@pytest.mark.parametrize("what", BODIES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_page_is_refused(kind: str, what: str) -> None:
    parse, page = KINDS[kind]
    with pytest.raises(ReadFailed):
        parse(replace(page, body=BODIES[what]))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_that_is_cut_off_is_refused(kind: str, share: float) -> None:
    parse, page = KINDS[kind]
    with pytest.raises(ReadFailed):
        parse(replace(page, body=page.body[: int(len(page.body.rstrip()) * share)]))


@pytest.mark.parametrize("other", KINDS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_another_source_is_refused(kind: str, other: str) -> None:
    (parse, page), (_, foreign) = KINDS[kind], KINDS[other]
    if page.source == foreign.source:
        return
    with pytest.raises(ReadFailed, match="the answer comes from"):
        parse(replace(page, body=foreign.body, url=foreign.url))
    if kind not in PROSE:
        with pytest.raises(ReadFailed):
            parse(replace(page, body=foreign.body))


@pytest.mark.parametrize("kind", KINDS)
def test_another_kind_of_page_of_the_source_is_refused(kind: str) -> None:
    parse, page = KINDS[kind]
    for other, (_, own) in KINDS.items():
        if own.source != page.source or kind in PROSE or other == kind:
            continue
        with pytest.raises(ReadFailed):
            parse(replace(page, body=own.body))


@pytest.mark.parametrize("host", ["unblock.federalregister.example", "uhrp.org.example", "example.org", ""])
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_from_elsewhere_is_refused(kind: str, host: str) -> None:
    parse, page = KINDS[kind]
    with pytest.raises(ReadFailed, match="the answer comes from"):
        parse(replace(page, url=f"https://{host}/x/"))

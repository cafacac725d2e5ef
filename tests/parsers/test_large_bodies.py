"""Large bodies: four times the size takes about four times as long, not sixteen; and nothing of them is left out.

Times are compared with each other, never with a clock: a slow machine is slow at both sizes.
"""

import gc
import json
import time
from collections.abc import Callable

import pytest

from claimwatch.errors import SourceChanged
from claimwatch.models import Page, Parsed
from parsers import council_on_ethics, entity_list, federal_register, nbim_exclusions, uhrp
from parsers.reading import MOST_ELEMENTS
from tests.parsers.ecfr_xml import Listed, render
from tests.parsers.golden import assert_sound

pytestmark = pytest.mark.slow

SENTENCE = "Dahua sold cameras in the region. "
ROW = "<tr><td>Company {}</td><td></td><td>Conduct</td><td>Corruption</td><td>Exclusion</td><td>01.02.2020</td></tr>"
COLUMNS = "".join(
    f"<th>{name}</th>" for name in ("Company", "", "Category", "Criterion", "Decision", "Publishing date")
)
ADDRESSES = {
    "company": (council_on_ethics.parse, "https://etikkradet.no/x/"),
    "index": (council_on_ethics.parse, "https://etikkradet.no/tilradninger/"),
    "notice": (nbim_exclusions.parse, "https://www.nbim.no/no/oljefondet/nyheter/2024/x/"),
    "notices": (nbim_exclusions.parse, "https://www.nbim.no/no/oljefondet/nyheter/"),
    "table": (nbim_exclusions.parse, "https://www.nbim.no/en/x/"),
    "page": (uhrp.parse, "https://uhrp.org/statement/x/"),
    "list": (uhrp.parse, "https://uhrp.org/statements/"),
    "document": (federal_register.parse, "https://www.federalregister.gov/documents/full_text/xml/x.xml"),
    "search": (federal_register.parse, "https://www.federalregister.gov/api/v1/documents.json?per_page=10000"),
    "supplement": (entity_list.parse, "https://www.ecfr.gov/api/versioner/v1/full/2026-11-05/title-15.xml"),
}


def _html(inner: str) -> bytes:
    html = f"<!DOCTYPE html><html><body><main><article><h1>T</h1>{inner}</article></main></body></html>"
    return html.encode()


def _many(piece: str, size: int) -> str:
    return "".join(piece.format(number) for number in range(max(1, size // len(piece))))


def _document(inner: str) -> bytes:
    return f'<RULE><P>x</P><REGTEXT PART="744">{inner}</REGTEXT><FRDOC>[FR Doc. 2025-1]</FRDOC></RULE>'.encode()


# Each once took time that grew with the square of its size, or could.
SHAPES: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "one paragraph": ("company", lambda n: _html(f"<p>{_many(SENTENCE, n)}</p>")),
    "breaks": ("company", lambda n: _html(f"<p>{_many('Sold. <br>', n)}</p>")),
    "breaks inside a sentence": ("page", lambda n: _html(f"<p>{_many('sold <br>', n)}</p>")),
    "paragraphs": ("notice", lambda n: _html(_many("<p>Sold {}.</p>", n))),
    "headings at the end": ("company", lambda n: _html("<p>Sold.</p>" + _many("<h2>A</h2>", n))),
    "buttons": ("company", lambda n: _html("<p>Sold.</p>" + _many("<button>x</button>y", n))),
    "files in one paragraph": ("company", lambda n: _html(f"<p>Sold {_many('<a href=/{}.pdf>A</a> ', n)}.</p>")),
    "links": ("index", lambda n: _html(_many("<a href='/c-{}/'>A</a>", n))),
    "links in one item": ("notices", lambda n: _html(
        f"<ul><li>{_many('<a href=/no/oljefondet/nyheter/2024/{}/>A</a> ', n)}</li></ul>")),
    "rows": ("table", lambda n: _html(f"<table><tr>{COLUMNS}</tr>{_many(ROW, n)}</table>")),
    "openings": ("page", lambda n: _html(f"<p>{_many('press release ', n)}</p><p>Sold.</p>")),
    "posts": ("list", lambda n: _html(_many(
        "<div class='fl-post-feed-post'><h2><a href='/statement/{}/'>A</a></h2></div>", n))),
    "an instruction": ("document", lambda n: _document(
        f"<AMDPAR>Supplement No. 4 to part 744 is amended, adding {_many('“A {}” under IRAN, adding ', n)}</AMDPAR>")),
    "suffixes": ("supplement", lambda n: render([_listed("A" + ", Ltd" * (n // 5))])),
    "namesakes": ("supplement", lambda n: render([_listed("Namesake")] * (n // 400))),
}  # fmt: skip


def _listed(name: str) -> Listed:
    return {"country": "China", "name": name, "aliases": [], "address": "1 Road", "notes": "All items.",
            "federal_register": "84 FR 54004, 10/9/19"}  # fmt: skip


def _parse(kind: str, body: bytes) -> Parsed:
    parse, url = ADDRESSES[kind]
    return parse(Page("s", kind, url, body))


def _seconds(kind: str, body: bytes) -> float:
    # What the collector takes depends on what else the process holds: after some thousands of tests it looked through
    # all of that while the large body was read, and not while the small one was.
    gc.collect()
    gc.disable()
    try:
        start = time.process_time()
        _parse(kind, body)
        return time.process_time() - start
    finally:
        gc.enable()


def _ratio(shape: str, size: int) -> float:
    kind, make = SHAPES[shape]
    return _seconds(kind, make(4 * size)) / max(_seconds(kind, make(size)), 0.005)


@pytest.mark.parametrize("shape", SHAPES)
def test_time_grows_with_size_and_not_with_its_square(shape: str) -> None:
    # Linear is 4, quadratic 16; a further look where another process may have been in the way.
    assert any(_ratio(shape, 40_000) < 9 for _ in range(3))


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_time_grows_with_size_up_to_four_megabytes(shape: str) -> None:
    # A tree of many elements takes a second for each 100 kB, text alone a hundredth of that.
    size = 1_000_000 if shape in ("one paragraph", "openings", "suffixes", "an instruction", "namesakes") else 250_000
    assert any(_ratio(shape, size) < 8 for _ in range(3))


def test_five_megabytes_on_one_line_are_read_whole() -> None:
    (publication,) = _parse("company", _html(f"<p>{_many(SENTENCE, 5_000_000)}</p>")).publications
    assert len(publication.text) > 4_999_000
    (publication,) = _parse("document", _document(f"<P>{_many(SENTENCE, 5_000_000)}</P>")).publications
    assert len(publication.text) > 4_999_000


@pytest.mark.slow
def test_ten_thousand_rows_are_ten_thousand_entries() -> None:
    table = _html(f"<table><tr>{COLUMNS}</tr>{''.join(ROW.format(n) for n in range(10_000))}</table>")
    supplement = render([_listed(f"Works {n}") for n in range(10_000)])
    posts = "".join(
        f"<div class='fl-post-grid-post'><h3><a href='/statement/{n}/'>A</a></h3></div>" for n in range(10_000)
    )
    for kind, body in (("table", table), ("supplement", supplement), ("list", _html(posts))):
        parsed = _parse(kind, body)
        assert_sound(parsed)
        assert parsed.kept == 10_000


def test_ten_thousand_results_are_ten_thousand_documents() -> None:
    results = [
        {"document_number": f"2026-{n}", "title": "T", "type": "Rule", "publication_date": "2026-11-02",
         "html_url": "https://www.federalregister.gov/d/x",
         "full_text_xml_url": f"https://www.federalregister.gov/{n}.xml"}
        for n in range(10_000)
    ]  # fmt: skip
    parsed = _parse("search", json.dumps({"count": 10_000, "results": results}).encode())
    assert_sound(parsed)
    assert parsed.kept == 10_000


def test_a_page_of_too_many_elements_is_refused_by_that_name() -> None:
    body = b"<!DOCTYPE html><html><body><article><h1>T</h1>" + b"<b>x" * MOST_ELEMENTS + b"</article></body></html>"
    with pytest.raises(SourceChanged, match="elements on one page, where at most 200,000"):
        uhrp.parse(Page("uhrp", "page", "https://uhrp.org/statement/x/", body, "text/html", "utf-8"))

"""Filings on public inspection that are pulled before they are published: the Federal Register through the engine."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from claimwatch.models import Gone
from claimwatch.store import gone
from tests.pipeline.bench import MONDAY, Bench
from tests.upstream import reply

WORLD = Path(__file__).resolve().parents[2] / "demo/world/federal_register"
API = "https://www.federalregister.gov/api/v1"
SEARCH, INSPECTION = f"{API}/documents.json", f"{API}/public-inspection-documents/current.json"
SOURCES = f"""
federal_register:
  name: Federal Register
  home: https://www.federalregister.gov/
  class: official
  parser: parsers.federal_register
  every: 1h
  skip_older: false
  pages:
    - {{kind: search, group: search, url: "{SEARCH}"}}
    - {{kind: inspection, group: inspection, probe: true, url: "{INSPECTION}"}}
  limits: {{max_bytes: 1000000, timeout: 5s, pace: 0s, max_pages: 20}}
  expect: {{min: 1, max: 50, max_shrink: 1.0}}
  terms: {{read_on: 2026-11-22, note: "A source for tests."}}
"""
TITLE = "Hikvision Subsidiaries: Additions to the Entity List"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _filing(number: str, title: str) -> dict[str, Any]:
    return {
        "agencies": [{"slug": "industry-and-security-bureau"}],
        "document_number": number,
        "filed_at": "2026-11-09T08:45:00.000-05:00",
        "html_url": f"https://www.federalregister.gov/public-inspection/{number}/x",
        "publication_date": "2026-11-12",
        "title": title,
        "type": "Rule",
    }


OTHER = _filing("2026-22009", "Meetings of a Committee")
OURS = _filing("2026-22001", TITLE)


@pytest.fixture
def bench(bench: Bench) -> Bench:
    bench.sources = SOURCES
    _search(bench)
    return bench


def _search(bench: Bench, *numbers: str) -> None:
    """The search: a document of the sample world, and those of `numbers` under its text."""
    (known, *_) = json.loads((WORLD / "search.week-1.json").read_text(encoding="utf-8"))["results"]
    further = []
    for number in numbers:
        address = f"https://www.federalregister.gov/documents/full_text/xml/{number}.xml"
        further.append(known | {"document_number": number, "title": TITLE, "full_text_xml_url": address})
        bench.serve(address, f"<RULE><P>{TITLE}.</P><FRDOC>[FR Doc. {number} Filed]</FRDOC></RULE>".encode(),
                    content_type="text/xml")  # fmt: skip
    body = (WORLD / f"{known['document_number']}.xml").read_bytes()
    bench.serve(known["full_text_xml_url"], body, content_type="text/xml")
    bench.serve(SEARCH, {"count": 1 + len(further), "results": [known, *further]})


def _inspect(bench: Bench, *filings: dict[str, Any], opened: str | None = "2026-11-09T08:45:00.000-05:00") -> None:
    bench.serve(INSPECTION, {"count": len(filings), "results": list(filings), "regular_filings_updated_at": opened})


def _gone(bench: Bench) -> list[Gone]:
    with bench.watch() as watch, watch.store.read() as connection:
        return gone.gone_between(connection, "federal_register", None, MONDAY + 30 * DAY)


def _poll(bench: Bench, after: timedelta) -> None:
    read = bench.poll(MONDAY + after, "federal_register", force=True)
    assert read.status.good, read.reason
    assert not read.failures


def test_a_filing_that_is_pulled_is_said_to_be_gone_a_day_later(bench: Bench) -> None:
    _inspect(bench, OURS, OTHER)
    _poll(bench, timedelta())
    _inspect(bench, OTHER)
    _poll(bench, HOUR)
    assert _gone(bench) == []
    _poll(bench, DAY + HOUR)
    assert len(_gone(bench)) == 1
    assert "Hikvision Subsidiaries" in (_gone(bench)[0].page or "")


def test_a_filing_that_was_published_is_not_gone(bench: Bench) -> None:
    _inspect(bench, OURS, OTHER)
    _poll(bench, timedelta())
    _inspect(bench, OTHER)
    _search(bench, "2026-22001")
    for days in (1, 2, 3):
        _poll(bench, days * DAY)
    assert _gone(bench) == []


@pytest.mark.parametrize("shown", [(), (OTHER,)], ids=["empty", "special filings alone"])
def test_a_list_that_is_not_open_yet_makes_nothing_gone(bench: Bench, shown: tuple[dict[str, Any], ...]) -> None:
    _inspect(bench, OURS, OTHER)
    _poll(bench, timedelta())
    _inspect(bench, *shown, opened=None)
    for days in (1, 2, 3):
        _poll(bench, days * DAY)
    assert _gone(bench) == []


def test_a_filing_that_comes_back_is_no_longer_gone(bench: Bench) -> None:
    _inspect(bench, OURS, OTHER)
    _poll(bench, timedelta())
    _inspect(bench, OTHER)
    _poll(bench, 2 * DAY)
    assert len(_gone(bench)) == 1
    _inspect(bench, OURS, OTHER)
    _poll(bench, 3 * DAY)
    assert _gone(bench) == []


def _publish_elsewhere(bench: Bench) -> str:
    """A document of BIS outside part 744: no search lists it, and it can be asked for by its number."""
    (known, *_) = json.loads((WORLD / "search.week-1.json").read_text(encoding="utf-8"))["results"]
    address = "https://www.federalregister.gov/documents/full_text/xml/2026-22001.xml"
    one = known | {"document_number": "2026-22001", "title": TITLE, "full_text_xml_url": address}
    bench.serve(f"{API}/documents/2026-22001.json", one)
    text = f"<NOTICE><P>{TITLE}.</P><FRDOC>[FR Doc. 2026-22001 Filed]</FRDOC></NOTICE>"
    bench.serve(address, text.encode(), content_type="text/xml")
    return address


def test_a_filing_that_was_published_where_no_search_sees_it_is_found_and_not_gone(bench: Bench) -> None:
    _inspect(bench, OURS, OTHER)
    _poll(bench, timedelta())
    _inspect(bench, OTHER)
    address = _publish_elsewhere(bench)
    bench.asked()
    _poll(bench, DAY)
    assert address in bench.asked()
    for days in (2, 3):
        _poll(bench, days * DAY)
        assert not any("2026-22001" in url for url in bench.asked()), "it is asked after although it was found"
    assert _gone(bench) == []


def test_a_filing_that_cannot_be_asked_after_is_not_gone_yet(bench: Bench) -> None:
    _inspect(bench, OURS, OTHER)
    _poll(bench, timedelta())
    _inspect(bench, OTHER)
    bench.upstream.on("/www.federalregister.gov/api/v1/documents/2026-22001.json", reply(503))
    for days in (1, 2, 3):
        read = bench.poll(MONDAY + days * DAY, "federal_register", force=True)
        assert [failure.reason for failure in read.failures] == ["the server answered 503"]
    assert _gone(bench) == []
    bench.upstream.on("/www.federalregister.gov/api/v1/documents/2026-22001.json", reply(404))
    _poll(bench, 4 * DAY)
    assert len(_gone(bench)) == 1

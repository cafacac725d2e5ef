"""The Federal Register's list of documents that are filed and not yet published (page kind `inspection`).

It is a list that comes whole, once it is open: empty or yesterday's from midnight to 8:45 a.m. Eastern. Open, it is
named as the list `pi`, so that a filing which leaves it is missed. Only the filings of BIS are items.
"""

from datetime import date, datetime

from claimwatch.errors import SourceChanged
from claimwatch.models import Page, Parsed, Publication, Skip
from parsers.reading import hyphens, paragraphs, read_json
from parsers.register_api import Result, number_of, report_unknown, results_of, text_at, web_address

INSPECTION = "pi"

_AGENCY = "industry-and-security-bureau"
_FILED = frozenset((
    "agencies", "agency_letters", "agency_names", "docket_numbers", "document_number", "editorial_note",
    "excerpts", "filed_at", "filing_type", "html_url", "json_url", "last_public_inspection_issue", "num_pages",
    "page_views", "pdf_file_name", "pdf_file_size", "pdf_updated_at", "pdf_url", "publication_date",
    "raw_text_url", "subject_1", "subject_2", "subject_3", "title", "toc_doc", "toc_subject", "type",
))  # fmt: skip
_FILED_ANSWER = frozenset(["count", "results", "special_filings_updated_at", "regular_filings_updated_at"])


def read_inspection(page: Page) -> Parsed:
    """The filings of BIS as publications `pi/NUMBER`, by title and editorial note. Raises `SourceChanged`."""
    data = read_json(page)
    results = results_of(page, data)
    warnings: list[str] = []
    report_unknown([data], _FILED_ANSWER, warnings)
    report_unknown(results, _FILED, warnings)
    for result in results:
        # Without these, no filing could be told to be ours, and the list would seem to hold none.
        missing = [name for name in ("agencies", "document_number", "filed_at") if name not in result]
        if missing:
            raise SourceChanged(page.url, f"a filing lacks {', '.join(missing)}")
    # Other agencies' documents are no items of this source: their number swings from 0 to over 100 within a day.
    ours = [result for result in results if _is_ours(result)]
    publications: dict[str, Publication] = {}
    skipped = []
    for result in ours:
        publication = _inspected(page, result)
        if publication.key in publications:
            skipped.append(Skip("repeated document number", publication.key))
        publications.setdefault(publication.key, publication)
    return Parsed(
        len(ours),
        tuple(publications.values()),
        skipped=tuple(skipped),
        warnings=tuple(warnings),
        lists=(INSPECTION,) if _is_whole(data, results) else (),
    )


def _is_whole(data: Result, results: list[Result]) -> bool:
    """Whether the list holds all that is on public inspection, so that what is not on it was published or pulled.

    Each day's list opens with the regular filings at 8:45 a.m. Eastern, and is stamped with the time of that. Before,
    it is empty or holds special filings alone.
    """
    return bool(results) and bool(text_at(data, "regular_filings_updated_at"))


def _is_ours(result: Result) -> bool:
    agencies = result.get("agencies")
    named = [agency for agency in agencies if isinstance(agency, dict)] if isinstance(agencies, list) else []
    return any(
        agency.get("slug") == _AGENCY
        or "industry and security" in str(agency.get("name", agency.get("raw_name"))).lower()
        for agency in named
    )


def _inspected(page: Page, result: Result) -> Publication:
    number = number_of(page, result)
    title = text_at(result, "title") or text_at(result, "toc_subject") or number
    parts = [text_at(result, name) for name in ("subject_1", "subject_2", "subject_3", "editorial_note")]
    address = text_at(result, "html_url") or text_at(result, "pdf_url")
    return Publication(
        source=page.source,
        key=f"{INSPECTION}/{number}",
        url=web_address(page, address),
        title=title,
        kind="public inspection",
        language="en",
        text=hyphens(paragraphs([title, *(part for part in parts if part != title)])),
        published_on=_filed_on(page, result),
    )


def _filed_on(page: Page, result: Result) -> date | None:
    """The day of filing, in the zone that the answer prints it in; None where it prints none."""
    filed = text_at(result, "filed_at")
    if not filed:
        return None
    try:
        return datetime.fromisoformat(filed).date()
    except ValueError as error:
        raise SourceChanged(page.url, f"{filed!r} is not a time") from error

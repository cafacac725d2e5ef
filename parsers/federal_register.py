"""Rules and notices of the Bureau of Industry and Security (BIS) in the Federal Register.

Pages
    search      https://www.federalregister.gov/api/v1/documents.json?...: agency and CFR part 15/744, no search term
                (abstracts of Entity List rules name nobody). Each result links to its full text.
    document    the full-text XML of one document, at the address that the API gives (`full_text_xml_url`).
    inspection  https://www.federalregister.gov/api/v1/public-inspection-documents/current.json: documents filed and
                not yet published; those of BIS are kept, by title and editorial note only. The list is closed, that
                is empty or yesterday's, from midnight to 8:45 a.m. Eastern; open, it is named as the list `pi`, so
                that a filing which is pulled is missed.

Assumed: zero hits come without the key `results`; `next_page_url` is absent on the last page; a page above 50, or above
10,000 results, silently answers page 1, so a next page that does not count up by one raises `SourceChanged`; abstract,
effective date, citation and full-text address may be null; numbers may bear any dash.

Facts: the API's server code and recorded answers, as noted in docs/sources/federal_register.md.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import cast
from urllib.parse import parse_qs, urlsplit

from claimwatch.errors import SourceChanged
from claimwatch.models import Link, Page, Parsed, Publication, Skip
from parsers.entity_row import tag_of
from parsers.reading import check_site, hyphens, iso_date, paragraphs, read_json, read_xml, squeeze
from parsers.rule_entries import amendments
from parsers.rule_xml import body_text, document_number, effective_on, subject

VERSION = "2"

SITE = "federalregister.gov"
INSPECTION = "pi"

_AGENCY = "industry-and-security-bureau"
_PROPOSED = "proposed rule"
_TYPES = ("Rule", "Proposed Rule", "Notice", "Presidential Document")
_ROOTS = ("RULE", "PRORULE", "NOTICE", "PRESDOC", "PRESDOCU", "CORRECT")
_REQUIRED = ("document_number", "title", "type", "html_url", "full_text_xml_url", "publication_date")
_FIELDS = (*_REQUIRED, "abstract", "effective_on", "citation", "action", "agencies", "docket_ids", "correction_of")
# What the API may be asked for beside, or adds of itself (its serializer's list of fields), and we do not use.
_IGNORED = frozenset((
    "agency_names", "body_html_url", "cfr_references", "comment_url", "comments_close_on", "corrections",
    "dates", "disposition_notes", "docket_id", "dockets", "end_page", "excerpts", "executive_order_notes",
    "executive_order_number", "explanation", "html_url", "images", "images_metadata", "json_url", "mods_url",
    "not_received_for_publication", "page_length", "page_views", "pdf_url", "president",
    "presidential_document_number", "proclamation_number", "public_inspection_pdf_url", "raw_text_url",
    "regulation_id_number_info", "regulation_id_numbers", "regulations_dot_gov_info", "regulations_dot_gov_url",
    "significant", "signing_date", "start_page", "subtype", "toc_doc", "toc_subject", "topics", "volume",
))  # fmt: skip
_FILED = frozenset((
    "agencies", "agency_letters", "agency_names", "docket_numbers", "document_number", "editorial_note",
    "excerpts", "filed_at", "filing_type", "html_url", "json_url", "last_public_inspection_issue", "num_pages",
    "page_views", "pdf_file_name", "pdf_file_size", "pdf_updated_at", "pdf_url", "publication_date",
    "raw_text_url", "subject_1", "subject_2", "subject_3", "title", "toc_doc", "toc_subject", "type",
))  # fmt: skip
_ANSWER = frozenset((
    "count", "description", "total_pages", "next_page_url", "previous_page_url", "results", "aggregations",
))  # fmt: skip
_FILED_ANSWER = frozenset(["count", "results", "special_filings_updated_at", "regular_filings_updated_at"])
_NUMBER = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)+")

Result = dict[str, object]


def parse(page: Page) -> Parsed:
    """Links to documents from `search`, a publication and its list entries from `document`, publications from
    `inspection`. Raises `SourceChanged`."""
    check_site(page, SITE)
    if page.kind == "search":
        return _search(page)
    if page.kind == "document":
        return _document(page)
    if page.kind == "inspection":
        return _inspection(page)
    raise SourceChanged(page.url, f"federal_register reads no page of kind {page.kind!r}; check sources.yaml")


def _results(page: Page, data: Result) -> list[Result]:
    if "errors" in data or "message" in data:
        raise SourceChanged(page.url, f"the API refuses the question: {data.get('errors') or data.get('message')}")
    count, results = data.get("count"), data.get("results")
    if not isinstance(count, int):
        raise SourceChanged(page.url, "the answer has no number `count`")
    if results is None and count == 0:
        return []
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise SourceChanged(page.url, f"the answer counts {count} but has no list `results`")
    if count and not results:
        raise SourceChanged(page.url, f"the answer counts {count} and lists none")
    return cast("list[Result]", results)


def _search(page: Page) -> Parsed:
    data = read_json(page)
    links: list[Link] = []
    publications: list[Publication] = []
    skipped: list[Skip] = []
    warnings: list[str] = []
    seen: set[str] = set()
    results = _results(page, data)
    _report_unknown([data], _ANSWER, warnings)
    _report_keys(page, results, warnings)
    for result in results:
        head = _head(page, result, warnings)
        if head.key in seen:
            skipped.append(Skip("repeated document number", head.key))
            continue
        seen.add(head.key)
        address = _full_text(page, result)
        if address:
            links.append(Link("document", address, head.key, _version(result), head))
        else:
            warnings.append(f"{head.key} has no full text yet; only its title and abstract are read")
            publications.append(_with_abstract(head, result))
    following = _next_page(page, data)
    if following:
        links.append(Link("search", following))
    else:
        _report_missing(page, data, len(results), warnings)
    return Parsed(len(results), tuple(publications), (), tuple(links), tuple(skipped), tuple(warnings))


def _report_keys(page: Page, results: list[Result], warnings: list[str]) -> None:
    for result in results:
        missing = [name for name in _REQUIRED if name not in result]
        if missing:
            raise SourceChanged(page.url, f"a result lacks {', '.join(missing)}; it is {_number(page, result)}")
    _report_unknown(results, _IGNORED.union(_FIELDS), warnings)
    absent = [name for name in _FIELDS if any(name not in result for result in results)]
    if absent:
        warnings.append(f"keys that were asked for and are missing: {', '.join(absent)}")


def _report_unknown(results: Iterable[Result], known: frozenset[str], warnings: list[str]) -> None:
    """A warning that counts the keys nobody has looked at: something new may be said in them."""
    unknown = Counter(name for result in results for name in result if name not in known)
    if unknown:
        found = ", ".join(f"{name} ({count})" for name, count in sorted(unknown.items()))
        warnings.append(f"unknown keys in the answer: {found}")


def _text(result: Result, name: str) -> str:
    """A text field, squeezed; empty where it is null, absent or of another type."""
    value = result.get(name)
    return squeeze(value) if isinstance(value, str) else ""


def _number(page: Page, result: Result) -> str:
    number = hyphens(_text(result, "document_number"))
    if not number:
        raise SourceChanged(page.url, "a result has no document number")
    return number


def _head(page: Page, result: Result, warnings: list[str]) -> Publication:
    number = _number(page, result)
    kind = _text(result, "type")
    if kind not in _TYPES:
        warnings.append(f"{number} is of the unknown type {kind!r}")
    if not _NUMBER.fullmatch(number):
        warnings.append(f"{number!r} is not the form of a document number that we know")
    if not _text(result, "title"):
        warnings.append(f"{number} has no title")
    effective = _text(result, "effective_on")
    return Publication(
        source=page.source,
        key=number,
        url=_web(page, _text(result, "html_url")),
        title=_text(result, "title") or number,
        kind=kind.lower() or "document",
        language="en",
        published_on=iso_date(_text(result, "publication_date"), page),
        effective_on=iso_date(effective, page) if effective else None,
        citation=hyphens(_text(result, "citation")) or None,
    )


def _with_abstract(head: Publication, result: Result) -> Publication:
    text = hyphens(paragraphs([head.title, _text(result, "abstract")]))
    return Publication(
        head.source, head.key, head.url, head.title, head.kind, head.language, text,
        head.published_on, head.effective_on, head.citation,
    )  # fmt: skip


def _version(result: Result) -> str:
    """A digest of what was asked for. A field that the API adds of its own does not make every document new."""
    asked = {name: result.get(name) for name in (*_FIELDS, "corrections")}
    return hashlib.sha256(
        hyphens(json.dumps(asked, sort_keys=True, ensure_ascii=False)).encode("utf-8", "replace")
    ).hexdigest()[:32]


def _web(page: Page, address: str) -> str:
    if not re.match(r"https?://[\w.-]+/", address):
        raise SourceChanged(page.url, f"{address!r} is not a web address")
    return address


def _full_text(page: Page, result: Result) -> str | None:
    """The address of the full text; None while it is null. It is never on another site."""
    address = result.get("full_text_xml_url")
    if address is None or address == "":
        return None
    return _own(page, address if isinstance(address, str) else repr(address))


def _own(page: Page, address: str) -> str:
    """An address of the site itself. The API is asked where to read on; it must not send us anywhere else."""
    host = urlsplit(_web(page, address)).hostname or ""
    if host != SITE and not host.endswith(f".{SITE}"):
        raise SourceChanged(page.url, f"{address!r} is not an address of {SITE}")
    return address


def _next_page(page: Page, data: Result) -> str | None:
    address = data.get("next_page_url")
    if address is None:
        return None
    if not isinstance(address, str):
        raise SourceChanged(page.url, "`next_page_url` is no address")
    here, following = _page_number(page, page.url), _page_number(page, _own(page, address))
    if following != here + 1:
        raise SourceChanged(page.url, f"page {here} is followed by page {following}; the API cannot page any further")
    return address


def _report_missing(page: Page, data: Result, held: int, warnings: list[str]) -> None:
    """A warning where the last page does not bring the results up to the number that the answer counts."""
    number, size = _page_number(page, page.url), _page_number(page, page.url, "per_page", 20)
    before, count = (number - 1) * size, data["count"]
    if isinstance(count, int) and before + held < count:
        warnings.append(f"the answer counts {count} documents and lists {before + held} up to its last page")


def _page_number(page: Page, url: str, name: str = "page", default: int = 1) -> int:
    try:
        values = parse_qs(urlsplit(url).query).get(name, [str(default)])
        return int(values[0])
    except ValueError as error:
        raise SourceChanged(page.url, f"{url!r} has no usable page number") from error


def _document(page: Page) -> Parsed:
    root = read_xml(page)
    warnings = []
    if tag_of(root) not in _ROOTS:
        if document_number(root) is None:
            raise SourceChanged(page.url, f"<{root.tag}> came where a document of the Federal Register is due")
        warnings.append(f"the document is a <{root.tag}>, which we do not know")
    text = body_text(root)
    if not text:
        raise SourceChanged(page.url, "the document holds no text")
    said = document_number(root)
    head = page.head or _own_head(page, said, subject(root), tag_of(root))
    if said is None:
        warnings.append(f"{head.key} does not end with its own number")
    elif not _same_number(said, head.key):
        warnings.append(f"the document at the address of {head.key} calls itself {said}")
    publication = Publication(
        source=page.source,
        key=head.key,
        url=head.url,
        title=head.title,
        kind=head.kind,
        language=head.language,
        text=text,
        published_on=head.published_on,
        effective_on=head.effective_on or effective_on(root),
        citation=head.citation,
    )
    # A proposed rule words its amendments like a final one, and changes no entry: its text says what is proposed.
    entries, doubts = (
        ([], []) if publication.kind == _PROPOSED or tag_of(root) == "PRORULE" else amendments(root, publication)
    )
    return Parsed(1 + len(entries), (publication,), tuple(entries), warnings=(*warnings, *doubts))


def _own_head(page: Page, number: str | None, title: str, tag: str) -> Publication:
    """A head from the document alone, for a file that was saved without its search result."""
    if number is None:
        raise SourceChanged(page.url, "the document does not say its number, and no search result did")
    kind = {"RULE": "rule", "PRORULE": "proposed rule", "NOTICE": "notice"}.get(tag, "document")
    return Publication(page.source, number, f"https://www.federalregister.gov/d/{number}", title or number, kind, "en")


def _same_number(left: str, right: str) -> bool:
    """Whether two numbers are the same but for leading zeros (2012-07333 and 2012-7333)."""
    return [part.lstrip("0") for part in left.split("-")] == [part.lstrip("0") for part in right.split("-")]


def _inspection(page: Page) -> Parsed:
    data = read_json(page)
    results = _results(page, data)
    warnings: list[str] = []
    _report_unknown([data], _FILED_ANSWER, warnings)
    _report_unknown(results, _FILED, warnings)
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
    return bool(results) and bool(_text(data, "regular_filings_updated_at"))


def _is_ours(result: Result) -> bool:
    agencies = result.get("agencies")
    named = [agency for agency in agencies if isinstance(agency, dict)] if isinstance(agencies, list) else []
    return any(
        agency.get("slug") == _AGENCY
        or "industry and security" in str(agency.get("name", agency.get("raw_name"))).lower()
        for agency in named
    )


def _inspected(page: Page, result: Result) -> Publication:
    number = _number(page, result)
    title = _text(result, "title") or _text(result, "toc_subject") or number
    parts = [_text(result, name) for name in ("subject_1", "subject_2", "subject_3", "editorial_note")]
    address = _text(result, "html_url") or _text(result, "pdf_url")
    return Publication(
        source=page.source,
        key=f"{INSPECTION}/{number}",
        url=_web(page, address),
        title=title,
        kind="public inspection",
        language="en",
        text=hyphens(paragraphs([title, *(part for part in parts if part != title)])),
        published_on=_filed_on(page, result),
    )


def _filed_on(page: Page, result: Result) -> date | None:
    """The day of filing, in the zone that the answer prints it in; None where it prints none."""
    filed = _text(result, "filed_at")
    if not filed:
        return None
    try:
        return datetime.fromisoformat(filed).date()
    except ValueError as error:
        raise SourceChanged(page.url, f"{filed!r} is not a time") from error

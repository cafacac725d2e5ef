"""Rules and notices of the Bureau of Industry and Security (BIS) in the Federal Register.

Pages
    search      https://www.federalregister.gov/api/v1/documents.json?...: agency and CFR part 15/744, no search term
                (abstracts of Entity List rules name nobody). Each result links to its full text.
    document    the full-text XML of one document, at the address that the API gives (`full_text_xml_url`).
    inspection  https://www.federalregister.gov/api/v1/public-inspection-documents/current.json: documents filed and
                not yet published; those of BIS are kept, by title and editorial note only. The list is closed, that
                is empty or yesterday's, from midnight to 8:45 a.m. Eastern; open, it is named as the list `pi`, so
                that a filing which is pulled is missed.
    filing      https://www.federalregister.gov/api/v1/documents/NUMBER.json: what became of a filing that left the
                list and that no search found: BIS also publishes outside part 744. 404 where it was pulled.

Assumed: zero hits come without the key `results`; `next_page_url` is absent on the last page; a page above 50, or above
10,000 results, silently answers page 1, so a next page that does not count up by one raises `SourceChanged`; abstract,
effective date, citation and full-text address may be null; numbers may bear any dash.

Facts: the API's server code and recorded answers, as noted in docs/sources/federal_register.md.
"""

import hashlib
import json
import re
from urllib.parse import parse_qs, urlsplit

from claimwatch.errors import SourceChanged
from claimwatch.models import Link, Page, Parsed, Publication, Skip
from parsers.entity_row import tag_of
from parsers.public_inspection import INSPECTION, read_inspection
from parsers.reading import check_site, doubts_of, hyphens, iso_date, paragraphs, read_json, read_xml
from parsers.register_api import (
    SITE,
    Result,
    check_refusal,
    number_of,
    report_unknown,
    results_of,
    text_at,
    web_address,
)
from parsers.rule_entries import amendments
from parsers.rule_xml import body_text, document_number, effective_on, subject

VERSION = "2"

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
_ANSWER = frozenset((
    "count", "description", "total_pages", "next_page_url", "previous_page_url", "results", "aggregations",
))  # fmt: skip
_NUMBER = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)+")


def parse(page: Page) -> Parsed:
    """Links to documents from `search` and `filing`, a publication and its list entries from `document`, publications
    from `inspection`. Raises `SourceChanged`."""
    check_site(page, SITE)
    if page.kind == "search":
        return _search(page)
    if page.kind == "document":
        return _document(page)
    if page.kind == "inspection":
        return read_inspection(page)
    if page.kind == "filing":
        return _filing(page)
    raise SourceChanged(page.url, f"federal_register reads no page of kind {page.kind!r}; check sources.yaml")


def whereabouts(key: str) -> Link | None:
    """Where to ask whether the filing `key` (`pi/NUMBER`) has been published; None for any other key."""
    name, _, number = key.partition("/")
    if name != INSPECTION or not _NUMBER.fullmatch(number):
        return None
    fields = "&".join(f"fields[]={field}" for field in (*_FIELDS, "corrections"))
    return Link("filing", f"https://www.{SITE}/api/v1/documents/{number}.json?{fields}", key=number)


def _search(page: Page) -> Parsed:
    data = read_json(page)
    links: list[Link] = []
    publications: list[Publication] = []
    skipped: list[Skip] = []
    warnings: list[str] = []
    seen: set[str | None] = set()
    results = results_of(page, data)
    report_unknown([data], _ANSWER, warnings)
    _report_keys(page, results, warnings)
    for result in results:
        item = _item(page, result, warnings)
        if item.key in seen:
            skipped.append(Skip("repeated document number", item.key or ""))
            continue
        seen.add(item.key)
        if isinstance(item, Link):
            links.append(item)
        else:
            publications.append(item)
    following = _next_page(page, data)
    if following:
        links.append(Link("search", following))
    else:
        _report_missing(page, data, len(results), warnings)
    return Parsed(len(results), tuple(publications), (), tuple(links), tuple(skipped), tuple(warnings))


def _item(page: Page, result: Result, warnings: list[str]) -> Link | Publication:
    """The link to the full text of a document, or its title and abstract while there is none."""
    head = _head(page, result, warnings)
    address = _full_text(page, result)
    if address:
        return Link("document", address, head.key, _version(result), head)
    warnings.append(f"{head.key} has no full text yet; only its title and abstract are read")
    return _with_abstract(head, result)


def _filing(page: Page) -> Parsed:
    data = read_json(page)
    check_refusal(page, data)
    warnings: list[str] = []
    _report_keys(page, [data], warnings)
    item = _item(page, data, warnings)
    asked = urlsplit(page.url).path.rpartition("/")[2].removesuffix(".json")
    if not _same_number(asked, item.key or ""):
        raise SourceChanged(page.url, f"the document {item.key} came where {asked} is due")
    if isinstance(item, Link):
        return Parsed(1, links=(item,), warnings=tuple(warnings))
    return Parsed(1, (item,), warnings=tuple(warnings))


def _report_keys(page: Page, results: list[Result], warnings: list[str]) -> None:
    for result in results:
        missing = [name for name in _REQUIRED if name not in result]
        if missing:
            raise SourceChanged(page.url, f"a result lacks {', '.join(missing)}; it is {number_of(page, result)}")
    report_unknown(results, _IGNORED.union(_FIELDS), warnings)
    absent = [name for name in _FIELDS if any(name not in result for result in results)]
    if absent:
        warnings.append(f"keys that were asked for and are missing: {', '.join(absent)}")


def _head(page: Page, result: Result, warnings: list[str]) -> Publication:
    number = number_of(page, result)
    kind = text_at(result, "type")
    if kind not in _TYPES:
        warnings.append(f"{number} is of the unknown type {kind!r}")
    if not _NUMBER.fullmatch(number):
        warnings.append(f"{number!r} is not the form of a document number that we know")
    if not text_at(result, "title"):
        warnings.append(f"{number} has no title")
    effective = text_at(result, "effective_on")
    return Publication(
        source=page.source,
        key=number,
        url=web_address(page, text_at(result, "html_url")),
        title=text_at(result, "title") or number,
        kind=kind.lower() or "document",
        language="en",
        published_on=iso_date(text_at(result, "publication_date"), page),
        effective_on=iso_date(effective, page) if effective else None,
        citation=hyphens(text_at(result, "citation")) or None,
    )


def _with_abstract(head: Publication, result: Result) -> Publication:
    text = hyphens(paragraphs([head.title, text_at(result, "abstract")]))
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


def _full_text(page: Page, result: Result) -> str | None:
    """The address of the full text; None while it is null. It is never on another site."""
    address = result.get("full_text_xml_url")
    if address is None or address == "":
        return None
    return _own(page, address if isinstance(address, str) else repr(address))


def _own(page: Page, address: str) -> str:
    """An address of the site itself. The API is asked where to read on; it must not send us anywhere else."""
    host = urlsplit(web_address(page, address)).hostname or ""
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
    garbled = doubts_of(text, page)
    return Parsed(1 + len(entries), (publication,), tuple(entries), warnings=(*warnings, *doubts, *garbled))


def _own_head(page: Page, number: str | None, title: str, tag: str) -> Publication:
    """A head from the document alone, for a file that was saved without its search result."""
    if number is None:
        raise SourceChanged(page.url, "the document does not say its number, and no search result did")
    kind = {"RULE": "rule", "PRORULE": "proposed rule", "NOTICE": "notice"}.get(tag, "document")
    return Publication(page.source, number, f"https://www.federalregister.gov/d/{number}", title or number, kind, "en")


def _same_number(left: str, right: str) -> bool:
    """Whether two numbers are the same but for leading zeros (2012-07333 and 2012-7333)."""
    return [part.lstrip("0") for part in left.split("-")] == [part.lstrip("0") for part in right.split("-")]

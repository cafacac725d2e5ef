"""The Entity List: Supplement No. 4 to Part 744 of the Export Administration Regulations, from the eCFR.

Pages
    titles      https://www.ecfr.gov/api/versioner/v1/titles.json: what date each title is up to; "current" is not
                accepted as a date, so the address of the next page is made from it.
    supplement  https://www.ecfr.gov/api/versioner/v1/full/{date}/title-15.xml?part=744: all of part 744; only its
                Supplement No. 4 is read, the other supplements (6: Unverified List, 7: Military End-User List) are not.

Assumed: one element with N="Supplement No. 4 to Part 744"; in it tables of five columns (see entity_row.COLUMNS); a
blank country means the one above; "[Reserved]" holds a country's place. A further or renamed column, a row of another
width or a table without rows raises `SourceChanged`.

Facts: eCFR layout and row counts as noted in docs/sources/entity_list.md.
"""

from datetime import date

from lxml import etree

from claimwatch.errors import SourceChanged
from claimwatch.models import Entry, Link, Page, Parsed, Skip
from parsers import entity_revision
from parsers.entity_row import COLUMNS, Row, cell_lines, cell_text, read_row, row_keys, tag_of
from parsers.reading import check_site, hyphens, iso_date, only, read_json, read_xml, squeeze

VERSION = "2"

SITE = "ecfr.gov"

LIST = "entity_list"
HOME = (
    "https://www.ecfr.gov/current/title-15/subtitle-B/chapter-VII/subchapter-C/part-744/"
    "appendix-Supplement%20No.%204%20to%20Part%20744"
)
_TITLE = 15
_SUPPLEMENT = "supplement no. 4 to part 744"


def parse(page: Page) -> Parsed:
    """The link to the supplement from `titles`, the rows as entries from `supplement`. Raises `SourceChanged`."""
    check_site(page, SITE)
    if page.kind == "titles":
        return _titles(page)
    if page.kind == "supplement":
        return _supplement(page)
    raise SourceChanged(page.url, f"entity_list reads no page of kind {page.kind!r}; check sources.yaml")


def revise(page: Page, before: Page, gave: Parsed) -> Parsed | None:
    """What a supplement gives, reading only the rows that are not on the one read last; see `entity_revision`."""
    check_site(page, SITE)
    return entity_revision.revise(page, before, gave, _supplement) if page.kind == "supplement" else None


def _titles(page: Page) -> Parsed:
    titles = read_json(page).get("titles")
    if not isinstance(titles, list):
        raise SourceChanged(page.url, "the answer has no list `titles`")
    ours = [t for t in titles if isinstance(t, dict) and t.get("number") == _TITLE]
    title = only(ours, f"titles are numbered {_TITLE}", page)
    dates: list[date] = []
    for name in ("up_to_date_as_of", "latest_amended_on"):
        value = title.get(name)
        if not isinstance(value, str):
            raise SourceChanged(page.url, f"title {_TITLE} has no date `{name}`")
        dates.append(iso_date(value, page))
    warnings = ("title 15 is being processed by the eCFR",) if title.get("processing_in_progress") is True else ()
    url = f"https://www.ecfr.gov/api/versioner/v1/full/{dates[0].isoformat()}/title-{_TITLE}.xml?part=744"
    return Parsed(containers=0, links=(Link(kind="supplement", url=url),), warnings=warnings)


def _supplement(page: Page) -> Parsed:
    root = read_xml(page)
    found = [node for node in root.iter() if tag_of(node) and _label(str(node.get("N", ""))) == _SUPPLEMENT]
    supplement = only(found, "elements are Supplement No. 4 to Part 744", page)
    head = next((cell_text(node) for node in supplement if tag_of(node) == "HEAD"), "")
    if "entity list" not in head.lower():
        raise SourceChanged(page.url, f"Supplement No. 4 is headed {head!r}, not Entity List")
    rows: list[Row] = []
    skipped: list[Skip] = []
    country = ""
    for table in (node for node in supplement.iter() if tag_of(node) == "TABLE"):
        country = _table(page, table, country, rows, skipped)
    if not rows:
        raise SourceChanged(page.url, "Supplement No. 4 holds no rows")
    warnings = [f"{row.country}, {row.entity.name}: {row.odd}" for row in rows if row.odd]
    if len(warnings) > 20:
        warnings = [*warnings[:20], f"and {len(warnings) - 20} more rows with a citation that is not understood"]
    return Parsed(
        containers=len(rows) + len(skipped),
        entries=tuple(_entry(page, row, key) for row, key in zip(rows, row_keys(rows), strict=True)),
        skipped=tuple(skipped),
        warnings=tuple(warnings),
        lists=(LIST,),
    )


def _label(text: str) -> str:
    return squeeze(hyphens(text)).lower()


def _table(page: Page, table: etree._Element, country: str, rows: list[Row], skipped: list[Skip]) -> str:
    """Reads one table into `rows` and `skipped`; returns the country that holds at its end."""
    pending: tuple[list[etree._Element], list[str]] | None = None
    for tr in (node for node in table.iter() if tag_of(node) == "TR"):
        cells = [node for node in tr if tag_of(node) in ("TD", "TH")]
        texts = [cell_text(cell) for cell in cells]
        if _is_header(page, tr, cells, texts) or not any(texts):
            continue
        if len(cells) == 1 and cells[0].get("colspan") in (None, "5"):
            skipped.append(Skip("note below the table", texts[0][:120]))
            continue
        if len(cells) != len(COLUMNS):
            raise SourceChanged(page.url, f"a row has {len(cells)} cells where {len(COLUMNS)} are due: {texts[:2]}")
        blank = not any(texts[2:])
        if blank and pending and not texts[0] and not _reserved(texts[1]):
            # "Subordinate institution", a further address: no entry of its own, but text of the one above.
            pending[1].extend(cell_lines(cells[1]))
            skipped.append(Skip("continues the row above", texts[1][:120]))
            continue
        if pending:
            rows.append(read_row(country, *pending))
            pending = None
        country = texts[0] or country
        if _reserved(texts[1]) or not texts[1]:
            _skip_unnamed(page, country, texts, skipped)
            continue
        if not country:
            raise SourceChanged(page.url, f"the first row names no country: {texts[1][:80]}")
        pending = (cells, [])
    if pending:
        rows.append(read_row(country, *pending))
    return country


def _is_header(page: Page, tr: etree._Element, cells: list[etree._Element], texts: list[str]) -> bool:
    """Whether a row is the header; a header that is not the known one raises `SourceChanged`."""
    names = tuple(_label(text) for text in texts)
    if names == COLUMNS:
        return True
    above = tr.getparent()
    is_head = (above is not None and tag_of(above) == "THEAD") or all(tag_of(cell) == "TH" for cell in cells)
    if is_head and len(cells) > 1:
        unknown = sorted(set(names) - set(COLUMNS)) or "in another order"
        raise SourceChanged(page.url, f"the columns of Supplement No. 4 have changed: {unknown}")
    return False


def _reserved(text: str) -> bool:
    return text.strip("[]. ").lower() == "reserved"


def _skip_unnamed(page: Page, country: str, texts: list[str], skipped: list[Skip]) -> None:
    if texts[1]:
        skipped.append(Skip("reserved", country))
    elif not any(texts[2:]):
        skipped.append(Skip("country heading", country))
    else:
        raise SourceChanged(page.url, f"a row under {country} has no entity: {' | '.join(texts)[:120]}")


def _entry(page: Page, row: Row, key: str) -> Entry:
    return Entry(
        source=page.source,
        list_name=LIST,
        key=key,
        url=HOME,
        name=row.entity.name,
        text=row.text,
        subject=row.subject,
        fields=row.fields,
        language="en",
        published_on=row.cited_on,
    )

"""NBIM's table of excluded and observed companies, in the layouts that it has had or may have.

Assumed: a table whose header names the columns, or one such table for each decision; a cell may hold a key and a value
`span` (the layout for narrow screens), of which the value is read. A row is known by company and criterion, so that it
keeps its key when its decision changes, and one of a company's two rows may go without the other seeming to change.

What breaks it: a required column renamed beyond the variants below, a row of another width: `SourceChanged`. A further
column, an unknown decision or a date in another form is a warning. The layout has changed often (OpenSanctions' crawler
of it has 16 versions). More: docs/sources/nbim_exclusions.md.
"""

import re
import unicodedata
from datetime import date, datetime

from bs4 import BeautifulSoup, Tag

from claimwatch.errors import SourceChanged
from claimwatch.models import Entry, Field, Page, Parsed, Skip
from parsers.article import read_page
from parsers.reading import doubts_of, hyphens, squeeze, text_of

_LIST = "exclusions"
_QUOTES = str.maketrans("’‘“”", "''\"\"")
_COLUMNS = {
    "company": "company", "selskap": "company", "company name": "company", "name": "company",
    "": "notes", "note": "notes", "notes": "notes", "merknad": "notes",
    "category": "category", "kategori": "category",
    "criterion": "criterion", "criteria": "criterion", "kriterium": "criterion",
    "decision": "decision", "beslutning": "decision", "status": "decision",
    "publishing date": "published", "publication date": "published", "published": "published", "date": "published",
    "date of publication": "published", "date published": "published", "decision date": "published",
    "publiseringsdato": "published", "publisert": "published", "dato": "published",
}  # fmt: skip
_REQUIRED = ("company", "category", "criterion", "decision", "published")
_DECISIONS = {"exclusion", "observation", "utelukkelse", "observasjon"}
_MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12,
    "januar": 1, "februar": 2, "mars": 3, "mai": 5, "juni": 6, "juli": 7, "oktober": 10, "desember": 12,
}  # fmt: skip
_WRITTEN_DATE = re.compile(r"(?:published:?\s*|publisert:?\s*)?(\d{1,2})\.?\s+([a-z]+)\s+(\d{4})$", re.I)


def read_table(page: Page) -> Parsed:
    """The rows as entries of the list `exclusions`, which is given whole. Raises `SourceChanged`."""
    soup = read_page(page)
    root = soup.find("html")
    said = str(root.get("lang") or "") if isinstance(root, Tag) else ""
    language = "nb" if said[:2].lower() in {"no", "nb"} else "en"
    warnings: list[str] = []
    entries: dict[str, Entry] = {}
    skipped: list[Skip] = []
    rows: list[tuple[Tag, list[str | None]]] = []
    for table, header in _find_tables(soup, page, warnings):
        columns = _columns(header, page)
        for name, column in zip(header, columns, strict=True):
            if not column:
                warnings.append(f"{page.url}: unknown column {name!r} is not read")
        rows += [(row, columns) for row in table.select("tr") if row.find("td") is not None]
    for number, (row, columns) in enumerate(rows, start=1):
        cells = [_value(cell) for cell in row.find_all("td", recursive=False)]
        if not any(cells):
            skipped.append(Skip("blank row", f"row {number}"))
            continue
        if _spans_all(row, len(columns)):
            skipped.append(Skip("heading or note across the table", cells[0]))
            continue
        if len(cells) != len(columns):
            raise SourceChanged(page.url, f"row {number} has {len(cells)} cells where {len(columns)} are due")
        values = {column: cell for column, cell in zip(columns, cells, strict=True) if column}
        entry = _entry(values, language, page, number, entries)
        if entry is None:
            skipped.append(Skip("row repeated", values["company"]))
            continue
        entries[entry.key] = entry
        warnings += _doubts(values, page)
    if not entries:
        raise SourceChanged(page.url, "the table of companies has no rows")
    return Parsed(
        len(rows),
        entries=tuple(entries.values()),
        skipped=tuple(skipped),
        warnings=(*warnings, *doubts_of("\n".join(entry.text for entry in entries.values()), page)),
        lists=(_LIST,),
    )


def _find_tables(soup: BeautifulSoup, page: Page, warnings: list[str]) -> list[tuple[Tag, list[str]]]:
    """Each table with a column for the company, and its header cells: one for all, or one for each decision. A table
    that is not read is a warning, and raises where it seems to be one of ours with its columns renamed."""
    found = []
    headers = []
    for table in soup.select("table"):
        first = table.find("tr")
        header = [_value(cell) for cell in first.find_all("th", recursive=False)] if isinstance(first, Tag) else []
        shown = " | ".join(header)
        headers.append(shown)
        columns = [_COLUMNS.get(name.casefold()) for name in header]
        if "company" in columns:
            found.append((table, header))
        elif len({column for column in columns if column and column != "notes"}) > 1:
            raise SourceChanged(page.url, f"no column of a table names the company: {shown}")
        elif table.find("td") is not None:
            warnings.append(f"{page.url}: a table is not read, its header is: {shown or 'none'}")
    if not found:
        raise SourceChanged(
            page.url, f"no table has a column for the company ({'; '.join(headers) or 'no table at all'})"
        )
    return found


def _spans_all(row: Tag, width: int) -> bool:
    """Whether a row is one cell across the table: a heading between rows, or a note below them."""
    cells = row.find_all("td", recursive=False)
    return len(cells) == 1 and width > 1 and str(cells[0].get("colspan")) == str(width)


def _columns(header: list[str], page: Page) -> list[str | None]:
    columns = [_COLUMNS.get(name.casefold()) for name in header]
    unknown = [name for name, column in zip(header, columns, strict=True) if column is None]
    missing = [name for name in _REQUIRED if name not in columns]
    if missing:
        raise SourceChanged(page.url, f"columns {missing} are missing from the table; unknown columns: {unknown}")
    known = [column for column in columns if column]
    if len(known) != len(set(known)):
        raise SourceChanged(page.url, f"two columns of the table mean the same: {header}")
    return columns


def _value(cell: Tag) -> str:
    values = cell.find_all("span", class_="nbim-responsive-table--value")
    if values:
        return squeeze(" ".join(text_of(value) for value in values))
    for key in cell.find_all("span", class_="nbim-responsive-table--key"):
        key.clear()
    return squeeze(" ".join(cell.strings))


def _entry(values: dict[str, str], language: str, page: Page, number: int, known: dict[str, Entry]) -> Entry | None:
    """The row as an entry; None where an equal row came before."""
    company = values["company"]
    if not company:
        raise SourceChanged(page.url, f"row {number} names no company")
    published_on = written_date(values["published"])
    fields = [Field(name, values[name]) for name in _REQUIRED if name != "published"]
    fields.append(Field("published", published_on.isoformat() if published_on else values["published"]))
    if values.get("notes"):
        fields.append(Field("notes", values["notes"]))
    key = f"{_fold(company)} / {_fold(values['criterion'])}"
    if key in known:
        if known[key].fields == tuple(fields):
            return None
        raise SourceChanged(page.url, f"row {number} repeats {company!r} on one criterion with other cells")
    return Entry(
        source=page.source,
        list_name=_LIST,
        key=key,
        url=page.url,
        name=company,
        text=" | ".join(values[name] for name in (*_REQUIRED, "notes") if values.get(name)),
        subject=(0, len(company)),
        fields=tuple(fields),
        language=language,
        published_on=published_on,
    )


def _doubts(values: dict[str, str], page: Page) -> list[str]:
    doubts = []
    if values["decision"].casefold() not in _DECISIONS:
        doubts.append(f"{page.url}: unknown decision {values['decision']!r} for {values['company']}")
    if written_date(values["published"]) is None:
        doubts.append(f"{page.url}: {values['published']!r} for {values['company']} is not a date")
    return doubts


def _numeric_date(text: str) -> date | None:
    for form in ("%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 (a calendar date has no zone)
        except ValueError:
            continue
    return None


def _fold(name: str) -> str:
    return squeeze(hyphens(unicodedata.normalize("NFKC", name)).translate(_QUOTES)).casefold()


def written_date(text: str) -> date | None:
    """A date that stands alone: in words (`2. september 2021`, `Published 15 May 2024`) or in figures, the day first.

    None for any other line.
    """
    match = _WRITTEN_DATE.match(text)
    month = _MONTHS.get(match[2].lower()) if match else None
    if match is None or month is None:
        return _numeric_date(text)
    try:
        return date(int(match[3]), month, int(match[1]))
    except ValueError:
        return None

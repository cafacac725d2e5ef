"""A list that is published as a table on a web page; its rows become the entries of one list, which is given whole.

Usable from sources.yaml without code (`parser: parsers.html_table`, a start page of kind `table`). The options say
which columns the table has and what they mean:

    columns: ["Covered Equipment or Services = equipment", "Date of Inclusion on Covered List = included"]
    name: equipment

A table is ours when its header has the column of the name; several such tables are read as one (one for each letter or
decision). Headers are compared without case, footnote marks and white space. Spans are laid out: a cell that spans rows
or columns stands in each of them; a single cell across the whole table is a heading or note, and skipped.

What breaks it: no such table, a column of `columns` that is missing and not `optional`, a row of another width, no row,
two different rows with one key: `SourceChanged`. A column that nobody named is a warning. Other tables on the page are
skipped, and counted.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from bs4 import BeautifulSoup, Tag

from claimwatch.errors import SourceChanged
from claimwatch.models import Entry, Field, Options, Page, Parsed, ParserOption, Skip
from parsers.article import read_page
from parsers.exclusion_table import written_date
from parsers.feed import selector_faults
from parsers.reading import doubts_of, squeeze

VERSION = "1"
OPTIONS = (
    ParserOption("columns", "`header = field`, one for each column; two headers may mean one field", True, True),
    ParserOption("name", "the field that says whom the row is about", required=True),
    ParserOption("name_in", "a CSS selector of the name within that cell, such as strong; the whole cell without it"),
    ParserOption("key", "the fields that tell a row from the others; by default its name", many=True),
    ParserOption("optional", "fields whose column may be missing", many=True),
    ParserOption("date", "the field with the day of listing"),
    ParserOption("list", "what the list is called, best a kind of list that the baseline knows; by default the slug"),
    ParserOption("table", "a CSS selector of the tables to look at; by default all on the page"),
    ParserOption("language", "en, nb, nn or zh-Hans; by default en"),
)

_MARKS = re.compile(r"[*†‡§±^#¹²³⁰-⁹]+|\(\d\)$|\[\d+\]$")
_DAY = re.compile(r"\b([A-Z][a-z]{2,8})\.? (\d{1,2}), (\d{4})\b")
_ISO = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
_WIDEST = 100  # columns; a span beyond is a fault of the page, or a trap
_HEADER_WITHIN = 5  # rows; above a header stands at most a caption
_LINE = "\x1f"  # cannot occur in a parsed page's visible text


@dataclass(frozen=True, slots=True)
class _Cell:
    """One cell: its lines as a reader sees them, and the names that `name_in` finds in it."""

    lines: tuple[str, ...]
    names: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(self.lines)


def faults(options: Options) -> Iterator[str]:
    """What is wrong with the values of the options, for people."""
    known = set()
    for column in options.many("columns"):
        header, _, field = map(str.strip, column.rpartition("="))
        if not header or not re.fullmatch(r"[a-z][a-z0-9_]*", field):
            yield f"columns: {column!r} is not `header = field`, the field in lower-case letters, digits and _"
        known.add(field)
    for name in ("name", "date", "key", "optional"):
        yield from (f"{name}: no column means {field!r}" for field in options.many(name) if field not in known)
    for name in ("name_in", "table"):
        yield from (f"{name}: {fault}" for fault in selector_faults(options.many(name)))
    if options.one("language", "en") not in ("en", "nb", "nn", "zh-Hans"):
        yield "language: one of en, nb, nn, zh-Hans"


def parse(page: Page) -> Parsed:
    """The rows of a `table` as entries. Raises `SourceChanged`."""
    if page.kind != "table":
        raise SourceChanged(page.url, f"page kind {page.kind!r} is not table: correct sources.yaml")
    if not page.options.one("columns") or not page.options.one("name"):
        raise SourceChanged(page.url, "the source has no options `columns` and `name`: set them in sources.yaml")
    entries: dict[str, Entry] = {}
    skipped: list[Skip] = []
    warnings: list[str] = []
    found = False
    for table in _tables(read_page(page), page.options):
        rows = _rows(table, page.options.one("name_in"))
        columns, body = _columns(rows, page, warnings)
        if columns is None:
            skipped.append(Skip("another table", _outline(rows)))
            continue
        found = True
        for number, row in enumerate(body, start=1):
            _read_row(row, f"row {number}", columns, page, entries, skipped)
    if not found:
        tables = "; ".join(skip.what for skip in skipped) or "no table at all"
        raise SourceChanged(page.url, f"no table has a column for {page.options.one('name')!r} ({tables})")
    if not entries:
        raise SourceChanged(page.url, "the table has no rows")
    if page.options.one("date"):
        undated = [entry for entry in entries.values() if entry.published_on is None]
        warnings += [f"{page.url}: {entry.name[:80]}: no date is printed" for entry in undated]
    warnings += doubts_of("\n".join(entry.text for entry in entries.values()), page)
    return Parsed(
        len(entries) + len(skipped),
        entries=tuple(entries.values()),
        skipped=tuple(skipped),
        warnings=tuple(dict.fromkeys(warnings)),
        lists=(_list_name(page),),
    )


def _list_name(page: Page) -> str:
    return page.options.one("list", page.source)


def _tables(soup: BeautifulSoup, options: Options) -> Iterator[Tag]:
    """The tables to look at; one around others is only their frame."""
    for table in soup.select(options.one("table", "table")):
        if table.name == "table" and table.find("table") is None:
            yield table


def _rows(table: Tag, name_in: str) -> list[list[_Cell]]:
    """The cells of each row, laid out: a cell that spans rows or columns stands in each of them."""
    rows: list[list[_Cell]] = []
    hanging: dict[int, tuple[_Cell, int]] = {}  # by column: a cell from above, and for how many rows more
    for row in table.select("tr"):
        cells: list[_Cell] = []
        for node in row.find_all(["td", "th"], recursive=False):
            _hang(cells, hanging)
            cell = _cell(node, name_in)
            for _ in range(min(_span(node, "colspan"), _WIDEST)):
                if _span(node, "rowspan") > 1:
                    hanging[len(cells)] = (cell, _span(node, "rowspan") - 1)
                cells.append(cell)
        _hang(cells, hanging)
        if cells:
            rows.append(cells)
    return rows


def _hang(cells: list[_Cell], hanging: dict[int, tuple[_Cell, int]]) -> None:
    """Puts in what hangs down from rows above, up to the next free column."""
    while len(cells) in hanging:
        column = len(cells)
        cell, more = hanging.pop(column)
        if more > 1:
            hanging[column] = (cell, more - 1)
        cells.append(cell)


def _span(cell: Tag, name: str) -> int:
    text = str(cell.get(name) or "")
    return max(1, int(text)) if re.fullmatch(r"[0-9]{1,5}", text) else 1


def _cell(node: Tag, name_in: str) -> _Cell:
    for junk in node.select("script, style, noscript, template, [hidden]"):
        if not junk.decomposed:
            junk.decompose()
    names = tuple(filter(None, (squeeze(part.get_text()) for part in node.select(name_in)))) if name_in else ()
    for br in node.find_all("br"):
        br.replace_with(_LINE)
    for block in node.find_all(["p", "div", "li", "ul", "ol", "h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd"]):
        block.insert_before(_LINE)
        block.insert_after(_LINE)
    return _Cell(tuple(filter(None, map(squeeze, node.get_text().split(_LINE)))), names)


def _columns(
    rows: list[list[_Cell]], page: Page, warnings: list[str]
) -> tuple[list[str | None] | None, list[list[_Cell]]]:
    """The field of each column, and the rows below the header; no fields where the table is not ours."""
    meanings = {}
    for column in page.options.many("columns"):
        header, _, field = map(str.strip, column.rpartition("="))
        meanings[_header(header)] = field
    for at, row in enumerate(rows[:_HEADER_WITHIN]):
        fields = [meanings.get(_header(cell.text)) for cell in row]
        if page.options.one("name") not in fields:
            continue
        due = dict.fromkeys(field for field in meanings.values() if field not in page.options.many("optional"))
        missing = [field for field in due if field not in fields]
        unknown = [cell.text for cell, field in zip(row, fields, strict=True) if field is None]
        if missing:
            raise SourceChanged(page.url, f"columns {missing} are missing from the table; unknown columns: {unknown}")
        warnings += [f"{page.url}: unknown column {header!r} is not read" for header in unknown]
        return fields, rows[at + 1 :]
    return None, []


def _header(text: str) -> str:
    return squeeze(_MARKS.sub("", text)).casefold()


def _outline(rows: list[list[_Cell]]) -> str:
    return " | ".join(cell.text for cell in dict.fromkeys(rows[0]))[:120] if rows else "a table without rows"


def _read_row(
    row: list[_Cell], where: str, columns: list[str | None], page: Page, entries: dict[str, Entry], skipped: list[Skip]
) -> None:
    """Puts one row into `entries` or `skipped`."""
    if not any(cell.lines for cell in row):
        skipped.append(Skip("blank row", where))
    elif 1 < len(columns) <= len(row) and len({id(cell) for cell in row}) == 1:
        skipped.append(Skip("heading or note across the table", row[0].text[:120]))
    elif len(row) != len(columns):
        raise SourceChanged(page.url, f"{where} has {len(row)} cells where {len(columns)} are due: {row[0].text[:80]}")
    else:
        entry = _entry(row, where, columns, page)
        known = entries.get(entry.key)
        if known is None:
            entries[entry.key] = entry
        elif known.fields == entry.fields:
            skipped.append(Skip("row repeated", entry.name[:120]))
        else:
            raise SourceChanged(page.url, f"two rows have the key {entry.key[:80]!r}: name more fields under `key`")


def _entry(row: list[_Cell], where: str, columns: list[str | None], page: Page) -> Entry:
    options = page.options
    values: dict[str, str] = {}
    starts: dict[str, int] = {}
    text = ""
    start, last = 0, None
    for cell, field in zip(row, columns, strict=True):
        if field is None or not cell.lines:
            continue
        if cell is not last:  # one cell across several columns is printed once
            start, last = len(text) + 3 if text else 0, cell
            text = f"{text} | {cell.text}" if text else cell.text
        values[field] = f"{values[field]} {cell.text}" if field in values else cell.text
        starts.setdefault(field, start)
    about = options.one("name")
    if about not in values:
        raise SourceChanged(page.url, f"{where} names nobody: {text[:80]}")
    cell = row[columns.index(about)]
    name, subject = _subject(cell, starts[about])
    key = " / ".join(name if field == about else values.get(field, "") for field in options.many("key", (about,)))
    return Entry(
        source=page.source,
        list_name=_list_name(page),
        key=squeeze(unicodedata.normalize("NFKC", _MARKS.sub("", key))).casefold(),
        url=page.url,
        name=name,
        text=text,
        subject=subject,
        fields=tuple(Field(field, values[field]) for field in dict.fromkeys(columns) if field in values),
        language=options.one("language", "en"),
        published_on=_day(values.get(options.one("date"), "")),
    )


def _subject(cell: _Cell, offset: int) -> tuple[str, tuple[int, int]]:
    """Whom a row is about, and where that stands in its text: what `name_in` finds, else the whole cell.

    A row about a kind of thing (no name in it) is called by its first line.
    """
    found = [(cell.text.find(name), name) for name in cell.names]
    if not found or any(at < 0 for at, _ in found):
        return cell.lines[0], (offset, offset + len(cell.text))
    start = min(at for at, _ in found)
    end = max(at + len(name) for at, name in found)
    return "; ".join(dict.fromkeys(cell.names)), (offset + start, offset + end)


def _day(text: str) -> date | None:
    """The first day that a cell prints: `March 12, 2021`, `2021-03-12`, or a date alone with the day first."""
    for match in _DAY.finditer(text):
        for form in ("%B %d %Y", "%b %d %Y"):
            try:
                return datetime.strptime(" ".join(match.groups()), form).date()  # noqa: DTZ007 (a calendar date)
            except ValueError:
                continue
    if iso := _ISO.search(text):
        try:
            return date.fromisoformat(iso[1])
        except ValueError:
            return None
    return written_date(text)

"""Norges Bank Investment Management: the table of excluded and observed companies, and the notices of decisions.

Addresses: https://www.nbim.no/en/responsible-investment/exclusion-of-companies/ (kind `table`); press releases under
`/en/news-and-insights/the-press/press-releases/YYYY/…` and `/no/oljefondet/nyheter/YYYY/…` (kinds `notices` for the
list, `notice` for one).

Assumed: one HTML table whose header names the columns; each cell holds a key and a value `span` (the layout for narrow
screens), of which the value is read. The row of a company keeps its key when its decision changes; a second row of the
same company (on another criterion) has a key of its own. A notice has one `h1`, a date in words and paragraphs, and may
hold several decisions; its contact block and its closing list of links to recommendations are left out.

What breaks it: a required column renamed beyond the variants below, a row of another width, a table filled in by a
script: all `SourceChanged`. A further column or an unknown decision is a warning. The table's layout has changed often
(OpenSanctions' crawler of it has 16 versions). More: docs/sources/nbim_exclusions.md.
"""

import re
import unicodedata
from datetime import date, datetime
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from claimwatch.errors import SourceChanged
from claimwatch.models import Entry, Field, Link, Page, Parsed, Publication, Skip
from parsers.article import article_of, key_of, language_of, lines_of, read_page, strip_junk, title_of, version_of
from parsers.feed import absolute_or_none, printed_date
from parsers.reading import canonical, paragraphs, squeeze, text_of

VERSION = "1"

_LIST = "exclusions"
_COLUMNS = {
    "company": "company", "selskap": "company", "company name": "company", "name": "company",
    "": "notes", "note": "notes", "notes": "notes", "merknad": "notes",
    "category": "category", "kategori": "category",
    "criterion": "criterion", "criteria": "criterion", "kriterium": "criterion",
    "decision": "decision", "beslutning": "decision", "status": "decision",
    "publishing date": "published", "publication date": "published", "published": "published", "date": "published",
    "publiseringsdato": "published", "publisert": "published", "dato": "published",
}  # fmt: skip
_REQUIRED = ("company", "category", "criterion", "decision", "published")
_DECISIONS = {"exclusion", "observation", "utelukkelse", "observasjon"}
_NOTICE = re.compile(r"^/(en/news-and-insights/the-press/press-releases|no/oljefondet/nyheter)/\d{4}/[^/]+/?$")
_ARTICLES = ("main article", "article", "main", "#main-content", "#content")
_MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12,
    "januar": 1, "februar": 2, "mars": 3, "mai": 5, "juni": 6, "juli": 7, "oktober": 10, "desember": 12,
}  # fmt: skip
_WRITTEN_DATE = re.compile(r"(?:published:?\s*|publisert:?\s*)?(\d{1,2})\.?\s+([a-z]+)\s+(\d{4})$", re.I)
_END = re.compile(
    r"(press ?contacts?|media contacts?|contacts?|pressekontakt(er)?|kontakt|"
    r"for more information,? (please )?contact.*|(the )?council on ethics[’'] recommendations?|"
    r"etikkrådets tilrådning(er)?)\s*:?\s*$",
    re.I,
)


def parse(page: Page) -> Parsed:
    """A `table` gives entries of the list `exclusions`, `notices` links, a `notice` one publication."""
    match page.kind:
        case "table":
            return _table(page)
        case "notices":
            return _notices(page)
        case "notice":
            return _notice(page)
    raise SourceChanged(page.url, f"page kind {page.kind!r} is not one of table, notices, notice: correct sources.yaml")


def _table(page: Page) -> Parsed:
    soup = read_page(page)
    table, header = _find_table(soup, page)
    columns = _columns(header, page)
    warnings = [
        f"{page.url}: unknown column {name!r} is not read"
        for name, column in zip(header, columns, strict=True)
        if not column
    ]
    entries: dict[str, Entry] = {}
    skipped: list[Skip] = []
    rows = [row for row in table.select("tr") if row.find("td") is not None]
    for number, row in enumerate(rows, start=1):
        cells = [_value(cell) for cell in row.find_all("td", recursive=False)]
        if not any(cells):
            skipped.append(Skip("blank row", f"row {number}"))
            continue
        if len(cells) != len(columns):
            raise SourceChanged(page.url, f"row {number} has {len(cells)} cells where {len(columns)} are due")
        values = {column: cell for column, cell in zip(columns, cells, strict=True) if column}
        entry = _entry(values, soup, page, number, entries)
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
        warnings=tuple(warnings),
        lists=(_LIST,),
    )


def _find_table(soup: BeautifulSoup, page: Page) -> tuple[Tag, list[str]]:
    """The one table with a column for the company, and its header cells."""
    found = []
    headers = []
    for table in soup.select("table"):
        first = table.find("tr")
        header = [_value(cell) for cell in first.find_all("th", recursive=False)] if isinstance(first, Tag) else []
        headers.append(" | ".join(header))
        if "company" in [_COLUMNS.get(name.casefold()) for name in header]:
            found.append((table, header))
    if len(found) != 1:
        seen = "; ".join(headers) or "no table at all"
        raise SourceChanged(page.url, f"{len(found)} tables have a column for the company where one is due ({seen})")
    return found[0]


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
    value = cell.select_one("span.nbim-responsive-table--value")
    if value is not None:
        return text_of(value)
    keys = {id(text) for key in cell.select("span.nbim-responsive-table--key") for text in key.strings}
    return squeeze(" ".join(text for text in cell.strings if id(text) not in keys))


def _entry(
    values: dict[str, str], soup: BeautifulSoup, page: Page, number: int, known: dict[str, Entry]
) -> Entry | None:
    """The row as an entry; None where an equal row came before."""
    company = values["company"]
    if not company:
        raise SourceChanged(page.url, f"row {number} names no company")
    published_on = _dotted_date(values["published"])
    fields = [Field(name, values[name]) for name in _REQUIRED if name != "published"]
    fields.append(Field("published", published_on.isoformat() if published_on else values["published"]))
    if values.get("notes"):
        fields.append(Field("notes", values["notes"]))
    key = _fold(company)
    if key in known:
        if known[key].fields == tuple(fields):
            return None
        key = f"{key} / {_fold(values['criterion'])}"
        if key in known:
            if known[key].fields == tuple(fields):
                return None
            raise SourceChanged(page.url, f"row {number} repeats {company!r} on one criterion with other cells")
    root = soup.select_one("html[lang]")
    return Entry(
        source=page.source,
        list_name=_LIST,
        key=key,
        url=page.url,
        name=company,
        text=" | ".join(values[name] for name in (*_REQUIRED, "notes") if values.get(name)),
        subject=(0, len(company)),
        fields=tuple(fields),
        language="nb" if root is not None and str(root["lang"])[:2].lower() in {"no", "nb"} else "en",
        published_on=published_on,
    )


def _doubts(values: dict[str, str], page: Page) -> list[str]:
    doubts = []
    if values["decision"].casefold() not in _DECISIONS:
        doubts.append(f"{page.url}: unknown decision {values['decision']!r} for {values['company']}")
    if _dotted_date(values["published"]) is None:
        doubts.append(f"{page.url}: {values['published']!r} for {values['company']} is not a date dd.mm.yyyy")
    return doubts


def _dotted_date(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007 (a calendar date has no zone)
    except ValueError:
        return None


def _fold(name: str) -> str:
    return squeeze(unicodedata.normalize("NFKC", name)).casefold()


def _notices(page: Page) -> Parsed:
    soup = read_page(page)
    links: dict[str, Link] = {}
    skipped = []
    for anchor in soup.select("a[href]"):
        url = absolute_or_none(page, str(anchor["href"]))
        if url is None or not _NOTICE.match(urlsplit(url).path) or not _same_site(url, page):
            continue
        key = canonical(url)
        if key in links:
            skipped.append(Skip("listed twice", url))
            continue
        title, published_on = _teaser(anchor)
        head = Publication(
            source=page.source,
            key=key,
            url=url,
            title=title or key,
            kind="notice",
            language=_notice_language(url),
            published_on=published_on,
        )
        links[key] = Link("notice", url, key, version_of(title, str(published_on)), head)
    if not links:
        raise SourceChanged(page.url, "the list links to no notice")
    return Parsed(len(links) + len(skipped), links=tuple(links.values()), skipped=tuple(skipped))


def _same_site(url: str, page: Page) -> bool:
    return urlsplit(canonical(url)).hostname == urlsplit(canonical(page.url)).hostname


def _teaser(anchor: Tag) -> tuple[str, date | None]:
    """The title that an item of the list shows, and its date: in the link itself, or in the item around it."""
    heading = anchor.select_one("h2, h3, h4")
    title = text_of(heading if heading is not None else anchor)
    around = anchor.find_parent(["li", "article"]) or anchor
    stamp = around.select_one("time")
    printed = printed_date(str(stamp.get("datetime") or "")) if stamp is not None else None
    for text in (squeeze(text) for text in around.strings):
        printed = printed or _written_date(text)
    return title, printed


def _written_date(text: str) -> date | None:
    """A date such as `2. september 2021` or `Published 15 May 2024` that stands alone; None for any other line."""
    match = _WRITTEN_DATE.match(text)
    month = _MONTHS.get(match[2].lower()) if match else None
    if match is None or month is None:
        return _dotted_date(text)
    try:
        return date(int(match[3]), month, int(match[1]))
    except ValueError:
        return None


def _notice_language(url: str) -> str:
    return "nb" if urlsplit(url).path.startswith("/no/") else "en"


def _notice(page: Page) -> Parsed:
    soup = read_page(page)
    title = title_of(soup, page)
    node = article_of(soup, _ARTICLES, page)
    stamp = node.select_one("time[datetime]")
    published_on = printed_date(str(stamp["datetime"])) if stamp is not None else None
    strip_junk(node)
    body = []
    for line in lines_of(node):
        if _END.match(line):
            break
        if line == title:
            continue
        printed = _written_date(line)
        if printed is None:
            body.append(line)
        else:
            published_on = published_on or printed
    # The sentence under the heading often stands again as the first paragraph.
    text = paragraphs(dict.fromkeys(body))
    if not text:
        raise SourceChanged(page.url, "the notice has no text")
    published_on = published_on or (page.head.published_on if page.head else None)
    publication = Publication(
        source=page.source,
        key=key_of(page),
        url=page.url,
        title=title,
        kind="notice",
        language=language_of(text, _notice_language(page.url)),
        text=text,
        published_on=published_on,
    )
    return Parsed(1, (publication,), warnings=() if published_on else (f"{page.url}: the notice prints no date",))

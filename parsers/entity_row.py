"""One row of the Entity List table, as the eCFR and the Federal Register print it: five cells, the second irregular.

Columns: country, entity, licence requirement, licence review policy, Federal Register citation. The entity cell holds
name, aliases and addresses as lines: `Name, a.k.a., the following two aliases:`, then one alias a line behind an em
dash, then addresses; or all of it in one line, where only punctuation tells name from address. The split errs towards
a longer name: an address taken for a name is a mention too many, a name taken for an address is one lost.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from lxml import etree

from claimwatch.models import Field
from parsers.reading import hyphens, squeeze

COLUMNS = ("country", "entity", "license requirement", "license review policy", "federal register citation")

_BREAKS = {"BR", "LI", "P", "FP", "DIV"}
_MARKS = {"SU", "SUP"}
_SILENT = {"PRTPAGE", "FTREF"}
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_DASH = "—–―"
_ALSO = re.compile(r",?\s*\(?\b(?:(?:[adfn][./]?k[./]?a\b|d/b/a\b)\.?|(?:also|formerly|now) known as\b),?\s*", re.I)
_INLINE_DASH = re.compile(rf"(?<=[:;,])\s*(?=[{_DASH}])|(?<=\band)\s+(?=[{_DASH}])")
_MARKER = re.compile(r"(?:subordinate institui?ti?ons?|affiliated (?:entity|entities))\b.{0,40}:?$", re.I)
_SUFFIX = re.compile(
    r"\(?(?:Co|Company|Corp|Corporation|Inc|Incorporated|Ltd|Ltda|Limited|LLC|L\.L\.C|LLP|LP|L\.P|PLC|GmbH|AG|A\.G|KG|"
    r"SA|S\.A|S\.A\.S|SAS|SARL|S\.A\.R\.L|SL|S\.L|SRL|S\.R\.L|S\.?p\.?A|s\.r\.o|a\.s|A\.S|A/S|ApS|AB|Oy|BV|B\.V|NV|N\.V|"
    r"d\.o\.o|Lda|K\.K|Pte|Pty|Pvt|Sdn|Bhd|JSC|PJSC|OJSC|CJSC|OOO|AO|OAO|PAO|ZAO|FZE|FZC|FZCO|FZ-LLC|Jr|Sr|II|III)"
    r"(?![\w-])",
    re.I,
)
_ABBREVIATED = re.compile(r"\b(?:St|No|Dr|Mr|Ms|Jr|Sr|[A-Z])$")
_DOTTED = re.compile(r"\b(?:Co|Corp|Inc|Ltd|Ltda|Lda|Pte|Pvt|Jr|Sr|\w)\.$", re.I)
_CITATION = re.compile(
    r"(\d{1,3}) FR (\d{1,6})(?: preview citation details)?(?:[.,]? (\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2}))?\b"
)


@dataclass(frozen=True, slots=True)
class Named:
    """An entity cell: its text on one line, of which [0, end) names the entity and the rest says where it is."""

    text: str
    end: int
    name: str
    aliases: tuple[str, ...]
    address: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its country filled in. `citation` is normalised, `cited_on` its newest date; `odd` says what was not
    understood in the citation cell."""

    country: str
    entity: Named
    requirement: str
    policy: str
    citation: str
    cited_on: date | None
    text: str
    subject: tuple[int, int]
    odd: str | None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The cells by name, always the same seven."""
        return (
            Field("country", self.country),
            Field("name", self.entity.name),
            Field("aliases", "; ".join(self.entity.aliases)),
            Field("address", self.entity.address),
            Field("licence_requirement", self.requirement),
            Field("review_policy", self.policy),
            Field("citation", self.citation),
        )


def tag_of(node: etree._Element) -> str:
    """The tag in upper case; empty for anything that is not an element (an unresolved entity)."""
    return node.tag.upper() if isinstance(node.tag, str) else ""


def cell_lines(cell: etree._Element) -> list[str]:
    """The lines of a cell as printed; footnote marks are raised and stand behind a space, page marks are gone."""
    parts: list[str] = []
    _collect(cell, parts)
    return [line for line in map(squeeze, "".join(parts).split("\n")) if line]


def cell_text(cell: etree._Element) -> str:
    """The text of a cell on one line."""
    return " ".join(cell_lines(cell))


def _collect(node: etree._Element, parts: list[str]) -> None:
    tag = tag_of(node)
    if tag in _BREAKS:
        parts.append("\n")
    elif tag in _MARKS:
        parts.append(f" {raised(node)}")
        return
    if tag and tag not in _SILENT:
        parts.append(" ".join((node.text or "").splitlines()))
        for child in node:
            _collect(child, parts)
            parts.append(" ".join((child.tail or "").splitlines()))
    if tag in _BREAKS:
        parts.append("\n")


def raised(mark: etree._Element) -> str:
    """The text of a footnote mark, digits as superscripts: a bare 4 at the end of a licence requirement says nothing,
    and it is footnote 4 that says which rules reach the entity."""
    return squeeze("".join(mark.itertext())).translate(_RAISED)


def read_row(country: str, cells: Sequence[etree._Element], more: Iterable[str] = ()) -> Row:
    """A row from its five cells. `country` is the one that holds where the first cell is blank; `more` are lines of
    rows below that only continue the entity cell. The entity cell must not be blank."""
    country = cell_text(cells[0]) or country
    entity = read_entity([*cell_lines(cells[1]), *more], marks=_marks(cells[1]))
    requirement, policy, cited = (cell_text(cell) for cell in cells[2:5])
    citation, cited_on, odd = read_citation(cited)
    text = " | ".join(part for part in (country, entity.text, requirement, policy, cited) if part)
    at = len(country) + len(" | ") if country else 0
    return Row(country, entity, requirement, policy, citation, cited_on, text, (at, at + entity.end), odd)


def _marks(cell: etree._Element) -> frozenset[str]:
    return frozenset(raised(node) for node in cell.iter() if tag_of(node) in _MARKS)


def read_entity(lines: Sequence[str], marks: frozenset[str] = frozenset()) -> Named:
    """Name, aliases and address of an entity cell. `lines` is not empty; `marks` are its footnote marks."""
    pieces = [piece for line in lines for piece in _INLINE_DASH.split(line) if piece]
    names: list[str] = []
    places: list[str] = []
    at = end = 0
    wanted, last = True, len(pieces) - 1
    for index, piece in enumerate(pieces):
        found: list[str] = []
        stop = 0
        if piece[0] in _DASH:
            # Only an alias that nothing follows can have the address in its own line.
            stop = _alias_end(piece) if index == last else len(piece)
            found = [piece[:stop]]
        elif _MARKER.match(piece):
            wanted = True
        elif wanted or _ALSO.search(piece):
            found, stop = _names(piece)
            wanted = False
        names += [name for name in map(clean_name, found) if name]
        places.append("" if wanted else piece[stop:].lstrip(" ,;:."))
        end = at + stop if stop else end
        at += len(piece) + 1
    text = " ".join(pieces)
    name = names[0] if names else text
    for mark in marks:
        name = name.removesuffix(f" {mark}")
    end = max(end, 1) if text else 0
    while end > 1 and text[end - 1] in " ,;:":
        end -= 1
    return Named(text, end, name, tuple(names[1:]), " ".join(place for place in places if place))


def _names(line: str) -> tuple[list[str], int]:
    """The names in a line that begins with one, and where the last of them ends."""
    parts = list(_ALSO.finditer(line))
    if not parts:
        stop = _name_end(line, 0)
        return [line[:stop]], stop
    starts = [0] + [part.end() for part in parts]
    stops = [part.start() for part in parts]
    names = [line[start:stop] for start, stop in zip(starts, stops, strict=False)]
    rest = line[starts[-1] :]
    if re.match(r"(?:the )?following\b", rest, re.I):
        return names, len(line)
    stop = _name_end(line, starts[-1])
    return [*names, line[starts[-1] : stop]], stop


def _name_end(line: str, start: int) -> int:
    """Where the name that begins at `start` ends: the first comma outside brackets with no company form behind it."""
    depth = 0
    for index in range(start, len(line)):
        char = line[index]
        if char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif char == ";" or (char == "," and depth == 0 and not _SUFFIX.match(line, _word_at(line, index + 1))):
            return index
    return len(line)


def _word_at(line: str, index: int) -> int:
    """Where the next word begins: here, or behind the one space that a squeezed line may have."""
    return index + line.startswith(" ", index)


def _alias_end(line: str) -> int:
    """Where an alias ends whose line also holds the address: at a full stop, else as a name does."""
    for stop in re.finditer(r"\.\s+(?=[\w(#])", line):
        if not _ABBREVIATED.search(line[max(0, stop.start() - 3) : stop.start()]) and not _SUFFIX.match(
            line, stop.end()
        ):
            return stop.start() + 1
    return _name_end(line, 0) if ". " in line else len(line)


def clean_name(name: str) -> str:
    """A name without the dash, list punctuation and sentence's end around it."""
    name = name.strip(f"{_DASH} ,;:)").removesuffix(" and").rstrip(" ,;:")
    name += ")" * (name.count("(") - name.count(")"))
    # "FIAN." is a sentence's end; "Co., Ltd." and "S.A." are names.
    return name if _DOTTED.search(name) else name.removesuffix(".")


def read_citation(cell: str) -> tuple[str, date | None, str | None]:
    """The citations joined by `; `, their newest date, and what of the cell was not understood (None: all was)."""
    cell = hyphens(cell)
    found: list[str] = []
    dates: list[date] = []
    odd: str | None = None
    for volume, page, month, day, year in _CITATION.findall(cell):
        found.append(f"{volume} FR {page}" + (f", {int(month)}/{int(day)}/{year[-2:]}" if month else ""))
        if month:
            full = int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 90 else 2000)
            try:
                dates.append(date(full, int(month), int(day)))
            except ValueError:
                odd = f"{month}/{day}/{year} is not a date"
    left = re.sub(r"\band\b|[\s.,;]+", "", _CITATION.sub("", cell))
    if left or not found:
        odd = odd or f"the citation reads {cell!r}"
    return "; ".join(found) or cell, max(dates, default=None), odd


def row_keys(rows: Sequence[Row]) -> list[str]:
    """A key for each row: `COUNTRY|name`. Where a name stands twice under a country, the row listed first (by its first
    citation) keeps the plain key, so that a namesake listed later does not rename it."""
    bare = [_plain(f"{row.country}|{row.entity.name}") for row in rows]
    keys = list(bare)
    taken: set[str] = set()
    again: dict[str, int] = {}
    for index in sorted(range(len(rows)), key=lambda i: (bare[i], _first_cited(rows[i]), i)):
        key = bare[index]
        if key in taken:
            key = f"{key}|{re.split('[;,]', rows[index].citation)[0]}"
        if key in taken:
            key = _plain(f"{key}|{rows[index].entity.address.split(',')[0]}")
        base = key
        while key in taken:
            again[base] = again.get(base, 1) + 1
            key = f"{base}|{again[base]}"
        taken.add(key)
        keys[index] = key
    return keys


def _first_cited(row: Row) -> tuple[int, int]:
    match = re.match(r"(\d+) FR (\d+)", row.citation)
    return (int(match[1]), int(match[2])) if match else (10_000, 0)


def _plain(text: str) -> str:
    return hyphens(text).translate(str.maketrans("’‘“”", "''\"\""))

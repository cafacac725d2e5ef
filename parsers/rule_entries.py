"""What a rule does to the Entity List: its amendments of Supplement No. 4 to part 744 as entries with an action.

Assumed (no BIS rule in XML was at hand; drawn from the eCFR's layout and GPO's guide): REGTEXT of part 744 holds AMDPAR
paragraphs that name the supplement, then one instruction each ("Under CHINA, PEOPLE'S REPUBLIC OF, by adding entries
for “A” and “B”"), then a table of the five columns with the rows as they will read. Every quoted name of an instruction
and every table row becomes an entry; an instruction without quoted names becomes one entry that holds all of it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from claimwatch.models import Entry, Field, Publication
from parsers.entity_row import COLUMNS, Row, clean_name, read_row, row_keys, tag_of
from parsers.reading import squeeze
from parsers.rule_xml import inline

LIST = "rule"

_OURS = re.compile(r"supplement no\. ?4 to part 744", re.I)
_OTHER = re.compile(r"^\d+\. |\bsupplement no\. ?\d", re.I)
_VERB = re.compile(
    r"\b(?:(?P<add>add(?:ing|s|ed)?)|(?P<revise>revis(?:ing|e|es|ed)|amending the entr|correct(?:ing|s|ed))|"
    r"(?P<remove>remov(?:ing|e|es|ed))|(?P<move>mov(?:ing|e|es|ed)|transfer(?:ring|red|s)?|redesignat(?:ing|e|ed)))\b",
    re.I,
)
_QUOTED = re.compile(r"[“\"]([^“”\"]{1,300})[”\"]")
_UNDER = re.compile(
    r"\b[Uu]nder (?:the (?:destination|entries for|heading)s? (?:of )?)?"
    r"([A-Z][A-Z'’.() -]+(?:, [A-Z][A-Z'’. -]+)*)(?=(,? by\b)|[,:;.]| and\b|$)"
)
# "2.", "b.", "iii."; the ninth letter passes for a Roman one, which matters only below an eighth that ends in a colon.
_LEVELS = (re.compile(r"\d+\. "), re.compile(r"(?![ivx]\.)[a-z]\. "), re.compile(r"[ivx]+\. "))
_STARS = re.compile(r"[*\s]*")


@dataclass(frozen=True, slots=True)
class _Instruction:
    """One thing to do to one entry: `span` is where its name stands in `text`."""

    action: str
    country: str
    name: str
    text: str
    span: tuple[int, int]


def amendments(root: etree._Element, publication: Publication) -> tuple[list[Entry], list[str]]:
    """The entries of list "rule" with keys `number/entity`, and warnings. Most rules do not amend the list: none."""
    instructions: list[_Instruction] = []
    rows: list[Row] = []
    warnings: list[str] = []
    for regtext in (node for node in root.iter() if tag_of(node) == "REGTEXT"):
        _read(regtext, instructions, rows, warnings)
    actions = {_fold(one.name): one.action for one in reversed(instructions)}
    default = "revise" if {one.action for one in instructions} == {"revise"} else "add"
    printed = {_fold(row.entity.name) for row in rows}
    entries = [
        _from_row(publication, row, actions.get(_fold(row.entity.name), default), key)
        for row, key in zip(rows, row_keys(rows), strict=True)
    ]
    entries += [
        _from_instruction(publication, one)
        for one in instructions
        if one.action in ("remove", "move") or _fold(one.name) not in printed
    ]
    warnings += [f"{row.entity.name}: {row.odd}" for row in rows if row.odd and "INSERT" not in row.odd]
    return _with_keys(publication.key, entries), warnings


def _read(regtext: etree._Element, instructions: list[_Instruction], rows: list[Row], warnings: list[str]) -> None:
    ours = False
    above: list[tuple[int, str, str]] = []
    for node in regtext.iter():
        tag = tag_of(node)
        if tag == "AMDPAR":
            text = inline(node)
            if _OURS.search(text):
                ours, above = True, []
            elif _OTHER.search(text):
                ours = False
            if ours:
                # A country or verb that ends with a colon holds for the paragraphs one level below, no further.
                level = next((n for n, mark in enumerate(_LEVELS) if mark.match(text)), len(_LEVELS))
                while above and above[-1][0] >= level:
                    above.pop()
                _, country, action = above[-1] if above else (0, "", "")
                country, action = _instruct(text, country, action, instructions)
                if text.endswith(":"):
                    above.append((level, country, action))
        elif tag == "GPOTABLE" and ours:
            rows.extend(_rows(node, warnings))


def _instruct(text: str, country: str, action: str, found: list[_Instruction]) -> tuple[str, str]:
    """Adds the instructions of a paragraph; returns the country and action that hold at its end."""
    quoted = list(_QUOTED.finditer(text))
    starts = [match.start() for match in quoted]

    def is_quoted(verb: re.Match[str]) -> bool:
        before = bisect_right(starts, verb.start())
        return before > 0 and verb.start() < quoted[before - 1].end()

    found_verbs = list(_VERB.finditer(text))
    first_verb = found_verbs[0].end() if found_verbs else len(text)
    # "Under IRAN, by removing" leads; "removing “E” under IRAN" trails.
    marks = [
        (m.start(), "leading" if m[2] or m.start() < first_verb else "trailing", m[1].rstrip(" ."))
        for m in _UNDER.finditer(text)
    ]
    marks += [(verb.start(), "action", verb.lastgroup or "") for verb in found_verbs if not is_quoted(verb)]
    marks += [(match.start(), "name", str(number)) for number, match in enumerate(quoted)]
    named = verbs = False
    trailing = ""
    since = len(found)
    for _, what, value in sorted(marks):
        if what == "leading":
            country = value
        elif what == "trailing":
            found[since:] = [replace(one, country=value) for one in found[since:]]
            trailing = value
        elif what == "action":
            action, verbs, since = value, True, len(found)
        elif action:
            match = quoted[int(value)]
            found.append(_Instruction(action, country, clean_name(match[1]), text, match.span(1)))
            named = True
    # An instruction in a form that we do not know must not get lost: it stands as one entry.
    if verbs and not named and not text.endswith((":", " by")):
        after = re.search(r"\bentr(?:y|ies) (?:for|of) ", text)
        start = after.end() if after else 0
        found.append(_Instruction(action, trailing or country, text[start:].rstrip(" ;."), text, (start, len(text))))
    return country, action


def _rows(table: etree._Element, warnings: list[str]) -> Iterator[Row]:
    heads = [squeeze(inline(n)).lower() for n in table.iter() if tag_of(n) == "CHED"]
    if tuple(heads) != COLUMNS:
        warnings.append(f"a table that amends Supplement No. 4 has the columns {heads}; its rows are in the text only")
        return
    country = ""
    for row in (n for n in table if tag_of(n) == "ROW"):
        cells = [n for n in row if tag_of(n) == "ENT"]
        texts = [inline(cell) for cell in cells]
        if texts and not _STARS.fullmatch(texts[0]):
            country = texts[0]
        if len(cells) < len(COLUMNS) or _STARS.fullmatch(texts[1]):
            beyond = [text for text in texts[1:] if not _STARS.fullmatch(text)]
            if beyond:
                warnings.append(f"a row with {len(cells)} cells is in the text only: {' | '.join(beyond)[:120]}")
            continue
        yield read_row(country, cells[: len(COLUMNS)])


def _fold(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def _from_row(publication: Publication, row: Row, action: str, key: str) -> Entry:
    return Entry(
        source=publication.source,
        list_name=LIST,
        key=key,
        url=publication.url,
        name=row.entity.name,
        text=row.text,
        subject=row.subject,
        fields=row.fields,
        language=publication.language,
        published_on=publication.published_on,
        effective_on=publication.effective_on,
        action=action,
    )


def _from_instruction(publication: Publication, one: _Instruction) -> Entry:
    return Entry(
        source=publication.source,
        list_name=LIST,
        key=f"{one.country}|{one.name}",
        url=publication.url,
        name=one.name,
        text=one.text,
        subject=one.span,
        fields=(Field("country", one.country), Field("name", one.name)),
        language=publication.language,
        published_on=publication.published_on,
        effective_on=publication.effective_on,
        action=one.action,
    )


def _with_keys(number: str, entries: list[Entry]) -> list[Entry]:
    """Keys `number/entity`; with country, then action, then a count where that is not enough."""
    taken: set[str] = set()
    again: dict[str, int] = {}
    keyed = []
    for entry in entries:
        wanted = f"{number}/{entry.name}"
        if wanted in taken:
            wanted = f"{number}/{entry.key}"
        if wanted in taken:
            wanted = f"{wanted}/{entry.action}"
        key = wanted
        while key in taken:
            again[wanted] = again.get(wanted, 1) + 1
            key = f"{wanted}/{again[wanted]}"
        taken.add(key)
        keyed.append(replace(entry, key=key))
    return keyed

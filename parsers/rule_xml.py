"""Full-text XML of one Federal Register document as running text.

Layout as GPO's guide to Federal Register XML has it: RULE, PRORULE or NOTICE with a preamble (AGENCY, SUBJECT, ACT,
SUM, EFFDATE or DATES, FURINF), SUPLINF with paragraphs, tables and amendments (REGTEXT, AMDPAR), SIG, FRDOC, BILCOD.
Page numbers and footnote marks stand inside sentences; FURINF sometimes holds the whole rest of a notice.
"""

import re
from datetime import date, datetime

from lxml import etree

from parsers.entity_row import cell_text, raised, tag_of
from parsers.reading import hyphens, squeeze

# Not running text: numbers and names that the API gives, boilerplate, signatures, pictures, tables of contents.
_LEFT_OUT = {
    "AGENCY", "SUBAGY", "CFR", "DEPDOC", "RIN", "LSTSUB", "AUTH", "SIG", "FRDOC", "BILCOD", "PRTPAGE", "FTREF", "STARS",
    "GPH", "MATH", "CONTENTS", "CNTNTS", "EAR",
}  # fmt: skip
_INLINE = {"E", "SU", "FR", "AC", "FTREF", "PRTPAGE", "LI", "", "G", "GID"}
_APART = {"FTNT", "GPOTABLE"}
_STARS = re.compile(r"[*\s]*")
_DAY = re.compile(
    r"\b(?:effective|applicable)(?: date)?[:,]?(?: \w+){0,4}? "
    r"((?:January|February|March|April|May|June|July|August|September|October|November|December) \d{1,2}, \d{4})",
    re.I,
)


def body_text(root: etree._Element) -> str:
    """The running text: paragraphs joined by a blank line, tables as blocks, a row a line, ` | ` between cells."""
    blocks: list[str] = []
    _walk(root, blocks)
    return "\n\n".join(block for block in blocks if block)


def inline(node: etree._Element) -> str:
    """The text of a paragraph on one line, without page numbers and footnote references, hyphens for en dashes."""
    parts: list[str] = []
    _inline(node, parts)
    text = squeeze(hyphens("".join(parts)))
    # Pretty-printed XML puts white space around inline elements; print has none inside brackets or before a comma.
    text = re.sub(r" ([,.;:)\]])(?=\s|[,.;:)\]”\"]|$)", r"\1", text)
    return re.sub(r"([(\[“]) ", r"\1", text)


def table_lines(table: etree._Element) -> list[str]:
    """Title, header, rows and notes of a GPOTABLE, one a line; rows of stars and blank rows are left out."""
    lines = []
    for node in table:
        match tag_of(node):
            case "BOXHD":
                lines.append(" | ".join(filter(None, (inline(cell) for cell in node if tag_of(cell) == "CHED"))))
            case "ROW":
                cells = [inline(cell) for cell in node if tag_of(cell) == "ENT"]
                lines.append(" | ".join(cell for cell in cells if not _STARS.fullmatch(cell)))
            case "TTITLE" | "TDESC" | "TNOTE" | "TRTP" | "SIGDAT":
                lines.append(inline(node))
    return [line for line in lines if line]


def document_number(root: etree._Element) -> str | None:
    """The number that the document says of itself: "[FR Doc. 2024-02930 Filed 2-8-24; 2:00 pm]"."""
    for node in root.iter():
        if tag_of(node) == "FRDOC":
            match = re.search(r"FR Doc\.? ?([A-Z0-9]+(?:-[A-Z0-9]+)+)", hyphens(cell_text(node)))
            if match:
                return match[1]
    return None


def subject(root: etree._Element) -> str:
    """The subject of the document; empty where it bears none."""
    return next((inline(node) for node in root.iter() if tag_of(node) == "SUBJECT"), "")


def effective_on(root: etree._Element) -> date | None:
    """The first effective date that EFFDATE or DATES names; it may lie before publication."""
    for node in root.iter():
        if tag_of(node) in ("EFFDATE", "DATES"):
            match = _DAY.search(" ".join(inline(p) for p in node if tag_of(p) != "HD"))
            if match:
                try:
                    return datetime.strptime(match[1], "%B %d, %Y").date()  # noqa: DTZ007 (a calendar date has no zone)
                except ValueError:
                    return None
    return None


def _walk(node: etree._Element, blocks: list[str]) -> None:
    tag = tag_of(node)
    if tag in _LEFT_OUT or not tag:
        return
    if tag == "GPOTABLE":
        blocks.append("\n".join(table_lines(node)))
    elif tag == "FURINF":
        _contact(node, blocks)
    elif _is_paragraph(node):
        text = inline(node)
        label = tag == "HD" and node.get("SOURCE") == "HED" and text.endswith(":")
        if not label:
            blocks.append(text)
        for child in node:
            if tag_of(child) in _APART:
                _walk(child, blocks)
    else:
        if tag == "SECTION":
            blocks.append(squeeze(" ".join(inline(n) for n in node if tag_of(n) in ("SECTNO", "SUBJECT"))))
        for child in node:
            if tag != "SECTION" or tag_of(child) not in ("SECTNO", "SUBJECT"):
                _walk(child, blocks)


def _contact(node: etree._Element, blocks: list[str]) -> None:
    """What follows the contact paragraphs of FURINF: some notices put all of their text there."""
    beyond = False
    for child in node:
        beyond = beyond or (tag_of(child) == "HD" and child.get("SOURCE") != "HED") or tag_of(child) in _APART
        if beyond:
            _walk(child, blocks)


def _is_paragraph(node: etree._Element) -> bool:
    if squeeze(node.text or ""):
        return True
    return all(tag_of(child) in _INLINE | _APART for child in node) or any(squeeze(child.tail or "") for child in node)


def _inline(node: etree._Element, parts: list[str]) -> None:
    parts.append(node.text or "")
    for child in node:
        tag = tag_of(child)
        if tag == "SU":
            # A mark that points to a footnote, or that opens one, is no part of the sentence; others are (footnote 4
            # of an Entity List row says which rules reach the entity).
            follower = child.getnext()
            if not (node.getparent() is not None and tag_of(node.getparent()) == "FTNT") and (
                follower is None or tag_of(follower) != "FTREF"
            ):
                parts.append(f" {raised(child)}")
        elif tag == "LI":
            parts.append(" ")
            _inline(child, parts)
            parts.append(" ")
        elif tag and tag not in _LEFT_OUT and tag not in _APART:
            _inline(child, parts)
        parts.append(child.tail or "")

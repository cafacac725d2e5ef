"""Soft 404s: pages that say with status 200 that they are not there.

What counts is a whole heading, or a whole part of the title, that says so, on a page with little else to read; an
article about a page that was not found has a heading of its own. A search that finds nothing is an answer and not
meant here. What is missed passes to the parser, which fails on it.
"""

import re

from claimwatch.fetching.markup import body_classes, headings, html_of, own_text, title_of

_SHORT = 1_500
_TERSE = 400
_PARTS = re.compile(r"\s+[-–—:]+\s+|\s*(?:[|»·•]|::)\s*")
_REGRETS = re.compile(
    r"\b(?:oops|ops|sorry|unfortunately|but|beklager|beklagar|orsak|dessverre|diverre|men|we're|we are)\b"
)
_PAGE = (
    r"(?:the |this |that |your )?(?:requested )?(?:page|file|document|content|article)"
    r"(?: (?:that )?you(?:'re| are| were|'ve| have)? (?:looking for|requested|requesting))?"
)
_SIDE = r"(?:denne |den )?(?:siden|sida|side)(?: (?:som )?du (?:\w+ (?:etter|om)|søker))?"
_NOT = r"ik(?:ke|kje)"
_FOUND = r"fun(?:net|nen|ne)"
_SAYINGS = (
    rf"{_PAGE} (?:(?:was |is )?(?:not found|not available|no longer available|missing|gone)"
    r"|(?:could not|couldn't|cannot|can not|can't) be (?:found|located)|(?:does not|doesn't|no longer) exists?)",
    r"(?:we )?(?:could not|couldn't|cannot|can not|can't|did not|didn't|unable to|were unable to) (?:find|locate) "
    + _PAGE,
    r"not found",
    rf"{_SIDE} (?:(?:ble|blei|er|vart|var) )?{_NOT} (?:{_FOUND}|tilgjengel[ie]g)",
    rf"{_SIDE} (?:kunne|kan) {_NOT} (?:bli )?(?:{_FOUND}|finnes|finnast|vises|visast)",
    rf"{_SIDE} (?:finnes|finst|fins|eksisterer) {_NOT}(?: lenger| lengre)?",
    rf"(?:vi )?(?:(?:kunne|kan) {_NOT} finne|(?:fant|fann|finner|finn)(?: vi)? {_NOT}) {_SIDE}",
    rf"{_NOT} {_FOUND}",
)
_STATUS = r"(?:http )?(?:error |feil )?(?:404|410)(?: error)?"
_SAYS = re.compile(rf"{_STATUS}|(?:{_STATUS} )?(?:{'|'.join(_SAYINGS)})")
_LONGEST = 300  # of a title or a heading that says so


def says_not_found(headers: tuple[tuple[str, str], ...], body: bytes) -> bool:
    """Whether an answer is a page that says of itself that it is not there. `body`: the decompressed bytes."""
    source = html_of(headers, body)
    if source is None:
        return False
    if "error404" in body_classes(source):
        return True  # WordPress marks the page that it shows for what it does not find
    length = len(own_text(source))
    if length >= _SHORT:
        return False
    h1, h2 = headings(source)
    if any(map(_says, h1)):
        return True
    title = title_of(source)[:_LONGEST]
    if not (_says(title) or any(map(_says, _PARTS.split(title)))):
        return False
    return any(map(_says, h2)) or (not h1 and length < _TERSE)


def _says(text: str) -> bool:
    """Whether the whole of a heading says that the page is not there."""
    words = re.sub(r"[^\w' ]+", " ", text[:_LONGEST].casefold().replace("’", "'"))
    return _SAYS.fullmatch(" ".join(_REGRETS.sub(" ", words).split())) is not None

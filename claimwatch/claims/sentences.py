"""Running text into the units that findings quote: sentences, table rows and headings, with exact offsets.

A unit is `text[start:end]`, without white space at its ends. A table row is a line with ` | ` between cells. nupunkt
proposes the sentence ends; abbreviations, Norwegian ordinals ("15. september") and Chinese stops are settled here,
because no splitter gets "Co., Ltd." and "U.S." right in all three languages.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from nupunkt import sent_spans

from claimwatch.claims.text import fold, word_set


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of text that is judged as one. `kind` is `sentence`, `row` or `heading`; `paragraph` counts from 0."""

    start: int
    end: int
    kind: str
    paragraph: int


_BLOCK = re.compile(r"\n[ \t\r]*\n\s*")
_LIST_ITEM = re.compile(r"[-•*–]\s|\(?\d{1,2}[.)]\s")
_ITEM_END = re.compile(r"(?:Ltd|Inc|Corp|LLC|Limited|Company|Co|\))[.,;]?(?: and)?\s*$")
_CHINESE_END = re.compile(r"[。！？]+[”」』’]*")
_LATIN_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=(\s+))")
_WORD_BACK = re.compile(r"[\w.]*")
_LONG_WORD = 40
# A dot after one of these does not end a sentence, whatever follows.
_NEVER = word_set(
    "mr mrs ms dr prof sen rep gov gen lt col hon st art arts sec secs supp pt para paras fig cf vs approx nos pp "
    "vol ed eds messrs e.g i.e a.k.a f.k.a d.b.a v kl ca nr pkt jf dvs m.a bl.a f.eks t.d blant.a mv"
)
# A dot after one of these ends a sentence only when what follows opens one.
_MAYBE = word_set(
    "co ltd inc corp llc plc u.s u.k e.u u.n d.c p.r.c no jan feb mar apr jun jul aug sep sept oct nov dec bn m mill "
    "mrd etc al a.m p.m jr sr pst as a.s"
)
_INITIALS = re.compile(r"(?:[a-z]\.)+[a-z]")  # "R.S.C. 1985"
_MONTHS = (
    "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember|"
    "jan|feb|apr|jun|jul|aug|sep|sept|okt|nov|des"
)
_ORDINAL = re.compile(rf"\d{{1,2}}\.\s+(?:{_MONTHS})\b")
_GOES_ON = re.compile(r"[–—-]\s+[a-zæøå]")  # "… and Hytera Communications Corp. – on a list of companies"
# After a legal form another company's name can open the next sentence, when a verb follows it.
_FORMS = word_set("ltd inc corp llc plc")
_NAME = re.compile(r"(?:[a-z]+ ){1,6}(?:is|are|was|were|has|have|had|will|would|may|says|said)\b")
_OPENER = re.compile(
    r"[\"'(\[-]*\s*(?:the|this|these|those|that|it|its|they|their|he|she|we|our|in|on|as|at|by|for|from|of|with|under|"
    r"both|but|and|yet|since|after|before|while|when|until|no|a|an|any|all|another|also|however|according|asked|other|"
    r"two|three|five|some|there|such|separately|meanwhile|following|section|license|licence|see|addition|company|"
    r"police|ministers|bis|uhrp|hikvision|dahua|den|det|dei|de|selskapet|rådet|etter|på|i|som|men|og|begge|"
    r"\(\d)\b"
)


def split(text: str) -> tuple[Unit, ...]:
    """The units of a text in order. Every character that is not white space lies in exactly one unit."""
    units: list[Unit] = []
    start = 0
    paragraph = 0
    for gap in [*_BLOCK.finditer(text), None]:
        end = gap.start() if gap else len(text)
        if text[start:end].strip():
            units += _block(text, start, end, paragraph)
            paragraph += 1
        start = gap.end() if gap else end
    return tuple(units)


def _block(text: str, start: int, end: int, paragraph: int) -> Iterator[Unit]:
    for low, high, is_row in _stretches(text, start, end):
        cuts = [low, high] if is_row else [low, *_cuts(text, low, high), high]
        kind = "row" if is_row else "heading" if len(cuts) == 2 and _is_heading(text[low:high]) else "sentence"
        for first, last in pairwise(cuts):
            said = text[first:last].lstrip()
            if said:
                yield Unit(last - len(said), last - len(said) + len(said.rstrip()), kind, paragraph)


def _is_heading(line: str) -> bool:
    return len(line) <= 160 and not re.search(r"[.!?。！？:;]\W*$", line)


def _stretches(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Rows one by one; other lines joined as wrapped text unless a line is a heading or opens a list item."""
    lines: list[tuple[int, int]] = []
    position = start
    for line in text[start:end].splitlines(keepends=True):
        lines.append((position, position + len(line)))
        position += len(line)
    if len(lines) == 1:
        yield start, end, " | " in text[start:end]
        return
    widest = max(high - low for low, high in lines)
    open_at: int | None = None
    listing = False
    for index, (low, high) in enumerate(lines):
        line = text[low:high]
        if " | " in line:
            if open_at is not None:
                yield open_at, low, False
                open_at = None
            yield low, high, True
            continue
        if open_at is not None and (_LIST_ITEM.match(line.lstrip()) and line.lstrip()[0] in "-•*–"):
            yield open_at, low, False
            open_at = None
        open_at = low if open_at is None else open_at
        following = text[slice(*lines[index + 1])] if index + 1 < len(lines) else ""
        short = high - low < 0.6 * widest and not re.search(r"[.,;:!?。，]\s*$", line) and following[:1].isupper()
        item = listing and bool(_ITEM_END.search(line))
        listing = listing or bool(re.search(r":\s*$", line))
        if (short or item or re.search(r":\s*$", line)) and re.match(r"[A-ZÆØÅ(\d]", following):
            yield open_at, high, False
            open_at = None
    if open_at is not None:
        yield open_at, end, False


def _cuts(text: str, start: int, end: int) -> list[int]:
    """Offsets inside (start, end) at which a new sentence begins."""
    piece = text[start:end]
    folded = fold(piece)
    found = set() if piece.isascii() else {match.end() for match in _CHINESE_END.finditer(piece)}
    for match in _LATIN_END.finditer(piece):
        if _ends_sentence(piece, folded, match.start(), match.end(1)):
            found.add(match.end())
    last = len(piece.rstrip())
    return sorted(start + cut for cut in found if 0 < cut < last)


# Most ends are settled by what stands around them: only for the rest is nupunkt asked, once for a stretch of text.
@functools.lru_cache(maxsize=1)
def _proposals(piece: str) -> frozenset[int]:
    """Where nupunkt ends the sentences of a stretch of text."""
    return frozenset(end for _, end in sent_spans(piece))


def _word_before(folded: str, end: int) -> str:
    """The letters, digits and dots just before an offset."""
    plain = folded[folded.rfind(" ", 0, end) + 1 : end]
    if plain.isalnum():  # as nearly all are
        return plain
    near = _WORD_BACK.match(folded[max(0, end - _LONG_WORD) : end][::-1])
    if near is None or len(near[0]) == _LONG_WORD:
        near = _WORD_BACK.match(folded[:end][::-1])
    return near[0][::-1] if near is not None else ""


def _ends_plainly(last_word: str, following: str) -> bool:
    """Whether a word that is no abbreviation and a capital meet, as at nearly all stops."""
    plain = len(last_word) > 1 and last_word.isalpha() and last_word not in _NEVER and last_word not in _MAYBE
    return plain and following.isupper()


def _ends_sentence(piece: str, folded: str, dot: int, after: int) -> bool:
    """Whether a sentence ends with the stop at `dot`; what follows begins at `after`."""
    if piece[dot] != "." or piece[dot : dot + 2] == "..":
        return piece[dot] != "…" or piece[after : after + 1].isupper()
    last_word = _word_before(folded, dot).strip(".")
    following = piece[after : after + 1]
    if _GOES_ON.match(piece, after):
        return False
    if _ends_plainly(last_word, following):
        return True
    genitive = folded[max(0, dot - 2) : dot] == "'s"
    initial = len(last_word) == 1 and last_word.isalpha() and last_word not in "iå" and not genitive
    if last_word in _NEVER or initial or (following.isdigit() and _INITIALS.fullmatch(last_word)):
        return False
    if last_word.isdigit() and _ORDINAL.match(folded, max(0, dot - len(last_word))):
        return False
    if last_word in _MAYBE:
        named = following == "(" and not piece[after + 1 : after + 2].isdigit()
        opens = bool(_OPENER.match(folded, after)) or (last_word in _FORMS and bool(_NAME.match(folded, after)))
        return bool(following) and not following.islower() and not named and opens
    if following.islower():
        return False
    if last_word.isdigit() and len(last_word) <= 2:
        return following.isupper() or following in "(\"'“‘«–-"
    if following.isupper() or following.isdigit() or following in "(\"'“‘«–-§[":
        return True
    return not _proposals(piece).isdisjoint(range(dot, after + 1))

"""Where the words of a search stand in a text: short excerpts with the words marked. The texts are other people's work,
so nobody gets more of one than a few lines."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from claimwatch.editions.display import Piece, clean
from claimwatch.store.folding import fold, fold_character
from claimwatch.store.search import Term

MOST_EXCERPTS = 3
BEFORE, LENGTH = 80, 240
_CHUNK, _OVERLAP = 1000, 200
_RUNS = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]")
Span = tuple[int, int]


def excerpts(
    text: str, terms: Sequence[Term], *, most: int = MOST_EXCERPTS, length: int = LENGTH
) -> tuple[tuple[Piece, ...], ...]:
    """At most `most` stretches of a text of at most `length` characters, each with what the terms find in it marked.

    A term that is found comes before further places of another one. Without any term found: none.
    """
    found = [list(islice(_places(text, term), most)) for term in terms]
    spans = [span for those in found for span in those[:1]] + [span for those in found for span in those[1:]]
    windows: list[Span] = []
    for start, _ in spans:
        if len(windows) < most and not any(low <= start < high for low, high in windows):
            windows.append(_window(text, start, length))
    marks = sorted(spans)
    return tuple(_pieces(text, window, marks, terms) for window in sorted(windows))


def marked(text: str, terms: Sequence[Term], length: int) -> tuple[Piece, ...]:
    """A text with the terms marked; a long one is cut round the first of them, or at its beginning."""
    if len(text) > length:
        found = excerpts(text, terms, most=1, length=length)
        if found:
            return found[0]
        return (Piece(clean(text, length), False),)
    spans = sorted(span for term in terms for span in _places(text, term))
    return _pieces(text, (0, len(text)), spans, ())


def _places(text: str, term: Term) -> Iterator[Span]:
    """Where a term stands in a text, in order. Only the parts that hold its first word are looked at closely."""
    end = r"[^ ]*" if term.prefix else "(?= )"
    pattern = re.compile(f"(?<= ){' +'.join(map(re.escape, term.words))}{end}")
    seen = -1
    for begin in range(0, max(len(text), 1), _CHUNK):
        part = text[begin : begin + _CHUNK + _OVERLAP]
        if term.words[0] not in fold(part):
            continue
        folded, places = _mapped(part)
        for match in pattern.finditer(folded):
            start, stop = begin + places[match.start()], begin + places[match.end() - 1] + 1
            if start > seen:
                seen = start
                yield start, stop


def _mapped(text: str) -> tuple[str, list[int]]:
    """A text folded, with a space at either end, and the raw index of each character."""
    folded, places = [" "], [0]
    for run in _RUNS.finditer(text):
        start, end = run.span()
        if run[0].isascii():  # as long as before
            folded.append(fold(run[0]))
            places.extend(range(start, end))
        else:
            one = fold_character(run[0])
            folded.append(one)
            places.extend([start] * len(one))
    folded.append(" ")
    places.append(len(text))
    return "".join(folded), places


def _window(text: str, start: int, length: int) -> Span:
    """A stretch round a place, from the beginning of a word to the end of one where that is near."""
    low = max(0, min(start - min(BEFORE, length // 3), len(text) - length))
    high = min(len(text), low + length)
    if low > 0:
        space = text.find(" ", low, start)
        low = space + 1 if space >= 0 else low
    if high < len(text):
        space = text.rfind(" ", start, high)
        high = space if space > start + length // 3 else high
    return low, high


def _pieces(text: str, window: Span, spans: Sequence[Span], terms: Sequence[Term]) -> tuple[Piece, ...]:
    low, high = window
    here = text[low:high]
    if terms:  # within an excerpt all of them are marked, not only the first ones found
        spans = sorted((start + low, stop + low) for term in terms for start, stop in _places(here, term))
    pieces: list[Piece] = [Piece("… ", False)] if low > 0 else []
    at = low
    for start, stop in spans:
        start, stop = max(start, at), min(stop, high)
        if start >= stop:
            continue
        pieces += [Piece(_shown(text[at:start]), False), Piece(_shown(text[start:stop]), True)]
        at = stop
    pieces.append(Piece(_shown(text[at:high]), False))
    if high < len(text):
        pieces.append(Piece(" …", False))
    return tuple(piece for piece in pieces if piece.text)


def _shown(text: str) -> str:
    """Without what is invisible. A space at either end stays: the next piece goes on from there."""
    return clean(f"|{text}|")[1:-1]

"""Near misses: words one edit away from a long name. They wait for review; none is a mention of its own accord."""

import re
from collections.abc import Iterable

from rapidfuzz.distance import DamerauLevenshtein

from claimwatch.mentions.anchors import Anchor
from claimwatch.mentions.fold import joins
from claimwatch.mentions.forms import Form

_WORD = re.compile(r"[^\W_]*")
_LENGTHS = range(8, 11)


def near_misses(folded: str, anchors: Iterable[tuple[Anchor, int]]) -> dict[tuple[int, int], Form]:
    """By (start, -end) the name of each word that stands around half a name and may be it, misspelt.

    `anchors` are those in the text, and where they begin. What is a name, rightly spelt, is no near miss.
    """
    words: dict[tuple[int, int], list[Form]] = {}
    for anchor, start in anchors:
        # Most words that begin like a long name are shorter ones.
        if anchor.beginnings and folded[start : start + _LENGTHS[0]].isalnum():
            possible = [form for form in anchor.beginnings if not folded.startswith(form.text, start)]
            if possible and not folded[max(0, start - 1) : start].isalnum():
                words.setdefault((start, _word_end(folded, start)), []).extend(possible)
        for form in anchor.endings:
            first = start - len(form.text) // 2
            if first >= 0 and folded.startswith(form.text, first) and not (first and joins(folded[first - 1])):
                continue
            end = first + len(form.text)
            stop = end + 1 if folded.startswith("s", end) else end  # a genitive may follow
            begin = _word_start(folded, start, first - 2)
            if abs(begin - first) <= 1 and not folded[stop : stop + 1].isalnum():
                words.setdefault((begin, stop), []).append(form)
    read: dict[str, Form | None] = {}
    found = {}
    for (start, end), possible in words.items():
        word = folded[start:end]
        if word not in read:
            read[word] = _near_form(word, possible)
        near = read[word]
        if near is not None:
            found[start, -end] = near
    return found


def _word_start(folded: str, within: int, lowest: int) -> int:
    """Where the word begins that `within` is in, not looked for before `lowest`."""
    start = within
    while start > max(0, lowest) and folded[start - 1].isalnum():
        start -= 1
    return start


def _word_end(folded: str, within: int) -> int:
    match = _WORD.match(folded, within)
    return match.end() if match is not None else within


def _near_form(word: str, possible: Iterable[Form]) -> Form | None:
    """The first of the possible names that the word, or the word without a genitive, is one edit away from."""
    ranked = sorted(possible, key=lambda form: form.text)
    for spelling in (word, word[:-1]) if word.endswith("s") else (word,):
        if len(spelling) in _LENGTHS:
            for target in ranked:
                if DamerauLevenshtein.distance(spelling, target.text, score_cutoff=1) <= 1:
                    return target
    return None

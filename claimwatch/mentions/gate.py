"""Whether an ambiguous name means the company: the words beside it, and the nearest one that speaks for or against."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

import ahocorasick_rs

from claimwatch.mentions.fold import fold, joins
from claimwatch.mentions.forms import UNSPACED
from claimwatch.models import Alias

# How far, in folded characters, a word may stand from the name and still say what the name means.
WINDOW = 240
# From this length on a cue also stands for the longer words that begin with it: camera, cameras; kamera, kameraene.
_STEM = 5
# A run of capitalised words longer than this is a headline, not one name.
_RUN = 4
_BREAK = re.compile(r"[\W_]")
_FOLLOWING = re.compile(r" ([^\W_]+)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINKS = frozenset(
    (
        "a",
        "after",
        "amid",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "into",
        "of",
        "on",
        "or",
        "over",
        "the",
        "to",
        "with",
    )
)
# Whether the raw letter behind a folded position is a capital.
Capital = Callable[[int], bool]


class _Words:
    """Words to be found in folded text: those of an alphabet as words of their own, Chinese ones anywhere."""

    def __init__(self, words: Iterable[str]) -> None:
        self._texts = sorted({fold(word) for word in words})
        self._automaton = ahocorasick_rs.AhoCorasick(
            self._texts, implementation=ahocorasick_rs.Implementation.DFA if self._texts else None
        )

    def around(self, folded: str, span: tuple[int, int]) -> list[tuple[int, int]]:
        """Where such words stand within the window of `span`."""
        left = max(0, span[0] - WINDOW)
        text = folded[left : span[1] + WINDOW]
        found = []
        for number, start, end in self._automaton.find_matches_as_indexes(_valid(text), overlapping=True):
            word = self._texts[number]
            if joins(word[0]) and start and joins(text[start - 1]):
                continue
            if joins(word[-1]) and len(word) < _STEM and end < len(text) and joins(text[end]):
                continue
            found.append((start + left, end + left))
        return found


class Gate:
    """The context of one alias, compiled. All positions are in folded text."""

    def __init__(self, alias: Alias) -> None:
        self._presumed = alias.presumed
        self._cues = _Words(alias.cues)
        self._denials = _Words(alias.denials)
        self._bounded = alias.script not in UNSPACED
        self._before = frozenset(map(fold, alias.not_before))
        self._before_lengths = sorted({len(word) for word in self._before}, reverse=True)
        self._first_after = frozenset(re.split(r"[\W_]", fold(word))[0] for word in alias.not_after)
        self._after = _union(alias.not_after, r" ({})(?![^\W_])" if self._bounded else "({})")
        # Surnames stand in both lists; only the nouns of other bearers end a run of capitalised words.
        self._nouns = frozenset(map(fold, alias.not_after)) - frozenset(map(fold, alias.not_before))
        self._stems = tuple(fold(cue) for cue in alias.cues if cue.isalpha())

    def beside(self, folded: str, start: int, end: int, capital: Capital) -> bool:
        """Whether a word stands directly beside the name that makes it another's.

        Such a word is itself a name, so it counts in capitals only, unless the text does not write them: "valgte han
        Dahua" is not Mr. Han, and a Dahua factory need not be the Dahua Factory.
        """
        words = (self._word_before(folded, start), self._word_after(folded, end))
        found = [word for word in words if word is not None]
        if not found or not self._bounded:
            return bool(found)
        return not capital(start) or any(map(capital, found))

    def _word_before(self, folded: str, start: int) -> int | None:
        """Where the longest word begins that stands directly before the name and makes it another's."""
        end = start
        if self._bounded:
            end -= 1
            if end < 1 or folded[end] != " ":
                return None
        for length in self._before_lengths:
            begin = end - length
            if begin < 0 or folded[begin:end] not in self._before:
                continue
            if not self._bounded or begin == 0 or _BREAK.match(folded, begin - 1):
                return begin
        return None

    def _word_after(self, folded: str, end: int) -> int | None:
        """Where a word begins that stands directly after the name and makes it another's."""
        if self._after is None:
            return None
        if self._bounded:
            following = _FOLLOWING.match(folded, end)
            if following is None or following[1] not in self._first_after:
                return None
        after = self._after.match(folded, end)
        return after.start(1) if after is not None else None

    def compound(self, rest: str) -> bool:
        """Whether `rest`, which is joined to the name, begins with a word of its trade ("Dahuakamera")."""
        return any(len(stem) >= _STEM and rest.startswith(stem) for stem in self._stems)

    def means(
        self,
        folded: str,
        span: tuple[int, int],
        certain: Sequence[tuple[int, int]],
        traps: Sequence[tuple[int, int]],
        capital: Capital,
    ) -> bool | None:
        """Whether the name at `span` is the company; None where nothing near tells and it is not presumed.

        `certain` are the unambiguous names of watched companies in the text, `traps` names of others that hold this
        one, both in order.
        """
        start, end = span
        speaks_against = _nearest(span, self._denials.around(folded, span), traps)
        if speaks_against is None and self._presumed and not self._opens_other_name(folded, start, end, capital):
            return True  # whatever the cues say
        speaks_for = _nearest(span, self._cues.around(folded, span), certain)
        if speaks_for is not None or speaks_against is not None:
            return speaks_against is None or (speaks_for is not None and speaks_for <= speaks_against)
        if self._opens_other_name(folded, start, end, capital):
            return False
        return True if self._presumed else None

    def _opens_other_name(self, folded: str, start: int, end: int, capital: Capital) -> bool:
        """Whether the name opens a run of capitalised words with another's noun in it ("Dahua Radio Factory")."""
        if not self._bounded or capital(start + 1):
            return False
        position = end
        for _ in range(_RUN):
            match = _FOLLOWING.match(folded, position)
            if match is None or not capital(match.start(1)) or match[1] in _LINKS:
                return False
            if match[1] in self._nouns:
                return True
            position = match.end()
        return False


def _union(words: Iterable[str], template: str) -> re.Pattern[str] | None:
    """A pattern for any of `words` (the longest first) in its first group; None for no words."""
    union = "|".join(map(re.escape, sorted(map(fold, words), key=lambda word: (-len(word), word))))
    return re.compile(template.format(union)) if union else None


def _valid(text: str) -> str:
    """The text without halves of characters, which UTF-8 cannot write."""
    return text if text.isascii() else _SURROGATE.sub("?", text)


def around(spans: Sequence[tuple[int, int]], span: tuple[int, int]) -> Sequence[tuple[int, int]]:
    """Those of the sorted `spans` that may lie within the window of `span`."""
    if not spans:
        return spans
    first = bisect_left(spans, (span[0] - 2 * WINDOW, 0))
    return spans[first : bisect_left(spans, (span[1] + WINDOW + 1, 0))]


def _nearest(span: tuple[int, int], words: Sequence[tuple[int, int]], names: Sequence[tuple[int, int]]) -> int | None:
    """The distance to the nearest of `words` and `names` within the window that does not overlap `span`."""
    if not words and not names:
        return None
    others = (*words, *around(names, span))
    gaps = [max(other[0] - span[1], span[0] - other[1]) for other in others]
    return min((gap for gap in gaps if 0 <= gap <= WINDOW), default=None)

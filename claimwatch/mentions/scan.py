"""The scan: one pass of an Aho-Corasick automaton over the folded text, then boundary, date and context of each hit."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import ahocorasick_rs
from rapidfuzz.distance import DamerauLevenshtein

from claimwatch.mentions.fold import fold, is_plain, joins, offsets, unmask
from claimwatch.mentions.forms import Form, compile_forms, fuzzy_targets
from claimwatch.mentions.gate import WINDOW, Capital, Gate
from claimwatch.models import Alias, Company, Mention

_YEAR = re.compile(r"(?<![^\W_])(?:19|20)\d\d(?![^\W_])")
_FOOTNOTE = re.compile(r"\d{1,3}(?![^\W_])")
_WORD_END = re.compile(r"[^\W_]*")
_WORD_START = re.compile(r"[^\W_]*$")
_FUZZY_LENGTHS = range(8, 11)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A form that stands in the folded text at [start, end), its fused genitive included."""

    start: int
    end: int
    form: Form
    fuzzy: bool = False

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


class Scanner:
    """Finds watched companies in texts. Building it compiles all aliases; scanning neither reads nor keeps anything."""

    def __init__(self, companies: Iterable[Company]) -> None:
        self._forms = compile_forms(companies)
        # All overlapping matches, not only the longest: where the longest fails its boundary, a shorter one may hold.
        self._automaton = ahocorasick_rs.AhoCorasick([form.text for form in self._forms])
        self._gates = {alias: Gate(alias) for alias in {form.alias for form in self._forms} if alias is not None}
        self._targets = fuzzy_targets(self._forms)
        # One edit leaves the part before it or the part after it whole.
        halves = {half for t in self._targets for half in (t.text[: len(t.text) // 2], t.text[len(t.text) // 2 + 1 :])}
        self._halves = re.compile("|".join(map(re.escape, sorted(halves)))) if halves else None

    def scan(self, text: str, *, on: date | None = None) -> tuple[Mention, ...]:
        """The mentions in `text`, by start and without overlap; offsets are code points of `text` itself.

        `on` is the date of the text: a form that means the company only in certain years counts within them. A text
        without a date counts if it names a year within them.
        """
        plain = unmask(text)
        folded = fold(plain)
        hits = list(self._hits(folded))
        if self._halves is not None:
            hits += self._near_misses(folded, hits)
        if not any(not hit.form.trap for hit in hits):
            return ()
        places = offsets(plain)

        def capital(position: int) -> bool:
            return position < len(places) and plain[places[position]].isupper()

        traps = sorted(hit.span for hit in hits if hit.form.trap)
        named = [hit for hit in hits if self._stands(hit, folded, traps, on, capital)]
        kept = self._gated(_leftmost_longest(named), folded, traps, capital)
        return tuple(_mention(hit, text, plain, places) for hit in kept)

    def _hits(self, folded: str) -> Iterator[_Hit]:
        for number, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            form = self._forms[number]
            stop = self._boundary(folded, start, end, form)
            if stop is not None:
                yield _Hit(start, stop, form)

    def _boundary(self, folded: str, start: int, end: int, form: Form) -> int | None:
        """Where the name ends if it stands as a name of its own at [start, end), else None."""
        if not form.bounded:
            return end
        if start and joins(folded[start - 1]) and joins(folded[start]):
            return None
        if end == len(folded) or not (joins(folded[end]) and joins(folded[end - 1])):
            return end
        if form.alias is not None and form.alias.kind == "code":
            return None
        rest = _WORD_END.match(folded, end)
        tail = rest[0] if rest is not None else ""
        if tail == "s":
            return end + 1
        joined = _FOOTNOTE.fullmatch(tail) or form.distinctive
        return end if joined or (form.alias is not None and self._gates[form.alias].compound(tail)) else None

    def _near_misses(self, folded: str, hits: Sequence[_Hit]) -> Iterator[_Hit]:
        taken = {index for hit in hits for index in range(hit.start, hit.end)}
        seen: set[int] = set()
        assert self._halves is not None
        for match in self._halves.finditer(folded):
            before = _WORD_START.search(folded, max(0, match.start() - 16), match.start())
            start = before.start() if before is not None else match.start()
            after = _WORD_END.match(folded, match.end())
            end = after.end() if after is not None else match.end()
            if start in seen or start in taken:
                continue
            seen.add(start)
            word = folded[start:end]
            for spelling in (word, word.removesuffix("s")):
                form = self._target_of(spelling)
                if form is not None:
                    yield _Hit(start, end, form, fuzzy=True)
                    break

    def _target_of(self, word: str) -> Form | None:
        if len(word) not in _FUZZY_LENGTHS:
            return None
        near = (t for t in self._targets if DamerauLevenshtein.distance(word, t.text, score_cutoff=1) <= 1)
        return next(near, None)

    def _stands(
        self, hit: _Hit, folded: str, traps: Sequence[tuple[int, int]], on: date | None, capital: Capital
    ) -> bool:
        alias = hit.form.alias
        if alias is None or any(start <= hit.start and hit.end <= end for start, end in _around(traps, hit.span)):
            return False
        return not self._gates[alias].beside(folded, hit.start, hit.end, capital) and _valid(alias, folded, on)

    def _gated(
        self, hits: Sequence[_Hit], folded: str, traps: Sequence[tuple[int, int]], capital: Capital
    ) -> Iterator[_Hit]:
        certain = [hit.span for hit in hits if hit.form.alias is not None and not hit.form.alias.ambiguous]
        for hit in hits:
            alias = hit.form.alias
            assert alias is not None
            if not alias.ambiguous:
                yield hit
                continue
            near, against = _around(certain, hit.span), _around(traps, hit.span)
            means = self._gates[alias].means(folded, hit.span, near, against, capital)
            if means or (means is None and certain):
                yield hit


def _around(spans: Sequence[tuple[int, int]], span: tuple[int, int]) -> Sequence[tuple[int, int]]:
    """Those of the sorted `spans` that may lie within a window of `span`."""
    first = bisect_left(spans, (span[0] - 2 * WINDOW, 0))
    return spans[first : bisect_left(spans, (span[1] + WINDOW + 1, 0))]


def _valid(alias: Alias, folded: str, on: date | None) -> bool:
    if alias.valid_from is None and alias.valid_to is None:
        return True
    first, last = alias.valid_from or date.min, alias.valid_to or date.max
    if on is not None:
        return first <= on <= last
    return any(first.year <= int(year[0]) <= last.year for year in _YEAR.finditer(folded))


def _leftmost_longest(hits: Iterable[_Hit]) -> list[_Hit]:
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end, h.fuzzy, h.form.text)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def _mention(hit: _Hit, text: str, plain: str, places: Sequence[int]) -> Mention:
    start, end = places[hit.start], places[hit.end - 1] + 1
    # Accents written as characters of their own belong to the letter before them.
    while end < len(text) and not fold(text[end]) and not is_plain(text[end]) and text[end].isprintable():
        end += 1
    surface = text[start:end]
    alias = hit.form.alias
    assert alias is not None
    if hit.fuzzy:
        method = "fuzzy"
    elif surface == plain[start:end] and is_plain(surface):
        method = "exact"
    else:
        method = "confusable"
    return Mention(hit.form.entity, start, end, surface, method, alias.name)

"""The scan: one pass of an Aho-Corasick automaton over the folded text, then boundary, date and context of each hit."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import ahocorasick_rs
from rapidfuzz.distance import DamerauLevenshtein

from claimwatch.mentions.fold import Places, fold, is_plain, joins, offsets, unmask
from claimwatch.mentions.forms import Form, compile_forms, fuzzy_targets, legal_ends
from claimwatch.mentions.gate import WINDOW, Capital, Gate
from claimwatch.models import Alias, Company, Mention

_YEAR = re.compile(r"(?<![^\W_])(?:19|20)\d\d(?![^\W_])")
_FOOTNOTE = re.compile(r"\d{1,3}(?![^\W_])")
_WORD_END = re.compile(r"[^\W_]*")
_WORD_START = re.compile(r"[^\W_]*$")
_FUZZY_LENGTHS = range(8, 11)
# Up to this many characters of names the automaton is a table: several times as fast, and larger.
_TABLE_SIZE = 200_000


class _Hit(NamedTuple):
    """A form that stands in the folded text at [start, end), its fused genitive included."""

    start: int
    end: int
    form: Form
    fuzzy: bool = False

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


class _Pattern:
    """What a string in the automaton may be: a form, or the beginning or ending of names that may be misspelt."""

    def __init__(self) -> None:
        self.forms: tuple[Form, ...] = ()
        self.beginnings: tuple[Form, ...] = ()
        self.endings: tuple[Form, ...] = ()


class Scanner:
    """Finds watched companies in texts. Building it compiles all aliases; scanning neither reads nor keeps anything."""

    def __init__(self, companies: Iterable[Company]) -> None:
        forms = compile_forms(companies)
        targets = fuzzy_targets(forms)
        patterns: dict[str, _Pattern] = {}
        for form in forms:
            pattern = patterns.setdefault(form.text, _Pattern())
            pattern.forms += (form,)
        # One edit leaves the first or the second half whole, unless it swaps the two letters in the middle.
        for target in targets:
            middle = len(target.text) // 2
            first, second = target.text[:middle], target.text[middle:]
            for beginning in (first, first[:-1] + second[0] + first[-1] + second[1:]):
                patterns.setdefault(beginning, _Pattern()).beginnings += (target,)
            patterns.setdefault(second, _Pattern()).endings += (target,)
        self._patterns = tuple(patterns.values())
        # All overlapping matches, not only the longest: where the longest fails its boundary, a shorter one may hold.
        small = sum(map(len, patterns)) < _TABLE_SIZE
        self._automaton = ahocorasick_rs.BytesAhoCorasick(
            [_bytes(pattern) for pattern in patterns],
            implementation=ahocorasick_rs.Implementation.DFA if small else None,
        )
        self._gates = _gates(forms)

    def scan(self, text: str, *, on: date | None = None) -> tuple[Mention, ...]:
        """The mentions in `text`, by start and without overlap; offsets are code points of `text` itself.

        `on` is the date of the text: a form that means the company only in certain years counts within them. A text
        without a date counts if it names a year within them.
        """
        plain = unmask(text)
        folded = fold(plain)
        matches = self._matches(folded)
        if not matches:
            return ()
        hits = self._hits(folded, matches)
        if not any(hit.form.alias is not None for hit in hits):
            return ()
        places: Places = range(len(plain)) if plain.isascii() and len(folded) == len(plain) else offsets(plain)
        length = len(places)

        def capital(position: int) -> bool:
            return position < length and plain[places[position]].isupper()

        traps = sorted(hit.span for hit in hits if hit.form.trap)
        named = _leftmost_longest(hits, lambda hit: self._stands(hit, folded, traps, on, capital))
        kept = self._gated(named, folded, traps, capital)
        return tuple(_mention(hit, text, plain, places) for hit in kept)

    def _matches(self, folded: str) -> list[tuple[int, int, int]]:
        """(pattern, start, end) of every string of the automaton, which reads bytes; of ASCII each is a character."""
        data = _bytes(folded)
        matches = self._automaton.find_matches_as_indexes(data, overlapping=True)
        if len(data) == len(folded):
            return matches
        # The characters are counted from one place to the next.
        edges = sorted({edge for _, start, end in matches for edge in (start, end)})
        counted, position, last = {}, 0, 0
        for edge in edges:
            position += len(data[last:edge].decode("utf-8", "surrogatepass"))
            counted[edge], last = position, edge
        return [(number, counted[start], counted[end]) for number, start, end in matches]

    def _hits(self, folded: str, matches: Iterable[tuple[int, int, int]]) -> list[_Hit]:
        """The names that stand for themselves, and the near misses beside them. `matches` are (pattern, start, end)."""
        best: dict[tuple[int, int], Form] = {}
        legal: dict[int, list[int]] = {}  # several names end before one legal form
        halves: list[tuple[_Pattern, int, int]] = []
        for number, start, end in matches:
            pattern = self._patterns[number]
            for form in pattern.forms:
                if not form.bare and end not in legal:
                    legal[end] = legal_ends(folded, end)
                for stop in (end,) if form.bare else legal[end]:
                    if form.rank < best.setdefault((start, stop), form).rank:
                        best[start, stop] = form
            if pattern.beginnings or pattern.endings:
                halves.append((pattern, start, end))
        hits: dict[tuple[int, int], _Hit] = {}
        for (start, end), form in best.items():
            stands_to = self._boundary(folded, start, end, form)
            if stands_to is not None:
                hits[start, end] = _Hit(start, stands_to, form)
        return [*hits.values(), *_near_misses(folded, halves, hits)]

    def _boundary(self, folded: str, start: int, end: int, form: Form) -> int | None:
        """Where the name ends if it stands as a name of its own at [start, end), else None."""
        if not form.bounded:
            return end
        if start and folded[start - 1] != " " and joins(folded[start - 1]) and joins(folded[start]):
            return None
        if end == len(folded) or folded[end] == " " or not (joins(folded[end]) and joins(folded[end - 1])):
            return end
        if form.alias is not None and form.alias.kind == "code":
            return None
        rest = _WORD_END.match(folded, end)
        tail = rest[0] if rest is not None else ""
        if tail == "s":
            return end + 1
        joined = _FOOTNOTE.fullmatch(tail) or (form.distinctive and end - start == len(form.text))
        gate = self._gates.get(form.rank)
        return end if joined or (gate is not None and gate.compound(tail)) else None

    def _stands(
        self, hit: _Hit, folded: str, traps: Sequence[tuple[int, int]], on: date | None, capital: Capital
    ) -> bool:
        alias = hit.form.alias
        if alias is None:
            return False
        if traps and any(start <= hit.start and hit.end <= end for start, end in _around(traps, hit.span)):
            return False
        gate = self._gates.get(hit.form.rank)
        return not (gate and gate.beside(folded, hit.start, hit.end, capital)) and _valid(alias, folded, on)

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
            means = self._gates[hit.form.rank].means(folded, hit.span, near, against, capital)
            if means or (means is None and certain):
                yield hit


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _near_misses(
    folded: str, halves: Iterable[tuple[_Pattern, int, int]], names: Mapping[tuple[int, int], _Hit]
) -> Iterator[_Hit]:
    """Words around half a name, one edit away from it; not where one of `names` stands."""
    words: dict[tuple[int, int], list[Form]] = {}
    for pattern, start, end in halves:
        if pattern.beginnings and not folded[max(0, start - 1) : start].isalnum():
            rest = _WORD_END.match(folded, end)
            word = start, rest.end() if rest is not None else end
            for form in pattern.beginnings:
                if (start, start + len(form.text)) not in names:
                    words.setdefault(word, []).append(form)
        # A genitive may follow the name.
        stop = end + 1 if folded.startswith("s", end) else end
        if pattern.endings and (stop == len(folded) or not folded[stop].isalnum()):
            for form in pattern.endings:
                first = end - len(form.text)
                for begin in (first - 1, first, first + 1) if (first, end) not in names else ():
                    if begin >= 0 and folded[begin:end].isalnum() and not folded[max(0, begin - 1) : begin].isalnum():
                        words.setdefault((begin, stop), []).append(form)
    read: dict[str, Form | None] = {}
    for (start, end), possible in words.items():
        text = folded[start:end]
        if text not in read:
            read[text] = _near_form(text, possible)
        near = read[text]
        if near is not None and not any(hit.start <= start < hit.end for hit in names.values()):
            yield _Hit(start, end, near, fuzzy=True)


def _near_form(word: str, possible: Iterable[Form]) -> Form | None:
    """The first of the possible names that the word, or the word without a genitive, is one edit away from."""
    ranked = sorted(possible, key=lambda form: form.text)
    for spelling in (word, word.removesuffix("s")):
        if len(spelling) in _FUZZY_LENGTHS:
            for target in ranked:
                if DamerauLevenshtein.distance(spelling, target.text, score_cutoff=1) <= 1:
                    return target
    return None


def _gates(forms: Iterable[Form]) -> dict[int, Gate]:
    """The gate of each form whose alias has one, by the form's rank."""
    gates: dict[Alias, Gate] = {}
    found: dict[int, Gate] = {}
    for form in forms:
        alias = form.alias
        if alias is not None and (alias.ambiguous or alias.cues or alias.not_before or alias.not_after):
            if alias not in gates:
                gates[alias] = Gate(alias)
            found[form.rank] = gates[alias]
    return found


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


def _leftmost_longest(hits: Iterable[_Hit], stands: Callable[[_Hit], bool]) -> list[_Hit]:
    """Of the hits that stand the first and longest; one that such a hit covers is not even asked."""
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end, h.fuzzy, h.form.text)):
        if (not kept or hit.start >= kept[-1].end) and stands(hit):
            kept.append(hit)
    return kept


def _is_mark(char: str) -> bool:
    return not fold(char) and not is_plain(char) and char.isprintable()


def _mention(hit: _Hit, text: str, plain: str, places: Places) -> Mention:
    start, end = places[hit.start], places[hit.end - 1] + 1
    # Accents written as characters of their own belong to the letter before them.
    while end < len(text) and not text[end].isascii() and _is_mark(text[end]):
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

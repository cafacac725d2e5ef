"""The scan: names looked up where one may stand in the folded text, then boundary, date and context of each."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from claimwatch.mentions.anchors import Anchor, Anchors
from claimwatch.mentions.fold import Folded, fold, is_plain, joins, unmask
from claimwatch.mentions.forms import Form, compile_forms, fuzzy_targets, legal_ends
from claimwatch.mentions.gate import Gate, around
from claimwatch.mentions.near import near_misses
from claimwatch.models import Alias, Company, Mention

_YEAR = re.compile(r"(?<![^\W_])(?:19|20)\d\d(?![^\W_])")
_FOOTNOTE = re.compile(r"\d{1,3}(?![^\W_])")
_WORD_END = re.compile(r"[^\W_]*")
# What may stand in a folded text, by (start, -end): in order the first, and of these the longest, comes first.
_Forms = dict[tuple[int, int], Form]


class _Hit(NamedTuple):
    """A form that stands in the folded text at [start, end), its fused genitive included."""

    start: int
    end: int
    form: Form
    fuzzy: bool


class _Text:
    """A text while it is scanned. `plain` is the raw text without look-alike letters; all else is of the folded one."""

    def __init__(self, plain: str, folding: Folded, on: date | None) -> None:
        self.plain = plain
        self.folded = folding.text
        self.places = folding.places()
        self._length = len(self.places)
        self._on = on
        self._years: list[int] | None = None

    def capital(self, position: int) -> bool:
        """Whether a capital stands there in the raw text."""
        return position < self._length and self.plain[self.places[position]].isupper()

    def dates(self, alias: Alias) -> bool:
        """Whether the text is of the years in which the alias means the company."""
        first, last = alias.valid_from or date.min, alias.valid_to or date.max
        if self._on is not None:
            return first <= self._on <= last
        if self._years is None:
            self._years = [int(year) for year in _YEAR.findall(self.folded)]
        return any(first.year <= year <= last.year for year in self._years)


class Scanner:
    """Finds watched companies in texts. Building it compiles all aliases; scanning neither reads nor keeps anything."""

    def __init__(self, companies: Iterable[Company]) -> None:
        forms = compile_forms(companies)
        self._anchors = Anchors(forms, fuzzy_targets(forms))
        self._gates = _gates(forms)

    def scan(self, text: str, *, on: date | None = None) -> tuple[Mention, ...]:
        """The mentions in `text`, by start and without overlap; offsets are code points of `text` itself.

        `on` is the date of the text: a form that means the company only in certain years counts within them. A text
        without a date counts if it names a year within them.
        """
        plain, folding = text, Folded(text)
        if folding.disguises:
            plain = unmask(text)
            folding = Folded(plain)
        anchors = self._anchors.found(folding)
        names = _names(folding.text, anchors)
        near = self._near(folding.text, anchors, names)
        if not names and not near:
            return ()
        scanned = _Text(plain, folding, on)
        traps = self._traps(scanned.folded, names)
        named = self._named(scanned, names, near, traps)
        return tuple(_mention(hit, text, scanned) for hit in self._gated(scanned, named, traps))

    def _near(self, folded: str, anchors: Iterable[tuple[Anchor, int]], names: _Forms) -> _Forms:
        """The near misses that begin in none of the names."""
        near = near_misses(folded, anchors)
        ends = iter(sorted(names) if near else ())
        kept, covered = {}, 0
        ahead = next(ends, None)
        for start, back in sorted(near):
            while ahead is not None and ahead[0] <= start:
                covered = max(covered, self._boundary(folded, ahead[0], -ahead[1], names[ahead]) or 0)
                ahead = next(ends, None)
            if start >= covered:
                kept[start, back] = near[start, back]
        return kept

    def _traps(self, folded: str, names: _Forms) -> list[tuple[int, int]]:
        """The spans of the names of others that hold a watched one, in order."""
        spans = [
            (start, self._boundary(folded, start, -back, form))
            for (start, back), form in names.items()
            if form.alias is None
        ]
        return sorted((start, end) for start, end in spans if end is not None)

    def _named(self, text: _Text, names: _Forms, near: _Forms, traps: Sequence[tuple[int, int]]) -> list[_Hit]:
        """Of what stands for itself the first and longest; what such a name covers is not even asked."""
        named: list[_Hit] = []
        done = 0
        possible = {**names, **near}
        for start, back in sorted(possible):
            if start < done:
                continue
            form, fuzzy = possible[start, back], (start, back) in near
            end = -back if fuzzy else self._boundary(text.folded, start, -back, form)
            if end is not None and self._stands(text, start, end, form, traps):
                named.append(_Hit(start, end, form, fuzzy))
                done = end
        return named

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

    def _stands(self, text: _Text, start: int, end: int, form: Form, traps: Sequence[tuple[int, int]]) -> bool:
        """Whether a name means a watched company as far as the words beside it and the date tell."""
        alias = form.alias
        if alias is None:
            return False
        if traps and any(first <= start and end <= last for first, last in around(traps, (start, end))):
            return False
        gate = self._gates.get(form.rank)
        if gate is not None and gate.beside(text.folded, start, end, text.capital):
            return False
        return (alias.valid_from is None and alias.valid_to is None) or text.dates(alias)

    def _gated(self, text: _Text, hits: Sequence[_Hit], traps: Sequence[tuple[int, int]]) -> Iterator[_Hit]:
        certain = [(hit.start, hit.end) for hit in hits if not hit.form.ambiguous]
        for hit in hits:
            start, end, form, _ = hit
            if not form.ambiguous:
                yield hit
                continue
            means = self._gates[form.rank].means(text.folded, (start, end), certain, traps, text.capital)
            if means or (means is None and certain):
                yield hit


def _names(folded: str, anchors: Iterable[tuple[Anchor, int]]) -> _Forms:
    """The names whose letters stand in a text; of two forms at one place that of the lower rank."""
    found: _Forms = {}
    for anchor, start in anchors:
        if not anchor.forms:
            continue
        for text in anchor.texts.at(folded, start):
            end = start + len(text)
            for form in anchor.forms[text]:
                for stop in (end,) if form.bare else legal_ends(folded, end):
                    place = start, -stop
                    if place not in found or form.rank < found[place].rank:
                        found[place] = form
    return found


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


def _is_mark(char: str) -> bool:
    return not fold(char) and not is_plain(char) and char.isprintable()


def _mention(hit: _Hit, raw: str, text: _Text) -> Mention:
    start, end = text.places[hit.start], text.places[hit.end - 1] + 1
    # Accents written as characters of their own belong to the letter before them.
    while end < len(raw) and not raw[end].isascii() and _is_mark(raw[end]):
        end += 1
    surface = raw[start:end]
    alias = hit.form.alias
    assert alias is not None
    if hit.fuzzy:
        method = "fuzzy"
    elif surface == text.plain[start:end] and is_plain(surface):
        method = "exact"
    else:
        method = "confusable"
    return Mention(hit.form.entity, start, end, surface, method, alias.name)

"""Places in text as codes: ISO 3166-1 and -2, and `EU`, `GB-LND`, `DK-84`, `CN-XJ`, `world`.

Countries come from Babel's CLDR territory names in English, Bokmål, Nynorsk and Chinese; regions, short forms,
adjectives, capitals used for governments, and authorities from our own small gazetteer (ISO 3166 for the codes).
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick
from babel import Locale

from claimwatch.claims.gazetteer import BODIES, COMMON, MORE_BODIES, NAMES, TOWNS
from claimwatch.claims.text import fold

_NOT_COUNTRIES = frozenset({"chad", "jersey", "georgia", "guinea", "mali", "niue", "togo", "oman", "man", "iran's"})
_LANGUAGES = ("en", "nb", "nn", "zh")
# What goes on with a word, so that no name ends before it or begins after it; a text that ends goes on with nothing.
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzæøå0123456789")
# Chinese names shorter than this stand among other words without a space.
_BARE = 6
# Of how many texts it is remembered what places they hold: of a unit the nearer are asked for, then all.
_REMEMBERED = 64
# Where somebody sits who tells of it: "the British newspaper", "U.S.-based", "英国《金融时报》".
_SITS = re.compile(
    r"-based\b|《|(?:媒体|广播公司|路透社|卫报)"
    r"|(?: [a-z-]+){0,2} (?:newspapers?|daily|broadcasters?|news (?:agency|outlet|site)|tabloids?|magazine|"
    r"avis(?:en|a)?|nyheitsbyrået|nyhetsbyrået|(?:riks)?kringkast\w*)\b"
)
_LITERAL = re.compile(r"(?:\\\W|[^\\()\[\]?*+{}|.])*")


@dataclass(frozen=True, slots=True)
class Place:
    """A place named in a text at [start, end).

    `named` is False where only a body of that place is named, or the place is where somebody sits who tells of it.
    """

    code: str
    start: int
    end: int
    named: bool


class _Form:
    """One form of a place in the gazetteer, a small expression; most are plain words and need none.

    `order` is its rank: where several stand at one place the lowest counts. `opening` is how every match begins.
    `common` says that it may stand as a mere common noun.
    """

    def __init__(self, order: int, code: str, named: bool, form: str) -> None:
        self.order, self.code, self.named = order, code, named
        self.opening = _opening(form)
        self.common = any(noun.startswith(self.opening) for noun in COMMON)
        self._expression = None if form == self.opening else form

    def end(self, folded: str, start: int) -> int | None:
        """Where it ends if it stands in a folded text at `start`, which begins a word; else None."""
        if self._expression is None:
            end = start + len(self.opening)
            return end if folded[end : end + 1] not in _LETTERS else None
        match = _compiled(self._expression).match(folded, start)
        return match.end() if match else None


# Compiled when its opening is met for the first time: most never are.
@cache
def _compiled(form: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{form})(?![a-zæøå0-9])")


def _forms(forms: str) -> list[str]:
    """The alternatives of an expression, without those inside its groups."""
    found, depth = [""], 0
    for char in forms:
        depth += (char == "(") - (char == ")")
        if char == "|" and not depth:
            found.append("")
        else:
            found[-1] += char
    return found


def _opening(form: str) -> str:
    """The characters with which every text begins that a form matches."""
    form = re.sub(r"^(?:\(\?<![^)]*\))+", "", form)
    plain = _LITERAL.match(form)
    literal = plain[0] if plain else ""
    if form[len(literal) : len(literal) + 1] in tuple("?*{"):
        literal = re.sub(r"\\?.$", "", literal)
    return literal.replace("\\", "")


class _Atlas:
    """All names of places, sought together: one pass over a text tells where any of them may begin."""

    def __init__(self) -> None:
        self._codes = _countries()
        tables = (((True, NAMES), (False, BODIES)), ((True, TOWNS), (False, MORE_BODIES)))
        # Per table and opening the forms that begin so, in the order in which they count.
        self._forms: tuple[dict[str, list[_Form]], ...] = ({}, {})
        for by_opening, table in zip(self._forms, tables, strict=True):
            rows = ((code, named, forms) for named, part in table for code, forms in part.items())
            each = ((code, named, form) for code, named, forms in rows for form in _forms(forms))
            for order, (code, named, text) in enumerate(each):
                form = _Form(order, code, named, text)
                by_opening.setdefault(form.opening, []).append(form)
        self._openings = sorted({*self._codes, *self._forms[0], *self._forms[1]})
        self._automaton = AhoCorasick(self._openings)
        # Of each opening the forms of both tables, and the name of the country that it is.
        near, far = self._forms
        self._held = [
            (near.get(opening, []), far.get(opening, []), [opening] if opening in self._codes else [])
            for opening in self._openings
        ]
        # Names that may stand within what looks like a word.
        self._anywhere = frozenset(name for name in self._codes if not name.isascii() and len(name) < _BARE)
        self.read = lru_cache(maxsize=_REMEMBERED)(self._read)

    def _read(self, text: str) -> tuple[Sequence[Place], Sequence[Place], Sequence[Place]]:
        """The places of the gazetteer, the countries and the further places of a text.

        Each is in order and without overlaps.
        """
        folded = fold(text)
        near: dict[int, list[_Form]] = {}
        far: dict[int, list[_Form]] = {}
        names: dict[int, list[str]] = {}
        for number, start, _ in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            opens_word = not start or folded[start - 1] not in _LETTERS
            if opens_word or self._openings[number] in self._anywhere:
                nearer, farther, name = self._held[number]
                if opens_word and nearer:
                    near.setdefault(start, []).extend(nearer)
                if opens_word and farther:
                    far.setdefault(start, []).extend(farther)
                if name:
                    names.setdefault(start, []).extend(name)
        countries: list[Place] = []
        for start, known in sorted(names.items()):
            if _free(countries, start):
                countries.extend(self._country(known, folded, start))
        found = (_formed(near, text, folded), countries, _formed(far, text, folded))
        gazetteer, named, further = ([_seated(place, folded) for place in part] for part in found)
        return gazetteer, named, further

    def _country(self, names: Sequence[str], folded: str, start: int) -> Iterator[Place]:
        """The longest country name of `names` that stands at `start` as a word, else a Chinese one among its like."""
        known = sorted(names, key=len, reverse=True)
        opens_word = not start or folded[start - 1] not in _LETTERS
        for name in known if opens_word else ():
            for ending in ("'s", "s", ""):
                end = start + len(name) + len(ending)
                if folded.startswith(ending, end - len(ending)) and folded[end : end + 1] not in _LETTERS:
                    yield self._place(folded, start, end)
                    return
        for name in known:
            if name in self._anywhere:
                yield self._place(folded, start, start + len(name))
                return

    def _place(self, folded: str, start: int, end: int) -> Place:
        name = folded[start:end]
        code = next(self._codes[n] for n in (name, name.removesuffix("'s"), name.removesuffix("s")) if n in self._codes)
        return Place(code, start, end, named=True)


@cache
def _atlas() -> _Atlas:
    return _Atlas()


def _countries() -> dict[str, str]:
    """The codes of countries by their folded names in CLDR."""
    codes: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            folded = fold(str(name))
            if len(code) == 2 and code.isalpha() and code not in ("EZ", "UN", "ZZ", "XA", "XB", "QO"):
                for form in {folded, folded.replace(" & ", " and "), folded.split(" (")[0]}:
                    if (len(form) > 2 and form not in _NOT_COUNTRIES) or not form.isascii():
                        codes.setdefault(form, code)
    return codes


def _seated(place: Place, folded: str) -> Place:
    """The place, not as a named one where only somebody sits there who tells of it."""
    return replace(place, named=False) if place.named and _SITS.match(folded, place.end) else place


def _free(places: Sequence[Place], start: int) -> bool:
    return not places or places[-1].end <= start


def _formed(forms: Mapping[int, Sequence[_Form]], text: str, folded: str) -> Sequence[Place]:
    """The places of some forms by where they may begin, in order and without overlaps."""
    found: list[Place] = []
    for start in sorted(forms):
        place = _first(forms[start], text, folded, start) if _free(found, start) else None
        if place is not None:
            found.append(place)
    return found


def _first(forms: Sequence[_Form], text: str, folded: str, start: int) -> Place | None:
    """The first of the forms, by their order, that stands at `start`; None where it is only a common noun."""
    for form in sorted(forms, key=lambda form: form.order) if len(forms) > 1 else forms:
        end = form.end(folded, start)
        if end is not None:
            named = not form.common or _written_as_name(text[start:end])
            return Place(form.code, start, end, form.named) if named else None
    return None


def _written_as_name(said: str) -> bool:
    """Whether it is called by more than a common word: "the Council", not "the council"; "US", not "us" or "Us"."""
    if said.lower() == "us":
        return said == "US"
    words = said.split()
    return " ".join(words).lower() not in COMMON or not words[-1][0].islower()


def find(text: str) -> tuple[Place, ...]:
    """The places of a text in order; a longer name wins over a shorter one that it holds."""
    gazetteer, countries, _ = _atlas().read(text)
    return _longest(gazetteer, countries)


def _longest(gazetteer: Sequence[Place], countries: Sequence[Place]) -> tuple[Place, ...]:
    """The places of both lists in order, without overlaps; of two that overlap the longer one, else the first."""
    found = sorted([*gazetteer, *countries], key=lambda place: (place.start - place.end, place.start, place.code))
    taken: set[int] = set()
    kept: list[Place] = []
    for place in found:
        if taken.isdisjoint(range(place.start, place.end)):
            taken.update(range(place.start, place.end))
            kept.append(place)
    return tuple(sorted(kept, key=lambda place: place.start))


def wider(text: str) -> tuple[Place, ...]:
    """The places of a text as `find` gives them, with towns, counties and further bodies."""
    gazetteer, countries, further = _atlas().read(text)
    known = _longest(gazetteer, countries)
    starts = [place.start for place in known]
    found = dict(enumerate(known))
    added: list[Place] = []
    for place in further:
        first, last = bisect_left(starts, place.start) - 1, bisect_left(starts, place.end)
        covered = [at for at in range(max(first, 0), last) if known[at].end > place.start]
        if all(place.end - place.start > known[at].end - known[at].start for at in covered):
            for at in covered:
                found.pop(at, None)
            added.append(place)
    return tuple(sorted([*found.values(), *added], key=lambda place: place.start))


def within(inner: str, outer: str) -> bool:
    """Whether a place is another or lies in it: London in the United Kingdom, everything in the world."""
    return inner == outer or outer == "world" or inner.startswith(outer + "-")

"""The small pattern language of `baselines/triggers/*.yaml`, compiled to regular expressions over folded text.

    word, word*, *word    a whole word, a stem, an ending
    (a|b c)               either; `(a )?` may be left out
    ..  and  ...          up to three, up to eight words between
    @name                 a word class
    ^                     the beginning of the sentence
    licen?e               one letter of any kind
    a & b, a & !b         both in any order; the first without the second

Chinese has no word boundaries, so a Chinese word stands as it is, and `..` and `...` are up to six and sixteen
characters of one sentence.
"""

import functools
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ahocorasick_rs import AhoCorasick

from claimwatch.claims.sought import BEGINNING, GAPS, TOKEN, Sought, any_of, single_spaced, sought_by, wording
from claimwatch.claims.text import fold, spaced
from claimwatch.errors import BaselineInvalid

_CJK = re.compile(r"[㐀-鿿]")
# A Chinese character counts as a word, and two make one more often than not.
_CHINESE_GAPS = {gap: rf"[^。；！？;!?]{{0,{2 * words}}}?" for gap, words in GAPS.items()}
# Of how many units it is remembered which anchors stand in them: all cues are asked of one before the next.
_REMEMBERED = 64


class PatternInvalid(BaselineInvalid):
    """A pattern that cannot be compiled; the message says why."""


class Anchors:
    """The anchors of many expressions, sought together: one pass over a text tells which of them stand in it.

    An anchor of an expression is one of a set of strings, of which one stands in every text that it matches. Anchors
    spare most texts the expressions, and a text is not even asked for the cues that have no anchor in it. The text is
    read as its words with one blank before and after each, and a mark at its beginning: an anchor may be some words.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._cues: dict[int, set[Cue]] = {}
        self._always: set[Cue] = set()
        self._automaton: AhoCorasick | None = None
        self.standing = functools.lru_cache(maxsize=_REMEMBERED)(self._standing)
        self.awake = functools.lru_cache(maxsize=_REMEMBERED)(self._awake)

    def add(self, anchors: Iterable[str]) -> frozenset[int]:
        """The numbers of anchors, under which `standing` tells of them."""
        self._forget()
        numbers = frozenset(self._numbers.setdefault(anchor, len(self._numbers)) for anchor in anchors)
        for number in numbers:
            self._cues.setdefault(number, set())
        return numbers

    def enrol(self, cue: "Cue") -> None:
        """Let `awake` tell of a cue: always where its anchors are not known."""
        self._forget()
        if cue.anchors is None:
            self._always.add(cue)
        for number in cue.anchors or ():
            self._cues[number].add(cue)

    def _forget(self) -> None:
        self._automaton = None
        self.standing.cache_clear()
        self.awake.cache_clear()

    def possible(self, folded: str, spans: Sequence[tuple[int, int]]) -> set[int]:
        """The numbers of those spans of a folded text in which an enrolled cue may stand; all are read in one go."""
        if self._always:
            return set(range(len(spans)))
        plain = spaced(folded)
        read = [f"{BEGINNING}{' '.join(plain[start:end].split())} " for start, end in spans]
        starts = list(accumulate(map(len, read), initial=0))
        return {bisect_right(starts, start) - 1 for _, start, _ in self._find("".join(read))}

    def _standing(self, folded: str) -> frozenset[int]:
        """The numbers of the anchors that stand in a folded text."""
        return frozenset([number for number, _, _ in self._find(wording(folded))])

    def _find(self, wording: str) -> list[tuple[int, int, int]]:
        if self._automaton is None:
            self._automaton = AhoCorasick(list(self._numbers))
        return self._automaton.find_matches_as_indexes(wording, overlapping=True)

    def _awake(self, folded: str) -> frozenset["Cue"]:
        """The enrolled cues that may stand in a folded text: no other does."""
        return frozenset(self._always.union(*map(self._cues.__getitem__, self.standing(folded))))


class _Part:
    """One expression for any of some patterns, the first that fits.

    It is compiled when a text first needs it: to compile all takes longer than to compare a page. `anchors` are the
    numbers of its anchors, None where no such strings are known. `where` names the patterns in an error.
    """

    def __init__(self, patterns: Sequence[str], classes: "Classes", known: Anchors, where: str) -> None:
        self._patterns, self._classes, self._where, self._known = tuple(patterns), classes, where, known
        anchors = classes.anchors(patterns)
        self.anchors = known.add(anchors) if anchors is not None else None

    @functools.cached_property
    def expression(self) -> re.Pattern[str]:
        """Raises `PatternInvalid` naming the pattern that cannot be compiled."""
        try:
            return _compiled(self._patterns, self._classes)
        except re.error:
            # To compile each takes longer than all at once: only now that one is broken is it sought.
            for pattern in self._patterns:
                try:
                    _compiled([pattern], self._classes)
                except re.error as error:
                    raise PatternInvalid(f"{self._where}: {pattern!r}: {error}") from error
            raise

    def possible(self, folded: str) -> bool:
        """Whether the expression may stand in a folded text."""
        return self.anchors is None or not self.anchors.isdisjoint(self._known.standing(folded))


@dataclass(frozen=True, slots=True, eq=False)
class Cue:
    """Several patterns of one meaning. `plain` is one expression for all that need no `&`.

    `anchors` are those of any of them: most cues have none in a text, and need no further look.
    """

    plain: _Part | None
    joined: tuple[tuple[tuple[_Part, ...], tuple[_Part, ...]], ...]
    anchors: frozenset[int] | None
    known: Anchors

    def spans(self, folded: str) -> tuple[tuple[int, int], ...]:
        """Where it stands in a folded text, in order of discovery; of `a & b` the span of `a`."""
        return _spans(self, folded) if self in self.known.awake(folded) else ()

    def hits(self, folded: str) -> bool:
        """Whether it stands anywhere in a folded text."""
        return bool(self.spans(folded))

    def check(self) -> None:
        """Compile it now. Raises `PatternInvalid`."""
        parts = [part for wanted, barred in self.joined for part in (*wanted, *barred)]
        for part in [self.plain, *parts] if self.plain else parts:
            part.expression  # noqa: B018 (it compiles when it is asked for)


# A unit is asked for the same cues by every frame of every company: the answers of the last units are remembered.
@functools.lru_cache(maxsize=4096)
def _spans(cue: Cue, folded: str) -> tuple[tuple[int, int], ...]:
    plain = cue.plain
    found = [match.span() for match in plain.expression.finditer(folded)] if plain and plain.possible(folded) else []
    for wanted, barred in cue.joined:
        if not all(part.possible(folded) for part in wanted):
            continue
        firsts = [part.expression.search(folded) for part in wanted]
        if all(firsts) and not any(part.expression.search(folded) for part in barred):
            found.append(firsts[0].span() if firsts[0] else (0, 0))
    return tuple(found)


def compile_cue(patterns: Sequence[str], classes: "Classes", known: Anchors, where: str = "cue") -> Cue:
    """One cue of several patterns, whose anchors are added to `known`; `where` names it in errors."""
    plain: list[str] = []
    joined = []
    for pattern in patterns:
        parts = [part.strip() for part in fold(pattern).split(" & ")]
        if len(parts) == 1 and pattern.count("(") == pattern.count(")"):
            plain.append(parts[0])
            continue
        wanted = tuple(_Part([p], classes, known, where) for p in parts if not p.startswith("!"))
        barred = tuple(_Part([p[1:]], classes, known, where) for p in parts if p.startswith("!"))
        joined.append((wanted, barred))
    first = _Part(plain, classes, known, where) if plain else None
    met = (next((part.anchors for part in wanted if part.anchors is not None), None) for wanted, _ in joined)
    each = [*([first.anchors] if first else []), *met]
    anchors = None if None in each else frozenset().union(*(numbers for numbers in each if numbers is not None))
    cue = Cue(first, tuple(joined), anchors, known)
    known.enrol(cue)
    return cue


class Classes:
    """The word classes of one language: their words, with the anchors and expression of each worked out once."""

    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        self._words = {name: tuple(map(fold, each)) for name, each in words.items()}
        self._chinese = frozenset(name for name, each in self._words.items() if any(map(_CJK.search, each)))
        self._sought: dict[str, Sought | None] = {}
        self._expressions: dict[str, str] = {}

    def anchors(self, patterns: Iterable[str]) -> frozenset[str] | None:
        """Strings of which one stands in every text that any of some patterns matches; None where there are none."""
        sought = any_of([self._sought_by(pattern) for pattern in patterns])
        return frozenset(map(single_spaced, sought.strings)) if sought else None

    def _sought_by(self, pattern: str) -> Sought | None:
        # What holds a Chinese word stands among other words without a border.
        return sought_by(pattern, self.sought, bordered=not self.chinese(pattern))

    def chinese(self, pattern: str) -> bool:
        """Whether a pattern holds a Chinese word, or a class of such."""
        return bool(_CJK.search(pattern)) or any(f"@{name}" in pattern for name in self._chinese)

    def sought(self, name: str) -> Sought | None:
        """What stands where a word of a class does."""
        if name not in self._sought:
            words = [sought_by(word, _NO_CLASSES.sought, bordered=False) for word in self._words.get(name, ())]
            self._sought[name] = any_of(words)
        return self._sought[name]

    def expression(self, name: str) -> str:
        """An expression for any word of a class. Raises `re.error` where there is none."""
        if name not in self._words:
            raise re.error(f"no word class {name!r}")
        if name not in self._expressions:
            self._expressions[name] = f"(?:{'|'.join(map(_inner, self._words[name]))})"
        return self._expressions[name]


_NO_CLASSES = Classes({})


def _compiled(patterns: Sequence[str], classes: Classes) -> re.Pattern[str]:
    """One expression for any of the patterns, the first that fits."""
    bodies = [_body(pattern, classes) for pattern in patterns]
    if any(map(_CJK.search, bodies)):
        return re.compile("|".join(f"(?:{b})" if _CJK.search(b) else rf"(?<!\w)(?:{b})(?!\w)" for b in bodies))
    # Asked once for all of them: where no word begins, none can.
    return re.compile(r"(?<!\w)(?:" + "|".join(rf"(?:{body})(?!\w)" for body in bodies) + ")")


def _body(pattern: str, classes: Classes) -> str:
    between = _CHINESE_GAPS if classes.chinese(pattern) else {}
    return "".join(between.get(token) or _piece(token, classes) for token in TOKEN.findall(pattern))


def _piece(piece: str, classes: Classes) -> str:
    if piece in GAPS:
        return rf"(?:\W+\w[\w'.,%-]*){{0,{GAPS[piece]}}}?\W+"
    if piece.startswith("@"):
        return classes.expression(piece[1:])
    fixed = {"(": "(?:", ")": ")", ")?": ")?", "|": "|", "^": r"^\W*", "*": r"[\w-]*", "?": r"\w", " ": "[ -]+",
             r"\d": r"\d", "+": "+"}  # fmt: skip
    if piece in fixed:
        return fixed[piece]
    return piece if piece.startswith("[") else re.escape(piece)


def _inner(word: str) -> str:
    if "@" in word or "&" in word:
        raise re.error(f"{word!r}: a word class holds words, not classes or `&`")
    return "".join(_piece(piece, _NO_CLASSES) for piece in TOKEN.findall(word))

"""The small pattern language of `baselines/triggers/*.yaml`, compiled to regular expressions over folded text.

    word, word*, *word    a whole word, a stem, an ending
    (a|b c)               either; `(a )?` may be left out
    ..  and  ...          up to three, up to eight words between
    @name                 a word class
    ^                     the beginning of the sentence
    licen?e               one letter of any kind
    a & b, a & !b         both in any order; the first without the second

Chinese has no word boundaries, so a Chinese word stands as it is.
"""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from claimwatch.claims.text import fold
from claimwatch.errors import BaselineInvalid

_TOKEN = re.compile(r" \.\.\. | \.\. |\\d|@\w+|\(|\)\??|\||\[[^\]]+\]\??|\^|\*|\?| |\+|.")
_GAP = {" ... ": 8, " .. ": 3}
_CJK = re.compile(r"[㐀-鿿]")
# Of how many units it is remembered which anchors stand in them: all cues are asked of one before the next.
_REMEMBERED = 64


class PatternInvalid(BaselineInvalid):
    """A pattern that cannot be compiled; the message says why."""


class Anchors:
    """The anchors of many expressions, sought together: one pass over a text tells which of them stand in it.

    An anchor of an expression is one of a set of strings, of which one stands in every text that it matches. Anchors
    spare most texts the expressions, and a text is not even asked for the cues that have no anchor in it.
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

    def _standing(self, folded: str) -> frozenset[int]:
        """The numbers of the anchors that stand in a folded text."""
        if self._automaton is None:
            self._automaton = AhoCorasick(list(self._numbers))
        return frozenset([number for number, _, _ in self._automaton.find_matches_as_indexes(folded, overlapping=True)])

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
        anchors = _any_of([_anchors(pattern, classes) for pattern in patterns])
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
    each = [*([first.anchors] if first else []), *(wanted[0].anchors if wanted else None for wanted, _ in joined)]
    anchors = None if None in each else frozenset().union(*(numbers for numbers in each if numbers is not None))
    cue = Cue(first, tuple(joined), anchors, known)
    known.enrol(cue)
    return cue


class Classes:
    """The word classes of one language: their words, with the anchors and expression of each worked out once."""

    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        self._words = {name: tuple(map(fold, each)) for name, each in words.items()}

        self._anchors: dict[str, frozenset[str] | None] = {}
        self._expressions: dict[str, str] = {}

    def anchors(self, name: str) -> frozenset[str] | None:
        """The anchors of any word of a class."""
        if name not in self._anchors:
            self._anchors[name] = _any_of([_anchors(word, _NO_CLASSES) for word in self._words.get(name, ())])
        return self._anchors[name]

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
    bodies = ["".join(_piece(token, classes) for token in _TOKEN.findall(pattern)) for pattern in patterns]
    if any(map(_CJK.search, bodies)):
        return re.compile("|".join(f"(?:{b})" if _CJK.search(b) else rf"(?<!\w)(?:{b})(?!\w)" for b in bodies))
    # Asked once for all of them: where no word begins, none can.
    return re.compile(r"(?<!\w)(?:" + "|".join(rf"(?:{body})(?!\w)" for body in bodies) + ")")


def _any_of(choices: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    """The anchors of a choice: those of each alternative; None where one has none."""
    known = [choice for choice in choices if choice]
    return frozenset().union(*known) if len(known) == len(choices) else None


def _anchors(pattern: str, classes: Classes) -> frozenset[str] | None:
    """Strings of which one stands in every text that a pattern matches; None where its form promises none."""
    return _read_choice(iter(_TOKEN.findall(pattern)), classes)[0]


def _read_choice(pieces: Iterator[str], classes: Classes) -> tuple[frozenset[str] | None, bool]:
    """The anchors up to the end of a group, and whether that group may be left out."""
    choices: list[frozenset[str] | None] = []
    best: frozenset[str] | None = None
    literal = ""
    for piece in pieces:
        if len(piece) == 1 and piece not in "()|^*? +":
            literal += piece
            continue
        best, literal = _better(best, frozenset({literal}) if literal else None), ""
        if piece == "(":
            inner, optional = _read_choice(pieces, classes)
            best = best if optional else _better(best, inner)
        elif piece.startswith("@"):
            best = _better(best, classes.anchors(piece[1:]))
        elif piece == "|" or piece.startswith(")"):
            choices.append(best)
            best = None
            if piece != "|":
                return _any_of(choices), piece == ")?"
    best = _better(best, frozenset({literal}) if literal else None)
    return _any_of([*choices, best]), False


def _better(first: frozenset[str] | None, second: frozenset[str] | None) -> frozenset[str] | None:
    """Of two sets of anchors, both of which must be met, the one whose shortest string is longer."""
    known = [anchors for anchors in (first, second) if anchors]
    return max(known, key=lambda anchors: min(map(len, anchors)), default=None)


def _piece(piece: str, classes: Classes) -> str:
    if piece in _GAP:
        return rf"(?:\W+\w[\w'.,%-]*){{0,{_GAP[piece]}}}?\W+"
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
    return "".join(_piece(piece, _NO_CLASSES) for piece in _TOKEN.findall(word))

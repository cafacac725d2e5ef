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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from claimwatch.claims.text import fold

_TOKEN = re.compile(r" \.\.\. | \.\. |\\d|@\w+|\(|\)\??|\||\[[^\]]+\]\??|\^|\*|\?| |\+|.")
_GAP = {" ... ": 8, " .. ": 3}
_CJK = re.compile(r"[㐀-鿿]")


class PatternInvalid(ValueError):
    """A pattern that cannot be compiled; the message says why."""


@dataclass(frozen=True, slots=True)
class _Part:
    """An expression with its anchors: strings of which one stands in every text that it matches.

    They spare most texts the expression. None: no such strings are known.
    """

    expression: re.Pattern[str]
    anchors: frozenset[str] | None

    def possible(self, folded: str) -> bool:
        """Whether the expression may stand in a folded text."""
        return self.anchors is None or any(anchor in folded for anchor in self.anchors)


@dataclass(frozen=True, slots=True, eq=False)
class Cue:
    """Several patterns of one meaning. `plain` is one expression for all that need no `&`."""

    plain: _Part | None
    joined: tuple[tuple[tuple[_Part, ...], tuple[_Part, ...]], ...]

    def spans(self, folded: str) -> tuple[tuple[int, int], ...]:
        """Where it stands in a folded text, in order of discovery; of `a & b` the span of `a`."""
        return _spans(self, folded)

    def hits(self, folded: str) -> bool:
        """Whether it stands anywhere in a folded text."""
        return bool(_spans(self, folded))


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


def compile_cue(patterns: Sequence[str], classes: Mapping[str, Sequence[str]]) -> Cue:
    """One cue of several patterns. Raises `PatternInvalid` naming the pattern."""
    plain: list[str] = []
    joined = []
    for pattern in patterns:
        parts = [part.strip() for part in fold(pattern).split(" & ")]
        try:
            if len(parts) == 1:
                _part(parts, classes)
                plain.append(parts[0])
                continue
            wanted = tuple(_part([p], classes) for p in parts if not p.startswith("!"))
            barred = tuple(_part([p[1:]], classes) for p in parts if p.startswith("!"))
            joined.append((wanted, barred))
        except re.error as error:
            raise PatternInvalid(f"{pattern!r}: {error}") from error
    return Cue(_part(plain, classes) if plain else None, tuple(joined))


def _part(patterns: Sequence[str], classes: Mapping[str, Sequence[str]]) -> _Part:
    """One expression for any of the patterns, the first that fits."""
    bodies = ["".join(_piece(token, pattern, classes) for token in _TOKEN.findall(pattern)) for pattern in patterns]
    if any(map(_CJK.search, bodies)):
        whole = "|".join(f"(?:{b})" if _CJK.search(b) else rf"(?<!\w)(?:{b})(?!\w)" for b in bodies)
    else:
        # Asked once for all of them: where no word begins, none can.
        whole = r"(?<!\w)(?:" + "|".join(rf"(?:{body})(?!\w)" for body in bodies) + ")"
    return _Part(re.compile(whole), _any_of([_anchors(pattern, classes) for pattern in patterns]))


def _any_of(choices: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    """The anchors of a choice: those of each alternative; None where one has none."""
    known = [choice for choice in choices if choice]
    return frozenset().union(*known) if len(known) == len(choices) else None


def _anchors(pattern: str, classes: Mapping[str, Sequence[str]]) -> frozenset[str] | None:
    """Strings of which one stands in every text that a pattern matches; None where its form promises none."""
    return _read_choice(iter(_TOKEN.findall(pattern)), classes)[0]


def _read_choice(pieces: Iterator[str], classes: Mapping[str, Sequence[str]]) -> tuple[frozenset[str] | None, bool]:
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
            best = _better(best, _any_of([_anchors(fold(word), {}) for word in classes.get(piece[1:], ())]))
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


def _piece(piece: str, pattern: str, classes: Mapping[str, Sequence[str]]) -> str:
    if piece in _GAP:
        return rf"(?:\W+\w[\w'.,%-]*){{0,{_GAP[piece]}}}?\W+"
    if piece.startswith("@"):
        if piece[1:] not in classes:
            raise PatternInvalid(f"{pattern!r}: no word class {piece[1:]!r}")
        return f"(?:{'|'.join(_inner(word, classes) for word in classes[piece[1:]])})"
    fixed = {"(": "(?:", ")": ")", ")?": ")?", "|": "|", "^": r"^\W*", "*": r"[\w-]*", "?": r"\w", " ": "[ -]+",
             r"\d": r"\d", "+": "+"}  # fmt: skip
    if piece in fixed:
        return fixed[piece]
    return piece if piece.startswith("[") else re.escape(piece)


def _inner(word: str, classes: Mapping[str, Sequence[str]]) -> str:
    if "@" in word or "&" in word:
        raise PatternInvalid(f"{word!r}: a word class holds words, not classes or `&`")
    return "".join(_piece(piece, word, classes) for piece in _TOKEN.findall(fold(word)))

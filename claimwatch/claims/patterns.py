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

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from claimwatch.claims.text import fold

_TOKEN = re.compile(r" \.\.\. | \.\. |\\d|@\w+|\(|\)\??|\||\[[^\]]+\]\??|\^|\*|\?| |\+|.")
_GAP = {" ... ": 8, " .. ": 3}
_CJK = re.compile(r"[㐀-鿿]")


class PatternInvalid(ValueError):
    """A pattern that cannot be compiled; the message says why."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Several patterns of one meaning. `plain` is one expression for all that need no `&`."""

    plain: re.Pattern[str] | None
    joined: tuple[tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]], ...]

    def spans(self, folded: str) -> tuple[tuple[int, int], ...]:
        """Where it stands in a folded text, in order of discovery; of `a & b` the span of `a`."""
        found = [match.span() for match in self.plain.finditer(folded)] if self.plain else []
        for wanted, barred in self.joined:
            firsts = [pattern.search(folded) for pattern in wanted]
            if all(firsts) and not any(pattern.search(folded) for pattern in barred):
                found.append(firsts[0].span() if firsts[0] else (0, 0))
        return tuple(found)

    def hits(self, folded: str) -> bool:
        """Whether it stands anywhere in a folded text."""
        return bool(self.spans(folded))


def compile_cue(patterns: Sequence[str], classes: Mapping[str, Sequence[str]]) -> Cue:
    """One cue of several patterns. Raises `PatternInvalid` naming the pattern."""
    plain: list[str] = []
    joined = []
    for pattern in patterns:
        parts = [part.strip() for part in fold(pattern).split(" & ")]
        try:
            if len(parts) == 1:
                plain.append(re.compile(_expression(parts[0], classes)).pattern)
                continue
            wanted = tuple(re.compile(_expression(p, classes)) for p in parts if not p.startswith("!"))
            barred = tuple(re.compile(_expression(p[1:], classes)) for p in parts if p.startswith("!"))
            joined.append((wanted, barred))
        except re.error as error:
            raise PatternInvalid(f"{pattern!r}: {error}") from error
    return Cue(re.compile("|".join(plain)) if plain else None, tuple(joined))


def _expression(pattern: str, classes: Mapping[str, Sequence[str]]) -> str:
    body = "".join(_piece(token, pattern, classes) for token in _TOKEN.findall(pattern))
    if _CJK.search(body):
        return f"(?:{body})"
    return rf"(?<!\w)(?:{body})(?!\w)"


def _piece(token: str, pattern: str, classes: Mapping[str, Sequence[str]]) -> str:
    if token in _GAP:
        return rf"(?:\W+\w[\w'.,%-]*){{0,{_GAP[token]}}}?\W+"
    if token.startswith("@"):
        if token[1:] not in classes:
            raise PatternInvalid(f"{pattern!r}: no word class {token[1:]!r}")
        return f"(?:{'|'.join(_inner(word, classes) for word in classes[token[1:]])})"
    fixed = {"(": "(?:", ")": ")", ")?": ")?", "|": "|", "^": r"^\W*", "*": r"[\w-]*", "?": r"\w", " ": "[ -]+",
             r"\d": r"\d", "+": "+"}  # fmt: skip
    if token in fixed:
        return fixed[token]
    return token if token.startswith("[") else re.escape(token)


def _inner(word: str, classes: Mapping[str, Sequence[str]]) -> str:
    if "@" in word or "&" in word:
        raise PatternInvalid(f"{word!r}: a word class holds words, not classes or `&`")
    return "".join(_piece(token, word, classes) for token in _TOKEN.findall(fold(word)))

"""What stands in every text that a pattern of the triggers matches: read from the pattern's own form. Pure.

`patterns` seeks such strings, all at once, in a text read as its words with one blank between (`wording`). Where none
stands, the pattern's expression need not be tried.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from claimwatch.claims.text import spaced, word_set

TOKEN = re.compile(r" \.\.\. | \.\. |\\d|@\w+|\(|\)\??|\||\[[^\]]+\]\??|\^|\*|\?| |\+|.")
GAPS = {" ... ": 8, " .. ": 3}
_PLAIN = "-a-zæøå0-9 '"
_PLAIN_WORDS = re.compile(f"[{_PLAIN}]+")
# As `TOKEN`, but plain characters as one, and so a group of plain words.
_STRETCH = re.compile(rf"[{_PLAIN}]+(?! ?\.\.)|(?P<words>\([{_PLAIN}|]+\)\??)|(?P<sign>{TOKEN.pattern})")
# How a text begins as it is read for anchors, and as patterns say it.
BEGINNING = "\x02 "
# Up to so many are all readings of what stands before a group and of the group sought as one.
_MOST = 24
# Words that stand in most texts, and so tell little.
_COMMON = word_set(
    "a an and are as at be been by for from had has have in is it its no not of on or out said that the this to was we "
    "will with would av den det en er et i og på som til"
)


class Sought(NamedTuple):
    """What stands in every text that a part of a pattern matches: one of `strings`, words with single blanks between.

    `whole` says that it is all that the part matches, `first` that the part begins with it.
    """

    strings: frozenset[str]
    whole: bool
    first: bool


# What stands where a word of a class does, by the name of the class.
Words = Callable[[str], Sought | None]


def wording(folded: str) -> str:
    """A folded text as it is read for anchors: its words, each between single blanks, and a mark at its beginning."""
    return f"{BEGINNING}{' '.join(spaced(folded).split())} "


def single_spaced(text: str) -> str:
    """A string with each run of blanks as one, as `wording` writes it."""
    if "  " in text:
        text = re.sub(" +", " ", text)
    return text.removeprefix(" ") if text.startswith(f" {BEGINNING}") else text


def any_of(choices: Sequence[Sought | None]) -> Sought | None:
    """What stands where one of several parts does; None where one has nothing."""
    known = [choice for choice in choices if choice]
    if len(known) < len(choices) or not known:
        return None
    strings = frozenset().union(*(choice.strings for choice in known))
    return Sought(strings, all(choice.whole for choice in known), all(choice.first for choice in known))


def sought_by(pattern: str, classes: Words, *, bordered: bool = True) -> Sought | None:
    """What a whole pattern promises, if anything. `bordered`: it stands between the borders of words."""
    if bordered and _PLAIN_WORDS.fullmatch(pattern):  # as half of them are
        return Sought(frozenset({f" {spaced(pattern)} "}), whole=True, first=True)
    return _choice(_STRETCH.finditer(pattern), classes, " " if bordered else "", " " if bordered else "")[0]


def _choice(pieces: Iterator[re.Match[str]], classes: Words, border: str, gap: str) -> tuple[Sought | None, str]:
    """What is sought of the pieces up to the end of a group, and the piece that ends it.

    `border` is around it all, `gap` stands where words are left out.
    """
    choices: list[Sought | None] = []
    run = _Run(border)
    for match in pieces:
        piece = match[0]
        if match["words"]:
            words = frozenset(map(spaced, piece.strip("()?").split("|")))
            run.add(Sought(words, whole=True, first=True), optional=piece.endswith("?"))
        elif piece == "(":
            inner, end = _choice(pieces, classes, "", gap)
            run.add(inner, optional=end == ")?")
        elif piece.startswith("@"):
            run.add(classes(piece[1:]))
        elif piece == "|" or piece.startswith(")"):
            choices.append(run.sought(border))
            run = _Run(border)
            if piece != "|":  # it ends a group
                return any_of(choices), piece
        elif piece == "^":
            run.add(Sought(frozenset({BEGINNING}), whole=True, first=True))
        elif piece in GAPS:
            run.say(gap)
            run.cut(gap)
        elif match["sign"] and (piece in ("*", "?", "+") or len(piece) > 1):
            run.cut("")
        else:
            run.say(spaced(piece))
    choices.append(run.sought(border))
    return any_of(choices), ""


class _Run:
    """The pieces of a pattern one after another: what is sought so far where they follow each other without a break."""

    def __init__(self, border: str) -> None:
        self._said = frozenset({border})
        self._whole = True
        self._best: Sought | None = None

    def say(self, text: str) -> None:
        """Go on with some characters."""
        self._said = frozenset([said + text for said in self._said])

    def add(self, part: Sought | None, *, optional: bool = False) -> None:
        """Go on with a class or group."""
        if part is None or not (part.first or part.whole) or (optional and not part.whole):
            self.cut("")
            if part is not None and not optional:
                self._best = _better(self._best, part._replace(whole=False, first=False))
            return
        strings = part.strings | {""} if optional else part.strings
        if len(strings) * len(self._said) > max(_MOST, len(strings)):
            self.cut(" " if all(said.endswith(" ") for said in self._said) else "")
        self._said = frozenset([said + string for said in self._said for string in strings])
        if not part.whole:
            self.cut("")

    def cut(self, border: str) -> None:
        """Go on with what nothing is known of but that it ends with a border."""
        self._best = _better(self._best, Sought(self._said, whole=False, first=self._whole))
        self._said, self._whole = frozenset({border}), False

    def sought(self, border: str) -> Sought | None:
        """What stands where all that was added does."""
        self.say(border)
        last = Sought(self._said, whole=self._whole, first=self._whole)
        return last if self._whole else _better(self._best, last)


def _better(first: Sought | None, second: Sought) -> Sought | None:
    """Of what must stand, both, the one that fewer texts are likely to hold; None where neither says anything."""
    if not all(map(str.strip, second.strings)):
        return first
    return second if first is None or _telling(second) > _telling(first) else first


def _telling(sought: Sought) -> int:
    """How much it tells that one of some strings stands somewhere: that of the one which tells least."""
    return min(sum([1 if word in _COMMON else 2 * len(word) for word in string.split()]) for string in sought.strings)

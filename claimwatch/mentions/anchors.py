"""Where names may stand: their first letters, found in one pass of an automaton that stays small however many they are.

A whole name is looked up only where an anchor is found. Most names begin a word, so their anchors are sought in the
text with a blank for all that is no plain letter or digit; the others, Chinese ones above all, in the text as it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import ahocorasick_rs

from claimwatch.mentions.fold import Folded
from claimwatch.mentions.forms import Form
from claimwatch.mentions.prefixes import Prefixes

# The characters of an anchor: more find fewer places in vain, and make the automaton larger.
_LETTERS = 5
_UNSPACED = 2
# Up to this many bytes of anchors the automaton is a table: several times as fast, and larger.
_TABLE_SIZE = 500_000
_WORDS = bytes(code if chr(code).isalnum() else 32 for code in range(128)) + b" " * 128
# With few patterns the automaton leaps from one likely first byte to the next, and from blank to blank that is slower
# than to walk. These bytes stand in no text, and keep it from that.
_NEVER = (b"\xf8", b"\xf9", b"\xfa", b"\xfb")


@dataclass(slots=True)
class Anchor:
    """What may stand where some characters do.

    `forms` are those of the names that begin so, by text. `beginnings` and `endings` are the names that the characters
    are the first or second half of, for near misses.
    """

    forms: dict[str, tuple[Form, ...]] = field(default_factory=dict)
    texts: Prefixes = field(default_factory=Prefixes)
    beginnings: tuple[Form, ...] = ()
    endings: tuple[Form, ...] = ()


class Anchors:
    """The anchors of all names, compiled."""

    def __init__(self, forms: Iterable[Form], targets: Iterable[Form]) -> None:
        """`targets` are those of the forms whose near misses count."""
        words: dict[bytes, Anchor] = defaultdict(Anchor)
        pieces: dict[bytes, Anchor] = defaultdict(Anchor)
        for form in forms:
            text = form.text
            if form.bounded and text[:1].isascii() and text[:1].isalnum():
                anchor = words[b" " + _words(text[:_LETTERS].encode("ascii", "replace"))]
            else:
                anchor = pieces[_bytes(text[:_UNSPACED])]
            anchor.forms[text] = (*anchor.forms.get(text, ()), form)
        for anchor in (*words.values(), *pieces.values()):
            anchor.texts = Prefixes(anchor.forms)
        for target in targets:
            if target.text.isascii():
                _add_halves(words, target, before=b" ", after=(b" ", b"s "))  # a genitive may follow
            else:
                _add_halves(pieces, target, before=b"", after=(b"",))
        self._words, self._word_anchors = _automaton(words), tuple(words.values())
        # The text is read with a blank before it, so that the pattern's place is the name's where a blank leads it.
        self._ahead = tuple(0 if pattern[:1] == b" " else 1 for pattern in words)
        self._pieces, self._piece_anchors = _automaton(pieces), tuple(pieces.values())
        # A text with none of these characters holds no piece; without any, each text is read for them.
        first = [_first_beyond_ascii(piece.decode("utf-8", "surrogatepass")) for piece in pieces]
        self._marks = frozenset(first) if "" not in first else None

    def found(self, folded: Folded) -> list[tuple[Anchor, int]]:
        """Each anchor that stands in a text, and the index of its first character."""
        words = b" " + _words(folded.letters) + b" "
        matches = self._words.find_matches_as_indexes(words, overlapping=True)
        found = [(self._word_anchors[number], start - self._ahead[number]) for number, start, _ in matches]
        if self._marks is None or not self._marks.isdisjoint(folded.beyond):
            found += self._found_pieces(folded)
        return found

    def _found_pieces(self, folded: Folded) -> Iterator[tuple[Anchor, int]]:
        """As `found`; the automaton reads bytes, and the characters are counted from one place to the next."""
        data = _bytes(folded.text)
        matches = self._pieces.find_matches_as_indexes(data, overlapping=True)
        index = last = 0
        for start, number in sorted((start, number) for number, start, _ in matches):
            index += len(data[last:start].decode("utf-8", "surrogatepass"))
            last = start
            yield self._piece_anchors[number], index


def _add_halves(anchors: dict[bytes, Anchor], target: Form, before: bytes, after: Sequence[bytes]) -> None:
    """Add the halves of a name: one edit leaves one of them whole, unless it swaps the two letters in the middle."""
    first, second = _halves(target.text)
    for beginning in (first, first[:-1] + second[0] + first[-1] + second[1:]):
        anchors[before + _bytes(beginning)].beginnings += (target,)
    for end in after:
        anchors[_bytes(second) + end].endings += (target,)


def _halves(name: str) -> tuple[str, str]:
    """The first and the second half of a name."""
    middle = len(name) // 2
    return name[:middle], name[middle:]


def _automaton(patterns: Iterable[bytes]) -> ahocorasick_rs.BytesAhoCorasick:
    known = [*patterns, *_NEVER]
    table = sum(map(len, known)) < _TABLE_SIZE
    return ahocorasick_rs.BytesAhoCorasick(known, implementation=ahocorasick_rs.Implementation.DFA if table else None)


def _words(letters: bytes) -> bytes:
    """One byte for one: a blank for all that is no plain letter or digit."""
    return letters.translate(_WORDS)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _first_beyond_ascii(text: str) -> str:
    return next((char for char in text if not char.isascii()), "")

"""Text into the word pieces of a BERT vocabulary: words in lower case without accents, each cut into its longest known
pieces from the left (WordPiece: Wu et al. 2016, arXiv:1609.08144; the splitting of Devlin et al. 2018). Pure."""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

CLS, SEP = "[CLS]", "[SEP]"
_UNKNOWN = "[UNK]"
_INSIDE = "##"
_LONGEST = 100  # of longer "words" nothing is to be read: addresses, keys
_KEPT = 5_000
_IDEOGRAPHS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FA1F))


class WordPieces:
    """A vocabulary: the number of a piece is its place in it."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        """Raises `KeyError` for a vocabulary without one of [CLS], [SEP] and [UNK]."""
        self._number = {piece: number for number, piece in enumerate(vocabulary)}
        self.cls, self.sep, self._unknown = self._number[CLS], self._number[SEP], self._number[_UNKNOWN]
        self._cut = lru_cache(maxsize=20_000)(self._pieces)

    def numbers(self, text: str) -> list[int]:
        """The numbers of the pieces of a text, in order; a word that no pieces make up is one unknown."""
        return [number for word in _words(text) for number in self._cut(word)]

    def _pieces(self, word: str) -> tuple[int, ...]:
        if len(word) > _LONGEST:
            return (self._unknown,)
        found: list[int] = []
        start = 0
        while start < len(word):
            prefix = _INSIDE if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if prefix + word[start:end] in self._number), None)
            if end is None:
                return (self._unknown,)
            found.append(self._number[prefix + word[start:end]])
            start = end
        return tuple(found)


def _words(text: str) -> Iterator[str]:
    """The words of a text; each sign of punctuation and each ideograph is a word."""
    yield from unicodedata.normalize("NFD", text.lower()).translate(_SPACED).split()


class _Spaced(dict[int, str]):
    """What stands for a sign, by its code, so that what is left between spaces are words: found when first met."""

    def __missing__(self, code: int) -> str:
        found = _spaced(chr(code))
        if len(self) < _KEPT:  # a text of every sign that there is must not stay
            self[code] = found
        return found


def _spaced(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind == "Mn" or sign == "\ufffd" or (kind in ("Cc", "Cf") and not sign.isspace()):
        return ""
    if sign.isspace():
        return " "
    code = ord(sign)
    ascii_sign = sign.isascii() and not sign.isalnum()
    apart = ascii_sign or kind.startswith("P") or any(first <= code <= last for first, last in _IDEOGRAPHS)
    return f" {sign} " if apart else sign


_SPACED = _Spaced()

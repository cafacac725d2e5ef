"""The words of the public pages about claims, documents and sources, by language; those of forms are in `words`."""

from collections.abc import Mapping

from claimwatch.web.board_vocabulary import BoardWords
from claimwatch.web.board_words_en import ENGLISH
from claimwatch.web.board_words_nb import BOKMAL

_WORDS: Mapping[str, BoardWords] = {"en": ENGLISH, "nb": BOKMAL}


def board_words(language: str) -> BoardWords:
    """The words of a language, English where there are none."""
    return _WORDS.get(language, ENGLISH)

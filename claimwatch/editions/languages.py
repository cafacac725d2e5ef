"""The languages that mail is written in."""

from collections.abc import Mapping

from claimwatch.editions.words import Words
from claimwatch.editions.words_en import ENGLISH
from claimwatch.editions.words_nb import BOKMAL

_WORDS: Mapping[str, Words] = {words.language: words for words in (ENGLISH, BOKMAL)}


def words_for(language: str) -> Words:
    """The words of a language, English where it has none: a mail is in one language, dates included."""
    return _WORDS.get(language, ENGLISH)

"""The languages of the pages and of the mails to confirm say the same things."""

import dataclasses
import string
from collections.abc import Iterator, Mapping

import pytest

from claimwatch.models import SERIES
from claimwatch.pipeline.mailing.signup_mail import LETTERS
from claimwatch.web.words import BOKMAL, ENGLISH, preferred, words_of


def texts(value: object, where: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a value, with where it is."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from texts(one, f"{where}.{key}")
    elif isinstance(value, tuple):
        for number, one in enumerate(value):
            yield from texts(one, f"{where}.{number}")


def fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_both_languages_have_the_same_words_with_the_same_fields() -> None:
    both = [{name: fields(text) for name, text in texts(dataclasses.asdict(words))} for words in (ENGLISH, BOKMAL)]
    assert both[0] == both[1]
    assert all(text.strip() for words in (ENGLISH, BOKMAL) for _, text in texts(dataclasses.asdict(words)))
    assert tuple(ENGLISH.series) == SERIES


def test_every_letter_is_there_in_both_languages() -> None:
    assert {kind for _, kind in LETTERS} == {"confirm", "known"}
    for (language, kind), letter in LETTERS.items():
        assert fields(letter.text) == fields(LETTERS["en", kind].text), language


def test_an_unknown_language_is_english() -> None:
    assert words_of("xx") is ENGLISH


@pytest.mark.parametrize(
    ("accept", "language"),
    [("", "en"), ("no", "nb"), ("nn-NO", "nb"), ("fr,nb;q=0.2", "nb"), ("en;q=x,nb", "nb"), (";;,,", "en")],
)
def test_the_browsers_wish(accept: str, language: str) -> None:
    assert preferred(accept) == language

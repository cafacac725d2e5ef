"""The languages of the public pages say the same things, and have a word for whatever may have to be said."""

import dataclasses

from claimwatch.models import Outcome
from claimwatch.pipeline.showing.board import ClaimStatus
from claimwatch.pipeline.showing.standing import Health
from claimwatch.web.board_words_en import ENGLISH
from claimwatch.web.board_words_nb import BOKMAL
from claimwatch.web.words import words_of
from tests.web.board_world import BASELINE
from tests.web.test_words import fields, texts


def test_both_languages_have_the_same_words_with_the_same_fields() -> None:
    both = [{name: fields(text) for name, text in texts(dataclasses.asdict(words))} for words in (ENGLISH, BOKMAL)]
    assert both[0] == both[1]


def test_nothing_is_left_in_english() -> None:
    english, norwegian = (dict(texts(dataclasses.asdict(words))) for words in (ENGLISH, BOKMAL))
    same = {name for name, text in english.items() if norwegian[name] == text and len(text) > 3}
    same = {name for name in same if not name.startswith(".subjects.")}  # names
    assert same == {".capture_hash", ".status_title", ".filter_status", ".imprint.0", ".imprint.1"}


def test_there_is_a_word_for_every_status() -> None:
    for words in (ENGLISH, BOKMAL):
        assert set(words.status) == set(ClaimStatus)
        assert set(words.health) == set(Health)
        assert set(words.found) == set(Outcome)
        assert set(words.folded) == {outcome for outcome in Outcome if not outcome.alerts}


def test_whoever_a_claim_is_about_has_a_name() -> None:
    others = {slug for claim in BASELINE.claims.values() for slug in claim.subjects} - set(BASELINE.companies)
    for words in (ENGLISH, BOKMAL):
        assert set(words.subjects) == others


def test_the_navigation_is_the_same_in_both_languages() -> None:
    assert list(words_of("en").nav) == list(words_of("nb").nav)

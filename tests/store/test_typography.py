"""A printer's change of dashes, quotes or spaces says nothing new; any other character may."""

from dataclasses import replace

import pytest

from claimwatch.models import Entry, Field, Publication
from claimwatch.store.digests import entry_digest, publication_digest

TEXT = "The firm’s entry—pages 5–7—is “unchanged” on every page."
PUBLICATION = Publication("toy", "one", "https://toy.example/one", "Title", "notice", "en", TEXT)


def entry(name: str) -> Entry:
    return Entry("toy", "list", "one", "https://toy.example/", name, name, (0, len(name)), (Field("name", name),), "en")


@pytest.mark.parametrize(
    "same",
    [
        TEXT.replace("–", "-"),
        TEXT.replace("—", "-"),
        TEXT.replace("’", "'"),
        TEXT.replace("“", '"').replace("”", '"'),
        TEXT.replace(" on ", "\u00a0on\n"),
    ],
)
def test_other_type_is_the_same_text(same: str) -> None:
    assert same != TEXT
    assert publication_digest(replace(PUBLICATION, text=same)) == publication_digest(PUBLICATION)
    assert entry_digest(entry(same)) == entry_digest(entry(TEXT))


@pytest.mark.parametrize("other", [TEXT.replace("5", "6"), TEXT.replace("firm", "Firm"), TEXT.replace("–", ", ")])
def test_another_word_or_figure_is_another_text(other: str) -> None:
    assert publication_digest(replace(PUBLICATION, text=other)) != publication_digest(PUBLICATION)
    assert entry_digest(entry(other)) != entry_digest(entry(TEXT))

"""Words into the pieces of a vocabulary."""

import pytest

from claimwatch.claims.wordpieces import WordPieces

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "ban", "##ned", "##s", "cafe", "the", ",", ".", "海", "-", "u", "s"]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("The ban", ["the", "ban"]),
        ("BANNED", ["ban", "##ned"]),
        ("bans, banned.", ["ban", "##s", ",", "ban", "##ned", "."]),
        ("the\tban\n the", ["the", "ban", "the"]),
        ("Café", ["cafe"]),  # the accent falls away, also where it is a sign of its own
        ("Cafe\u0301", ["cafe"]),
        ("ban-ban", ["ban", "-", "ban"]),
        ("U.S.", ["u", ".", "s", "."]),
        ("海ban海", ["海", "ban", "海"]),
        ("banquet", ["[UNK]"]),  # no pieces make up all of it
        ("ban\u200bned", ["ban", "##ned"]),  # what cannot be seen is not there
        ("ban" + "s" * 200, ["[UNK]"]),
    ],
)
def test_a_text_is_cut_into_its_longest_known_pieces(text: str, pieces: list[str]) -> None:
    assert [VOCABULARY[number] for number in WordPieces(VOCABULARY).numbers(text)] == pieces


def test_a_text_of_very_many_signs_changes_nothing() -> None:
    every = "".join(map(chr, (*range(0x20, 0xD800), *range(0xE000, 0x11000))))
    pieces = WordPieces(VOCABULARY)
    first = pieces.numbers(every)
    assert pieces.numbers("Café, the ban.") == [7, 9, 8, 4, 10]
    assert pieces.numbers(every) == first


def test_a_vocabulary_without_its_marks_is_refused() -> None:
    with pytest.raises(KeyError, match="SEP"):
        WordPieces(["[UNK]", "[CLS]", "ban"])

"""What holds for every text: offsets are exact, results are pure, folding is a map of places."""

import re
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimwatch.baseline import load_baseline
from claimwatch.mentions import Scanner
from claimwatch.mentions.fold import Folded, fold, joins, simplified, unmask
from claimwatch.models import Alias, Company

SCANNER = Scanner(load_baseline(Path(__file__).parents[2] / "baselines").companies.values())

# Names among what surrounds, splits and disguises them, and anything else at all.
pieces = st.one_of(
    st.sampled_from(
        ["Hikvision", "Dahua", "Hangzhou Hikvision Digital Technology", " Co., Ltd.", "海康威视", "大华", "Lorex 2021",
         "Hikvsion", "Dahua Group", " ", "\n   ", "\u00a0", "\u200b", "\u00ad", "\u0301", "™", "'s", "s", "-", "ﬁ", "ß",
         "İ", "Н", "ο", "１", "한", "`", "´"]
    ),
    st.text(max_size=6),
)  # fmt: skip
texts = st.lists(pieces, max_size=12).map("".join)


@given(texts)
@settings(max_examples=300, deadline=None)
def test_every_surface_is_what_stands_at_its_offsets(text: str) -> None:
    mentions = SCANNER.scan(text)
    assert all(text[m.start : m.end] == m.surface and m.surface for m in mentions)
    assert all(one.end <= two.start for one, two in pairwise(mentions))
    assert SCANNER.scan(text) == mentions


def slowly(text: str) -> tuple[str, list[int]]:
    """The folded text and the place of each of its characters, one character at a time."""
    folded, places, after_space = [], [], False
    for index, raw in enumerate(text):
        for char in "".join(map(_one, _one(raw))):
            if char == " " and after_space:
                continue
            after_space = char == " "
            folded.append(char)
            places.append(index)
    return "".join(folded), places


def _one(char: str) -> str:
    if char in "™℠®©℗" or char.isspace():
        return " "
    if char in "’‘‛ʼʹʻ′´＇":
        return "'"
    if char in "‐‑‒–—―−﹣－⁃":
        return "-"
    if char in "\u115f\u1160\u3164\uffa0":
        return ""
    same = {"ı": "i", "ŀ": "l", "ɡ": "g", "ʜ": "h", "ɪ": "i", "ᴋ": "k", "ꓧ": "h"}
    plain = same.get(char, simplified(char))
    kept = "".join(c for c in unicodedata.normalize("NFKD", plain) if unicodedata.category(c) not in ("Mn", "Cf"))
    lower = unicodedata.normalize("NFKD", kept.casefold())
    return "".join(" " if c.isspace() else c for c in lower if unicodedata.category(c) != "Mn")


anything = st.text(st.characters(exclude_categories=()), max_size=90)


@given(st.one_of(texts, anything, st.text("aZ \n\t–’“æÅ大\u200bß™", max_size=40)))
@settings(max_examples=600, deadline=None)
def test_the_fast_fold_and_its_map_are_those_of_one_character_at_a_time(text: str) -> None:
    folded = Folded(text)
    places = folded.places()
    assert (folded.text, [places[index] for index in range(len(places))]) == slowly(text)
    assert folded.letters == folded.text.encode("ascii", "replace")
    assert {char for char in folded.text if not char.isascii()} <= set(folded.beyond)


@given(st.one_of(texts, anything))
@settings(max_examples=300, deadline=None)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


# Codes have no derived forms and no compounds: where one stands, and at its borders no word goes on, it is found.
CODES = ("Ab", "Ab c", "Ab c d", "Abcde", "Abcdef", "Abcdef gh", "b c", "Øl", "Øl ab", "c-d", "d.e 1")
HANZI = ("大华", "大华股份", "华海")
LISTED = Scanner(
    [
        Company("latin", "Latin", tuple(Alias(name, "latin", "code") for name in CODES)),
        Company("hanzi", "Hanzi", tuple(Alias(name, "hanzi", "code", script="Hans") for name in HANZI)),
    ]
)
BY_TEXT = {fold(name): name for name in (*CODES, *HANZI)}


def found_slowly(text: str) -> list[tuple[int, str]]:
    """Place and alias of the first and longest names, sought at each place of the text."""
    folded, places = slowly(text)
    found, index = [], 0
    while index < len(folded):
        standing = [name for name in BY_TEXT if folded.startswith(name, index) and _bounded(folded, index, name)]
        if standing:
            longest = max(standing, key=len)
            found.append((places[index], BY_TEXT[longest]))
            index += len(longest)
        else:
            index += 1
    return found


def _bounded(folded: str, start: int, name: str) -> bool:
    if BY_TEXT[name] in HANZI:
        return True
    edges = (folded[max(0, start - 1) : start + 1], folded[start + len(name) - 1 : start + len(name) + 1])
    return not any(len(edge) == 2 and joins(edge[0]) and joins(edge[1]) for edge in edges)


code_pieces = st.sampled_from(
    [*CODES, *HANZI, " ", "  ", "\u200b", "é", "ß", "ø", "“", "–", "-", ".", "f", "海", "Ж", "a "]
)


@given(st.lists(code_pieces, max_size=14).map("".join))
@settings(max_examples=300, deadline=None)
def test_the_fast_search_finds_what_a_search_at_each_place_finds(text: str) -> None:
    # A Chinese name may have a blank in it; one that is broken so is another test's.
    text = re.sub("(?<=[大华股海])\\s+(?=[华股份海])", "", text)
    assert [(m.start, m.alias) for m in LISTED.scan(text)] == found_slowly(text)


@given(texts)
@settings(max_examples=200, deadline=None)
def test_unmasking_keeps_every_place(text: str) -> None:
    assert len(unmask(text)) == len(text)


@given(st.text(alphabet="abc .,;:()\n\t\u2009é漢", max_size=40), st.text(alphabet=" .,;:()\n\t\u2009漢", max_size=5))
@settings(max_examples=200, deadline=None)
def test_a_distinctive_name_is_found_wherever_it_stands(around: str, gap: str) -> None:
    text = f"{around} {gap}Hikvision{gap} {around}"
    assert [m.entity for m in SCANNER.scan(text)] == ["hikvision"]


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("A\t\r\n B", "a b"),
        ("DAHUA™®", "dahua "),
        ("Yong’an–x", "yong'an-x"),
        ("ﬁne Straße", "fine strasse"),
        ("Hi\u200bk\u00adv", "hikv"),
        ("Østre Å", "østre a"),
        (" \u200b ", " "),
    ],
)
def test_folding(raw: str, folded: str) -> None:
    assert fold(raw) == folded

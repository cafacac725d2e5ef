"""What holds for every text: offsets are exact, results are pure, folding is a map of places."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimwatch.baseline import load_baseline
from claimwatch.mentions import Scanner
from claimwatch.mentions.fold import fold, offsets, unmask

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


@given(texts)
@settings(max_examples=300, deadline=None)
def test_each_folded_character_comes_from_its_place(text: str) -> None:
    folded, places = fold(text), offsets(text)
    assert len(folded) == len(places)
    assert places == sorted(places)
    for char, place in zip(folded, places, strict=True):
        assert char in fold(text[place])


@given(texts)
@settings(max_examples=200, deadline=None)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


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

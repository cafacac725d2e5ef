"""Two texts side by side: nothing of either is lost, and big ones are not compared for ever."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwatch.web.desk_diff import Row, compare

TEXTS = st.lists(st.sampled_from(["a b c", "a x c", "the end", "ж 中", " "]), max_size=30).map("\n".join)


def gaps(rows: tuple[Row, ...], name: str, text: str) -> list[str]:
    """The lines of one side, those that are left out taken from the text."""
    whole = text.splitlines()
    lines: list[str] = []
    for row in rows:
        if row.skipped:
            lines += whole[len(lines) : len(lines) + row.skipped]
        elif runs := getattr(row, name):
            lines += "".join(run.text for run in runs).split("\n")
    return lines


@given(TEXTS, TEXTS)
def test_each_side_holds_its_whole_text(old: str, new: str) -> None:
    rows = compare(old, new)
    if old == new:
        assert rows == ()
        return
    assert gaps(rows, "old", old) == old.splitlines()
    assert gaps(rows, "new", new) == new.splitlines()
    same = [row for row in rows if not any(run.changed for run in (*row.old, *row.new))]
    assert all(row.old == row.new for row in same)


def test_words_are_told_apart_and_long_stretches_left_out() -> None:
    same = "\n".join(f"line {number}" for number in range(20))
    rows = compare(f"{same}\nthe fund holds 5 percent\n{same}", f"{same}\nthe fund holds 7 percent\n{same}")
    assert [row.skipped for row in rows if row.skipped] == [18, 18]
    (changed,) = [row for row in rows if any(run.changed for run in row.old)]
    assert [run.text for run in changed.old if run.changed] == ["5 "]
    assert [run.text for run in changed.new if run.changed] == ["7 "]


@pytest.mark.slow
def test_texts_made_to_be_slow_are_shown_whole_in_time() -> None:
    began = time.monotonic()
    words = " ".join(f"a b{number}" for number in range(150)), " ".join(f"a c{number}" for number in range(95))
    paragraphs = ["\n\n".join(f"{words[side]}\n=={number}" for number in range(12)) for side in (0, 1)]
    assert compare(*paragraphs)
    assert compare("x\n" * 9_000, "y\n" * 9_000)
    assert compare(" ".join(map(str, range(90_000))), " ".join(map(str, range(1, 90_000))))
    assert time.monotonic() - began < 30

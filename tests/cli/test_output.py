"""What reaches a terminal: cleaned text, tables, JSON, progress."""

import io
import json
import os
import tracemalloc
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwatch.cli import output

HOSTILE = "a\x1b[31mred\x07\u202eevil\u202c\u200bz\ud800\u2066\ufeff\x9b1m\u00ad!"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Rådet – 海康威视", "Rådet – 海康威视"),
        ("one\ntwo\r\nthree\tfour", "one two three four"),
        ("one\u2028two", "one two"),
        (HOSTILE, "a[31mredevilz1m!"),
    ],
)
def test_text_is_cleaned(text: str, shown: str) -> None:
    assert output.clean(text) == shown


@given(st.text())
def test_cleaned_text_is_printable_and_json_comes_back(text: str) -> None:
    assert output.clean(text).isprintable()
    written = output.to_json({"text": text})
    assert json.loads(written) == {"text": text}
    assert "\x1b" not in written
    assert "\u202e" not in written


@given(st.text(min_size=1), st.integers(2, 40))
def test_shortened_text_fits_and_says_that_it_was_cut(text: str, width: int) -> None:
    short = output.shorten(text, width)
    assert len(short) <= width
    assert short == output.clean(text) or short.endswith("…")


def test_a_piped_table_is_plain_columns(capsys: pytest.CaptureFixture[str]) -> None:
    output.write_table(("id", "name"), [(1, "a\x1b[1mb"), (22, None)], title="Things")
    assert capsys.readouterr().out == "Things\nid  name\n1   a[1mb\n22\n"


def test_a_table_on_a_terminal_takes_brackets_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    output.write_table(("id", "name"), [(1, "[red]not red[/red]"), (2, "[/]")])
    assert "[red]not red[/red]" in terminal.getvalue()
    assert "[/]" in terminal.getvalue()


def test_progress_is_for_terminals_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress("reading") as tell:
        tell("https://example.org/")
    assert capsys.readouterr().err == ""
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with output.progress("reading") as tell:
        tell("https://example.org/\x1b]0;title\x07")
    assert "reading: 1  https://example.org/" in terminal.getvalue()
    assert "\x1b]0" not in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


@given(st.lists(st.dictionaries(st.text(), st.text() | st.lists(st.integers())), max_size=4))
def test_a_list_that_is_written_piece_by_piece_reads_as_one_written_whole(values: list[dict[str, object]]) -> None:
    whole, pieces = io.StringIO(), io.StringIO()
    with redirect_stdout(whole):
        output.write_json(values)
    with redirect_stdout(pieces):
        output.write_json_list(iter(values))
    assert pieces.getvalue() == whole.getvalue()


@pytest.mark.parametrize("as_json", [True, False])
def test_what_is_listed_is_not_held(as_json: bool) -> None:
    """Ten megabytes pass, and a megabyte at most is kept on the way."""
    rows = ([number, f"{number}" * 2_000] for number in range(1_000, 2_000))
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        tracemalloc.start()
        try:
            output.write_json_list(rows) if as_json else output.write_table(("id", "text"), rows)
            held = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert held < 3_000_000

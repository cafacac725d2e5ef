"""The page of figures: from the history, the newest run of each section; and its plots."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from benchmarks import plots
from benchmarks.plots import Bar
from benchmarks.report import SHORT, Record, as_line, page, pictures, read_history, verdicts

ROW = {
    "what": "a scan", "value": 12.5, "unit": "MB/s", "floor": 50.0, "ratio": 4.0, "goal": ">= 60 MB/s", "met": False,
}  # fmt: skip


def peer(name: str, first: float, again: float, *, feeds: int = 200, failure: str | None = None) -> dict[str, object]:
    return {
        "name": name, "feeds": feeds, "rounds": 3, "first": first, "again": again, "first_cpu": first / 2,
        "again_cpu": again / 2, "peak_mb": 100.0, "mails": 1, "remark": "", "failure": failure,
    }  # fmt: skip


def history() -> list[Record]:
    growth = {"of": "aliases", "what": "megabyte", "unit": "ms", "sizes": [500, 5000], "costs": [10.0, 12.0]}
    peak = {"command": "run", "data": "sample world", "peak_mb": 150.0, "seconds": 2.0, "failure": None}
    rivals = (peer("Claimwatch", 2.0, 1.0), peer("urlwatch", 1.0, 2.0), peer("other", 0, 0, failure="no network | no"))
    return [
        Record("measures", "2026-11-01T06:00Z", "a machine", (ROW | {"ratio": 8.0},)),
        Record("measures", "2026-11-02T06:00Z", "a machine", (ROW,)),
        Record("peers", "2026-11-02T06:00Z", "a machine", rivals, ("other, 200 feeds: no network",)),
        Record("scaling", "2026-11-02T06:00Z", "a machine", (growth,)),
        Record("memory", "2026-11-02T06:00Z", "a machine", (peak,)),
    ]


def test_the_page_shows_the_newest_run_of_each_section() -> None:
    text = page(history())
    assert "| a scan | 12.5 MB/s | 50.0 MB/s | 4.00 | **>= 60 MB/s** |" in text
    assert "8.00" not in text
    assert "| urlwatch | 1.00 s (0.50) | 2.00 s (1.00) | 100 MB | 1 |" in text
    assert "| aliases | megabyte | 10.0 ms (500) | 12.0 ms (5,000) |  | 1.20 |" in text
    assert "| `run` | sample world | 150 MB | 2.0 s |" in text


def test_short_runs_are_shown_only_where_there_is_no_whole_one_and_are_never_drawn_with_them() -> None:
    short = Record("measures", "2026-11-03T06:00Z", f"a machine, {SHORT}", (ROW | {"value": 99.0, "ratio": 2.0},))
    both = [*history(), short]
    assert "99.0 MB/s" not in page(both)
    assert pictures(both)["measures"] == pictures(history())["measures"]
    assert "99.0 MB/s" in page([short])
    assert set(pictures([short])) == {"measures"}


def test_who_could_not_run_is_named_and_the_rest_reported() -> None:
    text = page(history())
    assert "| other | | | | | could not run: no network / no |" in text
    assert "- other, 200 feeds: no network" in text


def test_a_section_that_never_ran_says_how_to_run_it() -> None:
    assert "Not measured yet: `./dev bench peers`." in page(history()[:2])


def test_we_are_held_to_the_fastest_peer_and_to_the_floor() -> None:
    rows = [peer("Claimwatch", 2.0, 1.0), peer("urlwatch", 1.0, 2.0), peer("bare httpx loop", 0.2, 0.25)]
    assert verdicts(rows) == [
        "first poll: 2.00 x the fastest peer's (urlwatch), **over the goal of 1.0 x**",
        "unchanged: 0.50 x the fastest peer's (urlwatch), within the goal of 1.0 x",
        "unchanged: 4.00 x the bare httpx loop's, **over the goal of 2.0 x**",
        "peak memory: 100 MB, within the goal of 120 MB",
    ]


def test_two_thousand_feeds_are_held_to_ten_times_two_hundred() -> None:
    rows = (peer("Claimwatch", 2.0, 1.0), peer("Claimwatch", 21.0, 15.0, feeds=2000))
    text = page([Record("peers", "2026-11-02T06:00Z", "a machine", rows)])
    assert "2,000 feeds, first poll: 1.05 x ten times the time of 200, within the goal of 1.1 x" in text
    assert "2,000 feeds, unchanged: 1.50 x ten times the time of 200, **over the goal of 1.1 x**" in text


def test_the_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    # The first line is as runs were written before there were sections.
    old = '{"at": "2026-10-01T06:00Z", "machine": "a machine", "rows": []}\n'
    path.write_text(old + "".join(as_line(record) + "\n" for record in history()), encoding="utf-8")
    first, *rest = read_history(path)
    assert (first.section, first.failures) == ("measures", ())
    assert page(rest) == page(history())


def test_the_plots_are_whole_and_for_light_and_dark() -> None:
    drawn = pictures(history())
    assert sorted(drawn) == ["measures", "memory", "peers", "scaling"]
    for name, svg in drawn.items():
        root = ET.fromstring(svg)
        assert root.get("role") == "img", name
        assert "prefers-color-scheme: dark" in svg
        width, height = (float(root.get(side) or 0) for side in ("width", "height"))
        for at in root.iter():
            for side, most in (("x", width), ("cx", width), ("y", height), ("cy", height)):
                if (value := at.get(side)) is not None:
                    assert 0 <= float(value) <= most, (name, at.tag, side)


def test_every_colour_of_a_plot_is_there_in_light_and_dark() -> None:
    light, _, dark = plots._STYLE.partition("@media")
    assert set(re.findall(r"\.[fs]\d", light)) == set(re.findall(r"\.[fs]\d", dark))


def test_a_name_in_a_plot_is_escaped() -> None:
    svg = plots.bars("A <title>", "s", ("one",), [Bar("a & b", (1.0,))])
    assert "A &lt;title&gt;" in svg
    assert "a &amp; b" in svg


def test_a_line_is_broken_where_there_is_no_figure() -> None:
    svg = plots.lines("Over time", ["1", "2", "3"], {"a": [1.0, None, 4.0]}, "times")
    assert svg.count("<circle") == 2 + 1  # the points, and the mark before the name

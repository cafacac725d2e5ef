"""The page of a claim shows side by side what sources say otherwise of it."""

from pathlib import Path

from bs4 import BeautifulSoup

from claimwatch import pipeline
from tests.pipeline.bench import Bench
from tests.upstream import Upstream
from tests.web.desk_world import compiled
from tests.web.serving import serving, settings_in

SHARE = "As of October 2026 the Chinese state owned {} percent of Hikvision."


def test_both_sides_stand_beside_each_other_and_hostile_text_is_text(tmp_path: Path) -> None:
    with Upstream() as upstream:
        bench = Bench(tmp_path, upstream, compiled())
        bench.serve_list(
            items=[
                {"key": "a", "on": "2026-11-03", "text": SHARE.format("37"), "url": "https://one.example/a"},
                {"key": "b", "on": "2026-11-03", "text": SHARE.format("33"), "url": "https://two.example/b",
                 "title": "<script>alert(1)</script>"},
            ]
        )  # fmt: skip
        with bench.watch() as watch:
            pipeline.poll(watch, "toy")
    with serving(settings_in(tmp_path, sources=tmp_path / "sources.yaml")) as pages:
        answer = pages.get("/claims/A25")
    page = BeautifulSoup(answer.text, "lxml")
    (pair,) = page.select("ul.cards.pair")
    sides = [card.get_text(" ", strip=True) for card in pair.select("li.card")]
    assert [sum(f"{value} percent" in side for side in sides) for value in ("37", "33")] == [1, 1]
    assert page.select("main script") == []
    assert "we do not say" in page.get_text()

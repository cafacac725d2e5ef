"""The pages of a claim and of an item show side by side what sources say otherwise of it."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from claimwatch import pipeline
from claimwatch.models import Action, Verdict
from claimwatch.pipeline.reviewing.deciding import decide
from claimwatch.store import findings
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


@pytest.mark.slow
def test_the_page_of_an_item_shows_who_says_otherwise_and_what_waits_stands_beside_nothing(tmp_path: Path) -> None:
    on_day = "As of {} 2026 the Chinese state owned {} percent of Hikvision."
    with Upstream() as upstream:
        bench = Bench(tmp_path, upstream, compiled())
        bench.serve_list(
            items=[
                {"key": "a", "on": "2026-11-03", "text": on_day.format("5 October", "37"), "url": "https://one.example/a"},
                {"key": "b", "on": "2026-11-03", "text": on_day.format("2 November", "33"), "url": "https://two.example/b",
                 "title": "<script>alert(1)</script>"},
            ]
        )  # fmt: skip
        with bench.watch() as watch:
            pipeline.poll(watch, "toy")
            with watch.store.read() as connection:
                told = [row.development for row in findings.list_findings(connection, watch.sources)]
    assert None not in told
    assert len(set(told)) == 2, "two happenings"
    settings = settings_in(tmp_path, sources=tmp_path / "sources.yaml")
    with serving(settings) as pages:
        page = BeautifulSoup(pages.get(f"/items/{told[0]}").text, "lxml")
        there = BeautifulSoup(pages.get(f"/items/{told[0]}?lang=nb").text, "lxml")
    (section,) = [one for one in page.select("section") if "Said otherwise" in one.get_text()]
    (card,) = section.select("li.card")
    assert "33 percent" in card.get_text()
    assert "two.example" in str(card)
    assert [link["href"] for link in card.select(f'a[href$="/items/{told[1]}"]')], "the other side has its own page"
    assert page.select("main script") == []
    assert "Motstridende opplysninger" in there.get_text()

    with bench.watch() as watch:
        decide(watch, str(told[0]), Verdict(Action.ACCEPT, "ann"))
    with serving(settings_in(tmp_path, sources=tmp_path / "sources.yaml", review="all")) as pages:
        alone = pages.get(f"/items/{told[0]}").text
    assert "37 percent" in alone
    assert "33 percent" not in alone

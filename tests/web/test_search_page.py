"""Search as readers use it: everything in the address, words marked, other people's texts in excerpts only."""

import re
from html import unescape
from pathlib import Path

import pytest
from lxml import etree

from claimwatch.editions.display import Piece
from claimwatch.pipeline.showing.excerpts import LENGTH, MOST_EXCERPTS, excerpts, marked
from claimwatch.store.search import parse_query
from tests.store.test_search_index import HOSTILE
from tests.web.archive_world import key_of
from tests.web.serving import Pages, serving, settings_in


def hits(archive: Pages, query: str) -> list[str]:
    """The addresses that a search leads to."""
    answer = archive.get(f"/search?{query}")
    assert answer.status_code == 200
    return re.findall(r"<h3[^>]*><a href=\"([^\"]+)", answer.text)


def plain(pieces: tuple[Piece, ...]) -> str:
    """An excerpt with its marks as brackets."""
    return "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in pieces)


def test_findings_and_documents_are_found(archive: Pages) -> None:
    removed = f"/items/{key_of(archive.watch, 'listed_on')}"
    assert hits(archive, "q=entity+list") == [removed]
    assert hits(archive, "q=%22commerce+department%22+dahua") == [removed]
    assert len(hits(archive, "q=hikvision")) == 3
    assert len(hits(archive, "q=hikvision+-museum")) == 2
    assert hits(archive, "q=TROMSO&in=documents") == ["/publications/1"]
    assert hits(archive, "q=orsted") != []
    assert hits(archive, "q=nowhere") == []
    assert "Nothing was found" in archive.get("/search?q=nowhere").text
    assert "Type a word" in archive.get("/search").text


def test_searches_are_narrowed_by_the_address(archive: Pages) -> None:
    assert len(hits(archive, "company=dahua")) == 2
    assert len(hits(archive, "outcome=REVERSAL&source=toy")) == 1
    assert len(hits(archive, "from=2026-11-10")) == 2
    assert len(hits(archive, "from=2026-11-02&to=2026-11-02&in=documents")) == 1
    assert len(hits(archive, "q=clocks&company=dahua")) == 0
    # What there is not is left out rather than taken for a filter that nothing passes.
    assert len(hits(archive, "q=hikvision&company=nobody&source=none&outcome=ODD")) == 3
    bad = archive.get("/search?q=hikvision&from=yesterday")
    assert "is not a day" in bad.text
    assert "yesterday" in bad.text


def test_the_form_says_again_what_was_asked_for(archive: Pages) -> None:
    page = etree.HTML(
        archive.get("/search?q=a+%22b%22&in=documents&company=dahua&source=toy&outcome=NEW&from=2020-01-02").content
    )
    (form,) = page.xpath("//main//form")
    assert form.get("method") == "get"
    assert form.xpath(".//input[@name='q']/@value") == ['a "b"']
    assert form.xpath(".//input[@name='from']/@value") == ["2020-01-02"]
    chosen = {one.getparent().get("name"): one.get("value") for one in form.xpath(".//option[@selected]")}
    assert chosen == {"in": "documents", "company": "dahua", "source": "toy", "outcome": "NEW"}
    assert all(page.xpath(f"//label[@for='{one.get('id')}']") for one in form.xpath(".//select | .//input[@id]"))


def test_the_words_are_marked_and_nothing_runs(archive: Pages) -> None:
    page = archive.get("/search?q=%3Cscript%3E+orsted").text
    assert "<mark>Ørsted</mark>" in page
    assert "&lt;<mark>script</mark>&gt;alert(1)" in page
    assert "<script" not in page
    assert "<img" not in page
    assert "\u202e" not in page


def test_nothing_that_people_type_is_an_error_page(archive: Pages) -> None:
    for typed in HOSTILE:
        safe = typed.encode("utf-8", "replace").decode()
        for within in ("findings", "documents"):
            answer = archive.client.get("/search", params={"q": safe, "in": within, "company": safe, "from": safe})
            assert answer.status_code == 200, typed
    for query in (
        "before=x",
        "before=-1",
        "before=" + "9" * 40,
        "before=%00",
        "from=9999-99-99",
        "in=%3Cb%3E",
        "q=%FF",
    ):
        assert archive.get(f"/search?q=hikvision&{query}").status_code == 200


def test_a_search_has_pages(archive: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claimwatch.pipeline.showing.finder.PER_PAGE", 2)
    seen: list[str] = []
    path: str | None = "/search?q=hikvision"
    while path is not None:
        answer = archive.get(path)
        seen += re.findall(r"<h3[^>]*><a href=\"([^\"]+)", answer.text)
        older = re.search(r'href="([^"]+)" rel="next"', answer.text)
        path = unescape(older[1]) if older else None
    assert len(seen) == len(set(seen)) == 3


def test_excerpts_are_short_and_hold_each_word_that_was_found() -> None:
    text = (
        "Alpha begins. "
        + "Filling words stand here. " * 400
        + "Tilrådning gjelder 海康威视 fra 2020. "
        + "And so on. " * 400
    )
    found = [plain(one) for one in excerpts(text, parse_query("tilradning alpha 海康 nowhere").wanted)]
    assert len(found) == 2
    assert found[0].startswith("[Alpha] begins.")
    assert "[Tilrådning] gjelder [海康]威视 fra 2020." in found[1]
    assert all(len(one) <= LENGTH + 20 for one in found)
    many = excerpts("hikvision " * 5000, parse_query("hikvision").wanted)
    assert len(many) <= MOST_EXCERPTS
    assert sum(len(plain(one)) for one in many) < 3 * 2 * LENGTH
    assert excerpts("Nothing of it", parse_query("else").wanted) == ()


def test_marks_stand_where_the_words_are() -> None:
    def shown(text: str, typed: str, length: int = 300) -> str:
        return plain(marked(text, parse_query(typed).wanted, length))

    assert shown("Hikvision's 40.8 per cent.", "hikvision 40.8") == "[Hikvision]'s [40.8] per cent."
    assert shown("soft\u00adhyphen and Østland", "softhyphen ostland") == "[softhyphen] and [Østland]"
    assert shown("Exclusions, excluded", "exclu*") == "[Exclusions], [excluded]"
    assert shown("reconvision", "vision") == "reconvision"
    assert shown("a b a", "") == "a b a"
    assert shown("word " * 200 + "here", "here", 60).endswith("[here]")
    assert len(shown("word " * 200, "", 60)) <= 60


def test_an_empty_installation_can_be_searched_and_followed(tmp_path: Path) -> None:
    with serving(settings_in(tmp_path)) as pages:
        for path in ("/search?q=hikvision", "/search?company=dahua&in=documents", "/editions", "/feeds/items.atom",
                     "/feeds/editions.json"):  # fmt: skip
            assert pages.get(path).status_code == 200

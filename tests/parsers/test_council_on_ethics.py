"""Pages of the Council on Ethics: golden files, and what they must hold whatever the golden files say."""

from dataclasses import replace
from pathlib import Path

import pytest

from claimwatch.errors import SourceChanged
from claimwatch.models import Page, Parsed
from parsers import council_on_ethics
from tests.parsers.golden import GOLDEN, case_name, cases, check, page_of


@pytest.mark.parametrize("case", cases("council_on_ethics"), ids=case_name)
def test_golden(case: Path) -> None:
    check(council_on_ethics.parse, case)


def test_the_withdrawal_is_in_the_text_in_a_sentence_without_the_name() -> None:
    page = page_of(GOLDEN / "council_on_ethics" / "company-nn-withdrawal.yaml")
    (publication,) = council_on_ethics.parse(page).publications
    assert publication.language == "nn"
    assert publication.title == "Hangzhou Hikvision Digital Technology Co Ltd"
    last = publication.text[publication.text.index("På den bakgrunnen") :]
    assert "15. september 2020" in last
    assert "Hikvision" not in last


def test_nothing_beside_the_article_comes_into_the_text() -> None:
    for case in cases("council_on_ethics"):
        if not case.stem.startswith("company-") or case.stem == "company-without-text":
            continue
        (publication,) = council_on_ethics.parse(page_of(case)).publications
        for foreign in ("informasjonskapsler", "cookies", "Postboks", "Footer", "Fleire tilrådingar", "Ofte stilte"):
            assert foreign not in publication.text, f"{case.stem} holds {foreign!r}"


def test_language_versions_are_publications_of_their_own() -> None:
    page = page_of(GOLDEN / "council_on_ethics" / "company-en.yaml")
    (publication,) = council_on_ethics.parse(page).publications
    assert publication.key == "https://etikkradet.no/en/cognyte-software-ltd/"
    assert publication.language == "en"


def test_a_redirect_to_the_front_page_is_not_the_company() -> None:
    page = page_of(GOLDEN / "council_on_ethics" / "company-nb.yaml")
    for front in ("https://etikkradet.no/", "https://etikkradet.no/en/"):
        with pytest.raises(SourceChanged, match="front page"):
            council_on_ethics.parse(replace(page, url=front))


def test_company_pages_are_fetched_at_every_read() -> None:
    page = page_of(GOLDEN / "council_on_ethics" / "index-by-criterion.yaml")
    links = council_on_ethics.parse(page).links
    assert "https://etikkradet.no/hangzhou-hikvision-digital-technology-co-ltd/" in {link.key for link in links}
    assert {link.version for link in links} == {None}


def _page(inner: str, kind: str = "company", url: str = "https://etikkradet.no/dahua/", lang: str = "nb-NO") -> Page:
    html = f"<!DOCTYPE html><html lang='{lang}'><body><main><article>{inner}</article></main></body></html>"
    return Page("council_on_ethics", kind, url, html.encode())


def _company(text: str, **more: str) -> Parsed:
    return council_on_ethics.parse(_page(f"<h1>Dahua</h1><p>{text}</p>", **more))


@pytest.mark.parametrize(
    ("text", "lang", "language"),
    [
        ("Rådet tilrådde 14. januar 2020 å utelukke selskapet frå fondet.", "nb-NO", "nn"),
        ("Etikkrådet avga tilrådning om å utelukke selskapet fra fondet.", "nn-NO", "nb"),
        ("Ellevte september 2020 skreiv banken at han ikkje lenger hadde aksjar i selskapet.", "nb-NO", "nn"),
        ("The Council recommended that the company be excluded from the fund.", "nb-NO", "en"),
    ],
)
def test_the_language_is_that_of_the_words_and_dates_stay_as_written(text: str, lang: str, language: str) -> None:
    (publication,) = _company(text, lang=lang).publications
    assert (publication.language, publication.text, publication.published_on) == (language, text, None)


def test_a_recommendation_and_a_decision_stay_two_sentences_of_one_page() -> None:
    (publication,) = _company("Rådet tilrådde utelukking.</p><p>Banken avgjorde saka 1. mars 2021.").publications
    assert publication.kind == "recommendation"
    assert publication.text == "Rådet tilrådde utelukking.\n\nBanken avgjorde saka 1. mars 2021."


def test_a_withdrawal_is_an_edit_of_the_same_publication() -> None:
    (before,), (after,) = (_company(t).publications for t in ("Tilrådd.", "Tilrådd.</p><p>Tilrådinga vart trekt."))
    assert (before.key, before.title) == (after.key, after.title)
    assert before.text != after.text


def test_files_are_counted_and_their_lines_are_no_text() -> None:
    parsed = _company(
        "Rådet tilrådde utelukking. Les <a href='/files/a.pdf'>tilrådinga</a> og brevet.</p>"
        "<p>Les tilrådinga <a href='/files/b.pdf'>her</a></p><p><a href='/files/c.pdf'>Dahua</a> (PDF, 2 MB)"
    )
    assert [skip.what.rpartition("/")[2] for skip in parsed.skipped] == ["a.pdf", "b.pdf", "c.pdf"]
    (publication,) = parsed.publications
    assert publication.text == "Rådet tilrådde utelukking. Les tilrådinga og brevet."


def test_short_links_and_variants_of_an_address() -> None:
    addresses = (
        "/dahua/",
        "http://etikkradet.no/dahua",
        "https://www.etikkradet.no/dahua/#x",
        "/?p=1917",
        "/?p=1918",
        "/",
    )
    page = _page("".join(f"<a href='{a}'>A</a>" for a in addresses), "index", "https://etikkradet.no/tilradninger/")
    parsed = council_on_ethics.parse(page)
    assert [link.key for link in parsed.links] == [
        "https://etikkradet.no/dahua/", "https://etikkradet.no/?p=1917", "https://etikkradet.no/?p=1918",
    ]  # fmt: skip
    assert [skip.reason for skip in parsed.skipped] == ["listed twice"] * 2 + ["no page about a company"]


def test_a_feed_of_another_site_is_refused() -> None:
    body = b"<rss version='2.0'><channel><item><title>A</title><link>https://x.example/a/</link></item></channel></rss>"
    with pytest.raises(SourceChanged, match="none of the 1 items"):
        council_on_ethics.parse(Page("council_on_ethics", "feed", "https://etikkradet.no/feed/", body))


def test_a_second_heading_is_text() -> None:
    (publication,) = council_on_ethics.parse(
        _page("<h1>A</h1><p>Tilrådd.</p><h1>Dahua</h1><p>Avgjort.</p>")
    ).publications
    assert (publication.title, publication.text) == ("A", "Tilrådd.\n\nDahua\n\nAvgjort.")

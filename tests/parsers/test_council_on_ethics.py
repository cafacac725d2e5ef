"""Pages of the Council on Ethics: golden files, and what they must hold whatever the golden files say."""

from dataclasses import replace
from pathlib import Path

import pytest

from claimwatch.errors import SourceChanged
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

"""What the encoder is given to read of a unit."""

from dataclasses import replace
from datetime import date

import pytest

from claimwatch.claims import Comparer
from claimwatch.claims.comparer import Sighting
from claimwatch.claims.passages import Passage
from claimwatch.models import Baseline, Publication

PAGE = Publication(
    source="uhrp",
    key="1",
    url="https://example.org/1",
    title="Dahua sued, Hikvision next",
    kind="page",
    language="en",
    text="Last year Dahua Technology Co., Ltd. left the council. Hikvision sold its shop to Dahua. It will sue.",
    published_on=date(2026, 3, 2),
)


@pytest.fixture(scope="module")
def comparer(baseline: Baseline) -> Comparer:
    return Comparer(replace(baseline, classifier=b""))


def passages(comparer: Comparer, page: Publication) -> dict[tuple[str, str], Passage]:
    """The passages of a page by company and sentence."""
    found = [sighting for sighting in comparer.sightings(page) if isinstance(sighting, Sighting)]
    units = [sighting.subjects.unit for sighting in found]
    return {
        (sighting.entity, page.text[unit.start : unit.end].strip()): comparer.passage(page, sighting)
        for sighting, unit in zip(found, units, strict=True)
    }


def test_no_company_has_its_own_name(comparer: Comparer) -> None:
    found = passages(comparer, PAGE)
    sentence = "Hikvision sold its shop to Dahua."
    of_hikvision, of_dahua = found["hikvision", sentence], found["dahua", sentence]
    assert of_hikvision.sentence.split() == ["alpha", "sold", "its", "shop", "to", "beta", "."]
    assert of_dahua.sentence.split()[:2] == ["beta", "sold"]
    assert "beta" in of_hikvision.before
    assert "Dahua" not in of_hikvision.before
    assert of_hikvision.heading.split() == ["uhrp", "2026-03", ":", "beta", "sued,", "alpha", "next"]
    for passage in found.values():
        for part in (passage.sentence, passage.claim, passage.heading, passage.before):
            assert "hikvision" not in part.casefold()
            assert "dahua" not in part.casefold()


def test_a_sentence_without_the_name_says_whom_it_is_read_for(comparer: Comparer) -> None:
    page = replace(PAGE, title="Hikvision", text="Hikvision lost in court. The company will appeal.")
    (carried,) = [p for (_, sentence), p in passages(comparer, page).items() if "appeal" in sentence]
    assert carried.sentence.startswith("about alpha :")


def test_a_page_is_read_alike_whatever_was_read_before(comparer: Comparer, baseline: Baseline) -> None:
    pages = [PAGE, replace(PAGE, title="Hikvision sued, Dahua next"), replace(PAGE, published_on=date(2001, 3, 2))]
    found = [passages(comparer, page) for page in (*pages, *pages)]
    assert found[:3] == found[3:]
    assert found[:3] == [passages(Comparer(replace(baseline, classifier=b"")), page) for page in pages]


def test_a_page_without_a_date_is_read_too(comparer: Comparer) -> None:
    for passage in passages(comparer, replace(PAGE, published_on=None)).values():
        assert passage.heading.startswith("uhrp  :")

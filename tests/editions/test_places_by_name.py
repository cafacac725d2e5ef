"""Places by name, in both languages."""

from zoneinfo import ZoneInfo

import pytest

from claimwatch.claims import gazetteer
from claimwatch.editions import words_for
from claimwatch.editions.forms import Forms
from claimwatch.editions.regions import REGIONS

CODES = sorted(
    {code for table in (gazetteer.NAMES, gazetteer.BODIES, gazetteer.TOWNS, gazetteer.MORE_BODIES) for code in table}
)


@pytest.mark.parametrize("language", ["en", "nb"])
def test_every_place_that_may_be_found_has_a_name(language: str) -> None:
    forms = Forms(words_for(language), ZoneInfo("Europe/Oslo"))
    for code in CODES:
        assert forms.place(code) != code
        assert f"({code})" not in forms.place(code)


def test_a_part_stands_with_its_country() -> None:
    english, norwegian = (Forms(words_for(language), ZoneInfo("Europe/Oslo")) for language in ("en", "nb"))
    assert [english.place(code) for code in ("CN-FJ", "US-TX", "DK-81")] == [
        "Fujian, China", "Texas, United States", "North Denmark Region, Denmark",
    ]  # fmt: skip
    assert norwegian.place("DK-81") == "Region Nordjylland, Danmark"


def test_what_has_no_name_keeps_its_code() -> None:
    forms = Forms(words_for("en"), ZoneInfo("Europe/Oslo"))
    assert (forms.place("FR-75"), forms.place("QX")) == ("France (FR-75)", "QX")


def test_no_region_is_named_twice() -> None:
    own = words_for("en").places.keys() & REGIONS.keys()
    assert own == set()

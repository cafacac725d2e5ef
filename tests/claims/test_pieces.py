"""Sentences, amounts, dates, places: table tests of the small grammars."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwatch.claims import dates, figures, places, quantities
from claimwatch.claims.sentences import split
from claimwatch.claims.text import fold


def units(text: str) -> list[str]:
    return [text[unit.start : unit.end] for unit in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It names Hikvision Digital Technology Co., Ltd. and others. Bans follow.", 2),
        ("The U.S. Commerce Department spoke. The U.K. did not.", 2),
        ("See Supplement No. 4 to part 744. It was revised.", 2),
        ("Rådet vedtok dette 15. september 2020. Banken svara ikkje.", 2),
        ("Vedtaket kom kl. 12.30 den 3. mai. Saka er avslutta.", 2),
        ("Sen. Rubio and Rep. Smith agreed, e.g. on cameras. Nobody voted.", 2),
        ("公司表示反对。指控毫无根据！", 2),
        ("(1) Luopu Haishi Co., Ltd.; and (2) Moyu Haishi Co., Ltd. The two are listed.", 2),
        ("It was sold for $5.1 million. Nothing else moved.", 2),
        ("“Never.” So said the firm.", 2),
        ("It acts under the Investment Canada Act, R.S.C. 1985, c 28. Hikvision appealed.", 2),
        ("The FCC put Dahua Technology Co. and Hytera Corp. – on a list of threats. It did so in March.", 2),
    ],
)
def test_sentences_end_where_they_end(text: str, expected: int) -> None:
    assert len(units(text)) == expected


def test_wrapped_lines_are_one_sentence_and_rows_and_headings_are_their_own() -> None:
    text = (
        "A heading\n\nThe rule amends one entry that already stood on the list, that\nof Hikvision, and adds more.\n\n"
        "China | Dahua Technology | 84 FR 54004\nChina | Another | 84 FR 54005"
    )
    assert [(unit.kind, unit.paragraph) for unit in split(text)] == [
        ("heading", 0),
        ("sentence", 1),
        ("row", 2),
        ("row", 2),
    ]


@given(st.text(alphabet='ab. |\n。!"A1é', max_size=80))
def test_every_visible_character_lies_in_exactly_one_unit(text: str) -> None:
    covered = [index for unit in split(text) for index in range(unit.start, unit.end)]
    assert len(covered) == len(set(covered))
    assert {index for index, char in enumerate(text) if not char.isspace()} <= set(covered)


@given(st.text(max_size=60))
def test_folding_moves_no_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("projects worth around $145m", "en", (145_000_000, "USD", "approx")),
        ("some 170 million dollars", "en", (170_000_000, "USD", "approx")),
        ("upwards of a billion dollars", "en", (1_000_000_000, "USD", "gt")),
        ("for 5.1bn yuan", "en", (5_100_000_000, "CNY", "eq")),
        ("US$1.2bn in sales", "en", (1_200_000_000, "USD", "eq")),
        ("nær 950 millionar kroner", "nn", (950_000_000, "NOK", "approx")),
        ("over én milliard kroner", "nb", (1_000_000_000, "NOK", "gt")),
        ("40,8 prosent", "nb", (40.8, "percent", "eq")),
        ("40.8 per cent", "en", (40.8, "percent", "eq")),
        ("1 241 kommuner", "nb", (1241, "municipalities", "eq")),
        ("more than 600,000 surveillance camera networks", "en", (600_000, "networks", "gt")),
        ("Over a hundred thousand networks", "en", (100_000, "networks", "gt")),
        ("the number of its networks fell below 200,000", "en", (200_000, "networks", "lt")),
        ("tens of millions of cameras each year", "en", (10_000_000, "cameras/year", "order")),
        ("ships to 180 states", "en", (180, "countries", "eq")),
        ("the council's 214 cameras", "en", (214, "cameras", "eq")),
        ("One of the company's 300 cameras", "en", (300, "cameras", "eq")),
        ("over 2 million Hikvision and Dahua security camera networks", "en", (2_000_000, "networks", "gt")),
        ("an estimated 1 million Uyghurs", "en", (1_000_000, "citizens", "approx")),
        ("opp til 3 millioner uigurer", "nb", (3_000_000, "citizens", "lt")),
        ("30 or more cameras", "en", (30, "cameras", "gt")),
        ("At least 17 councils have cameras made by Dahua", "en", (17, "municipalities", "gt")),
    ],
)
def test_amounts(text: str, language: str, expected: tuple[float, str, str]) -> None:
    (amount,) = quantities.find(text, language)
    assert (amount.value, amount.unit, amount.comparator) == expected


def test_an_elided_unit_is_carried() -> None:
    for text in ("One ships to 180 states and the other to 155.", "One sells to 180 countries, the other to 155."):
        found = quantities.find(text)
        assert [(amount.value, amount.unit) for amount in found] == [(180, "countries"), (155, "countries")]


@pytest.mark.parametrize(
    "text",
    [
        "84 FR 54004, 10/9/19",
        "15 CFR 744",
        "on 14 January 2020",
        "Supplement No. 4",
        "§ 744.11",
        "a camera",
        "section 889",
        "under s 301 cameras",
        "one of the world's largest camera makers",
        "the two largest makers of cameras",
        "three camera manufacturers",
        "these two companies",
        "cameras of Dahua and Hikvision, two companies that Belgium banned",
        "disse to selskapene",
    ],
)
def test_citations_dates_and_articles_are_no_amounts(text: str) -> None:
    assert quantities.find(text) == ()


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("the world's largest supplier", 1),
        ("the second-largest vendor", 2),
        ("no longer second-largest, it is now third by sales", 3),
    ],
)
def test_ranks(text: str, rank: int) -> None:
    assert figures.ranks(text)[0].value == rank


@pytest.mark.parametrize(
    "text",
    [
        "one of the world's largest camera makers",
        "two of the largest video surveillance manufacturers in the world",
        "among the largest vendors of cameras",
        "the world's two largest makers of cameras",
        "the largest makers of cameras in the world",
        "en av verdens største kameraprodusenter",
        "Kinas største produsenter av overvåkingsutstyr",
        "全球最大的安防厂商之一",
    ],
)
def test_a_superlative_of_several_is_nobodys_place(text: str) -> None:
    assert figures.ranks(text) == ()


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("on 14 January 2020", "2020-01-14"),
        ("On November 3, 2021,", "2021-11-03"),
        ("15. september 2020", "2020-09-15"),
        ("02.09.2021", "2021-09-02"),
        ("84 FR 54004, 10/9/19", "2019-10-09"),
        ("2019年10月8日", "2019-10-08"),
        ("In October 2019", "2019-10"),
        ("As of 2021, more", "2021"),
        ("on Tuesday", "2024-02-06"),
        ("last October", "2023-10"),
        ("in March last year", "2023-03"),
        ("on 12 January last year", "2023-01-12"),
        ("28. mars i fjor", "2023-03-28"),
        ("去年3月28日", "2023-03-28"),
        ("1月28日", "2024-01-28"),
        ("yesterday", "2024-02-06"),
        ("by 26 April", "2024-04-26"),
        ("at the end of last year", "2023-12-31"),
        ("four days later", "2020-09-15"),
        ("fire dagar seinare", "2020-09-15"),
        ("2022年10月被列入", "2022-10"),
    ],
)
def test_dates_keep_their_precision_and_are_read_against_the_publication(text: str, on: str) -> None:
    assert [moment.on for moment in dates.find(text, date(2024, 2, 7), context="2020-09-11")] == [on]


@pytest.mark.parametrize("text", ["the Investment Canada Act, R.S.C. 1985, c 28", "the Secure Equipment Act of 2021"])
def test_the_year_that_a_law_is_called_by_is_no_date(text: str) -> None:
    assert dates.find(text, date(2024, 2, 7)) == ()


def test_without_a_publication_date_nothing_relative_is_guessed() -> None:
    assert dates.find("yesterday, on Tuesday, last October", None) == ()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("in the U.K., Australia and buildings of the EU", ["GB", "AU", "EU"]),
        ("Denmark’s Capital Region", ["DK-84"]),
        ("in East Turkistan", ["CN-XJ"]),
        ("i Noreg og Storbritannia", ["NO", "GB"]),
        ("in Scotland, Ireland, and the Netherlands", ["GB-SCT", "IE", "NL"]),
        ("it told us that 150 countries do", []),
        ("the Council advises Norges Bank", ["NO", "NO"]),
        ("the council replaced them", []),
        ("the Uyghur Human Rights Project and the World Uyghur Congress said so", []),
        ("under the Uyghur Forced Labor Prevention Act", []),
        ("Uyghur Muslims are watched", ["CN-XJ"]),
        ("The US government and US-based firms", ["US", "US"]),
        ("fined US$300 million", []),
        ("Contact US", []),
    ],
)
def test_places(text: str, codes: list[str]) -> None:
    assert [place.code for place in places.find(text)] == codes

"""Names in running text: every class of mistake that plain string search makes, as a case of its own."""

from datetime import date
from itertools import pairwise, product
from pathlib import Path

import pytest

from claimwatch.baseline import load_baseline
from claimwatch.mentions import Scanner
from claimwatch.models import Alias, Company

HIK, DAH = "hikvision", "dahua"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(load_baseline(Path(__file__).parents[2] / "baselines").companies.values())


def names(scanner: Scanner, text: str, on: date | None = None) -> list[tuple[str, str]]:
    """Entity and surface of each mention; every surface must be what stands at its offsets."""
    mentions = scanner.scan(text, on=on)
    assert all(text[m.start : m.end] == m.surface for m in mentions)
    return [(m.entity, m.surface) for m in mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hikvision and Dahua were named.", [(HIK, "Hikvision"), (DAH, "Dahua")]),
        # Genitives: the Norwegian one is fused and belongs to the name, the English one does not.
        ("Hikvisions aksjer og Dahuas kameraer", [(HIK, "Hikvisions"), (DAH, "Dahuas")]),
        ("Hikvision’s reply, Dahua's cameras", [(HIK, "Hikvision"), (DAH, "Dahua")]),
        # Compounds, with and without hyphen.
        ("et Hikvision-kamera, Dahua- og Axis-utstyr", [(HIK, "Hikvision"), (DAH, "Dahua")]),
        ("Hikvisionkameraene og Dahuakameraene", [(HIK, "Hikvision"), (DAH, "Dahua")]),
        ("see hikvision.com or @HikvisionUSA", [(HIK, "hikvision"), (HIK, "Hikvision")]),
        # A footnote number that has lost its raised position.
        ("Hikvision12 and Dahua3 sell cameras", [(HIK, "Hikvision"), (DAH, "Dahua")]),
        # Legal forms in any spelling, and the longest name wins.
        ("Hangzhou Hikvision Digital Technology Co Ltd said", [(HIK, "Hangzhou Hikvision Digital Technology Co Ltd")]),
        (
            "HANGZHOU HIKVISION DIGITAL TECHNOLOGY COMPANY LIMITED",
            [(HIK, "HANGZHOU HIKVISION DIGITAL TECHNOLOGY COMPANY LIMITED")],
        ),
        ("Zhejiang Dahua Technology Corporation of", [(DAH, "Zhejiang Dahua Technology Corporation")]),
        # Where the longest form runs into a word, the shorter one stands.
        ("the Dahua Technology Commission", [(DAH, "Dahua Technology")]),
        # Broken over lines, as the Federal Register and tables are.
        (
            "entry for Hangzhou Hikvision\nDigital Technology\r\n     Co., Ltd. under",
            [(HIK, "Hangzhou Hikvision\nDigital Technology\r\n     Co., Ltd.")],
        ),
        ("made by Hik-\nvision in 2019", [(HIK, "Hik-\nvision")]),
        ("公司名称：海康\n威视", [(HIK, "海康\n威视")]),
        # The short form stands for the company unless something speaks against it.
        ("美国现存海康网络已跌至三十八万个", [(HIK, "海康")]),
        ("海康人寿保险公布年报", []),
        ("广东海康县的渔民", []),
        # Apostrophes: straight, typographic, none.
        (
            "Pishan Haishi Yong’an Electronic Technology Co., Ltd.",
            [(HIK, "Pishan Haishi Yong’an Electronic Technology Co., Ltd.")],
        ),
        ("Urumqi Haishi Xinan Electronic Technology", [(HIK, "Urumqi Haishi Xinan Electronic Technology")]),
        ("PiShan Haishi YongAn Electronic Technology", [(HIK, "PiShan Haishi YongAn Electronic Technology")]),
        ("Moyu Haishi has an office", [(HIK, "Moyu Haishi")]),
        # Signs that NFKC would turn into letters.
        ("DAHUA™ and HIKVISION® and Hikvision™-compatible", [(DAH, "DAHUA"), (HIK, "HIKVISION"), (HIK, "Hikvision")]),
        # Width and style.
        ("Ｄａｈｕａ cameras", [(DAH, "Ｄａｈｕａ")]),
        ("𝐇𝐢𝐤𝐯𝐢𝐬𝐢𝐨𝐧 outlet", [(HIK, "𝐇𝐢𝐤𝐯𝐢𝐬𝐢𝐨𝐧")]),
        ("Hangzhou\u00a0Hikvision\u2009Digital Technology", [(HIK, "Hangzhou\u00a0Hikvision\u2009Digital Technology")]),
        # Misspellings that have been seen are names like others.
        ("Hikvison, Hickvision, Zheijang Dahua", [(HIK, "Hikvison"), (HIK, "Hickvision"), (DAH, "Zheijang Dahua")]),
        # Brands, codes, other scripts.
        ("EZVIZ doorbells, Hikmicro, 002236.SZ", [(HIK, "EZVIZ"), (HIK, "Hikmicro"), (DAH, "002236.SZ")]),
        ("浙江大华技术股份有限公司与海康威視", [(DAH, "浙江大华技术股份有限公司"), (HIK, "海康威視")]),
        ("采购Hikvision设备", [(HIK, "Hikvision")]),
        ("Камеры «Хиквижн» и «Дахуа»", [(HIK, "Хиквижн"), (DAH, "Дахуа")]),
    ],
)
def test_a_name_is_found_with_its_surface(scanner: Scanner, text: str, expected: list[tuple[str, str]]) -> None:
    assert names(scanner, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Sandahuatlan, dahuang and Chandahuasi",
        "prehikvision, EZVID, HIKAYECI Sok.",
        "China Electronics Technology HIK Group Co., Ltd. (CETHIK)",
        "Haishi Pharmaceutical, Urumqi Xin'an Security Guards, Moyu County",
        "Dahue, Dahva, Daihua, Danhua Capital",
        "television, supervision, provision and revisions",
        # Other bearers of the name.
        "Dahua Group sold its last lot.",
        "Bus 6 stops at Dahua Road and Dahua New Village.",
        "Room 3-012, Dahua Radio Instrument Factory, 5A Xueyuan Road",
        "Dahua Yao Autonomous County has karst on all sides.",
        "The Dahua Bank and the Nanjing Dahua Theatre",
        "Wang Dahua, Dahua Lin, Dr. Dahua Zhang and Fu Dahua",
        "Dahua, whose towers rise above the canal, has pre-sold 300 flats.",
        "dahua road 5, dahua lin",
        # Chinese: the name inside other words, and other bearers.
        "加拿大华人捐款", "科大华东分校", "北大华为联合实验室", "大华银行", "大華銀行", "大华会计师事务所", "大华继显",
        "大华的新书出版了。",
        # Digits alone are a share only beside the exchange.
        "order no. 002415",
        "",
    ],
)  # fmt: skip
def test_a_lookalike_is_no_mention(scanner: Scanner, text: str) -> None:
    assert names(scanner, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Dahua Said to Lose County Contract",
        "Hikvision and Dahua Lose Bank Contract",
        "HIKVISION AND DAHUA BARRED FROM COUNTY SCHOOLS",
        "Derfor valgte han Dahua.",
        "The county removed its Dahua units.",
        "An apartment block dropped its Dahua cameras.",
        "said Mr. Li. Dahua denies it.",
        "In Hong Kong Dahua has an office.",
        "'We never dealt with Dahua,' the mayor said.",
        "The Dahua factory employs hundreds.",
        "大华的摄像机通过了检测。",
        "海康威视和大华被列入名单。",
        "Share 002236 fell on the SZSE.",
    ],
)
def test_an_ambiguous_name_is_judged_by_its_context(scanner: Scanner, text: str) -> None:
    assert DAH in {entity for entity, _ in names(scanner, text)}


def test_the_developer_does_not_hide_the_camera_maker(scanner: Scanner) -> None:
    text = "The buyer was the Dahua Group, a builder of flats. The cameras in its lobby were made by Dahua Technology."
    assert names(scanner, text) == [(DAH, "Dahua Technology")]


@pytest.mark.parametrize(
    ("text", "surface", "method"),
    [
        ("Hikvision", "Hikvision", "exact"),
        ("HIKVISION", "HIKVISION", "exact"),
        ("\u041dikvision", "\u041dikvision", "confusable"),  # Cyrillic EN
        ("\u0397IKVISI\u039fN", "\u0397IKVISI\u039fN", "confusable"),  # Greek ETA, OMICRON
        ("D\u0430hua cameras", "D\u0430hua", "confusable"),
        ("Da\u200bhua Tech\u200bnology", "Da\u200bhua Tech\u200bnology", "confusable"),
        ("Hik\u00advi\u00adsion", "Hik\u00advi\u00adsion", "confusable"),
        ("Híkvisiön", "Híkvisiön", "confusable"),
        ("Hikvisio\u0301n\u0301!", "Hikvisio\u0301n\u0301", "confusable"),
        ("Hikvsion", "Hikvsion", "fuzzy"),
        ("hikivision", "hikivision", "fuzzy"),
        ("Hivkisions", "Hivkisions", "fuzzy"),
        ("H1kvision", "H1kvision", "fuzzy"),
        ("Hikvison", "Hikvison", "exact"),
    ],
)
def test_the_method_says_how_the_name_was_read(scanner: Scanner, text: str, surface: str, method: str) -> None:
    (mention,) = scanner.scan(text)
    assert (mention.surface, mention.method) == (surface, method)


@pytest.mark.parametrize(
    ("text", "surface"),
    [("海康機器人發布新品", "海康機器人"), ("螢石網絡上市", "螢石網絡"), ("大華技術的攝像頭", "大華技術")],
)
def test_a_name_in_traditional_characters_is_the_same_name(scanner: Scanner, text: str, surface: str) -> None:
    assert [found for _, found in names(scanner, text)] == [surface]


def test_two_edits_and_short_names_are_not_near_misses(scanner: Scanner) -> None:
    assert scanner.scan("Hkvsion, Hikvbsiom, Dahau, Dahuaa") == ()


def test_a_russian_word_is_not_a_disguise(scanner: Scanner) -> None:
    assert scanner.scan("Новости и камеры") == ()


def test_a_subsidiary_counts_while_it_is_one(scanner: Scanner) -> None:
    text = "Lorex recorders were pulled from the shelves."
    assert names(scanner, text, date(2021, 3, 1)) == [(DAH, "Lorex")]
    assert names(scanner, text, date(2023, 2, 28)) == [(DAH, "Lorex")]
    assert names(scanner, text, date(2023, 3, 1)) == []
    # A text without a date must say by itself that it is about those years.
    assert names(scanner, text) == []
    assert names(scanner, "In 2021 " + text) == [(DAH, "Lorex")]
    assert names(scanner, "In 2025 " + text) == []


def test_mentions_do_not_overlap_and_stand_in_order(scanner: Scanner) -> None:
    text = "Hikvision (Hangzhou Hikvision Digital Technology Co., Ltd.), Dahua, Hikvision Canada Inc., Hikvsion"
    mentions = scanner.scan(text)
    assert [m.surface for m in mentions] == [
        "Hikvision", "Hangzhou Hikvision Digital Technology Co., Ltd.", "Dahua", "Hikvision Canada Inc.", "Hikvsion",
    ]  # fmt: skip
    assert all(one.end <= two.start for one, two in pairwise(mentions))


def test_the_alias_is_the_row_as_written(scanner: Scanner) -> None:
    (mention,) = scanner.scan("urumqi haishi xinan electronic technology co ltd")
    assert mention.alias == "Urumqi Haishi Xin'an Electronic Technology Co., Ltd."


def test_one_bare_word_is_not_derived_from_a_legal_name() -> None:
    alias = Alias("Orange Ltd.", "orange", "legal")
    scanner = Scanner([Company("orange", "Orange", (alias,))])
    assert [m.surface for m in scanner.scan("An orange for Orange Ltd. and Orange Ltd")] == [
        "Orange Ltd.",
        "Orange Ltd",
    ]


def test_a_name_that_is_not_presumed_needs_a_word_for_it() -> None:
    alias = Alias("Nova", "nova", "short", ambiguous=True, cues=("radar",), denials=("star",))
    full = Alias("Nova Systems Plc", "nova", "legal")
    scanner = Scanner([Company("nova", "Nova", (alias, full))])
    assert scanner.scan("Nova is bright.") == ()
    assert len(scanner.scan("Nova sells radar sets.")) == 1
    assert scanner.scan("A star named Nova; far off, a radar.") == ()
    assert len(scanner.scan("Nova Systems Plc has moved. " + "Nothing else is said. " * 20 + "Nova is silent.")) == 2


def test_half_a_character_beside_an_ambiguous_name_does_no_harm(scanner: Scanner) -> None:
    assert names(scanner, "\udb8e Dahua cameras \ud800") == [(DAH, "Dahua")]


def test_each_of_many_names_is_found_among_names_that_begin_alike() -> None:
    words = ["".join(letters) for letters in product("abc", repeat=5)]
    listed = [f"{first} {second}" for first, second in product(words[::9], words[::7])] + words
    listed += [f"Ø{word}" for word in words] + [f"{word}ø" for word in words]
    aliases = tuple(Alias(name, "many", "code") for name in listed)
    found = Scanner([Company("many", "Many", aliases)]).scan(" | ".join(listed))
    assert [mention.alias for mention in found] == listed


def test_a_scanner_without_companies_finds_nothing() -> None:
    assert Scanner([]).scan("Hikvision") == ()

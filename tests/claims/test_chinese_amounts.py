"""Figures in Chinese text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwatch.claims import chinese_amounts
from claimwatch.claims.comparer import Comparer
from claimwatch.claims.text import fold
from claimwatch.models import Finding, Outcome, Publication, SourceClass


@pytest.mark.parametrize(
    ("text", "value", "unit", "comparator", "worded"),
    [
        ("产品销往一百九十三个国家和地区", 193, "countries", "eq", "一百九十三个国家"),
        ("业务遍及180多个国家", 180, "countries", "gt", "180多个国家"),
        ("覆盖四十一国", 41, "countries", "eq", "四十一国"),
        ("持有百分之三十九点六的股份", 39.6, "percent", "eq", "百分之三十九点六"),
        ("占四成二", 42, "percent", "eq", "四成二"),
        ("不超过两成", 20, "percent", "lt", "两成"),
        ("约三分之一", 33.3, "percent", "approx", "三分之一"),
        ("约51万个海康威视摄像机网络", 510_000, "networks", "approx", "51万个海康威视摄像机网络"),
        ("网络约为51万个。", 510_000, "networks", "approx", "51万个"),
        ("136支海康威視監視器", 136, "cameras", "eq", "136支海康威视监视器"),
        ("六十余万台摄像机", 600_000, "cameras", "gt", "六十余万台摄像机"),
        ("每年售出数千万台摄像机", 10_000_000, "cameras/year", "order", "数千万台摄像机"),
        ("合同总额逾4.1亿美元", 410_000_000, "USD", "gt", "4.1亿美元"),
        ("罚款2,100万美元", 21_000_000, "USD", "eq", "2,100万美元"),
        ("一百五十亿元以上", 15_000_000_000, "CNY", "gt", "一百五十亿元"),
        ("数十万名维吾尔人", 100_000, "citizens", "order", "数十万名维吾尔人"),
        ("十六所学校", 16, "schools", "eq", "十六所学校"),
        ("五家公司在美国销售设备", 5, "entities", "eq", "五家公司"),
    ],
)
def test_a_figure_with_what_it_counts(text: str, value: float, unit: str, comparator: str, worded: str) -> None:
    folded = fold(text)
    (found,) = chinese_amounts.find(folded)
    assert (found.value, found.unit, found.comparator) == (value, unit, comparator)
    assert folded[found.start : found.end] == worded


@pytest.mark.parametrize(
    "text",
    [
        "全球第二大厂商",
        "2019年10月7日",
        "第13959号行政令",
        "1260h清单",
        "cve-2021-36260",
        "28票对13票",
        "一家公司",
        "第744条",
        "千方百计",
    ],
)
def test_dates_ordinals_and_names_are_no_figures(text: str) -> None:
    assert chinese_amounts.find(fold(text)) == ()


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("在165和190个国家", [(165, "countries"), (190, "countries")]),
        ("海康覆盖155个国家，大华为180个。", [(155, "countries"), (180, "countries")]),
        ("持股从42%降至36.5%", [(42, "percent"), (36.5, "percent")]),
    ],
)
def test_a_unit_said_once_holds_for_both(text: str, figures: list[tuple[float, str]]) -> None:
    assert [(a.value, a.unit) for a in chinese_amounts.find(fold(text))] == figures


@given(
    st.text(
        "零〇一两三十百千万亿数几上多余来第年月约不超过到逾个家台成分之点%,.0189٣४ 元美元国家网络摄像头和至,。a-/",
        max_size=30,
    )
)
def test_whatever_stands_there_is_read(text: str) -> None:
    folded = fold(text)
    for found in chinese_amounts.find(folded):
        assert 0 <= found.start < found.end <= len(folded)
        assert found.value >= 0


def test_a_long_line_of_figures_is_read() -> None:
    assert len(chinese_amounts.find("三千个, " * 20_000)) == 20_000


def _told(comparer: Comparer, text: str) -> Finding:
    publication = Publication(
        source="press", key="k", url="https://a.example/", title="", kind="record", language="zh-Hans", text=text,
    )  # fmt: skip
    (found,) = comparer.publication(publication, SourceClass.PRESS)
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("大华股份的产品目前销往二百一十个国家和地区。", 210),
        ("国有股东持有海康威视百分之三十七点九的股份。", 37.9),
        ("海康威视目前是全球第二大视频监控厂商。", 2),
    ],
)
def test_another_figure_than_the_claims_is_an_update(comparer: Comparer, text: str, value: float) -> None:
    found = _told(comparer, text)
    assert found.outcome is Outcome.UPDATE
    assert found.after is not None
    assert found.after.value == value


@pytest.mark.parametrize("text", ["大华股份的产品销往一百八十个国家。", "国有股东持有海康威视百分之四十二的股份。"])
def test_the_claims_own_figure_is_said_again(comparer: Comparer, text: str) -> None:
    assert _told(comparer, text).outcome is Outcome.RESTATEMENT

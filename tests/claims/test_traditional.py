"""Chinese in traditional characters is read like the same in simplified ones."""

import pytest

from claimwatch.claims.comparer import Comparer
from claimwatch.claims.text import fold
from claimwatch.models import Finding, Publication, SourceClass


def _told(comparer: Comparer, text: str) -> tuple[Finding, ...]:
    publication = Publication(
        source="press", key="k", url="https://a.example/", title="", kind="record", language="zh-Hans", text=text,
    )  # fmt: skip
    return comparer.publication(publication, SourceClass.PRESS)


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("國會議員要求將海康威視移出實體清單。", "国会议员要求将海康威视移出实体清单。"),
        ("大華股份否認參與監控維吾爾人。", "大华股份否认参与监控维吾尔人。"),
        ("法院撤銷了對海康威視的禁購令。", "法院撤销了对海康威视的禁购令。"),
        ("大華股份的產品銷往兩百一十個國家。", "大华股份的产品销往两百一十个国家。"),
        ("臺灣禁止機關採購海康與大華的攝影機。", "台湾禁止机关采购海康与大华的摄影机。"),
    ],
)
def test_both_kinds_of_characters_say_the_same(comparer: Comparer, traditional: str, simplified: str) -> None:
    ours, same = _told(comparer, traditional), _told(comparer, simplified)
    assert {found.quote for found in ours} == {traditional}
    said = [(f.entity, f.outcome, f.predicate, f.object_class, f.place, f.as_of, f.claims) for f in ours]
    assert said == [(f.entity, f.outcome, f.predicate, f.object_class, f.place, f.as_of, f.claims) for f in same]
    assert any(found.predicate is not None for found in ours)


def test_folding_keeps_every_place_and_is_done_once() -> None:
    every = "".join(map(chr, range(0x4E00, 0xA000)))
    folded = fold(every)
    assert len(folded) == len(every)
    assert fold(folded) == folded
    assert fold("體後發臺華") == "体后发台华"

"""What a reader is told of an edition."""

from dataclasses import replace

import pytest

from claimwatch.editions.selection import is_due, own_items, wants
from claimwatch.models import Item, Topics
from tests.editions import factory as make


def an_item() -> Item:
    """The withdrawal: S1, about Hikvision, from the Council and told by UHRP as well."""
    return make.an_edition(make.withdrawal()).items[0]


@pytest.mark.parametrize(
    ("topics", "wanted"),
    [
        (Topics(), True),
        (Topics(companies=("hikvision",)), True),
        (Topics(companies=("dahua",)), False),
        (Topics(companies=("dahua", "hikvision")), True),
        (Topics(sources=("uhrp",)), True),
        (Topics(sources=("entity_list",)), False),
        (Topics(severity="S1"), True),
        (Topics(companies=("hikvision",), sources=("entity_list",)), False),
    ],
)
def test_topics(topics: Topics, wanted: bool) -> None:
    assert wants(topics, an_item()) is wanted


def test_the_severity_floor() -> None:
    item = replace(an_item(), severity="S3")
    assert [wants(Topics(severity=floor), item) for floor in ("S2", "S3", "S4")] == [False, True, True]


def test_a_reader_is_told_what_is_new_to_them_reminded_of_what_they_know_and_paid_what_they_are_owed() -> None:
    items = {(n, 2): replace(an_item(), development=str(n)) for n in range(1, 7)}
    own = own_items(
        items,
        Topics(),
        told={(2, 2): "urgent", (3, 2): None, (6, 2): "urgent"},
        told_earlier=[4],
        owed=[(5, 2)],
        general=[(1, 2), (2, 2), (3, 2), (4, 2)],
    )
    assert {pair[0]: (item.told_as, item.told_before) for pair, item in own.items()} == {
        1: (None, False),
        2: ("urgent", False),
        4: (None, True),
        5: (None, False),
    }


@pytest.mark.parametrize(
    ("series", "blind", "proof_of_life", "due"),
    [
        ("weekly", False, True, True),
        ("weekly", False, False, False),
        ("weekly", True, False, True),
        ("monthly", False, True, True),
        ("daily", False, True, False),
        ("daily", True, True, True),
        ("urgent", True, True, False),
    ],
)
def test_when_there_is_nothing_to_tell(series: str, blind: bool, proof_of_life: bool, due: bool) -> None:
    edition = replace(make.an_edition(blind=blind), series=series)
    assert is_due(edition, proof_of_life=proof_of_life) is due
    known = replace(an_item(), told_as="urgent")
    assert is_due(replace(edition, items=(known,)), proof_of_life=proof_of_life) is due
    assert is_due(replace(edition, items=(an_item(),)), proof_of_life=proof_of_life)

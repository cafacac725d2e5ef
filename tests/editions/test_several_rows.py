"""One development told by several rows or pages: each is named, and a value is "before" only of the same thing."""

from dataclasses import replace

import pytest

from claimwatch.models import Candidate, Outcome, Quantity
from tests.editions import factory, pieces


def rows(*names: str) -> Candidate:
    """Rows of the Entity List that one rule brought, under names that do not hold the watched name."""
    first = factory.citation().evidence[0]
    told = []
    for number, name in enumerate(names, 1):
        after = Quantity(None, None, "eq", "2023-03-30", f"88 FR 1898{number}, 3/30/23")
        finding = replace(
            first.finding, outcome=Outcome.NEW, operation="add", before=None, after=after, confidence="record"
        )
        told.append(replace(first, id=number, finding=finding, title=name))
    return pieces.a_candidate(*told, key="rows", companies=("hikvision",))


def test_every_row_of_a_development_is_named_with_its_own_value() -> None:
    mail = factory.a_mail(factory.an_edition(rows("Luopu Haishi", "Moyu Haishi", "Pishan Haishi")))
    for part in (mail.html, mail.text):
        flat = " ".join(part.split())
        assert all(name in flat for name in ("Luopu Haishi", "Moyu Haishi", "Pishan Haishi"))
        assert all(f"88 FR 1898{number}, 3/30/23" in flat for number in (1, 2, 3))


def test_a_headline_names_the_row_where_the_company_s_name_is_not_in_it() -> None:
    assert "(Luopu Haishi) — Hikvision" in factory.an_edition(rows("Luopu Haishi")).items[0].headline
    known = factory.an_edition(rows("Hangzhou Hikvision Digital Technology Co., Ltd.")).items[0].headline
    assert known.endswith("— Hikvision")
    assert "Digital" not in known


def test_a_headline_says_how_many_rows_it_stands_for() -> None:
    headline = factory.an_edition(rows("Luopu Haishi", "Moyu Haishi", "Pishan Haishi")).items[0].headline
    assert "(Luopu Haishi and 2 more) — Hikvision" in headline


def test_a_page_that_tells_of_a_row_is_no_further_row() -> None:
    candidate = rows("Luopu Haishi", "A rule on five companies")
    row, rule = candidate.evidence
    told = replace(rule, finding=replace(rule.finding, confidence="rule"))
    assert "(Luopu Haishi) — " in factory.an_edition(replace(candidate, evidence=(row, told))).items[0].headline


def test_a_value_without_one_of_the_same_thing_before_it_replaces_nothing() -> None:
    share = factory.share()
    evidence = share.evidence[0]
    alone = replace(share, evidence=(replace(evidence, finding=replace(evidence.finding, before=None)),))
    with_before, without = factory.an_edition(share).items[0], factory.an_edition(alone).items[0]
    assert "now 40.8 per cent, before 42%" in with_before.headline
    assert " now " not in without.headline
    text = factory.a_mail(factory.an_edition(alone)).text
    assert "Compare:" in text
    assert "Before:" not in text


def test_a_source_that_only_points_to_a_paper_is_named_with_it() -> None:
    share = factory.share()
    evidence = share.evidence[0]
    cited = replace(evidence, finding=replace(evidence.finding, speaker="its annual report"))
    mail = factory.a_mail(factory.an_edition(replace(share, evidence=(cited,))))
    flat = " ".join(mail.text.split())
    assert f"{pieces.UHRP}, citing the company’s annual report: ownership share" in flat
    assert f"— {pieces.UHRP}, citing the company’s annual report, in" in flat


def said_by(speaker: str | None, source: str) -> str:
    """The mail about a share that `speaker` names, as `source` tells it."""
    share = factory.share()
    (evidence,) = share.evidence
    told = replace(evidence, finding=replace(evidence.finding, speaker=speaker), source_name=source)
    return " ".join(factory.a_mail(factory.an_edition(replace(share, evidence=(told,)))).text.split())


def test_who_tells_of_it_stands_beside_whom_it_has_say_it() -> None:
    assert f"— Hikvision, as told by {pieces.UHRP}, in “" in said_by("Hikvision", pieces.UHRP)
    assert f"— {pieces.UHRP}, in “" in said_by(None, pieces.UHRP)


def test_a_source_under_a_shorter_name_is_not_named_twice() -> None:
    assert "— UHRP, in “" in said_by("UHRP", pieces.UHRP)
    assert "— OFAC, in “" in said_by("OFAC", "Office of Foreign Assets Control (OFAC)")
    for name in ("Council on Ethics", "The Council on Ethics", "COUNCIL ON ETHICS"):
        assert f"— {name}, in “" in said_by(name, pieces.COUNCIL)


def test_a_source_under_its_norwegian_name_is_not_named_twice() -> None:
    assert "— Etikkrådet, in “" in said_by("Etikkrådet", pieces.COUNCIL)
    assert "— Regjeringen, in “" in said_by("Regjeringen", "Norwegian Government (regjeringen.no)")


@pytest.mark.parametrize(
    ("speaker", "source"),
    [
        ("Congress", "World Uyghur Congress"),
        ("World Congress", "World Uyghur Congress"),
        ("Norway", pieces.COUNCIL),
        ("Ethics", pieces.COUNCIL),
        ("Norges Bank", "Norges Bank Investment Management (exclusions)"),
        ("US", "Uyghur Support"),
    ],
)
def test_whoever_bears_a_part_of_a_sources_name_is_not_taken_for_it(speaker: str, source: str) -> None:
    assert f"— {speaker}, as told by {source}, in “" in said_by(speaker, source)

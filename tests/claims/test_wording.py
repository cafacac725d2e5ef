"""What a sentence says of each company: roles, negation, permissions, retractions, lists, speakers, dates."""

from datetime import date

import pytest

from claimwatch.claims import Comparer, dates, figures, quantities
from claimwatch.claims.clauses import own_clause
from claimwatch.claims.speakers import named_speaker
from claimwatch.models import Finding, Outcome, Publication, SourceClass


def found(comparer: Comparer, text: str, **changes: object) -> list[Finding]:
    source_class = changes.pop("source_class", SourceClass.PRESS)
    assert isinstance(source_class, SourceClass)
    fields: dict[str, object] = {
        "source": "press", "key": "k", "url": "https://news.example/item", "title": "", "kind": "page",
        "language": "en", "text": text, "published_on": date(2025, 9, 3),
    }  # fmt: skip
    return list(comparer.publication(Publication(**(fields | changes)), source_class))  # type: ignore[arg-type]


def of(findings: list[Finding], entity: str) -> Finding:
    return next(f for f in findings if f.entity == entity)


def test_each_company_has_its_own_clause(comparer: Comparer) -> None:
    told = found(comparer, "BIS removed Dahua from the Entity List, while Hikvision asked the bureau for a hearing.")
    assert of(told, "dahua").outcome is Outcome.REVERSAL
    assert of(told, "hikvision").outcome is not Outcome.REVERSAL


def test_a_shared_clause_is_nobodys_own() -> None:
    text = "hikvision and dahua were banned, while others were not"
    assert own_clause(text, {"hikvision": [(0, 9)], "dahua": [(14, 19)]}, "dahua") is None


@pytest.mark.parametrize(
    ("text", "hikvision", "dahua"),
    [
        ("Hikvision and Dahua sell to 161 and 188 countries, respectively.", 161, 188),
        ("Hikvision sells in 161 countries and Dahua in 188.", 161, 188),
        ("State bodies own 36.5 per cent of Hikvision and about 7 per cent of Dahua.", 36.5, 7),
    ],
)
def test_each_company_has_its_own_figure(comparer: Comparer, text: str, hikvision: float, dahua: float) -> None:
    told = found(comparer, text)
    values = [f.after.value if f.after else None for f in (of(told, "hikvision"), of(told, "dahua"))]
    assert values == [hikvision, dahua]


def test_a_figure_for_one_company_alone_is_not_the_others() -> None:
    text = "dahua, unlike hikvision, sells in 188 countries"
    amounts = quantities.find(text)
    assert figures.paired(amounts, [("dahua", 0, 5), ("hikvision", 14, 23)], ["dahua", "hikvision"], text) is None


def test_a_number_that_leaves_its_noun_out_has_that_of_the_sentence_before(comparer: Comparer) -> None:
    told = found(
        comparer, "Hikvision has 214,000 networks in the United Kingdom. In London 41,000 were still connected."
    )
    last = told[-1]
    assert (last.predicate, last.place) == ("installed_networks", "GB-LND")
    assert last.after is not None
    assert (last.after.value, last.after.unit) == (41_000, "networks")


@pytest.mark.parametrize(
    "text",
    [
        "India has suspended certification of Hikvision cameras.",
        "The regulator revoked the approvals of Hikvision devices.",
        "The council cancelled purchases of Hikvision cameras.",
        "The Council's sister body would oppose any lifting of the sanctions on Hikvision, its director said.",
        "Hikvision has applied to the End-User Review Committee to have its name deleted from the Entity List.",
        "The Commission denied Hikvision's petition that its equipment be struck from the Covered List.",
    ],
)
def test_what_takes_no_measure_back_is_no_reversal(comparer: Comparer, text: str) -> None:
    assert of(found(comparer, text), "hikvision").outcome not in (Outcome.REVERSAL, Outcome.DENIAL)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hikvision has wound up its part in projects with local authorities in Xinjiang.", "en"),
        ("UHRP retracts its statement that Hikvision was present in 155 countries.", "en"),
        ("Hikvision no longer appears on the Entity List.", "en"),
        ("The ministry has lifted the order to take Hikvision cameras off its buildings.", "en"),
        ("The school board put its Hikvision cameras back up.", "en"),
        ("The licence requirement for sales to Hikvision has been rescinded.", "en"),
        ("Etikkrådet har trukket tilrådningen om å utelukke Hikvision.", "nb"),
        ("Noregs Bank har avslutta observasjonen av Hikvision.", "nn"),
        ("海康威视宣布终止在新疆的监控项目。", "zh-Hans"),
        ("美国商务部已将海康威视移出实体清单。", "zh-Hans"),
    ],
)
def test_what_is_taken_back_is_a_reversal_in_every_language(comparer: Comparer, text: str, language: str) -> None:
    assert of(found(comparer, text, language=language), "hikvision").outcome is Outcome.REVERSAL


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Etikkrådet rår til at Noregs Bank opphevar utestenginga av Hikvision.", "nn"),
        ("Regjeringen vurderer å oppheve forbudet mot å kjøpe Hikvision-utstyr.", "nb"),
        ("美国商务部正考虑将海康威视移出实体清单。", "zh-Hans"),
    ],
)
def test_what_is_only_advised_or_weighed_is_pending(comparer: Comparer, text: str, language: str) -> None:
    assert of(found(comparer, text, language=language), "hikvision").outcome is Outcome.PENDING


def test_a_named_sentence_does_not_go_on_about_the_measure_before(comparer: Comparer) -> None:
    text = "Hikvision is on the Entity List. A Hikvision shop in Leeds closed its doors."
    assert found(comparer, text)[-1].outcome is not Outcome.REVERSAL


def test_a_name_in_a_list_says_what_leads_into_the_list(comparer: Comparer) -> None:
    text = (
        "The Department has determined that these are Chinese military companies under section 1260H:\n"
        "Huawei Technologies Co., Ltd.\n"
        "Hangzhou Hikvision Digital Technology Co., Ltd. (Hikvision)\n"
        "Zhejiang Dahua Technology Co., Ltd. (Dahua)"
    )
    told = found(comparer, text, source="federal_register", source_class=SourceClass.OFFICIAL)
    assert [(f.entity, f.outcome, f.predicate, f.place) for f in told] == [
        ("hikvision", Outcome.NEW, "listed_on", "US"),
        ("dahua", Outcome.NEW, "listed_on", "US"),
    ]
    assert [text[f.start : f.end] for f in told] == text.split("\n")[2:]


@pytest.mark.parametrize(
    ("source_class", "as_of"), [(SourceClass.PRESS, "2025-09"), (SourceClass.OFFICIAL, "2025-09-03")]
)
def test_an_official_page_acts_on_its_day_and_press_only_in_its_month(
    comparer: Comparer, source_class: SourceClass, as_of: str
) -> None:
    told = found(comparer, "BIS has removed Hikvision from the Entity List.", source_class=source_class)
    assert told[0].as_of == as_of
    assert "as_of.implied" in told[0].rules


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("suspended from November 10, 2025, through November 9, 2026", "2025-11-10"),
        ("the ban imposed in 2022 was lifted on 2 June 2025", "2025-06-02"),
    ],
)
def test_a_suspension_holds_from_its_beginning(comparer: Comparer, text: str, on: str) -> None:
    assert found(comparer, f"The licence requirement for Hikvision: {text}.")[0].as_of == on


@pytest.mark.parametrize(
    ("text", "on"),
    [("last month", "2025-08"), ("five years ago today", "2020-09-03"), ("two years ago", "2023")],
)
def test_dates_counted_back_from_the_publication(text: str, on: str) -> None:
    assert dates.find(text, date(2025, 9, 3))[0].on == on


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("IPVM reported that Hikvision won the tender.", "IPVM"),
        ("According to the Council on Ethics, Dahua left the region.", "the Council on Ethics"),
        ("Most sites are clear of Hikvision devices, the Cabinet Office told MPs.", "the Cabinet Office"),
        ("Ifølge Datatilsynet sender Dahua ikke opptak ut av landet.", "Datatilsynet"),
        ("据路透社报道，海康威视退出了项目。", "路透社"),
        ("It said that the firm had left.", None),
        ("The Pentagon added Dahua to its roster.", None),
    ],
)
def test_who_says_it(text: str, speaker: str | None) -> None:
    assert named_speaker(text) == speaker


def test_the_company_speaks_for_itself_and_others_for_themselves(comparer: Comparer) -> None:
    own = of(found(comparer, "Hikvision said it had left five projects in Xinjiang."), "hikvision")
    other = of(found(comparer, "Hikvision has left five projects in Xinjiang, Reuters reported."), "hikvision")
    assert (own.speaker, other.speaker) == ("Hikvision", "Reuters")

"""What leads, what follows, and how it is put."""

from dataclasses import replace
from datetime import date

import pytest

from claimwatch.editions import assemble, parse_period, words_for
from claimwatch.editions.headlines import headline
from claimwatch.errors import EditionInvalid
from claimwatch.models import Candidate, Outcome, SourceClass
from tests.editions import factory as make
from tests.editions import pieces


def headlines(*candidates: Candidate, first: bool = False) -> list[str]:
    return [item.headline for item in make.an_edition(*candidates, first=first).items]


def test_needs_attention_comes_first_and_severity_decides_within() -> None:
    items = make.an_edition(*make.every_outcome()).items
    assert [(item.outcome, item.severity) for item in items] == [
        (Outcome.REVERSAL, "S1"),
        (Outcome.UPDATE, "S1"),
        (Outcome.UPDATE, "S3"),
        (Outcome.PENDING, "S2"),
        (Outcome.DENIAL, "S3"),
        (Outcome.NEW, "S3"),
        (Outcome.NEW, "S4"),
    ]


def test_the_order_of_the_candidates_does_not_matter() -> None:
    assert make.an_edition(*make.every_outcome()) == make.an_edition(*reversed(make.every_outcome()))


def test_on_a_first_edition_what_reverses_a_baseline_claim_leads() -> None:
    finding = pieces.a_finding(Outcome.REVERSAL, "A court set the order on Hikvision aside.", severity="S0")
    other = pieces.a_candidate(pieces.evidence_of(finding, pieces.UHRP, "Set aside", SourceClass.OFFICIAL), key="other")
    first = make.an_edition(other, make.withdrawal(), first=True)
    later = make.an_edition(other, make.withdrawal())
    assert [item.development for item in first.items] == ["withdrawal", "other"]
    assert first.items[0].claim is not None
    assert first.items[0].claim.id == "A09"
    assert [item.development for item in later.items] == ["other", "withdrawal"]


def test_the_strongest_source_leads_and_the_claim_is_its_own() -> None:
    (item,) = make.an_edition(make.withdrawal()).items
    assert [evidence.source_name for evidence in item.evidence] == [pieces.COUNCIL, pieces.UHRP]
    assert item.document is not None
    assert item.document.id == "A"
    assert item.companies == ("Hikvision",)


def test_evidence_that_says_what_the_development_is_goes_before_stronger_evidence_that_does_not() -> None:
    said = pieces.evidence_of(
        pieces.a_finding(Outcome.NEW, "Hikvision said."), pieces.UHRP, "t", SourceClass.PRESS, id=1
    )
    other = pieces.evidence_of(
        pieces.a_finding(Outcome.RESTATEMENT, "Hikvision again."), pieces.COUNCIL, "t", SourceClass.OFFICIAL, id=2
    )
    newer = replace(said, id=3, published_on=date(2026, 11, 11))
    candidate = replace(pieces.a_candidate(said), evidence=(other, said, newer))
    assert [evidence.id for evidence in make.an_edition(candidate).items[0].evidence] == [3, 1, 2]


@pytest.mark.parametrize(
    ("happened_on", "late"), [(date(2026, 10, 25), True), (date(2026, 10, 26), False), (date(2026, 11, 12), False)]
)
def test_late_is_more_than_fourteen_days_before_the_period(happened_on: date, late: bool) -> None:
    development = replace(make.untyped().development, happened_on=happened_on)
    assert make.an_edition(replace(make.untyped(), development=development)).items[0].late is late


def test_without_a_date_of_the_event_the_publication_decides_and_without_that_nothing_is_late() -> None:
    (evidence,) = make.untyped().evidence
    for published_on, late in ((date(2024, 1, 1), True), (None, False)):
        candidate = replace(make.untyped(), evidence=(replace(evidence, published_on=published_on),))
        assert make.an_edition(candidate).items[0].late is late


def test_headlines_name_who_says_it() -> None:
    assert headlines(*make.every_outcome()) == [
        "Council on Ethics (Norway): recommendation to exclude withdrawn — Hikvision",
        "Entity List (Supplement No. 4 to Part 744): entry on the Entity List changed — Dahua",
        "Uyghur Human Rights Project: ownership share (state investors) now 40.8 per cent, before 42% — Hikvision",
        "House committee: legislation (procurement ban) under consideration — Hikvision, Dahua",
        "Hikvision: denial (forced labour)",
        "UHRP: demand for expulsion — Hikvision, Dahua",
        "Uyghur Human Rights Project: “New seats for five subsidiaries” — Hikvision",
    ]


@pytest.mark.parametrize(
    ("quote", "kinds"),
    [
        ("Norges Bank has decided to exclude Hikvision.", ["decision on exclusion", "beslutning om utelukkelse"]),
        ("Norges Bank har besluttet å utelukke selskapet.", ["decision on exclusion", "beslutning om utelukkelse"]),
        ("Selskapet er utelukka frå fondet.", ["decision on exclusion", "beslutning om utelukkelse"]),
        ("The fund has sold all its shares in Hikvision.", ["decision on divestment", "beslutning om nedsalg"]),
    ],
)
def test_an_exclusion_is_not_called_a_sale_nor_a_sale_an_exclusion(quote: str, kinds: list[str]) -> None:
    candidate = make.untyped()
    (evidence, *_) = candidate.evidence
    item = make.an_edition(candidate).items[0]
    finding = replace(evidence.finding, quote=quote)
    item = replace(item, predicate="divestment_decision", label="x", evidence=(replace(evidence, finding=finding),))
    made = [headline(item, words_for(language)) for language in ("en", "nb")]
    assert all(kind in line for kind, line in zip(kinds, made, strict=True)), made


def test_what_cannot_be_told_is_refused_by_name() -> None:
    with pytest.raises(EditionInvalid, match="citation"):
        make.an_edition(replace(make.citation(), evidence=()))
    folded = replace(make.untyped().development, outcome=Outcome.RESTATEMENT)
    with pytest.raises(EditionInvalid, match="RESTATEMENT"):
        make.an_edition(replace(make.untyped(), development=folded))


def test_a_claim_or_company_that_the_baseline_no_longer_has_does_not_stop_the_edition() -> None:
    finding = pieces.a_finding(Outcome.NEW, "x Hikvision", claims=("Z99",))
    candidate = pieces.a_candidate(
        pieces.evidence_of(finding, pieces.UHRP, "t", SourceClass.NGO), companies=("hikvision", "ezviz")
    )
    period = parse_period("2026-W46", "Europe/Oslo")
    edition = assemble(period, pieces.NOW, [candidate], (), (), 0, pieces.a_baseline(), False)
    assert edition.items[0].claim is None
    assert edition.items[0].companies == ("Hikvision", "ezviz")

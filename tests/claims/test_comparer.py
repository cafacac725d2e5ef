"""Findings from publications: the acceptance cases, every outcome in three languages, traps, and purity."""

from datetime import date

import pytest

from claimwatch.claims import Comparer
from claimwatch.models import Finding, Outcome, Publication, SourceClass


def publication(text: str, **changes: object) -> Publication:
    fields: dict[str, object] = {
        "source": "press", "key": "k", "url": "https://news.example/item", "title": "", "kind": "page",
        "language": "en", "text": text, "published_on": date(2025, 4, 1),
    }  # fmt: skip
    return Publication(**(fields | changes))  # type: ignore[arg-type]


def told(comparer: Comparer, text: str, entity: str = "hikvision", **changes: object) -> Finding:
    source_class = changes.pop("source_class", SourceClass.PRESS)
    assert isinstance(source_class, SourceClass)
    found = comparer.publication(publication(text, **changes), source_class)
    (finding,) = [f for f in found if f.entity == entity]
    return finding


COUNCIL = {
    "nn": (
        "Rådet rådde 14. januar 2020 til å utelukke selskapet frå fondet.\n\n"
        "Noregs Bank skreiv 11. september 2020 at saka ikkje ville bli handsama; fondet åtte ikkje lenger aksjar. "
        "Rådet avgjorde difor å trekkje tilrådinga 15. september 2020."
    ),
    "nb": (
        "Etikkrådet tilrådde 14. januar 2020 å utelukke selskapet fra fondet.\n\n"
        "Norges Bank skrev 11. september 2020 at saken ikke ville bli behandlet fordi fondet ikke lenger eide aksjer. "
        "Rådet besluttet derfor å trekke tilrådningen 15. september 2020."
    ),
    "en": (
        "On 14 January 2020 the Council advised that the company be excluded from the fund.\n\n"
        "Norges Bank wrote on 11 September 2020 that it would not consider the matter, having sold its shares. "
        "The Council therefore decided to withdraw its recommendation on 15 September 2020."
    ),
}


@pytest.mark.parametrize("language", COUNCIL)
def test_the_withdrawal_that_names_no_company_reverses_a09(comparer: Comparer, language: str) -> None:
    page = publication(
        COUNCIL[language],
        source="council_on_ethics",
        language=language,
        title="Hangzhou Hikvision Digital Technology Co Ltd",
        url="https://etikkradet.no/hangzhou-hikvision-digital-technology-co-ltd/",
        published_on=None,
    )
    found = comparer.publication(page, SourceClass.OFFICIAL)
    first, last = found[0], found[-1]
    assert (first.outcome, first.claims[0]) == (Outcome.RESTATEMENT, "A09")
    assert last.outcome is Outcome.REVERSAL
    assert (last.claims[0], last.predicate, last.place) == ("A09", "divestment_recommendation", "NO")
    assert (last.as_of, last.severity, last.method, last.surface) == ("2020-09-15", "S1", "carried", "")


@pytest.mark.parametrize(
    ("text", "entity", "language", "outcome"),
    [
        ("BIS removed Dahua Technology from the Entity List on March 3, 2025.", "dahua", "en", Outcome.REVERSAL),
        ("BIS is considering removing Hikvision from the Entity List.", "hikvision", "en", Outcome.PENDING),
        ("Hikvision asked BIS to remove it from the Entity List.", "hikvision", "en", Outcome.PENDING),
        ("The White House has no plan to take Dahua off the Entity List.", "dahua", "en", Outcome.RESTATEMENT),
        ("Hikvision is on the Entity List.", "hikvision", "en", Outcome.RESTATEMENT),
        ("BIS added an alias to the entry for Hikvision.", "hikvision", "en", Outcome.UPDATE),
        ("New Zealand has banned Hikvision cameras from government buildings.", "hikvision", "en", Outcome.UPDATE),
        ("State investors now own 37 percent of Hikvision.", "hikvision", "en", Outcome.UPDATE),
        ("Hikvision supplies surveillance technology to 155 countries.", "hikvision", "en", Outcome.RESTATEMENT),
        ("Norges Bank has decided to exclude Dahua from the pension fund.", "dahua", "en", Outcome.NEW),
        ("Norges Bank har besluttet å oppheve utelukkelsen av Hikvision.", "hikvision", "nb", Outcome.REVERSAL),
        ("Rådet trekkjer ikkje tilrådinga om Hikvision.", "hikvision", "nn", Outcome.RESTATEMENT),
        ("Dahua denied the accusations as baseless.", "dahua", "en", Outcome.DENIAL),
        ("Dahua avviste skuldingane og sa at dei er grunnlause.", "dahua", "nn", Outcome.DENIAL),
        ("海康威视对此表示坚决反对，称有关指控毫无根据。", "hikvision", "zh-Hans", Outcome.DENIAL),
        ("Hikvision did not respond to a request for comment.", "hikvision", "en", Outcome.CONTEXT),
        ("Hikvision has poisoned the well of a village.", "hikvision", "en", Outcome.NEW),
        ("The ministry reinstalled the Hikvision cameras it had taken down.", "hikvision", "en", Outcome.REVERSAL),
    ],
)
def test_outcomes_of_single_sentences(
    comparer: Comparer, text: str, entity: str, language: str, outcome: Outcome
) -> None:
    assert told(comparer, text, entity, language=language).outcome is outcome


@pytest.mark.parametrize(
    "text",
    [
        "The committee rejected Hikvision's denial.",
        "UHRP opposes any move to lift sanctions on Hikvision.",
        "The court denied the motion that Hikvision had filed.",
        "The rule removes three entities from the Entity List, none of which is Hikvision.",
        "Hikvision was added to a list of equipment that poses an unacceptable risk to national security.",
        "“Rip out every Hikvision camera,” an opposition spokesman told reporters.",
    ],
)
def test_who_speaks_and_who_is_spared_matters(comparer: Comparer, text: str) -> None:
    assert told(comparer, text).outcome not in (Outcome.REVERSAL, Outcome.DENIAL)


@pytest.mark.parametrize(
    ("text", "object_class"),
    [
        ("The attorney general has filed a lawsuit against Lorex, a former unit of Dahua.", "brought_against_company"),
        ("A class action says that Dahua made the cameras that Lorex sold.", "brought_against_company"),
        ("Dahua has filed a petition with the court against the order.", "brought_by_company"),
    ],
)
def test_who_is_sued_does_not_sue(comparer: Comparer, text: str, object_class: str) -> None:
    finding = told(comparer, text, "dahua")
    assert (finding.predicate, finding.object_class) == ("litigation", object_class)


def test_who_must_sell_its_shares_is_asked_to(comparer: Comparer) -> None:
    finding = told(comparer, "The fund must take immediate steps to divest from Hikvision, six groups wrote.")
    assert (finding.predicate, finding.object_class) == ("calls_for", "divestment")


def test_a_changed_figure_shows_before_and_after(comparer: Comparer) -> None:
    finding = told(comparer, "By the end of 2024, Hikvision equipment was on sale in 165 countries.")
    assert finding.before is not None
    assert finding.after is not None
    assert (finding.before.value, finding.after.value, finding.after.unit) == (155, 165, "countries")
    assert (finding.claims[0], finding.outcome) == ("B21", Outcome.UPDATE)
    assert "155 countries" in finding.before.text
    assert finding.after.text == "165 countries"


def test_each_company_gets_its_own_figure(comparer: Comparer) -> None:
    text = "Dahua ships cameras to 181 states and Hikvision to 155."
    assert told(comparer, text, "dahua").outcome is Outcome.UPDATE
    assert told(comparer, text, "hikvision").outcome is Outcome.RESTATEMENT


def test_a_sentence_that_points_back_carries_the_company(comparer: Comparer) -> None:
    text = "Dahua sold cameras to the ministry. The company then took part in a rocket launch. Rain fell on Oslo."
    found = comparer.publication(publication(text), SourceClass.PRESS)
    assert [(f.method, f.outcome) for f in found][1] == ("carried", Outcome.NEW)
    assert len(found) == 2


def test_every_mention_gives_a_finding_cut_exactly_from_the_text(comparer: Comparer) -> None:
    text = "Notes\n\nHikvision sleeps. Nobody minds.\n\nBoth Dahua and\nHikvision wake up."
    found = comparer.publication(publication(text), SourceClass.PRESS)
    named = [f for f in found if f.surface]
    assert [f.entity for f in named] == ["hikvision", "dahua", "hikvision"]
    for finding in found:
        assert text[finding.start : finding.end] == finding.quote
        assert all(text[a:b] for a, b in finding.marks)
        assert all(finding.start <= a < b <= finding.end for a, b in finding.marks)
    assert named[0].marks == ((7, 16),)


def test_near_misses_wait_for_review(comparer: Comparer) -> None:
    finding = told(comparer, "The agency bought cameras by Hikvisoin last week.")
    assert (finding.method, finding.confidence) == ("fuzzy", "fuzzy")


def test_severity_follows_the_source(comparer: Comparer) -> None:
    text = "BIS removed Dahua Technology from the Entity List."
    official = told(comparer, text, "dahua", source="federal_register", source_class=SourceClass.OFFICIAL)
    assert official.severity == "S1"
    assert told(comparer, text, "dahua").severity == "S3"
    assert told(comparer, "Dahua has poisoned the well of a village.", "dahua").severity == "S4"


def test_the_same_input_gives_the_same_findings_and_the_fingerprint_is_about_what_is_said(comparer: Comparer) -> None:
    first = told(comparer, "Hikvision supplies 191 countries.")
    assert first == told(comparer, "Hikvision supplies 191 countries.")
    elsewhere = told(comparer, "In all, 191 countries are supplied by Hikvision.", url="https://other.example/")
    assert elsewhere.fingerprint == first.fingerprint
    assert told(comparer, "Hikvision supplies 192 countries.").fingerprint != first.fingerprint
    assert told(comparer, "Hikvision sings.").fingerprint != told(comparer, "Hikvision dances.").fingerprint


@pytest.mark.parametrize("verb", ["recommended that Hikvision be excluded", "recommended to exclude Hikvision"])
def test_a_recommendation_is_the_claim_itself_and_not_pending(comparer: Comparer, verb: str) -> None:
    page = Publication(
        "council_on_ethics", "k", "https://a.example/", "Hikvision", "page", "en",
        f"On 14 January 2020 the Council on Ethics {verb} from the Government Pension Fund Global.",
    )  # fmt: skip
    (finding,) = comparer.publication(page, SourceClass.OFFICIAL)
    # The claim gives no day, so that the sentence may be told or folded; pending it is not.
    assert finding.outcome in (Outcome.RESTATEMENT, Outcome.NEW, Outcome.UPDATE)
    assert (finding.predicate, finding.claims[0]) == ("divestment_recommendation", "A09")


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The depot sent back its Hikvision recorders, two porters there said.", None),
        ("In a statement, Hikvision said the cameras had been switched off.", "Hikvision"),
        ("There are 600,000 Hikvision camera networks in the United States, most of them in cities.", None),
    ],
)
def test_words_are_put_into_nobodys_mouth(comparer: Comparer, text: str, speaker: str | None) -> None:
    page = Publication("press", "k", "https://a.example/", "Cameras", "page", "en", text, date(2025, 3, 4))
    (finding,) = comparer.publication(page, SourceClass.PRESS)
    assert finding.speaker == speaker


def test_a_cue_alone_folds_no_sentence(comparer: Comparer) -> None:
    known = "Hikvision and Dahua cameras help Chinese authorities to track, monitor and target Uyghurs."
    strange = "Dahua weakened privacy when its thermostats joined a botnet of kettles."
    outcomes = [
        {f.outcome for f in comparer.publication(
            Publication("press", "k", "https://a.example/", "Cameras", "page", "en", text, date(2025, 3, 4)),
            SourceClass.PRESS,
        )}
        for text in (known, strange)
    ]  # fmt: skip
    assert outcomes[0] == {Outcome.RESTATEMENT}
    assert all(outcome.alerts for outcome in outcomes[1])

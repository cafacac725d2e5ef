"""What ends, by the rules alone: entries struck in the present tense, cases closed, attempts that come to nothing."""

from datetime import date

import pytest

from claimwatch.claims import Comparer
from claimwatch.claims.comparer import Sighting
from claimwatch.claims.judge import Judged
from claimwatch.models import Outcome, Publication


def judged(comparer: Comparer, text: str, language: str = "en") -> Judged:
    page = Publication("press", "k", "https://a.example/", "", "page", language, text, date(2026, 11, 10))
    (found,) = comparer.sightings(page)
    assert isinstance(found, Sighting)
    return found.judged


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("US removes Dahua from Entity List", "en"),
        ("The ministry strikes Hikvision from the list.", "en"),
        ("US drops licence requirement for Dahua", "en"),
        ("US eases restrictions on Dahua", "en"),
        ("USA fjerner Dahua fra Entity List", "nb"),
        ("USA tar Hikvision av svartelisten", "nb"),
        ("Departementet stryker Hikvision fra listen.", "nb"),
        ("Nå fjerner USA Dahua fra listen", "nb"),
        ("Dahua fjernes fra svartelisten", "nb"),
        ("Norges Bank opphever utelukkelsen av Hikvision", "nb"),
        ("USA dropper lisenskravet for Dahua", "nb"),
        ("Dahua slipper lisenskravet", "nb"),
        ("USA letter på restriksjonene mot Dahua", "nb"),
        ("USA fjernar Dahua frå Entity List", "nn"),
        ("USA tek Hikvision av svartelista", "nn"),
        ("Departementet stryk Hikvision frå lista.", "nn"),
        ("Dahua vert fjerna frå svartelista", "nn"),
        ("Noregs Bank opphevar utestenginga av Hikvision", "nn"),
        ("Sanksjonane mot Hikvision fell bort", "nn"),
    ],
)
def test_what_a_headline_tells_in_the_present_tense_is_done(comparer: Comparer, text: str, language: str) -> None:
    found = judged(comparer, text, language)
    assert (found.decision.outcome, found.frame.operation) == (Outcome.REVERSAL, "remove")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("US does not remove Dahua from Entity List", "en"),
        ("The bureau voted not to take Dahua off the Entity List.", "en"),
        ("USA fjerner ikke Dahua fra Entity List", "nb"),
        ("USA tar ikke Hikvision av svartelisten", "nb"),
        ("Departementet besluttet ikke å fjerne Dahua fra svartelisten.", "nb"),
        ("USA fjernar ikkje Dahua frå Entity List", "nn"),
        ("Departementet stryk ikkje Hikvision frå lista.", "nn"),
    ],
)
def test_what_is_not_taken_back_is_no_reversal(comparer: Comparer, text: str, language: str) -> None:
    assert judged(comparer, text, language).decision.outcome is not Outcome.REVERSAL


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("USA vil fjerne Dahua fra Entity List", "nb"),
        ("USA vurderer å stryke Hikvision fra listen", "nb"),
        ("USA vurderer å ta Hikvision av svartelista", "nn"),
        ("Commerce is considering whether to strike Dahua from the list.", "en"),
    ],
)
def test_what_is_only_meant_to_be_taken_back_is_pending(comparer: Comparer, text: str, language: str) -> None:
    assert judged(comparer, text, language).decision.outcome is Outcome.PENDING


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The inquiry into Hikvision has been closed.", "en"),
        ("The motion to ban Hikvision cameras was dropped.", "en"),
        ("The bill to ban Hikvision cameras has been withdrawn.", "en"),
        ("The proposal to bar Dahua cameras will not be taken up.", "en"),
        ("Forslaget om å utelukke Hikvision vil ikke bli behandlet.", "nb"),
        ("Saken om å utelukke Hikvision er henlagt.", "nb"),
        ("Datatilsynet henlegger saken mot Dahua", "nb"),
        ("Forslaget om et forbud mot kameraer fra Dahua er trukket.", "nb"),
        ("Framlegget om å utestenge Hikvision vil ikkje bli handsama vidare.", "nn"),
        ("Saka mot Hikvision er lagd bort.", "nn"),
    ],
)
def test_a_case_that_is_closed_is_a_reversal(comparer: Comparer, text: str, language: str) -> None:
    found = judged(comparer, text, language)
    assert (found.decision.outcome, found.frame.operation) == (Outcome.REVERSAL, "remove")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The petition to remove Hikvision from the Entity List will not be considered further.", "en"),
        ("The proposal to remove Dahua from the Entity List has been withdrawn.", "en"),
        ("BIS denied a request by Dahua to be removed from the Entity List.", "en"),
        ("Forslaget om å fjerne Hikvision fra svartelisten vil ikke bli behandlet videre.", "nb"),
        ("Søknaden om å fjerne Dahua frå svartelista vart lagd bort.", "nn"),
    ],
)
def test_an_attempt_to_lift_that_fails_is_told_and_lifts_nothing(comparer: Comparer, text: str, language: str) -> None:
    found = judged(comparer, text, language).decision
    assert found.outcome is Outcome.UPDATE
    assert "unseen.outcome" in found.rules


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The bill to ban Hikvision cameras has not been withdrawn.", "en"),
        ("The council has not taken up the Hikvision case.", "en"),
        ("The proposal to bar Dahua cameras should not be considered, a senator said.", "en"),
        ("There are no plans to ban Hikvision cameras.", "en"),
        ("Forslaget om et forbud mot Dahua-kameraer er ikke trukket.", "nb"),
        ("Forslaget om å forby Hikvision blir behandlet i mai.", "nb"),
        ("Rådet har ikkje teke opp att saka om Hikvision.", "nn"),
        ("Hikvision withdrew its request for a meeting.", "en"),
    ],
)
def test_what_is_not_closed_is_no_reversal(comparer: Comparer, text: str, language: str) -> None:
    assert judged(comparer, text, language).decision.outcome is not Outcome.REVERSAL


@pytest.mark.parametrize(
    "text",
    [
        "The Hikvision system alerts administrators when a student leaves, in order to prevent gatherings.",
        "The Hikvision system tracks students on campus and alerts teachers in order of arrival.",
        "Students at the university won a bet about Hikvision cameras.",
    ],
)
def test_words_that_also_mean_a_purchase_make_no_contract(comparer: Comparer, text: str) -> None:
    assert judged(comparer, text).frame.predicate != "contract"


@pytest.mark.parametrize(
    "text",
    [
        "The school awarded Hikvision a deal for a campus surveillance system.",
        "The university placed an order with Hikvision for a surveillance system.",
        "Hikvision won a tender for a campus surveillance system at a university.",
    ],
)
def test_what_is_bought_by_a_school_is_a_contract(comparer: Comparer, text: str) -> None:
    assert judged(comparer, text).frame.predicate == "contract"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hikvision out of US trade blacklist", "en"),
        ("Hikvision's years on the Entity List are over", "en"),
        ("Hikvision leaves the US Entity List", "en"),
        ("Hikvision slipper ut av USAs svarteliste", "nb"),
        ("Hikvision forsvinner fra Entity List", "nb"),
        ("Hikvision slepp ut av svartelista", "nn"),
    ],
)
def test_who_leaves_a_list_by_itself_is_off_it(comparer: Comparer, text: str, language: str) -> None:
    assert judged(comparer, text, language).decision.outcome is Outcome.REVERSAL


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hikvision shares drop after FCC ban", "en"),
        ("Dahua closes its US office after the Entity List designation", "en"),
        ("Hikvision lifts revenue despite US sanctions", "en"),
        ("Hikvision drops its complaint against Norges Bank's exclusion", "en"),
        ("The retailer removed Hikvision from its list of approved suppliers.", "en"),
        ("Butikkjeden dropper Hikvision etter sanksjonene", "nb"),
        ("USA hever tollsatsene og utvider sanksjonene mot Hikvision", "nb"),
        ("FTSE fjerner Hikvision fra indekslisten", "nb"),
        ("Kommunen stryker Hikvision fra leverandørlisten", "nb"),
    ],
)
def test_a_verb_that_takes_back_something_else_reverses_no_measure(
    comparer: Comparer, text: str, language: str
) -> None:
    assert judged(comparer, text, language).decision.outcome is not Outcome.REVERSAL


def test_not_only_denies_nothing(comparer: Comparer) -> None:
    text = "BIS removed not only Dahua but also Hikvision from the Entity List."
    page = Publication("press", "k", "https://a.example/", "", "page", "en", text, date(2026, 11, 10))
    found = [one for one in comparer.sightings(page) if isinstance(one, Sighting)]
    assert [one.judged.decision.outcome for one in found] == [Outcome.REVERSAL, Outcome.REVERSAL]

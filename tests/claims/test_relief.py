"""Who is let in again, and what ends without relief, by the rules alone."""

import pytest

from claimwatch.claims import Comparer
from claimwatch.claims.frames import takes_nothing_back
from claimwatch.claims.triggers import Triggers
from claimwatch.mentions.fold import fold
from claimwatch.models import Baseline, Outcome
from tests.claims.test_endings import judged


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The pension fund has put Hikvision back in its portfolio.", "en"),
        ("Hospitals may once again buy Dahua cameras.", "en"),
        ("The province readmitted Hikvision to its tenders.", "en"),
        ("Taiwan resumes purchases of Dahua recorders.", "en"),
        ("Dahua has regained its certification in India.", "en"),
        ("Customs released a shipment of Dahua cameras detained in May.", "en"),
        ("KLP har tatt Hikvision inn igjen i porteføljen.", "nb"),
        ("Sykehusene kan igjen kjøpe kameraer fra Dahua.", "nb"),
        ("Det er på nytt lov å selge Dahua-kameraer i India.", "nb"),
        ("Hikvision har fått tilbake godkjenningen.", "nb"),
        ("Fylket tek Hikvision inn att i rammeavtalen.", "nn"),
        ("Skulane kan kjøpe kamera frå Dahua att.", "nn"),
        ("印度恢复采购海康威视的摄像机。", "zh-Hans"),
    ],
)
def test_who_is_let_in_again_is_relieved(comparer: Comparer, text: str, language: str) -> None:
    assert judged(comparer, text, language).decision.outcome is Outcome.REVERSAL


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hospitals may not buy Dahua cameras again.", "en"),
        ("UHRP is alarmed at a motion to readmit Hikvision.", "en"),
        ("Kent votes in October on readmitting Dahua to its tenders.", "en"),
        ("The fund refused to take Hikvision back into its portfolio.", "en"),
        ("首都大区议会否决了恢复采购海康威视设备的提案。", "zh-Hans"),
        ("美国商务部将大华股份重新列入实体清单。", "zh-Hans"),
        ("法院恢复了对大华股份的采购禁令。", "zh-Hans"),
        ("Hikvision released its quarterly shipment figures.", "en"),
        ("The ministry released guidance on seized Hikvision cameras.", "en"),
        ("Dahua resumed trading on the exchange after a halt of two days.", "en"),
        ("Hikvision may own up to 40 percent of the supplier again by 2027.", "en"),
        ("Dahua can use the proceeds to invest again in Europe.", "en"),
        ("Hikvision kan igjen vise til vekst og selge flere kameraer.", "nb"),
        ("海康威视恢复增长，销售额上升。", "zh-Hans"),
        ("KLP vil ikke ta Hikvision inn igjen i porteføljen.", "nb"),
        ("Byrådet krever at Dahua tas inn igjen i rammeavtalen.", "nb"),
    ],
)
def test_who_is_not_let_in_is_not(comparer: Comparer, text: str, language: str) -> None:
    assert judged(comparer, text, language).decision.outcome is not Outcome.REVERSAL


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ministry ends its inquiry and sanctions Dahua.", "en"),
        ("The FCC ended its review and banned Hikvision from new authorizations.", "en"),
        ("The regulator closed its case against Dahua with a fine of 2 million euros.", "en"),
        ("Datatilsynet avsluttet granskingen av Hikvision og ila et gebyr.", "nb"),
        ("Tilsynet avslutta granskinga av Dahua og la ned forbod mot sal.", "nn"),
    ],
)
def test_an_inquiry_that_ends_in_a_measure_relieves_nobody(comparer: Comparer, text: str, language: str) -> None:
    assert judged(comparer, text, language).decision.outcome is not Outcome.REVERSAL


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ministry ended its inquiry into Dahua and lifted the ban.", "en"),
        ("The regulator closed its investigation of Hikvision without taking action.", "en"),
        ("The ministry lifted its ban on Dahua after a review and imposed no other restrictions.", "en"),
        ("Datatilsynet avsluttet granskingen av Hikvision uten merknader.", "nb"),
    ],
)
def test_an_inquiry_that_ends_in_nothing_does(comparer: Comparer, text: str, language: str) -> None:
    assert judged(comparer, text, language).decision.outcome is Outcome.REVERSAL


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ban on Hikvision equipment, due to expire in June, was extended by two years.", "en"),
        ("Commerce lifted the restrictions on a Swiss chipmaker but left Hikvision on the Entity List.", "en"),
        ("The sanctions were lifted for all but Dahua.", "en"),
        ("The state legislature rejected a bill to repeal its ban on Dahua cameras.", "en"),
        ("The governor vetoed a bill to repeal the ban on Hikvision cameras.", "en"),
        ("The claim that the ban on Dahua was lifted is false.", "en"),
        ("Reports that Dahua was taken off the Entity List were premature.", "en"),
        ("The waiver that let agencies keep Dahua cameras expired on Friday.", "en"),
        ("Texas repealed the exemption for Hikvision cameras in schools.", "en"),
        ("Nothing in the new rule removes Dahua from the Entity List.", "en"),
        ("The removal of Dahua from the Entity List is not on the table.", "en"),
        ("The entry for Hikvision was deleted and replaced by one with twelve aliases.", "en"),
        ("The rule removes the licence exceptions for Dahua.", "en"),
        ("The ban on Hikvision no longer applies only to ministries.", "en"),
        ("Forbudet mot Hikvision gjelder ikke lenger bare departementene.", "nb"),
        ("Høringen om forbudet mot Dahua er avsluttet.", "nb"),
        ("Hikvision withdrew its complaint against the order to close its offices.", "en"),
        ("Påstanden om at forbudet mot Dahua er opphevet, er feil.", "nb"),
        ("Forbudet mot Dahua, som skulle gått ut i juni, er forlenget.", "nb"),
        ("Ryktet om at USA har teke Dahua av svartelista, stemmer ikkje.", "nn"),
    ],
)
def test_what_ends_without_relief_is_no_reversal(comparer: Comparer, text: str, language: str) -> None:
    assert judged(comparer, text, language).decision.outcome is not Outcome.REVERSAL


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("A judge set aside Hikvision's designation as a Chinese military company.", "en"),
        ("The ban on Dahua was lifted after the review was extended twice.", "en"),
        ("A judge has put the procurement ban on Hikvision on hold.", "en"),
        ("Forbudet mot Dahua er satt på vent.", "nb"),
        ("The ministry lifted the ban on Hikvision after the claims had turned out to be false.", "en"),
        ("The agency withdrew its ban on Dahua and issued a new guide for buyers.", "en"),
        ("Commerce closed the case and removed Hikvision from the Entity List.", "en"),
        ("Klagenemnda har omgjort vedtaket som nektet Hikvision å delta i anbudet.", "nb"),
        ("Fra nyttår gjelder ikke forbudet mot Dahua lenger.", "nb"),
        ("Forbudet mot Hikvision ble ikke forlenget og har utløpt.", "nb"),
        ("Retten har kjent utestengelsen av Dahua fra anbudet ugyldig.", "nb"),
        ("Kameraprodusenten Dahua er teken av svartelista.", "nn"),
    ],
)
def test_what_ends_with_relief_is_one(comparer: Comparer, text: str, language: str) -> None:
    assert judged(comparer, text, language).decision.outcome is Outcome.REVERSAL


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("The court reinstated the ban on Hikvision cameras.", True),
        ("The agency revoked the approval of Dahua recorders.", True),
        ("The ministry ended its inquiry and fined Dahua.", True),
        ("Florida removed Hikvision from its list of approved vendors.", True),
        ("The ministry lifted its ban on Dahua.", False),
        ("Dahua opened an office.", False),  # nothing in it tells: its wording may
    ],
)
def test_wording_alone_makes_no_reversal_where_grammar_excludes_it(
    baseline: Baseline, text: str, nothing: bool
) -> None:
    assert takes_nothing_back(fold(text), Triggers(baseline).of("en")) is nothing

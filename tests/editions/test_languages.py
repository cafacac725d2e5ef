"""Norwegian mails are Norwegian throughout, and Norwegian quotes in English mails come with a gloss of ours."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from claimwatch.baseline import load_baseline
from claimwatch.editions import assemble, parse_period, preflight, why_line, words_for
from claimwatch.editions.glossary import MOST, glosses
from claimwatch.editions.languages import words_for as registered
from claimwatch.editions.names import KINDS_NB, OBJECTS_NB, SOURCES_NB, UNITS_NB, kind_of, value_of
from claimwatch.editions.words import Words
from claimwatch.models import Edition, Gone, Outcome, Quantity
from claimwatch.settings import PROJECT
from claimwatch.sources import load_sources
from tests.editions import factory as make
from tests.editions import pieces

ENGLISH, BOKMAL = words_for("en"), words_for("nb")
# Words that both languages write alike, and names.
SHARED = {
    "alert",
    "digest",
    "record",
    "in",
    "for",
    "the",
    "nor",
    "so",
    "no",
    "den",
    "claimwatch",
    "a",
    "to",
    "of",
    "on",
}


def texts(words: Words) -> list[tuple[str, str]]:
    """Every text of a language with where it stands."""
    found: list[tuple[str, str]] = []
    for one in fields(words):
        value = getattr(words, one.name)
        if isinstance(value, str):
            found.append((one.name, value))
        elif isinstance(value, tuple):
            found += [(one.name, text) for text in value]
        else:
            found += [
                (f"{one.name}.{key}", text)
                for key, texts in value.items()
                for text in ([texts] if isinstance(texts, str) else texts)
            ]
    return found


def everything() -> Edition:
    """An edition in which each thing that can be said of items and sources is said."""
    edition = make.an_edition(*make.every_outcome(), blind=True)
    told = replace(edition.items[-1], told_as="urgent")
    first, *rest = edition.coverage
    hours = timedelta(hours=5)
    paused = replace(first, reads=0, last_good_at=None, newest_on=None, pauses=((pieces.NOW - hours, pieces.NOW),) * 2,
                     gone=(Gone(sentence="En setning.", page="En side"),), gaps=())  # fmt: skip
    return replace(edition, items=(*edition.items[:-1], told), coverage=(paused, *rest))


EDITIONS: dict[str, Callable[[], Edition]] = {
    "everything": everything,
    "first": make.EDITIONS["first"],
    "empty": make.EDITIONS["empty-week"],
    "blind": make.EDITIONS["blind-week"],
    "sixty": make.EDITIONS["sixty"],
    "many": lambda: make.an_edition(*make.many(700)),
    "correction": lambda: replace(make.EDITIONS["reversal"](), correction="Feil fond.", coverage=(), folded=()),
    "record": make.EDITIONS["record"],
    "alert": make.EDITIONS["alert"],
    "last alert": lambda: replace(make.EDITIONS["alert"](), last_today=True),
}


def without_quotes(text: str) -> str:
    """What is said in our own words: without quotes, addresses and what programs report."""
    return re.sub(r"«[^«»]*(?:«[^«»]*»[^«»]*)*»|https?://\S+|\S+@\S+", " ", " ".join(text.split()))


def english_words() -> set[str]:
    """Words of four letters or more that only the English table uses."""

    def used(words: Words) -> set[str]:
        said = " ".join(re.sub(r"\{\w*\}", " ", text) for name, text in texts(words) if name not in ("locale", "day"))
        return {word.lower() for word in re.findall(r"[^\W\d_]{3,}", said)}

    return used(ENGLISH) - used(BOKMAL) - SHARED


@pytest.mark.parametrize("name", EDITIONS)
def test_nothing_english_is_left_in_a_norwegian_mail(name: str) -> None:
    edition = EDITIONS[name]()
    mail = make.a_mail(edition, language="nb")
    preflight(edition, mail, make.a_mail(edition, language="nb"), "https://claimwatch.example")
    assert mail.language == "nb"
    html = unescape(re.sub(r"<(style|title).*?</\1>|<[^>]+>", " ", mail.html, flags=re.S))
    # Names of companies, lists, sources and documents stand as they are.
    names = [*SOURCES_NB.values(), "Hikvision and Dahua, section of an undated report on surveillance cameras",
             "Hikvision and Dahua, section of an undated report…", "House committee",
             "Hikvision and Dahua Facilitating Genocidal Crimes in East Turkistan",
             pieces.POSTAL, "Example Trading Ltd.", "84 FR 54004, 10/9/19. 85 FR 44159, 7/22/20."]  # fmt: skip
    for said in (mail.subject, mail.text, html):
        ours = without_quotes(said)
        for known in names:
            ours = ours.replace(known, " ")
        left = {word.lower() for word in re.findall(r"[^\W\d_]{3,}", ours)} & english_words()
        assert left == set(), f"{sorted(left)} in: {ours}"


def test_the_english_words_looked_for_are_those_of_a_mail() -> None:
    mail = make.a_mail(everything())
    used = {word.lower() for word in re.findall(r"[^\W\d_]{3,}", mail.text)}
    assert {"reversed", "updated", "pending", "denied", "coverage", "withdrawn"} <= english_words() & used


def test_dates_numbers_and_counts_are_in_norwegian_form() -> None:
    mail = make.a_mail(make.EDITIONS["full-week"](), language="nb")
    text = " ".join(mail.text.split())
    assert "Trukket tilbake 15. september 2020" in text
    assert "10. november 2026, 06:02 (GMT+01:00)" in text
    assert "eierandel (statlige investorer) nå 40,8 prosent, før 42 prosent – Hikvision" in text
    assert "Nå: 40,8 prosent (per juni 2026)" in text
    assert "2 nye" in text
    assert make.a_mail(make.EDITIONS["denial"](), language="nb").subject == "Claimwatch uke 46: 1 avvist – Hikvision"
    many = make.a_mail(make.an_edition(*make.many(1200)), language="nb")
    assert many.subject == "Claimwatch uke 46: 1\u00a0200 nye – Hikvision"


def test_headlines_are_made_in_the_language_of_their_reader() -> None:
    edition = make.EDITIONS["full-week"]()
    headlines = re.findall(r"<h3[^>]*>(?:<a[^>]*>)?([^<]+)<", make.a_mail(edition, language="nb").html)
    assert headlines[:3] == [
        "Etikkrådet: tilrådning om utelukkelse trukket tilbake – Hikvision",
        "Entity List (vedlegg 4 til del 744): oppføring på Entity List endret – Dahua",
        "Uyghur Human Rights Project: eierandel (statlige investorer) nå 40,8 prosent, før 42 prosent – Hikvision",
    ]
    assert edition.items[0].headline.startswith("Council on Ethics (Norway): recommendation to exclude withdrawn")


def test_both_languages_say_everything_with_the_same_blanks() -> None:
    for (name, english), (other, norwegian) in zip(texts(ENGLISH), texts(BOKMAL), strict=True):
        assert name == other
        assert sorted(re.findall(r"\{\w*\}", english)) == sorted(re.findall(r"\{\w*\}", norwegian)), name
        assert norwegian, name


def test_every_kind_object_unit_and_source_has_a_norwegian_name() -> None:
    baseline = load_baseline(PROJECT / "baselines")
    assert set(KINDS_NB) == set(baseline.predicates)
    objects = {name for predicate in baseline.predicates.values() for name in predicate.object_classes} - {"other"}
    assert set(OBJECTS_NB) == objects
    assert {unit for predicate in baseline.predicates.values() for unit in predicate.units} <= set(UNITS_NB)
    assert set(SOURCES_NB) == {spec.name for spec in load_sources(PROJECT / "sources.yaml").values()}
    for predicate in baseline.predicates.values():
        for name in predicate.object_classes:
            for words in (ENGLISH, BOKMAL):
                kind = kind_of(predicate.name, name, predicate.label, words)
                assert kind
                assert "_" not in kind
                assert "{" not in kind


def test_a_value_that_is_no_plain_number_stays_as_its_source_wrote_it() -> None:
    def shown(value: float | None, unit: str | None, comparator: str, text: str) -> str:
        return value_of(Quantity(value, unit, comparator, None, text), BOKMAL, 80)

    assert shown(190, "countries", "gt", "more than 190 countries") == "over 190 land"
    assert shown(1.5e6, "USD", "approx", "about $1.5m") == "om lag 1\u00a0500\u00a0000 amerikanske dollar"
    assert shown(1000, "cameras", "order", "thousands of cameras") == "thousands of cameras"
    assert shown(None, None, "eq", "84 FR 54004") == "84 FR 54004"


def test_the_footer_says_why_in_norwegian() -> None:
    line = why_line(BOKMAL, "weekly", ["Hikvision", "Dahua"], [pieces.COUNCIL], "S2")
    assert line == (
        "Du får dette fordi du abonnerer på det ukentlige brevet om Hikvision og Dahua, fra Etikkrådet, "
        "bare det offentlige organer vedtar, foreslår eller finner."
    )
    assert "ba om det arkivene viser om Dahua" in why_line(BOKMAL, "record", ["Dahua"])


def test_norwegian_terms_in_an_english_mail_are_glossed_and_marked_as_ours() -> None:
    mail = make.a_mail(make.EDITIONS["reversal"]())
    text = " ".join(mail.text.split())
    assert "In English: trekte … tilbake – withdraw" in text
    assert "(our gloss, not the source’s words)" in text
    assert '<i lang="nn">tilrådinga</i> – recommendation of the Council on Ethics; the bank decides' in mail.html
    for language in ("nb", "en"):
        other = make.a_mail(make.EDITIONS["new"](), language=language)
        assert "our gloss" not in other.text
    assert "Ordforklaring" not in make.a_mail(make.EDITIONS["reversal"](), language="nb").text


@pytest.mark.parametrize(
    ("quote", "said"),
    [
        ("Norges Bank besluttet å oppheve utelukkelsen av selskapet.", ["besluttet", "oppheve", "utelukkelsen"]),
        ("Selskapet ble satt til observasjon.", ["observasjon"]),
        ("Etikkrådet tilrår å utelukke selskapet på grunn av grove krenkelser.", ["tilrår", "utelukke", "grove krenk"]),
        ("Tilrådinga vart trekt attende, og vedtaket om utestenging oppheva.", ["utestenging", "oppheva", "vedtaket"]),
    ],
)
def test_terms_of_decisions_are_found_in_both_norwegian_languages(quote: str, said: list[str]) -> None:
    found = glosses(quote, "nb", "en")
    assert len(found) <= MOST
    for word in said:
        assert any(surface.lower().startswith(word) for surface, _ in found), found
    assert all(part in quote for surface, _ in found for part in surface.split(" … "))
    assert glosses(quote, "en", "en") == glosses(quote, "nb", "nb") == ()


def test_an_alert_and_a_missed_week_are_named_in_norwegian() -> None:
    period = parse_period("2026-11-16T05:45Z", "Europe/Oslo")
    alert = assemble(period, datetime(2026, 11, 16, 6, tzinfo=UTC), [make.withdrawal()], (), (), 0,
                     pieces.a_baseline(), first=False)  # fmt: skip
    assert make.a_mail(alert, language="nb").subject == "Claimwatch varsel: 1 omgjort – Hikvision"
    assert make.a_mail(make.EDITIONS["missed-weeks"](), language="nb").subject.startswith("Claimwatch uke 53–1: 1")
    assert {item.outcome for item in everything().items} == {o for o in Outcome if o.alerts}
    assert registered("fi") is ENGLISH

"""The mail of one reader: why they get it, how they stop it, and the short form of a single alert."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from claimwatch.editions import assemble, general_line, parse_period, preflight, render, why_line, words_for
from claimwatch.editions.names import source_name
from claimwatch.models import Candidate, Edition, Outcome, Quantity, Rendered, SourceClass
from tests.editions import factory as make
from tests.editions import pieces
from tests.editions.goldens import CHANGE, STOP, hold_against_golden

ENGLISH = words_for("en")
COMPANIES = ("Hikvision", "Dahua")
LONG_SPEAKER = "The Extraordinarily Long Commission on What Public Bodies May Not Buy From Anybody Whomsoever Abroad"


def alert(*candidates: Candidate) -> Edition:
    """An alert as it is drafted: items, and nothing of how the sources stood."""
    period = parse_period("2026-11-16T05:45Z", "Europe/Oslo")
    return assemble(period, pieces.NOW, candidates, (), (), 0, pieces.a_baseline(), first=False)


def own_mail(
    edition: Edition, why: str, *, stop: str | None = STOP, change: str | None = CHANGE, language: str = "en"
) -> Rendered:
    """The edition as mail for a reader whose own pages those are."""
    return render(
        edition,
        language=language,
        timezone="Europe/Oslo",
        public_url="https://claimwatch.example",
        why=why,
        operator=pieces.OPERATOR,
        postal_address=pieces.POSTAL,
        unsubscribe_url=stop,
        preferences_url=change,
    )


def narrower(language: str = "en") -> Rendered:
    """A weekly digest for somebody who wants Hikvision only, by one source, down to S2."""
    words = words_for(language)
    why = why_line(words, "weekly", ["Hikvision"], [source_name(pieces.COUNCIL, words)], "S2")
    return own_mail(make.an_edition(make.withdrawal()), why, language=language)


@pytest.mark.parametrize("language", ["en", "nb"])
def test_golden_of_a_readers_own_week(language: str) -> None:
    hold_against_golden("own-week", make.an_edition(make.withdrawal()), narrower(language))


@pytest.mark.parametrize("language", ["en", "nb"])
def test_golden_of_an_alert_that_tells_of_one_thing(language: str) -> None:
    edition = alert(make.withdrawal())
    why = why_line(words_for(language), "urgent", COMPANIES)
    hold_against_golden("single-alert", edition, own_mail(edition, why, language=language))


@pytest.mark.parametrize(
    ("series", "companies", "sources", "severity", "said"),
    [
        ("weekly", COMPANIES, (), None, "the weekly digest on Hikvision and Dahua."),
        ("urgent", ("Dahua",), (), None, "the alerts on Dahua."),
        ("daily", ("A", "B", "C"), (), None, "the daily digest on A, B and C."),
        ("weekly", ("Dahua",), ("One", "Two"), None, "the weekly digest on Dahua, from One and Two."),
        ("monthly", COMPANIES, (), "S3", "on Hikvision and Dahua, all but what software could not classify."),
        ("weekly", COMPANIES, ("One",), "S1", "Dahua, from One, only official measures in force, and their end."),
        ("weekly", COMPANIES, (), "S5", "the weekly digest on Hikvision and Dahua."),
    ],
)
def test_why_names_what_was_chosen_and_no_more(
    series: str, companies: tuple[str, ...], sources: tuple[str, ...], severity: str | None, said: str
) -> None:
    line = why_line(ENGLISH, series, companies, sources, severity)
    assert line.startswith("You get this because you subscribe to the ")
    assert line.endswith(said)


def test_the_general_edition_claims_of_nobody_that_they_subscribe() -> None:
    line = general_line(ENGLISH, "weekly", COMPANIES)
    assert "subscribe" not in line
    assert "weekly digest on Hikvision and Dahua" in line


def test_the_footer_links_to_the_readers_own_pages_in_both_parts() -> None:
    mail = narrower()
    for url in (STOP, CHANGE):
        assert f'href="{url}"' in mail.html
        assert f"\n{url}\n" in mail.text, "an address on a line of its own stays whole"
    assert "Stop the weekly digest" in mail.html
    assert "To stop the weekly digest" in mail.text
    for part in (mail.html, mail.text):
        assert pieces.OPERATOR not in part
        assert "Dahua" not in part.partition("You get this because")[2]


def test_without_links_the_word_to_the_operator_stays() -> None:
    edition = make.EDITIONS["reversal"]()
    assert own_mail(edition, pieces.WHY, stop=None, change=None) == make.a_mail(edition)


def test_what_is_no_web_address_is_no_link_in_the_footer() -> None:
    mail = own_mail(make.EDITIONS["reversal"](), pieces.WHY, stop="javascript:stop()", change=None)
    assert mail == make.a_mail(make.EDITIONS["reversal"]())


def at_length() -> Candidate:
    """All that a candidate can have, and more of it than fits."""
    long = "a number of very long words about Hikvision and what it may not supply to public bodies " * 6
    finding = pieces.a_finding(
        Outcome.UPDATE,
        long,
        predicate="listed_on",
        object_class="entity_list",
        operation="revise",
        claims=("A03",),
        before=Quantity(None, None, "eq", "2019-10-09", long),
        after=Quantity(None, None, "eq", "2022-10-13", long),
        place="CN-XJ",
        severity="S1",
        speaker=long,
    )
    evidence = [
        pieces.evidence_of(replace(finding, url=f"https://uhrp.org/{number}"), long, long, SourceClass.OFFICIAL,
                           id=number, effective_on=date(2026, 11, 12))
        for number in range(1, 6)
    ]  # fmt: skip
    candidate = pieces.a_candidate(*evidence, key="long", happened_on=date(2022, 10, 13), told_before=True)
    against = tuple(replace(one, id=one.id + 100) for one in evidence)
    return replace(candidate, publishers=("uhrp.org", "one.example"), otherwise=against)


def told_of(candidate: Candidate, **changes: Any) -> Candidate:
    """The same development, with other findings."""
    evidence = (replace(one, finding=replace(one.finding, **changes)) for one in candidate.evidence)
    return replace(candidate, evidence=tuple(evidence))


def long_speaker() -> Candidate:
    """A Norwegian decision, with glosses, as somebody with a long name has it."""
    return told_of(make.withdrawal(), speaker=LONG_SPEAKER)


def in_norwegian(before: Quantity | None, after: Quantity | None) -> Candidate:
    """All that a candidate can have, under a quote that has many glosses."""
    quote = (
        "Tilrådinga vart trekt attende og vedtaket om utestenging av Hikvision oppheva, fordi Noregs Bank besluttet å "
        "oppheve utelukkelsen av selskapet, som Etikkrådet tilrår på grunn av grove krenkelser. " * 3
    )
    at = 1000 + quote.index("Hikvision")
    return told_of(
        at_length(), speaker=LONG_SPEAKER, quote=quote, end=1000 + len(quote), marks=((at, at + 9),), language="nn",
        before=before, after=after,
    )  # fmt: skip


def glossed() -> Candidate:
    return in_norwegian(None, None)


def glossed_row() -> Candidate:
    row = "a row of a long list about Hikvision, with a rule that has stood in it for a long time and still does, "
    before, after = (
        Quantity(None, None, "eq", "2022-10-13", row + end)
        for end in ("and words that were removed from it, of which there are many, as many as can be",
                    "besides others put in their place, which are new here and just as long as those, or longer still")
    )  # fmt: skip
    return in_norwegian(before, after)


def above(mail: Rendered, about: str = "About this mail") -> list[str]:
    """The lines of text above the footer."""
    told, footer, _ = mail.text.partition(f"\n{about}\n")
    assert footer
    return told.rstrip("\n").split("\n")


@pytest.mark.parametrize(
    "candidate",
    [make.withdrawal, make.citation, make.share, make.proposal, make.demand, make.hostile, at_length, long_speaker,
     glossed, glossed_row],
)  # fmt: skip
@pytest.mark.parametrize("last_today", [False, True])
def test_a_single_alert_is_short(candidate: object, last_today: bool) -> None:
    assert callable(candidate)
    edition = replace(alert(candidate()), last_today=last_today)
    mail = own_mail(edition, why_line(ENGLISH, "urgent", COMPANIES))
    preflight(edition, mail)
    assert len(above(mail)) <= 20, mail.text
    norwegian = own_mail(edition, why_line(words_for("nb"), "urgent", COMPANIES), language="nb")
    assert len(above(norwegian, "Om denne e-posten")) <= 20, norwegian.text
    for part in (mail.html, mail.text):
        assert not re.search(r"Needs attention|Coverage|late: dated", part)
        assert ("last alert that you get today" in re.sub(r"\s+", " ", part)) is last_today


def test_of_a_long_speaker_and_who_tells_of_it_a_single_alert_names_both() -> None:
    mail = own_mail(alert(long_speaker()), why_line(ENGLISH, "urgent", COMPANIES))
    (line,) = [line for line in above(mail) if line.startswith("   — ")]
    assert line == "   — The Extraordinarily Long…, as told by Council on Ethics (Norway)"
    assert "In English: trekte … tilbake – withdraw" in mail.text


def test_an_alert_of_several_items_keeps_its_headings_and_calls_nothing_late() -> None:
    mail = own_mail(alert(make.withdrawal(), make.citation()), why_line(ENGLISH, "urgent", COMPANIES))
    assert "Needs attention" in mail.text
    assert "late: dated" not in mail.text + mail.html


def test_a_correction_of_a_single_alert_says_what_it_takes_back() -> None:
    edition = replace(alert(make.withdrawal()), correction="It was another fund.")
    text = re.sub(r"\s+", " ", own_mail(edition, ENGLISH.why_corrected).text)
    assert "Correction: what we told you was wrong" in text
    assert "It was another fund." in text.partition("REVERSED")[0]

"""The mail of an edition: golden files, what each form must say, what may not leave."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from claimwatch.editions import preflight, render
from claimwatch.editions.render import HTML_BUDGET
from claimwatch.errors import EditionInvalid
from claimwatch.models import Outcome, Rendered, SourceClass
from tests.editions import factory as make
from tests.editions import pieces
from tests.editions.goldens import hold_against_golden


@pytest.mark.parametrize("language", ["en", "nb"])
@pytest.mark.parametrize("name", make.EDITIONS)
def test_golden(name: str, language: str) -> None:
    edition = make.EDITIONS[name]()
    mail = make.a_mail(edition, language=language)
    preflight(edition, mail, make.a_mail(edition, language=language), "https://claimwatch.example")
    hold_against_golden(name, edition, mail)


@pytest.mark.parametrize("name", make.EDITIONS)
def test_two_renders_give_the_same_bytes(name: str) -> None:
    assert make.a_mail(make.EDITIONS[name]()) == make.a_mail(make.EDITIONS[name]())


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("reversal", "Claimwatch W46: 1 reversed — Hikvision"),
        ("new", "Claimwatch W46: 2 new — Hikvision, Dahua"),
        ("full-week", "Claimwatch W46: 1 reversed, 6 more, 1 source unread"),
        ("first", "Claimwatch W46: the baseline today — 1 reversed, 6 more"),
        ("missed-weeks", "Claimwatch W53–W01: 1 updated — Hikvision"),
        ("empty-week", "Claimwatch W46: nothing new (5 of 5 sources read)"),
        ("blind-week", "Claimwatch W46: nothing new, 1 source unread"),
        ("sixty", "Claimwatch W46: 60 new — Hikvision"),
    ],
)
def test_subjects(name: str, subject: str) -> None:
    assert make.a_mail(make.EDITIONS[name]()).subject == subject


def test_an_item_says_all_that_a_reader_needs_in_both_parts() -> None:
    mail = make.a_mail(make.EDITIONS["full-week"]())
    for part in (mail.html, mail.text):
        flat = re.sub(r"\s+", " ", part)
        for said in (
            "recommendation to exclude withdrawn",
            "recommended excluding Hikvision",
            "Withdrawn on 15 September 2020",
            "Claim A09",
            "undated report on surveillance cameras",
            "Published 18 September 2020",
            "First seen 10 November 2026, 06:02 (GMT+01:00)",
            "https://etikkradet.no/hangzhou-hikvision-digital-technology-co-ltd/",
            "https://uhrp.org/news/fund/",
            "Norway",
            "machine-read",
            "told earlier, changed since",
            "late: dated well before this period",
            "40.8 per cent (as of June 2026)",
            "a login wall came",
            "Example Trading Ltd.",
            pieces.WHY,
            pieces.OPERATOR,
            pieces.POSTAL,
        ):
            assert said in flat, said


def test_a_reviewed_item_is_not_called_machine_read() -> None:
    assert "achine-read" not in make.a_mail(make.an_edition(make.citation())).text


@pytest.mark.parametrize(("language", "said"), [("en", "Baseline: numbered claims"), ("nb", "Det vi visste fra før:")])
def test_what_is_compared_is_explained_in_both_parts(language: str, said: str) -> None:
    mail = make.a_mail(make.an_edition(make.share()), language=language)
    assert all(said in " ".join(part.split()) for part in (mail.text, mail.html))
    assert said not in make.a_mail(make.an_edition(folded=(), context=0), language=language).text


def test_an_edition_that_covers_missed_weeks_says_so() -> None:
    said = "This edition covers several weeks."
    assert said in " ".join(make.a_mail(make.EDITIONS["missed-weeks"]()).text.split())
    assert said not in make.a_mail(make.an_edition(make.share())).text


@pytest.mark.parametrize(
    ("period", "english", "norwegian"),
    [("2026-11-09–2026-11-11", "days", "dager"), ("2026-W45–W46", "weeks", "uker"),
     ("2026-09–2026-11", "months", "måneder")],
)  # fmt: skip
def test_an_edition_of_several_periods_says_no_more_than_is_certain(period: str, english: str, norwegian: str) -> None:
    """Whoever asks for such an edition may have sent one on the first of them before."""
    edition = make.an_edition(make.share(), period=period)
    assert f"This edition covers several {english}." in make.a_mail(edition).text
    assert f"Denne utgaven dekker flere {norwegian}." in make.a_mail(edition, language="nb").text


def test_the_mention_is_marked() -> None:
    mail = make.a_mail(make.EDITIONS["new"]())
    assert re.search(r"<mark[^>]*>Hikvision</mark>", mail.html)
    assert "*Hikvision*" in mail.text


def test_times_are_the_readers_own() -> None:
    assert "9 November 2026, 19:02 (GMT-10:00)" in re.sub(
        r"\s+", " ", make.a_mail(make.EDITIONS["new"](), timezone="Pacific/Honolulu").text
    )


def test_a_language_without_words_gives_an_english_mail_dates_and_all() -> None:
    mail = make.a_mail(make.EDITIONS["new"](), language="fi")
    assert mail == make.a_mail(make.EDITIONS["new"]())
    assert mail.language == "en"


def test_hostile_text_breaks_out_nowhere() -> None:
    edition = make.EDITIONS["hostile"]()
    mail = make.a_mail(edition)
    preflight(edition, mail)
    assert "<script" not in mail.html
    assert "<img" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert "javascript:" not in mail.html + mail.text
    assert "uhrp.org@evil" not in mail.html + mail.text
    assert "{{ why }}" in mail.html
    assert not set(mail.html + mail.text + mail.subject) & set("\u202e\u202c\u200b\u2028\x00\r\ud800")
    assert not re.search(r"^\d+\. REVERSED", mail.text, re.MULTILINE)


def test_beyond_the_budget_every_item_is_still_named_in_both_parts() -> None:
    for count in (60, 150):
        edition = make.an_edition(*make.many(count))
        mail = make.a_mail(edition)
        preflight(edition, mail)
        assert len(mail.html.encode()) <= HTML_BUDGET
        for number in range(1, count + 1):
            assert f"Case {number}:" in mail.html
            assert f"Case {number}:" in mail.text
        assert re.search(r"And \d+ more", mail.html)


def test_what_not_even_fits_in_a_line_each_is_counted_and_named_in_the_text() -> None:
    edition = make.an_edition(*make.many(700))
    mail = make.a_mail(edition)
    preflight(edition, mail)
    assert len(mail.html.encode()) <= HTML_BUDGET
    listed, more = mail.html.count("data-item="), re.search(r"And (\d+) more, which the plain-text part", mail.html)
    assert more is not None
    assert listed + int(more[1]) == 700
    assert all(f"Case {number}:" in mail.text for number in range(1, 701))


def test_links_to_this_machine_are_left_out_of_the_footer() -> None:
    edition = make.EDITIONS["empty-week"]()

    def page(public_url: str) -> str:
        return render(edition, language="en", timezone="UTC", why=pieces.WHY, public_url=public_url).html

    assert "8000" not in page("http://127.0.0.1:8000")
    assert 'href="https://watch.example/"' in page("https://watch.example/")


Breaking = Callable[[Rendered], Rendered]
FAULTS: dict[str, tuple[str, Breaking]] = {
    "more in the subject than there are": (
        "subject counts",
        lambda m: replace(m, subject=m.subject.replace("6 more", "7 more")),
    ),
    "another item in the text": (
        "text lacks the item",
        lambda m: replace(m, text=m.text.replace("(Norway): recommendation", "(Norway): another thing")),
    ),
    "items in another order in the HTML": (
        "HTML tells",
        lambda m: replace(m, html=m.html.replace("recommendation to exclude withdrawn", "something else")),
    ),
    "no language on the wrapper": (
        "body of the HTML says it is in no language",
        lambda m: replace(m, html=re.sub(r'(role="article"[^>]*) lang="en"', r"\1", m.html)),
    ),
    "a link in clear to somewhere else": (
        "neither https nor a page",
        lambda m: _into(m, '<a href="http://evil.example/">x</a>'),
    ),
    "a link with credentials": ("not a web address", lambda m: _into(m, '<a href="https://bank@evil.example/">x</a>')),
    "a script on an element": ("would run a script", lambda m: _into(m, '<p onclick="x()">x</p>')),
    "a bidi mark": (r"U\+202E", lambda m: replace(m, text=m.text + "\u202e")),
    "a zero-width space in the subject": (r"U\+200B", lambda m: replace(m, subject=m.subject + "\u200b")),
    "other counts in the subject": ("subject counts", lambda m: replace(m, subject=m.subject.replace("1 re", "2 re"))),
    "no counts in the subject": ("subject counts", lambda m: replace(m, subject="Claimwatch W46")),
    "an item missing in the HTML": (
        "HTML counts",
        lambda m: replace(m, html=m.html.replace(' data-item="DENIAL"', "")),
    ),
    "an item missing in the text": ("text counts", lambda m: replace(m, text=m.text.replace("5. DENIED", "DENIED"))),
    "no language": ("no language", lambda m: replace(m, html=m.html.replace('<html lang="en">', "<html>"))),
    "a script as a link": ("javascript", lambda m: _into(m, '<a href="javascript:x">x</a>')),
    "a remote image": ("<img>", lambda m: _into(m, '<img src="https://evil.example/p.gif">')),
    "a remote background": ("style", lambda m: _into(m, "<p style=\"background: url('https://evil.example')\">")),
    "a remote style sheet": ("style sheet", lambda m: _into(m, "<style>@import 'https://evil.example';</style>")),
    "a control character": (r"U\+0007", lambda m: replace(m, text=m.text + "\x07")),
    "too many bytes": ("budget", lambda m: _into(m, "x" * HTML_BUDGET)),
}


def _into(mail: Rendered, html: str) -> Rendered:
    return replace(mail, html=mail.html.replace("</body>", f"{html}</body>"))


@pytest.mark.parametrize("name", FAULTS)
def test_preflight_refuses(name: str) -> None:
    edition = make.EDITIONS["full-week"]()
    named, break_it = FAULTS[name]
    mail = make.a_mail(edition)
    preflight(edition, mail)
    with pytest.raises(EditionInvalid, match=named):
        preflight(edition, break_it(mail))


@pytest.mark.parametrize("language", ["en", "nb"])
@pytest.mark.parametrize("name", make.EDITIONS)
def test_a_subject_has_at_most_sixty_characters(name: str, language: str) -> None:
    assert len(make.a_mail(make.EDITIONS[name](), language=language).subject) <= 60


def test_a_subject_leaves_out_companies_first_and_then_the_less_grave_outcomes() -> None:
    def subject(*counts: int) -> str:
        kinds = (make.withdrawal, make.share, make.proposal, make.denial, make.demand)
        told = [
            replace(candidate, development=replace(candidate.development, key=f"{kind}-{number}"))
            for kind, count in enumerate(counts)
            for number in range(count)
            for candidate in [kinds[kind]()]
        ]
        edition = make.an_edition(*told)
        mail = make.a_mail(edition)
        preflight(edition, mail)
        return mail.subject

    assert subject(1, 1) == "Claimwatch W46: 1 reversed, 1 updated — Hikvision"
    assert subject(1, 1, 1) == "Claimwatch W46: 1 reversed, 1 updated, 1 pending"
    assert subject(1, 1, 1, 1) == "Claimwatch W46: 1 reversed, 1 updated, 1 pending, 1 denied"
    assert subject(1, 1, 1, 1, 2) == "Claimwatch W46: 1 reversed, 1 updated, 1 pending, 3 more"
    assert subject(0, 0, 0, 0, 12) == "Claimwatch W46: 12 new — Hikvision, Dahua"


def test_preflight_refuses_a_mail_that_is_another_one_the_second_time() -> None:
    edition = make.EDITIONS["full-week"]()
    mail = make.a_mail(edition)
    preflight(edition, mail, make.a_mail(edition))
    with pytest.raises(EditionInvalid, match="rendered a second time"):
        preflight(edition, mail, replace(mail, text=mail.text + " "))


def test_a_page_that_is_served_in_clear_may_be_linked_by_the_item_that_stands_on_it() -> None:
    finding = pieces.a_finding(
        Outcome.NEW, "A page about Hikvision.", url="http://example.org/a", predicate="calls_for"
    )
    evidence = pieces.evidence_of(finding, pieces.UHRP, "Old", SourceClass.NGO)
    edition = make.an_edition(pieces.a_candidate(evidence, key="clear"))
    mail = make.a_mail(edition)
    assert 'href="http://example.org/a"' in mail.html
    preflight(edition, mail)


def test_an_edition_without_sources_or_dates_renders() -> None:
    edition = replace(make.an_edition(make.untyped()), coverage=(), frozen_at=datetime(2026, 11, 16, tzinfo=UTC))
    preflight(edition, make.a_mail(edition))

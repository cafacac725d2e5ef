"""How the sources stood: what went wrong by name, and longer times between reads in one calm line."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from claimwatch.editions import preflight
from claimwatch.models import Coverage, Gone
from tests.editions import factory as make

PAUSE = (datetime(2026, 11, 9, 6, tzinfo=UTC), datetime(2026, 11, 16, 6, tzinfo=UTC))
SHORTER = (PAUSE[0], PAUSE[0] + timedelta(days=2))


def said(coverage: tuple[Coverage, ...], language: str = "en") -> str:
    edition = replace(make.an_edition(make.share()), coverage=coverage)
    mail = make.a_mail(edition, language=language)
    preflight(edition, mail)
    assert "longer than planned" in mail.html or "longer than planned" not in mail.text
    return " ".join(mail.text.split())


def test_without_a_longer_time_between_reads_nothing_is_said_of_it() -> None:
    calm = tuple(replace(source, pauses=()) for source in make.coverage())
    assert "longer than planned" not in said(calm)


def test_one_source_is_named_with_its_time_and_several_times_with_the_longest() -> None:
    first, second, *rest = (replace(source, pauses=()) for source in make.coverage())
    text = said((replace(first, pauses=(PAUSE,)), replace(second, pauses=(SHORTER, PAUSE, SHORTER)), *rest))
    assert (
        "Not read for longer than planned: Federal Register (BIS rules and notices) from Mon 9 Nov 07:00 to "
        "Mon 16 Nov 07:00; Entity List (Supplement No. 4 to Part 744) 3 times, the longest from Mon 9 Nov 07:00 to "
        "Mon 16 Nov 07:00."
    ) in text


@pytest.mark.parametrize("blind", [False, True])
def test_where_every_source_was_read_late_one_line_says_so(blind: bool) -> None:
    late = tuple(
        source if source.unread else replace(source, pauses=(SHORTER, PAUSE)) for source in make.coverage(blind=blind)
    )
    text = said(late)
    assert text.count("longer than planned") == 1
    assert "every source that was read; the longest gap was from Mon 9 Nov 07:00 to Mon 16 Nov 07:00." in text
    longest = "lengst fra man. 9. nov. 07:00 til man. 16. nov. 07:00."
    assert f"alle kilder som er lest, {longest}" in said(late, "nb")


def test_what_is_gone_and_what_was_not_polled_is_said_by_name() -> None:
    first, *rest = make.coverage()
    gone = (Gone(entry="A row"), Gone(page="A page"), Gone(sentence="A sentence.", page="A page"))
    text = said((replace(first, reads=0, failed=0, gaps=(), gone=gone), *rest))
    assert "Not polled in this period." in text
    for what in ("A row", "the page “A page”", "the sentence “A sentence.” on the page “A page”"):
        assert f"Gone without a reason given: {what}" in text
    assert re.search(r"borte uten oppgitt grunn: setningen «A sentence\.» på siden «A page»",
                     said((replace(first, gone=gone), *rest), "nb"), re.IGNORECASE)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "nb"])
@pytest.mark.parametrize("dead", [2, 300])
def test_hundreds_of_sources_fit_in_a_mail_with_those_in_trouble_first(language: str, dead: int) -> None:
    calm = replace(make.coverage()[0], failed=0, gaps=(), gone=(), pauses=(), unread=False)
    every = tuple(replace(calm, source=f"s{n}", name=f"Source number {n}.", unread=n >= 300 - dead) for n in range(300))
    edition = replace(make.an_edition(make.share()), coverage=every)
    mail = make.a_mail(edition, language=language)
    preflight(edition, mail)
    table = mail.html[mail.html.index('<table class="cover"') :]
    named = re.findall(r"Source number \d+\.", table)
    assert named[:2] == (["Source number 298.", "Source number 299."] if dead == 2 else every_name(2))
    assert f"{300 - len(named)} " + ("more sources" if language == "en" else "kilder til") in table
    assert every_name(300) == sorted(set(re.findall(r"Source number \d+\.", mail.text)), key=every_name(300).index)


def every_name(count: int) -> list[str]:
    return [f"Source number {n}." for n in range(count)]

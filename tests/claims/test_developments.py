"""Which development a finding belongs to, and when its state rises."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from claimwatch.claims import Comparer, assign
from claimwatch.claims.decided import adds_to
from claimwatch.models import Finding, Outcome, Publication, SourceClass

SEEN = datetime(2026, 11, 9, 6, tzinfo=UTC)
LATER = SEEN + timedelta(hours=1)
REMOVAL = "On March 3, 2025 BIS removed Dahua Technology and Hikvision from the Entity List."


def findings(comparer: Comparer, text: str, url: str = "https://a.example/") -> dict[str, Finding]:
    page = Publication("press", "k", url, "", "page", "en", text, date(2025, 3, 4))
    return {f.entity: f for f in comparer.publication(page, SourceClass.PRESS)}


def test_the_two_findings_of_one_sentence_are_one_development(comparer: Comparer) -> None:
    found = findings(comparer, REMOVAL)
    first = assign(found["dahua"], date(2025, 3, 4), SEEN, ())
    both = assign(found["hikvision"], date(2025, 3, 4), SEEN, (first,))
    assert both.key == first.key
    assert both.companies == ("dahua", "hikvision")
    assert (both.state_version, both.happened_on) == (1, date(2025, 3, 3))


def test_another_source_that_says_the_same_raises_nothing(comparer: Comparer) -> None:
    first = assign(findings(comparer, REMOVAL)["dahua"], date(2025, 3, 4), SEEN, ())
    again = findings(comparer, "BIS took Dahua off the Entity List in March 2025.", "https://b.example/")["dahua"]
    later = assign(again, date(2025, 3, 6), SEEN + timedelta(days=2), (first,))
    assert (later.key, later.state_version, later.state) == (first.key, 1, first.state)


def test_a_proposal_that_comes_into_force_raises_the_version(comparer: Comparer) -> None:
    text = "BIS is considering removing Dahua from the Entity List."
    pending = assign(findings(comparer, text)["dahua"], date(2025, 3, 1), datetime(2025, 3, 1, tzinfo=UTC), ())
    assert pending.outcome is Outcome.PENDING
    done = assign(findings(comparer, REMOVAL)["dahua"], date(2025, 3, 4), SEEN, (pending,))
    assert (done.key, done.outcome, done.state_version) == (pending.key, Outcome.REVERSAL, 2)
    back = assign(findings(comparer, text)["dahua"], date(2025, 3, 5), SEEN, (done,))
    assert (back.outcome, back.state_version) == (Outcome.REVERSAL, 2)


def test_another_value_raises_the_version_and_an_old_one_does_not(comparer: Comparer) -> None:
    one = findings(comparer, "Hikvision supplies 191 countries.")["hikvision"]
    two = findings(comparer, "Hikvision supplies 195 countries.")["hikvision"]
    first = assign(one, date(2025, 3, 4), SEEN, ())
    second = assign(two, date(2025, 3, 5), SEEN, (replace(first, first_seen_at=datetime(2025, 3, 4, tzinfo=UTC)),))
    assert (second.key, second.state_version) == (first.key, 2)
    third = assign(one, date(2025, 3, 6), SEEN, (second,))
    assert (third.state_version, third.state) == (2, second.state)


def test_another_kind_or_another_time_is_another_development(comparer: Comparer) -> None:
    first = assign(findings(comparer, REMOVAL)["dahua"], date(2025, 3, 4), SEEN, ())
    other_day = findings(comparer, REMOVAL.replace("March 3, 2025", "October 9, 2025"))["dahua"]
    assert assign(other_day, date(2025, 10, 9), SEEN, (first,)).key != first.key
    other_kind = findings(comparer, "Dahua denied it as baseless.")["dahua"]
    assert assign(other_kind, date(2025, 3, 4), SEEN, (first,)).key != first.key


def test_untyped_findings_gather_only_where_the_words_are_the_same(comparer: Comparer) -> None:
    found = findings(comparer, "Hikvision and Dahua painted a mural.")
    first = assign(found["dahua"], date(2025, 3, 4), datetime(2025, 3, 4, tzinfo=UTC), ())
    assert assign(found["hikvision"], date(2025, 3, 4), SEEN, (first,)).key == first.key
    other = findings(comparer, "Dahua painted a boat.")["dahua"]
    assert assign(other, date(2025, 3, 4), SEEN, (first,)).key != first.key


def test_severity_is_the_most_serious(comparer: Comparer) -> None:
    found = findings(comparer, REMOVAL)
    first = assign(found["dahua"], date(2025, 3, 4), SEEN, ())
    official = replace(found["hikvision"], severity="S1")
    assert (first.severity, assign(official, date(2025, 3, 4), SEEN, (first,)).severity) == ("S3", "S1")


def test_a_company_that_joins_later_raises_the_version_and_one_of_the_same_read_does_not(comparer: Comparer) -> None:
    found = findings(comparer, REMOVAL)
    first = assign(found["dahua"], date(2025, 3, 4), SEEN, ())
    assert assign(found["hikvision"], date(2025, 3, 4), SEEN, (first,)).state_version == 1
    later = assign(found["hikvision"], date(2025, 3, 4), SEEN + timedelta(days=2), (first,))
    assert (later.key, later.companies, later.state_version) == (first.key, ("dahua", "hikvision"), 2)


def test_old_publications_read_on_one_day_meet_by_their_own_dates(comparer: Comparer) -> None:
    found = findings(comparer, "UHRP calls on the UN Global Compact to expel Hikvision and Dahua.")
    first = assign(found["dahua"], date(2024, 2, 7), SEEN, ())
    both = assign(found["hikvision"], date(2024, 2, 7), SEEN, (first,), [(found["dahua"], first.key)])
    assert (both.key, both.companies) == (first.key, ("dahua", "hikvision"))
    much_later = assign(found["dahua"], date(2025, 2, 7), SEEN, (both,))
    assert much_later.key != first.key


def test_what_one_page_says_of_another_company_elsewhere_is_another_happening(comparer: Comparer) -> None:
    """Two companies end contracts in the same weeks: each is news, though kind, place and number are the same."""
    found = findings(comparer, "Dahua pulled out of five police contracts in Xinjiang.")["dahua"]
    first = assign(found, date(2024, 12, 23), SEEN, ())
    rival = replace(found, entity="hikvision", quote="Hikvision had ended five contracts there ten days before.")
    apart = assign(rival, date(2024, 12, 23), SEEN, (first,), [(found, first.key)])
    assert apart.key != first.key
    assert apart.companies == ("hikvision",)
    # One day of its own, given for both, makes it one.
    dated = [replace(one, as_of="2024-12-20", rules=("cell.known",)) for one in (found, rival)]
    known = assign(dated[0], date(2024, 12, 23), SEEN, ())
    assert assign(dated[1], date(2024, 12, 24), SEEN, (known,)).key == known.key


def test_a_reply_and_an_application_are_no_part_of_the_measure(comparer: Comparer) -> None:
    ban = findings(comparer, "Poland banned government procurement of Hikvision equipment.")["hikvision"]
    first = assign(ban, date(2025, 3, 4), SEEN, ())
    told = [(ban, first.key)]
    reply = replace(ban, outcome=Outcome.DENIAL, quote="The company called the ban groundless.")
    assert assign(reply, date(2025, 3, 4), SEEN, (first,)).key != first.key
    stay = replace(ban, outcome=Outcome.PENDING, quote="The company has asked a court to stay the ban.")
    assert assign(stay, date(2025, 3, 4), SEEN, (first,), told).key != first.key
    # Of another page a report that is behind the times is the same measure.
    assert assign(stay, date(2025, 3, 5), SEEN, (first,)).key == first.key


def test_two_sentences_of_a_page_are_one_happening_only_where_they_name_one_object(comparer: Comparer) -> None:
    ban = findings(comparer, "Poland banned government procurement of Hikvision equipment.")["hikvision"]
    first = assign(ban, date(2025, 3, 4), SEEN, ())
    again = replace(ban, quote="The ban covers every ministry.")
    assert assign(again, date(2025, 3, 4), SEEN, (first,), [(ban, first.key)]).key == first.key
    vague, other = (replace(one, object_class="other") for one in (ban, again))
    known = assign(vague, date(2025, 3, 4), SEEN, ())
    apart = assign(other, date(2025, 3, 4), SEEN, (known,), [(vague, known.key)])
    assert apart.key != known.key  # a key of its own, though kind and day are the same


def test_that_it_was_done_and_that_it_stands_is_one_happening(comparer: Comparer) -> None:
    ban = findings(comparer, "Poland banned government procurement of Hikvision equipment.")["hikvision"]
    done, stands = replace(ban, operation="add"), replace(ban, operation="assert")
    first = assign(done, date(2025, 3, 4), SEEN, ())
    assert assign(stands, date(2025, 3, 6), SEEN, (first,)).key == first.key


def test_a_month_told_later_is_the_month_of_what_was_told_then(comparer: Comparer) -> None:
    undated = reversal(comparer, None, Outcome.UPDATE)
    first = assign(undated, date(2022, 11, 25), SEEN, ())
    for on, same in (("2022-11", True), ("2022-12", True), ("2023-02", False), ("2022", False)):
        later = reversal(comparer, on, Outcome.UPDATE)
        assert (assign(later, date(2023, 6, 7), SEEN, (first,)).key == first.key) is same, on


def test_a_source_that_takes_back_today_tells_nothing_again(comparer: Comparer) -> None:
    lifted = assign(reversal(comparer, "2024-06-11"), date(2024, 6, 12), SEEN, ())
    today = replace(reversal(comparer, None), as_of="2025-03-01")  # the day of the page, where the source itself acts
    assert assign(today, date(2025, 3, 1), SEEN, (lifted,)).key != lifted.key


def reversal(comparer: Comparer, on: str | None, outcome: Outcome = Outcome.REVERSAL, entity: str = "dahua") -> Finding:
    """A ban of a region that is lifted, or imposed, on a day; without one as a sentence without a date tells it."""
    return replace(
        findings(comparer, REMOVAL)["dahua"],
        entity=entity,
        outcome=outcome,
        operation="remove" if outcome is Outcome.REVERSAL else "add",
        predicate="procurement_ban",
        object_class="government_purchases",
        place="DK-84",
        as_of=on,
        rules=() if on else ("as_of.implied",),
    )


def test_what_was_lifted_and_is_told_again_without_a_date_is_no_second_lifting(comparer: Comparer) -> None:
    lifted = assign(reversal(comparer, "2024-06-11"), date(2024, 6, 12), SEEN, [])
    again = assign(reversal(comparer, None), date(2025, 3, 1), SEEN, [lifted])
    assert (again.key, again.state_version) == (lifted.key, lifted.state_version)
    # Of another company, on another day, or after it was imposed anew it is one.
    imposed = assign(reversal(comparer, "2024-12-01", Outcome.UPDATE), date(2024, 12, 2), SEEN, [lifted])
    for other, known in (
        (reversal(comparer, None, entity="hikvision"), [lifted]),
        (reversal(comparer, "2025-02-20"), [lifted]),
        (reversal(comparer, None), [lifted, imposed]),
    ):
        assert assign(other, date(2025, 3, 1), SEEN, known).key not in {d.key for d in known}


def test_what_takes_effect_later_belongs_to_what_was_decided(comparer: Comparer) -> None:
    decided = assign(reversal(comparer, None), date(2024, 6, 11), SEEN, [])
    effective = assign(reversal(comparer, "2024-07-01"), date(2024, 6, 11), SEEN, [decided])
    assert effective.key == decided.key


FLAW = "Researchers disclosed {} in Hikvision cameras."


def test_flaws_of_different_numbers_are_different_happenings(comparer: Comparer) -> None:
    one, other = (findings(comparer, FLAW.format(n))["hikvision"] for n in ("CVE-2025-1001", "CVE-2025-1002"))
    assert one.predicate is not None
    first = assign(one, date(2025, 3, 4), SEEN, ())
    for beside in ([], [(one, first.key)]):  # on another page, and on the same one
        apart = assign(other, date(2025, 3, 4), SEEN, (first,), beside)
        assert apart.key != first.key
        assert "cve-2025-1002" in apart.state


def test_one_number_makes_two_sentences_of_a_page_one_happening_whatever_they_call_it(comparer: Comparer) -> None:
    one = replace(findings(comparer, FLAW.format("CVE-2025-1001"))["hikvision"], object_class="other")
    again = replace(one, quote="CVE‑2025‑1001 lets anybody log in to a Hikvision device.")  # hyphens that do not break
    first = assign(one, date(2025, 3, 4), SEEN, ())
    assert assign(again, date(2025, 3, 4), SEEN, (first,), [(one, first.key)]).key == first.key
    vague = replace(one, quote="Another flaw lets anybody log in to a Hikvision device.")
    assert assign(vague, date(2025, 3, 4), SEEN, (first,), [(one, first.key)]).key != first.key


def test_a_number_joins_what_was_told_without_one_only_on_one_page_at_one_time(comparer: Comparer) -> None:
    unnumbered = replace(findings(comparer, FLAW.format("a flaw"))["hikvision"], object_class="vulnerability")
    numbered = replace(unnumbered, quote="The flaw in the Hikvision cameras is CVE-2025-1001.")
    told = assign(unnumbered, date(2025, 3, 4), SEEN, ())
    same_read = assign(numbered, date(2025, 3, 4), SEEN, (told,), [(unnumbered, told.key)])
    assert (same_read.key, same_read.state_version) == (told.key, 1)
    # Another page within the week, and the same page when it is read again, may tell of another flaw: told by itself.
    for beside, seen_at in (([], SEEN), ([], LATER), ([(unnumbered, told.key)], LATER)):
        apart = assign(numbered, date(2025, 3, 5), seen_at, (told,), beside)
        assert (apart.key != told.key, apart.state_version) == (True, 1), (beside, seen_at)
        # Once: whoever tells it again, with the number or without, tells none of the two anew.
        for again in (numbered, unnumbered):
            known = assign(again, date(2025, 3, 6), LATER, (told, apart))
            assert known.key in (told.key, apart.key)
            assert known.state_version == 1


def test_a_further_flaw_is_news_and_a_further_name_of_the_same_one_is_not(comparer: Comparer) -> None:
    one = findings(comparer, FLAW.format("CVE-2025-1001"))["hikvision"]
    known = assign(one, date(2025, 3, 5), SEEN, ())
    advisory = replace(one, quote="Advisory HSRC-202503-01 of Hikvision covers CVE-2025-1001.")
    again = assign(advisory, date(2025, 3, 5), LATER, (known,))
    assert (again.key, again.state_version) == (known.key, known.state_version)
    assert not adds_to(known, again)
    further = replace(one, quote="Hikvision mends CVE-2025-1001 and CVE-2025-1002.")
    more = assign(further, date(2025, 3, 6), LATER, (again,))
    assert (more.key, more.state_version) == (known.key, known.state_version + 1)
    # Another register, and no number that was told: nothing says that it is the same flaw.
    elsewhere = replace(one, quote="ICSA-25-064-01 describes a flaw in Hikvision devices.")
    other = assign(elsewhere, date(2025, 3, 6), LATER, (known,))
    assert other.key != known.key or other.state_version > known.state_version
    alone = assign(elsewhere, date(2025, 3, 6), LATER, ())
    assert adds_to(known, alone), "nor for whoever joins the two by hand"


def test_of_several_first_numbers_of_a_register_one_may_be_another_flaw(comparer: Comparer) -> None:
    advisory = replace(
        findings(comparer, FLAW.format("a flaw"))["hikvision"],
        quote="Advisory ICSA-25-064-01 warns of a Hikvision flaw.",
    )
    known = assign(advisory, date(2025, 3, 5), SEEN, ())
    one = replace(advisory, quote="ICSA-25-064-01 covers CVE-2025-1001.")
    two = replace(advisory, quote="ICSA-25-064-01 covers CVE-2025-1001 and CVE-2025-1002.")
    named = assign(one, date(2025, 3, 6), LATER, (known,))
    assert (named.key, named.state_version) == (known.key, known.state_version)
    both = assign(two, date(2025, 3, 6), LATER, (known,))
    assert (both.key, both.state_version) == (known.key, known.state_version + 1)
    assert adds_to(known, both), "so for whoever joins two by hand"
    # Told once: who gives both again, or one of them, says nothing new.
    for again in (one, two):
        assert assign(again, date(2025, 3, 7), LATER, (both,)).state_version == both.state_version

"""What analysts accept is known from then on: as claims over the files, and as facts that fold what repeats them."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from claimwatch.baseline import load_baseline
from claimwatch.baseline.export import export
from claimwatch.models import Action, CaseState, Finding, Label, Outcome, Verdict
from claimwatch.pipeline import inspect_watch
from claimwatch.pipeline.knowledge import accepted_facts, with_knowledge
from claimwatch.pipeline.reading.replay import replay
from claimwatch.pipeline.reviewing.desk import decide, get_case, list_cases
from claimwatch.settings import PROJECT
from claimwatch.store import findings
from tests.pipeline.bench import MONDAY, NEWS, Bench

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
LISTED = "Poland banned government procurement of Hikvision equipment."
LISTED_AGAIN = "Hikvision equipment is banned from government procurement in Poland."
STAKE = "The Chinese state owns 37.5 percent of Hikvision."
STAKE_AGAIN = "Some 37.5 percent of Hikvision is owned by the Chinese state."
OLD_STAKE = "The Chinese state owns 42 percent of Hikvision."
FURTHER = "The Chinese state owns 31 percent of Hikvision."
LIFTED = "On 10 November 2026 the United States removed Hikvision from the Entity List."
LIFTED_AGAIN = "The US has removed Hikvision from its Entity List, said officials."


def publish(bench: Bench, *texts: str, at: object = MONDAY) -> list[Finding]:
    """Publish one page a text; the findings of the last one."""
    items = [{"key": f"page-{number}", "text": text, "on": "2026-11-11"} for number, text in enumerate(texts)]
    bench.serve_list(items=items)
    bench.poll(at, force=True)  # type: ignore[arg-type]
    with bench.watch(at) as watch, watch.store.read() as connection:  # type: ignore[arg-type]
        rows = findings.list_findings(connection, watch.sources)
    return [row.evidence.finding for row in rows if row.evidence.finding.quote == texts[-1]]


def accept(bench: Bench, at: object = MONDAY + DAY) -> str:
    """Accept the only open case; returns its key."""
    with bench.watch(at) as watch:  # type: ignore[arg-type]
        (line,) = list_cases(watch).cases
        decide(watch, line.key, Verdict(Action.ACCEPT, "Kari"))
    return line.key


@pytest.mark.parametrize(
    ("first", "again", "outcome"),
    [
        (LISTED, LISTED_AGAIN, Outcome.NEW),
        (STAKE, STAKE_AGAIN, Outcome.UPDATE),
        (LIFTED, LIFTED_AGAIN, Outcome.REVERSAL),
        (NEWS, NEWS, Outcome.NEW),
    ],
)
def test_what_was_accepted_is_a_restatement_when_it_is_said_again(
    bench: Bench,
    first: str,
    again: str,
    outcome: Outcome,
) -> None:
    (found,) = publish(bench, first)
    assert found.outcome is outcome
    accept(bench)
    told = publish(bench, first, again, at=MONDAY + 20 * DAY)
    assert told[-1].outcome is Outcome.RESTATEMENT, told[-1]
    with bench.watch(MONDAY + 20 * DAY) as watch:
        assert list_cases(watch).total == 0


def test_what_was_not_accepted_is_not_known(bench: Bench) -> None:
    publish(bench, STAKE)
    (told,) = publish(bench, STAKE, STAKE_AGAIN, at=MONDAY + 20 * DAY)
    assert told.outcome is Outcome.UPDATE


def test_an_acceptance_that_is_undone_is_not_known(bench: Bench) -> None:
    publish(bench, STAKE)
    key = accept(bench)
    with bench.watch(MONDAY + 2 * DAY) as watch:
        assert [fact.id for fact in accepted_facts(watch)] == ["R01a"]
        decide(watch, key, Verdict(Action.UNDO, "Kari"))
        assert accepted_facts(watch) == ()
        assert with_knowledge(watch) is watch
    (told,) = publish(bench, STAKE, STAKE_AGAIN, at=MONDAY + 20 * DAY)
    assert told.outcome is Outcome.UPDATE


def test_the_next_change_is_measured_by_what_was_accepted(bench: Bench) -> None:
    (found,) = publish(bench, STAKE)
    assert found.before is not None
    assert found.before.value == 42
    accept(bench)
    (further,) = publish(bench, STAKE, FURTHER, at=MONDAY + 20 * DAY)
    assert further.outcome is Outcome.UPDATE
    assert further.claims[0] == "R01a"
    assert further.before is not None
    assert further.before.value == 37.5
    with bench.watch(MONDAY + 20 * DAY) as watch:
        (line,) = list_cases(watch).cases
        near = get_case(watch, line.key).pieces[0].nearest[0]
        assert near.claim.quote == STAKE
        assert near.document is not None
        assert near.document.text[slice(*near.claim.span)] == STAKE


def test_the_value_that_it_took_the_place_of_is_no_news(bench: Bench) -> None:
    publish(bench, STAKE)
    accept(bench)
    (old,) = publish(bench, STAKE, OLD_STAKE, at=MONDAY + 20 * DAY)
    assert (old.outcome, old.claims[0]) == (Outcome.RESTATEMENT, "A25")
    (back,) = publish(bench, STAKE, OLD_STAKE.replace("The", "Since May 2027 the"), at=MONDAY + 21 * DAY)
    assert back.outcome is not Outcome.RESTATEMENT, "a later return to the old value was folded"


@pytest.mark.parametrize(
    "more",
    [
        "On 3 March 2027 the United States removed Hikvision from the Entity List.",
        "On 10 November 2026 the United States removed Dahua from the Entity List.",
        "On 10 November 2026 the United States removed Hikvision and 14 subsidiaries from the Entity List.",
    ],
)
def test_what_says_more_than_was_accepted_is_told(bench: Bench, more: str) -> None:
    publish(bench, LIFTED)
    accept(bench)
    told = publish(bench, LIFTED, more, at=MONDAY + 20 * DAY)
    assert told[-1].outcome is Outcome.REVERSAL


def test_a_label_is_part_of_what_is_accepted(bench: Bench) -> None:
    publish(bench, NEWS)
    with bench.watch(MONDAY + DAY) as watch:
        (line,) = list_cases(watch).cases
        label = Label(Outcome.NEW, "market_presence_qual")
        decide(watch, line.key, Verdict(Action.RELABEL, "Kari", why="it is", label=label))
        decide(watch, line.key, Verdict(Action.ACCEPT, "Kari"))
        (fact,) = accepted_facts(watch)
        known = with_knowledge(watch).baseline
        claim = known.claims[fact.id]
        assert (claim.predicate, claim.subjects, claim.quote) == ("market_presence_qual", ("hikvision",), NEWS)
        assert known.documents[claim.document].kind == "accepted finding"


def test_an_acceptance_is_no_change_of_the_files(bench: Bench) -> None:
    publish(bench, STAKE)
    key = accept(bench)
    publish(bench, STAKE, STAKE_AGAIN, at=MONDAY + 20 * DAY)
    with bench.watch(MONDAY + 21 * DAY) as watch:
        known = with_knowledge(watch).baseline
        assert known.version != watch.baseline.version
        assert known.files_version == watch.baseline.files_version
        assert known.newest_document_on == watch.baseline.newest_document_on, "news would be taken for history"
        assert not any(problem.what == "baseline" for problem in inspect_watch(watch))
        (report,) = replay(watch, apply=True)
        assert report.differences == [], "what was found before the acceptance was measured by it"
        assert get_case(watch, key).decisions


def test_what_was_exported_and_committed_changes_nothing_that_was_found_before(bench: Bench, tmp_path: Path) -> None:
    """Otherwise a replay would fold what was accepted and still waits for its edition: nobody would be told."""
    publish(bench, STAKE)
    key = accept(bench)
    root = tmp_path / "baselines"
    shutil.copytree(PROJECT / "baselines", root)
    with bench.watch(MONDAY + 2 * DAY) as watch:
        made = export(watch.baseline, accepted_facts(watch))
    for name, text in made.files:
        (root / name).write_text(text, encoding="utf-8")
    for name, more in (("claims.yaml", made.claims), ("coverage.yaml", made.coverage)):
        text = (root / name).read_text(encoding="utf-8")  # and by hand: the share of the document is superseded
        text = text.replace("- id: A25\n", "- id: A25\n  status: superseded\n")
        (root / name).write_text(text + more, encoding="utf-8")
    with bench.watch(MONDAY + 3 * DAY) as watch:
        newer = replace(watch, baseline=load_baseline(root))
        assert newer.baseline.claims["A25"].status == "superseded"
        (report,) = replay(newer, apply=True)
        assert report.differences == []
        (line,) = list_cases(newer, state=CaseState.DONE).cases
        assert (line.key, line.development.outcome) == (key, Outcome.UPDATE)
        # What is said from then on is known.
        assert {claim.id for claim in with_knowledge(newer).baseline.claims.values()} > {"R01a"}


def test_who_accepts_what_is_accepted_adds_no_second_fact(bench: Bench) -> None:
    publish(bench, STAKE)
    key = accept(bench)
    with bench.watch(MONDAY + 2 * DAY) as watch:
        decide(watch, key, Verdict(Action.ACCEPT, "Ola"))
        assert [fact.who for fact in accepted_facts(watch)] == ["Kari"]


def test_a_name_that_was_not_the_companys_waits_for_review(bench: Bench) -> None:
    wrong = "The Hikvision Theatre opened a second stage in Reykjavik on 3 November 2026."
    publish(bench, wrong)
    with bench.watch(MONDAY + DAY) as watch:
        (line,) = list_cases(watch).cases
        verdict = Verdict(Action.DISMISS, "Kari", why="a theatre", not_the_company=True)
        (lesson,) = decide(watch, line.key, verdict).decision.lessons
        assert (lesson.surface, lesson.before, lesson.after) == ("hikvision", "", "theatre")
    again = "The Hikvision Theatre sold 900 tickets in one day."
    (doubted,) = publish(bench, wrong, again, at=MONDAY + 20 * DAY)
    assert (doubted.method, doubted.rules[-1]) == ("fuzzy", "taught")
    (other,) = publish(bench, wrong, again, STAKE, at=MONDAY + 21 * DAY)
    assert other.method == "exact", "the name alone was silenced"
    both = "Hangzhou Hikvision Digital Technology Co., Ltd. bought the Hikvision Theatre."
    found = publish(bench, wrong, again, STAKE, both, at=MONDAY + 22 * DAY)
    assert found[-1].method == "exact", "a legal name was silenced"
    with bench.watch(MONDAY + 23 * DAY) as watch:
        decide(watch, line.key, Verdict(Action.UNDO, "Kari"))
    (back,) = publish(bench, wrong, again, STAKE, both, again.replace("900", "700"), at=MONDAY + 24 * DAY)
    assert back.method == "exact", "what was undone is still taught"


def test_of_a_name_of_its_own_nothing_is_learned(bench: Bench) -> None:
    publish(bench, "Hikvision Digital Technology opened a theatre in Reykjavik.")
    with bench.watch(MONDAY + DAY) as watch:
        (line,) = list_cases(watch).cases
        verdict = Verdict(Action.DISMISS, "Kari", why="a theatre", not_the_company=True)
        assert decide(watch, line.key, verdict).decision.lessons == ()


def test_a_home_without_decisions_has_the_baseline_of_the_files(bench: Bench, tmp_path: Path) -> None:
    with bench.watch() as watch:
        assert with_knowledge(watch) is watch

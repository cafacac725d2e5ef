"""The review desk: what waits, what analysts decide, and that nobody overwrites anybody."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from claimwatch.errors import DecidedMeanwhile, UsageError
from claimwatch.models import Action, CaseState, Label, Outcome, Verdict
from claimwatch.pipeline import Watch
from claimwatch.pipeline.reading.replay import replay
from claimwatch.pipeline.reviewing.desk import decide, decide_many, get_case, let_in, list_cases, list_waiting
from claimwatch.store import findings
from tests.pipeline.bench import MONDAY, MORE_NEWS, NEWS, WEEK, Bench

BEFORE = "The weather in the north was fine all week."
AFTER = "Snow fell in the valley at night."
ITEM = {"key": "one", "text": f"{BEFORE} {NEWS} {AFTER}", "on": "2026-11-03"}
OTHER = {"key": "two", "text": MORE_NEWS, "on": "2026-11-04"}
STAKE = "The Chinese state owns 37.5 percent of Hikvision."


@pytest.fixture
def read(bench: Bench) -> Bench:
    """Two pieces of news, read."""
    bench.serve_list(items=[ITEM, OTHER])
    bench.poll()
    return bench


def keys(watch: Watch, state: CaseState = CaseState.OPEN) -> dict[str, str]:
    """The keys of the cases in a state, by company."""
    return {line.lead.finding.entity: line.key for line in list_cases(watch, state=state).cases}


def verdict(action: Action, who: str = "Kari", **more: object) -> Verdict:
    """What an analyst wants, with a reason."""
    return Verdict(**({"action": action, "who": who, "why": "because"} | more))  # type: ignore[arg-type]


def test_what_polls_found_waits_on_the_desk(read: Bench) -> None:
    with read.watch() as watch:
        page = list_cases(watch)
        assert (page.total, page.pages, page.page) == (2, 1, 1)
        assert {line.lead.finding.entity for line in page.cases} == {"hikvision", "dahua"}
        assert [line.key for line in page.cases] == [
            line.key for number in (1, 2) for line in list_cases(watch, page=number, size=1).cases
        ]
        (line,) = list_cases(watch, company="dahua").cases
        assert "Dahua" in line.headline
        assert list_cases(watch, source="elsewhere").total == 0
        assert list_cases(watch, source="toy", outcome=Outcome.NEW).total == 2
        assert list_cases(watch, outcome=Outcome.REVERSAL).cases == ()


def test_a_case_holds_what_is_needed_to_judge_it(read: Bench) -> None:
    with read.watch() as watch:
        case = get_case(watch, keys(watch)["hikvision"][:8])
        (piece,) = case.pieces
        assert piece.evidence.finding.quote == NEWS
        assert (piece.before, piece.after) == (BEFORE, AFTER)
        assert piece.reasons, "no reason was given"
        assert piece.evidence.capture_sha256 is not None
        assert case.decisions == ()
        assert case.told == ()
        with pytest.raises(UsageError, match="no development"):
            get_case(watch, "nonesuch")
        with pytest.raises(UsageError, match="no development"):
            get_case(watch, "")


@pytest.mark.parametrize("action", [Action.ACCEPT, Action.DISMISS])
def test_what_was_decided_is_done_and_can_be_undone(read: Bench, action: Action) -> None:
    with read.watch() as watch:
        key = keys(watch)["hikvision"]
        done = decide(watch, key, verdict(action))
        assert keys(watch, CaseState.DONE) == {"hikvision": key}
        assert "hikvision" not in keys(watch)
        undone = decide(watch, key, verdict(Action.UNDO, who="Ola"), done.version)
        assert undone.decision.undoes == done.decision.id
        assert "hikvision" in keys(watch)
        case = get_case(watch, key)
        assert [(one.action, one.who) for one in case.decisions] == [(action, "Kari"), (Action.UNDO, "Ola")]
        assert case.decisions[0].undone_by == undone.decision.id
        with pytest.raises(UsageError, match="nothing to undo"):
            decide(watch, key, verdict(Action.UNDO))


def test_two_analysts_never_overwrite_each_other(read: Bench) -> None:
    with read.watch() as watch:
        key = keys(watch)["hikvision"]
        seen = get_case(watch, key).version
        decide(watch, key, verdict(Action.COMMENT, who="Ola", why="I am looking into it"), seen)
        first = decide(watch, key, verdict(Action.DISMISS, who="Kari"), seen)
        with pytest.raises(DecidedMeanwhile, match=r"Kari dismissed it on 2026-11-09 07:00") as refused:
            decide(watch, key, verdict(Action.ACCEPT, who="Ola"), seen)
        assert refused.value.decision == first.decision
        assert [one.action for one in get_case(watch, key).decisions] == [Action.COMMENT, Action.DISMISS]
        decide(watch, key, verdict(Action.ACCEPT, who="Ola"), first.version)


def test_whoever_decides_on_an_older_state_is_told_so(read: Bench) -> None:
    with read.watch() as watch:
        key = keys(watch)["hikvision"]
        seen = get_case(watch, key).version
    read.serve_list(
        items=[ITEM, OTHER, {"key": "three", "text": NEWS.replace("Hikvision", "Dahua"), "on": "2026-11-05"}]
    )
    with read.watch() as watch:
        before = get_case(watch, key)
        decide(watch, key, verdict(Action.RELABEL, label=Label(outcome=Outcome.PENDING)))
        with pytest.raises(DecidedMeanwhile):
            decide(watch, key, verdict(Action.ACCEPT), seen)
        assert get_case(watch, key).development.state_version == before.development.state_version + 1


def test_several_findings_are_decided_at_once_or_not_at_all(read: Bench) -> None:
    with read.watch() as watch:
        key = keys(watch)["hikvision"]
        (piece,) = get_case(watch, key).pieces
        wrong = [verdict(Action.COMMENT), verdict(Action.DISMISS, finding=10_000)]
        with pytest.raises(UsageError, match="finding 10000"):
            decide_many(watch, key, wrong)
        assert get_case(watch, key).decisions == ()
        both = [verdict(Action.COMMENT), verdict(Action.DISMISS, finding=piece.evidence.id)]
        decide_many(watch, key, both)
        assert keys(watch, CaseState.DONE) == {"hikvision": key}, "with its last finding a development is dismissed"


def test_one_of_several_findings_is_dismissed_alone(bench: Bench) -> None:
    bench.serve_list(items=[ITEM, ITEM | {"key": "two"}])
    bench.poll()
    with bench.watch() as watch:
        (line,) = list_cases(watch).cases
        assert line.findings == 2
        newest, oldest = (piece.evidence.id for piece in get_case(watch, line.key).pieces)
        decide(watch, line.key, verdict(Action.DISMISS, finding=newest))
        (still,) = list_cases(watch).cases
        assert still.findings == 1
        assert [piece.dismissed for piece in get_case(watch, line.key).pieces] == [True, False]
        decide(watch, line.key, verdict(Action.UNDO))
        assert [piece.dismissed for piece in get_case(watch, line.key).pieces] == [False, False]
        decide(watch, line.key, verdict(Action.DISMISS, finding=oldest))
        decide(watch, line.key, verdict(Action.DISMISS, finding=newest))
        assert keys(watch, CaseState.DONE) == {"hikvision": line.key}
        assert list_cases(watch).total == 0


def test_a_snoozed_case_comes_back_on_its_day(read: Bench) -> None:
    with read.watch() as watch:
        key = keys(watch)["hikvision"]
        with pytest.raises(UsageError, match="a day to come"):
            decide(watch, key, verdict(Action.SNOOZE, until=date(2026, 11, 9)))
        decide(watch, key, verdict(Action.SNOOZE, why=None, until=date(2026, 11, 16)))
        assert keys(watch, CaseState.SNOOZED) == {"hikvision": key}
    with read.watch(MONDAY + WEEK - timedelta(hours=7, minutes=1)) as watch:
        assert "hikvision" in keys(watch, CaseState.SNOOZED)
    with read.watch(MONDAY + WEEK - timedelta(hours=7)) as watch:  # midnight in Oslo
        (line,) = list_cases(watch, company="hikvision").cases
        assert line.tags == ("back since 2026-11-16",)


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (verdict(Action.DISMISS, why=" "), "needs a reason"),
        (verdict(Action.RELABEL), "say what it is"),
        (verdict(Action.RELABEL, label=Label(predicate="made_of")), "no kind of claim"),
        (verdict(Action.RELABEL, label=Label(claims=("Q99",))), "no claim 'Q99'"),
        (verdict(Action.ACCEPT, who=" "), "say who"),
        (verdict(Action.SAME_AS), "no development"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_to_do(read: Bench, wish: Verdict, message: str) -> None:
    with read.watch() as watch:
        key = keys(watch)["hikvision"]
        with pytest.raises(UsageError, match=message):
            decide(watch, key, wish)
        assert get_case(watch, key).decisions == ()


def test_a_label_is_laid_over_what_was_found(bench: Bench) -> None:
    bench.serve_list(items=[{"key": "one", "text": STAKE, "on": "2026-11-03"}])
    bench.poll()
    with bench.watch() as watch:
        (line,) = list_cases(watch).cases
        found = line.development
        label = Label(Outcome.PENDING, "contract", ("A25",))
        decide(watch, line.key, verdict(Action.RELABEL, label=label))
        case = get_case(watch, line.key)
        assert (case.development.outcome, case.development.predicate) == (Outcome.PENDING, "contract")
        assert case.development.state_version == 2
        finding = case.pieces[0].evidence.finding
        assert (finding.outcome, finding.predicate, finding.claims) == (Outcome.PENDING, "contract", ("A25",))
        assert finding.rules[-1] == "analyst"
        assert [near.claim.id for near in case.pieces[0].nearest] == ["A25"]
        decide(watch, line.key, verdict(Action.RELABEL, label=Label(outcome=Outcome.REVERSAL)))
        assert get_case(watch, line.key).development.predicate == "contract", "the earlier label was lost"
        with watch.store.read() as connection:
            (stored,) = findings.list_findings(connection, watch.sources)
        assert stored.evidence.finding.predicate == found.predicate, "what was found was overwritten"
        decide(watch, line.key, verdict(Action.UNDO))
        decide(watch, line.key, verdict(Action.UNDO))
        assert get_case(watch, line.key).development == found


def test_two_developments_become_one_and_two_again(read: Bench) -> None:
    with read.watch() as watch:
        before = {line.key: line.development for line in list_cases(watch).cases}
        one, other = keys(watch)["hikvision"], keys(watch)["dahua"]
        decide(watch, one, verdict(Action.SAME_AS, other=other[:10]))
        (line,) = list_cases(watch).cases
        assert (line.key, line.findings, line.development.companies) == (other, 2, ("dahua", "hikvision"))
        assert get_case(watch, other).joined == (one,)
        case = get_case(watch, one)
        assert (case.state, case.other, len(case.pieces)) == (CaseState.DONE, other, 1)
        with pytest.raises(UsageError, match="is part of"):
            decide(watch, one, verdict(Action.ACCEPT))
        with pytest.raises(UsageError, match="one already"):
            decide(watch, other, verdict(Action.SAME_AS, other=one))
        decide(watch, one, verdict(Action.UNDO))
        assert {line.key: line.development for line in list_cases(watch).cases} == before


def test_what_is_found_later_of_either_joins_the_one(read: Bench) -> None:
    with read.watch() as watch:
        one, other = keys(watch)["hikvision"], keys(watch)["dahua"]
        decide(watch, one, verdict(Action.SAME_AS, other=other))
    read.serve_list(items=[ITEM, OTHER, {"key": "three", "text": NEWS, "on": "2026-11-05"}])
    read.poll(MONDAY + timedelta(days=1))
    with read.watch(MONDAY + timedelta(days=1)) as watch:
        (line,) = list_cases(watch).cases
        assert (line.key, line.findings) == (other, 3)


def test_decisions_outlive_a_replay(read: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with read.watch() as watch:
        one, other = keys(watch)["hikvision"], keys(watch)["dahua"]
        decide(watch, one, verdict(Action.DISMISS))
        decide(watch, other, verdict(Action.RELABEL, label=Label(outcome=Outcome.UPDATE)))
        before = get_case(watch, one), get_case(watch, other)
    monkeypatch.setattr("tests.pipeline.toy.VERSION", "2")
    with read.watch(MONDAY + timedelta(days=1)) as watch:
        (report,) = replay(watch, apply=True)
        assert report.items == 2
        for old in before:
            now = get_case(watch, old.key)
            assert (now.state, now.decisions, now.version) == (old.state, old.decisions, old.version)
            assert replace(now.development, state="") == replace(old.development, state="")


BANNED = "The government of Poland banned {} and Dahua from its ministries."


def test_a_name_that_is_let_in_joins_what_its_sentence_tells_of_both(bench: Bench) -> None:
    bench.serve_list(items=[{"key": "one", "text": BANNED.format("Hikvesion"), "on": "2026-11-03"}])
    bench.poll()
    with bench.watch() as watch:
        (told,) = list_cases(watch).cases
        (waiting,) = list_waiting(watch)
        let_in(watch, waiting.id, "Kari")
        (line,) = list_cases(watch).cases
        assert (line.key, line.development.companies) == (told.key, ("dahua", "hikvision"))

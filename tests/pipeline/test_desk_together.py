"""Two analysts at once, on both databases: exactly one of them decides, and the other is told who did."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest

from claimwatch.errors import DecidedMeanwhile, UsageError
from claimwatch.models import Action, CaseState, Label, Outcome, Verdict
from claimwatch.pipeline import Watch, approve, build, deliver, poll, subscribe
from claimwatch.pipeline.knowledge import accepted_facts
from claimwatch.pipeline.reviewing.desk import decide, get_case, list_cases
from claimwatch.pipeline.reviewing.gold import folded_sample, gold_documents
from claimwatch.store import ledger
from tests.e2e.test_postgresql import postgresql  # noqa: F401 (a fixture)
from tests.pipeline.bench import MONDAY, MORE_NEWS, NEWS, Bench

STAKE = "The Chinese state owns 37.5 percent of Hikvision."
KNOWN = "Hikvision was added to the Entity List in October 2019."
ITEMS = [
    {"key": f"k{number}", "text": text, "on": "2026-11-03"}
    for number, text in enumerate((NEWS, MORE_NEWS, STAKE, KNOWN))
]
DAY = timedelta(days=1)
ANALYSTS = 6


def by_quote(watch: Watch) -> dict[str, str]:
    """The keys of the open cases by what was said."""
    return {line.lead.finding.quote: line.key for line in list_cases(watch).cases}


def at_once(watch: Watch, key: str, verdicts: list[Verdict], seen: str | None) -> list[object]:
    """What becomes of decisions made at the same moment: the decision, or the refusal."""
    ready = Barrier(len(verdicts))

    def one(verdict: Verdict) -> object:
        ready.wait()
        try:
            return decide(watch, key, verdict, seen).decision
        except (DecidedMeanwhile, UsageError) as refused:
            return refused

    with ThreadPoolExecutor(len(verdicts)) as pool:
        return list(pool.map(one, verdicts))


def race(watch: Watch) -> None:
    """Several people decide about what all of them have just looked at, and then take it back."""
    poll(watch, "toy")
    key = by_quote(watch)[NEWS]
    seen = get_case(watch, key).version
    wishes = [
        Verdict(Action.ACCEPT if number % 2 else Action.DISMISS, f"analyst {number}", why="because")
        for number in range(ANALYSTS)
    ]
    came = at_once(watch, key, wishes, seen)
    refused = [one for one in came if isinstance(one, DecidedMeanwhile)]
    assert len(refused) == ANALYSTS - 1
    (decision,) = get_case(watch, key).decisions
    assert decision in came
    assert {one.decision for one in refused} == {decision}
    assert all(str(one).startswith(decision.who) for one in refused)
    undone = at_once(watch, key, [Verdict(Action.UNDO, f"analyst {n}") for n in range(ANALYSTS)], None)
    assert sum(not isinstance(one, Exception) for one in undone) == 1, undone
    assert len(get_case(watch, key).decisions) == 2


def journey(bench: Bench, **changes: object) -> list[object]:
    """A bit of everything that analysts do; what it comes to, to be compared between databases."""
    came: list[object] = []
    with bench.watch(MONDAY, review="all", **changes) as watch:
        subscribe(watch, "reader@example.org")
        poll(watch, "toy")
        key = by_quote(watch)
        decide(watch, key[NEWS], Verdict(Action.RELABEL, "Kari", why="x", label=Label(Outcome.PENDING, "contract")))
        decide(watch, key[MORE_NEWS], Verdict(Action.SAME_AS, "Kari", other=key[NEWS]))
        decide(watch, key[STAKE], Verdict(Action.ACCEPT, "Ola", why="it is so"))
        build(watch)
        came.append(decide(watch, key[NEWS], Verdict(Action.SNOOZE, "Ola", until=date(2026, 11, 20))).revised)
        approve(watch, "2026-W45", who="Ola")
        came.append(deliver(watch).accepted)
        for state in CaseState:
            page = list_cases(watch, state=state)
            came += [(state, line.key, line.headline, line.tags, line.version) for line in page.cases]
        came += [get_case(watch, one).decisions for one in key.values()]
        came += [accepted_facts(watch), gold_documents(watch), folded_sample(watch, 5, 7)]
        with watch.store.read() as connection:
            came.append(sorted(ledger.told(connection, 1)))
    with bench.watch(MONDAY + 14 * DAY, **changes) as watch:
        decide(watch, key[MORE_NEWS], Verdict(Action.UNDO, "Kari"))
        edition = build(watch)
        assert edition is not None
        came += [(item.development, item.outcome, item.headline, item.reviewed) for item in edition.items]
    return came


def test_one_of_many_decides(bench: Bench) -> None:
    bench.serve_list(items=ITEMS)
    with bench.watch() as watch:
        race(watch)


@pytest.mark.slow
def test_one_of_many_decides_on_postgresql(bench: Bench, postgresql: str) -> None:  # noqa: F811
    bench.serve_list(items=ITEMS)
    with bench.watch(database_url=postgresql) as watch:
        race(watch)


@pytest.mark.slow
def test_a_desk_is_the_same_on_both(bench: Bench, postgresql: str) -> None:  # noqa: F811
    bench.serve_list(items=ITEMS)
    here = journey(bench)
    there = journey(bench, database_url=postgresql)
    assert there == here
    assert here[:2] == [("weekly:2026-W45",), 1]

"""What readers are told of what analysts decided, and that nothing they were told comes to them again as news."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from claimwatch.models import Action, CaseState, Label, Outcome, Subscription, Topics, Verdict
from claimwatch.pipeline import approve, build, deliver, preview, recall, subscribe
from claimwatch.pipeline.reviewing.desk import decide, get_case, list_cases
from claimwatch.store import editions, reviews
from tests.pipeline.bench import MONDAY, MORE_NEWS, NEWS, TOY, WEEK, Bench, body_of

pytestmark = pytest.mark.slow

ITEM = {"key": "one", "text": NEWS, "on": "2026-11-03"}
OTHER = {"key": "two", "text": MORE_NEWS, "on": "2026-11-04"}
QUIET = {"key": "three", "text": "Nothing to see here.", "on": "2026-11-05"}
GRAVE = {
    "key": "grave",
    "text": "Poland banned government procurement of Hikvision equipment.",
    "on": "2026-11-10",
}
DAY = timedelta(days=1)


@pytest.fixture
def read(bench: Bench) -> Bench:
    """Two pieces of news, read, and one reader."""
    with bench.watch() as watch:
        subscribe(watch, "reader@example.org")
    bench.serve_list(items=[ITEM, OTHER])
    bench.poll()
    return bench


def about(bench: Bench, company: str, action: Action, **more: object) -> str:
    """Decide about the newest case of a company; returns its key."""
    at = more.pop("at", MONDAY)
    with bench.watch(at) as watch:  # type: ignore[arg-type]
        key = next(line.key for state in CaseState for line in list_cases(watch, state=state, company=company).cases)
        decide(watch, key, Verdict(action, "Kari", **({"why": "because"} | more)))  # type: ignore[arg-type]
    return key


def tell(bench: Bench, at: object = MONDAY, **settings: object) -> list[str]:
    """Build and send the weekly edition; the new mails' texts."""
    before = len(bench.mails()) if (bench.home / "mail").exists() else 0
    with bench.watch(at, **settings) as watch:  # type: ignore[arg-type]
        build(watch)
        deliver(watch)
    return [body_of(mail) for mail in bench.mails()[before:]]


def test_what_was_dismissed_is_not_told(read: Bench) -> None:
    about(read, "hikvision", Action.DISMISS)
    (mail,) = tell(read)
    assert "glacier railway" in mail
    assert "museum of clocks" not in mail


def test_a_dismissal_that_is_undone_lets_it_be_told(read: Bench) -> None:
    about(read, "hikvision", Action.DISMISS)
    tell(read)
    about(read, "hikvision", Action.UNDO)
    (mail,) = tell(read, MONDAY + WEEK)
    assert "museum of clocks" in mail
    assert "glacier railway" not in mail


def test_what_waits_is_told_when_its_day_has_come(read: Bench) -> None:
    about(read, "hikvision", Action.SNOOZE, until=date(2026, 11, 20))
    assert "museum of clocks" not in tell(read)[0]
    assert "museum of clocks" not in tell(read, MONDAY + WEEK)[0]
    assert "museum of clocks" in tell(read, MONDAY + 2 * WEEK)[0]


def test_what_was_accepted_is_marked_as_reviewed(read: Bench) -> None:
    about(read, "hikvision", Action.ACCEPT)
    with read.watch() as watch:
        shown = preview(watch)
        assert shown is not None
        assert {item.headline.split(" — ")[-1]: item.reviewed for item in shown[0].items} == {
            "Hikvision": True,
            "Dahua": False,
        }


def test_a_label_is_told_in_the_analysts_words(read: Bench) -> None:
    about(read, "hikvision", Action.RELABEL, label=Label(Outcome.PENDING, "investment_ban"))
    with read.watch() as watch:
        shown = preview(watch)
        assert shown is not None
        first = shown[0].items[0]
        assert (first.outcome, first.predicate, first.reviewed) == (Outcome.PENDING, "investment_ban", True)


def test_a_correction_is_told_to_whom_it_was_told_otherwise(read: Bench) -> None:
    tell(read)
    assert "museum" not in "".join(tell(read, MONDAY + WEEK)), "told twice"
    about(read, "hikvision", Action.RELABEL, label=Label(outcome=Outcome.UPDATE), at=MONDAY + WEEK + DAY)
    with read.watch(MONDAY + 2 * WEEK) as watch:
        shown = preview(watch)
        assert shown is not None
        (item,) = shown[0].items
        assert (item.outcome, item.told_before) == (Outcome.UPDATE, True)
    assert "museum of clocks" in tell(read, MONDAY + 2 * WEEK)[0]
    assert "museum of clocks" not in "".join(tell(read, MONDAY + 3 * WEEK))


def test_a_label_that_is_no_news_is_not_told(read: Bench) -> None:
    about(read, "hikvision", Action.RELABEL, label=Label(outcome=Outcome.RESTATEMENT, claims=("A25",)))
    (mail,) = tell(read)
    assert "museum of clocks" not in mail


def test_a_label_that_is_undone_untold_is_told_to_nobody(read: Bench) -> None:
    tell(read)
    about(read, "hikvision", Action.RELABEL, label=Label(outcome=Outcome.UPDATE))
    about(read, "hikvision", Action.UNDO)
    assert "museum of clocks" not in "".join(tell(read, MONDAY + WEEK))


def test_two_that_become_one_are_one_item(read: Bench) -> None:
    with read.watch() as watch:
        one, other = (list_cases(watch, company=name).cases[0].key for name in ("hikvision", "dahua"))
        decide(watch, one, Verdict(Action.SAME_AS, "Kari", other=other))
        shown = preview(watch)
        assert shown is not None
        (item,) = shown[0].items
        assert item.companies == ("Dahua", "Hikvision")
        assert len(item.evidence) == 2


@pytest.mark.parametrize("names", [("hikvision", "dahua"), ("dahua", "hikvision")])
def test_what_was_told_is_not_told_again_because_it_became_one(bench: Bench, names: Sequence[str]) -> None:
    with bench.watch() as watch:
        subscribe(watch, "reader@example.org")
        subscribe(watch, "half@example.org", wanted=[Subscription("weekly", Topics(("hikvision",)))])
    bench.serve_list(items=[ITEM])
    bench.poll()
    tell(bench)
    bench.serve_list(items=[ITEM, OTHER])
    bench.poll(MONDAY + DAY)
    tell(bench, MONDAY + WEEK)
    with bench.watch(MONDAY + WEEK) as watch:
        one, other = (list_cases(watch, company=name).cases[0].key for name in names)
        decide(watch, one, Verdict(Action.SAME_AS, "Kari", other=other))
        assert get_case(watch, other).told, "the ledger changed"
    assert not any("museum" in text or "glacier" in text for text in tell(bench, MONDAY + 2 * WEEK))
    with bench.watch(MONDAY + 2 * WEEK) as watch:
        decide(watch, one, Verdict(Action.UNDO, "Kari"))
    assert not any("museum" in text or "glacier" in text for text in tell(bench, MONDAY + 3 * WEEK))


def test_of_two_of_which_one_was_told_the_other_is_told_once_as_more_of_it(bench: Bench) -> None:
    with bench.watch() as watch:
        subscribe(watch, "reader@example.org")
    bench.serve_list(items=[ITEM])
    bench.poll()
    tell(bench)
    bench.serve_list(items=[ITEM, OTHER])
    bench.poll(MONDAY + DAY)
    with bench.watch(MONDAY + DAY) as watch:
        one, other = (list_cases(watch, company=name).cases[0].key for name in ("hikvision", "dahua"))
        # Whichever is named first: the one that readers know stays.
        done = decide(watch, one, Verdict(Action.SAME_AS, "Kari", other=other))
        assert (done.decision.development, done.decision.other) == (other, one)
    with bench.watch(MONDAY + WEEK) as watch:
        shown = preview(watch)
        assert shown is not None
        assert [item.told_before for item in shown[0].items] == [True]
    tell(bench, MONDAY + WEEK)
    assert not any("museum" in text or "glacier" in text for text in tell(bench, MONDAY + 2 * WEEK))


@pytest.mark.parametrize("names", [("hikvision", "dahua"), ("dahua", "hikvision")])
def test_whom_no_edition_told_the_other_one_is_told_it_and_nobody_else_is(bench: Bench, names: Sequence[str]) -> None:
    """The daily edition has told both, the weekly one only the first: its readers would never hear of the second."""
    days, weeks = "days@example.org", "weeks@example.org"
    with bench.watch() as watch:
        subscribe(watch, days, wanted=[Subscription("daily")])
        subscribe(watch, weeks)
    bench.serve_list(items=[ITEM])
    bench.poll()

    seen: set[str] = set()

    def tell_all(at: datetime) -> dict[str, str]:
        with bench.watch(at) as watch:
            build(watch, "daily")
            if at.weekday() == MONDAY.weekday():
                build(watch)
            deliver(watch)
        new = [mail for mail in bench.mails() if str(mail["message-id"]) not in seen]
        seen.update(str(mail["message-id"]) for mail in new)
        return {str(mail["to"]): body_of(mail) for mail in new}

    first = tell_all(MONDAY)
    assert "museum of clocks" in first[days]
    assert "museum of clocks" in first[weeks]
    bench.serve_list(items=[ITEM, OTHER])
    bench.poll(MONDAY + DAY)
    assert "glacier" in tell_all(MONDAY + 2 * DAY)[days]
    with bench.watch(MONDAY + 2 * DAY) as watch:
        one, other = (list_cases(watch, company=name).cases[0].key for name in names)
        decide(watch, one, Verdict(Action.SAME_AS, "Kari", other=other))
    later = tell_all(MONDAY + WEEK)
    assert "glacier" in later[weeks]
    assert "glacier" not in later.get(days, "")
    for at in (MONDAY + WEEK + DAY, MONDAY + 2 * WEEK):
        assert not any("glacier" in text or "museum of clocks" in text for text in tell_all(at).values()), at


def grave_alert(bench: Bench) -> None:
    """A first edition of an official source, and then grave news."""
    bench.sources = TOY.replace("class: ngo", "class: official").replace("every: 6h", "every: 1m")
    with bench.watch() as watch:
        subscribe(watch, "alerts@example.org", wanted=[Subscription("urgent", Topics())])
    bench.serve_list(items=[QUIET])
    bench.poll()
    with bench.watch() as watch:
        build(watch)
    bench.serve_list(items=[QUIET, GRAVE])
    bench.poll(MONDAY + DAY)


@pytest.mark.parametrize(("action", "alerts"), [(Action.DISMISS, 0), (Action.SNOOZE, 0), (Action.ACCEPT, 1)])
def test_alerts_follow_the_decisions(bench: Bench, action: Action, alerts: int) -> None:
    grave_alert(bench)
    about(bench, "hikvision", action, until=date(2026, 12, 1), at=MONDAY + DAY)
    with bench.watch(MONDAY + DAY + timedelta(hours=1)) as watch:
        built = build(watch, "urgent")
        assert (built is not None) == bool(alerts)
        assert deliver(watch).accepted == alerts


def test_a_correction_of_an_alert_goes_to_whom_was_alerted(bench: Bench) -> None:
    grave_alert(bench)
    with bench.watch(MONDAY + DAY + timedelta(hours=1)) as watch:
        assert build(watch, "urgent") is not None
        assert deliver(watch).accepted == 1
    later = MONDAY + DAY + timedelta(hours=3)
    about(bench, "hikvision", Action.RELABEL, label=Label(Outcome.PENDING, "calls_for"), at=later)
    with bench.watch(later + timedelta(hours=1)) as watch:
        built = build(watch, "urgent")
        assert built is not None
        assert [(item.outcome, item.told_before) for item in built.items] == [(Outcome.PENDING, True)]
        assert deliver(watch).accepted == 1
    assert bench.mails()[1]["in-reply-to"] == bench.mails()[0]["message-id"]


def test_an_edition_that_waits_follows_the_decisions(read: Bench) -> None:
    with read.watch(review="all") as watch:
        subscribe(watch, "half@example.org", wanted=[Subscription("weekly", Topics(("hikvision",)))])
        build(watch)
        with watch.store.read() as connection:
            before = [letter.message_id for letter in reviews.letters(connection, 1)]
        key = list_cases(watch, company="hikvision").cases[0].key
        done = decide(watch, key, Verdict(Action.DISMISS, "Kari", why="an old story"))
        assert done.revised == ("weekly:2026-W45",)
        with watch.store.read() as connection:
            (row,) = editions.list_editions(connection)
            assert "museum of clocks" not in row.html
            assert len(editions.told_by(connection, row.id)) == 1
        approve(watch, "2026-W45", who="Kari")
        assert deliver(watch).accepted == 2
        with watch.store.read() as connection:
            assert [letter.message_id for letter in reviews.letters(connection, 1)] == before
            assert [one.what for one in reviews.decisions(connection, 1)] == ["held", "revised", "approved"]
    texts = {str(mail["to"]): body_of(mail) for mail in read.mails()}
    assert "glacier railway" in texts["reader@example.org"]
    assert "museum of clocks" not in "".join(texts.values())
    about(read, "hikvision", Action.UNDO)
    assert ["museum of clocks" in text for text in tell(read, MONDAY + WEEK)] == [True, True], "lost by the revision"


def test_a_mistake_about_an_edition_that_waits_can_be_undone(read: Bench) -> None:
    with read.watch(review="all") as watch:
        build(watch)
        key = list_cases(watch, company="hikvision").cases[0].key
        decide(watch, key, Verdict(Action.DISMISS, "Kari", why="an old story"))
        assert decide(watch, key, Verdict(Action.UNDO, "Kari")).revised == ("weekly:2026-W45",)
        approve(watch, "2026-W45", who="Kari")
        assert deliver(watch).accepted == 1
    (mail,) = read.mails()
    assert "museum of clocks" in body_of(mail)
    assert "museum of clocks" not in "".join(tell(read, MONDAY + WEEK))


def test_what_was_told_can_be_recalled_whatever_was_decided_since(read: Bench) -> None:
    tell(read)
    one = about(read, "hikvision", Action.RELABEL, label=Label(outcome=Outcome.RESTATEMENT))
    with read.watch() as watch:
        (other,) = (line.key for line in list_cases(watch).cases)
        with watch.store.read() as connection:
            (row,) = editions.list_editions(connection)
        recalled = recall(watch, row.period, who="Kari", why="It was an old story.", development=one)
        assert recalled.corrections == 1
        decide(watch, one, Verdict(Action.UNDO, "Kari"))
        decide(watch, one, Verdict(Action.SAME_AS, "Kari", other=other))
        recalled = recall(watch, row.period, who="Kari", why="That as well.", development=one)
        assert recalled.corrections == 1

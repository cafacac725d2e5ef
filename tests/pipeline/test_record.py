"""What the record shows: history told once, to those who asked, and never as news."""

from datetime import date, datetime, timedelta

import pytest

from claimwatch.errors import UsageError
from claimwatch.models import Edition, Subscription
from claimwatch.pipeline import build, build_due, cancel, deliver, hold, recall, subscribe
from claimwatch.pipeline.reading.history import backfill
from claimwatch.pipeline.telling.record import Asked, build_record, preview_record, rehearse_record
from claimwatch.store import editions, ledger, subscribers
from tests.pipeline.bench import MONDAY, NEWS, WEEK, Bench, body_of

pytestmark = pytest.mark.slow

HISTORY = MONDAY - timedelta(hours=2)
HIKVISION = "Hikvision opened a lighthouse in Tasmania on 4 March 2021."
DAHUA = "Dahua painted a clock tower in Malta on 9 May 2020."
SUBJECT = "Claimwatch record 2020–2021: 2 new — Dahua, Hikvision"
HISTORIAN, READER = "historian@example.org", "reader@example.org"


def page(bench: Bench, key: str, on: str, text: str) -> dict[str, str]:
    bench.serve(f"https://toy.example/{key}", {"items": [{"key": key, "text": text, "on": on}]})
    return {"url": f"https://toy.example/{key}", "key": key, "version": "v1", "on": on}


@pytest.fixture
def archive(bench: Bench) -> Bench:
    """Two old pages and one of today, all read; a reader of the weekly digest, and one who asked for the record."""
    bench.serve_list(
        links=[
            page(bench, "new", "2026-11-03", NEWS),
            page(bench, "lighthouse", "2021-03-05", HIKVISION),
            page(bench, "tower", "2020-05-10", DAHUA),
        ]
    )
    with bench.watch(HISTORY) as watch:
        subscribe(watch, READER)
        subscribe(watch, HISTORIAN, wanted=[Subscription("record")])
        backfill(watch, "toy", date(2019, 1, 1))
    bench.poll(HISTORY)
    return bench


def told(bench: Bench, at: datetime = MONDAY, asked: Asked | None = None) -> Edition | None:
    with bench.watch(at) as watch:
        edition = build_record(watch, asked or Asked())
        deliver(watch)
    return edition


def to(bench: Bench, address: str) -> list[str]:
    return [str(mail["subject"]) for mail in bench.mails() if mail["to"].addresses[0].addr_spec == address]


def test_it_is_one_edition_of_history_in_the_order_of_time_by_company(archive: Bench) -> None:
    edition = told(archive)
    assert edition is not None
    assert (edition.series, edition.period) == ("record", "20200509-20210304")
    assert [(item.companies, item.happened_on) for item in edition.items] == [
        (("Dahua",), date(2020, 5, 9)),
        (("Hikvision",), date(2021, 3, 4)),
    ]
    assert not any(item.late for item in edition.items)
    (mail,) = archive.mails()
    assert str(mail["subject"]) == SUBJECT
    assert mail["to"].addresses[0].addr_spec == HISTORIAN
    assert "record.claimwatch" in str(mail["list-id"])
    text = " ".join(body_of(mail).split())
    assert "What the record shows History, not news" in text
    assert "because you asked for what the record shows" in text
    assert text.index("clock tower") < text.index("lighthouse")
    assert "museum" not in text, "that is news, and the digest tells it"
    assert "Coverage" not in text


def test_nobody_is_told_twice_and_no_digest_tells_it(archive: Bench) -> None:
    assert told(archive) is not None
    assert told(archive, MONDAY + timedelta(hours=1)) is None
    with archive.watch(MONDAY + timedelta(hours=1)) as watch:
        (weekly,) = build_due(watch)
        deliver(watch)
    assert [item.evidence[0].finding.quote for item in weekly.items] == [NEWS]
    assert len(archive.mails()) == 2
    assert len(to(archive, READER)) == 1
    assert "record" not in to(archive, READER)[0]


def test_what_was_told_as_history_is_no_news_to_that_reader_when_a_poll_comes_upon_it(archive: Bench) -> None:
    with archive.watch(HISTORY) as watch, watch.store.write() as connection:
        historian = subscribers.find_subscriber(connection, HISTORIAN)
        assert historian is not None
        both = [Subscription("record"), Subscription("weekly")]
        subscribers.set_subscriptions(connection, historian.id, both, HISTORY, reason="")
    with archive.watch() as watch:
        build(watch)
        deliver(watch)
    assert told(archive, MONDAY + timedelta(hours=1)) is not None
    links = [page(archive, key, "2021-01-01", "Old.") for key in ("lighthouse", "tower")]
    archive.serve_list(links=links, items=[{"key": "again", "text": DAHUA, "on": "2026-11-12"}])
    archive.poll(MONDAY + WEEK)
    with archive.watch(MONDAY + WEEK) as watch:
        edition = build(watch)
        deliver(watch)
    assert edition is not None
    assert [item.companies for item in edition.items] == [("Dahua",)], "to everybody else it is news"
    assert "Claimwatch W46: 1 new — Dahua" in to(archive, READER)
    assert next(subject for subject in to(archive, HISTORIAN) if "W46" in subject).startswith("Claimwatch W46: nothing")
    reminded = [body_of(mail) for mail in archive.mails() if "nothing new" in str(mail["subject"])]
    assert "(in what the record shows)" in " ".join(reminded[0].split())


def test_only_the_days_that_are_asked_for(archive: Bench) -> None:
    edition = told(archive, asked=Asked(since=date(2021, 1, 1)))
    assert edition is not None
    assert edition.period == "20210101-20210304"
    assert [item.companies for item in edition.items] == [("Hikvision",)]
    rest = told(archive, MONDAY + timedelta(hours=1), Asked(until=date(2022, 1, 1)))
    assert rest is not None
    assert [item.companies for item in rest.items] == [("Dahua",)]
    with archive.watch(MONDAY + WEEK) as watch, pytest.raises(UsageError, match="ends before it begins"):
        build_record(watch, Asked(since=date(2022, 1, 1), until=date(2021, 1, 1)))


def test_an_address_may_be_named_and_who_asks_later_gets_all_of_it(archive: Bench) -> None:
    assert told(archive) is not None
    edition = told(archive, MONDAY + timedelta(hours=1), Asked(to=(READER,)))
    assert edition is not None
    assert edition.period == "20200509-20210304.2"
    assert [subject for subject in to(archive, READER) if "record" in subject] == [SUBJECT]
    assert told(archive, MONDAY + timedelta(hours=2), Asked(to=(READER, HISTORIAN))) is None
    with archive.watch(MONDAY + WEEK) as watch:
        for stranger in ("nobody@example.org", "not an address"):
            with pytest.raises(UsageError, match="no active subscriber"):
                build_record(watch, Asked(to=(stranger,)))


def test_who_joins_afterwards_counts_as_told_of_the_news_and_not_of_the_record(archive: Bench) -> None:
    assert told(archive) is not None
    with archive.watch() as watch:
        subscribe(watch, "later@example.org", wanted=[Subscription("record"), Subscription("weekly")])
    assert told(archive, MONDAY + timedelta(hours=1)) is not None
    assert len([subject for subject in to(archive, "later@example.org") if "record" in subject]) == 1
    assert len(to(archive, HISTORIAN)) == 1


def test_without_anybody_who_asks_nothing_is_frozen(bench: Bench) -> None:
    bench.serve_list(links=[page(bench, "tower", "2020-05-10", DAHUA)])
    with bench.watch() as watch:
        subscribe(watch, READER)
        backfill(watch, "toy", date(2019, 1, 1))
        with pytest.raises(UsageError, match="nobody has asked"):
            build_record(watch, Asked())
        shown = preview_record(watch, Asked())
        assert shown is not None
        assert "clock tower" in shown[1].text
        rehearsed = rehearse_record(watch, Asked())
        assert rehearsed is not None
        assert rehearsed[1] == ()
        with watch.store.read() as connection:
            assert editions.list_editions(connection) == []


def test_a_rehearsal_is_the_message_byte_for_byte_and_leaves_nothing(archive: Bench) -> None:
    with archive.watch() as watch:
        rehearsed = rehearse_record(watch, Asked())
        assert rehearsed is not None
        (one,) = rehearsed[1]
        with watch.store.read() as connection:
            assert editions.list_editions(connection) == []
    assert (one.recipient, one.items) == (HISTORIAN, 2)
    assert told(archive) is not None
    (path,) = (archive.home / "mail" / "new").iterdir()
    assert one.size == len(path.read_bytes())


def test_held_and_cancelled_it_is_owed_to_its_reader_and_to_no_digest(archive: Bench) -> None:
    with archive.watch() as watch:
        edition = build_record(watch, Asked())
        assert edition is not None
        hold(watch, edition.period, who="Kari")
        cancel(watch, edition.period, who="Kari")
        weekly = build(watch)
        assert weekly is not None
        assert [item.evidence[0].finding.quote for item in weekly.items] == [NEWS]
    again = told(archive, MONDAY + timedelta(hours=1))
    assert again is not None
    assert len(again.items) == 2
    with archive.watch() as watch, watch.store.read() as connection:
        historian = subscribers.find_subscriber(connection, HISTORIAN)
        assert historian is not None
        assert len(ledger.told(connection, historian.id)) == 2


def test_it_can_be_recalled(archive: Bench) -> None:
    edition = told(archive)
    assert edition is not None
    with archive.watch(MONDAY + timedelta(hours=1)) as watch:
        done = recall(watch, edition.period, who="Kari", why="The pages were a draft.")
        deliver(watch)
    assert (done.series, done.corrections) == ("record", 1)
    assert sorted(to(archive, HISTORIAN)) == [SUBJECT, "Claimwatch record 2020–2021: correction: 2 new"]


def test_a_public_address_is_linked_to_and_stands_in_the_header(archive: Bench) -> None:
    with archive.watch(public_url="https://watch.example/") as watch:
        assert build_record(watch, Asked()) is not None
        deliver(watch)
    (mail,) = archive.mails()
    edition = "https://watch.example/editions/record/20200509-20210304"
    assert str(mail["archived-at"]) == f"<{edition}>"
    assert edition in body_of(mail)
    html = mail.get_body(("html",))
    assert html is not None
    assert html.get_content().count('href="https://watch.example/items/') == 2


def test_the_series_is_built_by_nobody_but_by_hand(archive: Bench) -> None:
    with archive.watch() as watch:
        assert [edition.series for edition in build_due(watch)] == ["weekly"]
        with pytest.raises(UsageError, match="--record"):
            build(watch, "record")

"""Who gets what, who proved that they want it, and who is never written to again."""

from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, func, select

from claimwatch import tokens
from claimwatch.delivery import OutcomeUnknown
from claimwatch.errors import UsageError
from claimwatch.models import Subscription, Topics
from claimwatch.pipeline import build, deliver, inspect_watch, subscribe, unsubscribe
from claimwatch.pipeline.mailing.signup_mail import send_signup_mails
from claimwatch.pipeline.subscribers import signup
from claimwatch.pipeline.subscribers.roster import COLUMNS, export_csv, import_csv
from claimwatch.pipeline.subscribers.subscribe import erase, person
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import load_settings
from claimwatch.store import MIGRATIONS, Store, consents, relays, subscribers, suppressions
from claimwatch.store.subscribers import WEEKLY
from claimwatch.store.tables import messages, metadata
from tests.pipeline.bench import MONDAY, NEWS, Bench

HOUR = timedelta(hours=1)
READER = "reader@example.org"


def freeze_an_edition(bench: Bench) -> None:
    """Something new is read, and an edition with it frozen; it waits to be sent."""
    bench.serve_list(items=[{"key": "one", "text": NEWS, "on": "2026-11-05"}])
    bench.poll()
    with bench.watch() as watch:
        assert build(watch) is not None


def readers(watch: Watch, series: str) -> list[str]:
    with watch.store.read() as connection:
        return [reader.subscriber.address for reader in subscribers.list_readers(connection, series, watch.now())]


def suppress(watch: Watch, address: str, **more: object) -> None:
    with watch.store.write() as connection:
        suppressions.suppress(connection, address, "complained", source="bounce", at=watch.now(), **more)  # type: ignore[arg-type]


def ask(watch: Watch, address: str = READER) -> tuple[int, int]:
    """A request for an address; its number and time."""
    one = person(watch, address, None, "en", "Europe/Oslo", WEEKLY, True)
    assert signup.ask(watch, one, visitor="192.0.2.1", text_version="v1")
    with watch.store.read() as connection:
        numbers = connection.execute(select(func.max(metadata.tables["signups"].c.id))).scalar_one()
    return numbers, int(watch.now().timestamp())


def test_a_series_has_its_own_readers_with_their_topics(bench: Bench) -> None:
    alerts = [Subscription("urgent", Topics(("hikvision",), ("toy",), "S2")), Subscription("weekly")]
    with bench.watch() as watch:
        subscribe(watch, READER, wanted=alerts, proof_of_life=False)
        subscribe(watch, "weekly@example.org")
        with watch.store.read() as connection:
            (urgent,) = subscribers.list_readers(connection, "urgent")
        assert urgent.topics == Topics(("hikvision",), ("toy",), "S2")
        assert not urgent.proof_of_life
        assert readers(watch, "weekly") == [READER, "weekly@example.org"]
        assert readers(watch, "daily") == []
        suppress(watch, "Weekly@Example.org")
        assert readers(watch, "weekly") == [READER]
        unsubscribe(watch, READER)
        assert readers(watch, "weekly") == readers(watch, "urgent") == []


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ([], "name a series"),
        ([Subscription("hourly")], "no series 'hourly'"),
        ([Subscription("weekly", Topics(companies=("nobody",)))], "no company 'nobody'"),
        ([Subscription("weekly", Topics(sources=("nowhere",)))], "no source 'nowhere'"),
        ([Subscription("weekly", Topics(severity="S9"))], "no severity 'S9'"),
    ],
)
def test_what_cannot_be_chosen_is_said(bench: Bench, wanted: list[Subscription], said: str) -> None:
    with bench.watch() as watch, pytest.raises(UsageError, match=said):
        subscribe(watch, READER, wanted=wanted)


def test_an_address_is_one_in_upper_and_lower_case(bench: Bench) -> None:
    with bench.watch() as watch:
        subscribe(watch, "Reader@example.org")
        with pytest.raises(UsageError, match="subscriber already"):
            subscribe(watch, READER)


def test_a_suppressed_address_is_added_only_when_that_is_meant(bench: Bench) -> None:
    with bench.watch() as watch:
        suppress(watch, READER)
        with pytest.raises(UsageError, match=r"no mail since 2026-11-09: complained.*--lift"):
            subscribe(watch, READER)
        subscribe(watch, READER, lift=True)
        assert readers(watch, "weekly") == [READER]


def test_a_suppression_may_end_by_itself(bench: Bench) -> None:
    with bench.watch() as watch:
        suppress(watch, READER, until=MONDAY + HOUR)
        with watch.store.read() as connection:
            held = [
                suppressions.is_suppressed(connection, READER, at) for at in (MONDAY, MONDAY + HOUR, MONDAY + 2 * HOUR)
            ]
            assert suppressions.is_suppressed(connection, READER)
    assert held == [True, False, False]


def test_suppressions_outlive_the_keys_that_sign(bench: Bench) -> None:
    with bench.watch(secret_key="old-key") as watch:
        suppress(watch, READER)
    with bench.watch(secret_key="new-key") as watch, watch.store.read() as connection:
        assert suppressions.is_suppressed(connection, READER)
        assert READER not in str(connection.execute(select(metadata.tables["suppressions"])).all())


def test_erasing_leaves_nothing_that_names_anybody(bench: Bench) -> None:
    with bench.watch() as watch:
        subscribe(watch, READER, name="Rita Reader")
        ask(watch, READER.upper())
    freeze_an_edition(bench)
    with bench.watch() as watch:
        assert deliver(watch).accepted == 1
    with bench.watch(MONDAY + HOUR) as watch:
        assert erase(watch, "Reader@example.org")
        assert not erase(watch, "stranger@example.org")
        with watch.store.read() as connection:
            rows = {name: connection.execute(select(table)).all() for name, table in metadata.tables.items()}
            assert suppressions.is_suppressed(connection, READER)
            assert suppressions.is_suppressed(connection, "stranger@example.org")
            assert subscribers.list_subscribers(connection) == []
        assert len(rows["messages"]) == 1
    assert [name for name, found in rows.items() if b"rita" in repr(found).lower().encode()] == []
    assert [name for name, found in rows.items() if "reader@example.org" in repr(found).lower()] == []
    for name in ("subscriptions", "consent_events", "signups", "ledger"):
        assert rows[name] == [], name


def test_an_erased_number_is_never_anybody_elses(bench: Bench) -> None:
    with bench.watch() as watch:
        gone = subscribe(watch, READER)
        erase(watch, READER)
        new = subscribe(watch, "new@example.org")
        assert new.id != gone.id
        assert signup.find_member(watch, gone.id) is None
        signup.stop(watch, gone.id, ["weekly"], source="one-click")
        assert readers(watch, "weekly") == ["new@example.org"]


def test_a_request_expires_and_is_forgotten(bench: Bench) -> None:
    with bench.watch() as watch:
        asked = ask(watch)
    with bench.watch(MONDAY + 48 * HOUR) as watch:
        assert signup.confirm(watch, *asked) is None
        again = ask(watch, "other@example.org")
        assert again[0] == asked[0]  # the number of a deleted request comes again …
        assert signup.confirm(watch, *asked) is None  # … and an old link does not confirm it
        assert signup.confirm(watch, *again) is not None


def test_a_request_waits_until_its_mail_was_taken(bench: Bench) -> None:
    with bench.watch(smtp_url=f"maildir:{bench.home / 'blocked'}") as watch:
        (bench.home / "blocked").write_text("a file where the Maildir should be")
        ask(watch)
        assert send_signup_mails(watch) == 0
        with watch.store.write() as connection:
            consents.settle_signup(connection, 1, "waiting", next_try_at=0.0)
        assert send_signup_mails(watch) == 0
        assert [problem.what for problem in inspect_watch(watch) if problem.what == "sign-up"] == ["sign-up"]
        (bench.home / "blocked").unlink()
        assert send_signup_mails(watch) == 0  # put off, not given up
        with watch.store.write() as connection:
            relays.resume(connection)  # the way out rests after two failures, whatever mail it is
            consents.settle_signup(connection, 1, "waiting", next_try_at=0.0)
        assert send_signup_mails(watch) == 1
        assert send_signup_mails(watch) == 0


def test_what_still_waits_leaves_with_any_delivery_within_the_days_budget(bench: Bench) -> None:
    with bench.watch(mail_daily=1) as watch:
        ask(watch)
        ask(watch, "other@example.org")
        report = deliver(watch)
        assert (report.letters, [pause.kind for pause in report.pauses]) == (1, ["daily"])
        assert deliver(watch).letters == 0
        assert deliver(watch, resume=True).letters == 1
    assert {mail["To"] for mail in bench.mails()} == {READER, "other@example.org"}


def test_what_has_expired_is_deleted_even_when_nobody_asks(bench: Bench) -> None:
    with bench.watch() as watch:
        ask(watch)
    with bench.watch(MONDAY + 48 * HOUR) as watch:
        assert send_signup_mails(watch) == 0
        with watch.store.read() as connection:
            assert connection.execute(select(metadata.tables["signups"])).all() == []


def test_a_crash_after_sending_sends_the_same_mail_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with bench.watch() as watch:
        ask(watch)
        with watch.store.read() as connection:
            asked = consents.find_signup(connection, 1, watch.now())
        assert asked is not None
        assert send_signup_mails(watch) == 1
        with watch.store.write() as connection:  # as if the answer had been lost
            consents.settle_signup(connection, 1, "waiting", reason=str(OutcomeUnknown("lost")), next_try_at=0.0)
        assert send_signup_mails(watch) == 1
    assert len(list((bench.home / "mail" / "new").iterdir())) == 1  # the same Message-ID


def test_a_token_is_short_and_of_one_purpose_and_keys_rotate(bench: Bench) -> None:
    old = load_settings(home=bench.home, secret_key="old", public_url="https://example.org")
    both = load_settings(home=bench.home, secret_key="new,old", public_url="https://example.org")
    new = load_settings(home=bench.home, secret_key="new", public_url="https://example.org")
    token = tokens.unsubscribe_url(old, 1234567, "weekly").rpartition("/")[2]
    assert len(token) <= 45
    assert tokens.read_unsubscribe(old, token) == tokens.read_unsubscribe(both, token) == (1234567, "weekly")
    assert tokens.read_unsubscribe(new, token) is None
    assert tokens.read_preferences(old, token) is None
    fresh = tokens.preferences_url(both, 7).rpartition("/")[2]
    assert tokens.read_preferences(new, fresh) == 7
    for series in ("urgent", "daily", "weekly", "monthly"):
        assert tokens.read_unsubscribe(new, tokens.unsubscribe_url(new, 3, series).rpartition("/")[2]) == (3, series)


def test_ending_one_series_cancels_what_waits_of_it(bench: Bench) -> None:
    with bench.watch() as watch:
        one = subscribe(watch, READER, wanted=[Subscription("weekly"), Subscription("urgent")])
    freeze_an_edition(bench)
    with bench.watch() as watch:
        signup.stop(watch, one.id, ["weekly"], source="one-click")
        assert deliver(watch).accepted == 0
        with watch.store.read() as connection:
            assert connection.execute(select(messages.c.state)).scalars().all() == ["cancelled"]
        assert readers(watch, "weekly") == []
        assert readers(watch, "urgent") == [READER]


def test_every_mail_has_the_link_that_stops_its_series(bench: Bench) -> None:
    freeze_an_edition(bench)
    with bench.watch(MONDAY + HOUR, public_url="https://example.org") as watch:
        who = subscribe(watch, READER)  # gets the last edition once
        assert deliver(watch).accepted == 1
        link = tokens.unsubscribe_url(watch.settings, who.id, "weekly")
    (mail,) = bench.mails()
    assert f"<{link}>" in mail["List-Unsubscribe"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_who_subscribed_before_there_were_series_keeps_the_weekly_digest(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/claimwatch.db"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        for number, active in enumerate((True, False)):
            connection.exec_driver_sql(
                "INSERT INTO subscribers (address, language, timezone, active, joined_at) VALUES (?, ?, ?, ?, ?)",
                (f"r{number}@example.org", "en", "Europe/Oslo", active, "2026-01-05 06:00:00.000000"),
            )
    engine.dispose()
    store = Store(url)
    with store.read() as connection:
        (reader,) = subscribers.list_readers(connection, "weekly")
        members = subscribers.list_members(connection)
    store.close()
    assert (reader.subscriber.address, reader.topics, reader.proof_of_life) == ("r0@example.org", Topics(), True)
    assert [len(member.subscriptions) for member in members] == [1, 0]


def test_what_is_exported_can_be_imported(bench: Bench) -> None:
    wanted = [Subscription("urgent", Topics(("hikvision", "dahua"), ("toy",), "S2")), Subscription("weekly")]
    with bench.watch() as watch:
        subscribe(watch, "+tag@example.org", name="=HYPERLINK(1)", wanted=wanted, proof_of_life=False)
        subscribe(watch, "'quoted@example.org", name='\'-dash, "and" comma', timezone="Europe/London")
        first = export_csv(watch)
        for address in ("+tag@example.org", "'quoted@example.org"):
            with watch.store.write() as connection:
                connection.execute(metadata.tables["subscriptions"].delete())
                connection.execute(metadata.tables["consent_events"].delete())
                connection.execute(metadata.tables["subscribers"].delete().where(
                    metadata.tables["subscribers"].c.address == address
                ))  # fmt: skip
        assert export_csv(watch) == ",".join(COLUMNS) + "\n"
        assert len(import_csv(watch, first).added) == 2
        assert export_csv(watch) == first
    assert [line for line in first.splitlines() if line.startswith(("=", "+", "-", "@"))] == []
    assert "'=HYPERLINK(1)" in first


def test_an_import_is_all_or_nothing_and_names_the_lines(bench: Bench) -> None:
    text = "address,series,timezone\na@example.org,weekly,\nnobody,weekly,\nb@example.org,hourly,Mars/North\n"
    with bench.watch() as watch:
        with pytest.raises(UsageError) as caught:
            import_csv(watch, text)
        assert "line 3: 'nobody' is not an e-mail address" in str(caught.value)
        assert "line 4: " in str(caught.value)
        assert readers(watch, "weekly") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: the columns are address"),
        ("mail\na@example.org\n", "line 1"),
        ("address,colour\na@example.org,red\n", "line 1"),
        ("address,series\na@example.org\n", "line 2: 1 cells"),
        ("address,series\na@example.org,weekly\nA@example.org,weekly\n", "line 3: .*a second time"),
        ("address,series,name\na@example.org,weekly,A\na@example.org,daily,B\n", "line 3: differs from line 2"),
        ("address,proof_of_life\na@example.org,perhaps\n", "line 2: .*yes or no"),
    ],
)
def test_a_file_that_cannot_be_is_refused(bench: Bench, text: str, said: str) -> None:
    with bench.watch() as watch, pytest.raises(UsageError, match=said):
        import_csv(watch, text)


def test_an_import_writes_to_nobody_who_stopped(bench: Bench) -> None:
    with bench.watch() as watch:
        subscribe(watch, READER)
        subscribe(watch, "here@example.org")
        unsubscribe(watch, READER)
        suppress(watch, "held@example.org")
        done = import_csv(
            watch, f"\ufeffaddress;series\n{READER};weekly\nhere@example.org;\nheld@example.org;\nnew@example.org;\n"
        )
        assert done.added == ["new@example.org"]
        assert [address for address, _ in done.skipped] == [READER, "here@example.org", "held@example.org"]
        assert readers(watch, "weekly") == ["here@example.org", "new@example.org"]

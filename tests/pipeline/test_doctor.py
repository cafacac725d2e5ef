"""`doctor`: each thing that can be wrong is found, and said with what mends it."""

import stat
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import update

from claimwatch.captures import CaptureStore
from claimwatch.pipeline import inspect_watch, poll
from claimwatch.pipeline.operations.doctor import examine
from claimwatch.pipeline.operations.integrity import inspect_integrity
from claimwatch.pipeline.operations.machine import clock_off, days_until_full, inspect_machine
from claimwatch.pipeline.operations.mail_checks import dns_problems, inspect_mail, lookup, public_key
from claimwatch.pipeline.operations.scheduler import inspect_scheduler
from claimwatch.pipeline.problem import Problem
from claimwatch.settings import load_settings
from claimwatch.store import Store, chain
from claimwatch.store.tables import capture_chain, captures, messages, source_states
from tests.delivery.sink import PASSWORD, USER, Sink, make_certificate
from tests.pipeline.bench import MONDAY, NEWS, WEEK, Bench
from tests.pipeline.dns_server import NameServer
from tests.upstream import Upstream, reply

DAY = timedelta(days=1)


def said(problems: Sequence[Problem]) -> list[tuple[str, str]]:
    return [(problem.what, problem.why) for problem in problems]


@pytest.fixture
def read_once(bench: Bench) -> Bench:
    bench.serve_list(items=[{"key": "one", "text": NEWS, "on": "2026-11-03"}])
    bench.poll()
    return bench


# Captures and the chain over them.


def test_what_is_kept_intact_gives_no_problem(read_once: Bench) -> None:
    with read_once.watch() as watch:
        assert inspect_integrity(watch) == []
        with watch.store.read() as connection:
            assert chain.head(connection).length > 0


def test_a_damaged_capture_is_found(read_once: Bench) -> None:
    (kept,) = (read_once.home / "captures").rglob("*.zst")
    kept.write_bytes(kept.read_bytes()[:-5])
    with read_once.watch() as watch:
        (problem,) = inspect_integrity(watch, all_captures=True)
    assert "damaged" in problem.why
    assert "restore" in problem.do


@pytest.mark.parametrize("tampering", ["address", "time", "hash", "row", "link", "taken out"])
def test_tampering_with_a_capture_breaks_the_chain(read_once: Bench, tampering: str) -> None:
    for days in (1, 2):
        read_once.serve_list(items=[{"key": "one", "text": f"{NEWS} {days}", "on": "2026-11-03"}])
        read_once.poll(MONDAY + days * DAY)
    with read_once.watch(MONDAY + 2 * DAY) as watch:
        other = watch.captures.put(b"other bytes")
        with watch.store.write() as connection:
            second = captures.c.id == 2
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            if tampering == "address":
                connection.execute(update(captures).where(second).values(url="https://toy.example/other"))
            elif tampering == "time":
                connection.execute(update(captures).where(second).values(fetched_at=MONDAY))
            elif tampering == "hash":
                connection.execute(update(captures).where(second).values(sha256=other))
            elif tampering == "link":
                connection.execute(update(capture_chain).where(capture_chain.c.id == 2).values(link="0" * 64))
            elif tampering == "taken out":
                connection.execute(capture_chain.delete().where(capture_chain.c.id == 2))
        if tampering == "row":
            _delete_without_questions(watch.store)
        (problem, *_) = inspect_integrity(watch)
    assert problem.what == "chain of captures"
    assert "capture 3" in problem.why if tampering == "taken out" else "capture 2" in problem.why


def _delete_without_questions(store: Store) -> None:
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK") if connection.in_transaction() else None
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("DELETE FROM captures WHERE id = 2")


def test_captures_from_before_the_chain_are_chained_in_their_order(read_once: Bench) -> None:
    read_once.poll(MONDAY + DAY)
    with read_once.watch(MONDAY + DAY) as watch, watch.store.write() as connection:
        before = chain.head(connection)
        connection.execute(capture_chain.delete())
        assert chain.extend_chain(connection) == before.length
        assert chain.head(connection).link == before.link
        assert chain.extend_chain(connection, thoroughly=True) == 0


def test_a_damaged_database_is_found(read_once: Bench) -> None:
    with read_once.watch() as watch, watch.store.write() as connection:
        connection.exec_driver_sql("PRAGMA writable_schema=ON")
        connection.exec_driver_sql("DELETE FROM sqlite_master WHERE name = 'ix_captures_url'")
    with read_once.watch() as watch:
        assert ("database", "database") in [(p.what, p.kind) for p in inspect_integrity(watch)]


# What was left lying.


def test_leases_that_nobody_gave_back_are_named(read_once: Bench) -> None:
    with read_once.watch() as watch:
        lapsed = datetime.now(UTC) - timedelta(hours=2)
        with watch.store.write() as connection:
            connection.execute(update(source_states).values(lease_owner="host:1:abc", lease_until=lapsed))
        (problem,) = [p for p in inspect_watch(watch) if p.kind == "lease"]
    assert problem.what == "toy"
    assert "host:1:abc" in problem.why


def test_mail_that_waits_although_nothing_keeps_it_back_is_named(read_once: Bench) -> None:
    from claimwatch.pipeline import build, subscribe

    with read_once.watch(MONDAY + WEEK) as watch:
        subscribe(watch, "reader@example.org")
        assert build(watch) is not None
        assert not [p for p in inspect_watch(watch) if p.kind == "outbox"]
    with read_once.watch(MONDAY + WEEK + timedelta(hours=3)) as watch:
        (problem,) = [p for p in inspect_watch(watch) if p.kind == "outbox"]
        assert "1 messages wait" in problem.why
        with watch.store.write() as connection:
            values = {"state": "sending", "lease_owner": "a:1:b", "lease_until": time.time() - 7200}
            connection.execute(update(messages).values(**values))
        (problem,) = [p for p in inspect_watch(watch) if p.kind == "lease"]
        assert "cut off" in problem.why


def test_a_watch_that_never_told_anything_is_noticed_after_a_week(read_once: Bench) -> None:
    with read_once.watch(MONDAY + timedelta(days=7)) as watch:
        assert "none was ever built" not in " ".join(p.why for p in inspect_watch(watch))
    with read_once.watch(MONDAY + timedelta(days=9)) as watch:
        (problem,) = [p for p in inspect_watch(watch) if p.kind == "edition"]
    assert "none was ever built, although sources are read since 2026-11-09" in problem.why


# The machine.


def test_state_that_others_can_read_is_named_with_the_command(read_once: Bench) -> None:
    with read_once.watch() as watch:
        assert [p for p in inspect_machine(watch) if p.kind == "files"] == []
        read_once.home.chmod(0o755)
        (problem,) = [p for p in inspect_machine(watch) if p.kind == "files"]
        assert problem.do == f"chmod go= {read_once.home}"
        (read_once.home / "claimwatch.db").chmod(0o644)
        assert len([p for p in inspect_machine(watch) if p.kind == "files"]) == 2


def test_a_home_that_nothing_is_kept_in_need_not_be_there(read_once: Bench, tmp_path: Path) -> None:
    database = f"sqlite:///{read_once.home}/claimwatch.db"
    with read_once.watch(database_url=database, captures_url="memory://captures") as watch:
        away = replace(watch, settings=watch.settings.model_copy(update={"home": tmp_path / "nowhere"}))
        assert [p for p in inspect_machine(away) if p.kind in ("files", "disk")] == []


def test_what_we_make_ourselves_is_closed_to_others(tmp_path: Path) -> None:
    Store(f"sqlite:///{tmp_path}/home/claimwatch.db").close()
    store = CaptureStore(f"file://{tmp_path}/home/captures")
    store.put(b"bytes")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "home").iterdir()}
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700
    assert modes == {"claimwatch.db": 0o600, "captures": 0o700}
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in (tmp_path / "home").rglob("*.zst"))


def test_a_disk_that_is_nearly_full_is_named(read_once: Bench) -> None:
    with read_once.watch(disk_reserve_mb=10**9) as watch:
        (problem,) = [p for p in inspect_machine(watch) if p.kind == "disk"]
    assert "MB are free" in problem.why


def test_when_a_disk_will_be_full_is_told_from_what_was_measured() -> None:
    assert days_until_full([(MONDAY, 1000)], MONDAY + 2 * DAY, 800) == pytest.approx(8)
    assert days_until_full([(MONDAY, 1000)], MONDAY + 2 * DAY, 1000) is None
    assert days_until_full([(MONDAY, 1000)], MONDAY + timedelta(hours=1), 10) is None
    assert days_until_full([], MONDAY, 10) is None


def test_a_clock_that_is_off_is_seen_from_what_publishers_answered() -> None:
    date = (("Date", "Mon, 09 Nov 2026 06:10:00 GMT"),)
    assert clock_off([(MONDAY, date)] * 3) == timedelta(minutes=10)
    assert clock_off([(MONDAY, date)] * 2) == timedelta(0), "too few to tell"
    assert clock_off([(MONDAY, (*date, ("Age", "600")))] * 3) == timedelta(0), "a cache's date says nothing"
    assert clock_off([(MONDAY, (("Date", "yesterday"),))] * 3) == timedelta(0)


# Mail.


@pytest.mark.slow
def test_a_login_that_is_refused_and_a_server_that_is_gone_are_named(tmp_path: Path) -> None:
    certificate, context = make_certificate(tmp_path)
    with pytest.MonkeyPatch.context() as patch, Sink(tls=context, login=True) as sink:
        patch.setenv("SSL_CERT_FILE", str(certificate))
        good = load_settings(smtp_url=f"smtp://{USER}:{PASSWORD}@localhost:{sink.port}", resolver="127.0.0.1:1")
        problems, unseen = inspect_mail(good, datetime.now(UTC))
        (expiring,) = problems  # the sink's certificate holds for a day
        assert "runs out on" in expiring.why
        assert "SPF, DKIM and DMARC" in unseen[0]
        wrong = load_settings(smtp_url=f"smtp://{USER}:hunter2@localhost:{sink.port}", resolver="127.0.0.1:1")
        (problem,) = inspect_mail(wrong, datetime.now(UTC))[0]
        assert "refuses our login" in problem.why
        assert "hunter2" not in repr(problem)
        assert sink.taken == []
    (problem,) = inspect_mail(good, datetime.now(UTC))[0]
    assert "cannot be reached" in problem.why


@pytest.mark.slow
def test_a_password_in_the_clear_is_named() -> None:
    settings = load_settings(smtp_url="smtp://u:p@mail.example.org:1?tls=none", resolver="127.0.0.1:1")
    whys = [problem.why for problem in inspect_mail(settings, MONDAY)[0]]
    assert "mail to mail.example.org:1 goes in the clear, the password too" in whys


@pytest.fixture(scope="module")
def key() -> str:
    pem = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


def test_dns_as_it_should_be(key: str) -> None:
    settings = load_settings(sender="a@news.example.org", dkim_key=key, dkim_selector="s1")
    records = {
        "news.example.org": ["something else", "v=spf1 ip4:192.0.2.1 -all"],
        "s1._domainkey.news.example.org": [f"v=DKIM1; k=rsa; p={public_key(key)[1]}"],
        "_dmarc.example.org": ["v=DMARC1; p=reject"],
    }
    with NameServer(records) as server:
        assert dns_problems(settings, lookup(server.address)) == []


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ({}, ["no SPF", "no DKIM", "no DMARC"]),
        ({"example.org": ["v=spf1 -all", "v=spf1 mx -all"]}, ["2 SPF", "no DKIM", "no DMARC"]),
        ({"example.org": ["v=spf1 +all"]}, ["anybody", "no DKIM", "no DMARC"]),
        ({"s1._domainkey.example.org": ["v=DKIM1; p=AAAA"]}, ["no SPF", "somebody else", "no DMARC"]),
        ({"_dmarc.example.org": ["v=DMARC1; rua=mailto:x@y.z"]}, ["no SPF", "no DKIM", "without a policy"]),
    ],
)
def test_dns_that_receivers_hold_against_us(key: str, records: dict[str, list[str]], expected: list[str]) -> None:
    settings = load_settings(sender="a@example.org", dkim_key=key, dkim_selector="s1")
    with NameServer(records) as server:
        problems = dns_problems(settings, lookup(server.address))
    assert len(problems) == 3
    for problem, part in zip(problems, expected, strict=True):
        assert part in problem.why
        assert "publish one TXT record at" in problem.do
    if "no DKIM" in expected:
        assert public_key(key)[1] in problems[1].do


# Prefect's server.


def test_without_prefect_nothing_is_asked(read_once: Bench) -> None:
    assert inspect_scheduler() == []
    with read_once.watch() as watch:
        assert "PREFECT_API_URL" in examine(watch).unseen[0]


def test_a_prefect_server_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    (problem,) = inspect_scheduler()
    assert (problem.what, problem.kind) == ("scheduler", "scheduler")
    assert "systemctl restart claimwatch-server" in problem.do


def test_a_prefect_server_that_refuses_is_named(monkeypatch: pytest.MonkeyPatch, upstream: Upstream) -> None:
    upstream.on("/api/admin/version", reply(body=b"no", status=401))
    monkeypatch.setenv("PREFECT_API_URL", f"{upstream.url}/api")
    (problem,) = inspect_scheduler()
    assert "401" in problem.why


def test_a_newer_database_is_said_plainly(read_once: Bench) -> None:
    from claimwatch.errors import ClaimwatchError

    with read_once.watch() as watch, watch.store.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ClaimwatchError, match="of a newer version than this program"):
        Store(f"sqlite:///{read_once.home}/claimwatch.db")


def test_each_problem_says_what_to_do(bench: Bench) -> None:
    with bench.watch() as watch:
        problems = examine(watch).problems
    assert {"toy", "subscribers", "CLAIMWATCH_POSTAL_ADDRESS"} <= {problem.what for problem in problems}
    assert all(problem.do for problem in problems)


def test_a_poll_reads_after_a_capture_was_chained(read_once: Bench) -> None:
    with read_once.watch(MONDAY + DAY) as watch:
        poll(watch, "toy")
        with watch.store.read() as connection:
            assert chain.find_breaks(connection) == []
            position, _, link = chain.link_of(connection, 2) or (0, "", "")
            assert position == 2
            assert chain.head(connection).link == link


def test_a_variable_with_a_slip_in_its_name_is_named(read_once: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMWATCH_OPERATER", "call@example.org")
    monkeypatch.setenv("CLAIMWATCH_COLOUR_OF_INK", "blue")
    monkeypatch.setenv("CLAIMWATCH_REQUIRE_SYSTEM", "1")
    with read_once.watch() as watch:
        found = {one.what: one.do for one in examine(watch).problems if one.why == "is set and is no setting"}
    assert found == {
        "CLAIMWATCH_OPERATER": "unset it, or set CLAIMWATCH_OPERATOR in its place",
        "CLAIMWATCH_COLOUR_OF_INK": "unset it; docs/settings.md has all there are",
    }

"""Two of Prefect's workers on one pool, as on two hosts: all is done once, and no secret shows anywhere.

Prefect's server and the store are on PostgreSQL. Each worker has a home of its own, four runs at a time, and shares
with the other the addresses of the database, of the captures, and of the mail server. Wherever a setting is a secret
it is one that can be recognised, and what was written by anybody is searched for it at the end.
"""

import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import create_engine, select

from claimwatch.cli import main
from claimwatch.pipeline.operations.deployments import deploy
from claimwatch.settings import PROJECT, SECRETS, variable
from claimwatch.store import Store
from claimwatch.store.tables import editions, messages, reads
from demo.world import World
from tests.delivery.sink import PASSWORD, USER, Sink
from tests.e2e.test_postgresql import programs
from tests.faults.outbox_world import message_id_of
from tests.faults.postgres import PostgreSQL, postgresql_server
from tests.flows.local_prefect import LocalPrefect, start_prefect, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning"),  # on loopback
]

WORKERS, RUNS_EACH, READERS = 2, 4, 3
SOURCES = ("council_on_ethics", "federal_register", "nbim_exclusions", "uhrp")
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
PATIENCE_S = 900  # half a minute each on an idle machine
STORE, SERVER = "st0re-w0rd-that-nobody-may-see", "s3rver-w0rd-that-nobody-may-see"
KEY, HOOK = "k3y-that-nobody-may-see-0123456789abcdef", "h00k-that-nobody-may-see"


def with_password(url: str, password: str) -> str:
    return url.replace("claimwatch@", f"claimwatch:{password}@")


def settings_of(folder: Path, world: World, sink: Sink, postgres: PostgreSQL, pem: str) -> dict[str, str]:
    """What both workers and the server have in common: a secret wherever there can be one."""
    sources = yaml.safe_load((PROJECT / "sources.yaml").read_text(encoding="utf-8"))
    (folder / "sources.yaml").write_text(yaml.safe_dump({slug: sources[slug] for slug in SOURCES}), encoding="utf-8")
    settings = {
        "CLAIMWATCH_DATABASE_URL": with_password(postgres.new_database(), STORE),
        "CLAIMWATCH_CAPTURES_URL": f"file://{folder}/captures", "CLAIMWATCH_UPSTREAM": world.url,
        "CLAIMWATCH_SOURCES": str(folder / "sources.yaml"), "CLAIMWATCH_PACE": "off", "CLAIMWATCH_LOG": "json",
        "CLAIMWATCH_NOW": "2026-11-09T06:00:00Z", "CLAIMWATCH_SECRET_KEY": KEY,
        "CLAIMWATCH_SMTP_URL": f"smtp://{USER}:{PASSWORD}@127.0.0.1:{sink.port}?tls=none",
        "CLAIMWATCH_OPERATOR_NOTIFY": f"json://user:{HOOK}@127.0.0.1:1/{HOOK}",
        "CLAIMWATCH_DKIM_KEY": pem, "CLAIMWATCH_DKIM_SELECTOR": "one",
        "CLAIMWATCH_FROM": "Claimwatch <claimwatch@example.org>", "CLAIMWATCH_OPERATOR": "operator@example.org",
        "CLAIMWATCH_POSTAL_ADDRESS": "1 Street, 0001 Oslo", "CLAIMWATCH_CONTACT_URL": "https://example.org/contact",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": with_password(
            postgres.new_database().replace("+psycopg", "+asyncpg"), SERVER
        ),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "claimwatch,parsers", "PREFECT_WORKER_QUERY_SECONDS": "2",
    }  # fmt: skip
    assert {variable(name) for name in SECRETS} <= settings.keys(), "a secret that is not looked for"
    return settings


@dataclass(frozen=True, slots=True)
class Pool:
    """A server, two workers at its pool, and what they work with."""

    server: LocalPrefect
    world: World
    sink: Sink
    folder: Path
    secrets: tuple[str, ...]

    def start_run(self, name: str) -> str:
        """A run of a deployment; its id."""
        (deployment,) = self.server.ask("/deployments/filter", {"deployments": {"name": {"any_": [name]}}})
        return str(self.server.send("POST", f"/deployments/{deployment['id']}/create_flow_run", {})["id"])

    def ended(self, ids: list[str]) -> Counter[str] | None:
        """How runs ended, as soon as all have."""
        rows = self.server.ask("/flow_runs/filter", {"flow_runs": {"id": {"any_": ids}}})
        assert {row["run_count"] for row in rows} <= {0, 1}, "a run was run twice"
        states = Counter(str(row["state_type"]) for row in rows)
        return states if set(states) <= ENDED else None

    def run(self, names: Iterable[str]) -> Counter[str]:
        """Runs of deployments, all asked for at once; how they ended."""
        ids = [self.start_run(name) for name in names]
        return wait_for("the end of all runs", PATIENCE_S, partial(self.ended, ids))

    def workers_online(self) -> bool | None:
        """Whether all workers have reported."""
        there = self.server.ask("/work_pools/claimwatch/workers/filter", {})
        return len([row for row in there if row["status"] == "ONLINE"]) == WORKERS or None


@pytest.fixture
def postgres() -> Iterator[PostgreSQL]:
    """A server of databases that has what Prefect asks of one."""
    with postgresql_server() as running:
        engine = create_engine(running.url)
        with engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'").first()
        engine.dispose()
        if found is None:
            pytest.skip("this PostgreSQL lacks the extension pg_trgm, which Prefect needs; the system's has it")
        yield running


def put_schedules_off(server: LocalPrefect) -> None:
    """So that nothing runs but what is asked for."""
    for row in server.ask("/deployments/filter", {}):
        schedules: Any = row["schedules"]
        for schedule in schedules:
            server.send("PATCH", f"/deployments/{row['id']}/schedules/{schedule['id']}", {"active": False})


@pytest.fixture
def pool(tmp_path: Path, world: World, postgres: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """Two workers that wait for something to do."""
    pem = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with ExitStack() as stack:
        sink = stack.enter_context(Sink(login=True))
        settings = settings_of(tmp_path, world, sink, postgres, pem)
        server = stack.enter_context(start_prefect(tmp_path / "server", settings))
        for name, value in (server.environment | {"CLAIMWATCH_HOME": str(tmp_path / "desk")}).items():
            if name.startswith(("PREFECT_", "CLAIMWATCH_")):
                monkeypatch.setenv(name, value)
        deploy()
        put_schedules_off(server)
        for number in range(WORKERS):
            home = tmp_path / f"worker-{number}"
            (home / "prefect").mkdir(parents=True)
            own = {"CLAIMWATCH_HOME": str(home / "var"), "PREFECT_HOME": str(home / "prefect")}
            worker = replace(server, environment=server.environment | own, logs=home)
            words = ("worker", "start", "--pool", "claimwatch", "--type", "process", "--install-policy", "never")
            stack.enter_context(
                worker.process("worker", *words, "--limit", str(RUNS_EACH), "--name", f"worker-{number}")
            )
        pool = Pool(server, world, sink, tmp_path, (PASSWORD, STORE, SERVER, KEY, HOOK, pem.splitlines()[1]))
        wait_for("both workers", 300, pool.workers_online)
        yield pool


def test_two_workers_do_everything_once_and_show_no_secret(
    pool: Pool, postgres: PostgreSQL, capfd: pytest.CaptureFixture[str]
) -> None:
    for number in range(READERS):
        assert main(["subscribers", "add", f"reader{number}@reader.example"]) == 0
    twice = [slug.replace("_", "-") for slug in SOURCES for _ in range(2)]
    assert pool.run(twice) == {"COMPLETED": len(twice)}
    for number in range(WORKERS):
        log = (pool.folder / f"worker-{number}" / "worker.log").read_text(encoding="utf-8")
        lines = [json.loads(line) for line in log.splitlines() if '"logger": "claimwatch.flows' in line]
        assert lines, f"worker {number} has done nothing: {log}"
        assert all({"at", "level", "message"} <= line.keys() for line in lines)
    ended = pool.run(["weekly-digest", "weekly-digest", "deliver", "watchdog"])
    assert ended == {"COMPLETED": 3, "FAILED": 1}, "only the watchdog fails: its schedules are off, and more"
    logs = "".join((pool.folder / f"worker-{number}" / "worker.log").read_text() for number in range(WORKERS))
    assert "ProblemsFound" in logs

    check_once(pool)
    for words in (["doctor", "--json"], ["sources", "list", "--json"], ["digest", "list", "--json"]):
        main(words)
    said = "".join(capfd.readouterr())
    assert "reader0@reader.example" in said
    assert [secret for secret in pool.secrets if secret in said] == []
    check_secrets(pool, postgres)


def check_once(pool: Pool) -> None:
    """One good read of each source, one edition, one mail for each reader."""
    with closing(Store(store_of(pool))) as store, store.read() as connection:
        done = Counter((row.source, row.status) for row in connection.execute(select(reads.c.source, reads.c.status)))
        told = [tuple(row) for row in connection.execute(select(editions.c.series, editions.c.period))]
        states = Counter(connection.execute(select(messages.c.state)).scalars())
    assert done == {(slug, "good"): 1 for slug in SOURCES}
    assert told == [("weekly", "2026-W45")]
    assert states == {"accepted": READERS}
    sent = [one for one in pool.sink.taken if "reader" in one.rcpt_tos[0]]
    assert sorted(Counter(map(message_id_of, sent)).values()) == [1] * READERS


def store_of(pool: Pool) -> str:
    return pool.server.environment["CLAIMWATCH_DATABASE_URL"]


def check_secrets(pool: Pool, postgres: PostgreSQL) -> None:
    """Neither in what Prefect's server and the store keep, nor in any file: logs, captures, homes, mail."""
    for name in ("CLAIMWATCH_DATABASE_URL", "PREFECT_SERVER_DATABASE_CONNECTION_URL"):
        url = pool.server.environment[name].replace("+asyncpg", "").replace("+psycopg", "")
        dump = subprocess.run([str(programs() / "pg_dump"), url], capture_output=True, check=True).stdout
        assert b"COPY public." in dump
        assert [secret for secret in pool.secrets if secret.encode() in dump] == [], name
        if name.startswith("PREFECT_"):
            assert b"uhrp: good" in dump, "our lines are on the runs' pages"
    for folder in (pool.folder, postgres.home):
        for path in folder.rglob("*"):
            if path.is_file():
                raw = path.read_bytes()
                assert not [secret for secret in pool.secrets if secret.encode() in raw], path

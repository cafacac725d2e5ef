"""Several hosts that share a database and the address of the captures, and nothing else: no disk, no network, no name.

Each does whole rounds (`claimwatch run`) at the same time as the others.
"""

import json
import os
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from moto.server import ThreadedMotoServer
from sqlalchemy import select

from claimwatch.settings import PROJECT
from claimwatch.store import Store, chain
from claimwatch.store.subscribers import add_subscriber
from claimwatch.store.tables import editions, messages, reads
from demo.world import World
from tests.delivery.sink import Sink
from tests.faults.kills import SECRET, WEEKS
from tests.faults.namespaces import Host, needs_namespaces
from tests.faults.outbox_world import message_id_of
from tests.faults.postgres import PostgreSQL, postgresql_server

pytestmark = pytest.mark.slow

HOSTS = 3
READERS = 6
SOURCES = ("council_on_ethics", "federal_register", "nbim_exclusions", "uhrp")
PATIENCE_S = 300


@pytest.fixture
def postgres() -> Iterator[PostgreSQL]:
    needs_namespaces()
    with postgresql_server() as running:
        yield running


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """The address of an empty bucket on an object store, and the port of that; its login is in the environment."""
    import fsspec

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "claimwatch",
        "AWS_SECRET_ACCESS_KEY": "not-a-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    name = f"evidence-{uuid.uuid4().hex[:12]}"
    fsspec.filesystem("s3").mkdir(name)
    yield f"s3://{name}/claimwatch", port
    server.stop()
    fsspec.get_filesystem_class("s3").clear_instance_cache()


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2].partition("/")[0])


def work(hosts: list[Host], *words: str) -> list[str]:
    """The same command on all hosts at once; what each has said, after all have done it well."""
    started = [host.start(sys.executable, "-m", "claimwatch", *words) for host in hosts]
    said = [process.communicate(timeout=PATIENCE_S)[0] for process in started]
    assert [process.returncode for process in started] == [0] * len(hosts), "\n".join(said)
    return said


def test_hosts_share_nothing_but_the_database_and_the_address_of_the_captures(
    postgres: PostgreSQL, bucket: tuple[str, int], tmp_path: Path
) -> None:
    url = postgres.new_database()
    sources = yaml.safe_load((PROJECT / "sources.yaml").read_text(encoding="utf-8"))
    (tmp_path / "sources.yaml").write_text(yaml.safe_dump({slug: sources[slug] for slug in SOURCES}), encoding="utf-8")
    with ExitStack() as stack:
        world, sink = stack.enter_context(World()), stack.enter_context(Sink())
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWATCH_")} | {
            "CLAIMWATCH_HOME": str(tmp_path / "home"), "CLAIMWATCH_DATABASE_URL": url,
            "CLAIMWATCH_CAPTURES_URL": bucket[0], "CLAIMWATCH_UPSTREAM": world.url, "CLAIMWATCH_PACE": "off",
            "CLAIMWATCH_SECRET_KEY": SECRET, "CLAIMWATCH_SMTP_URL": f"smtp://127.0.0.1:{sink.port}?tls=none",
            "CLAIMWATCH_FROM": "Claimwatch <claimwatch@example.org>", "CLAIMWATCH_OPERATOR": "operator@example.org",
            "CLAIMWATCH_SOURCES": str(tmp_path / "sources.yaml"),
        }  # fmt: skip
        ports = [port_of(url), bucket[1], port_of(world.url), sink.port]

        def hosts_at(now: datetime) -> list[Host]:
            at = environment | {"CLAIMWATCH_NOW": now.isoformat()}
            made = [Host(f"host-{number}", tmp_path / "home", ports, at) for number in range(HOSTS)]
            return [stack.enter_context(host) for host in made]

        with closing(Store(url)) as store, store.write() as connection:
            for number in range(READERS):
                add_subscriber(connection, f"reader{number}@reader.example", None, "en", "UTC", WEEKS[1])
        work(hosts_at(WEEKS[1]), "run", "--json")
        world.week = 2
        second = hosts_at(WEEKS[2])
        work(second, "run", "--json")
        (found,) = work(second[2:], "findings", "list", "--json")
        for finding in json.loads(found)[:3]:  # the bytes behind it were fetched by any of them
            work(second[2:], "evidence", "export", str(finding["id"]), "--out", str(tmp_path / "home" / "one.zip"))
        taken = list(sink.taken)
    with closing(Store(url)) as store, store.read() as connection:
        done = Counter((row.source, row.status) for row in connection.execute(select(reads.c.source, reads.c.status)))
        told = sorted(tuple(row) for row in connection.execute(select(editions.c.series, editions.c.period)))
        states = Counter(connection.execute(select(messages.c.state)).scalars())
        assert chain.find_breaks(connection) == []
    walled = {("nbim_exclusions", "good"): 1, ("nbim_exclusions", "bad"): 1}  # so it stands in the second week's world
    assert done == {(slug, "good"): 2 for slug in SOURCES} | walled
    assert told == [("weekly", "2026-W45"), ("weekly", "2026-W46")]
    assert states == {"accepted": 2 * READERS}
    assert sorted(Counter(map(message_id_of, taken)).values()) == [1] * (2 * READERS)
    assert list((tmp_path / "home").iterdir()) == [], "a host wrote on the disk that they share"

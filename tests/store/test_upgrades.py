"""An upgrade in the middle of things: the old program's writing is waited for or refused, and nothing of it is lost.

The old program is this one, told to know one revision less, in a process of its own on a database of that revision.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select

from claimwatch import store
from claimwatch.errors import ClaimwatchError
from claimwatch.store import Store
from claimwatch.store.rows import insert_once
from claimwatch.store.tables import meta
from tests.e2e.test_postgresql import postgresql  # noqa: F401
from tests.store.test_migrations import REVISIONS, upgrade

OLD, NEW = REVISIONS[-2:]
WAIT_S = 120.0


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database at the revision before the newest."""
    address = f"sqlite:///{tmp_path}/claimwatch.db"
    if request.param == "postgresql":
        address = str(request.getfixturevalue("postgresql"))
    upgrade(address, OLD)
    return address


def note(opened: Store, key: str, then: Callable[[], object] = lambda: None) -> None:
    """A transaction that writes, and takes its time."""
    with opened.write() as connection:
        insert_once(connection, meta, key=key, value="x")
        then()


def noted(url: str) -> set[str]:
    with closing(Store(url)) as opened, opened.read() as connection:
        return set(connection.execute(select(meta.c.key)).scalars())


def old_program(url: str, pipe: Connection) -> None:
    """Opens the store, says so, is in the middle of writing until it hears of it, and then writes something else."""
    store.REVISION = OLD
    opened = Store(url)

    def hold() -> None:
        pipe.send("writing")
        pipe.recv()

    note(opened, "under way", hold)
    pipe.send("written")
    pipe.recv()
    try:
        note(opened, "afterwards")
        pipe.send("written")
    except ClaimwatchError as error:
        pipe.send(str(error))
    os._exit(0)


@pytest.fixture
def old(url: str) -> Iterator[Connection]:
    """An old program in the middle of writing."""
    ours, theirs = multiprocessing.get_context("fork").Pipe()
    process = multiprocessing.get_context("fork").Process(target=old_program, args=(url, theirs))
    process.start()
    assert heard(ours) == "writing"
    yield ours
    process.join(WAIT_S)
    if process.exitcode is None:
        process.kill()
    assert process.exitcode == 0


def heard(pipe: Connection) -> Any:
    assert pipe.poll(WAIT_S), "nothing was heard of the old program"
    return pipe.recv()


def test_an_upgrade_waits_for_who_is_writing_and_refuses_who_writes_afterwards(url: str, old: Connection) -> None:
    with ThreadPoolExecutor(1) as threads:
        upgraded = threads.submit(lambda: Store(url).close())
        time.sleep(0.5)  # it is given the time to do wrong
        assert not upgraded.done()
        old.send("go on")
        assert heard(old) == "written"
        upgraded.result(WAIT_S)
    old.send("go on")
    said = heard(old)
    assert f"was upgraded to revision {NEW} while this program, which knows {OLD}, was running" in said
    assert "start it anew" in said
    assert noted(url) & {"under way", "afterwards"} == {"under way"}


def test_an_old_program_does_not_open_what_is_newer(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Store(url).close()
    monkeypatch.setattr(store, "REVISION", OLD)
    with pytest.raises(ClaimwatchError, match="newer version than this program"):
        Store(url)


def test_what_an_old_program_reads_in_vain_is_said_to_be_the_upgrade(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Store(url)) as opened, monkeypatch.context() as patch:
        patch.setattr(store, "REVISION", OLD)
        with pytest.raises(ClaimwatchError, match=f"was upgraded to revision {NEW}"), opened.read() as connection:
            connection.exec_driver_sql("SELECT what_the_new_one_took_out FROM meta")


def test_foreign_keys_are_looked_at_after_a_migration(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/claimwatch.db"
    upgrade(url, OLD)
    with closing(Store(url)) as opened, opened.read() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_new_program_upgrades_once_however_many_begin(url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        for one in threads.map(Store, [url] * 4):
            one.close()
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == NEW
    engine.dispose()

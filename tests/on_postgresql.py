"""A pytest plugin: the tests' SQLite stores are databases of a PostgreSQL of their own. `./dev test --postgresql`.

A test asks for a store by the path of a file, and may copy that file to have another one. So the file is made, and
holds nothing but the name of a database: whoever opens it gets that database, whoever opens a copy gets a copy. What
a test does to the file itself, or with SQLite's own means, has no counterpart; `LEFT_OUT` says which those are.
"""

import os
import re
import uuid
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError

from claimwatch.store import Store
from tests.faults.postgres import PostgreSQL, postgresql_server

ADDRESS = "TESTS_ON_POSTGRESQL"
CONNECTIONS = 500  # a test need not close what it opens
LEFT_OUT = {
    "tests/cli/test_broken_reads.py::test_the_command_itself": "a process of its own",
    "tests/cli/test_places_that_cannot_be_had.py::test_it_is_named": "the file",
    "tests/delivery/test_full_disk.py": "how SQLite finds its disk full",
    "tests/store/test_finding_claims.py::test_the_board_is_counted": "how SQLite goes about a query",
    "tests/store/test_search_index.py::test_no_table_is_read_whole": "how SQLite goes about a query",
    "tests/store/test_search_index.py::test_the_triggers_outlive_all_migrations": "SQLite's list of triggers",
    "tests/store/test_store.py::test_another_file_in_its_place": "the file",
    "tests/store/test_store.py::test_a_database_that_stops_working_is_named": "the file",
    "tests/store/test_store.py::test_a_connection_that_cannot_wait_for_the_disk_again": "SQLite's commits",
    "tests/store/test_store.py::test_a_store_at_its_newest_schema_opens_without_alembic": "a process of its own",
    "tests/store/test_migrations.py::test_forward_from_each_revision_with_data": "its twin asks for PostgreSQL by name",
    "tests/store/test_store.py::test_the_migrations_make_the_indexes": "SQLite's list of indexes",
    "tests/store/test_upgrades.py": "processes of their own; both databases are asked for by name",
    "tests/pipeline/test_doctor.py::test_tampering_with_a_capture_breaks_the_chain": "tampering by SQLite's own means",
    "tests/pipeline/test_doctor.py::test_a_damaged_database_is_found": "damage to the file",
    "tests/pipeline/test_doctor.py::test_state_that_others_can_read_is_named": "modes of the file",
    "tests/pipeline/test_doctor.py::test_what_we_make_ourselves_is_closed_to_others": "modes of the file",
    "tests/pipeline/test_subscribing.py::test_a_request_expires_and_is_forgotten": "PostgreSQL gives no number twice",
}
_NAME = re.compile(rb"(t[0-9a-f]{32})?")


class Databases:
    """The databases of one process of tests, each for a path."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._admin: Engine = create_engine(address, isolation_level="AUTOCOMMIT")
        self._names: dict[Path, str] = {}
        self._template: str | None = None

    def url(self, path: Path) -> str | None:
        """The address of the database that stands for the file at `path`, made where there is none yet; None where
        the file is something else: a real SQLite file that a test made by hand, or nothing of the kind."""
        path = path.resolve()
        there = path.read_bytes() if path.is_file() else b""
        if path.is_dir() or not _NAME.fullmatch(there):
            return None
        name = self._names.get(path)
        if name is None or there.decode() not in ("", name):
            name = self._names[path] = self._made(there.decode() or self._migrated())
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name, encoding="utf-8")
        return self._of(name)

    def forget(self, folder: Path) -> None:
        """Drop what stands for files in a folder."""
        for path in [path for path in self._names if path.is_relative_to(folder.resolve())]:
            self._run(f"DROP DATABASE {self._names.pop(path)} WITH (FORCE)")

    def close(self) -> None:
        """Let go of the server; whoever started it ends it."""
        self._admin.dispose()

    def _migrated(self) -> str:
        if self._template is None:
            self._template = self._made("template0")
            Store(self._of(self._template)).close()
        return self._template

    def _made(self, like: str) -> str:
        """A copy of a database. Nobody may be connected to that: what a test left open is closed, and opens again."""
        name = f"t{uuid.uuid4().hex}"
        self._run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{like}'")
        self._run(f"CREATE DATABASE {name} TEMPLATE {like}")
        return name

    def _of(self, name: str) -> str:
        return f"{self._address.rpartition('/')[0]}/{name}"

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)


class Plugin:
    """Puts the databases in place of the files, in this process."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._open = Store.__init__

    def start(self) -> None:
        """From now on."""
        setattr(Store, "__init__", self._redirected())  # noqa: B010 (mypy: a method is not assigned to)

    def _redirected(self) -> Any:
        databases, opened = self._databases, self._open

        def open_store(store: Store, url: str) -> None:
            with suppress(ArgumentError):  # the store says so itself
                address = make_url(url)
                if address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:"):
                    url = databases.url(Path(str(address.database))) or url
            opened(store, url)

        return open_store

    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        """What a test had for itself goes with it."""
        folder = getattr(item, "funcargs", {}).get("tmp_path")
        if folder is not None:
            self._databases.forget(folder)

    def pytest_unconfigure(self) -> None:
        """Tests are over."""
        self._databases.close()


def pytest_configure(config: pytest.Config) -> None:
    """The first process starts the server; those that it starts, for each core one, are told where it is."""
    if ADDRESS not in os.environ:
        stack = ExitStack()
        server = stack.enter_context(postgresql_server())
        _let_many_in(server)
        os.environ[ADDRESS] = server.url
        config.add_cleanup(stack.close)
    plugin = Plugin(Databases(os.environ[ADDRESS]))
    plugin.start()
    config.pluginmanager.register(plugin)


def _let_many_in(server: PostgreSQL) -> None:
    admin = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"ALTER SYSTEM SET max_connections = {CONNECTIONS}")
    admin.dispose()
    server.restart()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what is about SQLite itself."""
    for item in items:
        for name, why in LEFT_OUT.items():
            if item.nodeid.startswith(name):
                item.add_marker(pytest.mark.skip(reason=f"on SQLite only: {why}"))

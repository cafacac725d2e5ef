"""A PostgreSQL server of our own on loopback: empty databases from it, and a restart in the middle of things."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine

from tests.e2e.test_postgresql import programs, server


@dataclass
class PostgreSQL:
    """A running server with its files in `home`; `url` is its first database."""

    home: Path
    url: str
    _numbers: Iterator[int] = field(default_factory=count)

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"trial{next(self._numbers)}"
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        engine.dispose()
        return f"{self.url.rpartition('/')[0]}/{name}"

    def restart(self) -> None:
        """Stop it, whatever its clients are doing, and start it again under the same address."""
        as_other: dict[str, object] = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            as_other = {"user": user.pw_uid, "group": user.pw_gid}
        command = [str(programs() / "pg_ctl"), "-D", str(self.home / "data"), "-m", "fast", "-w"]
        command += ["-l", str(self.home / "log"), "restart"]
        with (self.home / "restart.log").open("wb") as log:
            subprocess.run(command, check=True, stdout=log, stderr=log, cwd=self.home, **as_other)  # type: ignore[call-overload]


@contextmanager
def postgresql_server() -> Iterator[PostgreSQL]:
    """A server that is gone afterwards. Skips the test where PostgreSQL is not installed."""
    # Not under pytest's folder, which another run of pytest closes to the server's user.
    with TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as home:
        for url in server(Path(home)):
            yield PostgreSQL(Path(home), url)

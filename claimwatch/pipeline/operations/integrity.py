"""Whether what is kept is what was kept: the database, the captured bytes, and the chain over the captures."""

import random

from sqlalchemy import Connection, text

from claimwatch.errors import CaptureLost
from claimwatch.pipeline.problem import Problem
from claimwatch.pipeline.watch import Watch
from claimwatch.store import chain

SAMPLE = 200
OLDEST_POSTGRESQL = 14
_RESTORE = "restore it from a backup: `claimwatch restore FILE` into another home, and copy it from there"


def inspect_integrity(watch: Watch, *, all_captures: bool = False) -> list[Problem]:
    """Damage to database, captured bytes (a sample of them, or all) and the chain."""
    with watch.store.read() as connection:
        problems = _database_problems(connection, whole=all_captures)
        hashes = chain.kept_hashes(connection)
        for broken in chain.find_breaks(connection):
            why = f"position {broken.position} (capture {broken.capture_id}): {broken.why}"
            do = "see docs/evidence.md; compare with the head in a backup's manifest"
            problems.append(Problem("chain of captures", why, do, "evidence"))
    if not all_captures and len(hashes) > SAMPLE:
        hashes = random.sample(hashes, SAMPLE)
    for sha256 in hashes:
        try:
            watch.captures.get(sha256)
        except CaptureLost as error:
            problems.append(Problem("captures", str(error).partition(": ")[0], _RESTORE, "evidence"))
    return problems


def _database_problems(connection: Connection, *, whole: bool) -> list[Problem]:
    if connection.dialect.name == "postgresql":
        return _postgresql_problems(connection)
    found = connection.exec_driver_sql("PRAGMA integrity_check(5)" if whole else "PRAGMA quick_check(5)").scalars()
    problems = [Problem("database", line, "restore a backup: `claimwatch restore`", "database") for line in found]
    if len(problems) == 1 and problems[0].why == "ok":
        problems = []
    mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    if mode != "wal":
        why = f"its journal mode is {mode}; readers and writers would keep each other waiting"
        problems.append(Problem("database", why, "keep it on a local disk: SQLite's WAL needs one", "database"))
    return problems


def _postgresql_problems(connection: Connection) -> list[Problem]:
    version = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    problems = []
    if version < OLDEST_POSTGRESQL * 10_000:
        why = f"PostgreSQL {version // 10_000} is older than {OLDEST_POSTGRESQL}"
        problems.append(Problem("database", why, "upgrade it", "database"))
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        do = "create it anew with ENCODING 'UTF8', and restore a backup into it"
        problems.append(Problem("database", f"its encoding is {encoding}", do, "database"))
    return problems

"""Prefect's servers on this machine that share one SQLite file: one too many, and they lock each other out."""

import os
from contextlib import suppress
from pathlib import Path

from claimwatch.pipeline.problem import Problem

PROCESSES = Path("/proc")
_SQLITE = "sqlite+aiosqlite:///"


def inspect_rivals(processes: Path = PROCESSES) -> list[Problem]:
    """A problem where more than one of Prefect's servers has the database open which the environment names.

    `processes` is where the kernel shows them; where it shows none (not Linux, or those of others), none is seen.
    """
    database = _database()
    if database is None:
        return []
    servers = _servers_on(database, processes)
    if len(servers) < 2:
        return []
    why = f"{len(servers)} servers (processes {', '.join(map(str, servers))}) share {database} and lock each other out"
    do = "end all but the one that `systemctl status claimwatch-server` names"
    return [Problem("Prefect", why, do, "scheduler")]


def _database() -> Path | None:
    """The file of Prefect's database; None where it is on PostgreSQL, which several servers may share."""
    url = os.environ.get("PREFECT_SERVER_DATABASE_CONNECTION_URL", "")
    if url:
        return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None
    home = os.environ.get("PREFECT_HOME", "")
    return (Path(home) if home else Path.home() / ".prefect") / "prefect.db"


def _servers_on(database: Path, processes: Path) -> list[int]:
    """The processes of Prefect that have a file open. A process that ends meanwhile, or is another user's, is none."""
    found = []
    with suppress(OSError):
        file = database.stat()
        for process in processes.iterdir():
            if not process.name.isdigit():
                continue
            with suppress(OSError):
                if _is_prefect((process / "cmdline").read_bytes()) and _has_open(process, file):
                    found.append(int(process.name))
    return sorted(found)


def _is_prefect(command: bytes) -> bool:
    """`prefect`, by path or as a module, or its server in uvicorn."""
    words = command.split(b"\0")
    return any(word.rpartition(b"/")[2] == b"prefect" or word.startswith(b"prefect.server") for word in words)


def _has_open(process: Path, file: os.stat_result) -> bool:
    for descriptor in (process / "fd").iterdir():
        with suppress(OSError):  # closed since
            if os.path.samestat(descriptor.stat(), file):
                return True
    return False

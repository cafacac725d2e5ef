"""The machine under the watch: free disk, who may read the state, and whether the clock is right."""

import os
import shutil
import stat
import statistics
import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from claimwatch.fetching.exchange import header_of
from claimwatch.pipeline.problem import Problem
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import SECRETS, SETTINGS_FILE, Settings
from claimwatch.store import alarms, newest_time, reads

DISK_FREE = "disk_free"  # the gauge of free bytes where the state is
FULL_WITHIN_DAYS = 14
MIB = 1024 * 1024
CLOCK_OFF = timedelta(minutes=2)
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def inspect_machine(watch: Watch) -> list[Problem]:
    """What is wrong with disk, file modes and clock."""
    return [*_disk_problems(watch), *_mode_problems(watch), *_clock_problems(watch)]


def free_bytes(settings: Settings) -> int:
    """Free bytes on the disk of the home."""
    place = settings.home
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def days_until_full(measured: Sequence[tuple[datetime, int]], now: datetime, free: int) -> float | None:
    """In how many days the disk is full if it goes on as measured; None where it does not, or too little is known."""
    if not measured:
        return None
    since, before = measured[0]
    days = (now - since) / timedelta(days=1)
    if days < 1 or free >= before:
        return None
    return free / ((before - free) / days)


def _disk_problems(watch: Watch) -> list[Problem]:
    free, reserve = free_bytes(watch.settings), watch.settings.disk_reserve_mb
    place = str(watch.settings.home)
    if free < reserve * MIB:
        do = "make room: `claimwatch upkeep`, old backups, other programs' files; or lower CLAIMWATCH_DISK_RESERVE_MB"
        return [Problem(place, f"{free // MIB:,} MB are free, less than {reserve:,}", do, "disk")]
    with watch.store.read() as connection:
        measured = alarms.gauge_values(connection, DISK_FREE, watch.now() - timedelta(days=7))
    left = days_until_full(measured, watch.now(), free)
    if left is None or left > FULL_WITHIN_DAYS:
        return []
    do = "see what grows (`du -sh`), and whether `claimwatch upkeep` runs"
    return [Problem(place, f"the disk is full in {left:.0f} days if it goes on like this", do, "disk")]


def _mode_problems(watch: Watch) -> list[Problem]:
    """What of the state others than its owner may read: it holds subscribers' addresses and a key."""
    home = watch.settings.home
    places = [home]
    database = make_url(watch.settings.database_url.get_secret_value())
    if watch.store.is_sqlite and database.database:
        places.append(Path(database.database).absolute())
    if watch.captures.folder is not None:
        places.append(watch.captures.folder)
    # A folder that is closed closes what is in it.
    outside = [place for place in places if place == home or not (_is_closed(home) and place.is_relative_to(home))]
    problems = [
        Problem(str(place), "others on this machine can read it", f"chmod go= {place}", "files")
        for place in outside
        if place.exists() and not _is_closed(place)
    ]
    key = home / "secret.key"
    if key.exists() and not _is_closed(key):
        problems.append(Problem(str(key), "others on this machine can read it", f"chmod 0600 {key}", "files"))
    file = Path(SETTINGS_FILE)
    if file.exists() and not _is_closed(file) and SECRETS & set(tomllib.loads(file.read_text(encoding="utf-8"))):
        path = file.absolute()
        problems.append(Problem(str(path), "it holds a secret, and others can read it", f"chmod 0600 {path}", "files"))
    return problems


def _is_closed(path: Path) -> bool:
    """Whether nobody else can read it. What is not there nobody can: a worker whose database, captures and key are
    elsewhere makes no home."""
    return os.name != "posix" or not path.exists() or not path.stat().st_mode & _OTHERS


def _clock_problems(watch: Watch) -> list[Problem]:
    now, problems = watch.now(), []
    with watch.store.read() as connection:
        newest = newest_time(connection)
        answers = reads.latest_answers(connection, 25)
    if newest is not None and newest > now:
        why = f"it reads {now.isoformat(timespec='seconds')}; {newest.isoformat(timespec='seconds')} was stored before"
        problems.append(Problem("clock", why, "set the clock: `timedatectl set-ntp true`", "clock"))
    if watch.settings.upstream is not None:
        return problems
    if watch.settings.now is not None:
        problems.append(Problem("clock", "CLAIMWATCH_NOW makes it stand still", "unset CLAIMWATCH_NOW", "clock"))
        return problems
    off = clock_off(answers)
    if abs(off) > CLOCK_OFF:
        why = f"publishers' clocks differ from it by {abs(off).total_seconds():.0f} s"
        problems.append(Problem("clock", why, "set the clock: `timedatectl set-ntp true`", "clock"))
    return problems


def clock_off(answers: Sequence[tuple[datetime, tuple[tuple[str, str], ...]]]) -> timedelta:
    """How far publishers' clocks (the Date of their answers) are ahead of ours, at the median; zero where unknown."""
    ahead = []
    for fetched_at, headers in answers:
        try:
            said = parsedate_to_datetime(header_of(headers, "date") or "")
        except ValueError:
            continue
        if said.tzinfo is not None and not header_of(headers, "age"):  # a cache answers with an old date
            ahead.append((said - fetched_at).total_seconds())
    return timedelta(seconds=statistics.median(ahead) if len(ahead) >= 3 else 0)

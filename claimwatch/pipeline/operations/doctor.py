"""Everything that can be wrong, looked at together: often and quickly for alarms, thoroughly for somebody who asks."""

from dataclasses import dataclass
from datetime import timedelta

from claimwatch.errors import BaselineInvalid
from claimwatch.pipeline.operations.inspect import IN_DOUBT, inspect_watch
from claimwatch.pipeline.operations.integrity import inspect_integrity
from claimwatch.pipeline.operations.machine import DISK_FREE, free_bytes, inspect_machine
from claimwatch.pipeline.operations.mail_checks import inspect_mail
from claimwatch.pipeline.operations.scheduler import api_url, inspect_scheduler
from claimwatch.pipeline.problem import Problem
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import unknown_variables
from claimwatch.store import alarms, outbox

GAUGES_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Examination:
    """What is wrong, and what could not be looked at."""

    problems: tuple[Problem, ...]
    unseen: tuple[str, ...]


def look_quickly(watch: Watch) -> tuple[Problem, ...]:
    """What keeps the watch from doing its work: the dead-man check. Asks Prefect's server, and else nobody."""
    return (*inspect_watch(watch), *inspect_scheduler(), *inspect_machine(watch))


def examine(watch: Watch, *, all_captures: bool = False) -> Examination:
    """All that, and whether the kept is intact and mail can leave; `all_captures` hashes all bytes, not a sample."""
    mail, unseen = inspect_mail(watch.settings, watch.now())
    if api_url() is None:
        unseen = [*unseen, "schedules: PREFECT_API_URL is not set, so Prefect is not in use here"]
    problems = (
        *look_quickly(watch),
        *_baseline_problems(watch),
        *_settings_problems(),
        *inspect_integrity(watch, all_captures=all_captures),
        *mail,
    )
    return Examination(tuple(dict.fromkeys(problems)), tuple(unseen))


def _baseline_problems(watch: Watch) -> list[Problem]:
    """What else would only show when a text first needs it: a broken cue, a network that cannot be opened."""
    try:
        watch.comparer.check()
    except BaselineInvalid as error:
        return [Problem("baseline", str(error), "claimwatch baseline check", "baseline")]
    return []


def _settings_problems() -> list[Problem]:
    """A variable with a slip in its name changes nothing, and nobody would see that it does not."""
    return [
        Problem(
            name,
            "is set and is no setting",
            f"unset it, or set {meant} in its place" if meant else "unset it; docs/settings.md has all there are",
            "settings",
        )
        for name, meant in unknown_variables().items()
    ]


def measure(watch: Watch) -> None:
    """Note what is compared over time: free disk, and messages in doubt."""
    now = watch.now()
    with watch.store.write() as connection:
        doubts = len(outbox.list_doubts(connection))
        for name, value in ((DISK_FREE, free_bytes(watch.settings)), (IN_DOUBT, doubts)):
            alarms.note_gauge(connection, name, now, value, now - GAUGES_KEPT)

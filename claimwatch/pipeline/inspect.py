"""The watchdog: what is wrong, since when, and what to do about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from claimwatch.editions import due_period
from claimwatch.models import Read, ReadStatus
from claimwatch.pipeline.crawl import MOVED
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import placeholders
from claimwatch.store import documents, editions, outbox, reads, subscribers


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that an operator should know. `what` names the thing, `why` says what is wrong, `do` what to do."""

    what: str
    why: str
    do: str


def inspect_watch(watch: Watch) -> tuple[Problem, ...]:
    """Everything that keeps the watch from doing its work, worst first. An empty tuple means that all is well."""
    now = watch.now()
    problems: list[Problem] = []
    with watch.store.read() as connection:
        for slug, spec in watch.polled.items():
            state = reads.source_state(connection, slug)
            newest = documents.newest_published_on(connection, slug)
            problems += _source_problems(slug, state, spec.every, now)
            last_read = reads.last_read(connection, slug)
            problems += _read_problems(last_read) if last_read is not None else []
            stale = spec.expect.stale_after
            if stale is not None and newest is not None and now.date() - newest > stale:
                problems.append(
                    Problem(
                        slug,
                        f"its newest item is of {newest}; something new is due every {stale.days} days",
                        f"open {spec.home} and see whether it has moved or really is that quiet",
                    )
                )
        last = editions.last_edition(connection, "weekly")
        period = due_period("weekly", now, watch.settings.timezone, last.period if last else None)
        if period is not None and last is not None:
            problems.append(
                Problem(
                    "weekly digest", f"{period.key} is due and not built", "run `claimwatch digest`, then `deliver`"
                )
            )
        counts = outbox.count_messages(connection)
        readers = len(subscribers.list_subscribers(connection, active_only=True))
    for state_name, do in (
        ("refused", "see `claimwatch subscribers list` and correct or remove the address"),
        ("expired", "look at the mail server; the messages were too old to send"),
    ):
        if counts.get(state_name):
            problems.append(Problem("outbox", f"{counts[state_name]} messages {state_name}", do))
    if readers == 0:
        problems.append(Problem("subscribers", "there is none", "claimwatch subscribers add ADDRESS"))
    problems += [
        Problem(name, "still holds a placeholder", f"set {name}; readers and publishers see it")
        for name in placeholders(watch.settings)
    ]
    return tuple(problems)


def _read_problems(read: Read) -> list[Problem]:
    """What the last read of a source leaves to an operator."""
    problems = []
    if read.status is ReadStatus.HELD:
        what, _, do = (read.reason or "").partition("; ")
        problems.append(Problem(read.source, f"its last read is held: {what}", do))
    for warning in read.warnings:
        if MOVED in warning:
            why, _, do = warning.rpartition(": ")
            problems.append(Problem(read.source, why, do))
    return problems


def _source_problems(slug: str, state: reads.SourceState, every: timedelta, now: datetime) -> list[Problem]:
    again = f"claimwatch poll {slug} --force"
    if state.last_read_at is None:
        return [Problem(slug, "was never read", again)]
    if state.last_good_at is None:
        return [Problem(slug, f"{state.failures} reads, none of them good", f"{again}, and see what it says")]
    if now - state.last_good_at > 3 * every:
        since = state.last_good_at.isoformat(timespec="minutes")
        return [
            Problem(slug, f"no good read since {since} ({state.failures} failed)", f"{again}, and see what it says")
        ]
    return []

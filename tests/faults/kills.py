"""Rounds of the sample world that are killed over and over: is the end the same as of an undisturbed run?

Each trial is an installation of its own that lives through two weeks. In each week it is killed in turn while it
polls, builds and delivers, at a step or after a time drawn from the seed, and then finishes.
"""

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from claimwatch.pipeline import subscribe
from claimwatch.store import chain
from claimwatch.store.tables import (
    captures,
    development_states,
    developments,
    edition_items,
    editions,
    findings,
    ledger,
    messages,
    reads,
    subscribers,
)
from demo.world import World
from tests.faults.outbox_world import FaultySink, Odds, message_id_of
from tests.faults.rounds import PHASES, Kill, Round, finish, open_round, run_once

WEEKS = {1: datetime(2026, 11, 9, 6, tzinfo=UTC), 2: datetime(2026, 11, 16, 6, tzinfo=UTC)}
SOURCES = ("council_on_ethics", "nbim_exclusions", "uhrp")  # the whole Entity List would take most of the time
READERS = 8
KILLS_EACH = 2  # of each phase in each week
MOST_KILLS = len(WEEKS) * len(PHASES) * KILLS_EACH
SECRET = "a-secret-that-all-trials-share-0123456789"
Measure = dict[str, tuple[int, float]]  # by phase: steps and seconds
Measures = dict[int, Measure]  # by week


@dataclass(frozen=True, slots=True)
class Ending:
    """How an installation stands at the end: what is stored, by names that do not depend on how it came there, and
    how many copies of each mail arrived."""

    stored: dict[str, list[tuple[Any, ...]]]
    mails: Counter[str]

    def differences(self, other: "Ending") -> list[str]:
        """Where two are not the same, in words."""
        found = [
            f"{name}: {len(mine)} and {len(other.stored[name])} rows, {len(set(mine) ^ set(other.stored[name]))} differ"
            for name, mine in self.stored.items()
            if mine != other.stored[name]
        ]
        return found + ([] if self.mails == other.mails else [f"mails: {self.mails} and {other.mails}"])


@dataclass
class Torture:
    """What came of all trials on one kind of database."""

    kills: Counter[str] = field(default_factory=Counter)
    trials: int = 0
    faults: list[str] = field(default_factory=list)
    mails: int = 0
    findings: int = 0


def ending(one: Round, sink: FaultySink) -> Ending:
    """What is stored and what arrived. Checks on the way that every kept byte is there and the chain holds."""
    with open_round(one) as watch, watch.store.read() as connection:
        for (sha256,) in connection.execute(select(captures.c.sha256).where(captures.c.sha256.is_not(None)).distinct()):
            watch.captures.get(sha256)
        assert chain.find_breaks(connection) == []
        found, happened, mail = findings.c, developments.c, messages.c
        of_development = findings.outerjoin(developments)
        queries = {
            "findings": select(
                found.source, found.url, found.entity, found.outcome, found.quote, found.start, found.end,
                found.fingerprint, found.status, found.origin, found.first_seen_at, happened.key,
            ).select_from(of_development),
            "developments": select(
                happened.key, happened.outcome, happened.state, happened.state_version, happened.severity,
                happened.companies, happened.happened_on, happened.first_seen_at,
            ),
            "states": select(happened.key, development_states.c.version, development_states.c.at).select_from(
                development_states.join(developments)
            ),
            "ledger": select(subscribers.c.address, happened.key, ledger.c.state_version, mail.message_id).select_from(
                ledger.join(subscribers).join(developments).join(messages, mail.id == ledger.c.message_id)
            ),
            "editions": select(editions.c.series, editions.c.period, editions.c.subject, editions.c.state),
            "items": select(
                editions.c.period, edition_items.c.position, happened.key, edition_items.c.state_version
            ).select_from(edition_items.join(editions).join(developments)),
            "messages": select(mail.message_id, mail.recipient, mail.state, mail.possible_duplicate, mail.mime),
            "reads": select(
                reads.c.source, reads.c.status, reads.c.started_at, reads.c.requests, reads.c.new, reads.c.changed
            ),
        }  # fmt: skip
        stored = {name: sorted(map(_plain, connection.execute(query)), key=repr) for name, query in queries.items()}
    return Ending(stored, Counter(message_id_of(envelope) for envelope in sink.taken))


def _plain(row: Any) -> tuple[Any, ...]:
    return tuple(
        tuple(one) if isinstance(one, list) else hashlib.sha256(one).hexdigest() if isinstance(one, bytes) else one
        for one in row
    )


@dataclass(frozen=True, slots=True)
class Installation:
    """A sample world, a mail server, and the rounds of an installation with readers that nothing was told yet."""

    world: World
    sink: FaultySink
    rounds: Round


@contextmanager
def installation(home: Path, database_url: str | None, seed: int = 0) -> Iterator[Installation]:
    """One under `home`, on an empty database; None: SQLite in the home. `seed` is for what the mail server does."""
    home.mkdir(parents=True, exist_ok=True)
    with World() as world, FaultySink(home / "mail.log", Odds(), seed) as sink:
        settings: dict[str, Any] = {
            "home": home, "upstream": world.url, "pace": "off", "secret_key": SECRET, "resend_hours": 0,
            "smtp_url": f"smtp://127.0.0.1:{sink.port}?tls=none", "postfix_log": home / "mail.log",
            "sender": "Claimwatch <claimwatch@example.org>", "operator": "operator@example.org",
        }  # fmt: skip
        if database_url is not None:
            settings["database_url"] = database_url
        one = Round(settings, sources=SOURCES)
        with open_round(one.at(WEEKS[1])) as watch:
            for number in range(READERS):
                subscribe(watch, f"reader{number}@reader.example")
        yield Installation(world, sink, one)


def live(
    home: Path, database_url: str | None, seed: int = 0, measured: Measures | None = None
) -> tuple[Ending, Counter[str], Measures]:
    """Two weeks of an installation, killed at most `MOST_KILLS` times by lots from the seed.

    `measured` is what an undisturbed run took; None: this is to be one. Returns how it ended, the kills by phase, and
    what each phase of the last round of a week took.
    """
    done: Counter[str] = Counter()
    measures: Measures = {}
    with installation(home, database_url, seed) as here:
        for week, now in WEEKS.items():
            here.world.week = week
            one = here.rounds.at(now)
            if measured is not None:
                done += _kill(one, measured[week], seed * 10 + week)
            finish(one)
            measures[week] = json.loads((home / "steps.json").read_text(encoding="utf-8"))
        return ending(one, here.sink), done, measures


def _kill(one: Round, measured: Measure, seed: int) -> Counter[str]:
    """Kill rounds of a week; the number of kills by phase. Half are after so many steps, half after so long."""
    lots = random.Random(seed)
    done: Counter[str] = Counter()
    for phase in (phase for phase in PHASES for _ in range(KILLS_EACH)):
        steps, seconds = measured[phase]
        if lots.random() < 0.5:
            kill = Kill(phase, step=lots.randint(1, max(1, steps)))
        else:
            kill = Kill(phase, seconds=lots.uniform(0, seconds))
        status = run_once(one, kill)
        assert status in (-9, 0, 3), (one.home / "log").read_text(encoding="utf-8")
        done[phase] += status == -9
    return done


def torture(
    home: Path, kills: int, seed: int, new_database: Callable[[], str | None], say: Callable[[str], None] = print
) -> Torture:
    """Trials until there have been so many kills; each is compared with an undisturbed one on the same database."""
    result = Torture()
    expected, _, measures = live(home / "undisturbed", new_database())
    result.mails, result.findings = len(expected.mails), len(expected.stored["findings"])
    while result.kills.total() < kills:
        number = seed + result.trials
        here = home / f"trial-{number}"
        got, done, _ = live(here, new_database(), number, measures)
        result.trials += 1
        result.kills += done
        differences = expected.differences(got)
        result.faults += [f"seed {number}: {difference}" for difference in differences]
        say(f"seed {number}: {done.total()} kills ({dict(done)}), {'; '.join(differences) or 'the same end'}")
    return result

"""Days of an installation at speed, with faults at random: what is published is told once, and nothing grows.

One process lives through all the rounds, an hour of simulated time apart, and is measured; some rounds are done by
another one that is killed. Sources break and are mended, items appear, the mail server misbehaves, the disk is full.
"""

import gc
import random
import statistics
import sys
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import default
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import psutil
import yaml
from aiosmtpd.smtp import Envelope
from sqlalchemy import select

from claimwatch.errors import ClaimwatchError
from claimwatch.models import Coverage, Subscription
from claimwatch.pipeline import build_due, deliver, due_sources, poll, subscribe
from claimwatch.pipeline.mailing import doubts
from claimwatch.store import relays
from claimwatch.store.tables import editions, messages, reads
from tests.faults.outage import full_disk, good, source_of
from tests.faults.outbox_world import ALL_FAULTS, FaultySink
from tests.faults.rounds import PAUSE_S, PHASES, Kill, Round, _context, open_round, run_once
from tests.faults.test_lasting import FAULTS, POISON, why_not
from tests.faults.worlds import WORLDS, Item
from tests.pipeline.bench import body_of
from tests.upstream import Upstream, reply

END = datetime(2026, 11, 16, 12, tzinfo=UTC)  # a Monday, after the weekly edition
HOUR = timedelta(hours=1)
READERS = {"weekly@reader.example": "weekly", "daily@reader.example": "daily"}
SECRET = "a-secret-of-the-soak-0123456789abcdef"
STRIKE, KILL, FULL_DISK, PUBLISH = 0.04, 0.04, 0.01, 0.03  # in an hour; strikes and items: of each source
# Left out: what takes seconds each time, and what is about a date of its own or captures that are lost.
TOO_SLOW_OR_SPECIAL = {"slow trickle", "hang up", "429 with Retry-After", "304 to everything", "gzip bomb"}
BREAKS = tuple(name for name in FAULTS if name not in TOO_SLOW_OR_SPECIAL)
PUBLISHERS = ("federal_register", "uhrp", "council_on_ethics")  # the others keep lists of companies: one row each
DEEDS = ("opened {}", "bought {}", "sold {}", "closed {}", "repainted {}", "flooded {}", "moved {}", "rented {}")
THINGS = ("museum", "glacier railway", "lighthouse", "brewery", "ski jump", "cinema", "vineyard", "planetarium",
          "ferry", "salt mine", "bakery", "windmill", "opera house", "aquarium", "castle", "zeppelin")  # fmt: skip
TOWNS = ("Reykjavik", "Bergen", "Porto", "Gdansk", "Tartu", "Cork", "Ghent", "Turku", "Graz", "Varna", "Split",
         "Lugano", "Malmo", "Odense", "Verona", "Toledo", "Patras", "Kosice", "Pecs")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hour:
    """What came of one round: reads as (source, status), editions' coverage, and the process afterwards."""

    reads: tuple[tuple[str, str], ...] = ()
    editions: tuple[tuple[str, str, datetime, tuple[Coverage, ...]], ...] = ()
    error: str | None = None
    broken: bool = False
    rss: int = 0
    files: int = 0


@dataclass
class Soak:
    """What came of it all. `faults` is empty where all was well."""

    days: int
    seed: int
    rounds: int = 0
    kills: int = 0
    full_disks: int = 0
    strikes: Counter[str] = field(default_factory=Counter)
    reads: Counter[str] = field(default_factory=Counter)
    items: int = 0
    mails: int = 0
    editions: int = 0
    coverage_lines: int = 0
    rss: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def early_and_late(self, of: list[int]) -> tuple[int, int]:
        """The median of the second eighth (the first warms up) and of the last."""
        part = max(1, len(of) // 8)
        return int(statistics.median(of[part : 2 * part])), int(statistics.median(of[-part:]))

    def growth(self) -> list[str]:
        """What is not flat, in words: open files to within two, memory to within a tenth."""
        files, memory = self.early_and_late(self.files), self.early_and_late(self.rss)
        grown = [f"open files went from {files[0]} to {files[1]}"] if files[1] > files[0] + 2 else []
        if memory[1] > memory[0] * 1.1:
            grown.append(f"memory went from {memory[0] >> 20} to {memory[1] >> 20} MB")
        return grown


@dataclass
class Site:
    """A source's world as it is served, well or broken."""

    source: str
    upstream: Upstream
    items: list[Item]
    broken_until: datetime | None = None
    broken: str | None = None  # a page

    def serve(self) -> None:
        """All pages, well."""
        for url, body in WORLDS[self.source].pages(self.items).items():
            self.upstream.on(path_of(url), good(body))

    def strike(self, name: str, place: str, until: datetime) -> None:
        """Break the list, or the page of the newest item."""
        world, fault = WORLDS[self.source], FAULTS[name]
        url = world.list_url if place == "list" else world.item_url(self.items[0])
        if fault.answer is not None:
            self.upstream.on(path_of(url), fault.answer(world.pages(self.items)[url]))
        else:
            kept = self.items[: max(1, int(len(self.items) * fault.keep))]
            body = world.list_page(kept, fault.layout)
            self.upstream.on(path_of(url), reply(body=body.raw, content_type=body.content_type, **POISON))
        self.broken, self.broken_until = url, until

    def mend(self) -> None:
        """Well again."""
        self.broken = self.broken_until = None
        self.serve()


def path_of(url: str) -> str:
    """Where an original address lies on the upstream."""
    return "/" + url.partition("://")[2].partition("?")[0]


def news(number: int, on: datetime) -> Item:
    """An item like no other."""
    company = ("Hikvision", "Dahua")[number % 2]
    thing, town = f"{THINGS[number % len(THINGS)]} of {number + 100} rooms", TOWNS[number % len(TOWNS)]
    deed = DEEDS[number % len(DEEDS)].format(f"a {thing}")
    text = f"{company} {deed} in {town} on {on.day} {on:%B %Y}."
    return Item(f"news-{number}", f"The {thing} in {town}", text, thing, on.date())


def soak(home: Path, days: int, seed: int, say: Callable[[str], None] = print) -> Soak:
    """Live through `days` that end on a Monday, and a calm week after; everything random comes from `seed`."""
    home.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        upstream = stack.enter_context(Upstream())
        sink = stack.enter_context(FaultySink(home / "mail.log", ALL_FAULTS, seed))
        sources: dict[str, Any] = {}
        for world in WORLDS.values():
            sources |= yaml.safe_load(source_of(world))
        (home / "sources.yaml").write_text(yaml.safe_dump(sources, allow_unicode=True), encoding="utf-8")
        one = Round(
            {
                "home": home, "upstream": upstream.url, "pace": "off", "secret_key": SECRET, "resend_hours": 0,
                "sources": home / "sources.yaml", "postfix_log": home / "mail.log",
                "smtp_url": f"smtp://127.0.0.1:{sink.port}?tls=none&connections=1",
                "sender": "Claimwatch <claimwatch@example.org>", "operator": "operator@example.org",
            }
        )  # fmt: skip
        begin = END - timedelta(days=days)
        with open_round(one.at(begin)) as watch:
            for address, series in READERS.items():
                subscribe(watch, address, wanted=(Subscription(series),))
        sites = {source: Site(source, upstream, list(WORLDS[source].base())) for source in WORLDS}
        for site in sites.values():
            site.serve()
        life = Life(one, sites, random.Random(seed), Soak(days, seed), stack.enter_context(process(one)), upstream)
        for hour in range(days * 24 + 1):
            life.live(begin + hour * HOUR, say)
        life.calm(END)
        life.judge(sink.taken)
    life.result.faults += life.result.growth()
    return life.result


@dataclass
class Life:
    """The hours, one after another, and what is known of them."""

    one: Round
    sites: dict[str, Site]
    lots: random.Random
    result: Soak
    pipe: Connection
    upstream: Upstream
    published: list[Item] = field(default_factory=list)
    made: dict[str, list[tuple[datetime, str, bool]]] = field(default_factory=lambda: defaultdict(list))
    frozen: dict[str, datetime] = field(default_factory=dict)

    def live(self, at: datetime, say: Callable[[str], None]) -> None:
        """An hour: the world moves, and then a round is done."""
        for site in self.sites.values():
            if site.broken_until is not None and site.broken_until <= at:
                site.mend()
            self._move(site, at)
        self.upstream.requests.clear()
        if self.lots.random() < KILL:
            self._killed(at)
        else:
            self._round(at, full=self.lots.random() < FULL_DISK)
        if at.hour == 0:
            done = self.result
            say(f"{at:%Y-%m-%d}: {done.reads.total()} reads, {done.items} items, {done.kills} kills")

    def calm(self, at: datetime) -> None:
        """All is well again; a day and a week later everything is read and told."""
        for site in self.sites.values():
            site.mend()
        for later in (at + timedelta(days=1), at + timedelta(days=6, hours=17), at + timedelta(days=6, hours=19)):
            for _ in range(6):  # until the mail server has taken everything
                self._round(later)

    def _move(self, site: Site, at: datetime) -> None:
        """What the hour brings: an item, or a fault that lasts."""
        if self.lots.random() < PUBLISH:
            self._publish(site, at)
        if site.broken is not None or self.lots.random() >= STRIKE:
            return
        name, place = self.lots.choice(BREAKS), self.lots.choice(("list", "item"))
        if why_not(name, site.source, place) is not None:
            place = "list"
        if place == "item":
            self._publish(site, at)  # only a page that was never read is asked for
        self.result.strikes[f"{name} ({place})"] += 1
        site.strike(name, place, at + self.lots.randint(1, 30) * HOUR)

    def _publish(self, site: Site, at: datetime) -> None:
        row = WORLDS[site.source].news
        if site.source in PUBLISHERS:
            item = news(len(self.published), at)
        elif row.slug not in {item.slug for item in site.items}:
            item = replace(row, on=at.date())
        else:
            return
        site.items.insert(0, item)
        self.published.append(item)
        self.result.items += 1
        if site.broken is None:
            site.serve()

    def _round(self, at: datetime, *, full: bool = False) -> None:
        self.pipe.send((at, full))
        assert self.pipe.poll(600), "a round did not end"
        hour: Hour = self.pipe.recv()
        self.result.rounds += 1
        self.result.full_disks += full
        if hour.broken or (hour.error and not full):
            self.result.faults.append(f"{at}: {hour.error}")
        self.result.rss.append(hour.rss)
        self.result.files.append(hour.files)
        self._note(at, self._stored(at) if full else hour.reads)
        for series, period, frozen_at, coverage in hour.editions:
            self.result.editions += 1
            self._look(series, period, frozen_at, coverage)
            self.frozen[series] = frozen_at

    def _killed(self, at: datetime) -> None:
        kill = Kill(self.lots.choice(PHASES), seconds=self.lots.uniform(0, 0.4))
        status = run_once(self.one.at(at), kill, 300)
        self.result.rounds += 1
        self.result.kills += status == -9
        if status not in (-9, 0, 3):
            self.result.faults.append(f"{at}: a round that was to be killed ended with {status}")
        self._note(at, self._stored(at))
        with open_round(self.one.at(at)) as watch, watch.store.read() as connection:
            query = select(editions.c.series, editions.c.frozen_at).where(editions.c.frozen_at == at)
            frozen = {row.series: row.frozen_at for row in connection.execute(query)}
        self.frozen |= frozen  # how these say that the sources stood is only in the mail
        self.result.editions += len(frozen)

    def _stored(self, at: datetime) -> list[tuple[str, str]]:
        """The reads of a round that nobody could report of."""
        with open_round(self.one.at(at)) as watch, watch.store.read() as connection:
            query = select(reads.c.source, reads.c.status).where(reads.c.started_at == at)
            return [(source, status) for source, status in connection.execute(query)]

    def _note(self, at: datetime, done: Iterable[tuple[str, str]]) -> None:
        for source, status in done:
            list_broken = self.sites[source].broken == WORLDS[source].list_url
            if list_broken and status == "good":
                self.result.faults.append(f"{at}: {source} was broken, and the read is called {status}")
            self.made[source].append((at, status, list_broken))
            self.result.reads[status] += 1

    def _look(self, series: str, period: str, frozen_at: datetime, coverage: tuple[Coverage, ...]) -> None:
        """Whether an edition's lines on the sources are what was seen from outside."""
        after = self.frozen.get(series)
        for line in coverage:
            lately = [
                (status, broken)
                for at, status, broken in self.made[line.source]
                if at <= frozen_at and (after is None or at > after)
            ]
            good_ones = sum(status == "good" for status, _ in lately)
            partial = sum(status == "partial" for status, _ in lately)
            self.result.coverage_lines += 1
            said = (
                f"{series}:{period}: {line.source}: says {line.reads} reads, {line.failed} failed, unread {line.unread}"
            )
            seen = f"were {len(lately)}, {good_ones} good, {partial} partial"
            wrong = line.reads != len(lately) or not good_ones <= line.reads - line.failed <= good_ones + partial
            wrong |= line.unread != (line.reads == line.failed)
            wrong |= bool(lately) and all(broken for _, broken in lately) and not (line.unread or line.gaps)
            if wrong:
                self.result.faults.append(f"{said}; {seen}")

    def judge(self, taken: list[Envelope]) -> None:
        """After the last round: what is told, and what is left."""
        with open_round(self.one.at(END + timedelta(days=7))) as watch, watch.store.read() as connection:
            states = Counter(connection.execute(select(messages.c.state)).scalars())
            marked = set(
                connection.execute(select(messages.c.message_id).where(messages.c.possible_duplicate)).scalars()
            )
        if set(states) != {"accepted"}:
            self.result.faults.append(f"messages that are not accepted: {states}")
        parser = BytesParser(policy=default)
        copies: dict[str, list[str]] = defaultdict(list)
        ids: Counter[str] = Counter()
        for envelope in taken:
            mail: Any = parser.parsebytes(cast(bytes, envelope.content))
            ids[str(mail["Message-ID"])] += 1
            if ids[str(mail["Message-ID"])] == 1:
                copies[str(mail["To"])].append(" ".join(body_of(mail).replace("\n   > ", " ").split()))
        self.result.mails = ids.total()
        twice = [id_ for id_, count in ids.items() if count > 1 and id_ not in marked]
        self.result.faults += [f"{id_} came twice, unmarked" for id_ in twice]
        for reader in READERS:
            texts = [text for to, found in copies.items() if reader in to for text in found]
            for item in self.published:
                times = sum(item.mark in text for text in texts)
                if times != 1:
                    self.result.faults.append(f"{reader} was told {times} times of {item.text!r}")


@contextmanager
def process(one: Round) -> Iterator[Connection]:
    """The process that does the rounds it is told to; gone at the end of the block."""
    context = _context()
    ours, theirs = context.Pipe()
    child = context.Process(target=_live, args=(one, theirs))
    child.start()
    try:
        yield ours
    finally:
        child.kill()
        child.join()


def _live(one: Round, pipe: Connection) -> None:
    vars(sys.modules["claimwatch.pipeline.mailing.deliver"]).update(BACK_OFF_S=(PAUSE_S,))
    vars(doubts).update(SETTLE_S=PAUSE_S)
    vars(relays).update(RESTS_S=(PAUSE_S,))
    me = psutil.Process()
    while True:
        at, full = pipe.recv()
        try:
            hour = _hour(one.at(at), full=full)
        except ClaimwatchError as error:
            hour = Hour(error=str(error))
        except Exception:
            hour = Hour(error=traceback.format_exc(), broken=True)
        gc.collect()
        pipe.send(replace(hour, rss=me.memory_info().rss, files=me.num_fds()))


def _hour(one: Round, *, full: bool) -> Hour:
    with open_round(one) as watch, full_disk() if full else nullcontext():
        done = [(slug, read) for slug in due_sources(watch) if (read := poll(watch, slug)) is not None]
        built = build_due(watch)
        deliver(watch)
    return Hour(
        tuple((slug, read.status.value) for slug, read in done),
        tuple((edition.series, edition.period, edition.frozen_at, edition.coverage) for edition in built),
    )

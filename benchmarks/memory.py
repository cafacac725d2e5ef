"""The most memory that each command holds, on the largest test data: `./dev bench memory`.

Two homes: a store of many findings, documents, editions and mails that a program made (benchmarks/web_world.py), for
whatever reads the store; and the sample world with its full-size Entity List and many readers, for whatever polls,
compares, builds and sends. Every command of the command line is here, or named with the reason why not.
"""

import gzip
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from benchmarks import web_world
from benchmarks.children import run
from benchmarks.contenders import ROOT
from benchmarks.loopback import Loopback
from claimwatch.store import Store
from demo.world import World

PATIENCE_S = 3600
_MADE_UP, _SAMPLE = "made up", "sample world"
# Not run here, and why.
LEFT_OUT = {
    "serve": "runs for good; `./dev bench web` asks for its pages",
    "bounces listen": "runs for good and takes one report at a time, as `bounces read` does",
    "deploy": "needs a Prefect server; it reads no data",
    "sources new": "asks a publisher; it reads no store",
    "findings undo": "as `findings accept`, which it takes back",
}


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is: findings and documents of the made-up store, readers of the sample world."""

    findings: int
    documents: int
    readers: int


@dataclass(frozen=True, slots=True)
class Peak:
    """The most memory that a command held, in MB, and how long it took; `failure` where it did not end as it should."""

    command: str
    data: str
    peak_mb: float
    seconds: float
    failure: str | None = None


LARGEST, SMALL = Size(100_000, 20_000, 10_000), Size(500, 100, 20)
# In this order, since some need what others left. The words in braces are filled in; what is not 0 may be the status of
# a command that found something to complain of, which is right on such data.
_ON_MADE_UP: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("findings list", "--json", (0,)),
    ("findings show", "{finding}", (0,)),
    ("findings queue", "", (0,)),
    ("findings accept", "{d0} --who ann", (0,)),
    ("findings dismiss", "{d1} --who ann --why known", (0,)),
    ("findings snooze", "{d2} --who ann --until 2027-01-01", (0,)),
    ("findings relabel", "{d3} --who ann --why wrong --outcome CONTEXT", (0,)),
    ("findings same-as", "{d4} {d5} --who ann", (0,)),
    ("findings comment", "{d6} --who ann --why noted", (0,)),
    ("findings sample", "--folded 5", (0,)),
    ("findings export", "--gold {folder}/gold.jsonl", (0,)),
    ("digest list", "", (0,)),
    ("baseline show", "", (0,)),
    ("baseline check", "", (0,)),
    ("baseline coverage", "", (0,)),
    ("baseline export", "--to {folder}/baselines", (0,)),
    ("sources list", "", (0,)),
    ("sources coverage", "", (0,)),
    ("doctor", "--all", (0, 1)),
    ("upkeep", "", (0, 1)),
    ("backup", "{folder}/made-up.backup", (0, 1)),  # the made-up captures have no bytes, which it complains of
    ("restore", "{folder}/made-up.backup --force", (0,)),
)
_ON_SAMPLE: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("subscribers import", "{folder}/readers.csv", (0,)),
    ("subscribers add", "one@reader.example", (0,)),
    ("run", "", (0, 1)),
    ("poll", "--force", (0, 1)),
    ("parse", "entity_list {folder}/list.xml --kind supplement", (0,)),
    ("screen", "{folder}/documents.jsonl --format jsonl", (0,)),
    ("backfill", "uhrp --since 2015-01-01", (0, 1)),
    ("replay", "", (0, 1)),
    ("sources check", "uhrp", (0, 1)),
    ("evidence export", "{development} --out {folder}/evidence.wacz", (0,)),
    ("evidence verify", "{folder}/evidence.wacz", (0,)),
    ("digest approve", "{period}", (0,)),
    ("digest hold", "{period}", (0,)),
    ("digest approve", "{period}", (0,)),
    ("deliver", "", (0,)),
    ("digest cancel", "{period}", (2,)),  # all of it has left
    ("digest recall", "{period} --why wrong", (0, 1)),
    ("bounces read", "", (0, 1)),
    ("bounces list", "", (0,)),
    ("bounces lift", "one@reader.example", (0, 1)),
    ("subscribers list", "", (0,)),
    ("subscribers export", "", (0,)),
    ("subscribers remove", "one@reader.example", (0,)),
    ("subscribers erase", "one@reader.example", (0,)),
)
COMMANDS = tuple(name for name, _, _ in (*_ON_MADE_UP, *_ON_SAMPLE))


def measure(size: Size, tell: Callable[[str], None]) -> list[Peak]:
    """Every command on data of this size, each in a process of its own."""
    peaks: list[Peak] = []
    with tempfile.TemporaryDirectory(prefix="claimwatch-memory-") as folder, Loopback(()) as servers:
        place = Path(folder)
        settings = {
            "FROM": "Claimwatch <watch@claimwatch.example>", "OPERATOR": "operator@claimwatch.example",
            "POSTAL_ADDRESS": "1 Street, 0001 Oslo", "CONTACT_URL": "https://claimwatch.example/contact",
            "SMTP_URL": f"smtp://127.0.0.1:{servers.smtp_port}?tls=none", "PACE": "off",
            "BOUNCES_BOX": f"maildir:{place / 'returned'}", "BOUNCES": "bounces@claimwatch.example",
        }  # fmt: skip
        shutil.copytree(ROOT / "baselines", place / "baselines")
        tell(f"filling a store with {size.findings:,} findings")
        made_up = place / "made-up"
        web_world.fill(f"sqlite:///{made_up / 'claimwatch.db'}", findings=size.findings, documents=size.documents)
        keys = {f"d{at}": f"{7 + 10 * at:020x}" for at in range(7)}
        words = {"folder": folder, "finding": "7", **keys}
        given = settings | {"HOME": str(made_up), "NOW": web_world.NOW.isoformat()}
        for name, rest, statuses in _ON_MADE_UP:
            peaks.append(_peak(_MADE_UP, name, rest.format(**words), statuses, place, given, tell))
        _inputs(place, size)
        for box in ("cur", "new", "tmp"):
            (place / "returned" / box).mkdir(parents=True)
        with World() as world:
            home = place / "sample"
            # Approval is asked for, so that one edition can be held, approved and sent.
            given = settings | {
                "HOME": str(home),
                "NOW": "2026-11-09T06:00:00Z",
                "UPSTREAM": world.url,
                "REVIEW": "all",
            }
            words = {"folder": folder, "period": "2026-W45", "development": ""}
            for name, rest, statuses in _ON_SAMPLE:
                if "{development}" in rest:
                    words["development"] = _a_development(home)
                peaks.append(_peak(_SAMPLE, name, rest.format(**words), statuses, place, given, tell))
    return _most(peaks)


def _most(peaks: Sequence[Peak]) -> list[Peak]:
    """One for each command: the run that failed, or else the one that held most."""
    most: dict[str, Peak] = {}
    for peak in peaks:
        known = most.get(peak.command)
        if known is None or (peak.failure is not None, peak.peak_mb) > (known.failure is not None, known.peak_mb):
            most[peak.command] = peak
    return list(most.values())


def _peak(
    data: str, name: str, rest: str, statuses: tuple[int, ...], place: Path, given: Mapping[str, str],
    tell: Callable[[str], None],
) -> Peak:  # fmt: skip
    tell(f"{data}: {name}")
    environment = {f"CLAIMWATCH_{key}": value for key, value in given.items()}
    command = [sys.executable, "-m", "claimwatch", *name.split(), *rest.split()]
    ran = run(command, log=place / "log", cwd=ROOT, environment=environment, patience_s=PATIENCE_S)
    said = (ran.said.splitlines() or [""])[-1]
    failure = None if ran.status in statuses else f"exit status {ran.status}: {said}"
    return Peak(name, data, ran.peak_mb, ran.seconds, failure)


def _inputs(place: Path, size: Size) -> None:
    """What some commands read: a list of readers, the Entity List, documents."""
    rows = "".join(f"reader{number}@reader.example\n" for number in range(size.readers))
    (place / "readers.csv").write_text("address\n" + rows, encoding="utf-8")
    world = ROOT / "demo" / "world" / "entity_list"
    (place / "list.xml").write_bytes(gzip.decompress((world / "part-744.week-1.xml.gz").read_bytes()))
    sentence = "Hikvision has shipped cameras to {} countries. The committee met and heard the report of the day. "
    with (place / "documents.jsonl").open("w", encoding="utf-8") as file:
        for number in range(min(size.documents, 1000)):
            line = {"source": "press", "url": f"https://press.example/{number}", "text": sentence.format(number) * 30}
            file.write(json.dumps(line | {"title": "A page", "published": "2026-11-02", "language": "en"}) + "\n")


def _a_development(home: Path) -> str:
    store = Store(f"sqlite:///{home / 'claimwatch.db'}")
    with store.read() as connection:
        key: str = connection.execute(text("SELECT key FROM developments ORDER BY id LIMIT 1")).scalar_one()
    store.close()
    return key

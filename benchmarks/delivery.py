"""How fast mail is built and sent: `python -m benchmarks.delivery [--quick]`; writes docs/performance-delivery.md.

Building is measured on the sample world with personalised, signed mails. Sending is measured on the same frozen mails
against smtplib with a connection for each mail, in turns within one run: on a real Postfix with STARTTLS and login,
and on a server that answers each command after 10 ms. Each measurement is a process of its own, so that its peak
memory is its own.
"""

import argparse
import json
import os
import resource
import smtplib
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import delete, func, select, update

from benchmarks.delivery_report import Goal, build_section, memory_section, page, race_section
from claimwatch import pipeline
from claimwatch.settings import Settings, load_settings
from claimwatch.store import subscribers
from claimwatch.store.tables import attempts, messages
from demo.world import World
from tests.delivery.postfix import postfix

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "docs" / "performance-delivery.md"
NOW = datetime(2026, 11, 9, 6, tzinfo=UTC)
DELAY_MS = 10


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: subscribers of each build, mails of each round of sending, of the rival's, and rounds."""

    builds: tuple[int, ...]
    mails: int
    rival_on_postfix: int
    rival_on_sink: int
    rounds: int


FULL = Sizes((2000, 10000), 1000, 200, 100, 5)
QUICK = Sizes((200, 600), 150, 20, 20, 1)


def main(argv: list[str] | None = None) -> int:
    """Measure, print and write the report. Exit status 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delivery", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers, and no report is written")
    arguments = parser.parse_args(argv)
    sizes = QUICK if arguments.quick else FULL
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="claimwatch-bench-") as folder:
        homes = [Path(folder) / str(count) for count in sizes.builds]
        (Path(folder) / "dkim.pem").write_text(_private_key())
        built = [_measure("build", home, str(count)) for home, count in zip(homes, sizes.builds, strict=True)]
        lines, goals = _sending(homes, sizes)
    most = built[-1]
    goals.insert(0, Goal("building, mails a CPU second (one core of the two)", 250, most["count"] / most["cpu_s"]))
    text = page(_head(quick=arguments.quick, load=load), goals, [*build_section(built), *lines])
    print(text)
    if not arguments.quick:
        REPORT.write_text(text, encoding="utf-8")
    return 0 if all(goal.met for goal in goals) else 1


def _measure(what: str, *arguments: object, **environment: str) -> dict[str, float]:
    """One measurement in a process of its own, which prints its figures as JSON."""
    command = [sys.executable, "-m", "benchmarks.delivery", f"_{what}", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, check=True, stdout=subprocess.PIPE, text=True
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _settings(home: Path, **more: object) -> Settings:
    return load_settings(
        home=home, now=NOW, sender="Claimwatch <watch@claimwatch.example>", public_url="https://watch.example",
        bounces="bounces@claimwatch.example", dkim_key=str(home.parent / "dkim.pem"), dkim_selector="bench", **more,
    )  # fmt: skip


def _build(home: Path, count: int) -> dict[str, float]:
    """Build the first edition for `count` readers."""
    with World() as world:
        settings = _settings(home, upstream=world.url, pace="off")
        with pipeline.open_watch(settings) as watch:
            for slug in pipeline.due_sources(watch):
                pipeline.poll(watch, slug)
            with watch.store.write() as connection:
                for number in range(count):
                    address = f"reader{number}@reader.example"
                    subscribers.add_subscriber(connection, address, f"Reader {number}", "en", "Europe/Oslo", NOW)
            before_mb, wall, cpu = _peak_mb(), time.perf_counter(), time.process_time()
            edition = pipeline.build(watch)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            assert edition is not None, "the first edition is due"
            with watch.store.read() as connection:
                size = connection.execute(select(func.avg(func.length(messages.c.mime)))).scalar_one()
    return {
        "count": count, "wall_s": wall, "cpu_s": cpu, "before_mb": before_mb, "after_mb": _peak_mb(),
        "items": len(edition.items), "size": float(size),
    }  # fmt: skip


def _send(home: Path, url: str, count: int) -> dict[str, float]:
    """Send `count` of the mails that were built there."""
    with pipeline.open_watch(_settings(home, smtp_url=url)) as watch:
        with watch.store.write() as connection:
            connection.execute(delete(attempts))
            fresh = {"tries": 0, "accepted_at": None, "lease_owner": None}
            connection.execute(update(messages).values(state="cancelled", **fresh))
            some = select(messages.c.id).order_by(messages.c.id).limit(count)
            connection.execute(update(messages).where(messages.c.id.in_(some)).values(state="ready"))
        before_mb, wall, cpu = _peak_mb(), time.perf_counter(), time.process_time()
        report = pipeline.deliver(watch)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert report.accepted == count, report.errors[:3]
    return {"count": count, "wall_s": wall, "cpu_s": cpu, "before_mb": before_mb, "after_mb": _peak_mb()}


def _rival(home: Path, url: str, count: int) -> dict[str, float]:
    """The same mails by smtplib, with a connection for each: what a simple sender does."""
    with pipeline.open_watch(_settings(home)) as watch, watch.store.read() as connection:
        rows = connection.execute(select(messages.c.recipient, messages.c.mime).limit(count)).all()
        mail_from = parseaddr(watch.settings.sender)[1]
    parts, context = urlsplit(url), ssl.create_default_context()
    wall = time.perf_counter()
    for recipient, mime in rows:
        with smtplib.SMTP(parts.hostname or "", parts.port or 25) as client:
            if parts.username:
                client.starttls(context=context)
                client.login(unquote(parts.username), unquote(parts.password or ""))
            client.sendmail(mail_from, [recipient], mime)
    return {"count": len(rows), "wall_s": time.perf_counter() - wall}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _race(home: Path, url: str, rival: int, connections: tuple[int, ...], sizes: Sizes, what: str,
          **environment: str) -> tuple[list[str], float]:  # fmt: skip
    """Both senders in turns."""
    theirs: list[float] = []
    ours: dict[int, list[float]] = {number: [] for number in connections}
    cpu_ms: dict[int, list[float]] = {number: [] for number in connections}
    for _ in range(sizes.rounds):
        done = _measure("rival", home, url, rival, **environment)
        theirs.append(done["count"] / done["wall_s"])
        for number in connections:
            done = _measure("send", home, f"{url}&connections={number}", sizes.mails, **environment)
            ours[number].append(done["count"] / done["wall_s"])
            cpu_ms[number].append(1000 * done["cpu_s"] / done["count"])
    return race_section(what, theirs, ours, cpu_ms, sizes.mails, rival)


def _sending(homes: list[Path], sizes: Sizes) -> tuple[list[str], list[Goal]]:
    """The section on sending, and its goals."""
    home, lines, ratio = homes[0], ["## Sending", ""], None
    try:
        with postfix() as server:
            what = "A real Postfix, STARTTLS and login"
            more = {"SSL_CERT_FILE": str(server.certificate)}
            table, ratio = _race(home, server.url, sizes.rival_on_postfix, (4, 8), sizes, what, **more)
        lines += table
    except pytest.skip.Exception as missing:
        lines += [f"On Postfix: not measured, {missing}.", ""]
    goals = [Goal("sending by Postfix with STARTTLS and login, times the rival's rate", 2, ratio)]
    for offered in ((), ("pipelining",)):
        said = "with PIPELINING, as nearly all servers offer it" if offered else "one command at a time"
        with _sink(DELAY_MS, *offered) as url:
            what = f"{DELAY_MS} ms before each reply, {said}"
            table, ratio = _race(home, url, sizes.rival_on_sink, (4, 8, 16), sizes, what)
        lines += table
        goals.append(Goal(f"sending at {what}, by at most 8 connections, times the rival's rate", 12, ratio))
    with _sink(0) as url:
        all_ = [
            _measure("send", each, f"{url}&connections=8", count)
            for each, count in zip(homes, sizes.builds, strict=True)
        ]
    small, large = all_[0], all_[-1]
    flat = large["before_mb"] + small["after_mb"] - small["before_mb"]
    what = "memory flat: the peak as the fewest mails would have it, of that with the most, in per cent"
    goals.append(Goal(what, 95, 100 * flat / large["after_mb"]))
    return lines + memory_section(all_), goals


@contextmanager
def _sink(delay_ms: int, *more: str) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.slow_sink", str(delay_ms), *more]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"smtp://127.0.0.1:{server.stdout.readline().strip()}?tls=none"
        finally:
            server.communicate()


def _head(*, quick: bool, load: float) -> str:
    more, at_end = " --quick" if quick else "", os.getloadavg()[0]
    return (
        f"Written by `python -m benchmarks.delivery{more}` on {datetime.now(UTC):%Y-%m-%d}; {os.cpu_count()} cores, "
        f"Python {sys.version.split()[0]}, SQLite. The machine's load was {load:.1f} at the beginning and "
        f"{at_end:.1f} at the end. Where it is above the number of cores, other work ran beside it: CPU time and "
        "ratios then say more than rates. The rival is what a simple sender does, smtplib with a connection for each "
        "mail, on the same mails and servers in turns."
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["_build"]:
        print(json.dumps(_build(Path(sys.argv[2]), int(sys.argv[3]))))
    elif sys.argv[1:2] in (["_send"], ["_rival"]):
        run = _send if sys.argv[1] == "_send" else _rival
        print(json.dumps(run(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))))
    else:
        sys.exit(main())

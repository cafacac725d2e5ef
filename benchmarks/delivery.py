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
import statistics
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
GOALS = {"build": 250.0, "Postfix": 2.0, "sink": 12.0}


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
    with tempfile.TemporaryDirectory(prefix="claimwatch-bench-") as folder:
        homes = [Path(folder) / str(count) for count in sizes.builds]
        (Path(folder) / "dkim.pem").write_text(_private_key())
        built = [_measure("build", home, str(count)) for home, count in zip(homes, sizes.builds, strict=True)]
        lines, good = _build_table(built)
        sent, kept = _send_tables(homes, sizes)
    good = good and kept
    text = _page(lines + sent, quick=arguments.quick)
    print(text)
    if not arguments.quick:
        REPORT.write_text(text, encoding="utf-8")
    return 0 if good else 1


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


def _build_table(built: list[dict[str, float]]) -> tuple[list[str], bool]:
    """The section on building. The cost of one mail more is what remains when two sizes are compared."""
    lines = [
        "## Building", "",
        f"Mails of {built[0]['size'] / 1000:.0f} kB with {built[0]['items']:.0f} items, each with its reader's own "
        "links, quoted-printable, signed with RSA of 2048 bits, stored with their ledger rows in one transaction.", "",
        "| readers | seconds | CPU seconds | mails a second | mails a CPU second | peak memory before, after |",
        "| --- |" + " --- |" * 5,
    ]  # fmt: skip
    for one in built:
        count = one["count"]
        lines.append(
            f"| {count:,.0f} | {one['wall_s']:.1f} | {one['cpu_s']:.1f} | {count / one['wall_s']:.0f} | "
            f"{count / one['cpu_s']:.0f} | {one['before_mb']:.0f} MB, {one['after_mb']:.0f} MB |"
        )
    small, large = built[0], built[-1]
    each_ms = 1000 * (large["cpu_s"] - small["cpu_s"]) / (large["count"] - small["count"])
    grown_kb = 1000 * (large["after_mb"] - small["after_mb"]) / (large["count"] - small["count"])
    rate = large["count"] / large["cpu_s"]
    met = rate >= GOALS["build"]
    lines += [
        "",
        f"One reader more costs {each_ms:.1f} ms of one core and {grown_kb:.1f} kB of memory. {_verdict(met)} the goal "
        f"of {GOALS['build']:.0f} mails a second, by CPU time of one core: "
        f"{rate:.0f}.",
        "",
    ]
    return lines, met


def _send_tables(homes: list[Path], sizes: Sizes) -> tuple[list[str], bool]:
    home = homes[0]
    lines, good = ["## Sending", ""], True
    try:
        with postfix() as server:
            environment = {"SSL_CERT_FILE": str(server.certificate)}
            table, met = _race(home, "Postfix", server.url, sizes.rival_on_postfix, (4, 8), sizes, environment)
        lines, good = lines + table, met
    except pytest.skip.Exception as missing:
        lines += [f"On Postfix: not measured, {missing}.", ""]
        good = False
    with _sink(DELAY_MS) as url:
        table, met = _race(home, "sink", url, sizes.rival_on_sink, (4, 8, 16), sizes, {})
        lines, good = lines + table, good and met
    with _sink(0) as url:
        all_ = [
            _measure("send", each, f"{url}&connections=8", count)
            for each, count in zip(homes, sizes.builds, strict=True)
        ]
    lines += ["### Memory", "", "All mails to a server that answers at once, over 8 connections:", ""]
    lines += [
        "| mails | seconds | CPU seconds | mails a second | peak memory before, after |",
        "| --- |" + " --- |" * 4,
    ]
    for one in all_:
        lines.append(
            f"| {one['count']:,.0f} | {one['wall_s']:.1f} | {one['cpu_s']:.1f} | {one['count'] / one['wall_s']:.0f} | "
            f"{one['before_mb']:.0f} MB, {one['after_mb']:.0f} MB |"
        )
    return [*lines, ""], good


def _race(
    home: Path, name: str, url: str, rival: int, connections: tuple[int, ...], sizes: Sizes, environment: dict[str, str]
) -> tuple[list[str], bool]:
    """Both senders in turns: medians over the rounds, and the ratios within each round."""
    theirs: list[float] = []
    ours: dict[int, list[float]] = {number: [] for number in connections}
    for _ in range(sizes.rounds):
        done = _measure("rival", home, url, rival, **environment)
        theirs.append(done["count"] / done["wall_s"])
        for number in connections:
            done = _measure("send", home, f"{url}&connections={number}", sizes.mails, **environment)
            ours[number].append(done["count"] / done["wall_s"])
    what = {"Postfix": "a real Postfix, STARTTLS and login", "sink": f"{DELAY_MS} ms before each reply"}[name]
    lines = [
        f"### {what[0].upper()}{what[1:]}", "",
        f"{sizes.rounds} rounds in turns, {sizes.mails} mails of ours and {rival} of the rival's in each; medians, "
        "with the least and the most in brackets. Ours opens its connections anew in each round, and commits a lease "
        "and an outcome for each mail.", "",
        "| sender | mails a second | times the rival's |", "| --- | --- | --- |",
        f"| smtplib, a connection for each mail | {_spread(theirs, 1)} | 1 |",
    ]  # fmt: skip
    best = 0.0
    for number, rates in ours.items():
        ratios = [mine / rival_ for mine, rival_ in zip(rates, theirs, strict=True)]
        if number <= 8:
            best = max(best, statistics.median(ratios))
        lines.append(f"| Claimwatch, {number} connections | {_spread(rates, 0)} | {_spread(ratios, 1)} |")
    met = best >= GOALS[name]
    lines += ["", f"{_verdict(met)} the goal of {GOALS[name]:.0f} times with at most 8 connections: {best:.1f}.", ""]
    return lines, met


def _spread(values: list[float], digits: int) -> str:
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def _verdict(met: bool) -> str:
    return "Meets" if met else "**Misses**"


@contextmanager
def _sink(delay_ms: int) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.slow_sink", str(delay_ms)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"smtp://127.0.0.1:{server.stdout.readline().strip()}?tls=none"
        finally:
            server.communicate()


def _page(lines: list[str], *, quick: bool) -> str:
    head = [
        "# How fast mail is built and sent", "",
        f"Written by `python -m benchmarks.delivery{' --quick' if quick else ''}` on {datetime.now(UTC):%Y-%m-%d}; "
        f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, SQLite. The machine's load at the end was "
        f"{os.getloadavg()[1]:.1f}: above the number of cores, other work ran beside it, and rates are lower than on a "
        "quiet machine.", "",
    ]  # fmt: skip
    return "\n".join([*head, *lines]).rstrip() + "\n"


if __name__ == "__main__":
    if sys.argv[1:2] == ["_build"]:
        print(json.dumps(_build(Path(sys.argv[2]), int(sys.argv[3]))))
    elif sys.argv[1:2] in (["_send"], ["_rival"]):
        run = _send if sys.argv[1] == "_send" else _rival
        print(json.dumps(run(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))))
    else:
        sys.exit(main())

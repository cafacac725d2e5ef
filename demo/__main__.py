"""`./dev demo`: two virtual weeks of a bundled sample world, polled, compared and mailed to a local Maildir.

Everything is real but the world: the flows run on Prefect's temporary server, the sources are read over HTTP on
loopback, the mail goes through the outbox. Nothing else is asked, and the state of an earlier demo is wiped first.
"""

import argparse
import email
import email.policy
import fcntl
import itertools
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from claimwatch.errors import ClaimwatchError
from demo.world import World

WEEKS = {1: "2026-11-09T06:00:00Z", 2: "2026-11-16T06:00:00Z"}
READER = "reader@example.org"
MARK = ".claimwatch-demo"
PROJECT = Path(__file__).resolve().parents[1]


class DemoFailed(ClaimwatchError):
    """The demo did not do what it is there to show."""


def main() -> int:
    """Gives the exit status: 0 where both weeks were read and their editions delivered."""
    parser = argparse.ArgumentParser(prog="./dev demo", description="Two virtual weeks on a bundled sample world.")
    parser.add_argument("--home", type=Path, metavar="DIR", help="where the demo keeps its state (default: var/demo)")
    wanted = parser.parse_args().home
    begun = time.monotonic()
    try:
        with claim_home(wanted.resolve() if wanted else PROJECT / "var" / "demo") as home, World() as world:
            set_environment(home, world.url)
            ok = play(home, world)
    except ClaimwatchError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    print(f"\nDone in {time.monotonic() - begun:.0f} s. {READER} has two mails; as pages and as text:")
    print(*(f"  {path}" for path in sorted((home / "preview").iterdir())), sep="\n")
    return 0 if ok else 1


@contextmanager
def claim_home(wanted: Path) -> Iterator[Path]:
    """An empty folder of our own: `wanted`, or `wanted-2` and so on while other demos run there.

    Raises `DemoFailed` for a folder that holds something else than an earlier demo.
    """
    for number in itertools.count(1):
        home = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        home.parent.mkdir(parents=True, exist_ok=True)
        with home.with_name(f".{home.name}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if home.exists() and any(home.iterdir()) and not (home / MARK).exists():
                raise DemoFailed(f"{home} holds something that no demo left there; choose another folder with --home")
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            (home / MARK).touch()
            yield home
            return


def set_environment(home: Path, upstream: str) -> None:
    """Settings for this process and the server it starts: the demo's own, none of the operator's or the developer's."""
    for name in [name for name in os.environ if name.startswith(("CLAIMWATCH_", "PREFECT_"))]:
        del os.environ[name]
    os.environ |= {
        "CLAIMWATCH_HOME": str(home),
        "CLAIMWATCH_UPSTREAM": upstream,
        "CLAIMWATCH_PACE": "off",
        "CLAIMWATCH_FROM": "Claimwatch demo <claimwatch@example.org>",
        "CLAIMWATCH_OPERATOR": "operator@example.org",
        "CLAIMWATCH_POSTAL_ADDRESS": "Claimwatch demo, a sample world on this machine",
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
        "DO_NOT_TRACK": "1",
    }
    # A claimwatch.toml in the project's folder may name a mail server; the demo must not find it.
    os.chdir(home)


def play(home: Path, world: World) -> bool:
    """Both weeks, one after the other. True where every run went as it should."""
    # Prefect reads its environment when it is imported.
    from claimwatch import pipeline
    from claimwatch.settings import load_settings
    from flows.by_hand import terminal
    from flows.run import run_once

    ok = True
    print("Starting Prefect's temporary server …", flush=True)
    with terminal(home / "prefect-server.log"):
        for week, now in WEEKS.items():
            world.week, os.environ["CLAIMWATCH_NOW"] = week, now
            print(f"\nWeek {week}: the world as of {now}", flush=True)
            if week == 1:
                with pipeline.open_watch(load_settings()) as watch:
                    pipeline.subscribe(watch, READER)
            summary = run_once()
            print("", *summary.lines(), sep="\n", flush=True)
            write_preview(home, week)
            ok = ok and summary.ok
    return ok


def write_preview(home: Path, week: int) -> None:
    """The week's mail as it was delivered, as HTML and as text. Raises `DemoFailed` where none came."""
    mails = sorted(
        (
            email.message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=email.policy.default)
            for path in (home / "mail" / "new").glob("*")
        ),
        key=lambda mail: mail["Date"].datetime,
    )
    if len(mails) != week:
        raise DemoFailed(f"{len(mails)} mails were delivered by week {week}, where {week} are due")
    folder = home / "preview"
    folder.mkdir(exist_ok=True)
    for kind, suffix in (("html", "html"), ("plain", "txt")):
        part = mails[-1].get_body(preferencelist=(kind,))
        if part is None:
            raise DemoFailed(f"the mail of week {week} has no {kind} part")
        text = part.get_content().replace("\r\n", "\n")
        (folder / f"week-{week}.{suffix}").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

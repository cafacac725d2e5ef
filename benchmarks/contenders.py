"""Who is compared in polling feeds: how each is set up with its recommended settings, and the command of one round.

Peers are not vendored: `packages` is what pip installs for them, at these versions.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.feeds import SOURCE
from benchmarks.report import FLOOR, OURS

ROOT = Path(__file__).resolve().parent.parent
SENDER, READER = "watch@claimwatch.example", "reader@reader.example"


@dataclass(frozen=True, slots=True)
class Trial:
    """One contender's state of its own: a folder, the programs of its environment, the feeds, the mail server."""

    folder: Path
    programs: Path
    urls: tuple[str, ...]
    smtp_port: int


@dataclass(frozen=True, slots=True)
class Command:
    """One poll of all feeds; `environment` is added to ours."""

    words: tuple[str | Path, ...]
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class Contender:
    """`prepare` writes what must be there before the first poll (not timed) and gives the commands for it;
    `poll` gives the command of the first poll (False) or of one when nothing has changed (True). `mails` is what the
    first poll of so many feeds must send: None where it sends none."""

    name: str
    packages: tuple[str, ...]
    prepare: Callable[[Trial], Sequence[Command]]
    poll: Callable[[Trial, bool], Command]
    mails: Callable[[int], int]
    remark: str = ""


def ours(trial: Trial, now: str, *words: str) -> Command:
    """A command of ours on the sources of a trial, at a time."""
    parts = urlsplit(trial.urls[0])
    settings = {
        "HOME": str(trial.folder / "home"), "SOURCES": str(trial.folder / "sources.yaml"), "PACE": "off", "NOW": now,
        "UPSTREAM": f"{parts.scheme}://{parts.netloc}", "FROM": f"Claimwatch <{SENDER}>", "OPERATOR": SENDER,
        "POSTAL_ADDRESS": "1 Street, 0001 Oslo", "CONTACT_URL": "https://claimwatch.example/contact",
        "PUBLIC_URL": "https://claimwatch.example", "SMTP_URL": f"smtp://127.0.0.1:{trial.smtp_port}?tls=none",
    }  # fmt: skip
    environment = {f"CLAIMWATCH_{name}": value for name, value in settings.items()}
    return Command((sys.executable, "-m", "claimwatch", *words), environment)


def prepare_ours(trial: Trial) -> list[Command]:
    """Write the sources of a trial; the command that adds a reader."""
    host = urlsplit(trial.urls[0]).path.split("/")[1]
    sources = "".join(SOURCE.format(n=n, host=host) for n in range(len(trial.urls)))
    (trial.folder / "sources.yaml").write_text(sources, encoding="utf-8")
    return [ours(trial, "2026-11-09T05:00:00Z", "subscribers", "add", READER)]


def _ours_polled(trial: Trial, again: bool) -> Command:
    return ours(trial, "2026-11-09T09:00:00Z" if again else "2026-11-09T06:00:00Z", "run")


# The least that the work can cost in this language: each feed is asked for, and its ETag kept.
_BARE = """
import json, pathlib, sys
import httpx
state = pathlib.Path(sys.argv[1])
known = json.loads(state.read_text()) if state.exists() else {}
with httpx.Client() as client:
    for url in json.loads(pathlib.Path(sys.argv[2]).read_text()):
        answer = client.get(url, headers={"If-None-Match": known[url]} if url in known else {})
        known[url] = answer.headers["ETag"]
state.write_text(json.dumps(known))
"""


def _with_urls(trial: Trial) -> list[Command]:
    (trial.folder / "urls.json").write_text(json.dumps(trial.urls), encoding="utf-8")
    return []


def _bare_polled(trial: Trial, again: bool) -> Command:
    return Command((sys.executable, "-c", _BARE, trial.folder / "state.json", trial.folder / "urls.json"), {})


def _job(number: int, url: str) -> str:
    take = "//item/title | //item/guid | //item/description"
    return f"name: Feed {number}\nurl: {url}\nfilter:\n  - xpath:\n      path: {take}\n      method: xml\n"


def _watcher_prepared(trial: Trial) -> list[Command]:
    """urlwatch and webchanges take the same files: a job a feed, and one mail with all that is new."""
    jobs = "---\n".join(_job(number, url) for number, url in enumerate(trial.urls))
    (trial.folder / "jobs.yaml").write_text(jobs, encoding="utf-8")
    (trial.folder / "hooks.py").write_text("", encoding="utf-8")
    (trial.folder / "config.yaml").write_text(
        "report:\n  stdout: {enabled: false}\n  email:\n    enabled: true\n    html: false\n    method: smtp\n"
        f"    from: {SENDER}\n    to: {READER}\n    subject: '{{count}} changes'\n"
        f"    smtp: {{host: 127.0.0.1, port: {trial.smtp_port}, starttls: false, auth: false}}\n",
        encoding="utf-8",
    )
    return []


def _urlwatch_polled(trial: Trial, again: bool) -> Command:
    return _watcher(trial, "urlwatch", "--urls", "--cache")


def _webchanges_polled(trial: Trial, again: bool) -> Command:
    return _watcher(trial, "webchanges", "--jobs", "--database")


def _watcher(trial: Trial, program: str, jobs: str, state: str) -> Command:
    files = ("--config", trial.folder / "config.yaml", "--hooks", trial.folder / "hooks.py")
    words = (trial.programs / program, jobs, trial.folder / "jobs.yaml", *files, state, trial.folder / "state.db")
    return Command(words, {"HOME": str(trial.folder), "PYTHONWARNINGS": "ignore"})


def _rss2email_prepared(trial: Trial) -> list[Command]:
    head = (
        f"[DEFAULT]\nfrom = {SENDER}\nto = {READER}\nforce-from = True\nemail-protocol = smtp\ndigest = True\n"
        f"smtp-server = 127.0.0.1:{trial.smtp_port}\nsmtp-auth = False\nsmtp-ssl = False\n"
    )
    feeds = "".join(f"\n[feed.f{number}]\nurl = {url}\n" for number, url in enumerate(trial.urls))
    (trial.folder / "rss2email.cfg").write_text(head + feeds, encoding="utf-8")
    return []


def _rss2email_polled(trial: Trial, again: bool) -> Command:
    files = ("-c", trial.folder / "rss2email.cfg", "-d", trial.folder / "state.json")
    return Command((trial.programs / "r2e", *files, "run"), {"HOME": str(trial.folder), "PYTHONWARNINGS": "ignore"})


# reader is a library: this is what its own guide tells to write, and a mail of what is new.
_READER = """
import json, pathlib, smtplib, sys
from email.message import EmailMessage
from reader import make_reader
database, urls, port, sender, to = sys.argv[1:]
fresh = not pathlib.Path(database).exists()
with make_reader(database) as reader:
    if fresh:
        for url in json.loads(pathlib.Path(urls).read_text()):
            reader.add_feed(url)
    for _ in reader.update_feeds_iter(workers=8, scheduled=False):
        pass
    new = [entry for entry in reader.get_entries() if "mailed" not in dict(reader.get_tags(entry))]
    if new:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, to, f"{len(new)} new entries"
        mail.set_content("\\n\\n".join(f"{entry.title}\\n{entry.link}\\n{entry.summary}" for entry in new))
        with smtplib.SMTP("127.0.0.1", int(port)) as server:
            server.send_message(mail)
        for entry in new:
            reader.set_tag(entry, "mailed")
"""


def _reader_polled(trial: Trial, again: bool) -> Command:
    files = (trial.folder / "reader.db", trial.folder / "urls.json", str(trial.smtp_port))
    return Command((trial.programs / "python", "-W", "ignore", "-c", _READER, *files, SENDER, READER), {})


CONTENDERS = (
    Contender(OURS, (), prepare_ours, _ours_polled, lambda count: 1, "`claimwatch run`: stored, compared, one edition"),
    Contender(FLOOR, (), _with_urls, _bare_polled, lambda count: 0, "asks and keeps the ETag, nothing else"),
    Contender("urlwatch", ("urlwatch==2.29",), _watcher_prepared, _urlwatch_polled, lambda count: 1, "one mail of all"),
    Contender(
        "reader", ("reader==3.26", "sgmllib3k==1.0.0"), _with_urls, _reader_polled, lambda count: 1,
        "8 threads, and 15 lines that mail what is new",
    ),
    Contender(
        "webchanges", ("webchanges==3.37.0",), _watcher_prepared, _webchanges_polled, lambda count: 1, "one mail of all"
    ),
    Contender(
        "rss2email", ("rss2email==3.14",), _rss2email_prepared, _rss2email_polled, lambda count: count,
        "a mail for each feed, the most that it puts together",
    ),
)  # fmt: skip

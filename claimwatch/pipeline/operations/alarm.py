"""Telling the operator: one mail for each class of trouble when it begins, seldom another, and one when it is over."""

import logging
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from zoneinfo import ZoneInfo

from claimwatch.delivery import open_transport
from claimwatch.errors import ClaimwatchError, DeliveryFailed, SettingsInvalid
from claimwatch.pipeline.problem import QUIET, Problem
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import Settings, placeholders
from claimwatch.store import alarms
from claimwatch.store.alarms import Alarm

_LOG = logging.getLogger("claimwatch.alarm")
_WIRE = SMTP.clone(max_line_length=76)
DAY = timedelta(days=1)
# What comes and goes is told this often in a day, and then no more until the day is over.
MOST_A_DAY = 4
CLASSES = {
    "source": "sources go unread",
    "edition": "an edition is missing",
    "approval": "something waits for you",
    "outbox": "mail does not leave",
    "lease": "work was left lying",
    "scheduler": "the schedule does not run",
    "disk": "the disk is filling up",
    "files": "the state can be read by others",
    "clock": "the clock is wrong",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell: the class it is about, a subject, and a text."""

    kind: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the operator was told now (subjects), and which ways of telling failed."""

    subjects: tuple[str, ...]
    failures: tuple[str, ...]


def raise_alarms(watch: Watch, problems: Sequence[Problem]) -> Told:
    """Tell the operator what has begun and what is over, by mail and by whatever CLAIMWATCH_OPERATOR_NOTIFY names.

    What was told on neither way is not noted as told, and is due at the next call; the failures say so.
    """
    now, subjects, failures = watch.now(), [], []
    by_kind: dict[str, list[Problem]] = {}
    for problem in problems:
        if problem.kind not in QUIET:
            by_kind.setdefault(problem.kind, []).append(problem)
    with watch.store.read() as connection:
        known = alarms.find_alarms(connection)
    for alarm, notice in decide(known, by_kind, now, watch.settings):
        told, why = _tell(watch, notice, now)
        failures += why
        if told:
            subjects.append(notice.subject)
            with watch.store.write() as connection:
                alarms.save_alarm(connection, alarm)
    return Told(tuple(subjects), tuple(dict.fromkeys(failures)))


def decide(
    known: Mapping[str, Alarm], by_kind: Mapping[str, Sequence[Problem]], now: datetime, settings: Settings
) -> list[tuple[Alarm, Notice]]:
    """What is to be told, and what is to be noted once it was: pure. `by_kind` holds what is wrong now."""
    due = []
    for kind, problems in by_kind.items():
        alarm = known.get(kind) or Alarm(kind, False, now, (), ())
        things = tuple(dict.fromkeys(problem.what for problem in problems))
        lately = tuple(at for at in alarm.sent if now - at < DAY)
        if alarm.raised:
            fresh = [thing for thing in things if thing not in alarm.things]
            if not fresh or lately:
                continue  # told already; what joined is told a day after the last mail
            noted = replace(alarm, things=tuple(dict.fromkeys((*alarm.things, *things))), sent=(now,))
            first = f"more: {', '.join(fresh)}"
        else:
            if len(lately) >= MOST_A_DAY:
                continue
            noted = Alarm(kind, True, now, things, (*lately, now))
            first = ", ".join(things)
        last = not alarm.raised and len(noted.sent) == MOST_A_DAY
        due.append((noted, _trouble(kind, first, problems, settings, now, last=last)))
    for kind, alarm in known.items():
        if alarm.raised and kind not in by_kind:
            due.append((replace(alarm, raised=False, things=()), _over(alarm, settings, now)))
    return due


def _trouble(
    kind: str, first: str, problems: Sequence[Problem], settings: Settings, now: datetime, *, last: bool
) -> Notice:
    lines = [f"On {socket.gethostname()}, {_moment(now, settings)}:", ""]
    for problem in problems:
        lines += [f"* {problem.what}: {problem.why}", f"  {problem.do}", ""]
    if last:
        lines += [f"This comes and goes: it is the {MOST_A_DAY}th mail about it in a day, and for a day the last.", ""]
    lines += [
        "You hear of this class of trouble once, again after a day at the earliest if more joins it,",
        "and when it is over. `claimwatch doctor` says how things stand now.",
    ]
    return Notice(kind, _subject(f"{CLASSES.get(kind, kind)}: {first}"), "\n".join(lines) + "\n")


def _over(alarm: Alarm, settings: Settings, now: datetime) -> Notice:
    begun = _moment(alarm.begun_at, settings)
    text = f"On {socket.gethostname()}, {_moment(now, settings)}:\n\nThis is over, since {begun} it concerned:\n"
    things = "".join(f"* {thing}\n" for thing in alarm.things)
    return Notice(alarm.kind, _subject(f"over: {CLASSES.get(alarm.kind, alarm.kind)}"), f"{text}{things}")


def _subject(text: str) -> str:
    shown = "".join(character for character in text if character.isprintable())
    return f"[claimwatch] {shown if len(shown) <= 120 else shown[:119] + '…'}"


def _moment(at: datetime, settings: Settings) -> str:
    return at.astimezone(ZoneInfo(settings.timezone)).strftime("%Y-%m-%d %H:%M %Z")


def _tell(watch: Watch, notice: Notice, now: datetime) -> tuple[bool, list[str]]:
    """Whether the notice was taken on at least one way, and why it was not on the others."""
    taken, failures = False, []
    ways = [_mail] if watch.settings.operator_notify is None else [_mail, _notify]
    for way in ways:
        try:
            way(watch.settings, notice, now)
            taken = True
        except ClaimwatchError as error:
            _LOG.error("the operator could not be told of %s: %s", notice.kind, error)
            failures.append(str(error))
    return taken, failures


def _mail(settings: Settings, notice: Notice, now: datetime) -> None:
    if "CLAIMWATCH_OPERATOR" in placeholders(settings):
        raise SettingsInvalid("CLAIMWATCH_OPERATOR still holds a placeholder: alarms have nowhere to go")
    sender, to = parseaddr(settings.sender)[1], parseaddr(settings.operator)[1]
    domain = sender.rpartition("@")[2]
    message = EmailMessage(policy=_WIRE)
    message["From"] = settings.sender
    message["To"] = settings.operator
    message["Subject"] = notice.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid("alarm", domain)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(notice.text, cte="quoted-printable")
    mime = message.as_bytes()
    if settings.dkim_key is not None and settings.dkim_selector is not None:
        from claimwatch.delivery.signing import load_signer  # most leave it to their mail server

        mime = load_signer(settings.dkim_key.get_secret_value(), settings.dkim_selector, domain).sign(mime, now)
    with open_transport(settings.smtp_url.get_secret_value()) as transport:
        transport.send(sender, to, mime)


def _notify(settings: Settings, notice: Notice, _now: datetime) -> None:
    import apprise  # takes half a second, and is rarely needed

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its lines hold addresses, which are secrets
    assert settings.operator_notify is not None
    service = apprise.Apprise()
    for url in settings.operator_notify.get_secret_value().split():
        if not service.add(url):
            raise SettingsInvalid("CLAIMWATCH_OPERATOR_NOTIFY holds something that is no apprise URL")
    if not service.notify(title=notice.subject, body=notice.text):
        raise DeliveryFailed("CLAIMWATCH_OPERATOR_NOTIFY: a service did not take the alarm")

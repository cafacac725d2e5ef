"""Mail that comes back: each report is read once, tied to the mail that it speaks of, and has the effect it deserves.

A single report never costs a reader their mail, but for a complaint: a bounce counts, too many make the address be
asked, and only when that mail comes back, too, is it given up. What is our fault counts nothing. All can be undone.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from claimwatch.delivery import Harm, Kind, Report, Verdict, open_box, read_report
from claimwatch.errors import ClaimwatchError, UsageError
from claimwatch.pipeline.mailing.probes import ask_address, give_up
from claimwatch.pipeline.problem import Problem
from claimwatch.pipeline.subscribers.subscribe import normal_address
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import Settings
from claimwatch.store import advance_clock, bounces, consents, subscribers, suppressions
from claimwatch.store.bounces import Bounce, Sent
from claimwatch.store.consents import Consent
from claimwatch.store.leases import Claimed

POINTS = {Harm.GONE: 5, Harm.FULL: 1, Harm.OURS: 0}
ENOUGH = 5  # points at which an address is asked
COUNTS_FOR = timedelta(days=30)
BACK_OFF = tuple(timedelta(hours=2 << times) for times in range(6))  # 2, 4 … 64 hours of rest
IN_A_ROW = timedelta(days=14)  # a full mailbox of the week before last begins anew
_HARM_OF = {Verdict.RECIPIENT: Harm.GONE, Verdict.FULL: Harm.FULL}
_LOG = logging.getLogger("claimwatch.bounces")


@dataclass(slots=True)
class ReturnedMail:
    """What a pass over the box of returned mail found. `strangers` speak of no mail of ours, a forged token included;
    `unclear` follow no standard and count nothing; `fault` says why the box, or a mail in it, could not be read."""

    read: int = 0
    bounces: int = 0
    complaints: int = 0
    suppressed: int = 0
    strangers: int = 0
    unclear: int = 0
    again: int = 0
    fault: str | None = None


def read_bounces(watch: Watch) -> ReturnedMail:
    """Handle what waits in `CLAIMWATCH_BOUNCES_BOX`, each report once however often it is read.

    Raises `UsageError` where none is set, `ClaimwatchError` where it cannot be read; what was handled stays handled.
    """
    settings = watch.settings
    if settings.bounces_box is None:
        raise UsageError("CLAIMWATCH_BOUNCES_BOX is not set; it names the Maildir or mbox where returned mail lies")
    box, done = open_box(settings.bounces_box), ReturnedMail()
    kept_as = f"box:{sha256(box.name.encode()).hexdigest()[:32]}"
    with watch.store.write() as connection:
        advance_clock(connection, watch.now())
        position = bounces.read_position(connection, kept_as)
    for returned in box.waiting(position):
        try:
            report = read_report(returned.raw, settings.bounces)
            with watch.store.write() as connection:
                effect = handle(connection, settings, report, watch.now())
                # Of an mbox, what follows a mail that could not be handled is read again with it, and then known.
                if returned.position is not None and done.fault is None:
                    bounces.keep_position(connection, kept_as, returned.position)
        except (ClaimwatchError, OperationalError, InterfaceError):
            raise  # the store is away: that is no matter of this mail
        except Exception as error:
            _LOG.exception("a returned mail could not be handled and was left where it is")
            done.fault = done.fault or f"a returned mail could not be handled and was left where it is: {error!r}"
            continue
        _count(done, report, effect)
        # Committed: a crash from here on leaves a file that is read once more and then known.
        box.put_away(returned)
    return done


def handle(connection: Connection, settings: Settings, report: Report, now: datetime) -> str:
    """Let one report have its effect; returns it as `Bounce.effect` says, or `again` where it had it before."""
    sent = bounces.find_sent(connection, report.message_id, report.token)
    if sent is None and report.kind in (Kind.OTHER, Kind.REPLY):
        return "stranger"  # somebody's mail or spam: not ours to keep
    harm = report.harm
    points = POINTS[harm] if sent is not None and harm is not None else 0
    effect = "none" if sent is not None else "stranger"
    bounce = Bounce(report.key, now, report.kind, harm, report.status, report.text, points, effect)
    if not bounces.save_bounce(connection, bounce, sent):
        return "again"
    if sent is None:
        return effect
    if report.kind is Kind.COMPLAINT:
        effect = _complained(connection, sent, now)
    elif report.kind is Kind.BOUNCE and harm is not None:
        effect = _bounced(connection, settings, sent, harm, report, now)
    bounces.note_effect(connection, report.key, effect)
    return effect


def note_refusal(
    connection: Connection, settings: Settings, claimed: Claimed, verdict: Verdict, text: str, now: datetime
) -> None:
    """What the relay itself said of a reader's address counts as if it had come back later."""
    harm = _HARM_OF.get(verdict)
    sent = bounces.find_sent(connection, claimed.message_id, None) if harm is not None else None
    if harm is None or sent is None:
        return
    key = sha256(f"refusal\n{claimed.message_id}\n{claimed.attempt}".encode()).hexdigest()
    bounce = Bounce(key, now, "refusal", harm, None, text[:300], POINTS[harm])
    if bounces.save_bounce(connection, bounce, sent):
        bounces.note_effect(connection, key, _weigh(connection, settings, sent, now))


def lift(watch: Watch, address: str) -> bool:
    """Write again to an address that mail came back from or that complained; what counted against it is forgotten.

    False where nothing held it back. Raises `UsageError` where something else holds it back, such as an erasure.
    """
    normal, now = normal_address(address), watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        held = suppressions.find_suppression(connection, normal, now)
        if held is not None and held.source not in ("bounce", "complaint"):
            raise UsageError(f"{normal} gets no mail since {held.at:%Y-%m-%d}: {held.reason}. That is not lifted here")
        known = subscribers.find_subscriber(connection, normal)
        if known is not None:
            bounces.forgive(connection, known.id)
        return suppressions.lift(connection, normal, now)


def bounce_problems(connection: Connection, now: datetime) -> list[Problem]:
    """What of the last week's returned mail an operator should look at."""
    counts = bounces.count_bounces(connection, now - timedelta(days=7))
    ours, unclear = counts.get((Kind.BOUNCE, Harm.OURS), 0), counts.get((Kind.UNCLEAR, None), 0)
    complaints = sum(count for (kind, _), count in counts.items() if kind == Kind.COMPLAINT)
    told = (
        (
            ours,
            "mails came back for a reason that is ours",
            "see `claimwatch bounces list`: SPF, DKIM, content or size",
        ),
        (unclear, "mails came back in a form that follows no standard", "read them in CLAIMWATCH_BOUNCES_BOX"),
        (complaints, "readers called our mail spam", "they get none any more; see `claimwatch bounces list`"),
    )
    return [Problem("returned mail", f"{count} {what} within a week", do) for count, what, do in told if count]


def _bounced(connection: Connection, settings: Settings, sent: Sent, harm: Harm, report: Report, now: datetime) -> str:
    if sent.message_id is not None:
        bounces.mark_bounced(connection, sent.message_id, f"came back: {report.text}")
    if harm is Harm.OURS:
        return "none"
    if sent.probe_id is not None:
        gone = give_up(connection, sent.probe_id, sent.recipient, report.text, report.status, now)
        return "suppressed" if gone else "none"
    return _weigh(connection, settings, sent, now)


def _weigh(connection: Connection, settings: Settings, sent: Sent, now: datetime) -> str:
    """Enough has come back: the address is asked. Less: the reader's mail rests for a while, longer each time."""
    if suppressions.is_suppressed(connection, sent.recipient, now):
        return "counted"
    if bounces.points_since(connection, sent.subscriber_id, now - COUNTS_FOR) >= ENOUGH:
        return "probed" if ask_address(connection, settings, sent, now) else "counted"
    until, times = bounces.rest_of(connection, sent.subscriber_id) or (now - IN_A_ROW, 0)
    if until > now:
        return "counted"  # several mails of one day came back: one reason, one rest
    times = times if until > now - IN_A_ROW else 0
    until = now + BACK_OFF[min(times, len(BACK_OFF) - 1)]
    bounces.rest(connection, sent.subscriber_id, until, times + 1, "mail to them came back")
    return "counted"


def _complained(connection: Connection, sent: Sent, now: datetime) -> str:
    """Whoever calls our mail spam gets none from this moment on, whatever else they had asked for."""
    suppressions.suppress(connection, sent.recipient, "called our mail spam", source="complaint", at=now)
    member = subscribers.find_member(connection, sent.subscriber_id)
    series = tuple(one.series for one in member.current) if member is not None else ()
    if series:
        subscribers.set_subscriptions(connection, sent.subscriber_id, (), now, reason="called our mail spam")
        consents.note_consent(connection, sent.subscriber_id, Consent("ended", series, "complaint", now))
    return "suppressed"


def _count(done: ReturnedMail, report: Report, effect: str) -> None:
    done.read += 1
    if effect == "again":
        done.again += 1
        return
    done.strangers += effect == "stranger"
    done.suppressed += effect == "suppressed"
    if effect != "stranger":
        done.bounces += report.kind is Kind.BOUNCE
        done.complaints += report.kind is Kind.COMPLAINT
        done.unclear += report.kind is Kind.UNCLEAR

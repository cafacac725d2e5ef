"""Subscribers come and go: the one way in, whoever vouches for them, and the ways out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from claimwatch.editions import words_for
from claimwatch.errors import UsageError
from claimwatch.models import SERIES, SEVERITIES, Subscriber, Subscription, Topics
from claimwatch.pipeline.telling.build import archived, freeze_rendered
from claimwatch.pipeline.watch import Watch
from claimwatch.store import advance_clock, consents, editions, ledger, subscribers, suppressions
from claimwatch.store.consents import Consent
from claimwatch.store.subscribers import WEEKLY

# Those in which the mail is written; a language of which there are no words yet would come as English.
LANGUAGES = tuple(language for language in ("en", "nb") if words_for(language).language == language)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is to be subscribed, checked by `person`."""

    address: str
    name: str | None
    language: str
    timezone: str
    wanted: tuple[Subscription, ...]
    proof_of_life: bool


def subscribe(
    watch: Watch,
    address: str,
    *,
    name: str | None = None,
    language: str | None = None,
    timezone: str | None = None,
    wanted: Sequence[Subscription] = WEEKLY,
    proof_of_life: bool = True,
    lift: bool = False,
) -> Subscriber:
    """Add an active subscriber whom the operator vouches for; `lift` ends a suppression of the address first.

    Whoever joins is told the last edition once and counts as told of everything before it: no history is mailed.
    Raises `UsageError` for what cannot be, for one who is there already, and for a suppressed address.
    """
    one = person(watch, address, name, language, timezone, wanted, proof_of_life)
    now = watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        held = suppressions.find_suppression(connection, one.address, now)
        if held is not None and not lift:
            raise UsageError(
                f"{one.address} gets no mail since {held.at:%Y-%m-%d}: {held.reason}. "
                "If they ask to be written to again: `claimwatch subscribers add --lift`"
            )
        if held is not None:
            suppressions.lift(connection, one.address, now)
        return join(connection, watch, one, now, [vouched(one, "operator", now)])


def person(
    watch: Watch,
    address: str,
    name: str | None,
    language: str | None,
    timezone: str | None,
    wanted: Sequence[Subscription],
    proof_of_life: bool,
) -> Person:
    """Somebody as they can be subscribed; what is None takes the settings'. Raises `UsageError` naming the fault."""
    normal = normal_address(address)
    if name is not None and not name.isprintable():
        raise UsageError(f"the name of {normal} holds a control character; write it on one line")
    chosen = language or watch.settings.language
    if chosen not in LANGUAGES:
        raise UsageError(f"there is no language {chosen!r} yet; there is {', '.join(LANGUAGES)}")
    zone = timezone or watch.settings.timezone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"{zone!r} is not a time zone; write one such as Europe/Oslo") from error
    if not wanted:
        raise UsageError(f"{normal} would get nothing; name a series: {', '.join(SERIES)}")
    for one in wanted:
        if one.series not in SERIES:
            raise UsageError(f"there is no series {one.series!r}; there are {', '.join(SERIES)}")
        _check_topics(watch, one.topics)
    return Person(normal, (name or "").strip() or None, chosen, zone, tuple(wanted), proof_of_life)


def normal_address(address: str) -> str:
    """An address in its usual form; raises `UsageError` for one that cannot be."""
    from email_validator import EmailNotValidError, validate_email  # brings a resolver along that nobody asks

    try:
        # Not globally_deliverable: an operator may mail within a house whose names the internet does not know.
        return validate_email(
            address, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False
        ).normalized
    except EmailNotValidError as error:
        raise UsageError(f"{address!r} is not an e-mail address: {error}") from error


def _check_topics(watch: Watch, topics: Topics) -> None:
    for company in topics.companies:
        if company not in watch.baseline.companies:
            raise UsageError(f"there is no company {company!r}; there are {', '.join(watch.baseline.companies)}")
    for source in topics.sources:
        watch.source(source)
    if topics.severity is not None and topics.severity not in SEVERITIES:
        raise UsageError(f"there is no severity {topics.severity!r}; there are {', '.join(SEVERITIES)}")


def vouched(one: Person, source: str, now: datetime) -> Consent:
    """The consent event of somebody whom an operator adds."""
    return Consent("vouched", tuple(wish.series for wish in one.wanted), source, now)


def join(connection: Connection, watch: Watch, one: Person, now: datetime, agreed: Sequence[Consent]) -> Subscriber:
    """Subscribe somebody within a transaction, with what proves their consent.

    Who takes the weekly digest gets the last one; all else that their series have told counts as told.
    """
    subscriber = subscribers.add_subscriber(
        connection,
        one.address,
        one.name,
        one.language,
        one.timezone,
        now,
        wanted=one.wanted,
        proof_of_life=one.proof_of_life,
    )
    for consent in agreed:
        consents.note_consent(connection, subscriber.id, consent)
    last = editions.last_edition(connection, "weekly", told=True)
    if last is not None and any(wish.series == "weekly" for wish in one.wanted):
        mail = archived(last)
        message_id = freeze_rendered(connection, watch, mail, last.series, last.period, last.id, subscriber, now)
        ledger.note_told(connection, subscriber.id, editions.told_by(connection, last.id), message_id, now)
    # Only of their own series: what an alert told others this week is still to come in the weekly digest.
    series = [wish.series for wish in one.wanted]
    ledger.note_told(connection, subscriber.id, sorted(editions.ever_told(connection, now, series)), None, now)
    return subscriber


def unsubscribe(watch: Watch, address: str) -> None:
    """Stop mailing an address; what waits for it is cancelled. Raises `UsageError` when it is no subscriber."""
    now = watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        stored = subscribers.remove_subscriber(connection, address, now)
        consents.note_consent(connection, stored.id, Consent("ended", (), "operator", now))


def erase(watch: Watch, address: str, reason: str = "erased at their request") -> bool:
    """Delete all that is kept of an address and let no mail reach it; a keyed hash, the date and `reason` stay.

    False when the address was not known; it is held back all the same. Raises `UsageError` for what is no address.
    """
    normal, now = normal_address(address), watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        stored = subscribers.find_subscriber(connection, normal)
        if stored is not None:
            subscribers.erase_subscriber(connection, stored.id, now)
        waited = consents.forget_signups(connection, normal)
        suppressions.suppress(connection, normal, reason, source="operator", at=now)
    return stored is not None or waited > 0

"""What readers do themselves on the pages: ask, confirm, choose, stop. Each in one transaction, each safe to repeat."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from claimwatch.models import Member, Subscription, Topics
from claimwatch.pipeline.subscribers.subscribe import Person, join
from claimwatch.pipeline.watch import Watch
from claimwatch.store import advance_clock, consents, editions, ledger, subscribers, suppressions
from claimwatch.store.consents import Consent, Signup

VALID = timedelta(hours=48)
PER_ADDRESS, ADDRESS_WITHIN = 3, timedelta(hours=24)
PER_VISITOR, VISITOR_WITHIN = 20, timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader chose on the preferences page. No wish means: stop everything."""

    wanted: tuple[Subscription, ...]
    language: str
    timezone: str
    proof_of_life: bool


def ask(watch: Watch, one: Person, *, visitor: str, text_version: str) -> bool:
    """Keep a request to be subscribed, whose mail `send_signup_mails` sends; False when this visitor asks too often.

    True says nothing of the address: who subscribes already is written that they do, a suppressed address and one that
    was asked for too often get no mail. Nor do the statements to the database, which are the same. `visitor` is the
    address that asks, of which only a keyed hash is kept.
    """
    now, real = watch.now(), time.time()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        consents.tidy(connection, now, real)
        if consents.note_use(connection, f"visitor {visitor}", real, within=VISITOR_WITHIN) > PER_VISITOR:
            return False
        often = consents.note_use(connection, f"address {one.address}", real, within=ADDRESS_WITHIN) > PER_ADDRESS
        held_back = suppressions.is_suppressed(connection, one.address, now)
        known = subscribers.find_subscriber(connection, one.address)
        active = known is not None and known.active
        consents.save_signup(
            connection,
            Signup(
                address=one.address,
                kind="known" if active else "confirm",
                language=one.language,
                timezone=one.timezone,
                series=tuple(wish.series for wish in one.wanted),
                topics=one.wanted[0].topics,
                text_version=text_version,
                at=now,
                expires_at=now + VALID,
                subscriber_id=known.id if known is not None and active and not (often or held_back) else None,
            ),
            void=often or held_back,
        )
    return True


def find_request(watch: Watch, number: int, seconds: int) -> Signup | None:
    """The request that a token to confirm means, unless it has expired. `seconds` is when it was made."""
    with watch.store.read() as connection:
        return _request(connection, watch, number, seconds)


def confirm(watch: Watch, number: int, seconds: int) -> Member | None:
    """Subscribe whoever asked; None when the request has expired or their address may get no mail.

    A second click changes nothing and gives the same answer.
    """
    now = watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        asked = _request(connection, watch, number, seconds)
        if asked is None or suppressions.is_suppressed(connection, asked.address, now):
            return None
        if asked.subscriber_id is not None:
            return subscribers.find_member(connection, asked.subscriber_id)
        agreed = [
            Consent("requested", asked.series, "page", asked.at, asked.text_version),
            Consent("confirmed", asked.series, "page", now, asked.text_version),
        ]
        wanted = _wishes(asked.series, asked.topics)
        known = subscribers.find_subscriber(connection, asked.address)
        if known is not None and known.active:  # two requests, both confirmed: the later click counts
            subscribers.set_subscriptions(connection, known.id, wanted, now, reason="changed on the page")
            for consent in agreed:
                consents.note_consent(connection, known.id, consent)
            id_ = known.id
        else:
            one = Person(asked.address, None, asked.language, asked.timezone, wanted, proof_of_life=True)
            id_ = join(connection, watch, one, now, agreed).id
        consents.confirm_signup(connection, asked.id, id_)
        return subscribers.find_member(connection, id_)


def find_member(watch: Watch, subscriber_id: int) -> Member | None:
    """A subscriber with their choices; None for one who was erased."""
    with watch.store.read() as connection:
        return subscribers.find_member(connection, subscriber_id)


def is_held_back(watch: Watch, address: str) -> bool:
    """Whether an address may get no mail at present, whatever was chosen."""
    with watch.store.read() as connection:
        return suppressions.is_suppressed(connection, address, watch.now())


def choose(watch: Watch, subscriber_id: int, choice: Choice) -> Member | None:
    """Make the choice count from now on; None for a subscriber who was erased. Who had left is taken back."""
    now = watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        if subscribers.find_member(connection, subscriber_id) is None:
            return None
        subscribers.change_subscriber(
            connection,
            subscriber_id,
            language=choice.language,
            timezone=choice.timezone,
            proof_of_life=choice.proof_of_life,
        )
        subscribers.set_subscriptions(connection, subscriber_id, choice.wanted, now, reason="stopped on the page")
        if choice.wanted and subscribers.activate(connection, subscriber_id, now):  # no history for who comes back
            ledger.note_told(connection, subscriber_id, sorted(editions.ever_told(connection, now)), None, now)
        kind = "changed" if choice.wanted else "ended"
        series = tuple(wish.series for wish in choice.wanted)
        consents.note_consent(connection, subscriber_id, Consent(kind, series, "page", now))
        return subscribers.find_member(connection, subscriber_id)


def stop(watch: Watch, subscriber_id: int, series: Sequence[str], *, source: str) -> None:
    """End series of a subscriber; what waits of them is cancelled. Without effect where they have ended or never were.

    `source` is `one-click` (the mail program did it) or `page`.
    """
    now = watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        reason = "unsubscribed in the mail program" if source == "one-click" else "unsubscribed on the page"
        ended = [one for one in series if subscribers.end_subscription(connection, subscriber_id, one, now, reason)]
        if ended:
            consents.note_consent(connection, subscriber_id, Consent("ended", tuple(ended), source, now))


def _request(connection: Connection, watch: Watch, number: int, seconds: int) -> Signup | None:
    asked = consents.find_signup(connection, number, watch.now())
    if asked is None or asked.kind != "confirm" or int(asked.at.timestamp()) != seconds:
        return None
    return asked


def _wishes(series: Sequence[str], topics: Topics) -> tuple[Subscription, ...]:
    return tuple(Subscription(one, topics) for one in series)

"""Subscribers come and go."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from email_validator import EmailNotValidError, validate_email

from claimwatch.errors import UsageError
from claimwatch.models import Rendered, Subscriber
from claimwatch.pipeline.build import freeze_rendered
from claimwatch.pipeline.watch import Watch
from claimwatch.store import advance_clock, editions, ledger, subscribers

LANGUAGES = ("en",)


def subscribe(
    watch: Watch, address: str, *, name: str | None = None, language: str | None = None, timezone: str | None = None
) -> Subscriber:
    """Add an active subscriber whom the operator vouches for.

    Whoever joins is told the last edition once and counts as told of everything before it: no history is mailed.
    Raises `UsageError` for an address, language or time zone that cannot be, and for one who is there already.
    """
    try:
        # Not globally_deliverable: an operator may mail within a house whose names the internet does not know.
        normal = validate_email(
            address, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False
        ).normalized
    except EmailNotValidError as error:
        raise UsageError(f"{address!r} is not an e-mail address: {error}") from error
    chosen_language = language or "en"
    if chosen_language not in LANGUAGES:
        raise UsageError(f"there is no language {chosen_language!r} yet; there is {', '.join(LANGUAGES)}")
    zone = timezone or watch.settings.timezone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(f"{zone!r} is not a time zone; write one such as Europe/Oslo") from error
    now = watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        subscriber = subscribers.add_subscriber(connection, normal, name, chosen_language, zone, now)
        last = editions.last_edition(connection, "weekly")
        if last is not None:
            rendered = Rendered(subject=last.subject, html=last.html, text=last.text)
            message_id = freeze_rendered(
                connection, watch, rendered, last.series, last.period, last.id, subscriber, now
            )
            ledger.note_told(connection, subscriber.id, editions.told_by(connection, last.id), message_id, now)
        ledger.note_told(connection, subscriber.id, sorted(editions.ever_told(connection, now)), None, now)
    return subscriber


def unsubscribe(watch: Watch, address: str) -> None:
    """Stop mailing an address; what waits for it is cancelled. Raises `UsageError` when it is no subscriber."""
    with watch.store.write() as connection:
        advance_clock(connection, watch.now())
        subscribers.remove_subscriber(connection, address.strip(), watch.now())

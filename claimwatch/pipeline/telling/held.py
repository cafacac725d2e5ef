"""Editions that wait for approval while analysts decide about what they tell.

Nothing of them has left, so they follow the decisions: an item that is dismissed or put off is left out, a label is
put right. The archived form changes at once; the messages are composed anew when the edition is approved.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from claimwatch.editions import Period, parse_period
from claimwatch.pipeline.knowledge import with_knowledge
from claimwatch.pipeline.telling.build import compose_own, due_messages, render_mail
from claimwatch.pipeline.telling.draft import draft
from claimwatch.pipeline.watch import Watch
from claimwatch.store import developments, editions, ledger, outbox, reviews
from claimwatch.store.editions import CANCELLED, RECORD, EditionRow

HELD = "held"
REVISED = "revised"


def leave_out(connection: Connection, watch: Watch, ids: Iterable[int], who: str, now: datetime) -> tuple[str, ...]:
    """Bring the editions that wait for approval in line with what was decided about some developments.

    Returns those that read otherwise now, as `series:period`.
    """
    touched, revised = frozenset(ids), []
    for row in editions.list_editions(connection):
        if row.state != HELD or row.series == RECORD:
            continue
        told = {id_ for id_, _ in editions.told_by(connection, row.id)}
        # What had been seen when it was frozen may come back to it, after an undo; what came later may not.
        mine = {id_ for id_ in touched if _first_seen_at(connection, id_) <= row.frozen_at}
        if not mine:
            continue
        watch = with_knowledge(watch)  # as when it was built
        reviews.set_state(connection, row.id, CANCELLED)
        drafted = draft(connection, watch, _period(watch, row), row.frozen_at, only=frozenset(told | mine))
        reviews.set_state(connection, row.id, HELD)
        general = render_mail(watch, drafted.edition)
        if (general.html, general.text) != (row.html, row.text):
            editions.replace_edition(connection, row.id, drafted.edition, general, drafted.told)
            reviews.note_decision(connection, row.id, REVISED, who, None, now)
            revised.append(f"{row.series}:{row.period}")
    return tuple(revised)


def compose_again(connection: Connection, watch: Watch, row: EditionRow, now: datetime) -> None:
    """Compose the held messages of an edition that was revised since it was frozen. Does nothing for any other.

    A reader for whom nothing is left gets no mail: theirs is cancelled.
    """
    if not any(one.what == REVISED for one in reviews.decisions(connection, row.id)):
        return
    watch = with_knowledge(watch)
    held = [letter for letter in reviews.letters(connection, row.id) if letter.state == HELD]
    # For the draft they count as never told, as they did when the edition was frozen.
    reviews.set_state(connection, row.id, CANCELLED)
    reviews.move_messages(connection, row.id, (HELD,), "cancelled", "nothing of it is left to tell")
    told = frozenset(id_ for id_, _ in editions.told_by(connection, row.id))
    drafted = draft(connection, watch, _period(watch, row), row.frozen_at, only=told)
    due = {one[0].subscriber.id: one for one in due_messages(connection, watch, drafted, row.series, now)}
    for letter in held:
        if letter.subscriber_id not in due or due[letter.subscriber_id][1].over_limit:
            ledger.release(connection, letter.id, ())
            continue
        reader, mine = due[letter.subscriber_id]
        _, _, mime = compose_own(watch, reader, mine, row.frozen_at)
        outbox.replace_message(connection, letter.id, mime)
        reviews.move_messages(connection, row.id, ("cancelled",), HELD, "waits for approval", of_message=letter.id)
        ledger.release(connection, letter.id, mine.fresh)
        ledger.note_told(connection, letter.subscriber_id, mine.fresh, letter.id, now)
    reviews.set_state(connection, row.id, HELD)


def _period(watch: Watch, row: EditionRow) -> Period:
    return parse_period(row.period, watch.settings.timezone)


def _first_seen_at(connection: Connection, development_id: int) -> datetime:
    return developments.find_development(connection, development_id).development.first_seen_at

"""Subscribers, the states of a message, attempts, the ledger."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from claimwatch.errors import UsageError
from claimwatch.store import Store, developments, editions, leases, ledger, outbox, subscribers
from claimwatch.store.leases import Claimed, Settlement
from claimwatch.store.tables import attempts, messages
from tests.store.samples import HOUR, NOW, add_edition, add_message, add_reader, development

LEASE_S, WAIT_S = 900.0, 60.0


def claim(connection: Connection, *, owner: str = "one", real: float = 1000.0) -> Claimed | None:
    outbox.note_cut_off(connection, real, lambda _owner: False, lambda _series: WAIT_S)
    due = leases.find_due(connection, NOW, real, 1)
    return next(iter(leases.lease_messages(connection, due, owner, NOW, real, LEASE_S)), None)


def settle(
    connection: Connection, claimed: Claimed, state: str, *, owner: str = "one", again: float | None = None
) -> bool:
    """Whether it took effect."""
    how = Settlement(state, "what was said", again)
    leases.settle_messages(connection, [(claimed, how)], owner, NOW)
    now = connection.execute(select(messages.c.state).where(messages.c.id == claimed.id)).scalar_one()
    return bool(now == state)


@pytest.fixture
def ready(store: Store) -> int:
    """One message, ready."""
    with store.write() as connection:
        message = add_message(connection, add_edition(connection, []), add_reader(connection))
    assert message is not None
    return message


def test_an_edition_of_a_period_is_frozen_once(store: Store) -> None:
    with store.write() as connection:
        add_edition(connection, [])
    with pytest.raises(IntegrityError, match=r"(?i)unique"), store.write() as connection:
        add_edition(connection, [])


def test_the_last_edition_is_the_one_that_ends_last(store: Store) -> None:
    with store.write() as connection:
        add_edition(connection, [], period="2026-W47", at=NOW + timedelta(days=7))
        add_edition(connection, [], period="2026-W46")
        last = editions.last_edition(connection, "weekly")
        assert last is not None
        assert last.period == "2026-W47"
        assert editions.find_edition(connection, "weekly", "2026-W45") is None


def test_a_subscriber_has_one_message_of_an_edition(store: Store, ready: int) -> None:
    with store.write() as connection:
        (reader,) = subscribers.list_subscribers(connection)
        last = editions.last_edition(connection, "weekly")
        assert last is not None
        assert add_message(connection, last.id, reader) is None
        assert outbox.count_messages(connection) == {"ready": 1}


def test_a_message_is_claimed_by_one_and_accepted_once(store: Store, ready: int) -> None:
    with store.write() as connection:
        claimed = claim(connection)
        assert claimed is not None
        assert (claimed.id, claimed.recipient, claimed.attempt) == (ready, "reader@example.org", 1)
        assert not claimed.doubtful
        assert claim(connection, owner="two") is None
        assert settle(connection, claimed, "accepted")
        assert outbox.count_messages(connection) == {"accepted": 1}
        assert claim(connection, real=1e9) is None


def test_an_attempt_is_on_record_before_it_is_known_how_it_ends(store: Store, ready: int) -> None:
    with store.write() as connection:
        claim(connection)
    with store.read() as connection:
        (attempt,) = connection.execute(select(attempts)).all()
    assert (attempt.message_id, attempt.number, attempt.started_at, attempt.result) == (ready, 1, NOW, None)


def test_a_message_cut_off_in_mid_attempt_is_claimed_again_as_doubtful(store: Store, ready: int) -> None:
    with store.write() as connection:
        first = claim(connection, real=1000.0)
        assert first is not None
        assert claim(connection, owner="two", real=1000.0 + LEASE_S) is None
        assert claim(connection, owner="two", real=1001.0 + LEASE_S) is None
        assert outbox.count_messages(connection) == {"in_doubt": 1}
        second = claim(connection, owner="two", real=1001.0 + LEASE_S + WAIT_S)
        assert second is not None
        assert (second.id, second.attempt, second.doubtful) == (ready, 2, True)
        # The first one was only slow. It may not settle what is no longer its own, but what it saw is kept.
        assert not settle(connection, first, "accepted")
        assert outbox.count_messages(connection) == {"sending": 1}
        assert settle(connection, second, "accepted", owner="two")
        results = connection.execute(select(attempts.c.number, attempts.c.result).order_by(attempts.c.number)).all()
        assert [tuple(row) for row in results] == [(1, "accepted"), (2, "accepted")]


def test_a_deferred_message_waits_for_its_time(store: Store, ready: int) -> None:
    with store.write() as connection:
        claimed = claim(connection)
        assert claimed is not None
        settle(connection, claimed, "deferred", again=2000.0)
        assert claim(connection, real=1999.0) is None
        again = claim(connection, real=2000.0)
        assert again is not None
        assert (again.attempt, again.doubtful) == (2, False)


def test_several_are_leased_and_settled_together_each_with_its_own_end(store: Store) -> None:
    with store.write() as connection:
        edition = add_edition(connection, [])
        ids = [add_message(connection, edition, add_reader(connection, f"{n}@example.org")) for n in range(4)]
        assert leases.is_plain(connection, NOW, 1000.0, 1.0)
        due = leases.find_due(connection, NOW, 1000.0, 3, plain=True)
        assert due == ids[:3]
        first, second, third = leases.lease_messages(connection, due, "one", NOW, 1000.0, LEASE_S)
        assert [first.id, second.id, third.id] == due
        ends = [(first, Settlement("accepted", "250")), (second, Settlement("deferred", "450", 1001.0))]
        leases.settle_messages(connection, ends, "one", NOW)
        assert outbox.count_messages(connection) == {"accepted": 1, "deferred": 1, "ready": 1, "sending": 1}
        # What is to be tried again within the time goes before what was never tried.
        assert not leases.is_plain(connection, NOW, 1000.0, 1.0)
        assert leases.is_plain(connection, NOW, 1000.0, 0.5)
        assert leases.find_due(connection, NOW, 1001.0, 3) == [ids[1], ids[3]]


def test_a_refused_message_is_not_tried_again(store: Store, ready: int) -> None:
    with store.write() as connection:
        claimed = claim(connection)
        assert claimed is not None
        settle(connection, claimed, "refused")
        assert claim(connection, real=1e9) is None


def test_a_message_that_is_too_old_is_given_up(store: Store, ready: int) -> None:
    late = NOW + timedelta(days=15)
    with store.write() as connection:
        assert outbox.expire_messages(connection, NOW) == 0
        assert leases.find_due(connection, late, 1000.0, 1) == []
        assert outbox.expire_messages(connection, late) == 1
        assert outbox.count_messages(connection) == {"expired": 1}


def test_a_message_cut_off_in_mid_attempt_is_given_up_too_but_not_while_it_is_being_sent(
    store: Store, ready: int
) -> None:
    late = NOW + timedelta(days=15)
    with store.write() as connection:
        claim(connection, real=1000.0)
        assert outbox.expire_messages(connection, late) == 0
        claim(connection, real=1001.0 + LEASE_S)
        assert outbox.expire_messages(connection, late) == 1
        assert outbox.count_messages(connection) == {"expired": 1}


def test_who_leaves_gets_nothing_that_still_waits(store: Store, ready: int) -> None:
    with store.write() as connection:
        subscribers.remove_subscriber(connection, "reader@example.org", NOW)
        assert claim(connection) is None
        assert outbox.count_messages(connection) == {"cancelled": 1}
        assert subscribers.list_subscribers(connection, active_only=True) == []
        with pytest.raises(UsageError, match="not an active subscriber"):
            subscribers.remove_subscriber(connection, "reader@example.org", NOW)


@pytest.mark.parametrize("state", ["deferred", "in_doubt"])
def test_who_leaves_is_not_tried_again(store: Store, ready: int, state: str) -> None:
    with store.write() as connection:
        claimed = claim(connection)
        assert claimed is not None
        settle(connection, claimed, state, again=2000.0)
        subscribers.remove_subscriber(connection, "reader@example.org", NOW)
        assert claim(connection, real=1e9) is None
        assert outbox.count_messages(connection) == {"cancelled": 1}


def test_who_leaves_while_an_attempt_is_cut_off_is_not_tried_again(store: Store, ready: int) -> None:
    with store.write() as connection:
        claim(connection)
        subscribers.remove_subscriber(connection, "reader@example.org", NOW)
        assert claim(connection, real=1e9) is None
        assert claim(connection, real=2e9) is None
        assert outbox.expire_messages(connection, NOW + timedelta(days=15)) == 1


def test_a_message_in_doubt_waits_for_its_time_and_is_owned_up_to(store: Store, ready: int) -> None:
    with store.write() as connection:
        claimed = claim(connection)
        assert claimed is not None
        settle(connection, claimed, "in_doubt", again=2000.0)
        assert claim(connection, real=1999.0) is None
        again = claim(connection, real=2000.0)
        assert again is not None
        assert again.doubtful
        settle(connection, again, "in_doubt", again=3000.0)
        assert outbox.expire_messages(connection, NOW + timedelta(days=15)) == 1


def test_who_comes_back_is_the_same_subscriber(store: Store) -> None:
    with store.write() as connection:
        reader = add_reader(connection)
        with pytest.raises(UsageError, match="is a subscriber already"):
            add_reader(connection)
        subscribers.remove_subscriber(connection, reader.address, NOW)
        back = subscribers.add_subscriber(connection, reader.address, "Anna", "en", "Europe/Oslo", NOW + HOUR)
        assert back.id == reader.id
        assert subscribers.list_subscribers(connection) == [back]


def test_the_ledger_keeps_each_state_once_for_each_subscriber(store: Store, ready: int) -> None:
    with store.write() as connection:
        (reader,) = subscribers.list_subscribers(connection)
        other = add_reader(connection, "other@example.org")
        id_ = developments.save_development(connection, development())
        ledger.note_told(connection, reader.id, [(id_, 1)], ready, NOW)
        ledger.note_told(connection, reader.id, [(id_, 1), (id_, 2)], None, NOW + HOUR)
        assert ledger.told(connection, reader.id) == {(id_, 1), (id_, 2)}
        assert ledger.told(connection, other.id) == set()

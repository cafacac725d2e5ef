"""Pauses, the token bucket, the daily brake and the circuit breaker of a relay."""

from sqlalchemy import Connection, insert

from claimwatch.store import Store, relays
from claimwatch.store.relays import Pause
from claimwatch.store.tables import attempts
from tests.store.samples import NOW, add_edition, add_message, add_reader

RELAY = "mail.example:587"
DAY = 86400.0


def admit(connection: Connection, real: float, **limits: float | int | None) -> Pause | float | None:
    rate, daily = limits.get("rate"), limits.get("daily")
    return relays.admit(connection, RELAY, real, rate=rate, daily=None if daily is None else int(daily))


def test_without_limits_everything_is_let_through(store: Store) -> None:
    with store.write() as connection:
        assert [admit(connection, 1000.0) for _ in range(100)] == [None] * 100
        assert relays.pauses(connection, 1000.0) == []


def test_the_bucket_holds_one_second_and_fills_again(store: Store) -> None:
    with store.write() as connection:
        assert [admit(connection, 1000.0, rate=2) for _ in range(3)] == [None, None, 0.5]
    with store.write() as connection:  # another process, later
        assert admit(connection, 1000.4, rate=2) is not None
        assert admit(connection, 1000.6, rate=2) is None
        assert admit(connection, 2000.0, rate=2) is None


def test_the_daily_brake_holds_until_midnight(store: Store) -> None:
    with store.write() as connection:
        assert [admit(connection, 10 * DAY + 5, daily=2) for _ in range(2)] == [None, None]
        pause = admit(connection, 10 * DAY + 6, daily=2)
        assert isinstance(pause, Pause)
        assert (pause.kind, pause.until) == ("daily", 11 * DAY)
        assert "CLAIMWATCH_MAIL_DAILY" in pause.reason
        assert admit(connection, 11 * DAY + 1, daily=2) is None


def test_a_relay_that_is_away_rests_longer_each_time_and_success_ends_it(store: Store) -> None:
    with store.write() as connection:
        admit(connection, 0.0)
        rests, at = [], 0.0
        for _ in range(4):
            pause = relays.note_failure(connection, RELAY, "away", at)
            assert relays.note_failure(connection, RELAY, "away too", at) == pause  # all connections fail as one
            rests.append(pause.until - at)
            at = pause.until + 1
        assert rests == [2.0, 15.0, 60.0, 300.0]
        relays.note_success(connection, RELAY)
        assert relays.note_failure(connection, RELAY, "away", at).until == at + 2.0


def test_a_pause_is_lifted_by_time_or_by_hand(store: Store) -> None:
    with store.write() as connection:
        admit(connection, 0.0)
        relays.note_ours(connection, RELAY, "refuses our login", 0.0)
        assert isinstance(admit(connection, 100.0), Pause)
        assert admit(connection, relays.OURS_S + 1) is None
        relays.note_ours(connection, RELAY, "refuses our login", 5000.0)
        assert [p.kind for p in relays.pauses(connection, 5001.0)] == ["ours"]
        assert relays.resume(connection) == 1
        assert relays.pauses(connection, 5001.0) == []
        assert admit(connection, 5002.0) is None


def test_too_many_refusals_stop_everything_until_somebody_has_looked(store: Store) -> None:
    with store.write() as connection:
        message = add_message(connection, add_edition(connection, []), add_reader(connection))

        def attempt(number: int, result: str) -> None:
            values = {"message_id": message, "number": number, "started_at": NOW, "result": result}
            connection.execute(insert(attempts).values(**values))

        for number in range(10):
            attempt(number, "refused")
        assert relays.judge_refusals(connection, RELAY, 0.0) is None  # 5 % of 200 exactly
        attempt(10, "refused")
        pause = relays.judge_refusals(connection, RELAY, 0.0)
        assert pause is not None
        assert pause.kind == "refusals"
        relays.resume(connection)
        attempt(11, "refused")
        assert relays.judge_refusals(connection, RELAY, 0.0) is None  # judged anew

"""Leases, the state of a source, reports of reads, validators."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from claimwatch.models import Origin, ReadStatus
from claimwatch.store import Store, reads
from tests.store.samples import HOUR, NOW, add_capture, read

UNTIL = NOW + HOUR


def test_one_reader_at_a_time(store: Store) -> None:
    with store.write() as connection:
        assert reads.take_lease(connection, "uhrp", "one", NOW, UNTIL)
        assert not reads.take_lease(connection, "uhrp", "two", NOW, UNTIL)
        assert reads.take_lease(connection, "entity_list", "two", NOW, UNTIL)
        assert not reads.end_lease(connection, "uhrp", "two")
        assert reads.end_lease(connection, "uhrp", "one")


def test_a_lease_that_has_run_out_is_taken_over(store: Store) -> None:
    with store.write() as connection:
        reads.take_lease(connection, "uhrp", "one", NOW, UNTIL)
        assert reads.take_lease(connection, "uhrp", "two", UNTIL + timedelta(seconds=1), UNTIL + HOUR)
        assert not reads.end_lease(connection, "uhrp", "one")  # the slow one wakes up
        assert reads.end_lease(connection, "uhrp", "two")


def test_a_lease_given_back_is_free(store: Store) -> None:
    with store.write() as connection:
        reads.take_lease(connection, "uhrp", "one", NOW, UNTIL)
        assert reads.end_lease(connection, "uhrp", "one")
        assert reads.take_lease(connection, "uhrp", "two", NOW, UNTIL)


def test_a_lease_of_whoever_died_is_taken_over(store: Store) -> None:
    with store.write() as connection:
        reads.take_lease(connection, "uhrp", "dead", NOW, UNTIL)
        assert not reads.take_lease(connection, "uhrp", "two", NOW, UNTIL, lambda owner: owner == "another")
        assert reads.take_lease(connection, "uhrp", "two", NOW, UNTIL, lambda owner: owner == "dead")
        assert not reads.end_lease(connection, "uhrp", "dead")


def test_a_source_never_read_has_an_empty_state(store: Store) -> None:
    with store.read() as connection:
        state = reads.source_state(connection, "uhrp")
    assert (state.last_read_at, state.last_good_at, state.next_due_at, state.failures) == (None, None, None, 0)


@pytest.mark.parametrize("bad", [ReadStatus.BAD, ReadStatus.FAILED, ReadStatus.HELD])
def test_a_bad_read_moves_only_what_says_so(store: Store, bad: ReadStatus) -> None:
    with store.write() as connection:
        reads.take_lease(connection, "uhrp", "one", NOW, UNTIL)
        reads.note_read(connection, read(), NOW + HOUR, [("list", 10), ("news", 3)])
        reads.note_read(connection, read(bad, at=NOW + HOUR), NOW + 2 * HOUR)
        reads.note_read(connection, read(bad, at=NOW + 2 * HOUR), NOW + 3 * HOUR)
        state = reads.source_state(connection, "uhrp")
        assert (state.last_good_at, dict(state.held)) == (NOW, {"list": 10, "news": 3})
        assert (state.last_read_at, state.next_due_at) == (NOW + 2 * HOUR, NOW + 3 * HOUR)
        assert state.failures == 2
        reads.note_read(connection, read(ReadStatus.PARTIAL, at=NOW + 3 * HOUR), NOW + 4 * HOUR, [("news", 4)])
        state = reads.source_state(connection, "uhrp")
        assert (state.failures, dict(state.held)) == (0, {"list": 10, "news": 4})


def test_a_report_comes_back_as_it_was(store: Store) -> None:
    with store.write() as connection:
        reads.record_read(connection, read(ReadStatus.BAD), "parsers.uhrp:1")
        assert reads.reads_between(connection, "uhrp", None, NOW) == [read(ReadStatus.BAD)]


def test_reads_between_leaves_out_the_beginning_and_keeps_the_end(store: Store) -> None:
    times = [NOW, NOW + HOUR, NOW + 2 * HOUR]
    with store.write() as connection:
        for at in times:
            reads.record_read(connection, read(at=at), "parsers.uhrp:1")
        reads.record_read(connection, read(at=times[1], source="entity_list"), "parsers.entity_list:1")
        found = reads.reads_between(connection, "uhrp", times[0], times[1])
    assert [r.started_at for r in found] == [times[1]]


def test_only_good_and_partial_reads_count_as_good(store: Store) -> None:
    with store.write() as connection:
        for status in ReadStatus:
            reads.record_read(connection, read(status), "parsers.uhrp:1")
        assert reads.good_reads(connection, "uhrp") == 2


def test_the_first_and_the_last_pollings_are_found_whatever_else_was_read(store: Store) -> None:
    history = replace(read(at=NOW - HOUR), purpose=Origin.BACKFILL)
    reports = [read(ReadStatus.FAILED), read(at=NOW + HOUR), read(ReadStatus.PARTIAL, at=NOW + 2 * HOUR)]
    held = read(ReadStatus.HELD, at=NOW + 3 * HOUR)
    with store.write() as connection:
        assert (reads.last_read(connection, "uhrp"), reads.last_good(connection, "uhrp")) == (None, None)
        for number, report in enumerate([history, *reports, held]):
            reads.record_read(connection, report, f"p:{number}")
        assert reads.earliest_good(connection, "uhrp") == reports[1:]
        assert reads.earliest_good(connection, "uhrp", limit=1) == reports[1:2]
        assert reads.last_read(connection, "uhrp") == held
        assert reads.last_good(connection, "uhrp") == (reports[-1], "p:3"), "what was held has changed nothing"


def test_validators_belong_to_a_version_of_a_parser(store: Store) -> None:
    url = "https://uhrp.org/one/"
    with store.write() as connection:
        capture = add_capture(connection, sha256="b" * 64)
        reads.set_validator(connection, url, "parsers.uhrp:1", '"tag"', None, capture)
        found = reads.validator(connection, url, "parsers.uhrp:1")
        assert found is not None
        assert (found.etag, found.capture_id, found.sha256) == ('"tag"', capture, "b" * 64)
        assert reads.validator(connection, url, "parsers.uhrp:2") is None
        reads.set_validator(connection, url, "parsers.uhrp:1", None, None, capture)
        assert reads.validator(connection, url, "parsers.uhrp:1") is None


def test_the_last_page_is_the_one_that_was_not_modified(store: Store) -> None:
    first, second = "https://uhrp.org/of-monday/", "https://uhrp.org/of-tuesday/"
    with store.write() as connection:
        add_capture(connection, sha256="a" * 64, url=first)
        add_capture(connection, sha256="b" * 64, url=second, at=NOW + HOUR)
        assert last_page(connection) == "b" * 64
        add_capture(connection, sha256=None, url=first, at=NOW + 2 * HOUR)
        assert last_page(connection) == "a" * 64, "an older address again: the store stands as that page said"


def last_page(connection: Connection) -> str | None:
    kept = reads.last_page(connection, "uhrp", "page", "parsers.uhrp:1")
    return None if kept is None else kept.sha256

"""Which findings concern which claim: kept with the findings, made for those that were there before, counted fast."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select, text

from claimwatch.models import Origin, Outcome
from claimwatch.store import MIGRATIONS, Store, documents, finding_changes, finding_claims
from claimwatch.store.finding_claims import Tally
from claimwatch.store.tables import finding_claims as links
from tests.e2e.test_postgresql import postgresql  # noqa: F401
from tests.store.samples import NOW, add_capture, finding, publication


def add_page(store: Store, key: str = "one", published_on: date | None = date(2026, 11, 2)) -> int:
    with store.write() as connection:
        capture = add_capture(connection)
        saved = documents.save_publication(
            connection,
            publication(key=key, published_on=published_on),
            None,
            link_version=None,
            capture_id=capture,
            parser="p:1",
            seen_at=NOW,
        )
    assert saved is not None
    return saved


def add(store: Store, page: int, **changes: object) -> int:
    with store.write() as connection:
        return finding_changes.save_finding(
            connection,
            finding(**changes),
            publication_revision_id=page,
            entry_revision_id=None,
            development_id=None,
            baseline_version="b",
            seen_at=NOW,
        )


def stored(store: Store) -> list[tuple[str, int, int]]:
    with store.read() as connection:
        columns = (links.c.claim_id, links.c.finding_id, links.c.position)
        return [(claim, id_, at) for claim, id_, at in connection.execute(select(*columns).order_by(*columns))]


def test_a_finding_is_linked_to_its_claims_best_first(store: Store) -> None:
    id_ = add(store, add_page(store), claims=("A25", "A03", "A25"))
    assert stored(store) == [("A03", id_, 1), ("A25", id_, 0)]
    with store.read() as connection:
        assert finding_claims.tallies(connection) == [Tally("A25", Outcome.UPDATE, date(2026, 11, 1), 1, id_)]
        (about,) = finding_claims.findings_about(connection, "A03", limit=10)
        assert (about.finding_id, about.position, about.outcome, about.entry_id) == (id_, 1, Outcome.UPDATE, None)
        assert finding_claims.count_about(connection, "A03") == 1


def test_what_does_not_count_has_no_links(store: Store) -> None:
    page = add_page(store)
    add(store, page, method="fuzzy", fingerprint="1" * 64)
    add(store, page, claims=(), fingerprint="2" * 64)
    id_ = add(store, page, fingerprint="3" * 64)
    assert stored(store) == [("A25", id_, 0)]
    with store.write() as connection:
        finding_changes.withdraw_finding(connection, id_)
    assert stored(store) == []


def test_a_finding_that_is_read_otherwise_is_linked_otherwise(store: Store) -> None:
    page = add_page(store)
    id_ = add(store, page)
    with store.write() as connection:
        finding_changes.withdraw_finding(connection, id_)
        finding_changes.revise_finding(
            connection,
            id_,
            finding(claims=("B21",), outcome=Outcome.RESTATEMENT),
            publication_revision_id=page,
            entry_revision_id=None,
            development_id=None,
            baseline_version="c",
            origin=Origin.REPLAY,
        )
    assert stored(store) == [("B21", id_, 0)]


def test_without_a_date_the_month_is_that_in_which_it_was_seen(store: Store) -> None:
    add(store, add_page(store, published_on=None))
    with store.read() as connection:
        (tally,) = finding_claims.tallies(connection)
    assert tally.told_in == NOW.date().replace(day=1)


def test_restatements_are_counted_by_publication(store: Store) -> None:
    for key in ("one", "two"):
        page = add_page(store, key)
        for entity in ("hikvision", "dahua"):
            add(store, page, entity=entity, outcome=Outcome.RESTATEMENT)
    with store.read() as connection:
        assert finding_claims.corroborations(connection) == {"A25": 2}
        assert finding_claims.corroborations(connection, "A03") == {}
        assert sum(tally.count for tally in finding_claims.tallies(connection, "A25")) == 4


def test_the_board_is_counted_from_its_index_alone(store: Store) -> None:
    query = (
        "EXPLAIN QUERY PLAN SELECT claim_id, outcome, told_in, count(*), max(finding_id) FROM finding_claims "
        "WHERE position = 0 GROUP BY claim_id, outcome, told_in ORDER BY claim_id, outcome, told_in"
    )
    with store.read() as connection:
        plan = " ".join(row[3] for row in connection.execute(text(query)))
    assert "COVERING INDEX ix_finding_claims_board" in plan
    assert "TEMP B-TREE" not in plan


def test_findings_of_before_are_linked_when_the_store_is_opened(tmp_path: Path) -> None:
    links_what_was_there_before(f"sqlite:///{tmp_path}/claimwatch.db")


@pytest.mark.slow
def test_findings_of_before_are_linked_on_postgresql(postgresql: str) -> None:  # noqa: F811
    links_what_was_there_before(postgresql)


def links_what_was_there_before(url: str) -> None:
    """A store that goes back to the former schema and is opened again has the links that it had."""
    store = Store(url)
    page = add_page(store, published_on=date(2021, 3, 9))
    add(store, page, claims=("A25", "A03", "A25"), fingerprint="1" * 64)
    add(store, page, claims=("A25",), fingerprint="2" * 64, method="fuzzy")
    gone = add(store, page, claims=("A25",), fingerprint="3" * 64)
    with store.write() as connection:
        finding_changes.withdraw_finding(connection, gone)
    before = everything(store)
    assert [(row[0], row[4]) for row in before] == [("A03", date(2021, 3, 1)), ("A25", date(2021, 3, 1))]
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0013")
    store.close()
    again = Store(url)
    assert everything(again) == before
    again.close()


def everything(store: Store) -> list[tuple[object, ...]]:
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(select(links).order_by(links.c.claim_id))]


def test_a_month_goes_to_the_next_one(store: Store) -> None:
    for number in range(3):
        page = add_page(store, str(number), date(2026, 9, 30) + timedelta(days=number))
        add(store, page)
    with store.read() as connection:
        months = [(tally.told_in, tally.count) for tally in finding_claims.tallies(connection)]
        newest = [one.finding_id for one in finding_claims.findings_about(connection, "A25", limit=2, offset=0)]
    assert months == [(date(2026, 9, 1), 1), (date(2026, 10, 1), 2)]
    assert newest == [3, 2]

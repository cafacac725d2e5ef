"""Publications and entries with their revisions."""

from datetime import date

import pytest
from sqlalchemy import Connection

from claimwatch.models import Entry, Field, Publication
from claimwatch.store import Store, digests, documents
from tests.store.samples import NOW, add_capture, entry, publication


def save(connection: Connection, what: Publication, *, version: str | None = None) -> int | None:
    stored = documents.known_publications(connection, what.source).get(what.key)
    return documents.save_publication(
        connection, what, stored, link_version=version, capture_id=add_capture(connection), parser="p:1", seen_at=NOW
    )


def save_row(connection: Connection, what: Entry) -> int | None:
    stored = documents.known_entries(connection, what.source).get((what.list_name, what.key))
    return documents.save_entry(connection, what, stored, capture_id=add_capture(connection), parser="p:1", seen_at=NOW)


def test_a_publication_gets_a_revision_only_when_it_says_something_else(store: Store) -> None:
    with store.write() as connection:
        first = save(connection, publication())
        assert first is not None
        assert save(connection, publication()) is None
        assert save(connection, publication(url="https://uhrp.org/moved/")) is None
        second = save(connection, publication("Another sentence."))
        third = save(connection, publication())
        assert len({first, second, third, None}) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Two"},
        {"text": "x"},
        {"published_on": date(2026, 11, 3)},
        {"effective_on": date(2026, 11, 3)},
        {"citation": "84 FR 1"},
        {"language": "nn"},
    ],
)
def test_what_a_publication_says_is_in_its_digest(change: dict[str, object]) -> None:
    changed = publication(**change)  # type: ignore[arg-type]
    assert digests.publication_digest(changed) != digests.publication_digest(publication())


def test_parts_of_a_digest_do_not_run_into_each_other() -> None:
    one, two = entry(fields=(Field("a", "bc"),)), entry(fields=(Field("ab", "c"),))
    assert digests.entry_digest(one) != digests.entry_digest(two)


def test_a_link_version_is_kept_even_when_the_page_says_the_same(store: Store) -> None:
    with store.write() as connection:
        save(connection, publication(), version="1:a")
        save(connection, publication(), version="1:b")
        assert documents.known_publications(connection, "uhrp")[publication().key].link_version == "1:b"


def test_an_entry_comes_back_as_its_newest_revision(store: Store) -> None:
    newer = entry("84 FR 54004; 90 FR 1")
    with store.write() as connection:
        assert save_row(connection, entry()) is not None
        assert save_row(connection, entry()) is None
        assert save_row(connection, newer) is not None
        stored = documents.known_entries(connection, "entity_list")["supplement-4", "china/hikvision"]
        assert documents.latest_entry(connection, stored.id) == newer


def test_an_entry_that_is_gone_is_known_as_gone_until_it_comes_back(store: Store) -> None:
    at = ("supplement-4", "china/hikvision")
    with store.write() as connection:
        save_row(connection, entry())
        stored = documents.known_entries(connection, "entity_list")[at]
        documents.mark_gone(connection, [stored.id], NOW)
        assert documents.known_entries(connection, "entity_list")[at].gone
        save_row(connection, entry())
        assert not documents.known_entries(connection, "entity_list")[at].gone


def test_the_newest_date_is_over_publications_and_entries(store: Store) -> None:
    with store.write() as connection:
        assert documents.newest_published_on(connection, "uhrp") is None
        save(connection, publication())
        save_row(connection, entry(source="uhrp", published_on=date(2026, 11, 9)))
        assert documents.newest_published_on(connection, "uhrp") == date(2026, 11, 9)

"""What is no longer there, and which pages are to be looked at again."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, update

from claimwatch.models import Gone, Mention, Origin, Publication
from claimwatch.store import Store, developments, documents, finding_changes, finding_rows, gone, reads, tables
from claimwatch.store.reads import CaptureRow
from tests.store.samples import HOUR, NOW, add_capture, development, entry, finding, publication, read
from tests.store.test_documents import save_row

DAY = timedelta(days=1)
URL = "https://uhrp.org/one/"
EARLIER = NOW - 400 * DAY


def save(
    connection: Connection, what: Publication, *, at: datetime = NOW, parser: str = "p:1", capture: int | None = None
) -> int | None:
    stored = documents.known_publications(connection, what.source).get(what.key)
    capture_id = add_capture(connection) if capture is None else capture
    return documents.save_publication(
        connection, what, stored, link_version="1:a", capture_id=capture_id, parser=parser, seen_at=at
    )


def tell(connection: Connection, revision: int | None, *, quote: str | None = None, **options: object) -> None:
    said = finding() if quote is None else finding(quote=quote, end=len(quote))
    finding_changes.save_finding(
        connection,
        said,
        publication_revision_id=revision,
        entry_revision_id=None,
        development_id=developments.save_development(connection, development()),
        baseline_version="0" * 64,
        seen_at=NOW,
        **options,  # type: ignore[arg-type]
    )


def to_look_at(connection: Connection, *, unseen: datetime = NOW + DAY, first: datetime = EARLIER) -> list[str]:
    pages = gone.told_pages(connection, "uhrp", unseen_since=unseen, first_seen_since=first)
    return [page.key for page in pages]


def test_gone_rows_are_reported_where_they_name_a_watched_company(store: Store) -> None:
    other = replace(entry(), key="china/other", name="Some Other Co.")
    with store.write() as connection:
        revision = save_row(connection, entry())
        save_row(connection, other)
        mention = Mention("hikvision", 8, 55, "Hangzhou Hikvision", "exact", "Hikvision")
        documents.save_mentions(connection, [mention, mention], entry_revision_id=revision)
        stored = documents.known_entries(connection, "entity_list")
        documents.mark_gone(connection, [row.id for row in stored.values()], NOW)
        assert gone.gone_between(connection, "entity_list", NOW - HOUR, NOW) == [Gone(entry=entry().name)]
        assert gone.gone_between(connection, "entity_list", NOW, NOW + HOUR) == []
        assert gone.gone_between(connection, "entity_list", None, NOW - HOUR) == []


def test_a_gone_page_is_reported_where_it_ever_named_a_watched_company(store: Store) -> None:
    with store.write() as connection:
        first = save(connection, publication())
        documents.save_mentions(
            connection, [Mention("hikvision", 17, 26, "Hikvision", "exact", "Hikvision")], publication_revision_id=first
        )
        save(connection, publication("Nobody is named any more.", title="A title that is renamed"))
        save(connection, publication("x", key="other", title="Other"))
        stored = documents.known_publications(connection, "uhrp")
        gone.mark_publications_gone(connection, [row.id for row in stored.values()], NOW)
        assert all(row.gone for row in documents.known_publications(connection, "uhrp").values())
        assert gone.gone_between(connection, "uhrp", NOW - HOUR, NOW) == [Gone(page="A title that is renamed")]
        assert gone.gone_between(connection, "uhrp", NOW, NOW + HOUR) == []
        save(connection, publication("Nobody is named any more.", title="A title that is renamed"))
        assert gone.gone_between(connection, "uhrp", NOW - HOUR, NOW) == []


def test_pages_come_longest_unseen_first_and_only_those_that_told_something(store: Store) -> None:
    with store.write() as connection:
        for key, at in (("b", NOW - DAY), ("a", NOW), ("c", NOW - 2 * DAY)):
            tell(connection, save(connection, publication(key=key), at=at))
        save(connection, publication(key="dull"))
        tell(connection, save(connection, publication(key="old")), origin=Origin.BACKFILL)
        assert to_look_at(connection) == ["c", "b", "a"]
        assert to_look_at(connection, unseen=NOW) == ["c", "b"]
        assert to_look_at(connection, first=NOW - DAY) == ["b", "a"]
        gone.note_checked(connection, "uhrp", ["c"], NOW + HOUR)
        assert to_look_at(connection) == ["b", "a", "c"]
        assert to_look_at(connection, unseen=NOW + HOUR) == ["b", "a"]
        (page,) = gone.told_pages(connection, "uhrp", unseen_since=NOW, first_seen_since=EARLIER)
    assert (page.kind, page.url, page.link_version) == ("page", URL, "1:a")


def test_what_was_withdrawn_does_not_count_as_told(store: Store) -> None:
    with store.write() as connection:
        tell(connection, save(connection, publication()))
        connection.execute(update(tables.findings).values(status=finding_rows.WITHDRAWN))
        assert to_look_at(connection) == []


def test_publications_that_came_together_came_from_a_list(store: Store) -> None:
    with store.write() as connection:
        capture = add_capture(connection)
        for key in ("a", "b"):
            tell(connection, save(connection, publication(key=key), capture=capture))
        assert to_look_at(connection) == []


def test_a_sentence_is_gone_when_the_same_parser_does_not_find_it_any_more(store: Store) -> None:
    later = NOW + DAY
    with store.write() as connection:
        tell(connection, save(connection, publication("A sentence about Hikvision. More.")))
        save(connection, publication("A  sentence about Hikvision. Less."), at=NOW + HOUR)
        assert gone.gone_between(connection, "uhrp", NOW, NOW + HOUR) == []
        save(connection, publication("Less."), at=later)
        said = Gone(page="One", sentence="A sentence about Hikvision.")
        assert gone.gone_between(connection, "uhrp", NOW + HOUR, later) == [said]
        assert gone.gone_between(connection, "uhrp", None, later) == [said]
        save(connection, publication("Even less."), at=later + DAY)
        assert gone.gone_between(connection, "uhrp", later, later + DAY) == [], "it was said before"


def test_what_another_version_of_the_parser_leaves_out_is_not_gone(store: Store) -> None:
    with store.write() as connection:
        tell(connection, save(connection, publication("A sentence about Hikvision. More.")))
        save(connection, publication("More."), at=NOW + HOUR, parser="p:2")
        assert gone.gone_between(connection, "uhrp", None, NOW + HOUR) == []


def ask(connection: Connection, status: int, at: datetime, *, reason: str | None = None) -> None:
    read_id = reads.record_read(connection, read(at=at), "p:1")
    row = CaptureRow("page", URL, URL, status, (), None, None, at, None, None, reason is None, reason)
    reads.record_capture(connection, read_id, row)


def test_a_page_is_missed_since_the_first_read_that_did_not_find_it(store: Store) -> None:
    def missed(connection: Connection) -> datetime | None:
        return gone.missed_since(connection, URL, (404, 410), "a soft 404")

    with store.write() as connection:
        assert missed(connection) is None
        ask(connection, 404, NOW, reason="not found")
        ask(connection, 200, NOW + HOUR)
        assert missed(connection) is None
        ask(connection, 500, NOW + 2 * HOUR, reason="down")
        assert missed(connection) is None
        ask(connection, 200, NOW + 3 * HOUR, reason="a soft 404")
        ask(connection, 410, NOW + 4 * HOUR, reason="gone")
        assert missed(connection) == NOW + 3 * HOUR

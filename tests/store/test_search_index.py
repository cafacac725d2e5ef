"""The search index: kept by the database with the rows, folded, asked without errors, never reading whole tables."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, delete, text, update

from claimwatch.models import Outcome
from claimwatch.store import MIGRATIONS, Store, documents, finding_changes, search
from claimwatch.store.folding import fold, words_in
from claimwatch.store.search import Filters, Query, Term, parse_query
from claimwatch.store.tables import finding_claims
from claimwatch.store.tables import findings as findings_table
from tests.e2e.test_postgresql import postgresql  # noqa: F401 (a fixture)
from tests.store.samples import NOW, add_capture, entry, finding, publication

TEXTS = {
    "nb": "Etikkrådet tilrår utelukkelse. Østlandet, ærlig sagt; crème brûlée.",
    "zh": "海康威视（Hikvision）与大华股份被列入实体清单。",
    "en": "Hikvision's 84 FR 54002 listing; export-control, 40.8 per cent.",
}
HOSTILE = [
    "", " ", '"', '""', '"unclosed', "-", "- -", "*", "a*b*", "AND", "OR NOT", "NEAR(a b)", "words:hikvision", "(", ")",
    "^hikvision", "hikvision;--", "' OR 1=1 --", "\\", "a:*", "x" * 5000, "a " * 500, "\x00", "\ud800", "-hikvision",
    "& | ! <->", "tags : suhrp", "%", "_", "{words}", "海", '"海 康', "e\u0301", "\u202e", "🙂", "'\\'':*",
]  # fmt: skip


def add_publication(connection: Connection, words: str, **changes: object) -> tuple[int, int]:
    """A publication with its capture; the ids of itself and of its revision."""
    one = publication(words, key=f"https://uhrp.org/{fold(words)[:40]}", **changes)
    known = documents.known_publications(connection, one.source).get(one.key)
    revision = documents.save_publication(
        connection, one, known, link_version=None, capture_id=add_capture(connection), parser="p:1", seen_at=NOW
    )
    assert revision is not None
    return documents.known_publications(connection, one.source)[one.key].id, revision


def add_finding(connection: Connection, revision: int, start: int, **changes: object) -> int:
    """A finding in that revision."""
    return finding_changes.save_finding(
        connection, finding(start=start, **changes), publication_revision_id=revision, entry_revision_id=None,
        development_id=None, baseline_version="b", seen_at=NOW,
    )  # fmt: skip


def found(connection: Connection, typed: str, **filters: object) -> list[int]:
    """The ids of the findings that a search finds."""
    hits = search.find_findings(connection, parse_query(typed), Filters(**filters), limit=50)  # type: ignore[arg-type]
    return [hit.id for hit in hits]


def documents_found(connection: Connection, typed: str, **filters: object) -> list[int]:
    """The ids of the publications that a search finds."""
    hits = search.find_documents(connection, parse_query(typed), Filters(**filters), limit=50)  # type: ignore[arg-type]
    return [hit.id for hit in hits]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def both(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store on each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("store")
        return
    opened = Store(request.getfixturevalue("postgresql"))
    yield opened
    opened.close()


def test_a_query_is_read_as_words_phrases_beginnings_and_exclusions() -> None:
    typed = 'Tilrådning "Ethics Council" -draft exclu* -"in force" 海康'
    assert parse_query(typed) == Query(
        (Term(("tilradning",)), Term(("ethics", "council")), Term(("exclu",), prefix=True), Term(("海", "康"))),
        (Term(("draft",)), Term(("in", "force"))),
    )
    assert parse_query('-- " * ( )') == Query()
    assert len(parse_query("a " * 500).wanted) == search.MOST_TERMS


def test_words_are_folded() -> None:
    assert words_in("Østlandet ÆRLIG crème-brûlée ﬁn") == ["ostlandet", "aerlig", "creme", "brulee", "fin"]
    assert words_in("soft\u00adhyphen ZERO\u200bWIDTH 40.8%") == ["softhyphen", "zerowidth", "40", "8"]
    assert words_in("大华Dahua") == ["大", "华", "dahua"]
    assert words_in("") == []


def test_what_is_stored_is_found_and_what_is_revised_is_found_anew(both: Store) -> None:
    with both.write() as connection:
        ids = {language: add_publication(connection, words, language=language) for language, words in TEXTS.items()}
        quote = {language: add_finding(connection, ids[language][1], 0, quote=TEXTS[language]) for language in TEXTS}
    with both.read() as connection:
        for typed, language in [
            ("tilrar", "nb"), ("ETIKKRÅDET", "nb"), ("etikkradet østlandet", "nb"), ("aerlig creme", "nb"),
            ("utelukk*", "nb"), ("海康", "zh"), ("大华", "zh"), ("实体清单", "zh"), ("华股", "zh"),
            ('"84 fr 54002"', "en"), ("export-control", "en"), ("40.8", "en"), ("hikvision -utelukkelse -清单", "en"),
        ]:  # fmt: skip
            assert found(connection, typed) == [quote[language]], typed
            assert documents_found(connection, typed) == [ids[language][0]], typed
        for typed in ("utelukk", "威海", '"54002 84"', "hikvision utelukkelse", "-hikvision"):
            assert found(connection, typed) in ([], sorted(quote.values(), reverse=True)), typed
        assert found(connection, "威海") == documents_found(connection, '"54002 84"') == []
    with both.write() as connection:
        connection.execute(
            update(findings_table).where(findings_table.c.id == quote["en"]).values(quote="Now Dahua.", speaker="UFLPA")
        )
        connection.execute(
            text("UPDATE publication_revisions SET text = 'Something else' WHERE id = :id"), {"id": ids["nb"][1]}
        )
        assert found(connection, "listing") == documents_found(connection, "tilrår") == []
        assert found(connection, "dahua uflpa") == [quote["en"]]
        assert documents_found(connection, '"something else"') == [ids["nb"][0]]
        connection.execute(delete(finding_claims))
        connection.execute(delete(findings_table).where(findings_table.c.id == quote["en"]))
        assert found(connection, "dahua") == []


def test_a_new_revision_takes_the_place_of_the_one_before(both: Store) -> None:
    with both.write() as connection:
        capture = add_capture(connection)
        one = publication("The first words.")
        for words in ("The first words.", "Other words."):
            known = documents.known_publications(connection, "uhrp").get(one.key)
            documents.save_publication(
                connection, publication(words), known, link_version=None, capture_id=capture, parser="p:1", seen_at=NOW
            )
        known = documents.known_publications(connection, "uhrp")[one.key]
        assert documents_found(connection, "first") == []
        assert documents_found(connection, "other") == [known.id]


def test_filters_and_pages(both: Store) -> None:
    with both.write() as connection:
        _, old = add_publication(connection, "An old text of Dahua", published_on=date(2020, 9, 15))
        new_id, new = add_publication(
            connection, "A new text", published_on=date(2026, 11, 2), source="federal_register"
        )
        _, undated = add_publication(connection, "A text without a date", published_on=None)
        row = documents.save_entry(
            connection, entry(), None, capture_id=add_capture(connection), parser="p:1", seen_at=NOW
        )
        one = add_finding(connection, old, 0, entity="dahua", outcome=Outcome.REVERSAL)
        two = add_finding(connection, new, 0, source="federal_register")
        three = add_finding(connection, undated, 0, outcome=Outcome.CONTEXT)
        four = finding_changes.save_finding(
            connection, finding(source="entity_list"), publication_revision_id=None, entry_revision_id=row,
            development_id=None, baseline_version="b", seen_at=datetime(2026, 11, 10, tzinfo=UTC),
        )  # fmt: skip
        gone = add_finding(connection, new, 30)
        finding_changes.withdraw_finding(connection, gone)
        documents.save_mentions(connection, [], publication_revision_id=new)
    with both.read() as connection:
        everything = [three, four, two, one]  # by when it was published, or else seen
        assert found(connection, "") == found(connection, "sentence") == everything
        assert found(connection, "sentence", company="dahua") == [one]
        assert found(connection, "", source="federal_register") == [two]
        assert found(connection, "sentence", outcome="REVERSAL", source="uhrp") == [one]
        assert found(connection, "sentence", since=date(2026, 11, 2), until=date(2026, 11, 10)) == [four, two]
        assert found(connection, "", until=date(2020, 9, 15)) == [one]
        assert documents_found(connection, "text", source="federal_register") == [new_id]
        assert documents_found(connection, "text", outcome="UPDATE") == [new_id]
        assert documents_found(connection, "text", company="hikvision") == []
        first = search.find_findings(connection, parse_query("sentence"), Filters(), limit=2)
        rest = search.find_findings(connection, parse_query("sentence"), Filters(), limit=2, before=first[-1].place)
        assert [hit.id for hit in (*first, *rest)] == everything


def test_nothing_that_people_type_is_an_error(both: Store) -> None:
    with both.write() as connection:
        _, revision = add_publication(connection, TEXTS["zh"], language="zh-Hans")
        add_finding(connection, revision, 0, quote=TEXTS["zh"])
    for typed in HOSTILE:
        with both.read() as connection:
            found(connection, typed, company="hikvision", since=date.min, until=date.max)
            documents_found(connection, typed, company="hikvision", outcome="NEW", source="uhrp")


def test_a_long_text_is_found_by_its_beginning_and_its_end(both: Store) -> None:
    words = "alpha " + "middle " * 20_000 + "the very omega"
    with both.write() as connection:
        id_, _ = add_publication(connection, words)
        assert documents_found(connection, 'alpha "very omega"') == [id_]
        assert documents_found(connection, "alpha -omega") == []


@pytest.mark.parametrize("typed", ["hikvision", '"a phrase" -not exclu*', ""])
def test_no_table_is_read_whole(store: Store, typed: str) -> None:
    filters = Filters(company="hikvision", source="uhrp", outcome="NEW", since=date(2020, 1, 1), until=date(2026, 1, 1))
    with store.read() as connection:
        for make in (search.findings_statement, search.documents_statement):
            statement, values = make("sqlite", parse_query(typed), filters, 1 << 60)
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {statement} LIMIT 20"), values).all()
            steps = [str(step.detail) for step in plan]
            scans = [step for step in steps if step.startswith("SCAN") and "VIRTUAL TABLE INDEX" not in step]
            assert scans == [], steps
            assert not any("TEMP B-TREE" in step for step in steps), steps
            if typed:
                # The words are looked up, and the days are a range of rows.
                assert any(re.search(r"VIRTUAL TABLE INDEX \d+:M\d*<>", step) for step in steps), steps


def test_a_store_that_is_filled_already_is_indexed_when_it_is_migrated(both: Store) -> None:
    with both.write() as connection:
        id_, revision = add_publication(connection, TEXTS["nb"])
        one = add_finding(connection, revision, 0, quote=TEXTS["nb"])
        assert found(connection, "tilrår") == [one]
    migrate(both, "0009")
    migrate(both, "head")
    with both.read() as connection:
        assert found(connection, "tilrår") == [one]
        assert documents_found(connection, "ostlandet") == [id_]


def migrate(store: Store, to: str) -> None:
    """Bring a store to a revision of its schema."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with store.write() as connection:
        config.attributes["connection"] = connection
        (command.upgrade if to == "head" else command.downgrade)(config, to)


def test_the_triggers_outlive_all_migrations(store: Store) -> None:
    with store.read() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
    assert set(names) >= {
        "search_document_insert", "search_document_update",
        "search_finding_insert", "search_finding_update", "search_finding_delete",
    }  # fmt: skip


@pytest.mark.slow
def test_both_databases_fold_alike(postgresql: str) -> None:  # noqa: F811
    store = Store(postgresql)
    samples = (
        *TEXTS.values(),
        "Åse ÆØÅ łódź Straße İstanbul ﬁ ½ x²",
        "a\u00adb\u200bc d\u00a0e – “f” …",
        "Ünïcödé 2026-W46",
    )
    with store.read() as connection:
        for sample in samples:
            theirs = connection.execute(text("SELECT claimwatch_fold(:text)"), {"text": sample}).scalar_one()
            assert theirs.split() == words_in(sample)
    store.close()

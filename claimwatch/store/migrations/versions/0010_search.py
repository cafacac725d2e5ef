"""the search index, kept by triggers; the states of developments

What folds text here is what claimwatch/store/folding.py does: a function of the connection on SQLite, written out below
for PostgreSQL. Each place is (days since 1970 << 32) + id.
"""

# ruff: noqa: S608 (statements are put together from constants of this file)

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_DAY = "4294967296"


def upgrade() -> None:
    op.create_table(
        "search_documents",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("publication_revision_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_search_documents_publication_id")
        ),
        sa.ForeignKeyConstraint(
            ["publication_revision_id"],
            ["publication_revisions.id"],
            name=op.f("fk_search_documents_publication_revision_id"),
        ),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_search_documents")),
        sa.UniqueConstraint("place", name=op.f("uq_search_documents_place")),
    )
    op.create_table(
        "search_findings",
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_search_findings_finding_id")),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_search_findings")),
        sa.UniqueConstraint("place", name=op.f("uq_search_findings_place")),
    )
    op.create_table(
        "development_states",
        sa.Column("development_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("severity", sa.String(length=4), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["development_id"], ["developments.id"], name=op.f("fk_development_states_development_id")
        ),
        sa.PrimaryKeyConstraint("development_id", "version", name=op.f("pk_development_states")),
    )
    op.create_index(op.f("ix_development_states_at"), "development_states", ["at"])
    op.create_index("ix_development_states_outcome_at", "development_states", ["outcome", "at"])
    op.create_index("ix_editions_state_series", "editions", ["state", "series"])
    op.create_index(op.f("ix_edition_items_development_id"), "edition_items", ["development_id"])
    connection = op.get_bind()
    for statement in _STATES:
        connection.exec_driver_sql(statement)
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    connection = op.get_bind()
    for statement in _SQLITE_BACK if connection.dialect.name == "sqlite" else _POSTGRESQL_BACK:
        connection.exec_driver_sql(statement)
    op.drop_index("ix_editions_state_series", table_name="editions")
    op.drop_index(op.f("ix_edition_items_development_id"), table_name="edition_items")
    op.drop_table("development_states")
    op.drop_table("search_findings")
    op.drop_table("search_documents")


# Of earlier states only that they were told, and when, is known.
_STATES = (
    """
    INSERT INTO development_states (development_id, version, outcome, severity, happened_on, at)
    SELECT d.id, d.state_version, d.outcome, d.severity, d.happened_on,
        CASE WHEN d.state_version = 1 THEN d.first_seen_at ELSE coalesce(
            (SELECT max(f.first_seen_at) FROM findings f WHERE f.development_id = d.id AND f.origin = 'watch'),
            d.first_seen_at
        ) END
    FROM developments d
    """,
    """
    INSERT INTO development_states (development_id, version, at)
    SELECT i.development_id, i.state_version, min(e.frozen_at)
    FROM edition_items i JOIN editions e ON e.id = i.edition_id JOIN developments d ON d.id = i.development_id
    WHERE i.state_version < d.state_version AND i.state_version > 1
    GROUP BY i.development_id, i.state_version
    """,
    """
    INSERT INTO development_states (development_id, version, at)
    SELECT d.id, 1, d.first_seen_at FROM developments d WHERE d.state_version > 1
    """,
)


def _lite_place(on: str, id_: str) -> str:
    return f"((CAST(julianday({on}) - 2440587.5 AS INTEGER)) * {_DAY} + {id_})"


def _lite_tag(letter: str, value: str) -> str:
    return f"'{letter}' || replace(claimwatch_fold({value}), ' ', '')"


def _lite_document(row: str) -> str:
    """What is indexed of a revision."""
    source = f"(SELECT source FROM publications WHERE id = {row}.publication_id)"
    return f"claimwatch_fold({row}.title || ' ' || {row}.text), {_lite_tag('s', source)}"


def _lite_finding(row: str) -> str:
    """What is indexed of a finding."""
    tags = " || ' ' || ".join(
        _lite_tag(letter, f"{row}.{column}") for letter, column in (("c", "entity"), ("s", "source"), ("o", "outcome"))
    )
    return f"claimwatch_fold({row}.quote || ' ' || coalesce({row}.speaker, '')), {tags}"


def _lite_day_of_finding(row: str) -> str:
    return (
        f"coalesce((SELECT published_on FROM publication_revisions WHERE id = {row}.publication_revision_id), "
        f"(SELECT published_on FROM entry_revisions WHERE id = {row}.entry_revision_id), date({row}.first_seen_at))"
    )


_LITE_NEW_DOCUMENT = f"""
    INSERT INTO search_documents (publication_id, publication_revision_id, place) VALUES (
        new.publication_id, new.id, {_lite_place("coalesce(new.published_on, date(new.seen_at))", "new.publication_id")}
    );
    INSERT INTO search_document_text (rowid, words, tags)
    SELECT d.place, {_lite_document("new")} FROM search_documents d WHERE d.publication_id = new.publication_id;
"""
_LITE_NEW_FINDING = f"""
    INSERT INTO search_findings (finding_id, place)
    VALUES (new.id, {_lite_place(_lite_day_of_finding("new"), "new.id")});
    INSERT INTO search_finding_text (rowid, words, tags)
    SELECT s.place, {_lite_finding("new")} FROM search_findings s WHERE s.finding_id = new.id;
"""
_LITE_OLD_FINDING = f"""
    INSERT INTO search_finding_text (search_finding_text, rowid, words, tags)
    SELECT 'delete', s.place, {_lite_finding("old")} FROM search_findings s WHERE s.finding_id = old.id;
    DELETE FROM search_findings WHERE finding_id = old.id;
"""
_SQLITE = (
    "CREATE VIRTUAL TABLE search_document_text USING fts5(words, tags, content='', columnsize=0, "
    "tokenize='unicode61 remove_diacritics 0')",
    "CREATE VIRTUAL TABLE search_finding_text USING fts5(words, tags, content='', columnsize=0, "
    "tokenize='unicode61 remove_diacritics 0')",
    # A new revision takes the place of the one before.
    f"""
    CREATE TRIGGER search_document_insert AFTER INSERT ON publication_revisions BEGIN
        INSERT INTO search_document_text (search_document_text, rowid, words, tags)
        SELECT 'delete', d.place, {_lite_document("r")}
        FROM search_documents d JOIN publication_revisions r ON r.id = d.publication_revision_id
        WHERE d.publication_id = new.publication_id;
        DELETE FROM search_documents WHERE publication_id = new.publication_id;
        {_LITE_NEW_DOCUMENT}
    END
    """,
    f"""
    CREATE TRIGGER search_document_update AFTER UPDATE OF title, text, published_on ON publication_revisions
    WHEN EXISTS (SELECT 1 FROM search_documents WHERE publication_revision_id = old.id
        AND publication_id = old.publication_id) BEGIN
        INSERT INTO search_document_text (search_document_text, rowid, words, tags)
        SELECT 'delete', d.place, {_lite_document("old")}
        FROM search_documents d WHERE d.publication_id = old.publication_id;
        DELETE FROM search_documents WHERE publication_id = old.publication_id;
        {_LITE_NEW_DOCUMENT}
    END
    """,
    f"CREATE TRIGGER search_finding_insert AFTER INSERT ON findings BEGIN {_LITE_NEW_FINDING} END",
    f"""
    CREATE TRIGGER search_finding_update AFTER UPDATE OF quote, speaker, entity, source, outcome,
        publication_revision_id, entry_revision_id ON findings BEGIN {_LITE_OLD_FINDING} {_LITE_NEW_FINDING} END
    """,
    f"CREATE TRIGGER search_finding_delete BEFORE DELETE ON findings BEGIN {_LITE_OLD_FINDING} END",
    # What is there already.
    f"""
    INSERT INTO search_documents (publication_id, publication_revision_id, place)
    SELECT r.publication_id, r.id, {_lite_place("coalesce(r.published_on, date(r.seen_at))", "r.publication_id")}
    FROM publication_revisions r
    WHERE r.number = (SELECT max(number) FROM publication_revisions WHERE publication_id = r.publication_id)
    """,
    f"""
    INSERT INTO search_document_text (rowid, words, tags)
    SELECT d.place, {_lite_document("r")}
    FROM search_documents d JOIN publication_revisions r ON r.id = d.publication_revision_id
    """,
    f"""
    INSERT INTO search_findings (finding_id, place)
    SELECT f.id, {_lite_place(_lite_day_of_finding("f"), "f.id")} FROM findings f
    """,
    f"""
    INSERT INTO search_finding_text (rowid, words, tags)
    SELECT s.place, {_lite_finding("f")} FROM search_findings s JOIN findings f ON f.id = s.finding_id
    """,
)
_SQLITE_BACK = (
    "DROP TRIGGER search_document_insert",
    "DROP TRIGGER search_document_update",
    "DROP TRIGGER search_finding_insert",
    "DROP TRIGGER search_finding_update",
    "DROP TRIGGER search_finding_delete",
    "DROP TABLE search_document_text",
    "DROP TABLE search_finding_text",
)

# A tsvector counts places up to 16,383 words and holds 1 MB: a long text is in parts that overlap a little, so that a
# phrase is found in it wherever it stands.
_PART, _OVERLAP = 15_000, 200
_WORDS = "to_tsvector('simple', claimwatch_fold({}))"
_TAG = "'{}:' || {}"
_POSTGRESQL = (
    r"""
    CREATE FUNCTION claimwatch_fold(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $fold$
    SELECT regexp_replace(regexp_replace(
        replace(replace(replace(replace(translate(
            lower(regexp_replace(
                normalize(coalesce(given, ''), NFKD), '[\u0300-\u036f\u00ad\u200b-\u200f\u2060-\u2064\ufeff]', '', 'g'
            )),
            'øØđĐðÐłŁı', 'ooddddlli'), 'æ', 'ae'), 'Æ', 'ae'), 'œ', 'oe'), 'ß', 'ss'),
        '([\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff])', ' \1 ', 'g'),
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff'
        '\u3000-\u3004\u3008-\u3020\ufe30-\ufe4f\uff00-\uff0f]+', ' ', 'g')
    $fold$
    """,
    "CREATE FUNCTION claimwatch_place(given date, id integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS "
    f"$place$ SELECT (given - DATE '1970-01-01')::bigint * {_DAY} + id $place$",
    """
    CREATE TABLE search_document_text (
        place bigint NOT NULL, part integer NOT NULL, words tsvector NOT NULL, PRIMARY KEY (place, part)
    )
    """,
    "CREATE TABLE search_finding_text (place bigint PRIMARY KEY, words tsvector NOT NULL)",
    f"""
    CREATE FUNCTION claimwatch_index_document(revision integer) RETURNS void LANGUAGE sql AS $index$
    DELETE FROM search_document_text t USING search_documents d, publication_revisions r
    WHERE r.id = revision AND d.publication_id = r.publication_id AND t.place = d.place;
    INSERT INTO search_documents (publication_id, publication_revision_id, place)
    SELECT r.publication_id, r.id, claimwatch_place(coalesce(r.published_on, r.seen_at::date), r.publication_id)
    FROM publication_revisions r WHERE r.id = revision
    ON CONFLICT (publication_id) DO UPDATE
    SET publication_revision_id = excluded.publication_revision_id, place = excluded.place;
    INSERT INTO search_document_text (place, part, words)
    SELECT d.place, n,
        {_WORDS.format(f"substr(r.title || ' ' || r.text, n * {_PART} + 1, {_PART + _OVERLAP})")}
    FROM publication_revisions r
    JOIN search_documents d ON d.publication_revision_id = r.id
    CROSS JOIN LATERAL generate_series(0, length(r.title || ' ' || r.text) / {_PART}) n
    WHERE r.id = revision
    $index$
    """,
    f"""
    CREATE FUNCTION claimwatch_index_finding(finding integer) RETURNS void LANGUAGE sql AS $index$
    DELETE FROM search_finding_text t USING search_findings s WHERE s.finding_id = finding AND t.place = s.place;
    INSERT INTO search_findings (finding_id, place)
    SELECT f.id, claimwatch_place(coalesce(p.published_on, e.published_on, f.first_seen_at::date), f.id)
    FROM findings f
    LEFT JOIN publication_revisions p ON p.id = f.publication_revision_id
    LEFT JOIN entry_revisions e ON e.id = f.entry_revision_id
    WHERE f.id = finding
    ON CONFLICT (finding_id) DO UPDATE SET place = excluded.place;
    INSERT INTO search_finding_text (place, words)
    SELECT s.place, {_WORDS.format("f.quote || ' ' || coalesce(f.speaker, '')")} || array_to_tsvector(ARRAY[
        {_TAG.format("c", "f.entity")}, {_TAG.format("s", "f.source")}, {_TAG.format("o", "lower(f.outcome)")}])
    FROM findings f JOIN search_findings s ON s.finding_id = f.id WHERE f.id = finding
    $index$
    """,
    """
    CREATE FUNCTION search_document_changed() RETURNS trigger LANGUAGE plpgsql AS $changed$ BEGIN
        IF NOT EXISTS (SELECT 1 FROM publication_revisions
                WHERE publication_id = new.publication_id AND number > new.number) THEN
            PERFORM claimwatch_index_document(new.id);
        END IF;
        RETURN NULL;
    END $changed$
    """,
    """
    CREATE FUNCTION search_finding_changed() RETURNS trigger LANGUAGE plpgsql AS $changed$ BEGIN
        PERFORM claimwatch_index_finding(new.id);
        RETURN NULL;
    END $changed$
    """,
    """
    CREATE FUNCTION search_finding_gone() RETURNS trigger LANGUAGE plpgsql AS $gone$ BEGIN
        DELETE FROM search_finding_text t USING search_findings s WHERE s.finding_id = old.id AND t.place = s.place;
        DELETE FROM search_findings WHERE finding_id = old.id;
        RETURN old;
    END $gone$
    """,
    "CREATE TRIGGER search_document_insert AFTER INSERT ON publication_revisions "
    "FOR EACH ROW EXECUTE FUNCTION search_document_changed()",
    "CREATE TRIGGER search_document_update AFTER UPDATE OF title, text, published_on ON publication_revisions "
    "FOR EACH ROW EXECUTE FUNCTION search_document_changed()",
    "CREATE TRIGGER search_finding_insert AFTER INSERT ON findings "
    "FOR EACH ROW EXECUTE FUNCTION search_finding_changed()",
    "CREATE TRIGGER search_finding_update AFTER UPDATE OF quote, speaker, entity, source, outcome, "
    "publication_revision_id, entry_revision_id ON findings FOR EACH ROW EXECUTE FUNCTION search_finding_changed()",
    "CREATE TRIGGER search_finding_delete BEFORE DELETE ON findings "
    "FOR EACH ROW EXECUTE FUNCTION search_finding_gone()",
    "SELECT claimwatch_index_document(r.id) FROM publication_revisions r WHERE r.number = "
    "(SELECT max(number) FROM publication_revisions WHERE publication_id = r.publication_id)",
    "SELECT claimwatch_index_finding(f.id) FROM findings f",
    "CREATE INDEX search_document_words ON search_document_text USING gin (words)",
    "CREATE INDEX search_finding_words ON search_finding_text USING gin (words)",
)
_POSTGRESQL_BACK = (
    "DROP FUNCTION search_document_changed() CASCADE",
    "DROP FUNCTION search_finding_changed() CASCADE",
    "DROP FUNCTION search_finding_gone() CASCADE",
    "DROP FUNCTION claimwatch_index_document(integer)",
    "DROP FUNCTION claimwatch_index_finding(integer)",
    "DROP TABLE search_document_text",
    "DROP TABLE search_finding_text",
    "DROP FUNCTION claimwatch_place(date, integer)",
    "DROP FUNCTION claimwatch_fold(text)",
)

"""Findings and developments."""

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from claimwatch.models import Origin, Outcome, SourceClass
from claimwatch.settings import PROJECT
from claimwatch.sources import load_sources
from claimwatch.store import Store, developments, documents, finding_changes, findings
from tests.store.samples import HOUR, NOW, add_capture, add_edition, development, finding, publication

SOURCES = load_sources(PROJECT / "sources.yaml")


@pytest.fixture
def revision(store: Store) -> int:
    with store.write() as connection:
        saved = documents.save_publication(
            connection,
            publication(),
            None,
            link_version=None,
            capture_id=add_capture(connection, sha256="c" * 64),
            parser="parsers.uhrp:1",
            seen_at=NOW,
        )
    assert saved is not None
    return saved


def save(
    connection: Connection,
    revision: int,
    development_id: int | None = None,
    origin: Origin = Origin.WATCH,
    **changes: object,
) -> int:
    return finding_changes.save_finding(
        connection,
        finding(**changes),
        publication_revision_id=revision,
        entry_revision_id=None,
        development_id=development_id,
        baseline_version="0" * 64,
        seen_at=NOW,
        origin=origin,
    )


def test_a_finding_comes_back_whole_with_its_evidence(store: Store, revision: int) -> None:
    with store.write() as connection:
        id_ = save(connection, revision, developments.save_development(connection, development()))
        row = findings.find_finding(connection, id_, SOURCES)
    assert row is not None
    assert row.evidence.finding == finding()
    assert (row.evidence.source_name, row.evidence.title) == ("Uyghur Human Rights Project", "One")
    assert row.evidence.source_class is SourceClass.NGO
    assert row.evidence.published_on == publication().published_on
    assert (row.evidence.capture_sha256, row.evidence.capture_at) == ("c" * 64, NOW)
    assert (row.development, row.alerted, row.status) == ("d" * 64, True, "open")


def test_a_finding_is_stored_once_for_a_revision(store: Store, revision: int) -> None:
    with store.write() as connection:
        save(connection, revision)
    with pytest.raises(IntegrityError, match=r"(?i)unique"), store.write() as connection:
        save(connection, revision)


def test_findings_are_listed_by_outcome_company_source_and_day(store: Store, revision: int) -> None:
    with store.write() as connection:
        update = save(connection, revision)
        context = save(connection, revision, outcome=Outcome.CONTEXT, entity="dahua", fingerprint="e" * 64)

        def ids(**narrowed: object) -> list[int]:
            rows = findings.list_findings(connection, SOURCES, **narrowed)  # type: ignore[arg-type]
            listed = [row.evidence.id for row in rows]
            assert list(findings.list_ids(connection, **narrowed)) == listed  # type: ignore[arg-type]
            return listed

        assert ids() == [update, context]
        assert ids(outcomes=["CONTEXT"]) == [context]
        assert findings.count_outcomes(connection) == {"UPDATE": 1, "CONTEXT": 1}
        assert ids(entity="hikvision") == [update]
        assert ids(source="entity_list") == []
        assert ids(since=NOW) == [update, context]
        assert ids(since=NOW + HOUR) == []


def test_what_repeats_is_folded_by_source(store: Store, revision: int) -> None:
    with store.write() as connection:
        save(connection, revision)
        save(connection, revision, outcome=Outcome.RESTATEMENT, fingerprint="1" * 64)
        save(connection, revision, outcome=Outcome.RESTATEMENT, fingerprint="2" * 64)
        assert findings.folded_between(connection, None, NOW) == [("uhrp", "RESTATEMENT", 2)]
        assert findings.folded_between(connection, NOW, NOW + HOUR) == []


def test_a_development_is_untold_until_an_edition_tells_its_present_state(store: Store, revision: int) -> None:
    with store.write() as connection:
        id_ = developments.save_development(connection, development())
        assert developments.untold(connection, "weekly") == [], "nothing tells of it"
        save(connection, revision, id_)
        assert developments.untold(connection, "weekly") == [(id_, development(), False)]
        add_edition(connection, [(id_, 1)])
        assert developments.untold(connection, "weekly") == []
        assert len(developments.untold(connection, "urgent")) == 1
        assert developments.save_development(connection, development(version=2)) == id_
        assert developments.untold(connection, "weekly") == [(id_, development(version=2), True)]


@pytest.mark.parametrize("origin", [Origin.BACKFILL, Origin.REPLAY])
def test_what_no_poll_found_is_kept_and_not_told(store: Store, revision: int, origin: Origin) -> None:
    with store.write() as connection:
        id_ = developments.save_development(connection, development())
        kept = save(connection, revision, id_, origin=origin)
        assert developments.untold(connection, "weekly") == []
        assert findings.evidence_of(connection, id_, SOURCES) == []
        row = findings.find_finding(connection, kept, SOURCES)
    assert row is not None
    assert (row.development, row.alerted, row.origin) == ("d" * 64, False, origin)


def test_what_is_withdrawn_is_listed_and_not_told(store: Store, revision: int) -> None:
    with store.write() as connection:
        id_ = developments.save_development(connection, development())
        withdrawn = save(connection, revision, id_)
        finding_changes.withdraw_finding(connection, withdrawn)
        assert developments.untold(connection, "weekly") == []
        (row,) = findings.list_findings(connection, SOURCES)
    assert (row.status, row.alerted) == ("withdrawn", False)


def test_what_a_publication_said_before_is_remembered_over_revisions(store: Store, revision: int) -> None:
    with store.write() as connection:
        save(connection, revision)
        stored = documents.known_publications(connection, "uhrp")[publication().key]
        assert set(findings.said_before(connection, stored.id)) == {("hikvision", "f" * 64, finding().quote)}

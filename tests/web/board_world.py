"""An installation with findings about claims: a reversal, an update, restatements, a denial, things that do not count;
every scraped field is hostile."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection

from claimwatch.baseline import load_baseline
from claimwatch.models import Development, Finding, Outcome, Quantity, Read, ReadStatus
from claimwatch.settings import PROJECT
from claimwatch.store import Store, developments, documents, finding_changes, reads, reviews
from tests.store import samples
from tests.store.samples import HOUR, NOW

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202e\u200b\x07{{ 7 * 7 }}"
REVERSED = "Etikkrådet withdrew its recommendation on Hikvision."
UPDATED = "Hikvision was 40.8% owned by the state, its report says."
RESTATED = "Hikvision and Dahua were added to the Entity List in October 2019."
DENIED = "Hikvision denies that it plays any part in repression."
NEAR_MISS = "Hikvison was named in a bill."
PASSING = "Hikvision was at the fair."
UNTYPED = "Hikvision opened a museum of clocks."
DAY = timedelta(days=1)


def make_home(home: Path) -> Path:
    """Fill the store in `home`."""
    home.mkdir(parents=True, exist_ok=True)
    store = Store(f"sqlite:///{home}/claimwatch.db")
    with store.write() as connection:
        fill(connection)
    store.close()
    return home


def fill(connection: Connection) -> None:
    """What the tests look at; see the names above."""
    for hour in range(1, 40):
        status = ReadStatus.FAILED if hour in (3, 4) else ReadStatus.GOOD
        reason = f"the page is a wall {EVIL}" if hour in (3, 4) else None
        one = Read("uhrp", status, NOW - hour * HOUR, NOW - hour * HOUR, reason=reason)
        reads.record_read(connection, one, "parsers.uhrp:1")
    page = add_page(connection, 1, (REVERSED, UPDATED, RESTATED, DENIED, NEAR_MISS, PASSING, UNTYPED))
    told = add(connection, page, REVERSED, "A09", Outcome.REVERSAL, severity="S1", happened_on=date(2020, 9, 15))
    add(connection, page, UPDATED, "A25", Outcome.UPDATE, after="40.8%" + EVIL)
    add(connection, page, RESTATED, "A03", Outcome.RESTATEMENT)
    add(connection, page, RESTATED, "A03", Outcome.RESTATEMENT, entity="dahua")
    add(connection, page, DENIED, "A02", Outcome.DENIAL, severity="S4")
    add(connection, page, NEAR_MISS, "A01", Outcome.UPDATE, method="fuzzy")
    add(connection, page, PASSING, "A13", Outcome.CONTEXT)
    add(connection, page, UNTYPED, None, Outcome.NEW, severity="S3")
    again = add_page(connection, 2, (RESTATED,), at=NOW - 40 * DAY)
    add(connection, again, RESTATED, "A03", Outcome.RESTATEMENT, at=NOW - 40 * DAY)
    old = add_page(connection, 3, (UNTYPED,), at=NOW - 30 * DAY)
    add(connection, old, "Old news of Hikvision.", "A11", Outcome.UPDATE, at=NOW - 30 * DAY)
    add_page(connection, 4, ("Nothing about anybody.",))
    add_row(connection)
    edition = samples.add_edition(connection, [(told, 1)], period="2026-W45", at=NOW - 7 * DAY)
    samples.add_message(connection, edition, samples.add_reader(connection, "secret.reader@example.org"))
    reviews.move_messages(connection, edition, ("ready",), "accepted", None)


def add_page(connection: Connection, number: int, sentences: tuple[str, ...], at: datetime = NOW - 2 * HOUR) -> int:
    """A captured publication; returns the id of its revision."""
    publication = samples.publication(
        "\n\n".join((*sentences, "Much else stands here that is the work of others. " * 40)),
        key=str(number),
        url=f"https://uhrp.org/{number}/?q=<b>",
        title=f"Page {number} {EVIL}",
        published_on=at.date(),
    )
    capture = samples.add_capture(connection, sha256=f"{number:064x}", at=at)
    saved = documents.save_publication(
        connection, publication, None, link_version=None, capture_id=capture, parser="parsers.uhrp:1", seen_at=at
    )
    assert saved is not None
    return saved


def add_row(connection: Connection) -> None:
    """A row of a list that says what claim A03 says."""
    row = replace(samples.entry(), name=f"A row {EVIL}", url="javascript:alert(3)")
    capture = samples.add_capture(connection, sha256="e" * 64, at=NOW - HOUR)
    saved = documents.save_entry(connection, row, None, capture_id=capture, parser="parsers.list:1", seen_at=NOW)
    finding = _finding(row.text, "A03", Outcome.RESTATEMENT, source="entity_list", url="javascript:alert(3)")
    _save(connection, finding, entry=saved, at=NOW - HOUR)


def add(
    connection: Connection,
    page: int,
    quote: str,
    claim: str | None,
    outcome: Outcome,
    *,
    severity: str = "S2",
    entity: str = "hikvision",
    method: str = "exact",
    after: str | None = None,
    happened_on: date | None = None,
    at: datetime = NOW - 2 * HOUR,
) -> int:
    """A finding and its development, if it alerts; returns the development's id, or 0."""
    finding = _finding(quote, claim, outcome, severity=severity, entity=entity, method=method)
    if after is not None:
        value = Quantity(40.8, "percent", "eq", None, after)
        finding = replace(finding, before=Quantity(42.0, "percent", "eq", None, "42%"), after=value)
    id_ = None
    if outcome.alerts and method != "fuzzy":
        key = f"{len(quote):03}{'cafe' * 15}"[:64]
        development = Development(
            key, outcome, finding.predicate, finding.object_class, finding.operation, None, (entity,), happened_on,
            severity, "state", 1, at, at.date(),
        )  # fmt: skip
        id_ = developments.save_development(connection, development)
    _save(connection, finding, page=page, development=id_, at=at)
    return id_ or 0


def _finding(quote: str, claim: str | None, outcome: Outcome, **changes: object) -> Finding:
    known = BASELINE.claims[claim] if claim else None
    values: dict[str, object] = {
        "quote": quote + EVIL,
        "start": 0,
        "end": len(quote) + len(EVIL),
        "outcome": outcome,
        "claims": (claim,) if claim else (),
        "predicate": known.predicate if known else None,
        "object_class": known.object_class if known else None,
        "place": None,
        "before": None,
        "after": None,
        "speaker": f"Somebody {EVIL}",
        "as_of": None,
        "fingerprint": sha256(repr((quote, claim, changes.get("entity"))).encode()).hexdigest(),
        "operation": "remove" if outcome is Outcome.REVERSAL else "assert",
        "marks": ((0, 9),),
        "url": "https://uhrp.org/1/",
    }
    return samples.finding(**(values | changes))


def _save(
    connection: Connection,
    finding: Finding,
    *,
    page: int | None = None,
    entry: int | None = None,
    development: int | None = None,
    at: datetime,
) -> None:
    finding_changes.save_finding(
        connection,
        finding,
        publication_revision_id=page,
        entry_revision_id=entry,
        development_id=development,
        baseline_version="0" * 64,
        seen_at=at,
    )


BASELINE = load_baseline(PROJECT / "baselines")

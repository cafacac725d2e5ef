"""What other sources say otherwise of what is told, and who tells it independently of each other.

Both sides as analysts labelled them. What they keep from readers is held against nothing that readers see.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Connection

from claimwatch.claims.contradictions import ANSWER_DAYS, held_on, otherwise, told_with
from claimwatch.editions.assemble import in_order
from claimwatch.models import Candidate, Evidence, Standing
from claimwatch.pipeline.labels import labelled_evidence
from claimwatch.pipeline.telling.tellable import today_of
from claimwatch.pipeline.watch import Watch
from claimwatch.store import about_claims, decisions, findings
from claimwatch.store.finding_rows import FindingRow
from claimwatch.store.releases import EVERYTHING, Rule

# A finding stands in the month of its page or of its happening, which may lie a little apart from its own date.
_AROUND = timedelta(days=ANSWER_DAYS + 31)
_AT_ONCE = 500  # ids in one statement


def with_otherwise(
    connection: Connection,
    watch: Watch,
    candidates: Mapping[int, Candidate],
    shown: Rule = EVERYTHING,
    newest: int | None = None,
) -> dict[int, Candidate]:
    """Candidates, by any id, each with the findings that contradict its strongest, and with who agrees.

    Of its own findings, which are labelled already, those about the same claim count; `shown` says what waits to be
    released, and so stands beside nothing. With `newest`, only so many of the findings about a claim are looked at,
    the last ones found: for a page, which anybody may ask for at any time.
    """
    leads = {id_: in_order(one)[0] for id_, one in candidates.items() if one.evidence}
    about = _told(connection, watch, leads.values(), today_of(watch), shown, newest)
    found = dict(candidates)
    for id_, lead in leads.items():
        one, claim = candidates[id_], lead.finding.claims[:1]
        own = [each for each in one.evidence if each.finding.claims[:1] == claim]
        against = otherwise((lead,), (*(about.get(claim[0], ()) if claim else ()), *own))
        found[id_] = replace(one, publishers=told_with(lead, one.evidence), otherwise=against)
    return found


def said_otherwise(connection: Connection, watch: Watch, row: FindingRow) -> tuple[Evidence, ...]:
    """The findings that contradict one finding (as analysts labelled it), of each publisher the newest."""
    others = (other for rows in _told(connection, watch, (row.evidence,)).values() for other in rows)
    return otherwise((row.evidence,), others)


def told_by_whom(connection: Connection, watch: Watch, row: FindingRow) -> tuple[str, ...]:
    """The independent publishers of the development that a finding tells of; of one that tells of none, its own."""
    told: tuple[Evidence, ...] = (row.evidence,)
    if row.development_id is not None:
        found = tuple(findings.evidence_of(connection, row.development_id, watch.sources))
        standing = decisions.standing_of(connection, row.development or "")
        told = labelled_evidence(found, standing, watch.baseline) or told
    return told_with(row.evidence, told)


def as_labelled(connection: Connection, watch: Watch, rows: Sequence[FindingRow]) -> list[Evidence]:
    """The evidence of findings under what analysts say that they are."""
    settled = _settled(connection, rows)
    return [_labelled(watch, row, settled) for row in rows]


def _told(
    connection: Connection,
    watch: Watch,
    evidence: Iterable[Evidence],
    today: date | None = None,
    shown: Rule = EVERYTHING,
    newest: int | None = None,
) -> dict[str, list[Evidence]]:
    """What is told of the claims that evidence is foremost about, around its time, by claim.

    With `today`, only what readers may be told on that day.
    """
    spans: dict[str, tuple[date, date]] = {}
    for one in evidence:
        if one.finding.claims:
            on, claim = held_on(one), one.finding.claims[0]
            first, last = spans.get(claim, (on, on))
            spans[claim] = (min(first, on), max(last, on))
    ids = about_claims.told_of(connection, {c: (a - _AROUND, b + _AROUND) for c, (a, b) in spans.items()}, shown)
    if newest is not None:
        ids = {claim: some[-newest:] for claim, some in ids.items()}
    wanted = sorted({id_ for some in ids.values() for id_ in some})
    parts = (wanted[at : at + _AT_ONCE] for at in range(0, len(wanted), _AT_ONCE))
    rows = [row for part in parts for row in findings.find_findings(connection, part, watch.sources)]
    settled = _settled(connection, rows)
    if today is not None:
        # Whatever state they decided on: here it would be told in passing, and looked at by nobody.
        kept_back = {key for key, standing in settled.items() if not standing.is_told(0, today)}
        rows = [row for row in rows if row.development not in kept_back]
    found = {row.evidence.id: _labelled(watch, row, settled) for row in rows}
    return {claim: [found[id_] for id_ in some if id_ in found] for claim, some in ids.items()}


def _settled(connection: Connection, rows: Sequence[FindingRow]) -> dict[str, Standing]:
    """What analysts decided about the developments that findings tell of, by key."""
    keys = sorted({row.development for row in rows if row.development})
    return {
        key: standing
        for at in range(0, len(keys), _AT_ONCE)
        for key, standing in decisions.standings_of_some(connection, keys[at : at + _AT_ONCE]).items()
    }


def _labelled(watch: Watch, row: FindingRow, settled: Mapping[str, Standing]) -> Evidence:
    standing = settled.get(row.development or "")
    if standing is None:
        return row.evidence
    (evidence,) = labelled_evidence((row.evidence,), standing, watch.baseline)
    return evidence

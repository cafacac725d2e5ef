"""From developments to an edition: which evidence leads, in what order, beside which baseline claim."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from claimwatch.editions.calendar import RECORD, Period, period_days
from claimwatch.editions.headlines import headline
from claimwatch.editions.words_en import ENGLISH
from claimwatch.errors import EditionInvalid
from claimwatch.models import (
    Baseline,
    Candidate,
    Claim,
    Coverage,
    Development,
    Edition,
    Evidence,
    Item,
    Outcome,
    SourceClass,
)

LATE = timedelta(days=14)
ORDER = (Outcome.REVERSAL, Outcome.UPDATE, Outcome.PENDING, Outcome.DENIAL, Outcome.NEW)
_STRENGTH = (SourceClass.OFFICIAL, SourceClass.NGO, SourceClass.PRESS)


def assemble(
    period: Period,
    now: datetime,
    candidates: Sequence[Candidate],
    coverage: Sequence[Coverage],
    folded: Sequence[tuple[str, int]],
    context: int,
    baseline: Baseline,
    first: bool,
) -> Edition:
    """The edition of a period, frozen at `now` (aware UTC).

    `folded` counts restatements by source name, `context` the mentions that assert nothing. `first` makes it the
    edition that says where the baseline stands today: what reverses a baseline claim leads it. History (series
    `record`) stands by company and matter, each matter in the order of time. Raises `EditionInvalid` for a candidate
    that cannot be told (an outcome that does not alert, no evidence).
    """
    items = [_item(candidate, period, baseline) for candidate in candidates]
    ids = list(baseline.claims)
    if period.series == RECORD:
        items = _by_matter(items)
    else:
        items.sort(key=lambda item: _rank(item, first, ids))
    return Edition(
        series=period.series,
        period=period.key,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        frozen_at=now,
        first=first,
        items=tuple(items),
        folded=tuple(folded),
        context=context,
        coverage=tuple(coverage),
        baseline_version=baseline.version,
    )


def _item(candidate: Candidate, period: Period, baseline: Baseline) -> Item:
    development = candidate.development
    if not candidate.evidence:
        raise EditionInvalid(f"development {development.key} has no evidence; it cannot be told")
    if not development.outcome.alerts:
        raise EditionInvalid(f"development {development.key} is {development.outcome}, which is counted, not told")
    evidence = in_order(candidate)
    lead = evidence[0]
    claim = _claim(lead, baseline)
    names = tuple(
        baseline.companies[slug].name if slug in baseline.companies else slug for slug in development.companies
    )
    predicate = baseline.predicates.get(development.predicate or "")
    item = Item(
        development=development.key,
        state_version=development.state_version,
        outcome=development.outcome,
        severity=development.severity,
        headline="",
        companies=names,
        place=development.place,
        happened_on=development.happened_on,
        first_seen_at=development.first_seen_at,
        evidence=evidence,
        claim=claim,
        document=baseline.documents.get(claim.document) if claim else None,
        late=period.series != RECORD and _is_late(development.happened_on or lead.published_on, period),
        told_before=candidate.told_before,
        reviewed=candidate.reviewed,
        predicate=predicate.name if predicate else None,
        object_class=development.object_class,
        operation=development.operation,
        label=predicate.label if predicate else None,
        publishers=candidate.publishers,
        otherwise=candidate.otherwise,
    )
    return replace(item, headline=headline(item, ENGLISH))


def in_order(candidate: Candidate) -> tuple[Evidence, ...]:
    """The evidence of a development, the strongest first: it is what a reader is shown."""
    return tuple(sorted(candidate.evidence, key=lambda e: _weakness(e, candidate.development)))


def _by_matter(items: Sequence[Item]) -> list[Item]:
    """By company; what concerns one claim, or one kind of claim, object and place, together; oldest first."""

    def matter(item: Item) -> tuple[tuple[str, ...], str]:
        about = item.claim.id if item.claim else f"{item.predicate} {item.object_class} {item.place}"
        return item.companies, about if item.claim or item.predicate else item.development

    begun: dict[object, date] = {}
    for item in items:
        begun[matter(item)] = min(begun.get(matter(item), date.max), dated(item))
    return sorted(
        items, key=lambda item: (item.companies, begun[matter(item)], matter(item), dated(item), item.development)
    )


def dated(item: Item) -> date:
    """The day of an item: when it happened, or else was published, or else was first seen."""
    return item.happened_on or item.evidence[0].published_on or item.first_seen_at.date()


def _weakness(evidence: Evidence, development: Development) -> tuple[bool, int, str, int, int]:
    """Smallest first: evidence that says what the development is, by who speaks, then the newest."""
    return (
        evidence.finding.outcome is not development.outcome,
        _STRENGTH.index(evidence.source_class),
        evidence.finding.severity,
        -evidence.published_on.toordinal() if evidence.published_on else 0,
        evidence.id,
    )


def _claim(lead: Evidence, baseline: Baseline) -> Claim | None:
    return baseline.claims.get(lead.finding.claims[0]) if lead.finding.claims else None


def _is_late(happened_on: date | None, period: Period) -> bool:
    return happened_on is not None and happened_on < period_days(period.key)[0] - LATE


def _rank(item: Item, first: bool, ids: list[str]) -> tuple[int, bool, str, int, int, int, str]:
    # On a first edition the reader asks what of the baseline no longer holds, so a reversal that touches none of
    # it waits; afterwards severity alone decides.
    claim_last = first and item.claim is None
    return (
        ORDER.index(item.outcome),
        claim_last,
        item.severity,
        _STRENGTH.index(item.evidence[0].source_class),
        ids.index(item.claim.id) if item.claim else len(ids),
        -item.happened_on.toordinal() if item.happened_on else 0,
        item.development,
    )

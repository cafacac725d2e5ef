"""Findings from entries: rows of lists and rule instructions, compared field by field. Pure.

Only a company named inside `entry.subject` is what a row is about; one named in an address is not. At first sight a
row is compared with the baseline, afterwards with its previous revision.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from claimwatch.claims import dates, places
from claimwatch.claims.ahead import fixed_dates
from claimwatch.claims.cells import Cells
from claimwatch.claims.findings import Told, finding
from claimwatch.claims.outcome import Decision
from claimwatch.claims.sentences import Unit
from claimwatch.claims.text import fold, squeezed
from claimwatch.mentions import Scanner
from claimwatch.models import (
    Baseline,
    Claim,
    Entry,
    Field,
    Finding,
    Mention,
    Outcome,
    Publication,
    Quantity,
    SourceClass,
)

_CITATION = re.compile(r"\d+ FR [\d,]+(?:,? \d{1,2}/\d{1,2}/\d{2,4})?")
_REMOVED = re.compile(r"\[(?:removed|reserved)", re.IGNORECASE)
# Words of decisions, folded: NBIM's vocabulary in English, Bokmål and Nynorsk.
_ENDED = re.compile(r"revok|revocation|terminat|ended|opphev|avslutt|withdrawn|trukket|trekt|lifted")
_OBSERVED = re.compile(r"observa")
_EXCLUDED = re.compile(r"exclu|uteluk|utesteng")
_EXCLUSION_FIELDS = ("decision", "criterion", "category", "published")


@dataclass(frozen=True, slots=True)
class _Verdict:
    predicate: str | None
    object_class: str | None
    operation: str
    outcome: Outcome
    rules: tuple[str, ...]
    claims: tuple[Claim, ...] = ()
    before: str | None = None
    after: str | None = None
    as_of: str | None = None


def row(publication: Publication, unit: Unit) -> Entry | None:
    """A table row inside a text as an entry, None where it is no row of a list that we know.

    A row with Federal Register citations is one of the Entity List; one of the fund's exclusion table holds a decision.
    """
    if unit.kind != "row":
        return None
    text = publication.text[unit.start : unit.end]
    cells = text.split(" | ")
    named = 1 if len(cells) > 2 and _is_country(cells[0]) else 0
    start = sum(len(cell) + 3 for cell in cells[:named])
    subject = (start, start + len(cells[named]))
    fields: tuple[Field, ...]
    if _CITATION.search(text):
        list_name, fields = "entity_list", (Field("citation", "; ".join(_CITATION.findall(text))),)
    elif publication.source == "nbim_exclusions":
        decision = next((c for c in cells[1:] if _decided(c)[0] or _decided(c)[1]), cells[-1])
        dated = next((c for c in cells[1:] if dates.find(c, None)), "")
        list_name, fields = "exclusions", (Field("decision", decision), Field("published", dated))
    else:
        return None
    return Entry(publication.source, list_name, publication.key, publication.url, cells[named], text, subject, fields,
                 publication.language, publication.published_on)  # fmt: skip


def _is_country(cell: str) -> bool:
    """Whether a cell holds a country, as lists print it: in capitals, or nothing beside its name."""
    found = places.find(cell)
    return bool(found) and (cell.isupper() or found[0].end - found[0].start > 0.8 * len(cell.strip()))


def compare(
    entry: Entry, previous: Entry | None, source_class: SourceClass, baseline: Baseline, scanner: Scanner, cells: Cells,
    offset: int = 0,
) -> tuple[Finding, ...]:  # fmt: skip
    """One finding per company that the entry is about; none where nothing that is told of it has changed.

    `offset` is where the entry's text begins in the text that findings are cut from.
    """
    subject_start, subject_end = entry.subject
    mentions = [
        m for m in scanner.scan(entry.text, on=entry.published_on) if subject_start <= m.start and m.end <= subject_end
    ]
    found: list[Finding] = []
    for entity in dict.fromkeys(m.entity for m in mentions):
        own = tuple(m for m in mentions if m.entity == entity)
        verdict = _verdict(entry, previous, entity, own, baseline, cells)
        if verdict is not None:
            shifted = tuple(replace(m, start=m.start + offset, end=m.end + offset) for m in own)
            found.append(_finding(entry, entity, shifted, verdict, source_class, baseline, offset))
    return tuple(found)


def bystander(
    entry: Entry, entity: str, own: tuple[Mention, ...], source_class: SourceClass, baseline: Baseline, offset: int
) -> Finding:
    """A company that a row names and is not about. `own` are its mentions in the text that the row stands in."""
    verdict = _Verdict(None, None, "assert", Outcome.CONTEXT, ("record.not_subject",))
    return _finding(entry, entity, own, verdict, source_class, baseline, offset)


def _verdict(
    entry: Entry, previous: Entry | None, entity: str, own: tuple[Mention, ...], baseline: Baseline, cells: Cells
) -> _Verdict | None:
    if entry.list_name == "exclusions":
        return _exclusion(entry, previous, entity, cells)
    object_class = "entity_list" if entry.list_name == "rule" else entry.list_name
    if object_class not in baseline.predicates["listed_on"].object_classes:
        object_class = "other"
    claims = cells.standing(entity, "listed_on", object_class, ("US",), entry.text)
    known = claims.claims if claims.relation == "known" and not _subsidiary_only(entity, own, baseline) else ()
    if entry.action is not None:
        return _instruction(entry, object_class, known, claims.claims)
    if _REMOVED.search(entry.text) and not (previous is not None and _REMOVED.search(previous.text)):
        return _Verdict("listed_on", object_class, "remove", Outcome.REVERSAL, ("record.removed",), claims.claims,
                        before=previous.text if previous else None, after=entry.text, as_of=_day(entry))  # fmt: skip
    if previous is None:
        return _first_sight(entry, object_class, known, claims.claims)
    return _changed(entry, previous, object_class, claims.claims)


def _subsidiary_only(entity: str, own: tuple[Mention, ...], baseline: Baseline) -> bool:
    """Whether the row names only subsidiaries or brands: the baseline's entry is the parent's."""
    kinds = {alias.name: alias.kind for alias in baseline.companies[entity].aliases}
    return all(kinds.get(m.alias) in ("subsidiary", "brand") for m in own)


def _instruction(entry: Entry, object_class: str, known: tuple[Claim, ...], related: tuple[Claim, ...]) -> _Verdict:
    outcome = {"revise": Outcome.UPDATE, "remove": Outcome.REVERSAL, "move": Outcome.UPDATE}.get(entry.action or "")
    rules: tuple[str, ...] = (f"record.{entry.action}",)
    if outcome is None:
        outcome = Outcome.RESTATEMENT if known and not _later_than(entry, known) else Outcome.NEW
        rules = (*rules, "cell.known" if known else "cell.none")
    on = entry.effective_on or entry.published_on
    return _Verdict("listed_on", object_class, entry.action or "add", outcome, rules, related,
                    after=entry.name, as_of=on.isoformat() if on else None)  # fmt: skip


def _later_than(entry: Entry, known: tuple[Claim, ...]) -> bool:
    on = entry.effective_on or entry.published_on
    told = [claim.as_of for claim in known if claim.as_of]
    return bool(on and told and all(dates.later(on.isoformat(), as_of) for as_of in told))


def _first_sight(entry: Entry, object_class: str, known: tuple[Claim, ...], related: tuple[Claim, ...]) -> _Verdict:
    citations = _citations(entry)
    newest = max((on for _, on in citations if on), default=None)
    if not known:
        return _Verdict("listed_on", object_class, "add", Outcome.NEW, ("record.first_sight", "cell.none"), related,
                        after=_joined(citations) or None, as_of=newest)  # fmt: skip
    told = [claim.as_of for claim in known if claim.as_of]
    fresh = [(text, on) for text, on in citations if on and told and all(dates.later(on, as_of) for as_of in told)]
    if not fresh:
        return _Verdict("listed_on", object_class, "assert", Outcome.RESTATEMENT, ("record.first_sight", "cell.known"),
                        known, as_of=newest)  # fmt: skip
    old = [citation for citation in citations if citation not in fresh]
    return _Verdict("listed_on", object_class, "revise", Outcome.UPDATE, ("record.first_sight", "unseen.citation"),
                    known, before=_joined(old) or known[0].quote, after=_joined(fresh), as_of=newest)  # fmt: skip


def _changed(entry: Entry, previous: Entry, object_class: str, related: tuple[Claim, ...]) -> _Verdict | None:
    """An update that shows only what changed; of citations the old ones and those that are new."""
    before = dict(_compared(previous))
    changes = [
        (name, before.get(name, ""), value)
        for name, value in _compared(entry)
        if squeezed(value) != squeezed(before.get(name, ""))
    ]
    changes += [(name, value, "") for name, value in before.items() if entry.get(name) is None and value]
    if not changes:
        return None
    old_citations = _citations(previous)
    fresh = [citation for citation in _citations(entry) if citation not in old_citations]
    told = [
        ("", _joined(old_citations), _joined(fresh)) if name == "citation" and fresh else (f"{name}: ", old, new)
        for name, old, new in sorted(changes, key=lambda change: change[0] != "citation")
    ]
    return _Verdict(
        "listed_on",
        object_class,
        "revise",
        Outcome.UPDATE,
        tuple(f"record.{name}" for name, _, _ in changes),
        related,
        before="; ".join(label.replace("_", " ") + old for label, old, _ in told),
        after="; ".join(label.replace("_", " ") + new for label, _, new in told),
        as_of=max((on for _, on in fresh if on), default=None),
    )


def _compared(entry: Entry) -> Iterator[tuple[str, str]]:
    for field in entry.fields:
        yield field.name, field.value


def _exclusion(entry: Entry, previous: Entry | None, entity: str, cells: Cells) -> _Verdict | None:
    decision = entry.get("decision") or ""
    predicate, ended = _decided(decision)
    claims: tuple[Claim, ...] = ()
    if predicate is not None:
        claims = cells.standing(entity, predicate, "government_pension_fund", ("NO",), entry.text).claims
    object_class = "government_pension_fund" if predicate else None
    as_of = _exclusion_day(entry)
    if previous is not None:
        changed = [name for name in _EXCLUSION_FIELDS
                   if squeezed(entry.get(name) or "") != squeezed(previous.get(name) or "")]  # fmt: skip
        if not changed:
            return None
        rules = tuple(f"record.{name}" for name in changed)
        outcome = Outcome.REVERSAL if ended and "decision" in changed else Outcome.UPDATE
        outcome = outcome if predicate else Outcome.NEW
        return _Verdict(predicate, object_class, "remove" if outcome is Outcome.REVERSAL else "revise", outcome, rules,
                        claims, before="; ".join(previous.get(name) or "" for name in changed),
                        after="; ".join(entry.get(name) or "" for name in changed), as_of=as_of)  # fmt: skip
    if predicate is None:
        return _Verdict(None, None, "assert", Outcome.NEW, ("record.unknown_decision",), after=decision or None,
                        as_of=as_of)  # fmt: skip
    if ended:
        return _Verdict(predicate, object_class, "remove", Outcome.REVERSAL, ("record.decision_ended",), claims,
                        after=decision, as_of=as_of)  # fmt: skip
    known = [c for c in claims if entity in c.subjects]
    outcome = Outcome.RESTATEMENT if known else Outcome.NEW
    return _Verdict(predicate, object_class, "add", outcome, ("record.first_sight",), claims, after=decision,
                    as_of=as_of)  # fmt: skip


def _decided(decision: str) -> tuple[str | None, bool]:
    """The predicate of a decision's words, and whether it ends the measure; None where the words are unknown."""
    folded = fold(decision)
    ended = bool(_ENDED.search(folded))
    if _OBSERVED.search(folded):
        return "observation_decision", ended
    if _EXCLUDED.search(folded):
        return "divestment_decision", ended
    return None, ended


def _exclusion_day(entry: Entry) -> str | None:
    moments = dates.find(entry.get("published") or "", None)
    if moments:
        return moments[0].on
    return entry.published_on.isoformat() if entry.published_on else None


def _citations(entry: Entry) -> list[tuple[str, str | None]]:
    """The Federal Register citations of a row with their dates, in order."""
    text = entry.get("citation") or entry.text
    found = []
    for match in _CITATION.finditer(text):
        moments = dates.find(match[0], None)
        found.append((match[0], moments[0].on if moments else None))
    return list(dict.fromkeys(found))


def _joined(citations: Sequence[tuple[str, str | None]]) -> str:
    return "; ".join(text for text, _ in citations)


def _day(entry: Entry) -> str | None:
    return max((on for _, on in _citations(entry) if on), default=None)


def _quantity(text: str | None, as_of: str | None) -> Quantity | None:
    return None if text is None else Quantity(None, None, "eq", as_of, text)


def _finding(
    entry: Entry, entity: str, own: tuple[Mention, ...], verdict: _Verdict, source_class: SourceClass,
    baseline: Baseline, offset: int,
) -> Finding:  # fmt: skip
    homes = {"listed_on": "US", "divestment_decision": "NO", "observation_decision": "NO"}
    return finding(
        Told(
            entry.source,
            entry.url,
            entry.language,
            source_class,
            entity,
            entry.text,
            offset,
            own,
            True,
        ),
        predicate=verdict.predicate,
        object_class=verdict.object_class,
        operation=verdict.operation,
        decision=Decision(verdict.outcome, verdict.rules),
        claims=tuple(claim.id for claim in verdict.claims[:6]),
        before=_quantity(verdict.before, None),
        after=_quantity(verdict.after, verdict.as_of),
        place=homes.get(verdict.predicate or ""),
        said_in=homes.get(verdict.predicate or ""),
        as_of=verdict.as_of,
        said_on=verdict.as_of,
        speaker=None,
        hedged=False,
        baseline=baseline,
        ahead=tuple(fixed.rule for fixed in fixed_dates(entry.text, entry.published_on)),
    )

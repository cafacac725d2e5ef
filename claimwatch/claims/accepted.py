"""What analysts accepted is known, and a name that they said was another's waits for them again. Pure.

A finding is folded only where it says no more than an accepted fact: the same kind of claim, object, place and act of
the same company, a value within the rounding, a date within days, and no number that the fact lacks.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from claimwatch.claims import dates, values
from claimwatch.claims.developments import DAYS
from claimwatch.claims.nearest import MOST
from claimwatch.claims.text import squeezed
from claimwatch.mentions.fold import fold
from claimwatch.models import Baseline, Claim, Fact, Finding, Lesson, Outcome, SourceClass

_STATED = frozenset({"assert", "add", "revise"})
_TOLD = frozenset({Outcome.NEW, Outcome.UPDATE})
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_BEFORE = re.compile(r"[^\W_],? ([^\W\d_]+) $")  # not the word that opens a sentence: that is always in capitals
_AFTER = re.compile(r" ([^\W\d_]+)")
_REACH = 40  # how far, in characters, the word beside a name is looked for


def settle(found: Sequence[Finding], text: str, baseline: Baseline, source_class: SourceClass) -> tuple[Finding, ...]:
    """The findings of one text in the light of what analysts accepted and taught; those untouched stay as they are."""
    known = [_known(finding, baseline, source_class) for finding in found] if baseline.facts else list(found)
    return _doubted(known, text, baseline.lessons) if baseline.lessons else tuple(known)


def _known(finding: Finding, baseline: Baseline, source_class: SourceClass) -> Finding:
    if not finding.outcome.alerts:
        return finding
    for fact in baseline.facts:
        if _same(finding, fact):
            ids = (fact.id, *finding.claims) if fact.id in baseline.claims else finding.claims
            return _folded(finding, tuple(dict.fromkeys(ids)), f"accepted.{fact.id}", baseline, source_class)
    old = [claim for claim in baseline.claims.values() if claim.status == "superseded"]
    claim = next((one for one in old if _outdated(finding, one)), None)
    if claim is not None:
        ids = tuple(dict.fromkeys((claim.id, *finding.claims)))
        return _folded(finding, ids, "superseded", baseline, source_class)
    return _measured_anew(finding, baseline)


def _measured_anew(finding: Finding, baseline: Baseline) -> Finding:
    """A claim that an accepted one took the place of gives way to it: the classifier knows only the older one."""
    first = baseline.claims.get(finding.claims[0]) if finding.claims else None
    if first is None or first.status != "superseded":
        return finding
    cell = (first.subjects, first.predicate, first.object_class)
    heirs = [
        claim.id
        for fact in baseline.facts
        if (claim := baseline.claims.get(fact.id)) is not None
        and claim.status == "active"
        and (claim.subjects, claim.predicate, claim.object_class) == cell
    ]
    ids = tuple(dict.fromkeys((*reversed(heirs), *finding.claims)))
    if not heirs:
        return finding
    before = finding.before and values.of_claim(baseline.claims[ids[0]])
    return replace(finding, claims=ids[:MOST], before=before)


def _folded(
    finding: Finding, claims: tuple[str, ...], rule: str, baseline: Baseline, source_class: SourceClass
) -> Finding:
    outcome = Outcome.RESTATEMENT
    severity = baseline.severity(source_class.value, finding.predicate, outcome.value)
    before, first = finding.before, baseline.claims.get(claims[0]) if claims else None
    if before is not None and first is not None:
        before = values.of_claim(first)  # what was before is what the first claim says
    rules = (*finding.rules, rule)
    return replace(finding, outcome=outcome, claims=claims[:MOST], before=before, severity=severity, rules=rules)


def _same(finding: Finding, fact: Fact) -> bool:
    """Whether a finding says what was accepted, and nothing beyond it."""
    known = fact.finding
    if finding.entity != known.entity:
        return False
    if squeezed(finding.quote) == squeezed(known.quote):
        return finding.outcome is known.outcome
    return (
        finding.predicate is not None
        and finding.predicate == known.predicate
        and finding.object_class == known.object_class
        and (finding.operation == known.operation or {finding.operation, known.operation} <= _STATED)
        and (finding.outcome is known.outcome or {finding.outcome, known.outcome} <= _TOLD)
        and (finding.place is None or finding.place == known.place)
        and _same_value(finding, known)
        and _same_date(finding, fact)
        and _numbers(finding.quote) <= _numbers(known.quote)
    )


def _same_value(finding: Finding, known: Finding) -> bool:
    if finding.after is None:
        return True
    if known.after is None:
        return False
    if finding.after.value is None or known.after.value is None:
        return squeezed(finding.after.text) == squeezed(known.after.text)
    return values.same(finding.after, known.after)


def _same_date(finding: Finding, fact: Fact) -> bool:
    """A fact without a date of its own is not older than what told of it."""
    told, known = _told_date(finding), _told_date(fact.finding)
    if told is None:
        return True
    if known is None:
        return told <= (fact.published_on or fact.accepted_at.date()).isoformat()
    if told.startswith(known) or known.startswith(told):
        return True
    one, other = dates.as_date(told), dates.as_date(known)
    return one is not None and other is not None and abs((one - other).days) <= DAYS


def _told_date(finding: Finding) -> str | None:
    return None if "as_of.implied" in finding.rules else finding.as_of


def _numbers(quote: str) -> set[str]:
    """The numbers of a sentence that are no part of a date, without what groups their digits."""
    moments = dates.find(quote, None)
    return {
        match[0].replace(",", "").replace(".", "")
        for match in _NUMBER.finditer(quote)
        if not any(moment.start <= match.start() < moment.end for moment in moments)
    }


def _outdated(finding: Finding, claim: Claim) -> bool:
    """Whether a finding gives the value of a claim that an accepted one took the place of, and says nothing newer."""
    value = values.of_claim(claim)
    if value is None or finding.after is None or finding.entity not in claim.subjects:
        return False
    if (finding.predicate, finding.object_class) != (claim.predicate, claim.object_class):
        return False
    told = _told_date(finding)
    placed = finding.place is None or not claim.places or finding.place in claim.places
    newer = told is not None and (claim.as_of is None or dates.later(told, claim.as_of))
    return placed and not newer and values.same(finding.after, value)


def lessons_of(finding: Finding, text: str, baseline: Baseline) -> tuple[Lesson, ...]:
    """What can be learned where a name in a finding was not the company's: the name beside a word that is a name, too.

    Nothing where no such word stands beside it, or only one of the company's own names: a legal name is never
    silenced, nor the name alone.
    """
    company = baseline.companies.get(finding.entity)
    own = {word for alias in company.aliases for word in fold(alias.name).split()} if company is not None else set()
    found = []
    for start, end in finding.marks:
        before, after = (word if word not in own else "" for word in _beside(text, start, end))
        if before or after:
            found.append(Lesson(finding.entity, finding.source, fold(text[start:end]), before, after))
    return tuple(dict.fromkeys(found))


def _beside(text: str, start: int, end: int) -> tuple[str, str]:
    """The folded words directly before and after a name where they are written as names; else empty."""
    left = _BEFORE.search(text[max(0, start - _REACH) : start])
    right = _AFTER.match(text[end : end + _REACH])
    return _name(left), _name(right)


def _name(match: re.Match[str] | None) -> str:
    return fold(match[1]) if match is not None and match[1][:1].isupper() and len(match[1]) > 1 else ""


def _doubted(found: Sequence[Finding], text: str, lessons: Sequence[Lesson]) -> tuple[Finding, ...]:
    """The findings of names that were another's before wait for review; what goes on about them waits with them."""
    doubtful = {index for index, finding in enumerate(found) if _is_doubtful(finding, text, lessons)}
    certain = {finding.entity for index, finding in enumerate(found) if finding.marks and index not in doubtful}
    doubted = {found[index].entity for index in doubtful} - certain
    return tuple(
        replace(finding, method="fuzzy", confidence="fuzzy", rules=(*finding.rules, "taught"))
        if index in doubtful or (not finding.marks and finding.entity in doubted)
        else finding
        for index, finding in enumerate(found)
    )


def _is_doubtful(finding: Finding, text: str, lessons: Sequence[Lesson]) -> bool:
    own = [one for one in lessons if (one.entity, one.source) == (finding.entity, finding.source)]
    return bool(own and finding.marks) and all(
        any(_fits(lesson, text, start, end) for lesson in own) for start, end in finding.marks
    )


def _fits(lesson: Lesson, text: str, start: int, end: int) -> bool:
    if fold(text[start:end]) != lesson.surface:
        return False
    before, after = _beside(text, start, end)
    return bool((lesson.after and after == lesson.after) or (not lesson.after and before == lesson.before))

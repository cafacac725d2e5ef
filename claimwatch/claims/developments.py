"""Which happening in the world a finding tells of: one item to a reader, whoever else tells it too. Pure.

A development gathers findings of one kind (predicate, object class, place, kind of act) within days of each other, of
any source; an untyped one gathers findings of one sentence. Another company joins where one sentence tells of both, or
both have one day. Two sentences of one page are one happening only where they name one object: mostly they tell of
two. Security flaws of different numbers are different happenings. The state of a development is the set of facts told
of it so far; the version rises when a fact is added that was not there, never because another source says the same. A
wrong join hides news, so what is in doubt stays apart (docs/detection.md).
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from datetime import date, datetime

from claimwatch.claims import advisories, dates
from claimwatch.claims.text import squeezed
from claimwatch.models import Development, Finding, Outcome

DAYS = 7
_YEAR, _FULL_DATE = len("2020"), len("2020-09-15")
RANK = {
    Outcome.PENDING: 1, Outcome.NEW: 2, Outcome.UPDATE: 2, Outcome.DENIAL: 3, Outcome.REVERSAL: 4,
}  # fmt: skip
# What is done, where one teller says that it was done and another that it stands.
_ACTS = {"add": "assert", "revise": "assert", "move": "assert", "suspend": "remove"}


def assign(
    finding: Finding,
    published_on: date | None,
    seen_at: datetime,
    known: Sequence[Development],
    beside: Sequence[tuple[Finding, str]] = (),
) -> Development:
    """The development that an alerting finding belongs to: one of `known`, brought up to date, or a new one.

    `published_on` is the date of the publication, None where it prints none; `seen_at` (aware UTC) when we first saw
    it. `beside` is what the same publication told already, each with the key of its development. Of several that fit,
    the one nearest in time, then the first by key.
    """
    happened_on = _day(finding)
    told_on = happened_on or published_on or seen_at.date()
    flaws = advisories.numbers(finding.quote)
    fitting = [
        (abs((told_on - _told_on(d)).days), d.key, d)
        for d in known
        if _same_kind(finding, d)
        and _near(finding, happened_on, told_on, published_on, d)
        and _may_join(finding, d, [one for one, key in beside if key == d.key], flaws, seen_at)
    ]
    if fitting:
        return _merged(min(fitting, key=lambda item: item[:2])[2], finding, happened_on, seen_at)
    again = _told_again(finding, told_on, known)
    if again is not None:
        return _merged(again, finding, happened_on, seen_at)
    return Development(
        key=_new_key(finding, told_on, known),
        outcome=finding.outcome,
        predicate=finding.predicate,
        object_class=finding.object_class,
        operation=finding.operation,
        place=finding.place,
        companies=(finding.entity,),
        happened_on=happened_on,
        severity=finding.severity,
        state=state_of(_facts(finding)),
        state_version=1,
        first_seen_at=seen_at,
        published_on=published_on,
    )


def _told_on(known: Development) -> date:
    return known.happened_on or known.published_on or known.first_seen_at.date()


def _day(finding: Finding) -> date | None:
    on = _told_date(finding)
    return date.fromisoformat(on) if on and len(on) == _FULL_DATE else None


def _told_date(finding: Finding) -> str | None:
    """The date that the evidence itself gives, not the one implied by its publication."""
    return None if "as_of.implied" in finding.rules else finding.as_of


def _key(finding: Finding, told_on: date) -> str:
    kind = [finding.predicate or "", finding.object_class or "", finding.place or "", finding.operation]
    if finding.predicate is None:
        kind.append(squeezed(finding.quote))
    return hashlib.sha256("\x1f".join([*kind, told_on.isoformat()]).encode()).hexdigest()[:20]


def _new_key(finding: Finding, told_on: date, known: Sequence[Development]) -> str:
    """The key of a development that none of `known` is: another of its kind and day has another key."""
    taken = {d.key for d in known}
    key = _key(finding, told_on)
    for what in (finding.entity, finding.outcome.value, squeezed(finding.quote)):
        if key not in taken:
            break
        key = hashlib.sha256(f"{key}\x1f{what}".encode()).hexdigest()[:20]
    return key


def _act(operation: str) -> str:
    return _ACTS.get(operation, operation)


def _same_kind(finding: Finding, known: Development) -> bool:
    if finding.predicate != known.predicate or _act(finding.operation) != _act(known.operation):
        return False
    # What a company answers to a measure is a happening of its own.
    if (finding.outcome is Outcome.DENIAL) != (known.outcome is Outcome.DENIAL):
        return False
    if finding.predicate is None:
        return f"said={_said(finding)}" in known.state.split(";")
    if finding.object_class != known.object_class:
        return False
    return finding.place == known.place or finding.place is None or known.place is None


def _may_join(
    finding: Finding, known: Development, beside: Sequence[Finding], flaws: Set[str], seen_at: datetime
) -> bool:
    """Whether nothing speaks against a finding being part of a development of its kind and time.

    `beside` are the findings of the same publication that belong to it already, `flaws` the numbers that it gives.
    """
    there = numbers_in(known.state.split(";")) if flaws else set()
    if finding.predicate is not None and advisories.differ(flaws, there):
        return False
    # It may be the number of what was told without one, or another flaw: only one page, read at once, tells both whole.
    if finding.predicate is not None and flaws and not there and not (beside and seen_at == known.first_seen_at):
        return False
    others = [one for one in beside if one.quote != finding.quote]
    if finding.predicate is not None and others:
        named = finding.object_class is not None and finding.object_class != "other"
        one_object = named and all(one.object_class == finding.object_class for one in others)
        if not one_object and not flaws & there:
            return False
        # "The list was extended. An application to be taken off it is before the court."
        if any((one.outcome is Outcome.PENDING) != (finding.outcome is Outcome.PENDING) for one in others):
            return False
    if finding.entity in known.companies or len(others) < len(beside) or finding.predicate is None:
        return True
    return (on := _day(finding)) is not None and on == known.happened_on


def _told_again(finding: Finding, told_on: date, known: Sequence[Development]) -> Development | None:
    """The reversal that a finding without a date of its own tells again: what was taken back cannot be taken back once
    more, unless it was imposed anew in between. None where nothing says so.

    A source that acts itself tells of that day (the date implied is a full one), and nothing again.
    """
    if finding.outcome is not Outcome.REVERSAL or _told_date(finding) or finding.object_class in (None, "other"):
        return None
    if finding.as_of is not None and len(finding.as_of) == _FULL_DATE:
        return None
    cell = [
        d
        for d in known
        if (d.predicate, d.object_class, d.place) == (finding.predicate, finding.object_class, finding.place)
        and finding.entity in d.companies
        and _told_on(d) <= told_on
        and d.outcome is not Outcome.PENDING
    ]
    last = max(cell, key=lambda d: (_told_on(d), d.key), default=None)
    return last if last is not None and (last.outcome, last.operation) == (finding.outcome, finding.operation) else None


def _near(
    finding: Finding, happened_on: date | None, told_on: date, published_on: date | None, known: Development
) -> bool:
    """Within days of each other. Of two dated happenings their dates decide; a month must hold the other, and a year
    is met by the same year alone.

    What is to happen later is near to what was told undated on the same days ("with effect from 1 July").
    """
    told = _told_date(finding)
    if happened_on and published_on and happened_on > published_on and known.happened_on is None:
        told_on = published_on
    if known.happened_on is None:
        at = told or told_on.isoformat()
        coarse = [fact.removeprefix("date=") for fact in known.state.split(";") if fact.startswith("date=")]
        if any(on == told or (len(on) > _YEAR and at.startswith(on)) for on in coarse):
            return True
    if told and happened_on is None and len(told) > _YEAR:
        first = dates.as_date(told)
        return _told_on(known).isoformat().startswith(told) or (
            first is not None and abs((_told_on(known) - first).days) <= DAYS
        )
    return abs((told_on - _told_on(known)).days) <= DAYS


def sentence_fact(finding: Finding) -> str:
    """The fact by which a development without a predicate is known: each of them holds it in its state."""
    return f"said={_said(finding)}"


def _said(finding: Finding) -> str:
    return hashlib.sha256(squeezed(finding.quote).encode()).hexdigest()[:12]


def _facts(finding: Finding) -> set[str]:
    facts = {
        f"outcome={RANK.get(finding.outcome, 0)}",
        f"force={'no' if finding.outcome is Outcome.PENDING else 'yes'}",
    }
    if told := _told_date(finding):
        facts.add(f"date={told}")
    if finding.after is not None:
        number = squeezed(finding.after.text) if finding.after.value is None else f"{finding.after.value:.6g}"
        facts.add(f"value={finding.entity}:{number}:{finding.after.unit or ''}")
    if finding.predicate is None:
        facts.add(f"said={_said(finding)}")
    else:
        facts |= {f"number={number}" for number in advisories.numbers(finding.quote)}
    return facts


def numbers_in(facts: Iterable[str]) -> set[str]:
    """The numbers of security flaws among the facts of a state."""
    return {fact.removeprefix("number=") for fact in facts if fact.startswith("number=")}


def state_of(facts: Iterable[str]) -> str:
    """A state of these facts, always written in one way."""
    return ";".join(sorted(facts))


def _merged(known: Development, finding: Finding, happened_on: date | None, seen_at: datetime) -> Development:
    old = set(known.state.split(";"))
    fresh = {fact for fact in _facts(finding) - old if not implied(fact, old)}
    stronger = RANK.get(finding.outcome, 0) > RANK.get(known.outcome, 0)
    fresh = {fact for fact in fresh if not fact.startswith(("outcome=", "force=")) or stronger}
    # A finer form of a date already told replaces it and is no change.
    finer = {f for f in fresh if f.startswith("date=") and any(o.startswith("date=") and f.startswith(o) for o in old)}
    kept = {o for o in old if not any(f.startswith(o) for f in finer)}
    companies = tuple(sorted({*known.companies, finding.entity}))
    joins = finding.entity not in known.companies
    # A company's own value comes with the company: the two findings of one sentence are one state.
    told_with = {f for f in fresh if joins and f.startswith(f"value={finding.entity}:")}
    # So does one further number of the flaw, in another register; a further flaw beside one that was told is news.
    named = first_numbers(_facts(finding), old)
    # That it happened to another company as well is news where the first may have been told already.
    joins_later = joins and seen_at > known.first_seen_at
    return replace(
        known,
        outcome=finding.outcome if stronger else known.outcome,
        place=known.place or finding.place,
        companies=companies,
        happened_on=known.happened_on or happened_on,
        severity=min(known.severity, finding.severity),
        state=state_of(kept | fresh),
        state_version=known.state_version + (1 if joins_later or fresh - finer - told_with - named else 0),
    )


def first_numbers(facts: Iterable[str], old: Iterable[str]) -> set[str]:
    """Those of `facts` that only give what `old` tells of a number more: the one number of a register in which it has
    none. Of several in such a register one may be of another flaw, and nothing says which.

    Where `old` has numbers and none of them is among those of `facts`, nothing says that both tell of one flaw.
    """
    given, known = numbers_in(facts), numbers_in(old)
    if known and not given & known:
        return set()
    registers = {advisories.register(number) for number in known}
    spread = Counter(advisories.register(number) for number in given)
    new = (one for one in given if advisories.register(one) not in registers)
    return {f"number={one}" for one in new if spread[advisories.register(one)] == 1}


def implied(fact: str, old: set[str]) -> bool:
    """Whether a coarser form of a fact already told ("2024-06" beside "2024-06-11")."""
    return fact.startswith("date=") and any(other.startswith(fact) for other in old)


def joined(known: Development, finding: Finding, seen_at: datetime) -> Development:
    """`known` with a finding that belongs to it, as whoever looked at both has said; dates are not asked."""
    return _merged(known, finding, _day(finding), seen_at)

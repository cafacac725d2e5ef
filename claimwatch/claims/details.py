"""The value and the date that a finding tells, chosen when its kind of claim and its outcome are settled. Pure.

What decides the outcome measures only what the kind of claim measures; a reader also wants to know that it was 214
cameras, eleven public bodies, nine million dollars.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from claimwatch.claims import circumstances, counts, dates, figures, ranks, values
from claimwatch.claims.amounts import Amount
from claimwatch.claims.judge import Judged
from claimwatch.claims.outcome import Decision
from claimwatch.claims.quantities import CURRENCIES
from claimwatch.claims.readings import Reading
from claimwatch.claims.text import word_set
from claimwatch.claims.thread import Thread
from claimwatch.models import Baseline, Outcome, Quantity, SourceClass

# Kinds of claims that a sum of money belongs to, kinds to which only that or a number of devices does, and kinds that a
# count of anything belongs to.
_SUMS = word_set("contract_value litigation divestment_decision divestment_recommendation licence_requirement")
_THINGS = word_set("calls_for accused_of import_ban")
_COUNTED = word_set(
    "government_removal used_by deployed_at contract sold_to cybersecurity_concern subsidiary_of alias_of "
    "market_presence_qual"
)
_KIT = frozenset({"cameras", "devices"})
_PEOPLE = frozenset({"entities", "employees"})
_LARGE = 100_000
_SEVERAL = 5
_A_YEAR = 366

# A text that does what it says, on its own day.
_ACTS = re.compile(r"\b(?:hereby|herewith|herved|hermed|this court's (?:judgment|order))\b|即日|特此")


def settled(entity: str, reading: Reading, judged: Judged, baseline: Baseline) -> Judged:
    """The judgement, without its difference where the value that the reader is told is the claim's after all, and with
    one where it is another: what is shown as before and after a restatement is the same.

    What decides reads only the figures of its kind: of "a quarter of a million" the million. Where the sentence holds
    another figure besides, that may be the news.
    """
    if judged.decision.outcome is Outcome.RESTATEMENT and judged.before is not None:
        told = value(entity, reading, judged, _units(judged, baseline))
        if told is not None and told.unit == judged.before.unit and not _says(reading, judged.before, told):
            return replace(judged, decision=_differing(judged), after=told)
        return judged
    if judged.unchanged is None or judged.before is None or judged.after is None:
        return judged
    told = value(entity, reading, judged, _units(judged, baseline))
    if told is None or not values.no_other(judged.before, told) or judged.after.text not in told.text:
        return judged
    if any(a.value != told.value and a.unit == told.unit for a in _counted(reading)):
        return judged
    return replace(judged, decision=judged.unchanged, unchanged=None)


def _says(reading: Reading, before: Quantity, told: Quantity) -> bool:
    """Whether a sentence gives the value that was before, be it beside the one told."""
    return values.same(told, before) or any(_is(amount, before) for amount in _counted(reading))


def _is(amount: Amount, known: Quantity) -> bool:
    """Whether an amount is a known value, whatever its noun is called."""
    return values.same(Quantity(amount.value, known.unit, amount.comparator, None, ""), known)


def _differing(judged: Judged) -> Decision:
    cell = tuple(rule for rule in judged.decision.rules if rule.startswith("cell."))
    return Decision(Outcome.UPDATE, (*cell, "value.differs"))


def change(
    entity: str, reading: Reading, judged: Judged, baseline: Baseline
) -> tuple[Quantity | None, Quantity | None]:
    """The values before and after that a finding tells: none in an update of something else than the value. Where the
    sentence says the claim's own value and one other, the other is the news."""
    after = value(entity, reading, judged, _units(judged, baseline))
    again = judged.decision.outcome is Outcome.RESTATEMENT
    if again and judged.before is not None and after is not None and not values.same(judged.before, after):
        # Of several figures the one that is known is what is restated.
        known = next((a for a in _counted(reading) if _is(a, judged.before)), None)
        told = None if known is None else _quantity(replace(known, unit=judged.before.unit), reading, judged)
        return judged.before, told or after
    update = judged.decision.outcome is Outcome.UPDATE
    if update and judged.before is not None and after is not None and values.no_other(judged.before, after):
        others = [a for a in _counted(reading) if a.unit == after.unit and a.value != after.value]
        return (judged.before, _quantity(others[0], reading, judged)) if len(others) == 1 else (None, None)
    return judged.before, after


def _units(judged: Judged, baseline: Baseline) -> Sequence[str]:
    """The units of the kind of claim that a judgement is of."""
    predicate = baseline.predicates.get(judged.frame.predicate or "")
    return predicate.units if predicate else ()


def value(entity: str, reading: Reading, judged: Judged, units: Sequence[str]) -> Quantity | None:
    """The value of a finding on a company: the judged one, or what the sentence counts. `units` are its kind's own.

    A number that the judged value is only a part of ("a quarter of a million") takes its place, and so does the newer
    of two ("from 170 to 120").
    """
    predicate, told = judged.frame.predicate, judged.after
    if predicate == "market_rank":
        ranked = ranks.of_company(entity, reading, lost=judged.frame.negated)
        if ranked is not None or judged.frame.negated:
            return None if ranked is None else _quantity(ranked, reading, judged)
    fitting = _fitting(_counted(reading), judged, units, reading)
    settled = told is not None and (told.unit in units or told.unit in CURRENCIES)
    if told is not None and settled and all(a.value == told.value for a in fitting if a.unit == told.unit):
        return told
    chosen = (figures.paired(fitting, reading.named, reading.subjects.entities, reading.folded) or {}).get(entity)
    if chosen is None:
        own = figures.owned(fitting, entity, reading.named, reading.subjects.entities, reading.folded)
        fitting = counts.current(own or fitting, reading.folded, reading.language)
        chosen = figures.of_company(fitting, entity, reading.named, reading.folded)
    return told if chosen is None else _quantity(chosen, reading, judged)


def _counted(reading: Reading) -> tuple[Amount, ...]:
    """All that a sentence counts or measures, beside its dates."""
    return counts.find(reading.folded, reading.language, [(m.start, m.end) for m in reading.moments])


def _fitting(found: Sequence[Amount], judged: Judged, units: Sequence[str], reading: Reading) -> Sequence[Amount]:
    """The amounts that can be the value of a kind of claim: of its own units, else sums or counts where it has them."""
    predicate = judged.frame.predicate
    bare = [a for a in found if a.unit in (None, "items")]
    sums = [a for a in found if a.unit in CURRENCIES or (a.unit is None and a.value >= _LARGE)]
    kit = [a for a in found if a.unit in _KIT]
    if predicate is None:
        plain = [a for a in found if a.unit not in (None, *_PEOPLE) and (a.unit != "items" or a.value >= _SEVERAL)]
        alone = len(plain) in (1, len(reading.subjects.entities))
        return plain if judged.decision.outcome.alerts and alone else []
    if predicate in _COUNTED:
        plain = [a for a in found if a.unit not in CURRENCIES and a.unit != "percent" and a.unit not in _PEOPLE]
        plain = [a for a in plain if a.value.is_integer() or a.value >= _LARGE]
        own = [a for a in found if a.unit in units or (predicate == "contract" and a.unit in ("contracts", "projects"))]
        return own or (sums if predicate == "contract" else []) or kit or plain or sums or found
    own = [a for a in found if a.unit in units]
    if units and predicate not in _SUMS and predicate != "market_rank":
        if "cameras/year" in units:
            own = [replace(a, unit="cameras/year") for a in found if a.unit in (*units, None, *_KIT)]
        fits = [a for a in bare if a.value.is_integer() or "percent" in units]
        fits = [a for a in fits if (a.value <= 100 and a.unit is None) or "percent" not in units]
        if len(own) < len(reading.subjects.entities) or all(counts.former(a, reading.folded) for a in own):
            own = sorted([*own, *(replace(a, unit=units[0]) for a in fits)], key=lambda a: a.start)
        return own or (sums if predicate == "ownership_share" else [])
    if predicate in _SUMS:
        return own or sums or [a for a in found if a.unit == "shares"]
    plain = [a for a in found if a.unit in _KIT or a.unit in ("networks", "projects", "contracts")]
    return own or (kit if predicate in _THINGS else plain if len(plain) == 1 else [])


def _quantity(amount: Amount, reading: Reading, judged: Judged) -> Quantity:
    said = reading.text[amount.start : amount.end]
    return Quantity(amount.value, amount.unit, amount.comparator, judged.as_of, said)


def dated(
    reading: Reading, judged: Judged, thread: Thread, known: str | None, published_on: date | None,
    source_class: SourceClass,
) -> tuple[str | None, str | None]:  # fmt: skip
    """The date that the text itself gives for what a finding tells, and the one it holds for; None where there is none.

    `known` is the date of the claim that it concerns, which a restatement has where it says no other.
    """
    said = judged.as_of
    moments = dates.wider(reading.text, published_on, thread.day)
    if judged.decision.outcome is Outcome.RESTATEMENT:
        if said is not None and all(m.on != said for m in moments):
            said = circumstances.as_of(judged.frame, moments, reading.folded)
        of_year = known is not None and said is not None and known[:4] == said and len(known) == len("2019-10")
        if known is not None and published_on is not None and dates.later(known, published_on.isoformat()):
            known = None  # written before the claim was
        return said, known if said is None or of_year else said
    if judged.decision.outcome.alerts:
        reversal = judged.decision.outcome is Outcome.REVERSAL
        said = circumstances.told_on(judged.frame, moments, reading.folded, said, reversal=reversal)
    before = None if reading.named or _long_ago(thread.on, published_on) else thread.on
    if said is None and judged.decision.outcome.alerts and published_on is not None and _ACTS.search(reading.folded):
        return None, published_on.isoformat()
    return said, said or _implied(judged, before, published_on, source_class)


def _long_ago(on: str | None, published_on: date | None) -> bool:
    """Whether a date told before lies more than a year back, or ahead: it is that of another thing."""
    then = dates.as_date(on)
    return then is not None and published_on is not None and not 0 <= (published_on - then).days <= _A_YEAR


def _implied(judged: Judged, before: str | None, published_on: date | None, source_class: SourceClass) -> str | None:
    """The date of an alert that gives none itself: that of the sentence `before`, where it goes on about the same,
    else the publication's. A body acts, and a group calls, on its day; of what the press tells only the month is known.
    """
    if not judged.decision.outcome.alerts or published_on is None:
        return None
    day = published_on.isoformat()
    if judged.frame.operation in ("deny", "call"):
        return day[:7] if source_class is SourceClass.PRESS else day
    return before or (day if source_class is SourceClass.OFFICIAL else day[:7])

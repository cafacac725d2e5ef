"""Dates that a sentence fixes for later: until when something holds, by when it is due, from when it applies. Pure.

Such a date says nothing of what will happen on it. When it passes, a reader is reminded of what was said.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from claimwatch.claims import dates
from claimwatch.claims.findings import fingerprint
from claimwatch.claims.text import fold
from claimwatch.models import DATE_PASSED, Finding, Outcome

_END = r"(?: and including| og med)?(?: the)?(?: end of(?: the)?| utgangen av| slutten av)? $"
_BEFORE = {
    "until": re.compile(
        r"\b(?:until|till|through|expir\w+(?: on)?|laps\w+(?: on)?|runs? (?:out )?(?:on|to)|inntil|fram til|frem til|"
        r"til|utløp\w*(?: den)?)(?: den)?" + _END
    ),
    "by": re.compile(
        r"\b(?:by|no later than|not later than|before|due(?: on| by)?|deadline (?:is|of|on)|innen|innan|seinast|senest|"
        r"fristen er)(?: den)?" + _END
    ),
    "from": re.compile(
        r"\b(?:effective(?: on| from| as of)?|effect (?:on|from|as of)|takes? effect(?: on)?|"
        r"in(?:to)? force (?:on|from)|starting(?: on| from)?|beginning(?: on)?|from|as of|applies from|"
        r"i kraft(?: fra| frå)?|fra|frå)(?: den)?"
        + _END
    ),
}  # fmt: skip
_CHINESE = {"until": re.compile(r"(?:至|直到|截至)$"), "by": re.compile(r"(?:之前|最迟)$"), "from": re.compile(r"自$")}
# "from 10 November 2025 to 9 November 2026"
_SPAN = re.compile(r"^ (?:to|through|til|-) (?:den )?$")
_RULE = "date_ahead"


@dataclass(frozen=True, slots=True)
class Fixed:
    """A day that a text fixes. `kind` is `until` (until when it holds), `by` (when it is due) or `from`."""

    on: date
    kind: str

    @property
    def rule(self) -> str:
        """How a finding notes it among its rules."""
        return f"{_RULE}.{self.kind}.{self.on.isoformat()}"


def fixed_dates(text: str, published_on: date | None) -> tuple[Fixed, ...]:
    """The days after `published_on` that a text fixes, in its order; none where the day of publication is not known.

    Of a month its last day counts, of what begins the first. A year alone fixes no day.
    """
    if published_on is None:
        return ()
    folded = fold(text)
    found: list[Fixed] = []
    last_end = 0
    for moment in dates.find(text, published_on):
        before = folded[last_end : moment.start]
        kind = _kind(before, after_another=bool(last_end))
        last_end = moment.end
        on = _day(moment.on, kind)
        if kind is not None and on is not None and on > published_on:
            found.append(Fixed(on, kind))
    return tuple(dict.fromkeys(found))


def noted(rules: Iterable[str]) -> tuple[Fixed, ...]:
    """The dates that a finding notes among its rules."""
    parts = [rule.split(".") for rule in rules if rule.startswith(f"{_RULE}.")]
    return tuple(Fixed(date.fromisoformat(on), kind) for _, kind, on in parts)


def _kind(before: str, *, after_another: bool) -> str | None:
    if after_another and _SPAN.match(before):
        return "until"
    for patterns in (_BEFORE, _CHINESE):
        for kind, pattern in patterns.items():
            if pattern.search(before):
                return kind
    return None


def _day(on: str, kind: str | None) -> date | None:
    if len(on) == len("2026-11-09"):
        return date.fromisoformat(on)
    first = dates.as_date(on) if len(on) == len("2026-11") else None
    if first is None or kind == "from":
        return first
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def passed(finding: Finding, fixed: Fixed, severity: str) -> Finding:
    """What is told when a day that `finding` fixes has passed: its words and that day, and nothing of what happened.

    `severity` is that of a pending matter of its kind.
    """
    on = fixed.on.isoformat()
    return replace(
        finding,
        outcome=Outcome.PENDING,
        operation=DATE_PASSED,
        before=None,
        after=None,
        as_of=on,
        severity=severity,
        rules=(f"{DATE_PASSED}.{fixed.kind}.{on}",),
        fingerprint=fingerprint(
            finding.entity,
            finding.predicate,
            finding.object_class,
            finding.place,
            DATE_PASSED,
            None,
            f"{fixed.kind} {on}",
            finding.quote,
        ),
    )

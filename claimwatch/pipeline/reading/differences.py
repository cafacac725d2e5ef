"""What an item was found to say, against what it is found to say now: the findings that appear, vanish or change. Pure.

Findings of an item are the same where company, fingerprint and sentence are. Failing that, one is a changed form of
another that is about the same company and has the same sentence, the same fingerprint, or a sentence that holds the
other (a sentence that is now cut elsewhere).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from claimwatch.models import Finding
from claimwatch.store.finding_rows import WITHDRAWN, FindingRow

_STOPS = " .,;:!?…"


class Kind(StrEnum):
    """What became of a finding."""

    APPEARS = "appears"
    VANISHES = "vanishes"
    CHANGES = "changes"
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class Difference:
    """One finding then and now. `row` is the stored one, `after` what is found now.

    Of a finding that appears, `row` is one that was withdrawn before and is back; mostly there is none.
    """

    kind: Kind
    row: FindingRow | None
    after: Finding | None


def differences(
    rows: Sequence[FindingRow], is_there: Callable[[FindingRow], bool], found: Sequence[Finding]
) -> list[Difference]:
    """Compare the stored findings of an item, `rows`, with those `found` in it now.

    `is_there` says whether a stored finding is about the newest revision: what an older one said, and the newest does
    not, is no matter of ours.
    """
    by_words: dict[tuple[str, str, str], FindingRow] = {}
    for row in sorted(rows, key=lambda row: row.status == WITHDRAWN, reverse=True):
        by_words[_words(row.evidence.finding)] = row  # of two alike, the one that is not withdrawn
    now = {_words(finding): finding for finding in found}
    result = []
    for words in now.keys() & by_words.keys():
        row, after = by_words[words], now[words]
        if row.status == WITHDRAWN:
            result.append(Difference(Kind.APPEARS, row, after))
        else:
            alike = _says(row.evidence.finding) == _says(after)
            result.append(Difference(Kind.STAYS if alike else Kind.CHANGES, row, after))
    left = [
        row for row in rows if row.status != WITHDRAWN and _words(row.evidence.finding) not in now and is_there(row)
    ]
    fresh = [finding for words, finding in now.items() if words not in by_words]
    for is_form in (_same_sentence, _same_fingerprint, _same_place):
        for row in list(left):
            other = next((f for f in fresh if f.entity == row.evidence.finding.entity and is_form(row, f)), None)
            if other is not None:
                left.remove(row)
                fresh.remove(other)
                result.append(Difference(Kind.CHANGES, row, other))
    result += [Difference(Kind.VANISHES, row, None) for row in left]
    result += [Difference(Kind.APPEARS, None, finding) for finding in fresh]
    return sorted(result, key=_order)


def appearing(found: Iterable[Finding]) -> list[Difference]:
    """All findings of an item that was not stored."""
    return [Difference(Kind.APPEARS, None, finding) for finding in found]


def _words(finding: Finding) -> tuple[str, str, str]:
    return finding.entity, finding.fingerprint, finding.quote


def _says(finding: Finding) -> tuple[object, ...]:
    """What of a finding a reader or an analyst would see change."""
    return (
        finding.outcome, finding.predicate, finding.object_class, finding.operation, finding.claims, finding.before,
        finding.after, finding.place, finding.as_of, finding.severity,
    )  # fmt: skip


def _same_sentence(row: FindingRow, finding: Finding) -> bool:
    return row.evidence.finding.quote == finding.quote


def _same_fingerprint(row: FindingRow, finding: Finding) -> bool:
    return row.evidence.finding.fingerprint == finding.fingerprint


def _same_place(row: FindingRow, finding: Finding) -> bool:
    one, other = row.evidence.finding.quote.rstrip(_STOPS), finding.quote.rstrip(_STOPS)
    return one in other or other in one


def _order(difference: Difference) -> tuple[int, int, int, str]:
    """In the order of the text; what vanishes before what takes its place."""
    row, after = difference.row, difference.after
    start = after.start if after else row.evidence.finding.start if row else 0
    entity = after.entity if after else row.evidence.finding.entity if row else ""
    return start, list(Kind).index(difference.kind), row.evidence.id if row else 0, entity

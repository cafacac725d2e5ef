"""Whether two quantities can be the same value: by the rounding that they show and by what their words leave open."""

import functools
from decimal import Decimal

from claimwatch.claims.quantities import find
from claimwatch.models import Claim, Quantity


def _rounding(value: float) -> float:
    """Half a unit of the last digit that a number shows: 0.5 for 42 and for 180, 5,000 for 250,000."""
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    power = exponent if isinstance(exponent, int) else 0
    return float(0.5 * 10.0 ** (power if value >= 1000 else min(power, 0)))


def interval(value: float, comparator: str) -> tuple[float, float]:
    """The values that a statement leaves open: eq within 2 %, approx within 10 %, gt and lt open to one side.

    `order` (also `order_millions` and the like) spans one power of ten.
    """
    if comparator == "gt":
        return value, float("inf")
    if comparator == "lt":
        return 0.0, value
    if comparator.startswith("order"):
        return value, value * 10
    slack = 0.10 if comparator == "approx" else 0.02
    return value * (1 - slack), value * (1 + slack)


def same(first: Quantity, second: Quantity) -> bool:
    """Whether two quantities of one unit can be the same value.

    Exact numbers may differ by their rounding (at most 2 %), approximate ones by 10 %. Open intervals that overlap are
    not enough: "over 600,000" and "over 900,000" overlap, yet the second is news.
    """
    if first.value is None or second.value is None or first.unit != second.unit:
        return False
    if first.comparator.startswith("order") or second.comparator.startswith("order"):
        low, high = interval(first.value, first.comparator)
        other_low, other_high = interval(second.value, second.comparator)
        return max(low, other_low) <= min(high, other_high)
    larger = max(abs(first.value), abs(second.value))
    if "approx" in (first.comparator, second.comparator):
        return abs(first.value - second.value) <= 0.10 * larger
    gap = abs(first.value - second.value)
    return gap <= 0.02 * larger and gap <= max(map(_rounding, (first.value, second.value)))


def no_other(first: Quantity, second: Quantity) -> bool:
    """Whether two quantities say the same number, or where none stands the same words: to a reader nothing changed.

    Narrower than `same`: 41.5 % can be 42 %, and is another number.
    """
    if first.value is None or second.value is None:
        return first.value is second.value and first.text == second.text
    plain = ("eq", "approx")
    kind = first.comparator == second.comparator or {first.comparator, second.comparator} <= set(plain)
    return kind and (first.value, first.unit) == (second.value, second.unit)


def of_claim(claim: Claim) -> Quantity | None:
    """The value of a baseline claim, None where it has none. Its text is the value as the quote words it."""
    if claim.value is None:
        return None
    return _worded(claim.value, claim.unit, claim.comparator or "eq", claim.as_of, claim.quote)


@functools.cache
def _worded(value: float, unit: str | None, comparator: str, as_of: str | None, quote: str) -> Quantity:
    kind = "order" if comparator.startswith("order") else comparator
    worded = (a for a in find(quote, "en") if a.value == value and a.unit == unit)
    text = next((quote[a.start : a.end] for a in worded), quote)
    return Quantity(value, unit, kind, as_of, text)

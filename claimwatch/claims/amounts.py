"""A figure that a text gives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity and where it stands: `text[start:end]`, offsets into the text that was searched.

    `unit` is one of `quantities`, a currency code, `rank`, or None where nothing says what is counted; `comparator` is
    eq, approx, gt, lt or order (of magnitude).
    """

    value: float
    unit: str | None
    comparator: str
    start: int
    end: int

"""Which combinations of fault, source and place run always, and which only with `--all`."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

import pytest

from tests.faults.worlds import WORLDS

SEED = "1"


def cases(
    faults: Iterable[str],
    places: Sequence[str] = (),
    why_not: Callable[..., str | None] = lambda *_values: None,
) -> list[Any]:
    """A parameter set (fault, source and, where there are places, place) for each combination.

    One combination of every third fault runs at all times, chosen by hash; the rest are slow. `why_not` takes the
    values and says why that cannot happen; such a combination is skipped with this reason.
    """
    found: list[Any] = []
    for number, fault in enumerate(faults):
        combined = [
            (fault, source, *place) for source in WORLDS for place in product(places, repeat=min(len(places), 1))
        ]
        possible = [values for values in combined if why_not(*values) is None]
        chosen = sorted(possible, key=_lot)[: number % 3 == 1]
        for values in combined:
            reason = why_not(*values)
            marks = [] if values in chosen else [pytest.mark.slow]
            if reason is not None:
                marks.append(pytest.mark.skip(reason=f"not applicable: {reason}"))
            found.append(pytest.param(*values, id="-".join(values), marks=marks))
    return found


def _lot(values: Sequence[str]) -> str:
    return hashlib.sha256(":".join((SEED, *values)).encode()).hexdigest()

"""Comparison: what a text or a list row says about a watched company, seen from the baseline. Pure.

`Comparer` gives findings; `assign` groups them into developments; `screen_record`, `read_records` and `finding_json`
are what `claimwatch screen` is made of.
"""

from claimwatch.claims.comparer import Comparer
from claimwatch.claims.developments import assign
from claimwatch.claims.screen import ScreenRecord, detect_language, finding_json, read_records, screen_record

__all__ = [
    "Comparer", "ScreenRecord", "assign", "detect_language", "finding_json", "read_records", "screen_record",
]  # fmt: skip

"""Comparison: what a text or a list row says about a watched company, seen from the baseline. Pure.

`Comparer` gives findings; `assign` groups them into developments; `screen_record`, `read_records` and `finding_json`
are what `claimwatch screen` is made of. Each is loaded when it is first asked for.
"""

from typing import TYPE_CHECKING

from claimwatch.on_demand import on_demand

if TYPE_CHECKING:
    from claimwatch.claims.comparer import Comparer
    from claimwatch.claims.developments import assign
    from claimwatch.claims.screen import ScreenRecord, detect_language, finding_json, read_records, screen_record

__all__ = [
    "Comparer", "ScreenRecord", "assign", "detect_language", "finding_json", "read_records", "screen_record",
]  # fmt: skip

_MODULES = {
    "Comparer": "comparer",
    "ScreenRecord": "screen",
    "assign": "developments",
    "detect_language": "screen",
    "finding_json": "screen",
    "read_records": "screen",
    "screen_record": "screen",
}
__getattr__ = on_demand(__name__, _MODULES)

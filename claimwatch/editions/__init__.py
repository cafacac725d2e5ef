"""Editions: which period is due, what it tells, and how that reads as mail. Pure: no clock, no randomness.

The only files read are the templates, which are part of the program.
"""

from claimwatch.editions.assemble import assemble
from claimwatch.editions.calendar import (
    MERGE_WINDOW,
    RECORD,
    URGENT,
    Period,
    alert_period,
    due_period,
    parse_period,
    record_period,
    units_between,
)
from claimwatch.editions.languages import words_for
from claimwatch.editions.preflight import preflight
from claimwatch.editions.render import render
from claimwatch.editions.selection import fresh, is_due, own_items
from claimwatch.editions.why import general_line, why_line

__all__ = [
    "MERGE_WINDOW",
    "RECORD",
    "URGENT",
    "Period",
    "alert_period",
    "assemble",
    "due_period",
    "fresh",
    "general_line",
    "is_due",
    "own_items",
    "parse_period",
    "preflight",
    "record_period",
    "render",
    "units_between",
    "why_line",
    "words_for",
]

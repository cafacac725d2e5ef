"""Editions: which period is due, what it tells, and how that reads as mail. Pure: no clock, no randomness.

The only files read are the templates, which are part of the program.
"""

from claimwatch.editions.assemble import assemble
from claimwatch.editions.calendar import Period, due_period, parse_period
from claimwatch.editions.preflight import preflight
from claimwatch.editions.render import render

__all__ = ["Period", "assemble", "due_period", "parse_period", "preflight", "render"]

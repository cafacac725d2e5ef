"""When and in what order. The only place that imports Prefect: about twenty lines a flow, over `claimwatch.pipeline`.

Prefect decides when, the store decides whether: any of these may be started twice, killed, or started too early, and
nothing happens twice.
"""

import logging
import os

from claimwatch.errors import SettingsInvalid
from claimwatch.logs import Lines, lines_of
from claimwatch.settings import load_settings

# Prefect's `extra_loggers` hands our lines on to a run's page but leaves the level alone, which would be WARNING.
logging.getLogger("claimwatch").setLevel(logging.INFO)


def _write_our_lines() -> None:
    """What this process writes, Prefect's own lines included, gets the form of `claimwatch.logs`."""
    try:
        lines = lines_of(load_settings())
    except SettingsInvalid:  # the flow says so itself, at its first step
        lines = Lines()
    for handler in logging.getLogger().handlers:
        handler.setFormatter(lines)


if "PREFECT__FLOW_RUN_ID" in os.environ:  # a run that a worker started; by hand, flows.by_hand says what is shown
    _write_our_lines()

"""When and in what order. The only place that imports Prefect: about twenty lines a flow, over `claimwatch.pipeline`.

Prefect decides when, the store decides whether: any of these may be started twice, killed, or started too early, and
nothing happens twice.
"""

import logging
import os

from prefect.logging.handlers import APILogHandler

from claimwatch.errors import SettingsInvalid
from claimwatch.logs import Hidden, Lines, lines_of, secret_values
from claimwatch.settings import load_settings

# Prefect's `extra_loggers` hands our lines on to a run's page but leaves the level alone, which would be WARNING.
logging.getLogger("claimwatch").setLevel(logging.INFO)


def _write_our_lines() -> None:
    """What this process writes, Prefect's own lines included, gets the form of `claimwatch.logs`; and what it hands to
    Prefect's server, for the run's page, shows no secret either."""
    try:
        settings = load_settings()
        lines, hidden = lines_of(settings), Hidden("text", secret_values(settings))
    except SettingsInvalid:  # the flow says so itself, at its first step
        lines, hidden = Lines(), Hidden()
    loggers = [one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    for handler in {handler for logger in loggers for handler in logger.handlers}:
        if isinstance(handler, APILogHandler):
            handler.setFormatter(hidden)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(lines)


if "PREFECT__FLOW_RUN_ID" in os.environ:  # a run that a worker started; by hand, flows.by_hand says what is shown
    _write_our_lines()

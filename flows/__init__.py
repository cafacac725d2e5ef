"""When and in what order. The only place that imports Prefect: about twenty lines a flow, over `claimwatch.pipeline`.

Prefect decides when, the store decides whether: any of these may be started twice, killed, or started too early, and
nothing happens twice.
"""

import logging

# Prefect's `extra_loggers` hands our lines on to a run's page but leaves the level alone, which would be WARNING.
logging.getLogger("claimwatch").setLevel(logging.INFO)

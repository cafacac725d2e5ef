"""Sends what waits in the outbox. `python -m flows.deliver` does so now."""

import logging
import sys

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from claimwatch import pipeline
from claimwatch.logs import fields
from claimwatch.settings import load_settings

log = logging.getLogger("claimwatch.flows.deliver")


@task(name="send", cache_policy=NO_CACHE)
def send() -> pipeline.DeliveryReport:
    """One pass over the outbox. A message that is not accepted waits for the next pass, or is given up, as it says."""
    with pipeline.open_watch(load_settings()) as watch:
        report = pipeline.deliver(watch)
    for error in report.errors:
        log.warning("not delivered: %s", error)
    counts = (report.accepted, report.failed, report.waiting)
    said = fields(accepted=report.accepted, failed=report.failed, waiting=report.waiting)
    log.info("messages: %d accepted, %d failed, %d waiting", *counts, extra=said)
    return report


@flow(name="deliver")
def deliver() -> pipeline.DeliveryReport:
    """Every message that is due is tried once."""
    return send()


if __name__ == "__main__":
    from flows.by_hand import by_hand  # brings the whole server along, which a worker's run has no use for

    sys.exit(by_hand(deliver))

"""Builds the edition that is due and sends it. `python -m flows.digest [SERIES]` does so now."""

import logging
import sys

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from claimwatch import pipeline
from claimwatch.logs import fields
from claimwatch.models import Edition
from claimwatch.settings import load_settings
from flows.deliver import send

log = logging.getLogger("claimwatch.flows.digest")


@task(name="build", task_run_name="build-{series}", cache_policy=NO_CACHE)
def build(series: str) -> Edition | None:
    """Freezes the edition that is due and its messages, once nothing is being read; None where there is none, it was
    told, or nobody reads it."""
    with pipeline.open_watch(load_settings()) as watch:
        edition = pipeline.build_after_reads(watch, series) if series in pipeline.due_series(watch) else None
    if edition is None:
        log.info("%s: no edition to freeze", series, extra=fields(series=series))
    else:
        said = fields(series=edition.series, period=edition.period, items=len(edition.items))
        log.info("%s:%s: frozen with %d items", edition.series, edition.period, len(edition.items), extra=said)
    return edition


@flow(name="digest")
def digest(series: str = "weekly") -> tuple[Edition | None, pipeline.DeliveryReport]:
    """The newest edition of `series` that is due, frozen and sent; what cannot be sent now stays in the outbox."""
    return build(series), send()


if __name__ == "__main__":
    from flows.by_hand import by_hand  # brings the whole server along, which a worker's run has no use for

    sys.exit(by_hand(digest, *sys.argv[1:2]))

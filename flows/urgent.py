"""Builds the alert that is due and sends it. `python -m flows.urgent` does so now.

Woken every few minutes: the store knows what was seen and told, and mostly there is nothing.
"""

import sys

from prefect import flow

from claimwatch import pipeline
from claimwatch.models import Edition
from flows.deliver import send
from flows.digest import build

SERIES = "urgent"


@flow(name="urgent")
def urgent() -> tuple[Edition | None, pipeline.DeliveryReport | None]:
    """The alert that is due, frozen and sent; (None, None) where there is none, the outbox being others' to drain."""
    edition = build(SERIES)
    return edition, send() if edition is not None else None


if __name__ == "__main__":
    from flows.by_hand import by_hand  # brings the whole server along, which a worker's run has no use for

    sys.exit(by_hand(urgent))

"""What has changed lately, as far as readers may be told of it: the developments of the last days, gravest first."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from claimwatch.editions import assemble, parse_period
from claimwatch.models import Candidate, Edition
from claimwatch.pipeline.telling.tellable import candidate, today_of
from claimwatch.pipeline.watch import Watch
from claimwatch.store import developments, telling
from claimwatch.store.releases import rule

LENGTH = timedelta(days=7)
MOST = 20


@dataclass(frozen=True, slots=True)
class Week:
    """The last days up to `until`: an edition that nobody is sent, with the gravest developments in it as items.

    `more` counts those beyond.
    """

    since: datetime
    until: datetime
    edition: Edition
    more: int


def this_week(watch: Watch) -> Week:
    """What the polls of the last seven days found to be new or changed.

    What analysts dismissed or put off is left out, and so is what waits to be released.
    """
    now = watch.now()
    since, today = now - LENGTH, today_of(watch)
    local = now.astimezone(watch.zone).date().isocalendar()
    period = parse_period(f"{local.year}-W{local.week:02}", watch.settings.timezone)
    with watch.store.read() as connection:
        ids = telling.developed_since(connection, since, rule(connection, watch.settings.review))
        found: list[Candidate] = []
        looked_at = 0
        for id_ in ids:
            if len(found) == MOST:
                break
            looked_at += 1
            development = developments.find_development(connection, id_).development
            one = candidate(connection, watch, id_, development, today)
            if one is not None and one.evidence:
                found.append(one)
    edition = assemble(period, now, found, (), (), 0, watch.baseline, first=False)
    gravest = tuple(sorted(edition.items, key=lambda item: item.severity))
    return Week(since, now, replace(edition, items=gravest), len(ids) - looked_at)

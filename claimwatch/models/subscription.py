"""What a subscriber asked for."""

from dataclasses import dataclass
from datetime import datetime

from claimwatch.models.edition import Subscriber

SERIES = ("urgent", "daily", "weekly", "monthly", "record")
SEVERITIES = ("S1", "S2", "S3", "S4", "S5")


@dataclass(frozen=True, slots=True)
class Topics:
    """What is told. No companies or no sources named means all of them, those watched later included.

    `severity` is the least serious that is told, `S1` being the most serious; None tells everything.
    """

    companies: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    severity: str | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """One series of one subscriber. `ended_at` is None while it lasts; `ended_reason` is one line."""

    series: str
    topics: Topics = Topics()
    started_at: datetime | None = None
    ended_at: datetime | None = None
    ended_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """A subscriber as one series sees them. `proof_of_life` says whether they want a mail when nothing is new."""

    subscriber: Subscriber
    series: str
    topics: Topics
    proof_of_life: bool = True


@dataclass(frozen=True, slots=True)
class Member:
    """A subscriber with all that is kept of them: every subscription, ended ones included, by series."""

    subscriber: Subscriber
    proof_of_life: bool
    subscriptions: tuple[Subscription, ...]

    @property
    def current(self) -> tuple[Subscription, ...]:
        """The subscriptions that last."""
        return tuple(one for one in self.subscriptions if one.ended_at is None)

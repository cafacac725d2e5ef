"""Which items of an edition a reader asked for, and how each stands to what they have been told. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from claimwatch.models import Edition, Item, Topics

Pair = tuple[int, int]


def wants(topics: Topics, item: Item) -> bool:
    """Whether an item is about what a reader asked for. Naming no company or source means all of them."""
    entities = {evidence.finding.entity for evidence in item.evidence}
    sources = {evidence.finding.source for evidence in item.evidence}
    return (
        (not topics.companies or not entities.isdisjoint(topics.companies))
        and (not topics.sources or not sources.isdisjoint(topics.sources))
        and (topics.severity is None or item.severity <= topics.severity)
    )


def own_items(
    items: Mapping[Pair, Item],
    topics: Topics,
    *,
    told: Mapping[Pair, str | None],
    told_earlier: Iterable[int],
    owed: Iterable[Pair],
    general: Iterable[Pair],
) -> dict[Pair, Item]:
    """A reader's selection in the order of `items`, which are keyed by (development id, state version).

    `told` is what they know, with the series that a line may remind them of (None: without a word). `told_earlier`
    are the developments of which they know another state, `owed` what a message was to tell them that was given up,
    `general` what the edition itself tells. An item that they know comes with `told_as`.
    """
    earlier, released, shared = set(told_earlier), set(owed), set(general)
    own: dict[Pair, Item] = {}
    for pair, item in items.items():
        if not wants(topics, item):
            continue
        if pair not in told:
            if pair in shared or pair in released:
                own[pair] = replace(item, told_before=pair[0] in earlier)
        elif pair in shared and told[pair] is not None:
            own[pair] = replace(item, told_before=pair[0] in earlier, told_as=told[pair])
    return own


def fresh(edition: Edition) -> tuple[Item, ...]:
    """The items that an edition tells its reader for the first time."""
    return tuple(item for item in edition.items if item.told_as is None)


def is_blind(edition: Edition) -> bool:
    """Whether a source went unread in the period."""
    return any(source.unread for source in edition.coverage)


def is_due(edition: Edition, *, proof_of_life: bool) -> bool:
    """Whether a reader gets this edition of theirs.

    Always with something to tell. An alert never without; a quiet day is no news; a quiet week or month is said to
    those who want a sign of life; and a source that was not seen is said to everybody.
    """
    if fresh(edition):
        return True
    if edition.series == "urgent":
        return False
    return is_blind(edition) or (proof_of_life and edition.series != "daily")

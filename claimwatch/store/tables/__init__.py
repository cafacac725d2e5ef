"""The tables. A unique key stands wherever the design says "once".

Times are stored as UTC without zone and come back aware. JSON columns hold lists and small objects that are only
ever read whole. Change a table here and add a migration beside it: a test compares the two.
"""

from claimwatch.store.tables.base import Utc, meta, metadata
from claimwatch.store.tables.documents import entries, entry_revisions, publication_revisions, publications
from claimwatch.store.tables.editions import edition_events, edition_items, editions
from claimwatch.store.tables.findings import developments, findings, mentions
from claimwatch.store.tables.outbox import attempts, ledger, messages, relays
from claimwatch.store.tables.reading import captures, hosts, reads, source_states, validators
from claimwatch.store.tables.subscribers import (
    consent_events,
    form_uses,
    signups,
    subscribers,
    subscriptions,
    suppressions,
)

__all__ = [
    "Utc",
    "attempts",
    "captures",
    "consent_events",
    "developments",
    "edition_events",
    "edition_items",
    "editions",
    "entries",
    "entry_revisions",
    "findings",
    "form_uses",
    "hosts",
    "ledger",
    "mentions",
    "messages",
    "meta",
    "metadata",
    "publication_revisions",
    "publications",
    "reads",
    "relays",
    "signups",
    "source_states",
    "subscribers",
    "subscriptions",
    "suppressions",
    "validators",
]

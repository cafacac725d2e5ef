"""The tables. A unique key stands wherever the design says "once".

Times are stored as UTC without zone and come back aware. JSON columns hold lists and small objects that are only
ever read whole. Change a table here and add a migration beside it: a test compares the two.
"""

from claimwatch.store.tables.base import Utc, meta, metadata
from claimwatch.store.tables.bounces import bounces, probes, rests
from claimwatch.store.tables.calendar import fixed_dates
from claimwatch.store.tables.decisions import decisions, standings
from claimwatch.store.tables.documents import entries, entry_revisions, publication_revisions, publications
from claimwatch.store.tables.editions import edition_events, edition_items, editions
from claimwatch.store.tables.finding_claims import finding_claims
from claimwatch.store.tables.findings import developments, findings, mentions
from claimwatch.store.tables.operations import alarms, capture_chain, gauges
from claimwatch.store.tables.outbox import attempts, ledger, messages, relays
from claimwatch.store.tables.reading import captures, hosts, reads, source_states, validators
from claimwatch.store.tables.search import search_documents, search_findings
from claimwatch.store.tables.sign_ins import sign_ins
from claimwatch.store.tables.states import development_states
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
    "alarms",
    "attempts",
    "bounces",
    "capture_chain",
    "captures",
    "consent_events",
    "decisions",
    "development_states",
    "developments",
    "edition_events",
    "edition_items",
    "editions",
    "entries",
    "entry_revisions",
    "finding_claims",
    "findings",
    "fixed_dates",
    "form_uses",
    "gauges",
    "hosts",
    "ledger",
    "mentions",
    "messages",
    "meta",
    "metadata",
    "probes",
    "publication_revisions",
    "publications",
    "reads",
    "relays",
    "rests",
    "search_documents",
    "search_findings",
    "sign_ins",
    "signups",
    "source_states",
    "standings",
    "subscribers",
    "subscriptions",
    "suppressions",
    "validators",
]

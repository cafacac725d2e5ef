"""The data that passes between modules: frozen, slotted, typed. `_at` is an aware UTC datetime, `_on` a date."""

from claimwatch.models.baseline import Alias, Baseline, Claim, Company, Document, Predicate
from claimwatch.models.document import Entry, Field, Link, Page, Parsed, Publication, Skip
from claimwatch.models.edition import Candidate, Coverage, Edition, Evidence, Item, Rendered, Subscriber
from claimwatch.models.finding import Development, Finding, Mention, Outcome, Quantity
from claimwatch.models.option import Options, ParserOption
from claimwatch.models.source import (
    Expectation,
    Limits,
    Origin,
    PageFailure,
    Read,
    ReadStatus,
    SourceClass,
    SourceSpec,
    StartPage,
)
from claimwatch.models.subscription import SERIES, SEVERITIES, Member, Reader, Subscription, Topics

__all__ = [
    "SERIES", "SEVERITIES", "Alias", "Baseline", "Candidate", "Claim", "Company", "Coverage", "Development",
    "Document", "Edition", "Entry", "Evidence", "Expectation", "Field", "Finding", "Item", "Limits", "Link", "Member",
    "Mention", "Options", "Origin", "Outcome", "Page", "PageFailure", "Parsed", "ParserOption", "Predicate",
    "Publication", "Quantity", "Read", "ReadStatus", "Reader", "Rendered", "Skip", "SourceClass", "SourceSpec",
    "StartPage", "Subscriber", "Subscription", "Topics",
]  # fmt: skip

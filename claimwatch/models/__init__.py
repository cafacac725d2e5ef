"""The data that passes between modules: frozen, slotted, typed. `_at` is an aware UTC datetime, `_on` a date."""

from claimwatch.models.baseline import ACCEPTED, Alias, Baseline, Claim, Company, Document, Predicate
from claimwatch.models.decision import Action, CaseState, Decision, Label, Standing, Verdict, standing
from claimwatch.models.document import Entry, Field, Link, Page, Parsed, Publication, Skip
from claimwatch.models.edition import Candidate, Coverage, Edition, Evidence, Gone, Item, Rendered, Subscriber
from claimwatch.models.fact import Fact, Lesson
from claimwatch.models.finding import DATE_PASSED, Development, Finding, Mention, Outcome, Quantity
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
    "ACCEPTED", "DATE_PASSED", "SERIES", "SEVERITIES",
    "Action", "Alias", "Baseline", "Candidate", "CaseState", "Claim", "Company",
    "Coverage", "Decision", "Development", "Document", "Edition", "Entry", "Evidence", "Expectation", "Fact", "Field",
    "Finding", "Gone", "Item", "Label", "Lesson", "Limits", "Link", "Member", "Mention", "Options", "Origin",
    "Outcome", "Page", "PageFailure", "Parsed", "ParserOption", "Predicate", "Publication", "Quantity", "Read",
    "ReadStatus", "Reader", "Rendered", "Skip", "SourceClass", "SourceSpec", "Standing", "StartPage", "Subscriber",
    "Subscription", "Topics", "Verdict", "standing",
]  # fmt: skip

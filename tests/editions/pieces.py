"""The pieces that sample editions are made of: a baseline, a finding, its evidence, a candidate."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from claimwatch.models import (
    Baseline,
    Candidate,
    Claim,
    Company,
    Development,
    Document,
    Evidence,
    Finding,
    Outcome,
    Predicate,
    SourceClass,
)

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
SEEN_AT = datetime(2026, 11, 10, 5, 2, tzinfo=UTC)
COUNCIL = "Council on Ethics (Norway)"
REGISTER = "Federal Register (BIS rules and notices)"
REGISTER_XML = "https://www.federalregister.gov/documents/full_text/xml/2026/11/12/2026-20101.xml"
UHRP = "Uyghur Human Rights Project"
WHY = "You get this because you subscribe to the weekly digest on Hikvision and Dahua."
POSTAL = "Claimwatch desk, Storgata 1, 0155 Oslo, Norway"
OPERATOR = "operator@claimwatch.example"


def a_claim(
    id_: str, predicate: str, object_class: str, quote: str, *, document: str = "A", value: float | None = None
) -> Claim:
    """A baseline claim about Hikvision."""
    return Claim(
        id=id_,
        document=document,
        subjects=("hikvision",),
        predicate=predicate,
        object=object_class.replace("_", " "),
        object_class=object_class,
        places=(),
        attributed_to="author",
        modality="asserted",
        quote=quote,
        span=(0, len(quote)),
        value=value,
    )


def a_baseline() -> Baseline:
    """A small baseline: two documents, two companies, a handful of claims and predicates."""
    claims = (
        a_claim("A03", "listed_on", "entity_list", "In October 2019, both companies were added to the Entity List"),
        a_claim(
            "A09",
            "divestment_recommendation",
            "government_pension_fund",
            "Norway’s Council on Ethics recommended excluding Hikvision from the country’s wealth fund investment "
            "portfolio",
        ),
        a_claim("A18", "denial_statement", "forced_labour", "rejecting any suggestion they might be involved"),
        a_claim("A25", "ownership_share", "state", "is 42% owned by Chinese state investors", value=42.0),
        a_claim("B29", "calls_for", "export_ban", "Ban the export of surveillance components", document="B"),
    )
    documents = (
        Document(
            id="A",
            file="a.txt",
            title="Hikvision and Dahua, section of an undated report on surveillance cameras",
            kind="report section",
            publisher=None,
            date=None,
            language="en",
            rights="kept",
            text="",
        ),
        Document(
            id="B",
            file="b.txt",
            title="Hikvision and Dahua Facilitating Genocidal Crimes in East Turkistan",
            kind="press release",
            publisher=UHRP,
            date=date(2023, 10, 17),
            language="en",
            rights="kept",
            text="",
        ),
    )
    labels = {
        "listed_on": "entry on an official list",
        "divestment_recommendation": "recommendation to divest",
        "ownership_share": "ownership share",
        "denial_statement": "denial by the company",
        "calls_for": "demand",
        "accused_of": "accusation",
        "procurement_ban": "ban on public purchases",
        "legislation_proposed": "proposed legislation",
    }
    return Baseline(
        version="0" * 64,
        documents={document.id: document for document in documents},
        companies={slug: Company(slug, name, ()) for slug, name in (("hikvision", "Hikvision"), ("dahua", "Dahua"))},
        claims={claim.id: claim for claim in claims},
        predicates={name: Predicate(name, label, "group", ()) for name, label in labels.items()},
        severities={},
        triggers={},
    )


def a_finding(outcome: Outcome, quote: str, surface: str = "Hikvision", **changes: Any) -> Finding:
    """A finding in a text in which other text stands before the quote; `surface` is marked where the quote holds it."""
    before = 1000
    at = quote.find(surface) if surface else -1
    finding = Finding(
        source="uhrp",
        url="https://uhrp.org/statement/an-example/",
        entity="hikvision",
        outcome=outcome,
        predicate=None,
        object_class=None,
        operation="assert",
        claims=(),
        before=None,
        after=None,
        place=None,
        as_of=None,
        speaker=None,
        modality="asserted",
        quote=quote,
        start=before,
        end=before + len(quote),
        surface=surface,
        method="exact" if surface else "carried",
        severity="S3",
        confidence="rule",
        rules=("test",),
        language="en",
        fingerprint=hashlib.sha256(quote.encode(errors="surrogatepass")).hexdigest(),
        marks=((before + at, before + at + len(surface)),) if at >= 0 else (),
    )
    return replace(finding, **changes)


def evidence_of(finding: Finding, source_name: str, title: str, source_class: SourceClass, **changes: Any) -> Evidence:
    """A finding with what a reader needs to check it."""
    evidence = Evidence(
        id=1,
        finding=finding,
        source_name=source_name,
        title=title,
        published_on=date(2026, 11, 10),
        effective_on=None,
        first_seen_at=SEEN_AT,
        capture_sha256="ab" * 32,
        capture_at=SEEN_AT,
        parser="parsers.example 1",
        source_class=source_class,
    )
    return replace(evidence, **changes)


def a_candidate(
    *evidence: Evidence,
    key: str = "",
    companies: tuple[str, ...] = ("hikvision",),
    happened_on: date | None = None,
    told_before: bool = False,
    reviewed: bool = False,
) -> Candidate:
    """A development told by `evidence`; its first piece says what the development is."""
    finding = evidence[0].finding
    return Candidate(
        Development(
            key=key or finding.fingerprint[:12],
            outcome=finding.outcome,
            predicate=finding.predicate,
            object_class=finding.object_class,
            operation=finding.operation,
            place=finding.place,
            companies=companies,
            happened_on=happened_on,
            severity=finding.severity,
            state="state",
            state_version=2 if told_before else 1,
            first_seen_at=SEEN_AT,
        ),
        evidence,
        told_before,
        reviewed,
    )

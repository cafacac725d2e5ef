"""A baseline in plain tables for `claimwatch baseline show [CLAIM|COMPANY]`; pure, nothing is printed here."""

import difflib
from dataclasses import dataclass

from claimwatch.errors import UsageError
from claimwatch.models import Baseline, Claim, Company


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table of strings; `header` is as long as each row."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def describe(baseline: Baseline, key: str | None = None) -> tuple[Table, ...]:
    """The whole baseline in short (`key` None), or one claim (by id) or company (by slug) in full.

    Raises `UsageError`, with the nearest known names, when `key` is neither.
    """
    if key is None:
        return _overview(baseline)
    claim = baseline.claims.get(key) or baseline.claims.get(key[:1].upper() + key[1:].lower())
    if claim is not None:
        return (_claim(baseline, claim),)
    company = baseline.companies.get(key.lower())
    if company is not None:
        return _company(baseline, company)
    near = difflib.get_close_matches(key, [*baseline.claims, *baseline.companies], n=3, cutoff=0.5)
    hint = f"; did you mean {', '.join(near)}?" if near else "; 'claimwatch baseline show' lists them all"
    raise UsageError(f"the baseline holds neither a claim nor a company {key!r}{hint}")


def _overview(baseline: Baseline) -> tuple[Table, ...]:
    documents = Table(
        "Documents",
        ("id", "date", "publisher", "title", "claims"),
        tuple(
            (
                document.id,
                document.date.isoformat() if document.date else "undated",
                document.publisher or "not named",
                document.title,
                str(sum(claim.document == document.id for claim in baseline.claims.values())),
            )
            for document in baseline.documents.values()
        ),
    )
    companies = Table(
        "Companies",
        ("slug", "name", "forms", "claims"),
        tuple(
            (
                company.slug,
                company.name,
                str(len(company.aliases)),
                str(sum(company.slug in claim.subjects for claim in baseline.claims.values())),
            )
            for company in baseline.companies.values()
        ),
    )
    return documents, companies, _claims("Claims", baseline, list(baseline.claims.values()))


def _claims(title: str, baseline: Baseline, claims: list[Claim]) -> Table:
    return Table(
        title,
        ("id", "about", "kind", "object", "place", "value", "as of", "who says it", "status"),
        tuple(
            (
                claim.id,
                ", ".join(claim.subjects),
                baseline.predicates[claim.predicate].label,
                claim.object,
                ", ".join(claim.places),
                _value(claim),
                claim.as_of or "",
                claim.attributed_to,
                claim.status,
            )
            for claim in claims
        ),
    )


def _claim(baseline: Baseline, claim: Claim) -> Table:
    document = baseline.documents[claim.document]
    rows = (
        ("about", ", ".join(claim.subjects)),
        ("kind", f"{baseline.predicates[claim.predicate].label} ({claim.predicate})"),
        ("object", f"{claim.object} ({claim.object_class})"),
        ("place", ", ".join(claim.places) or "any"),
        ("value", _value(claim)),
        ("as of", claim.as_of or "not dated"),
        ("who says it", f"{claim.attributed_to} ({claim.modality})"),
        ("quote", claim.quote),
        ("document", f"{document.id}: {document.title}, characters {claim.span[0]}-{claim.span[1]} of {document.file}"),
        ("qualifier", claim.qualifier or ""),
        ("restates", claim.restates or ""),
        ("status", claim.status),
        ("notes", claim.notes),
    )
    return Table(f"Claim {claim.id}", ("field", "value"), tuple(row for row in rows if row[1]))


def _company(baseline: Baseline, company: Company) -> tuple[Table, ...]:
    forms = Table(
        f"{company.name}: names",
        ("form", "kind", "script", "valid", "listed on", "evidence"),
        tuple(
            (
                alias.name + (" (ambiguous)" if alias.ambiguous else ""),
                alias.kind,
                alias.script,
                f"{alias.valid_from or ''} to {alias.valid_to or ''}" if alias.valid_from or alias.valid_to else "",
                alias.listed_on.isoformat() if alias.listed_on else "",
                alias.evidence + (" (to be verified)" if alias.verify else ""),
            )
            for alias in company.aliases
        ),
    )
    traps = Table(f"{company.name}: not meant", ("string",), tuple((trap,) for trap in company.traps))
    own = [claim for claim in baseline.claims.values() if company.slug in claim.subjects]
    claims = _claims(f"{company.name}: claims", baseline, own)
    return tuple(table for table in (forms, traps, claims) if table.rows)


def _value(claim: Claim) -> str:
    if claim.value is None:
        return ""
    sign = {"gt": "more than ", "lt": "less than ", "approx": "about ", "order": "in the order of "}
    return f"{sign.get(claim.comparator or '', '')}{claim.value:,.10g} {claim.unit}"

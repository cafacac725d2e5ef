"""What the public pages about claims, documents and sources have to say; each language is a `BoardWords` of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from claimwatch.models import Outcome
from claimwatch.pipeline.showing.board import ClaimStatus
from claimwatch.pipeline.showing.standing import Health


@dataclass(frozen=True, slots=True)
class BoardWords:
    """One language. Texts with `{}` are formats; pairs are of one and of several."""

    now_title: str
    now_lead: str
    now_period: str
    now_nothing: str
    now_unread: str
    now_more: tuple[str, str]
    how: str
    latest: str
    latest_none: str
    stand_title: str
    stand_more: str
    coverage_title: str
    coverage_lead: str
    polls: tuple[str, str]
    polls_none: str
    polls_failed: str
    polls_partial: str
    strip_title: str
    last_good: str
    never_good: str
    gap: str
    gap_open: str
    unread: str
    poll_kinds: Mapping[str, str]
    claims_title: str
    claims_lead: str
    status: Mapping[ClaimStatus, str]
    all_claims: str
    filter_status: str
    filter_company: str
    all_companies: str
    none_left: str
    marks: str
    restated: tuple[str, str]
    restated_by: tuple[str, str]
    nothing_since: str
    disputes_title: str
    disputes_lead: str
    disputed_about: Mapping[str, str]
    found: Mapping[Outcome, tuple[str, str]]
    folded: Mapping[Outcome, str]
    timeline_title: str
    timeline_dated: str
    timeline_undated: str
    timeline_months: str
    month: str
    baseline_mark: str
    claim: str
    about: str
    subjects: Mapping[str, str]
    kind: str
    object: str
    place: str
    any_place: str
    value: str
    as_of: str
    undated: str
    said_by: str
    modality: Mapping[str, str]
    note: str
    before: str
    now: str
    on: str
    rejected_by: str
    in_document: str
    read_in_place: str
    findings_title: str
    findings_none: str
    findings_lead: str
    beside: str
    machine_read: str
    open_source: str
    no_link: str
    captured: str
    capture_hash: str
    captured_pages: str
    captured_page: str
    item: str
    older: str
    newer: str
    documents_title: str
    documents_lead: str
    baseline_documents: str
    publisher: str
    not_named: str
    glossary: str
    glossary_note: str
    date: str
    claims_in: tuple[str, str]
    rights: str
    document_lead: str
    captures_title: str
    captures_lead: str
    captures_none: str
    all_sources: str
    filter_source: str
    show: str
    source: str
    published: str
    first_seen: str
    last_seen: str
    gone: str
    excerpts_title: str
    excerpts_lead: str
    excerpts_more: str
    excerpts_none: str
    takings_title: str
    revision: str
    size: str
    parser: str
    status_title: str
    status_well: str
    status_unwell: str
    status_lead: str
    sources_title: str
    health: Mapping[Health, str]
    state: str
    read_well: str
    newest: str
    due: str
    due_now: str
    reason: str
    editions_title: str
    editions_none: str
    edition: str
    frozen: str
    told: str
    mails: str
    edition_states: Mapping[str, str]
    mails_title: str
    mails_lead: str
    mails_none: str
    mail_states: Mapping[str, str]
    about_title: str
    about_sections: tuple[tuple[str, ...], ...]
    imprint_title: str
    imprint: tuple[str, ...]

"""One line that says what happened: who says it, what kind of claim, what became of it, about whom.

Always the speaker first and never a judgement of ours: `Council on Ethics (Norway): recommendation to divest withdrawn
— Hikvision`. Made from the finding and the baseline's own labels; the scraped sentence stays a quote below it.
"""

from claimwatch.editions.display import clean
from claimwatch.models import Baseline, Development, Evidence, Finding, Outcome, Quantity

# Lists and funds have names; other object classes are words as they stand.
_NAMED = {
    "entity_list": "Entity List",
    "covered_list": "FCC Covered List",
    "military_companies_list": "Section 1260H list",
    "nscmic_list": "NS-CMIC List",
    "sdn_list": "SDN List",
    "unverified_list": "Unverified List",
    "military_end_user_list": "Military End-User List",
    "forced_labour_list": "UFLPA Entity List",
    "government_pension_fund": "",  # the one object of its predicates: nothing to add
    "foreign_direct_product": "foreign direct product rule",
    "camps_schools_mosques": "camps, schools and mosques",
    "state": "state investors",
    "magnitsky_sanctions": "Magnitsky sanctions",
}
_OF_LIST = {"listed_on": "entry on the"}
_JOINED = {"accused_of": " of ", "calls_for": " for ", "deployed_at": " ", "sold_to": " "}
# What is said is withdrawn, a measure lifted, a listing removed; anything else has ended.
_WITHDRAWN = frozenset(
    [
        "accused_of",
        "calls_for",
        "characterised_as",
        "company_statement",
        "compliance_guidance",
        "cybersecurity_concern",
        "denial_statement",
        "divestment_recommendation",
        "legislation_proposed",
    ]
)
_LIFTED = frozenset(
    [
        "equipment_authorisation_ban",
        "export_ban",
        "import_ban",
        "investment_ban",
        "licence_requirement",
        "procurement_ban",
        "sanctioned_by",
        "trade_restriction",
    ]
)
_CHANGED = {"add": "extended", "move": "moved", "revise": "changed", "suspend": "suspended"}


def headline(development: Development, lead: Evidence, baseline: Baseline, names: tuple[str, ...]) -> str:
    """The headline of a development from its strongest evidence; `names` are the companies as readers know them.

    In English. Free of control characters, at most about 200 characters.
    """
    finding = lead.finding
    speaker = attributed(lead)
    label = _label(development, baseline)
    about = ", ".join(names)
    if label is None:
        title = clean(lead.title, 110)
        return f"{speaker}: “{title}” — {about}" if title else f"{speaker} names {about}"
    said = _SAYING[development.outcome](development, label, finding.before, finding.after)
    if finding.confidence == "record" and not any(clean(lead.title) in name or name in lead.title for name in names):
        said = f"{said} ({clean(lead.title, 60)})"  # a row under a name that says nothing to most readers
    return f"{speaker}: {said}" if speaker == about else f"{speaker}: {said} — {about}"


def attributed(evidence: Evidence) -> str:
    """Who says it: the named speaker; where a source only points to a paper ("its annual report"), the source."""
    speaker = clean(evidence.finding.speaker or evidence.source_name, 80)
    if not speaker[:1].islower():
        return speaker
    cited = speaker.removeprefix("its ").removeprefix("their ")
    own = "the company’s " if cited != speaker else ""
    return f"{clean(evidence.source_name, 80)}, citing {own}{cited}"


def what_became(told: Development | Finding) -> str:
    """In a word or two, what is done to the claim: `withdrawn`, `changed`, `under consideration`."""
    if told.outcome is Outcome.REVERSAL:
        return "suspended" if told.operation == "suspend" else _undone(told.predicate)
    if told.outcome is Outcome.PENDING:
        return "change asked for" if told.operation == "call" else "under consideration"
    return _CHANGED.get(told.operation, "changed")


def _undone(predicate: str | None) -> str:
    if predicate is None or predicate in _WITHDRAWN:
        return "withdrawn"
    if predicate in _LIFTED:
        return "lifted"
    return {"listed_on": "removed", "divestment_decision": "revoked"}.get(predicate, "ended")


def _label(development: Development, baseline: Baseline) -> str | None:
    predicate = baseline.predicates.get(development.predicate or "")
    if predicate is None:
        return None
    object_class = development.object_class
    if object_class is None or object_class == "other":
        return predicate.label
    if predicate.name == "denial_statement":
        return f"denial ({object_class.replace('_', ' ')})"
    words = _NAMED.get(object_class, object_class.replace("_", " "))
    if predicate.name in _OF_LIST and object_class in _NAMED:
        return f"{_OF_LIST[predicate.name]} {words}"
    if not words or words in predicate.label:
        return predicate.label
    if predicate.name in _JOINED:
        return f"{predicate.label}{_JOINED[predicate.name]}{words}"
    return f"{predicate.label} ({words})"


def _reversed(development: Development, label: str, before: Quantity | None, after: Quantity | None) -> str:
    return f"{label} {what_became(development)}"


def _updated(development: Development, label: str, before: Quantity | None, after: Quantity | None) -> str:
    # Only figures fit a headline; rows and wordings are compared below it.
    if after is None or after.value is None:
        return f"{label} {what_became(development)}"
    # Without a value of the same thing in the same place there is no before, and "now" would say that there is.
    if before is None:
        return f"{label}, {clean(after.text, 60)}"
    return f"{label} now {clean(after.text, 60)}, before {clean(before.text, 60)}"


def _pending(development: Development, label: str, before: Quantity | None, after: Quantity | None) -> str:
    if development.operation == "call":
        return f"change asked for: {label}"
    return f"{label.removeprefix('proposed ')} under consideration"


def _denied(development: Development, label: str, before: Quantity | None, after: Quantity | None) -> str:
    return f"rejects: {label}" if development.predicate != "denial_statement" else label


def _new(development: Development, label: str, before: Quantity | None, after: Quantity | None) -> str:
    return f"{label}, {clean(after.text, 60)}" if after and after.value is not None else label


_SAYING = {
    Outcome.REVERSAL: _reversed,
    Outcome.UPDATE: _updated,
    Outcome.PENDING: _pending,
    Outcome.DENIAL: _denied,
    Outcome.NEW: _new,
}

"""The rules behind a finding, in words for whoever reviews it. docs/detection.md says how they work together."""

from claimwatch.models import Finding

_WHOLE = {
    "cite": "it only cites",
    "untyped": "no kind of claim was recognised: news unless shown otherwise",
    "unlike": "hardly a word of it stands in the claims of this kind",
    "likeness": "nearly all of its words stand in one claim",
    "negated": "the verb is negated",
    "not_in_force": "it is proposed, asked for or conditional",
    "deny.by_company": "the company rejects it",
    "as_of.implied": "the date is that of the publication or of the claim: the sentence gives none",
    "analyst": "an analyst said what it is",
    "superseded": "the value is one that an accepted one took the place of",
    "taught": "an analyst said of this name beside the same word that it is not the company",
    "cell.known": "the baseline holds this of this company",
    "cell.none": "the baseline holds nothing of this kind",
    "cell.other_place": "the baseline holds it of another place",
    "cell.other_object": "the baseline holds it of another object",
    "cell.other_instrument": "the baseline holds another measure of this kind",
    "cell.other_company": "the baseline holds it of another company",
    "value.differs": "the value is another than the baseline's",
    "value.other_unit": "the value is of another unit than the baseline's",
    "context.no_comment": "a refusal to comment",
    "context.routine": "routine business",
    "context.unaffected": "it says that this is not touched",
    "record.first_sight": "the row was seen for the first time",
    "record.removed": "the row was removed",
    "record.not_subject": "the row only mentions the company",
    "record.decision_ended": "the row says that the decision has ended",
    "record.unknown_decision": "the row holds a decision of a kind that is not known",
}
_BEGINNING = {
    "accepted.": "an analyst accepted the same fact before: {}",
    "operation.": "what is done: {}",
    "unseen.": "it holds something that the baseline lacks: {}",
    "learned.": "wording weighed by what was learned from labelled texts: {}",
    "record.": "the row changed: {}",
    "context.": "it asserts nothing: {}",
}
_CONFIDENCE = {
    "fuzzy": "the name is not certain; it waits for review",
    "record": "read from a row of a list",
}


def reasons(finding: Finding) -> tuple[str, ...]:
    """Why a finding came out as it did, one short phrase a rule, in the order in which they decided."""
    words = [_words(rule) for rule in finding.rules]
    if finding.confidence in _CONFIDENCE:
        words.append(_CONFIDENCE[finding.confidence])
    if finding.method == "carried":
        words.append("the company is not named here; the page or a sentence before names it")
    elif finding.method == "confusable":
        words.append("the name is written with look-alike or invisible characters")
    return tuple(dict.fromkeys(words))


def _words(rule: str) -> str:
    if rule in _WHOLE:
        return _WHOLE[rule]
    for beginning, words in _BEGINNING.items():
        if rule.startswith(beginning):
            return words.format(rule.removeprefix(beginning).replace("_", " "))
    return rule

"""One line that says what happened: who says it, what kind of claim, what became of it, about whom.

Always the speaker first and never a judgement of ours: `Council on Ethics (Norway): recommendation to exclude withdrawn
— Hikvision`. Made in the reader's language from what the item holds; the scraped sentence stays a quote below it.
"""

import re

from babel.dates import format_date

from claimwatch.editions.display import clean
from claimwatch.editions.names import SOURCES_NB, investment_kind, kind_of, source_name, value_of
from claimwatch.editions.words import Words
from claimwatch.models import DATE_PASSED, Evidence, Item, Outcome

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
_WORD = re.compile(r"\w+")
_CHANGED = {"add": "extended", "move": "moved", "revise": "changed", "suspend": "suspended"}


def headline(item: Item, words: Words, *, history: bool = False) -> str:
    """The headline of an item from its strongest evidence, in the language of `words`.

    Of `history` no value is called the present one. Free of control characters, at most about 200 characters.
    """
    if item.operation == DATE_PASSED:
        return _passed(item, words)
    lead = item.evidence[0]
    speaker, about = attributed(lead, words), ", ".join(clean(name, 60) for name in item.companies)
    kind = _kind(item, words)
    if kind is None:
        title = clean(lead.title, 110)
        if not title:
            return words.named.format(speaker=speaker, about=about)
        said = f"{words.quotes[0]}{title}{words.quotes[1]}"
    else:
        said = _said(item, kind, words, history)
        if lead.finding.confidence == "record" and not _is_named_by(lead.title, item.companies):
            said = f"{said} ({_rows(item, words)})"  # a row under a name that says nothing to most readers
    return (
        f"{speaker}: {said}" if speaker == about else words.said_about.format(speaker=speaker, said=said, about=about)
    )


def _passed(item: Item, words: Words) -> str:
    """Of a day that has passed: what was said of it, and that no more is known."""
    lead = item.evidence[0]
    kind = _kind(item, words) or clean(lead.title, 110)
    fixed = lead.finding.rules[0].split(".")[1]
    on = item.happened_on or item.first_seen_at.date()
    when = words.fixed[fixed].format(format_date(on, words.day, locale=words.locale))
    said = words.date_passed.format(kind=kind, when=when)
    about = ", ".join(clean(name, 60) for name in item.companies)
    return words.said_about.format(speaker=attributed(lead, words), said=said, about=about)


def _kind(item: Item, words: Words) -> str | None:
    wordings = [wording for one in item.evidence for wording in (one.finding.quote, one.source_name)]
    if item.claim is not None:
        wordings.append(item.claim.quote)
    return investment_kind(item.predicate, wordings, words) or kind_of(
        item.predicate, item.object_class, item.label, words
    )


def attributed(evidence: Evidence, words: Words) -> str:
    """Who says it: the named speaker; where a source only points to a paper ("its annual report"), the source."""
    source = clean(source_name(evidence.source_name, words), 80)
    speaker = clean(evidence.finding.speaker, 80) if evidence.finding.speaker else source
    if not speaker[:1].islower() or speaker == source:
        return source_name(speaker, words)
    cited = speaker.removeprefix("its ").removeprefix("their ")
    form = words.citing_own if cited != speaker else words.citing
    return form.format(source=source, cited=cited)


def credited(evidence: Evidence, words: Words, limit: int | None = None) -> str:
    """Who says it, for the line below a quote: with who tells of it, where a source gives another's words.

    At most `limit` characters; of two long names a part of each.
    """
    source = source_name(clean(evidence.source_name, 80), words)
    speaker = attributed(evidence, words)
    names = (source, evidence.source_name, SOURCES_NB.get(evidence.source_name, source))
    if source in speaker or any(_is_of(speaker, name) for name in names):
        return clean(speaker, limit)
    if limit is not None:
        room = limit - len(words.credited.format(speaker="", source=""))
        source = clean(source, max(room // 2, room - len(speaker)))
        speaker = clean(speaker, room - len(source))
    return words.credited.format(speaker=speaker, source=source)


def _is_of(speaker: str, source: str) -> bool:
    """Whether a speaker is the source under another form of its name: `UHRP`, `the Council on Ethics`.

    A part of a name is no form of it: `Congress` is not the World Uyghur Congress.
    """
    name, _, bracket = source.partition(" (")
    initials = "".join(word[0] for word in _WORD.findall(name) if word[0].isupper())
    # Two capitals may as well be a country.
    is_acronym = len(speaker) > 2 and speaker.isupper() and speaker in (initials, bracket.removesuffix(")"))
    return is_acronym or _folded(speaker) == _folded(name)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split()).removeprefix("the ")


def _rows(item: Item, words: Words) -> str:
    """The name of the strongest row, and how many others the item tells of."""
    first = clean(item.evidence[0].title, 60)
    rows = {one.title for one in item.evidence if one.finding.confidence == "record"}
    others = rows - {item.evidence[0].title}
    return words.rows.format(first, len(others)) if others else first


def what_became(item: Item, words: Words) -> str:
    """In a word or two, what is done to the claim: `withdrawn`, `changed`, `under consideration`."""
    if item.outcome is Outcome.REVERSAL:
        became = "suspended" if item.operation == "suspend" else _undone(item.predicate)
    elif item.outcome is Outcome.PENDING:
        became = "asked" if item.operation == "call" else "considered"
    else:
        became = _CHANGED.get(item.operation, "changed")
    return words.became[became]


def _undone(predicate: str | None) -> str:
    if predicate is None or predicate in _WITHDRAWN:
        return "withdrawn"
    if predicate in _LIFTED:
        return "lifted"
    return {"listed_on": "removed", "divestment_decision": "revoked"}.get(predicate, "ended")


def _said(item: Item, kind: str, words: Words, history: bool) -> str:
    finding = item.evidence[0].finding
    value = (
        value_of(finding.after, words, 60) if finding.after is not None and finding.after.value is not None else None
    )
    match item.outcome:
        case Outcome.REVERSAL:
            return f"{kind} {what_became(item, words)}"
        case Outcome.PENDING if item.operation == "call":
            return words.asked_for.format(kind)
        case Outcome.PENDING:
            return words.considered.format(kind.removeprefix("proposed "))
        case Outcome.DENIAL:
            return kind if item.predicate == "denial_statement" else words.rejects.format(kind)
        case Outcome.UPDATE if value is None:  # rows and wordings are compared below the headline
            return f"{kind} {what_became(item, words)}"
        # Without a value of the same thing in the same place there is no before, and "now" would say that there is.
        case Outcome.UPDATE if finding.before is not None and not history:
            return words.changed_to.format(label=kind, after=value, before=value_of(finding.before, words, 60))
    return kind if value is None else f"{kind}, {value}"


def _is_named_by(title: str, names: tuple[str, ...]) -> bool:
    return any(clean(title) in name or name in title for name in names)

"""What a verb that takes back is about, when the measure only stands beside it. Pure.

"Shares drop after the ban", "ends its inquiry and sanctions", "drops its complaint against the exclusion", "struck off
the list of approved suppliers": something is taken back each time, and no measure against the company.
"""

import re
from collections.abc import Sequence

Span = tuple[int, int]

# What says why or when, up to a measure.
_CIRCUMSTANCE = re.compile(
    r"\b(?:after|following|despite|amid|because of|due to|owing to|in response to|in the wake of|in spite of|over|"
    r"(?<!designation )(?<!classification )(?<!listing )(?<!label )(?<!status )as|"
    r"etter|tross|til tross for|på grunn av|som følge av|grunna|trass i|som følgje av|på bakgrunn av)"
    r"(?: (?!(?:lift|remov|revok|end)\w*)[\w'-]+){0,3} $"
)
_ELSEWHERE = re.compile(r"\b(?:and|but|by|with|og|men|ved|med|after|etter|following)\b")
_AND = re.compile(r"\b(?:and|og) (?:\w+ ){0,2}$")
_INQUIRY = re.compile(
    r"\b(?:case|inquiry|enquiry|investigation|probe|review|proceedings?|gransk\w*|etterforsk\w*|undersøk\w*|sak\w*|tilsyn\w*)\b|调查"
)
_INQUIRY_REACH = 40  # characters, from the verb
_JOINED = re.compile(r"\b(?:and|by|with|og|ved|med)\b|并|后")
# What a company brings against a measure.
_REMEDY = re.compile(
    r"\b(?:complaint|petition|appeal|challenge|lawsuit|suit|application|request|klag\w*|søknad\w*|anke\w*|søksmål\w*|"
    r"begjæring\w*|anmodning\w*|oppmoding\w*)\b"
)
# Who is struck off a list of these is burdened.
_WANTED = re.compile(
    r"\b(?:(?:leverandør|indeks|medlem|kunde|forhandler|forhandlar)\w*list|list\w* (?:of|over) "
    r"(?:(?!banned|prohibited|barred|debarred|forbidden|excluded|restricted|sanctioned|forb[uo]d|uteluk|utesteng)"
    r"\w+ )?"
    r"(?:approved|certified|accredited|suppliers|vendors|members|partners|customers|godkjen\w*|leverandør\w*|"
    r"medlem\w*|partner\w*))"
)
_LIST_REACH = 40  # characters
_MEASURE = re.compile(
    r"\b(?:bans?|orders?|listings?|designations?|decisions?|exclusions?|rules?|sanctions?|prohibitions?|"
    r"\w*(?:forbud|forbod|vedtak|pålegg|utelukk|utesteng|avgjør|avgjerd)\w*)\b"
)
_REMEDY_REACH, _AIM_REACH = 25, 50  # characters, behind the verb and behind the remedy
_AIMED = re.compile(_REMEDY.pattern + r" (?:against|over|challenging|mot|på)\b")
# "(撤回)对禁令的诉讼"
_AIMED_CHINESE = re.compile(r"了?(?:对|针对|就)[^,。;]{1,30}的(?:诉讼|上诉|申诉|复议|申请|请愿|投诉|挑战)")
_AGAINST_IT = re.compile(r"\b(?:against|about|over|on|into|mot|om|i) (?:the )?$")


def apart(folded: str, closed: Span, measure: Span) -> bool:
    """Whether a measure stands beside what is closed, in another clause: "ended its inquiry and sanctioned"."""
    if closed[0] < measure[1] and measure[0] < closed[1]:
        return False
    first, last = sorted((closed, measure))
    between = folded[first[1] : last[0]]
    return bool(_ELSEWHERE.search(between) or _CIRCUMSTANCE.search(f"{between} "))


def brought_by(folded: str, closed: Span, company: Sequence[Span]) -> bool:
    """Whether what is closed is what the company itself had brought: its complaint, its application."""
    brought = _REMEDY.search(folded, closed[0], closed[1]) is not None
    return brought and any(start < closed[1] and not _AGAINST_IT.search(folded, 0, start) for start, _ in company)


def withdraws_own(folded: str, verb: Span, company: Sequence[Span]) -> bool:
    """Whether a company named before a verb takes back what it had brought against a measure: the measure stays."""
    remedy = _REMEDY.search(folded, verb[0], verb[1] + _REMEDY_REACH)
    aimed = remedy is not None and _MEASURE.search(folded, remedy.end(), remedy.end() + _AIM_REACH) is not None
    aimed = aimed or of_remedy(folded, verb)
    return aimed and any(end <= verb[0] for _, end in company)


def of_remedy(folded: str, verb: Span) -> bool:
    """Whether a Chinese verb takes back a remedy, before which stands what it is aimed at: "撤回对禁令的诉讼"."""
    return _AIMED_CHINESE.match(folded, verb[1]) is not None


def bears_fruit(folded: str, verb: Span, burdens: Sequence[Span]) -> bool:
    """Whether a verb ends an inquiry that one of the `burdens` came of: "closed its case with a fine"."""
    noun = _INQUIRY.search(folded, verb[0], verb[1] + _INQUIRY_REACH)
    if noun is None or any(other.search(folded, verb[0], noun.start()) for other in (_ELSEWHERE, _MEASURE)):
        return False  # the verb ends something else: "lifted its ban after an inquiry"
    return any(noun.end() <= start and _JOINED.search(folded, noun.end(), start) is not None for start, _ in burdens)


def is_circumstance(between: str, *, taken: bool) -> bool:
    """Whether, by what stands between a verb and a measure, the measure is why or when it is done, what a remedy is
    aimed at, or, where one is `taken` there, another deed."""
    return bool(_CIRCUMSTANCE.search(between) or _AIMED.search(between) or (taken and _AND.search(between)))


def of_wanted_list(folded: str, verb: Span) -> bool:
    """Whether a verb strikes somebody off a list of those who are wanted: suppliers, members, an index."""
    return any(verb[0] < match.start() < verb[1] + _LIST_REACH for match in _WANTED.finditer(folded))

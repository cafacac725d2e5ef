"""Who says what a sentence tells, so that it can be attributed: the company, or whoever is named as its source.

Read from the words alone: "according to X", "X said", "X reports that", Norwegian "ifølge X", "X opplyser", "sier X",
Chinese "据X报道". A pronoun or a bare "it" names nobody and gives None.
"""

import re

_NAME = r"(?:[A-ZÆØÅ][\w&.'’-]*|[A-Z]{2,})"
_JOIN = r"(?: (?:of|on|for|and|the|in|de|og|i|for|på) (?=[A-ZÆØÅ])| )"
_PROPER = rf"{_NAME}(?:{_JOIN}{_NAME}){{0,6}}"
_BODY = (
    r"(?:spokes(?:man|woman|person)|researchers?|ministers?|ministry|department|commission|committee|council|court|"
    r"judges?|panel|agency|regulators?|police|government|embassy|bureau|newspaper|report|filing|notice|officials?|"
    r"senators?|lawmakers?|campaigners?|attorney general|complaint|office|authorit(?:y|ies)|group|organi[sz]ations?|"
    r"study|audit|annual report|survey|records?|documents?|accounts|papers?|chairman|chairwoman|director)"
)
_COMMON = rf"(?:[Tt]he|[Aa]n?|[Ii]ts|[Tt]heir|[Tt]hree|[Tt]wo|[Ss]everal|[Ss]ome) (?:[\w'’-]+ ){{0,3}}?{_BODY}"
_SOURCE = rf"(?P<who>(?:[Tt]he )?{_PROPER}(?: {_BODY})?|{_COMMON})"
_SAYS = (
    r"(?:said|says|told|reports?|reported|wrote|writes|estimates?|estimated|found|finds|announced|stated|states|"
    r"concluded|concludes|revealed|reveals|disclosed|confirmed|confirms|alleged|alleges|claims?|claimed|warned|"
    r"warns|noted|notes|argues?|argued|maintains?|maintained|shows?|showed)"
)
_SIER = (
    r"(?:sier|sa|skriver|skreiv|skrev|skriv|opplyser|opplyste|melder|melde|hevder|hevda|hevdet|mener|meiner|"
    r"rapporterer|uttaler|uttalte|forteller|fortel|viser|syner)"
)
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b[Aa]ccording to {_SOURCE}",
        rf"\b(?:[Ii]følge|[Ii]følgje|[Ee]tter|[Ii] følge) {_SOURCE.replace('[Tt]he ', '')}(?=[ ,.])",
        r"据(?P<who>[^，。,]{2,16}?)(?:报道|称|披露|消息)",
        rf"(?:^|[,;:—–\"”’] |\b(?:that|as|and|but|when) ){_SOURCE}(?:,[^,]{{3,60}},)? "
        rf"(?:has |had |have |also |now |later )?{_SAYS}\b",
        rf"(?:^|[,;:—–\"”’] ){_SOURCE} (?:har |hadde )?{_SIER}\b",
        rf"[,\"”’»] {_SAYS} {_SOURCE}",
        rf"[,\"”’»] {_SIER} {_SOURCE}",
        rf", {_SOURCE}(?:,[^,]{{3,60}},)? {_SAYS}\b",
    )
)
_NOBODY = re.compile(
    r"(?:It|They|He|She|We|This|That|These|Those|Both|In|On|At|But|And|The|Det|Den|De|Dei|Vi|Han|Ho|Hun)$"
)
_NOT_A_SOURCE = re.compile(
    r"^(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)


def named_speaker(text: str) -> str | None:
    """Whom a sentence names as the one who says it, in its own words; None where it names nobody."""
    said = " ".join(text.split()) if text.isascii() else text
    for pattern in _PATTERNS:
        match = pattern.search(said)
        if match is None:
            continue
        who = match["who"].strip(" .,'’")
        if len(who) > 1 and not _NOBODY.match(who) and not _NOT_A_SOURCE.match(who):
            return who
    return None

"""What a verb that takes back has for its object: a measure, or things that a measure only describes. Pure.

Who removes banned cameras, or takes them from public buildings, carries the ban out; nothing is reversed by it.
"""

import re

# A participle before its noun.
_DESCRIBED = re.compile(
    r"(?:\b(?:the|an?|all|any|some|its|their|his|her|our|these|those|many|most|more|other|remaining|of|for|from|with|or|"
    r"now|already|still|newly|recently|de|dei|alle|sine|flere|fleire|nå|no|av|fra|frå|med)|^) "
    r"(?:banned|prohibited|outlawed|forbidden|blacklisted|sanctioned|barred|restricted|excluded|"
    r"svartelist\w+|forbudte|forbodne|utestengte|sanksjonerte) "
    r"(?=[a-zæøå])"
)
# The object, up to what says where from, whose or what follows. It is things where it names some, and not their maker:
# "removed the blacklisted camera maker from the list" takes a measure back.
_OBJECT = re.compile(
    r"(?:(?!(?:by|from|off|in|under|to|since|at|on|of|with|and|as|its|av|fra|frå|i|på|til|og)\b)[a-zæøå0-9'’-]+ ?)*"
)
_THINGS = re.compile(
    r"\b(?:cameras?|devices?|goods|products?|equipment|kit|gear|recorders?|electronics|software|chips|"
    r"kamera\w*|utstyr\w*|enhet\w*|produkt\w*|varer?|anlegg\w*)\b"
)
# What somebody published: "deleted their video about the sanctions".
_SHOWN = re.compile(
    r" (?:(?:the|an?|its|their|his|her|that|this|all|en|ei|et|sin|sine|sitt) )?(?:[a-z]+ ){0,2}"
    r"(?:videos?|posts?|tweets?|(?:web ?)?pages?|websites?|photos?|images?|brochures?|adverts?|advertisements?|"
    r"videoen|innlegget|nettsid(?:e|en|a|ene)|bilde(?:t|ne)?|annons(?:e|en|a))\b"
)
_MAKER = re.compile(
    r"\b(?:\w*makers?|manufacturers?|giants?|firms?|compan\w+|suppliers?|producers?|groups?|brands?|vendors?|sellers?|"
    r"\w*produsent\w*|\w*leverandør\w*|\w*selskap\w*|\w*gigant\w*)\b"
)
_MEASURE = re.compile(
    r"\b(?:bans?|orders?|lists?|listings? (?!for|of)|entr(?:y|ies)|rules?|sanctions?|restrictions?|prohibitions?|"
    r"exclusions?|requirements?|decisions?|designations?|recommendations?|licen[cs]es?|measures?|embargo|law|bill|"
    r"policy|forbud\w*|vedtak\w*|beslutning\w*|liste\w*|oppføring\w*|utelukk\w*|krav\w*|sanksjon(?:er|ene|ane|ar))\b"
)
# Where only things are taken from.
_FROM = re.compile(r"(?:^|[ ])(?:from|off|out of|ut av|frå|fra|ned frå|ned fra) ?$")
_AWAY = re.compile(r" (?:from|off|out of|ut av|frå|fra)\b")
_PLACES = re.compile(
    r"\b(?:buildings?|offices?|sites?|premises|stations?|schools?|streets?|hospitals?|estates?|venues?|facilit(?:y|ies)|"
    r"propert(?:y|ies)|walls?|town halls?|rooms?|\w*bygg\w*|\w*bygning\w*|\w*kontor\w*|\w*skol\w*|\w*skul\w*|gater?|"
    r"gatene|gatane|\w*lokale\w*|\w*sjukehus\w*|\w*sykehus\w*)\b"
)
_REACH = 60  # characters


def of_things(folded: str, end: int) -> bool:
    """Whether a verb that ends at `end` of a folded text acts on things: "withdrew the blacklisted cameras".

    So does one that takes them from a building: "are banned and removed from its offices", and one that takes back
    what was shown. Not so where a measure stands before them: "lifted the ban on sanctioned Dahua".
    """
    shown = _SHOWN.match(folded, end)
    if _from_places(folded, end) or (shown and not _MEASURE.search(shown[0])):
        return True
    behind = folded[end : end + _REACH]
    described = _DESCRIBED.search(behind)
    if described is None or _MEASURE.search(behind, 0, described.start()):
        return False
    named = _OBJECT.match(folded, end + described.end())
    return named is not None and bool(_THINGS.search(named[0])) and not _MAKER.search(named[0])


def _from_places(folded: str, end: int) -> bool:
    away = _AWAY.match(folded, end)
    if away is None and not _FROM.search(folded, max(0, end - 10), end):
        return False
    start = away.end() if away else end
    place = _PLACES.search(folded, start, start + _REACH)
    return (
        place is not None
        and not re.search(r"[,;:.]", folded[start : place.start()])
        and not (_MEASURE.search(folded, start, place.start()) or _MAKER.search(folded, start, place.start()))
    )

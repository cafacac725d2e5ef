"""What a verb that takes back has for its object: a measure, or things that a measure only describes. Pure.

Who removes banned cameras carries the ban out; nothing is reversed by it.
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
_MAKER = re.compile(
    r"\b(?:\w*makers?|manufacturers?|giants?|firms?|compan\w+|suppliers?|producers?|groups?|brands?|vendors?|sellers?|"
    r"\w*produsent\w*|\w*leverandør\w*|\w*selskap\w*|\w*gigant\w*)\b"
)
_MEASURE = re.compile(
    r"\b(?:bans?|orders?|lists?|listings? (?!for|of)|entr(?:y|ies)|rules?|sanctions?|restrictions?|prohibitions?|"
    r"exclusions?|requirements?|decisions?|designations?|recommendations?|licen[cs]es?|measures?|embargo|law|bill|"
    r"policy|forbud\w*|vedtak\w*|beslutning\w*|liste\w*|oppføring\w*|utelukk\w*|krav\w*|sanksjon(?:er|ene|ane|ar))\b"
)
_REACH = 60  # characters


def of_things(folded: str, end: int) -> bool:
    """Whether a verb that ends at `end` of a folded text acts on things: "withdrew the blacklisted cameras".

    Not so where a measure stands before them: "lifted the ban on sanctioned Dahua".
    """
    behind = folded[end : end + _REACH]
    described = _DESCRIBED.search(behind)
    if described is None or _MEASURE.search(behind, 0, described.start()):
        return False
    named = _OBJECT.match(folded, end + described.end())
    return named is not None and bool(_THINGS.search(named[0])) and not _MAKER.search(named[0])

"""What a verb that takes back has for its object: a measure, or things that a measure only describes. Pure.

Who removes banned cameras carries the ban out; nothing is reversed by it.
"""

import re

# A participle before its noun; behind it no word that makes it a verb ("was banned from tenders").
_DESCRIBED = re.compile(
    r"(?:\b(?:the|an?|all|any|some|its|their|his|her|our|these|those|many|most|more|other|remaining|of|for|from|with|or|"
    r"now|already|still|newly|recently|de|dei|alle|sine|flere|fleire|nå|no|av|fra|frå|med)|^) "
    r"(?:banned|prohibited|outlawed|forbidden|blacklisted|sanctioned|barred|restricted|excluded|"
    r"svartelist\w+|forbudte|forbodne|utestengte|sanksjonerte) "
    r"(?!(?:by|from|in|under|for|to|since|at|on|over|and|or|as|the|a|its|av|fra|frå|i|på|for|til|og)\b)[a-zæøå]"
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
    return described is not None and not _MEASURE.search(behind, 0, described.start())

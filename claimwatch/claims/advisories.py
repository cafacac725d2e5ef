"""The numbers under which a security flaw is known: `CVE-2021-36260`, `ICSA-21-264-01`, `HSRC-202109-01`. Pure.

One flaw may have a number of each register, and one advisory may hold several flaws. So two texts that share a number
tell of one thing, and two that give different numbers of one register tell of two.
"""

import re
from collections.abc import Collection

from claimwatch.claims.text import fold

# MITRE; China's two registers; American advisories; what the two companies themselves number.
_NUMBER = re.compile(
    r"\b(?:cve-\d{4}-\d{4,7}|cnvd-(?:c-)?\d{4}-\d{4,7}|cnnvd-\d{6}-\d{3,5}|icsa-\d{2}-\d{3}-\d{2}"
    r"|hsrc-\d{6}-\d{2}|dhcc-sa-\d{6}-\d{3})(?!\d)"
)


def numbers(text: str) -> frozenset[str]:
    """The numbers of flaws and advisories that a text gives, in lower case."""
    return frozenset(_NUMBER.findall(fold(text)))


def register(number: str) -> str:
    """Whose number it is: `cve`, `icsa`."""
    return number.partition("-")[0]


def differ(one: Collection[str], other: Collection[str]) -> bool:
    """Whether two sets of numbers are of different flaws: none is shared, though one register numbers both."""
    if set(one) & set(other):
        return False
    return bool({register(number) for number in one} & {register(number) for number in other})

"""How many independent publishers tell of a happening: a copy of one's words under another address is not one more.

A publisher is known by the registered part of its address; all federal bodies of the United States are one, and so
are all ministries of a government that share a domain. Who merely cites whom, in words of its own, is not known. Pure.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from claimwatch.claims.text import words
from claimwatch.models import Evidence

# Registered names stand one label deeper under these ("example.co.uk").
_SHARED = frozenset({"co", "com", "org", "net", "ac", "edu"})
_GOVERNMENT = frozenset({"gov", "gouv", "gob", "go"})
_COUNTRY = 2
_COPIED = 0.9
_FEW_WORDS = 6


def publisher(url: str) -> str:
    """The publisher of an address: `uhrp.org`, `example.co.uk`, `gov`; empty where there is no host."""
    labels = (urlsplit(url).hostname or "").split(".")
    if labels[-1] in _GOVERNMENT:
        return labels[-1]
    deeper = len(labels) > _COUNTRY and len(labels[-1]) == _COUNTRY and labels[-2] in _SHARED
    return ".".join(labels[-3:] if deeper else labels[-2:])


def repeats(quote: str, other: str) -> bool:
    """Whether two sentences are one text: nearly all words of the shorter one stand in the other."""
    one, two = set(words(quote)), set(words(other))
    shorter = min(len(one), len(two))
    return shorter >= _FEW_WORDS and len(one & two) >= _COPIED * shorter


def publishers(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """Those who tell something independently of each other, in the order in which they did; nobody without a host."""
    counted: dict[str, list[str]] = {}
    for one in sorted(evidence, key=lambda e: (e.first_seen_at, e.id)):
        name, quote = publisher(one.finding.url), one.finding.quote
        if name and not any(repeats(quote, said) for other, told in counted.items() if other != name for said in told):
            counted.setdefault(name, []).append(quote)
    return tuple(counted)

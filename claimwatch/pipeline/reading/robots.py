"""What a robots.txt asks of us (RFC 9309). Pure: text in, answers out.

Not urllib.robotparser, which takes the first rule that matches instead of the longest, and knows no wildcards: it would
call addresses allowed that the publisher closed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

AGENT = "claimwatch"  # the product token of our user agent
_LOOKED_AT = 500_000  # as much of a file as RFC 9309 wants read at least


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules that concern us: (allowed, pattern) each, and Crawl-delay in seconds where one is asked for."""

    rules: tuple[tuple[bool, str], ...] = ()
    crawl_delay_s: float | None = None

    def allows(self, url: str) -> bool:
        """Whether `url` may be fetched: the longest pattern that fits decides; of two as long, the one that allows."""
        parts = urlsplit(url)
        path = _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        if path == "/robots.txt":
            return True
        matching = [(len(pattern), allowed) for allowed, pattern in self.rules if _matches(pattern, path)]
        return max(matching, default=(0, True))[1]


def robots_of(text: str) -> Robots:
    """The rules for our user agent: of the groups that name it, else of those for everybody, else none."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for agents, lines in _groups(text[:_LOOKED_AT]):
        for agent in agents:
            groups.setdefault(agent, []).extend(lines)
    own = groups.get(AGENT, groups.get("*", []))
    rules = tuple((key == "allow", _normal(value)) for key, value in own if key != "crawl-delay" and value)
    delays = [float(value) for key, value in own if key == "crawl-delay" and re.fullmatch(r"\d+(\.\d+)?", value)]
    return Robots(rules, max(delays, default=None))


def _groups(text: str) -> Iterator[tuple[list[str], list[tuple[str, str]]]]:
    """The groups in their order: the user agents, in lower case, and their (key, value) lines."""
    agents: list[str] = []
    lines: list[tuple[str, str]] = []
    for raw in text.lstrip("\ufeff").splitlines():
        key, colon, value = raw.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            if lines:
                yield agents, lines
                agents, lines = [], []
            token = re.match(r"[a-z_-]+|\*", value.lower())
            agents.append(token[0] if token else value.lower())
        elif key in ("allow", "disallow", "crawl-delay") and agents:
            lines.append((key, value))
    if agents:
        yield agents, lines


def _normal(path: str) -> str:
    """`path` with the same escapes however it was written: `%7E` and `~` are one, `%2F` and `/` are two."""
    kept = re.sub("%2f", "%252F", path, flags=re.IGNORECASE)
    return quote(unquote(kept), safe="/?&=*$%+,;:@!~'()[]|")


def _matches(pattern: str, path: str) -> bool:
    """Whether `pattern` fits the beginning of `path`. In time linear in both, whatever a hostile file holds."""
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if anchored and not rest:
        return at == len(path)
    last = rest.pop() if anchored else ""
    for piece in rest:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not anchored or (path.endswith(last) and len(path) - len(last) >= at)

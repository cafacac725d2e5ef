"""Whether a host lets us in: its robots.txt, asked for once and then known."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from claimwatch.errors import FetchFailed, ReadFailed
from claimwatch.fetching import Answer
from claimwatch.pipeline.reading.robots import AGENT, Robots, robots_of

_UNKNOWN = (401, 403, 429)  # of a robots.txt: not "there is none", but "not for you" or "not now"


@dataclass(frozen=True, slots=True)
class HostCheck:
    """What the robots.txt of a host asks of us; `fault` is set where that could not be learned."""

    host: str
    found: bool
    crawl_delay_s: float | None = None
    fault: str | None = None


class Hosts:
    """The hosts that were asked so far."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[HostCheck, Robots]] = {}

    def check(self, url: str, get: Callable[[str], Answer]) -> HostCheck:
        """What the host of `url` says; `get` fetches its robots.txt where it was not asked yet."""
        return self._of(url, get)[0]

    def refusal(self, url: str, get: Callable[[str], Answer]) -> str | None:
        """Why `url` must not be fetched, None where it may be."""
        check, robots = self._of(url, get)
        if check.fault is not None:
            return f"the robots.txt of {check.host} could not be read: {check.fault}"
        return None if robots.allows(url) else f"the robots.txt of {check.host} closes it to {AGENT}"

    def _of(self, url: str, get: Callable[[str], Answer]) -> tuple[HostCheck, Robots]:
        parts = urlsplit(url)
        host = parts.netloc.lower()
        if host not in self._known:
            self._known[host] = _ask(host, f"{parts.scheme}://{host}/robots.txt", get)
        return self._known[host]


def _ask(host: str, url: str, get: Callable[[str], Answer]) -> tuple[HostCheck, Robots]:
    try:
        answer = get(url)
    except FetchFailed as error:
        if error.status is not None and 400 <= error.status < 500 and error.status not in _UNKNOWN:
            return HostCheck(host, found=False), Robots()
        return HostCheck(host, found=False, fault=error.reason), Robots()
    except ReadFailed as error:
        return HostCheck(host, found=False, fault=error.reason), Robots()
    robots = robots_of(answer.body.decode("utf-8", "replace"))
    return HostCheck(host, found=True, crawl_delay_s=robots.crawl_delay_s), robots

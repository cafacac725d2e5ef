"""Where what a finding tells holds, chosen when its kind of claim and its outcome are settled. Pure.

The sentence comes first, then the one that spoke of it before, then the page so far. What comes after a sentence says
nothing of its place: a page that grows would change what was told.
"""

import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from claimwatch.claims import places
from claimwatch.claims.cells import HOMES, WORLDWIDE
from claimwatch.claims.frames import MEASURES
from claimwatch.claims.judge import Judged
from claimwatch.claims.places import Place
from claimwatch.claims.readings import Reading
from claimwatch.claims.text import word_set
from claimwatch.models import Outcome, Publication

# Conduct in the region that the claims are about, where a sentence names no place of its own.
_CONDUCT = word_set(
    "accused_of contract contract_value deployed_at used_by sold_to characterised_as cybersecurity_concern"
)


# Whose conduct it is, whoever tells of it: the accuser sits elsewhere.
_CHINESE_STATE = re.compile(
    r"\bchin(?:ese|a's) (?:government|authorit|state|police|communist|security (?:forces|organs|services))"
    r"|\bkin(?:esiske?|as) (?:regjering|myndighet|styresmakt|stat|politi|forbryt|brotsverk|kommunist)"
    r"|中国(?:政府|当局|警方|公安)"
)
_BY_THE_STATE = word_set("accused_of used_by")
# What other countries do with Chinese goods, and what a company is at home.
_ABROAD = MEASURES | word_set(
    "installed_networks used_by deployed_at cybersecurity_concern calls_for contract denial_statement"
)
_OF_THE_REGION = _CONDUCT | word_set("calls_for denial_statement")
_SUPPLIED = word_set("contract contract_value deployed_at")
_SOLD = word_set("market_presence_countries units_sold_per_year")
_AT_HOME = word_set("state_link legal_name")
_WITHIN = ("US-", "GB-LND")
_BEGINNING = 6000  # characters; a list of years would take seconds, and says nothing by its length


class Page:
    """The places of a publication, found when asked for; `own` is the country of a source that is a public body."""

    def __init__(self, publication: Publication, own: str | None) -> None:
        self._publication = publication
        self._own = own
        self._text_at = len(publication.title) + 1

    @functools.cached_property
    def _found(self) -> tuple[Place, ...]:
        return places.wider(f"{self._publication.title}\n{self._publication.text[:_BEGINNING]}")

    def setting(self, until: int) -> "Setting":
        """Where it is set by the title and the text before the offset `until`."""
        return Setting(self, until)

    def before(self, until: int) -> Sequence[Place]:
        """The places in the title and in the text before the offset `until`."""
        return [place for place in self._found if place.end <= self._text_at + until]

    def most(self, until: int) -> str | None:
        """The source's own country, else the one that is named most before the offset `until`."""
        if self._own:
            return self._own
        counted: Counter[str] = Counter()
        for place in self.before(until):
            if place.code not in ("CN", "world") and not place.code.startswith("CN-"):
                counted[place.code] += 3 if place.end < self._text_at else 2 if place.named else 1
        norwegian = self._publication.language in ("nb", "nn")
        return next((code for code, _ in counted.most_common()), "NO" if norwegian else None)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a publication is set up to some point of its text."""

    page: Page
    until: int

    @property
    def place(self) -> str | None:
        """The country that it names most."""
        return self.page.most(self.until)

    @property
    def region(self) -> str | None:
        """The region of China that it names, if it names one."""
        return next((p.code for p in self.page.before(self.until) if p.code.startswith("CN-")), None)


def place(reading: Reading, judged: Judged, before: str | None, page: Setting) -> str | None:
    """The place of a finding: the judged one, else what the sentence names, the ones before it named, the page's.

    `before` is the place named last before the sentence. The judged one gives way where the sentence does not name it
    and names another, and to the region where it is about conduct there.
    """
    predicate = judged.frame.predicate
    found = [p for p in places.wider(reading.text) if p.code != "world"]
    named = [p.code for p in found if p.named and not p.code.startswith("CN")]
    told = _corrected(judged, found, page, reading.folded)
    if predicate in _SOLD and judged.decision.outcome is not Outcome.RESTATEMENT and len(set(named)) == 1:
        told = named[0]
    if told is not None:
        return told
    region = [p.code for p in found if p.code.startswith("CN-")]
    elsewhere = [*named, *(p.code for p in found if not p.named and not p.code.startswith("CN"))]
    if predicate in _CONDUCT and region:
        return region[0]
    if predicate in _AT_HOME and not elsewhere:
        return "CN"
    if elsewhere:
        return elsewhere[0]
    # The page is asked last: to find all its places takes longer than to find those of some sentences.
    wider = before if before and before != "CN" else page.place
    if wider and wider != "CN":
        return _country(wider)
    return region[0] if region else page.region if predicate in _OF_THE_REGION else None


def _corrected(judged: Judged, found: Sequence[Place], page: Setting, folded: str) -> str | None:
    """The judged place, or the one that a sentence of places `found` rather means; None where neither gives one."""
    predicate, told = judged.frame.predicate, judged.place
    spoken = {p.code for p in found}
    region = next((p.code for p in found if p.code.startswith("CN-")), None)
    elsewhere = next((p.code for p in sorted(found, key=lambda p: not p.named) if not p.code.startswith("CN")), None)
    if predicate in _BY_THE_STATE and not (told or "").startswith("CN") and _CHINESE_STATE.search(folded):
        return region or page.region or "CN"
    if predicate == "accused_of" and (told in (None, "US", "GB") or (told == "CN" and "CN" not in spoken)):
        return region or page.region or told
    if told is None or told in spoken - {"CN"} or predicate in HOMES or predicate in WORLDWIDE:
        return told
    if told == "CN":
        # "the two Chinese makers": whose goods they are, not where they are taken down.
        fund = judged.frame.object_class == "investment_fund"
        if region:
            return region if predicate in _SUPPLIED else told
        if predicate is not None and predicate not in _ABROAD and not fund:
            return told
        abroad = page.place if predicate is not None else None
        return elsewhere or (_country(abroad) if abroad else told)
    named = next((p.code for p in found if p.named and not p.code.startswith("CN")), None)
    if named and predicate not in ("accused_of", "denial_statement"):
        return named
    return told if "capital" in folded else _country(told)


def _country(code: str) -> str:
    """A place that only the page or an earlier sentence names, as its country: it may hold elsewhere there."""
    return code[:2] if code.startswith(_WITHIN) else code

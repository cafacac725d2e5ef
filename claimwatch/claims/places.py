"""Places in text as codes: ISO 3166-1 and -2, and `EU`, `GB-LND`, `DK-84`, `CN-XJ`, `world`.

Countries come from Babel's CLDR territory names in English, Bokmål, Nynorsk and Chinese; regions, short forms,
adjectives, capitals used for governments, and authorities from the small gazetteer below (ISO 3166 for the codes).
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from babel import Locale

from claimwatch.claims.text import fold

# Names of places proper, beyond CLDR's.
_NAMES = {
    "CN-XJ": "xinjiang|east turkistan|east turkestan|uyghur region|uighur region|uyghur homeland|sinkiang|urumqi|"
    "ürümqi|kashgar|hotan|khotan|øst-turkestan|aust-turkestan|xinjiangs|uigurregionen|新疆",
    "CN-XZ": "tibet|lhasa|西藏",
    "CN-FJ": "fujian", "CN-ZJ": "zhejiang province", "CN-GD": "guangdong", "CN-NM": "inner mongolia",
    "GB-SCT": "scotland|scottish|skottland|holyrood|edinburgh", "GB-WLS": "wales|welsh|senedd",
    "GB-NIR": "northern ireland", "GB-LND": "london(?! alv)|londons",
    "GB": "u\\.k\\.|uk|britain|great britain|british|britain's|england|whitehall|westminster|storbritannia|britisk\\w*|"
    "house of commons|commons|house of lords|ministers? .{0,30}lord|uk government|royal assent|英国",
    "US": "u\\.s\\.(?:a\\.)?|usa|united states|america|american|americans|washington|amerikansk\\w*|sambandsstatane|"
    "capitol hill|美国",
    "EU": "european union|european|eu|brussels|strasbourg|europaparlamentet|european parliament|european commission|"
    "mep|meps|european institutions|europeisk\\w*|den europeiske union|欧盟",
    "DK-84": "capital region of denmark|denmark's capital region|capital region|region hovedstaden|hovedstadsregionen",
    "DK": "danish|dansk|danske|denmark's", "AU": "australian|australsk\\w*|canberra",
    "NL": "dutch|holland|the netherlands|nederlandsk\\w*|the hague",
    "IE": "irish|oireachtas|dublin|irsk\\w*|dáil|dail", "CA-QC": "quebec|québec",
    "CA": "canadian|kanadisk\\w*|ottawa", "CA-ON": "ontario", "CA-BC": "british columbia",
    "NO": "norwegian|norsk|norske|noreg\\w*|norges|norway's|oslo|stortinget|storting|here? i landet|her i landet|挪威",
    "SE": "swedish|svensk\\w*", "FI": "finnish|finsk\\w*", "DE": "german|tysk\\w*|bundestag|berlin",
    "FR": "french|fransk\\w*|paris", "IT": "italian|italiensk\\w*|rome", "ES": "spanish", "CZ": "czech",
    "BE": "belgian|belgisk\\w*", "LT": "lithuanian", "PL": "polish", "CH": "swiss", "AT": "austrian",
    "IL": "israeli", "IN": "indian|new delhi|delhi", "JP": "japanese|tokyo|japansk\\w*", "KR": "south korean|seoul",
    "TW": "taiwanese|taipei", "NZ": "new zealand's|wellington", "TR": "turkish|ankara", "UA": "ukrainian|kyiv",
    "TH": "thai", "VN": "vietnamese", "KZ": "kazakh (?:government|authorities)", "EC": "ecuadorian",
    "US-NY": "new york", "US-CA": "california", "US-TX": "texas", "US-FL": "florida", "US-VT": "vermont",
    "US-GA": "georgia's", "US-NE": "nebraska", "US-DC": "district of columbia",
    "AU-NSW": "new south wales", "AU-VIC": "victorian government",
    "CN": "china's|chinese|beijing|prc|kinesisk\\w*|folkerepublikken|中国|中方",
    "world": "worldwide|around the world|in the world|global|globally|world's|the world over|på verdensbasis|"
    "verdens|verda si|verdas|i verden|i verda|throughout the world|全球",
}  # fmt: skip
# Bodies whose acts have effect in a place; weaker than a place that is named.
_BODIES = {
    "CN-XJ": "uyghurs?|uighurs?|uigur\\w*|the region|regionen|维吾尔",
    "US": "commerce department|department of commerce|bureau of industry and security|bis|federal communications "
    "commission|fcc|congress|congress(?:man|woman|men)|"
    "senate|senators?|representatives? [a-z]+|house of representatives|"
    "federal trade commission|"
    "(?<!china's )(?<!beijing's )commerce(?: secretary| official)?(?! ministr)|treasury|ofac|pentagon|"
    "department of defense|"
    "department of war|defense department|white house|federal register|entity list|export administration regulations|"
    "ear|end-user review committee|d\\.c\\. circuit|supreme court|state department|homeland security|dhs|ndaa|"
    "national defen[cs]e authori[sz]ation act|handelsdepartement\\w*|covered list|bipartisan|"
    "商务部|magnitsky",
    "NO": "norges bank|noregs bank|nbim|oil fund|oljefondet|statens pensjonsfond|government pension fund|"
    "sovereign fund|sovereign wealth fund|council on ethics|etikkråd\\w*|datatilsynet|the council(?! of)|rådet|dnb|nrk|"
    "wealth fund|pensjonsfond\\w*|kommune\\w*|kommuna\\w*|byrådet|fylkes\\w*|"
    "fylkeskommun\\w*|regjeringen|regjeringa|bergen|trondheim|stavanger|tromsø|nsm|equinor",
    "GB": "ministry of defence|home office|cabinet office|biometrics and surveillance camera commissioner|"
    "surveillance camera commissioner|procurement act|procurement bill|house of lords|"
    "mps?",
    "AU": "australian war memorial|electorate offices",
    "EU": "parliament's administration|europarl",
    "DK-84": "hillerød",
}  # fmt: skip
# Towns, counties and bodies that tell a reader where something holds, beyond those that weigh in the outcome.
_TOWNS = {
    "CN-XJ": "karakax|moyu|pishan|luopu|yarkand|yutian|hetian|aksu|ili|turpan|korla|kuqa|tekes|墨玉|皮山|洛浦|于田",
    "DK-81": "north jutland|northern jutland|nordjylland", "DK-82": "central jutland|midtjylland|aarhus",
    "DK-83": "southern denmark|syddanmark|odense", "DK-84": "danish capital's|copenhagen region",
    "DK-85": "region zealand|zealand|sjælland", "DK": "copenhagen|københavn",
    "AU-QLD": "queensland|queensland's|brisbane", "AU-VIC": "victoria's|melbourne|melbourne's|geelong",
    "AU-NSW": "sydney", "AU-WA": "western australia|perth", "AU-SA": "south australia|adelaide",
    "NZ": "auckland|christchurch", "GB-SCT": "glasgow", "GB-WLS": "cardiff", "GB-NIR": "belfast",
    "GB": "manchester|leeds|birmingham|liverpool|bristol|sheffield|kent|wiltshire|surrey|essex|yorkshire|hampshire",
    "GB-LND": "hounslow|hackney|camden|lambeth|croydon|greenwich|islington",
    "US": "los angeles|chicago|boston|seattle|houston", "US-OK": "oklahoma", "US-TN": "tennessee",
    "CA-ON": "toronto", "CA-QC": "montreal|montréal", "CA-BC": "vancouver",
    "NL": "amsterdam|rotterdam|utrecht|eindhoven", "SE": "stockholm|gothenburg|göteborg|malmö", "FI": "helsinki",
    "DE": "munich|hamburg|frankfurt|düsseldorf|essen|cologne", "AT": "vienna", "CH": "zurich|geneva|bern",
    "PL": "warsaw", "CZ": "prague", "SK": "bratislava", "HU": "budapest", "RO": "bucharest", "BG": "sofia",
    "RS": "belgrade|belgrade's", "GR": "athens|greek", "IT": "milan|turin|modena|naples", "ES": "madrid|barcelona",
    "PT": "lisbon", "FR": "lyon|marseille", "BE": "antwerp|ghent", "LT": "vilnius", "LV": "riga", "EE": "tallinn",
    "IN": "mumbai|bengaluru|bangalore|chennai", "ID": "jakarta", "TH": "bangkok", "VN": "hanoi", "PH": "manila(?:'s)?",
    "MY": "kuala lumpur", "TW": "keelung|kaohsiung", "KR": "korean|busan", "JP": "osaka", "PS": "hebron|west bank",
    "IL": "tel aviv|jerusalem", "KE": "nairobi", "NG": "lagos|abuja", "ZA": "johannesburg|cape town", "EG": "cairo",
    "BR": "são paulo|sao paulo|brazilian", "AR": "buenos aires", "CO": "bogota|bogotá", "EC": "quito", "PE": "lima",
    "MX": "mexico city|mexican", "KZ": "almaty|astana", "KG": "bishkek", "UZ": "tashkent", "RU": "moscow|russian",
    "NO": "bodø|drammen|sandefjord|kristiansand|ålesund|fredrikstad|viken|vestland|rogaland|nordland|"
    "innlandet|norwegians",
}  # fmt: skip
_MORE_BODIES = {
    "CN-XJ": "uyghur(?!s? (?:human rights project|congress))\\w*|uighur\\w*|uigur\\w*|camps?|mosques?|internment|"
    "genocide|"
    "crimes against humanity|genocidal|folkemord\\w*|moskear|interneringsleir\\w*|"
    "维吾尔\\w*|种族灭绝",
    "US": "cbp|securities and exchange commission|attorney general|the house (?:on|of)|house bill|executive order|"
    "u\\.s\\. persons|general services administration|ndaa|federal agencies|district judge|"
    "the bureau|court of appeals",
    "GB": "nhs|my lords|hon\\. member|noble lord|cllr|borough",
    "AU": "commonwealth|senate estimates|home affairs minister",
    "CA": "crown corporations?|governor in council|investment canada act|federal court|mounties|rcmp",
    "NL": "tweede kamer|apg|abp|pggm|robeco", "SE": "riksdag|handelsbanken|ap\\d|ap7|avarn",
    "NO": "klp|storebrand|the fund|the bank|fondet|banken|sparebank\\w*|statsbygg|kystverket|justisminister\\w*|"
    "justisdepartement\\w*",
    "EU": "meps?|general court|court of justice|the commission|council of the (?:european )?union|the union",
    "DK": "folketing\\w*", "IE": "garda|td|leinster house", "DE": "bundeswehr|bsi", "IN": "lok sabha|rajya sabha",
}  # fmt: skip
_NOT_COUNTRIES = frozenset({"chad", "jersey", "georgia", "guinea", "mali", "niue", "togo", "oman", "man", "iran's"})
_LANGUAGES = ("en", "nb", "nn", "zh")


@dataclass(frozen=True, slots=True)
class Place:
    """A place named in a text at [start, end). `named` is False where only a body of that place is named."""

    code: str
    start: int
    end: int
    named: bool


@cache
def _further() -> re.Pattern[str]:
    """Towns and further bodies as one pattern, a group per entry."""
    parts = [
        rf"(?P<{kind}_{code.replace('-', '_')}>(?:{forms})(?![a-zæøå0-9]))"
        for kind, table in (("n", _TOWNS), ("b", _MORE_BODIES))
        for code, forms in table.items()
    ]
    return re.compile(rf"(?<![a-zæøå0-9])(?:{'|'.join(parts)})")


@cache
def _scanner() -> tuple[re.Pattern[str], dict[str, str], re.Pattern[str]]:
    """CLDR names as one pattern with their codes, and the gazetteer as one pattern with a group per entry."""
    codes: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            folded = fold(str(name))
            if len(code) == 2 and code.isalpha() and code not in ("EZ", "UN", "ZZ", "XA", "XB", "QO"):
                for form in {folded, folded.replace(" & ", " and "), folded.split(" (")[0]}:
                    if (len(form) > 2 and form not in _NOT_COUNTRIES) or not form.isascii():
                        codes.setdefault(form, code)
    names = sorted(codes, key=len, reverse=True)
    bare = [name for name in names if not name.isascii() and len(name) < 6]
    pattern = re.compile(rf"(?<![a-zæøå0-9]){_any_of(names)}(?:'s|s)?(?![a-zæøå0-9])|{_any_of(bare)}")
    parts = []
    for index, (kind, table) in enumerate((("n", _NAMES), ("b", _BODIES))):
        for code, forms in table.items():
            group = f"{kind}{index}_{code.replace('-', '_')}"
            parts.append(rf"(?P<{group}>(?:{forms})(?![a-zæøå0-9]))")
    return pattern, codes, re.compile(rf"(?<![a-zæøå0-9])(?:{'|'.join(parts)})")


def _any_of(names: Sequence[str]) -> str:
    """An expression for any of the names, the first that fits; grouped by first letter, so that few are tried."""
    rests: dict[str, list[str]] = {}
    for name in names:
        rests.setdefault(name[0], []).append(re.escape(name[1:]))
    groups = {first: f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in rests.items()}
    plain = "|".join(group for first, group in groups.items() if first.isascii())
    others = "|".join(group for first, group in groups.items() if not first.isascii())
    return rf"(?:{plain}|(?=[^\x00-\x7f])(?:{others}))" if plain else f"(?:{others})"


def find(text: str) -> tuple[Place, ...]:
    """The places of a text in order; a longer name wins over a shorter one that it holds."""
    folded = fold(text)
    countries, codes, gazetteer = _scanner()
    found: list[Place] = []
    for match in gazetteer.finditer(folded):
        kind, _, code = (match.lastgroup or "").partition("_")
        found.append(Place(code.replace("_", "-"), match.start(), match.end(), named=kind.startswith("n")))
    for match in countries.finditer(folded):
        name = match[0]
        form = next((f for f in (name, name.removesuffix("'s"), name.removesuffix("s")) if f in codes), None)
        if form is not None:
            found.append(Place(codes[form], match.start(), match.end(), named=True))
    found.sort(key=lambda place: (place.start - place.end, place.start, place.code))
    kept: list[Place] = []
    for place in found:
        if all(place.end <= other.start or place.start >= other.end for other in kept):
            kept.append(place)
    return tuple(sorted(kept, key=lambda place: place.start))


def wider(text: str) -> tuple[Place, ...]:
    """The places of a text as `find` gives them, with towns, counties and further bodies."""
    known = find(text)
    starts = [place.start for place in known]
    found = dict(enumerate(known))
    added: list[Place] = []
    for match in _further().finditer(fold(text)):
        kind, _, code = (match.lastgroup or "").partition("_")
        first, last = bisect_left(starts, match.start()) - 1, bisect_left(starts, match.end())
        covered = [at for at in range(max(first, 0), last) if known[at].end > match.start()]
        if all(match.end() - match.start() > known[at].end - known[at].start for at in covered):
            for at in covered:
                found.pop(at, None)
            added.append(Place(code.replace("_", "-"), match.start(), match.end(), named=kind == "n"))
    return tuple(sorted([*found.values(), *added], key=lambda place: place.start))


def within(inner: str, outer: str) -> bool:
    """Whether a place is another or lies in it: London in the United Kingdom, everything in the world."""
    return inner == outer or outer == "world" or inner.startswith(outer + "-")

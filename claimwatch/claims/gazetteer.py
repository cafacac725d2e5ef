"""Places beyond the names of countries, by their codes: how they and their authorities are called in text.

Each value is a small expression over folded text: its alternatives, the first that fits first. What stands around them
is settled in `places`: they are whole words.
"""

# Names of places proper, beyond CLDR's.
NAMES = {
    "CN-XJ": "xinjiang|east turkistan|east turkestan|uyghur region|uighur region|uyghur homeland|sinkiang|urumqi|"
    "ürümqi|kashgar|hotan|khotan|øst-turkestan|aust-turkestan|xinjiangs|uigurregionen|新疆",
    "CN-XZ": "tibet|lhasa|西藏",
    "CN-FJ": "fujian", "CN-ZJ": "zhejiang province", "CN-GD": "guangdong", "CN-NM": "inner mongolia",
    "GB-SCT": "scotland|scottish|skottland|holyrood|edinburgh", "GB-WLS": "wales|welsh|senedd",
    "GB-NIR": "northern ireland", "GB-LND": "london(?! alv)|londons",
    "GB": "u\\.k\\.|uk|britain|great britain|british|britain's|england|whitehall|westminster|storbritannia|britisk\\w*|"
    "house of commons|commons|house of lords|ministers? .{0,30}lord|uk government|royal assent|英国|英方|伦敦|白厅",
    "US": "u\\.s\\.(?:a\\.)?|(?<!about )(?<!contact )(?<!follow )(?<!join )us(?!\\$)|usa|"
    "united states|america|american|americans|washington|amerikansk\\w*|sambandsstatane|"
    "capitol hill|美国|美方|华府|华盛顿",
    "EU": "european union|european|eu|brussels|strasbourg|europaparlamentet|european parliament|european commission|"
    "mep|meps|european institutions|europeisk\\w*|den europeiske union|欧盟|欧洲",
    "DK-84": "capital region of denmark|denmark's capital region|capital region|region hovedstaden|hovedstadsregionen",
    "DK": "danish|dansk|danske|denmark's", "AU": "australian|australsk\\w*|canberra|澳洲|堪培拉",
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
# The name of a group or a law says nothing of where something is: "the Uyghur Human Rights Project calls on …".
_NO_GROUP = (
    "(?! (?:(?!(?:in|at|on|by|to|for|from|of|with|through|across|and|or|the|a|an|as)(?![a-z]))[a-z]+ ){0,3}(?:project|"
    "congress|association|tribunal|institute|academy|foundation|society|prevention act|policy act)(?![a-z]))"
)
# Bodies whose acts have effect in a place; weaker than a place that is named.
BODIES = {
    "CN-XJ": f"(?<!campaign for )uyghurs?{_NO_GROUP}|(?<!campaign for )uighurs?{_NO_GROUP}|uigur\\w*|the region|"
    "regionen|维吾尔",
    "US": "commerce department|department of commerce|bureau of industry and security|bis|federal communications "
    "commission|fcc|(?<!uyghur )congress|congress(?:man|woman|men)|"
    "senate|senators?|representatives? [a-z]+|house of representatives|"
    "federal trade commission|"
    "(?<!china's )(?<!beijing's )commerce(?: secretary| official)?(?! ministr)|treasury|ofac|pentagon|"
    "department of defense|"
    "department of war|defense department|white house|federal register|entity list|export administration regulations|"
    "ear|end-user review committee|d\\.c\\. circuit|supreme court|state department|homeland security|dhs|ndaa|"
    "national defen[cs]e authori[sz]ation act|handelsdepartement\\w*|covered list|bipartisan|"
    "商务部|五角大楼|白宫|联邦通信委员会|实体清单|国防授权法|工业与安全局|参议员|参议院|众议员|众议院|magnitsky",
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
TOWNS = {
    "CN-XJ": "karakax|moyu|pishan|luopu|yarkand|yutian|hetian|aksu|ili|turpan|korla|kuqa|tekes|墨玉|皮山|洛浦|于田",
    "DK-81": "north jutland|northern jutland|nordjylland|aalborg", "DK-82": "central jutland|midtjylland|aarhus|århus",
    "DK-83": "southern denmark|syddanmark|odense", "DK-84": "danish capital's|copenhagen region",
    "DK-85": "region zealand|zealand|sjælland", "DK": "copenhagen|københavn|frederiksberg",
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
    "MY": "kuala lumpur", "TW": "keelung|kaohsiung|行政院|立法院|台北|台中|高雄",
    "KR": "korean|busan", "JP": "osaka", "PS": "hebron|west bank",
    "IL": "tel aviv|jerusalem", "KE": "nairobi", "NG": "lagos|abuja", "ZA": "johannesburg|cape town", "EG": "cairo",
    "BR": "são paulo|sao paulo|brazilian", "AR": "buenos aires", "CO": "bogota|bogotá", "EC": "quito", "PE": "lima",
    "MX": "mexico city|mexican", "KZ": "almaty|astana", "KG": "bishkek", "UZ": "tashkent", "RU": "moscow|russian",
    "NO": "bodø|drammen|sandefjord|kristiansand|ålesund|fredrikstad|viken|vestland|rogaland|nordland|"
    "innlandet|norwegians",
}  # fmt: skip
MORE_BODIES = {
    "CN-XJ": f"(?<!campaign for )uyghur\\w*{_NO_GROUP}|(?<!campaign for )uighur\\w*{_NO_GROUP}|uigur\\w*|"
    "camps?|mosques?|internment|genocide|"
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
# Common nouns that stand for one body only where they are written as a name: "the council" is that of any town.
COMMON = frozenset({"us", "the council", "the bank", "the fund", "the bureau", "the commission", "the union"})

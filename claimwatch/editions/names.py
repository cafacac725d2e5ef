"""What things are called that claims are made of: kinds of claims, their objects, our sources; by language.

English takes the labels of the ontology and says here only what differs. Norwegian says everything, and a test holds
its lists against the ontology and sources.yaml.
"""

import re
from collections.abc import Iterable, Mapping

from babel.numbers import format_decimal

from claimwatch.editions.display import clean
from claimwatch.editions.words import Words
from claimwatch.models import Quantity

_OBJECTS_EN = {
    "entity_list": "Entity List",
    "covered_list": "FCC Covered List",
    "military_companies_list": "Section 1260H list",
    "nscmic_list": "NS-CMIC List",
    "sdn_list": "SDN List",
    "unverified_list": "Unverified List",
    "military_end_user_list": "Military End-User List",
    "forced_labour_list": "UFLPA Entity List",
    "government_pension_fund": "",  # the one object of its predicates: nothing to add
    "foreign_direct_product": "foreign direct product rule",
    "camps_schools_mosques": "camps, schools and mosques",
    "state": "state investors",
    "magnitsky_sanctions": "Magnitsky sanctions",
}
LISTS = frozenset(name for name in _OBJECTS_EN if name.endswith("_list"))
# How a kind of claim is joined to its object where brackets would be clumsy; `listed_on` only with a list by name.
_JOINED_EN = {
    "listed_on": "entry on the {}",
    "accused_of": "accusation of {}",
    "calls_for": "demand for {}",
    "deployed_at": "deployed at {}",
    "sold_to": "sales to {}",
    "denial_statement": "denial ({})",
}

KINDS_NB: Mapping[str, str] = {
    "listed_on": "oppføring på offentlig liste",
    "licence_requirement": "krav om eksportlisens",
    "sanctioned_by": "sanksjoner",
    "trade_restriction": "handelsrestriksjoner",
    "compliance_guidance": "veiledning om etterlevelse",
    "legislation_proposed": "lovforslag",
    "procurement_ban": "forbud mot offentlige innkjøp",
    "export_ban": "eksportforbud",
    "import_ban": "importforbud",
    "investment_ban": "investeringsforbud",
    "equipment_authorisation_ban": "forbud mot utstyrsgodkjenning",
    "government_removal": "fjerning fra offentlige bygg",
    "divestment_recommendation": "tilrådning om utelukkelse",
    "divestment_decision": "beslutning om utelukkelse",
    "observation_decision": "beslutning om observasjon",
    "ownership_share": "eierandel",
    "market_presence_countries": "land det leveres til",
    "installed_networks": "installerte kameranettverk",
    "contract_value": "verdi av kontrakter",
    "units_sold_per_year": "solgte enheter i året",
    "market_rank": "plass i markedet",
    "accused_of": "beskyldning",
    "used_by": "brukt av myndigheter",
    "deployed_at": "tatt i bruk",
    "contract": "kontrakter",
    "sold_to": "salg",
    "cybersecurity_concern": "bekymring for datasikkerhet",
    "under_investigation": "gransking",
    "litigation": "rettssak",
    "denial_statement": "avvisning fra selskapet",
    "company_statement": "uttalelse fra selskapet",
    "non_disclosure": "nekter innsyn",
    "characterised_as": "karakteristikk",
    "calls_for": "krav",
    "legal_name": "registrert navn",
    "alias_of": "annet navn",
    "subsidiary_of": "datterselskap",
    "state_link": "bånd til staten",
    "publication": "publikasjon",
    "sequence": "rekkefølge av hendelser",
    "market_presence_qual": "nærvær i markedet",
}
OBJECTS_NB: Mapping[str, str] = {
    "entity_list": "Entity List",
    "covered_list": "FCC Covered List",
    "military_companies_list": "listen etter Section 1260H",
    "nscmic_list": "NS-CMIC List",
    "sdn_list": "SDN List",
    "unverified_list": "Unverified List",
    "military_end_user_list": "Military End-User List",
    "forced_labour_list": "UFLPA Entity List",
    "sales_to_company": "salg til selskapet",
    "foreign_direct_product": "regelen om utenlandske direkteprodukter",
    "affiliates_rule": "regelen om tilknyttede selskaper",
    "review_policy": "behandling av søknader",
    "licence_exception": "unntak fra lisens",
    "sanctions": "sanksjoner",
    "asset_freeze": "frysing av midler",
    "visa_ban": "visumforbud",
    "restrictions": "restriksjoner",
    "tariff": "toll",
    "red_flag": "varselsignal",
    "due_diligence": "aktsomhetsvurdering",
    "magnitsky_sanctions": "Magnitskij-sanksjoner",
    "secondary_sanctions": "sekundære sanksjoner",
    "procurement_ban": "forbud mot offentlige innkjøp",
    "equipment_ban": "forbud mot utstyr",
    "investment_ban": "investeringsforbud",
    "import_ban": "importforbud",
    "government_purchases": "statlige innkjøp",
    "contractors_and_grants": "leverandører og tilskudd",
    "critical_infrastructure": "kritisk infrastruktur",
    "surveillance_components": "deler til overvåking",
    "equipment": "utstyr",
    "forced_labour_goods": "varer laget med tvangsarbeid",
    "securities": "verdipapirer",
    "private_capital": "privat kapital",
    "new_authorisations": "nye godkjenninger",
    "existing_authorisations": "eksisterende godkjenninger",
    "government_buildings": "offentlige bygg",
    "military_sites": "militære områder",
    "police_and_prisons": "politi og fengsler",
    "schools_and_hospitals": "skoler og sykehus",
    "government_pension_fund": "",
    "state": "statlige investorer",
    "parent_company": "morselskapet",
    "investment_fund": "investeringsfond",
    "founders": "gründerne",
    "countries_supplied": "land det leveres til",
    "offices_abroad": "kontorer i utlandet",
    "camera_networks": "kameranettverk",
    "cameras": "kameraer",
    "devices": "enheter",
    "surveillance_projects": "overvåkingsprosjekter",
    "loans": "lån",
    "surveillance_technology": "overvåkingsteknologi",
    "repression": "undertrykking",
    "human_rights_violations": "brudd på menneskerettighetene",
    "mass_surveillance": "masseovervåking",
    "ethnicity_detection": "gjenkjenning av etnisitet",
    "genocide": "folkemord",
    "atrocity_crimes": "massegrusomheter",
    "forced_labour": "tvangsarbeid",
    "military_support": "støtte til militæret",
    "espionage": "spionasje",
    "authorities": "myndigheter",
    "police": "politiet",
    "military": "militæret",
    "camps_schools_mosques": "leirer, skoler og moskeer",
    "prisons": "fengsler",
    "public_buildings": "offentlige bygg",
    "hospitals": "sykehus",
    "transport": "transport",
    "surveillance_systems": "overvåkingssystemer",
    "campus_systems": "systemer for skoleområder",
    "government_departments": "departementer",
    "privacy_risk": "risiko for personvernet",
    "weak_security": "svak sikkerhet",
    "data_transfer": "overføring av data",
    "vulnerability": "sårbarhet",
    "compromised_users": "rammede brukere",
    "human_rights": "menneskerettigheter",
    "national_security": "nasjonal sikkerhet",
    "cybersecurity": "datasikkerhet",
    "brought_by_company": "reist av selskapet",
    "brought_against_company": "reist mot selskapet",
    "state_control": "statlig kontroll",
    "measure": "et tiltak",
    "compliance_policy": "regler for etterlevelse",
    "rules_of_conduct": "etiske retningslinjer",
    "moral_pariah": "moralsk utstøtt",
    "security_threat": "sikkerhetstrussel",
    "state_instrument": "statens redskap",
    "export_ban": "eksportforbud",
    "removal": "fjerning",
    "listing": "oppføring på liste",
    "divestment": "nedsalg",
    "expulsion": "utestenging",
    "investigation": "gransking",
    "disclosure": "innsyn",
    "registered_name": "registrert navn",
    "name": "navn",
    "subsidiary": "datterselskap",
    "state_ties": "bånd til staten",
    "private_autonomy": "privat uavhengighet",
    "military_ties": "bånd til militæret",
    "briefings": "orienteringer",
    "testimony": "vitnemål",
    "order_of_measures": "rekkefølge av tiltak",
    "expansion": "vekst",
    "dominance": "dominans",
}
_JOINED_NB = {
    "listed_on": "oppføring på {}",
    "accused_of": "beskyldning om {}",
    "calls_for": "krav om {}",
    "deployed_at": "tatt i bruk i {}",
    "sold_to": "salg til {}",
    "denial_statement": "avvisning ({})",
}
# A fund excludes a company, or it sells; the ontology has one kind for both. By whether the sources speak of exclusion.
# A decision may also be one not to, or that nothing is left to decide: its name must not say which.
_INVESTMENT = {
    ("en", "divestment_recommendation"): ("recommendation to divest", "recommendation to exclude"),
    ("en", "divestment_decision"): ("decision on divestment", "decision on exclusion"),
    ("nb", "divestment_recommendation"): ("tilrådning om å selge seg ut", "tilrådning om utelukkelse"),
    ("nb", "divestment_decision"): ("beslutning om nedsalg", "beslutning om utelukkelse"),
}
_EXCLUDES = re.compile(r"\b(exclu(?!siv)|uteluk|utesteng)", re.IGNORECASE)
UNITS_NB: Mapping[str, str] = {
    "percent": "prosent",
    "countries": "land",
    "networks": "nettverk",
    "cameras": "kameraer",
    "devices": "enheter",
    "cameras/year": "kameraer i året",
    "rank": "i rekken",
    "citizens": "innbyggere",
    "briefings": "orienteringer",
    "USD": "amerikanske dollar",
    "CNY": "yuan",
    "EUR": "euro",
    "GBP": "pund",
    "NOK": "kroner",
}
_COMPARED_NB = {"eq": "{}", "approx": "om lag {}", "gt": "over {}", "lt": "under {}"}
# By the name that a source has in sources.yaml; proper names that Norwegians use as they are stand for themselves.
SOURCES_NB: Mapping[str, str] = {
    "Federal Register (BIS rules and notices)": "Federal Register (regler og kunngjøringer fra BIS)",
    "Entity List (Supplement No. 4 to Part 744)": "Entity List (vedlegg 4 til del 744)",
    "Council on Ethics (Norway)": "Etikkrådet",
    "Norges Bank Investment Management (exclusions)": "Norges Bank Investment Management (utelukkelser)",
    "Uyghur Human Rights Project": "Uyghur Human Rights Project",
    "FCC Covered List": "FCC Covered List",
    "Department of Defense (section 1260H notices)": "Department of Defense (kunngjøringer etter section 1260H)",
    "OFAC list of Chinese Military-Industrial Complex Companies": "OFACs NS-CMIC-liste",
    "World Uyghur Congress": "World Uyghur Congress",
    "Norwegian Government (regjeringen.no)": "Regjeringen (regjeringen.no)",
}


def kind_of(predicate: str | None, object_class: str | None, label: str | None, words: Words) -> str | None:
    """What a claim is about: `entry on the Entity List`, `demand for sanctions`; None where no kind was recognised.

    `label` is the ontology's English label of the predicate, which serves where a language has no word of its own.
    """
    if predicate is None or label is None:
        return None
    norwegian = words.language == "nb"
    kind = KINDS_NB.get(predicate, label) if norwegian else label
    if object_class is None or object_class == "other":
        return kind
    joined = (_JOINED_NB if norwegian else _JOINED_EN).get(predicate)
    spelled = object_class.replace("_", " ")
    named = OBJECTS_NB.get(object_class, spelled) if norwegian else _OBJECTS_EN.get(object_class, spelled)
    if predicate == "denial_statement" and joined:
        return joined.format(named if norwegian else spelled)
    if not named or named in kind:
        return kind
    if joined is None or (predicate == "listed_on" and object_class not in LISTS):
        return f"{kind} ({named})"
    return joined.format(named)


def investment_kind(predicate: str | None, wordings: Iterable[str], words: Words) -> str | None:
    """What a fund does, in its sources' sense: an exclusion is not called a sale, nor a sale an exclusion. None for
    other kinds of claims."""
    kinds = _INVESTMENT.get((words.language, predicate or ""))
    return None if kinds is None else kinds[any(_EXCLUDES.search(wording) for wording in wordings)]


def value_of(quantity: Quantity, words: Words, limit: int) -> str:
    """A value as its source wrote it, at most `limit` characters; in another language than English as a number in
    that language's form where it is one."""
    if words.language == "nb" and quantity.value is not None:
        form, unit = _COMPARED_NB.get(quantity.comparator), UNITS_NB.get(quantity.unit or "")
        if form is not None and unit is not None:
            return form.format(f"{format_decimal(quantity.value, locale=words.locale)} {unit}")
    return clean(quantity.text, limit)


def source_name(name: str, words: Words) -> str:
    """A source as a reader of this language knows it, by its name in sources.yaml."""
    return SOURCES_NB.get(name, name) if words.language == "nb" else name

"""The words of back issues, items, feeds and search, by language."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArchiveWords:
    """One language. Fields with `{}` are formats."""

    language: str
    # Back issues
    issues: str
    issues_lead: str
    no_issues: str
    all_series: str
    series_names: Mapping[str, str]
    sent: str
    as_text: str
    as_json: str
    older: str
    newer: str
    first_page: str
    corrected: str
    correction: str
    correction_of: str
    in_this_edition: str
    permalinks: str
    feeds: str
    feed_items: str
    feed_editions: str
    feed_lead: str
    machine_read_feed: str
    # Items
    outcomes: Mapping[str, str]
    machine_read: str
    reviewed: str
    no_longer: str
    dismissed: str
    put_off: str
    part_of: str
    history_only: str
    state: str
    states: str
    states_lead: str
    state_unknown: str
    told_in: str
    not_told: str
    corrections: str
    correction_all: str
    evidence: str
    evidence_more: str
    withdrawn: str
    dismissed_one: str
    from_history: str
    claim: str
    before: str
    now: str
    says: str
    source: str
    published: str
    in_force: str
    happened: str
    first_seen: str
    fetched: str
    fingerprint: str
    read_by: str
    no_link: str
    read_there: str
    excerpts_of_it: str
    companies: str
    place: str
    severity: str
    severities: Mapping[str, str]
    permalink: str
    item: str
    # Search
    search: str
    query: str
    query_hint: str
    look_in: str
    findings: str
    documents: str
    company: str
    any: str
    outcome: str
    since: str
    until: str
    go: str
    nothing: str
    start: str
    found_findings: str
    found_documents: str
    bad_day: str
    cut: str
    only_excerpts: str
    feed_of_this: str


ENGLISH = ArchiveWords(
    language="en",
    issues="Back issues",
    issues_lead="Every edition that went out, as it was mailed, without what was personal in it.",
    no_issues="No edition has gone out yet.",
    all_series="All",
    series_names={
        "urgent": "Alerts", "daily": "Daily", "weekly": "Weekly", "monthly": "Monthly", "record": "The record",
        "recall": "Corrections",
    },
    sent="Frozen {}",
    as_text="Text",
    as_json="JSON",
    older="Older",
    newer="Newer",
    first_page="Newest",
    corrected="Corrected {}",
    correction="Correction",
    correction_of="This corrects an earlier edition.",
    in_this_edition="In this edition",
    permalinks="Each item has an address of its own, where it is kept up to date.",
    feeds="Feeds",
    feed_items="What is new",
    feed_editions="Editions",
    feed_lead="For a feed reader. Filters in the address narrow them: ?company=dahua&source=uhrp&outcome=REVERSAL.",
    machine_read_feed="A machine reads, and says so. Who says it always stands beside it.",
    outcomes={
        "NEW": "New", "UPDATE": "Updated", "REVERSAL": "Reversed", "PENDING": "Pending", "DENIAL": "Denied",
        "RESTATEMENT": "Said again", "CONTEXT": "In passing",
    },
    machine_read="Read by a machine, not reviewed yet",
    reviewed="Reviewed by an analyst",
    no_longer="What was found here is no longer found when the source is read again. It is kept for the record.",
    dismissed="An analyst has looked at this and dismissed it. It is kept for the record.",
    put_off="An analyst is looking at this.",
    part_of="An analyst has found this to be part of another item.",
    history_only="Found in older publications. It was never mailed as news.",
    state="State {}",
    states="How it went on",
    states_lead="A new state only where the facts changed, never because another source repeats them.",
    state_unknown="not kept",
    told_in="Told in",
    not_told="Not in any edition yet.",
    corrections="Corrections",
    correction_all="whole edition",
    evidence="Evidence",
    evidence_more="{} more findings tell of it.",
    withdrawn="no longer found",
    dismissed_one="dismissed",
    from_history="from older publications",
    claim="Baseline claim {}",
    before="Before",
    now="Now",
    says="{} in",
    source="Source",
    published="Published",
    in_force="In force",
    happened="Happened",
    first_seen="First seen",
    fetched="Fetched",
    fingerprint="SHA-256 of what was fetched",
    read_by="Read by",
    no_link="no link that can be shown",
    read_there="Read it at {}",
    excerpts_of_it="Excerpts",
    companies="Companies",
    place="Place",
    severity="Severity",
    severities={
        "S1": "S1: an official measure in force, or its end",
        "S2": "S2: official, but not a measure in force",
        "S3": "S3: said by a group, the press or a company",
        "S4": "S4: named, the kind of claim not recognised",
        "S5": "S5: known before, or in passing",
    },
    permalink="Permanent address",
    item="The item",
    search="Search",
    query="Words",
    query_hint="All of them must be there. “A phrase” in quotes; exclu* for how a word begins; -word to leave one out.",
    look_in="Look in",
    findings="Findings",
    documents="Documents",
    company="Company",
    any="Any",
    outcome="Outcome",
    since="From",
    until="To",
    go="Search",
    nothing="Nothing was found. Fewer words or filters find more.",
    start="Type a word, or choose a filter.",
    found_findings="Findings, newest first",
    found_documents="Documents, newest first",
    bad_day="“{}” is not a day; it was left out. Write 2026-11-02.",
    cut="Only the first {} characters were looked for.",
    only_excerpts="These are excerpts from other people’s work; the whole text is where it was published.",
    feed_of_this="Follow these filters in a feed reader",
)  # fmt: skip

BOKMAL = ArchiveWords(
    language="nb",
    issues="Tidligere utgaver",
    issues_lead="Hver utgave som er sendt, slik den ble sendt, uten det personlige.",
    no_issues="Ingen utgave er sendt ennå.",
    all_series="Alle",
    series_names={
        "urgent": "Varsler", "daily": "Daglig", "weekly": "Ukentlig", "monthly": "Månedlig", "record": "Arkivene",
        "recall": "Rettelser",
    },
    sent="Frosset {}",
    as_text="Tekst",
    as_json="JSON",
    older="Eldre",
    newer="Nyere",
    first_page="Nyeste",
    corrected="Rettet {}",
    correction="Rettelse",
    correction_of="Dette retter en tidligere utgave.",
    in_this_edition="I denne utgaven",
    permalinks="Hver sak har sin egen adresse, der den holdes oppdatert.",
    feeds="Nyhetsstrømmer",
    feed_items="Det som er nytt",
    feed_editions="Utgaver",
    feed_lead="For en nyhetsleser. Filtre i adressen snevrer dem inn: ?company=dahua&source=uhrp&outcome=REVERSAL.",
    machine_read_feed="En maskin leser, og det står der. Hvem som sier det, står alltid ved siden av.",
    outcomes={
        "NEW": "Nytt", "UPDATE": "Endret", "REVERSAL": "Omgjort", "PENDING": "Uavklart", "DENIAL": "Avvist",
        "RESTATEMENT": "Gjentatt", "CONTEXT": "I forbifarten",
    },
    machine_read="Lest av en maskin, ikke gjennomgått ennå",
    reviewed="Gjennomgått av en analytiker",
    no_longer="Det som ble funnet her, finnes ikke lenger når kilden leses på nytt. Det beholdes for ettertiden.",
    dismissed="En analytiker har sett på dette og avvist det. Det beholdes for ettertiden.",
    put_off="En analytiker ser på dette.",
    part_of="En analytiker har kommet til at dette er en del av en annen sak.",
    history_only="Funnet i eldre publikasjoner. Det ble aldri sendt som nytt.",
    state="Tilstand {}",
    states="Hvordan det gikk videre",
    states_lead="En ny tilstand bare der fakta er endret, aldri fordi en annen kilde gjentar dem.",
    state_unknown="ikke bevart",
    told_in="Fortalt i",
    not_told="Ikke i noen utgave ennå.",
    corrections="Rettelser",
    correction_all="hele utgaven",
    evidence="Belegg",
    evidence_more="{} funn til forteller om det.",
    withdrawn="finnes ikke lenger",
    dismissed_one="avvist",
    from_history="fra eldre publikasjoner",
    claim="Påstand {}",
    before="Før",
    now="Nå",
    says="{} i",
    source="Kilde",
    published="Publisert",
    in_force="I kraft",
    happened="Skjedde",
    first_seen="Først sett",
    fetched="Hentet",
    fingerprint="SHA-256 av det som ble hentet",
    read_by="Lest av",
    no_link="ingen lenke som kan vises",
    read_there="Les det hos {}",
    excerpts_of_it="Utdrag",
    companies="Selskaper",
    place="Sted",
    severity="Alvor",
    severities={
        "S1": "S1: et offentlig tiltak som gjelder, eller at det tar slutt",
        "S2": "S2: offentlig, men ikke et tiltak som gjelder",
        "S3": "S3: sagt av en organisasjon, pressen eller et selskap",
        "S4": "S4: nevnt, men ikke gjenkjent hva slags påstand det er",
        "S5": "S5: kjent fra før, eller i forbifarten",
    },
    permalink="Fast adresse",
    item="Saken",
    search="Søk",
    query="Ord",
    query_hint="Alle må være der. «En frase» i anførselstegn; utelukk* for hvordan et ord begynner; -ord utelates.",
    look_in="Let i",
    findings="Funn",
    documents="Dokumenter",
    company="Selskap",
    any="Alle",
    outcome="Utfall",
    since="Fra",
    until="Til",
    go="Søk",
    nothing="Ingenting ble funnet. Færre ord eller filtre finner mer.",
    start="Skriv et ord, eller velg et filter.",
    found_findings="Funn, nyeste først",
    found_documents="Dokumenter, nyeste først",
    bad_day="«{}» er ikke en dag og ble utelatt. Skriv 2026-11-02.",
    cut="Bare de første {} tegnene ble søkt etter.",
    only_excerpts="Dette er utdrag av andres arbeid; hele teksten er der den ble publisert.",
    feed_of_this="Følg disse filtrene i en nyhetsleser",
)  # fmt: skip

_WORDS = {words.language: words for words in (ENGLISH, BOKMAL)}


def archive_words(language: str) -> ArchiveWords:
    """The words of a language, English where there are none."""
    return _WORDS.get(language, ENGLISH)

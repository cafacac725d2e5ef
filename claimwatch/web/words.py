"""The words of the pages, by language. A further language is a further `Words`; nothing else changes."""

from collections.abc import Mapping
from dataclasses import dataclass

# Names the words that a reader agrees to (`agree` and `privacy` below): change it with them.
TEXT_VERSION = "2026-11-22"


@dataclass(frozen=True, slots=True)
class Words:
    """One language. Fields with `{}` are formats."""

    language: str
    other: tuple[str, str]
    subscribe: str
    privacy_title: str
    privacy: tuple[str, ...]
    skip: str
    navigation: str
    nav: Mapping[str, str]
    address: str
    address_hint: str
    honeypot: str
    series_title: str
    series: Mapping[str, tuple[str, str]]
    companies: str
    sources: str
    severity: str
    severity_all: str
    severities: Mapping[str, str]
    language_label: str
    languages: Mapping[str, str]
    timezone: str
    timezone_hint: str
    proof_of_life: str
    agree: str
    send: str
    asked: tuple[str, ...]
    confirm_title: str
    confirm_lead: str
    confirm_button: str
    confirmed: tuple[str, ...]
    preferences: str
    preferences_lead: str
    mixed: str
    held: str
    save: str
    stop_all: str
    saved: str
    stop_title: str
    stop_lead: str
    stop_button: str
    stop_done_before: str
    stopped: tuple[str, ...]
    stopped_all: tuple[str, ...]
    changed_mind: str
    not_found: tuple[str, ...]
    stale: tuple[str, ...]
    too_often: tuple[str, ...]
    failed: tuple[str, ...]
    faults: Mapping[str, str]
    fault_title: str


ENGLISH = Words(
    language="en",
    other=("nb", "Norsk"),
    subscribe="Subscribe",
    privacy_title="Privacy",
    privacy=(
        "We keep your address, what you chose, when you agreed and to which words, and which mails went to you. "
        "We use them for nothing but these mails, give them to nobody, and put no tracking into mails or pages.",
        "The pages set readers no cookies and keep no internet addresses. Against abuse of the form a keyed hash of "
        "the address that asked is kept for a day.",
        "A request that nobody confirms is deleted after 48 hours. Every mail has a link to stop, which needs no "
        "log-in. Write to {operator} to have everything erased: a keyed hash of your address, the date and the reason "
        "stay, so that you are not written to by mistake.",
        "Responsible: {postal}, {operator}.",
    ),
    skip="Skip to the content",
    navigation="Pages",
    nav={
        "/": "Now",
        "/claims": "Claims",
        "/documents": "Documents",
        "/editions": "Back issues",
        "/search": "Search",
        "/status": "Status",
        "/about": "About",
        "/subscribe": "Subscribe",
    },
    address="E-mail address",
    address_hint="A mail with a link to confirm goes there.",
    honeypot="Leave this empty",
    series_title="How often",
    series={
        "urgent": ("Alerts", "at once, for the most serious only"),
        "daily": ("Daily", "each morning"),
        "weekly": ("Weekly", "Monday morning"),
        "monthly": ("Monthly", "the first of the month"),
        "record": ("What the record shows", "once, when older publications have been read"),
    },
    companies="Companies",
    sources="Sources",
    severity="How serious",
    severity_all="Everything",
    severities={
        "S3": "All but what software could not classify",
        "S2": "Only what official bodies decide, propose or find",
        "S1": "Only official measures in force, and their end",
    },
    language_label="Language of the mail",
    languages={"en": "English", "nb": "Norwegian (bokmål)"},
    timezone="Time zone",
    timezone_hint="For the times in the mail, such as Europe/Oslo.",
    proof_of_life="Write to me also when there is nothing new",
    agree="By sending this you agree that we mail you what you chose, until you stop it.",
    send="Send me the link",
    asked=(
        "Look into your mailbox",
        "If the address can get our mail, one with a link is on its way. Open it within 48 hours and press the button; "
        "nothing is sent to you before that.",
        "Nothing there after an hour? Look among unwanted mail, or write to {operator}.",
    ),
    confirm_title="Confirm your subscription",
    confirm_lead="Mail to {address}: {series}.",
    confirm_button="Yes, send me this mail",
    confirmed=(
        "You subscribe",
        "What you chose goes to {address} from now on. Every mail has a link to change or stop it.",
    ),
    preferences="Your mail",
    preferences_lead="What goes to {address}.",
    mixed="Your series have different topics. Saving gives all of them those below.",
    held="No mail reaches this address at present. Write to {operator} if that is wrong.",
    save="Save",
    stop_all="Stop all mail",
    saved="Saved.",
    stop_title="Stop this mail?",
    stop_lead="{series} to {address}.",
    stop_button="Stop: {}",
    stop_done_before="This mail has been stopped already.",
    stopped=("Stopped", "{series} no longer goes to {address}."),
    stopped_all=("Stopped", "No more mail goes to {address}."),
    changed_mind="Choose what you get",
    not_found=("No such page", "If you came by a link in a mail, see that it was copied whole."),
    stale=(
        "This link is no longer valid",
        "It holds for 48 hours. Subscribe once more and you get a fresh one.",
    ),
    too_often=("Too many requests", "This form was used very often from where you are. Try again in an hour."),
    failed=("That did not work", "The fault is ours. Nothing was lost; please try again later."),
    faults={
        "address": "This is not an e-mail address that can get mail.",
        "series": "Choose at least one: alerts, daily, weekly or monthly.",
        "companies": "Choose at least one company.",
        "sources": "Choose at least one source.",
        "timezone": "There is no such time zone; write one such as Europe/Oslo.",
        "form": "The form did not come through whole. Please try once more.",
    },
    fault_title="Please look at this again",
)

BOKMAL = Words(
    language="nb",
    other=("en", "English"),
    subscribe="Abonner",
    privacy_title="Personvern",
    privacy=(
        "Vi lagrer adressen din, hva du har valgt, når du samtykket og til hvilken tekst, og hvilke e-poster du har "
        "fått. Vi bruker det bare til disse e-postene, gir det ikke til noen, og sporer verken i e-poster "
        "eller på sidene.",
        "Sidene gir lesere ingen informasjonskapsler og lagrer ingen internettadresser. Mot misbruk av skjemaet lagres "
        "en nøklet hash av adressen som spurte, i ett døgn.",
        "En forespørsel som ingen bekrefter, slettes etter 48 timer. Hver e-post har en lenke for å stoppe, uten "
        "innlogging. Skriv til {operator} for å få alt slettet: En nøklet hash av adressen, datoen og grunnen blir "
        "igjen, så du ikke får e-post ved en feil.",
        "Ansvarlig: {postal}, {operator}.",
    ),
    skip="Hopp til innholdet",
    navigation="Sider",
    nav={
        "/": "Nå",
        "/claims": "Påstander",
        "/documents": "Dokumenter",
        "/editions": "Utgaver",
        "/search": "Søk",
        "/status": "Status",
        "/about": "Om",
        "/subscribe": "Abonner",
    },
    address="E-postadresse",
    address_hint="Dit går en e-post med en lenke for å bekrefte.",
    honeypot="La dette stå tomt",
    series_title="Hvor ofte",
    series={
        "urgent": ("Varsler", "med en gang, bare for det mest alvorlige"),
        "daily": ("Daglig", "hver morgen"),
        "weekly": ("Ukentlig", "mandag morgen"),
        "monthly": ("Månedlig", "den første i måneden"),
        "record": ("Det arkivene viser", "én gang, når eldre publikasjoner er lest"),
    },
    companies="Selskaper",
    sources="Kilder",
    severity="Hvor alvorlig",
    severity_all="Alt",
    severities={
        "S3": "Alt utenom det programvaren ikke kunne plassere",
        "S2": "Bare det offentlige organer vedtar, foreslår eller finner",
        "S1": "Bare offentlige tiltak som gjelder, og at de tar slutt",
    },
    language_label="Språk i e-posten",
    languages={"en": "Engelsk", "nb": "Norsk (bokmål)"},
    timezone="Tidssone",
    timezone_hint="For klokkeslettene i e-posten, for eksempel Europe/Oslo.",
    proof_of_life="Skriv til meg også når det ikke er noe nytt",
    agree="Når du sender dette, samtykker du til at vi sender deg det du har valgt, til du stopper det.",
    send="Send meg lenken",
    asked=(
        "Se i innboksen",
        "Hvis adressen kan få e-post fra oss, er en lenke på vei. Åpne den innen 48 timer og trykk på knappen; "
        "før det sendes ingenting.",
        "Ikke kommet etter en time? Se blant uønsket e-post, eller skriv til {operator}.",
    ),
    confirm_title="Bekreft abonnementet",
    confirm_lead="E-post til {address}: {series}.",
    confirm_button="Ja, send meg denne e-posten",
    confirmed=(
        "Du abonnerer",
        "Det du har valgt, går til {address} fra nå av. Hver e-post har en lenke for å endre eller stoppe.",
    ),
    preferences="E-posten din",
    preferences_lead="Dette går til {address}.",
    mixed="Seriene dine har ulike emner. Når du lagrer, får alle dem du ser her.",
    held="For tiden når ingen e-post denne adressen. Skriv til {operator} hvis det er feil.",
    save="Lagre",
    stop_all="Stopp all e-post",
    saved="Lagret.",
    stop_title="Stoppe denne e-posten?",
    stop_lead="{series} til {address}.",
    stop_button="Stopp: {}",
    stop_done_before="Denne e-posten er allerede stoppet.",
    stopped=("Stoppet", "{series} går ikke lenger til {address}."),
    stopped_all=("Stoppet", "Ingen flere e-poster går til {address}."),
    changed_mind="Velg hva du får",
    not_found=("Siden finnes ikke", "Kom du fra en lenke i en e-post, så se etter at hele lenken kom med."),
    stale=("Lenken gjelder ikke lenger", "Den gjelder i 48 timer. Abonner på nytt, så får du en fersk."),
    too_often=("For mange forespørsler", "Skjemaet er brukt svært ofte fra der du er. Prøv igjen om en time."),
    failed=("Det gikk ikke", "Feilen er vår. Ingenting er tapt; prøv igjen senere."),
    faults={
        "address": "Dette er ikke en e-postadresse som kan få e-post.",
        "series": "Velg minst én: varsler, daglig, ukentlig eller månedlig.",
        "companies": "Velg minst ett selskap.",
        "sources": "Velg minst én kilde.",
        "timezone": "Den tidssonen finnes ikke; skriv for eksempel Europe/Oslo.",
        "form": "Skjemaet kom ikke helt fram. Prøv en gang til.",
    },
    fault_title="Se på dette en gang til",
)

_WORDS = {words.language: words for words in (ENGLISH, BOKMAL)}


def words_of(language: str) -> Words:
    """The words of a language, English where there are none."""
    return _WORDS.get(language, ENGLISH)


def preferred(accept: str) -> str:
    """The language of the pages by an Accept-Language header: the first that we have, else `en`."""
    ranked = []
    for position, part in enumerate(accept.lower().split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        ranked.append((-_weight(weight), position, tag.partition("-")[0]))
    for _, _, tag in sorted(ranked):
        if tag in ("nb", "nn", "no"):
            return "nb"
        if tag == "en":
            return "en"
    return "en"


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0

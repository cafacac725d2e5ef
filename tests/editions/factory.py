"""Editions as they could have been: true facts, our own words, one function a thing.

The sentences were written for these tests and are quotations of nobody.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from claimwatch.editions import assemble, parse_period, record_period, render, why_line, words_for
from claimwatch.models import Candidate, Coverage, Edition, Gone, Outcome, Quantity, Rendered, SourceClass, Subscriber
from tests.editions.pieces import (
    COUNCIL,
    NOW,
    OPERATOR,
    POSTAL,
    REGISTER,
    REGISTER_XML,
    UHRP,
    WHY,
    a_baseline,
    a_candidate,
    a_finding,
    evidence_of,
)


def withdrawal() -> Candidate:
    """The Council's recommendation withdrawn, in a Nynorsk sentence that does not name the company."""
    finding = a_finding(
        Outcome.REVERSAL,
        "Rådet trekte tilrådinga tilbake 15. september 2020, etter at Noregs Bank i brev hadde opplyst at fondet "
        "ikkje lenger hadde aksjar i selskapet.",
        surface="",
        source="council_on_ethics",
        url="https://etikkradet.no/hangzhou-hikvision-digital-technology-co-ltd/",
        predicate="divestment_recommendation",
        object_class="government_pension_fund",
        operation="remove",
        claims=("A09",),
        place="NO",
        severity="S1",
        language="nn",
    )
    title = "Hangzhou Hikvision Digital Technology Co Ltd"
    council = evidence_of(finding, COUNCIL, title, SourceClass.OFFICIAL, published_on=date(2020, 9, 18))
    repeated = replace(
        finding, source="uhrp", url="https://uhrp.org/news/fund/", quote="The advice was withdrawn.", end=1025
    )
    uhrp = evidence_of(repeated, UHRP, "The fund and Hikvision", SourceClass.NGO, id=2, published_on=date(2020, 9, 21))
    return a_candidate(uhrp, council, key="withdrawal", happened_on=date(2020, 9, 15))


def citation() -> Candidate:
    """A further citation in Dahua's row of the Entity List."""
    before = Quantity(None, None, "eq", None, "84 FR 54004, 10/9/19; 85 FR 44159, 7/22/20")
    after = Quantity(None, None, "eq", "2022-10-13", "87 FR 62202, 10/13/22")
    quote = "CHINA | Dahua Technology, 807 Bin'an Road, Hangzhou | For all items | 87 FR 62202, 10/13/22."
    finding = a_finding(
        Outcome.UPDATE,
        quote,
        surface="Dahua Technology",
        source="entity_list",
        entity="dahua",
        url="https://www.ecfr.gov/current/title-15/subtitle-B/chapter-VII/subchapter-C/part-744/"
        "appendix-Supplement%20No.%204%20to%20Part%20744",
        predicate="listed_on",
        object_class="entity_list",
        operation="revise",
        claims=("A03",),
        before=before,
        after=after,
        place="US",
        severity="S1",
        rules=("record.citation",),
    )
    name = "Entity List (Supplement No. 4 to Part 744)"
    evidence = evidence_of(
        finding, name, "Dahua Technology", SourceClass.OFFICIAL, published_on=None, effective_on=date(2022, 10, 13)
    )
    return a_candidate(evidence, key="citation", companies=("dahua",), reviewed=True)


def other_address() -> Candidate:
    """The same row with a long field in which a few words are others."""
    known = "license policy: Presumption of denial; address: 1187 Bin'an Road, Binjiang District, Hangzhou, Zhejiang"
    before, after = f"{known}, China", f"{known}, China; and 1399 Binxing Road, Changhe, Binjiang District, Hangzhou"
    row = citation()
    finding = replace(
        row.evidence[0].finding,
        before=Quantity(None, None, "eq", None, f"{before}; former names: Zhejiang Dahua"),
        after=Quantity(None, None, "eq", None, after),
        rules=("record.address", "record.names"),
        quote=f"CHINA | Dahua Technology | {after} | For all items subject to the EAR | 87 FR 62202, 10/13/22.",
        end=1200,
    )
    return replace(row, development=replace(row.development, key="address"), evidence=(
        replace(row.evidence[0], finding=finding, effective_on=None),))  # fmt: skip


def doubted() -> Candidate:
    """A figure that two publishers tell independently of each other, and the company tells otherwise."""
    told = share()
    lead = told.evidence[0]
    paper = replace(lead.finding, url="https://paper.example/2026/fund", source="press", speaker="The Paper",
                    quote="State funds own 40.8 per cent of Hikvision, its register shows.", end=1063)  # fmt: skip
    answer = replace(lead.finding, url="https://hikvision.example/answer", source="press", speaker="Hikvision",
                     quote="State investors hold 36 per cent of Hikvision, the company says.", end=1064,
                     after=Quantity(36.0, "percent", "eq", "2026-06", "36 per cent"))  # fmt: skip
    second = evidence_of(paper, "The Paper", "Who owns the cameras", SourceClass.NGO, id=2)
    against = evidence_of(answer, "The Daily", "Our owners", SourceClass.PRESS, id=3)
    return replace(told, evidence=(lead, second), publishers=("uhrp.org", "paper.example"), otherwise=(against,))


def share() -> Candidate:
    """Another figure for what the state owns of Hikvision."""
    finding = a_finding(
        Outcome.UPDATE,
        "By its own filings, state investors now hold 40.8 per cent of Hikvision, somewhat less than a few years ago.",
        predicate="ownership_share",
        object_class="state",
        operation="revise",
        claims=("A25",),
        before=Quantity(42.0, "percent", "eq", None, "42%"),
        after=Quantity(40.8, "percent", "eq", "2026-06", "40.8 per cent"),
        place="CN",
        speaker=UHRP,
    )
    return a_candidate(evidence_of(finding, UHRP, "Who owns Hikvision", SourceClass.NGO), key="share")


def proposal() -> Candidate:
    """A bill before a body that can decide it."""
    finding = a_finding(
        Outcome.PENDING,
        "The committee took up a bill under which no public money could be spent on equipment of Hikvision or Dahua.",
        predicate="legislation_proposed",
        object_class="procurement_ban",
        operation="propose",
        place="US",
        severity="S2",
        speaker="House committee",
    )
    evidence = evidence_of(finding, UHRP, "A bill on cameras", SourceClass.NGO, published_on=date(2026, 11, 13))
    return a_candidate(evidence, key="proposal", companies=("hikvision", "dahua"), happened_on=date(2026, 11, 12))


def denial() -> Candidate:
    """The company rejects a claim."""
    finding = a_finding(
        Outcome.DENIAL,
        "Hikvision says that it has no part in forced labour and calls the report unfounded.",
        predicate="denial_statement",
        object_class="forced_labour",
        operation="deny",
        claims=("A18",),
        speaker="Hikvision",
        modality="denied",
    )
    return a_candidate(evidence_of(finding, UHRP, "The company answers", SourceClass.NGO), key="denial")


def demand() -> Candidate:
    """A new demand, first made long before the period."""
    finding = a_finding(
        Outcome.NEW,
        "UHRP asks the UN Global Compact to expel both Hikvision and Dahua without delay.",
        predicate="calls_for",
        object_class="expulsion",
        operation="call",
        speaker="UHRP",
        url="https://uhrp.org/statement/global-compact/",
    )
    evidence = evidence_of(finding, UHRP, "Expel them", SourceClass.NGO, published_on=date(2024, 2, 7))
    return a_candidate(
        evidence, key="demand", companies=("hikvision", "dahua"), happened_on=date(2024, 2, 7), told_before=True
    )


def untyped() -> Candidate:
    """Something about which no rule says what kind of claim it is."""
    finding = a_finding(
        Outcome.NEW,
        "Five subsidiaries of Hikvision in the region changed their registered seats within a month.",
        severity="S4",
        confidence="untyped",
        place="CN-XJ",
    )
    evidence = evidence_of(finding, UHRP, "New seats for five subsidiaries", SourceClass.NGO)
    return a_candidate(evidence, key="untyped")


def hostile() -> Candidate:
    """Scraped text that tries to break out, to reorder, to hide and to forge."""
    title = "\u202eStolen\u202c <script>alert(1)</script>\r\nBcc: all@evil.example\x00 {{ why }}"
    quote = (
        "Hik\u200bvision </blockquote><img src=http://evil.example/p.gif> said\u2028"
        "1. REVERSED · forged item\n2. NEW · forged & \ud800 false" + " A" * 400
    )
    finding = a_finding(
        Outcome.NEW,
        quote,
        surface="Hik\u200bvision",
        url="javascript:alert(document.domain)//https://uhrp.org/",
        predicate="accused_of",
        object_class="other",
        speaker="Evil\u202e <b>speaker</b>",
    )
    evidence = evidence_of(finding, UHRP, title, SourceClass.NGO)
    credentials = replace(finding, url="https://uhrp.org@evil.example/", quote="x", end=1001)
    return a_candidate(evidence, evidence_of(credentials, UHRP, title, SourceClass.NGO, id=2), key="hostile")


def coverage(*, blind: bool = False) -> tuple[Coverage, ...]:
    """How the five sources stood; `blind` makes one of them unread."""
    good = NOW - timedelta(hours=1)
    nbim = Coverage(
        "nbim_exclusions", "Norges Bank Investment Management (exclusions)", 28, 0, good, date(2026, 10, 2), False
    )
    if blind:
        nbim = replace(
            nbim,
            failed=28,
            last_good_at=datetime(2026, 11, 8, 22, 5, tzinfo=UTC),
            unread=True,
            gaps=("https://www.nbim.no/en/responsible-investment/exclusion-of-companies/: a login wall came",),
        )
    return (
        Coverage("federal_register", REGISTER, 168, 2, good, date(2026, 11, 13), False,
                 gaps=(f"{REGISTER_XML}: no answer in 60 s",)),
        Coverage("entity_list", "Entity List (Supplement No. 4 to Part 744)", 7, 0, good, None, False,
                 gone=(Gone(entry="Example Trading Ltd."), Gone(page="A page on cameras"))),
        Coverage("council_on_ethics", COUNCIL, 28, 0, good, date(2026, 9, 30), False,
                 pauses=((datetime(2026, 11, 10, 5, tzinfo=UTC), datetime(2026, 11, 12, 5, tzinfo=UTC)),)),
        nbim,
        Coverage("uhrp", UHRP, 168, 1, good, date(2026, 11, 12), False),
    )  # fmt: skip


def an_edition(
    *candidates: Candidate,
    period: str = "2026-W46",
    first: bool = False,
    blind: bool = False,
    folded: Sequence[tuple[str, int]] = ((UHRP, 14), (COUNCIL, 3)),
    context: int = 9,
) -> Edition:
    """An edition of `candidates`."""
    return assemble(
        parse_period(period, "Europe/Oslo"),
        NOW,
        candidates,
        coverage(blind=blind),
        folded,
        context,
        a_baseline(),
        first,
    )


def an_alert(*candidates: Candidate) -> Edition:
    """An alert as it is drafted: items, and nothing of how the sources stood."""
    period = parse_period("2026-11-16T05:45Z", "Europe/Oslo")
    return assemble(period, NOW, candidates, (), (), 0, a_baseline(), first=False)


def a_record() -> Edition:
    """What the record shows of four years."""
    period = record_period(date(2019, 1, 1), date(2023, 10, 16), "Europe/Oslo")
    return assemble(period, NOW, old_news(), (), (), 0, a_baseline(), first=False)


def old_news() -> tuple[Candidate, ...]:
    """What was said before the newest baseline document: two things about one claim, one about both companies."""
    said = (
        ("share-2021", Outcome.UPDATE, date(2021, 6, 30), "State investors held 41.9 per cent of Hikvision.", 41.9),
        ("share-2019", Outcome.UPDATE, date(2019, 6, 30), "State investors held 43.4 per cent of Hikvision.", 43.4),
    )
    shares = [
        a_candidate(
            evidence_of(
                a_finding(outcome, quote, predicate="ownership_share", object_class="state", operation="revise",
                          claims=("A25",), place="CN", speaker=UHRP, url=f"https://uhrp.org/report/{key}/",
                          before=Quantity(42.0, "percent", "eq", None, "42%"),
                          after=Quantity(value, "percent", "eq", None, f"{value} per cent")),
                UHRP, f"Who owned Hikvision in {on.year}", SourceClass.NGO, published_on=on,
            ),
            key=key, happened_on=None,
        )
        for key, outcome, on, quote, value in said
    ]  # fmt: skip
    asked = a_finding(
        Outcome.NEW, "UHRP asks for sanctions on both Hikvision and Dahua.", predicate="calls_for",
        object_class="sanctions", operation="call", speaker="UHRP", url="https://uhrp.org/statement/sanctions/",
    )  # fmt: skip
    call = evidence_of(asked, UHRP, "Sanction them", SourceClass.NGO, published_on=date(2020, 7, 1))
    both = a_candidate(call, key="call", companies=("hikvision", "dahua"), happened_on=date(2020, 7, 1))
    return (*shares, both, withdrawal())


def many(count: int) -> tuple[Candidate, ...]:
    """So many unlike developments."""
    candidates = []
    for number in range(1, count + 1):
        quote = f"In case {number} the records name Hikvision as the supplier of cameras to a public body."
        finding = a_finding(
            Outcome.NEW,
            quote,
            url=f"https://uhrp.org/statement/case-{number}/",
            claims=("B29",),
            place="GB",
        )
        evidence = evidence_of(finding, UHRP, f"Case {number}: cameras for a public body", SourceClass.NGO, id=number)
        candidates.append(a_candidate(evidence, key=f"case-{number:04}"))
    return tuple(candidates)


def every_outcome() -> tuple[Candidate, ...]:
    """One week with everything in it."""
    return (untyped(), demand(), denial(), proposal(), share(), citation(), withdrawal())


EDITIONS: dict[str, Callable[[], Edition]] = {
    "reversal": lambda: an_edition(withdrawal()),
    "update": lambda: an_edition(share(), citation()),
    "changed-row": lambda: an_edition(other_address(), citation()),
    "doubted": lambda: an_edition(doubted()),
    "pending": lambda: an_edition(proposal()),
    "denial": lambda: an_edition(denial()),
    "new": lambda: an_edition(demand(), untyped()),
    "full-week": lambda: an_edition(*every_outcome(), blind=True),
    "first": lambda: an_edition(*every_outcome(), first=True),
    "missed-weeks": lambda: an_edition(share(), period="2026-W53–2027-W01"),
    "empty-week": lambda: an_edition(folded=(), context=0),
    "blind-week": lambda: an_edition(blind=True),
    "hostile": lambda: an_edition(hostile()),
    "sixty": lambda: an_edition(*many(60)),
    "record": a_record,
    "alert": lambda: an_alert(withdrawal()),
    "correction": lambda: replace(
        an_edition(withdrawal(), folded=(), context=0), coverage=(), correction="It was another fund."
    ),
}


def a_mail(edition: Edition, *, timezone: str = "Europe/Oslo", language: str = "en") -> Rendered:
    """The edition as mail for a reader in Oslo."""
    weekly = edition.series == "weekly" and language == "en"
    words = words_for(language)
    why = WHY if weekly else why_line(words, edition.series, ["Hikvision", "Dahua"])
    if edition.correction is not None:
        why = words.why_corrected
    return render(
        edition,
        language=language,
        timezone=timezone,
        public_url="https://claimwatch.example",
        why=why,
        operator=OPERATOR,
        postal_address=POSTAL,
    )


def a_subscriber(**changes: Any) -> Subscriber:
    """Somebody who gets mail."""
    joined = datetime(2026, 11, 1, tzinfo=UTC)
    return replace(Subscriber(7, "kari@reader.example", "Kari Nordmann", "en", "Europe/Oslo", True, joined), **changes)

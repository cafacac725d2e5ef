"""Findings from publications and entries: the one place where text, lexicon and baseline meet. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from claimwatch.claims import dates, details, places, quantities, records, values, voices, whereabouts
from claimwatch.claims.ahead import fixed_dates
from claimwatch.claims.cells import Cells
from claimwatch.claims.classifier import NOTHING, Classifier, read_classifier, top
from claimwatch.claims.clauses import masked, own_clause
from claimwatch.claims.encoder import LANGUAGE, Encoder
from claimwatch.claims.findings import Told, finding
from claimwatch.claims.frames import Topic, takes_nothing_back, topics
from claimwatch.claims.judge import Judge, Judged
from claimwatch.claims.listings import lead_ins
from claimwatch.claims.nearest import MOST, candidates, ranked
from claimwatch.claims.passages import Passage, Passages
from claimwatch.claims.readings import Reading
from claimwatch.claims.sentences import Unit, split
from claimwatch.claims.signals import heading, opinion, resemblance, signals
from claimwatch.claims.speakers import named_speaker
from claimwatch.claims.subjects import Subjects, page_subject, resolve
from claimwatch.claims.text import fold, words
from claimwatch.claims.thread import Thread, home, onward, opening
from claimwatch.claims.triggers import Lexicon, Triggers
from claimwatch.claims.weighing import CLAIM, PREDICATE, PREDICATE_AGAINST_CUES, about, joined, unsure, weigh
from claimwatch.mentions import Scanner
from claimwatch.models import Baseline, Entry, Finding, Outcome, Publication, Quantity, SourceClass

# A clause of fewer words leaves its verb or noun to the one before ("… while Dahua's is 8.9").
_SHORT = 6


@dataclass(frozen=True, slots=True)
class Sighting:
    """One company in one unit: its reading, what the rules make of it, and what the classifier sees of it.

    `judged` is under the kind of claim that the classifier suggests, where it is sure of another than the cues.
    `own` is the reading of the company's own clause, `spoken` the classifier's probabilities of the claims on it.
    """

    entity: str
    subjects: Subjects
    reading: Reading
    judged: Judged
    thread: Thread
    signals: tuple[str, ...]
    own: Reading
    spoken: Mapping[str, float]


class Comparer:
    """Compares what sources publish with a baseline. Built once per baseline; keeps no state between calls."""

    def __init__(self, baseline: Baseline, classifier: Classifier | None = None) -> None:
        """`classifier` stands in for the baseline's. Raises `BaselineInvalid` for broken triggers."""
        self._baseline = baseline
        self._companies = frozenset(baseline.companies)
        self._given = classifier
        self._triggers = Triggers(baseline)
        self._encoder = Encoder(baseline.encoder) if baseline.encoder else None
        self._scanner = Scanner(baseline.companies.values())
        self._passages = Passages(self._scanner)
        self._cells = Cells(baseline)
        self._judge = Judge(baseline, self._cells)
        self._fitting = {
            entity: frozenset(label for label in (*baseline.claims, NOTHING) if self._fits(label, entity))
            for entity in self._companies
        }

    def check(self) -> None:
        """Compile now what is else compiled when a text first needs it. Raises `BaselineInvalid`."""
        self._triggers.check()
        if self._classifier is not None:
            self._classifier.check()
        if self._encoder is not None:
            self._encoder.check()

    @cached_property
    def _classifier(self) -> Classifier | None:
        """Read when a text first names somebody: most of what is polled names nobody."""
        return self._given or read_classifier(self._baseline)

    def publication(self, publication: Publication, source_class: SourceClass) -> tuple[Finding, ...]:
        """A finding for every company in every sentence or row that names it or carries it, in order of the text."""
        found: list[Finding] = []
        page: whereabouts.Page | None = None
        for sighting in self.sightings(publication):
            if isinstance(sighting, Subjects):
                row = records.row(publication, sighting.unit)
                if row is not None:
                    found += self._row(row, sighting, source_class)
                continue
            weighed = self._weighed(publication, sighting)
            if weighed is not None:
                page = page or whereabouts.Page(publication, home(publication.source))
                found.append(self._finding(publication, source_class, weighed, page))
        return tuple(found)

    def sightings(self, publication: Publication) -> Iterator["Sighting | Subjects"]:
        """Every company in every unit as the rules see it, in order of the text; of a table row only its subjects."""
        lexicon = self._triggers.of(publication.language)
        text = publication.text
        mentions = self._scanner.scan(text, on=publication.published_on)
        page = page_subject(publication, self._scanner)
        if not mentions and not page.entities:
            return  # about nobody who is watched, as most that is published
        units = split(text)
        resolved = resolve(text, units, mentions, page, lexicon)
        leads = lead_ins(text, units, mentions)
        thread = opening(publication.title, publication.source, lexicon)
        title = heading(publication.title, self._scanner.scan(publication.title, on=publication.published_on))
        for subjects in resolved:
            if records.row(publication, subjects.unit) is not None:
                yield subjects
                continue
            reading = self._read(publication, subjects, leads.get(subjects.unit.start), thread, lexicon)
            counted = []
            for entity in subjects.entities:
                own = _own_reading(entity, reading)
                best = self._ruled(entity, own)
                seen = signals(entity, own, best, self._cells, publication.source, title)
                spoken: Mapping[str, float] = {}
                if self._classifier is not None:
                    best, seen, spoken = self._opinions(self._classifier, entity, own, best, seen)
                yield Sighting(entity, subjects, reading, best, thread, seen, own, spoken)
                counted.append(best)
            if subjects.pointed:
                thread = onward(thread, reading, counted)

    def _ruled(self, entity: str, own: Reading) -> Judged:
        judged = self._judge.judge(entity, own, _company_spans(entity, own))
        return details.settled(entity, own, judged, self._baseline)

    def _opinions(
        self, classifier: Classifier, entity: str, own: Reading, first: Judged, seen: tuple[str, ...]
    ) -> tuple[Judged, tuple[str, ...], Mapping[str, float]]:
        """The judgement under the kind of claim that the classifier is sure of, with the claim it takes it to speak of.

        The signals gain what these say, so that the outcome can be weighed; last, how likely each claim is.
        """
        judged = first
        kind, sure = top(classifier.predicate.probabilities(seen))
        more: tuple[str, ...] = ()
        needed = PREDICATE if first.frame.predicate is None else PREDICATE_AGAINST_CUES
        if sure >= needed and kind not in (NOTHING, first.frame.predicate):
            named = next((topic.object_class for topic in own.topics if topic.predicate == kind), None)
            suggested = replace(own, topics=(Topic(kind, named, (0, 0), carried=True),))
            second = self._ruled(entity, suggested)
            more = opinion(second)
            # A verb that takes back must stand near its own topic, and a figure speaks for the kind that counts it.
            reversal = Outcome.REVERSAL in (first.decision.outcome, second.decision.outcome)
            if not reversal and not (self._counts(first, first.after) and not self._counts(second, first.after)):
                judged = second
        fitting = self._fitting[entity]
        shares = {label: p for label, p in classifier.claim.probabilities(seen).items() if label in fitting}
        name, likely = top(shares)
        claim = self._baseline.claims.get(name)
        if claim is not None and likely >= CLAIM:
            judged = replace(judged, claims=tuple(dict.fromkeys([claim.id, *judged.claims])))
        spoken = classifier.spoken.probabilities(seen) if classifier.spoken is not None else shares
        spoken = {label: p for label, p in spoken.items() if label in fitting}
        return judged, (*seen, *more, *resemblance(claim, likely, own, judged)), spoken

    def _counts(self, judged: Judged, quantity: Quantity | None) -> bool:
        """Whether a quantity is in one of the units in which a judgement's kind of claim counts."""
        kind = judged.frame.predicate
        return quantity is not None and kind is not None and quantity.unit in self._baseline.predicates[kind].units

    def _fits(self, label: str, entity: str) -> bool:
        """Whether a text about a company can speak of what a label of the classifier stands for."""
        claim = self._baseline.claims.get(label)
        return claim is None or entity in claim.subjects or self._companies.isdisjoint(claim.subjects)

    def _weighed(self, publication: Publication, sighting: Sighting) -> Sighting | None:
        """The sighting with the outcome that rules and classifier give together; None where it is not about it."""
        subjects = sighting.subjects
        if self._classifier is None:
            return sighting if subjects.pointed else None
        likely: Mapping[str, float] = self._classifier.outcome.probabilities(sighting.signals)
        if self._encoder is not None and publication.language == LANGUAGE and unsure(sighting.judged.decision, likely):
            likely = joined(likely, self._encoder.probabilities(self.passage(publication, sighting)))
        named = any(mention.surface for mention in subjects.of(sighting.entity))
        if not named and not about(likely, pointed=subjects.pointed):
            return None
        judged = sighting.judged
        own = sighting.own
        decision = weigh(
            judged.decision,
            likely,
            pointed=subjects.pointed,
            concerned=bool(judged.claims),
            reversible=not takes_nothing_back(own.folded, own.lexicon),
        )
        ranking = self._classifier.ranking
        claims = judged.claims if ranking is None else ranked(self.candidates(sighting), judged.claims, ranking)
        claims = self._in_order(claims, judged)[:MOST]
        return replace(sighting, judged=replace(judged, decision=decision, claims=claims))

    def _in_order(self, claims: Sequence[str], judged: Judged) -> tuple[str, ...]:
        """The claims to show: a claim before those that restate it, and first of all the one whose value is `before`.

        Whoever reads "before" takes it for what the first claim says.
        """
        known = self._baseline.claims
        first = [name for name in judged.claims if judged.before and values.of_claim(known[name]) == judged.before]
        origins = ((known[name].restates, name) for name in claims)
        told = (one for origin, name in origins for one in (origin, name) if one in claims)
        return tuple(dict.fromkeys((*first[:1], *(name for name in told if name is not None))))

    def candidates(self, sighting: Sighting) -> dict[str, tuple[float, ...]]:
        """The claims that a sighting can speak of, by id, with what speaks for each (`nearest`)."""
        own, judged = sighting.own, sighting.judged
        return candidates(sighting.entity, own, judged, sighting.spoken, self._baseline, self._cells)

    def passage(self, publication: Publication, sighting: Sighting) -> Passage:
        """A sighting as the encoder reads it, with the claim that the rules compared it with, or else the likest."""
        entity, judged = sighting.entity, sighting.judged
        like = self._cells.scores(sighting.reading.text).likeness
        nearest = max(self._cells.about(entity), key=lambda c: (like.get(c.id, 0.0), c.id), default=None)
        claim = self._baseline.claims[judged.claims[0]] if judged.claims else nearest
        return self._passages.passage(entity, publication, sighting.subjects, claim)

    def entry(self, entry: Entry, previous: Entry | None, source_class: SourceClass) -> tuple[Finding, ...]:
        """Findings of a list row or rule instruction against its previous revision, or the baseline at first sight."""
        return records.compare(entry, previous, source_class, self._baseline, self._scanner, self._cells)

    def _row(self, row: Entry, subjects: Subjects, source_class: SourceClass) -> list[Finding]:
        """The findings of a list row inside a text; a company that it only mentions, in an address, is context."""
        start = subjects.unit.start
        found = list(records.compare(row, None, source_class, self._baseline, self._scanner, self._cells, offset=start))
        for entity in subjects.entities:
            if all(f.entity != entity for f in found):
                mentions = subjects.of(entity)
                found.append(records.bystander(row, entity, mentions, source_class, self._baseline, start))
        return found

    def _read(
        self, publication: Publication, subjects: Subjects, lead: Unit | None, thread: Thread, lexicon: Lexicon
    ) -> Reading:
        unit = subjects.unit
        text = publication.text[unit.start : unit.end]
        if lead is not None:
            # Of the items between the leading sentence and this one nothing is said here.
            text = publication.text[lead.start : lead.end] + " " * (unit.start - lead.end) + text
            subjects = replace(subjects, unit=replace(unit, start=lead.start))
        folded = fold(text)
        amounts = quantities.find(text, publication.language, thread.unit)
        told = topics(folded, lexicon)
        return Reading(
            subjects=subjects,
            text=text,
            folded=folded,
            topics=told or ((thread.figure,) if thread.figure and amounts else ()),
            carried=thread.measure,
            amounts=amounts,
            moments=dates.find(text, publication.published_on, thread.day),
            places=places.find(text),
            context_place=thread.place,
            lexicon=lexicon,
            language=publication.language,
        )

    def _finding(
        self, publication: Publication, source_class: SourceClass, sighting: Sighting, page: whereabouts.Page
    ) -> Finding:
        entity, subjects, reading, best = sighting.entity, sighting.subjects, sighting.reading, sighting.judged
        before, after = details.change(entity, reading, best, self._baseline)
        known = self._baseline.claims[best.claims[0]].as_of if best.claims else None
        said_on, as_of = details.dated(reading, best, sighting.thread, known, publication.published_on, source_class)
        unit = subjects.unit
        ahead = fixed_dates(publication.text[unit.start : unit.end], publication.published_on)
        company = _company_spans(entity, reading)
        who = named_speaker(reading.text)
        itself = best.frame.operation == "deny" or (
            who is None and voices.speaks(reading.folded, company, reading.lexicon)
        )
        if itself or (who is not None and any(m.surface and m.surface in who for m in subjects.of(entity))):
            who = self._baseline.companies[entity].name
        return finding(
            Told(
                source=publication.source,
                url=publication.url,
                language=publication.language,
                source_class=source_class,
                entity=entity,
                quote=publication.text[unit.start : unit.end],
                start=unit.start,
                mentions=subjects.of(entity),
            ),
            predicate=best.frame.predicate,
            object_class=best.frame.object_class,
            operation=best.frame.operation,
            decision=best.decision,
            claims=best.claims,
            before=before,
            after=after,
            place=whereabouts.place(reading, best, sighting.thread.place, page.setting(unit.end)),
            said_in=best.place,
            said_on=said_on,
            as_of=as_of,
            speaker=who,
            hedged=not best.frame.in_force,
            baseline=self._baseline,
            ahead=tuple(fixed.rule for fixed in ahead),
        )


def _own_reading(entity: str, reading: Reading) -> Reading:
    """The reading of the clause that is about one company alone; the whole unit where no clause is, or says nothing."""
    names: dict[str, list[tuple[int, int]]] = {}
    for name, start, end in reading.named:
        names.setdefault(name, []).append((start, end))
    clause = own_clause(reading.folded, names, entity)
    if clause is None:
        return reading
    folded = masked(reading.folded, clause)
    found = topics(folded, reading.lexicon)
    told = reading.folded[clause[0] : clause[1]]
    amounts = tuple(a for a in reading.amounts if clause[0] <= a.start < clause[1])
    if not found and (amounts or len(words(told)) < _SHORT):
        return reading
    text = masked(reading.text, clause)
    inside = [p for p in reading.places if clause[0] <= p.start < clause[1]]
    return replace(
        reading,
        text=text,
        folded=folded,
        topics=found,
        amounts=amounts,
        moments=tuple(m for m in reading.moments if clause[0] <= m.start < clause[1]) or reading.moments,
        places=tuple(inside) or reading.places,
    )


def _company_spans(entity: str, reading: Reading) -> tuple[tuple[int, int], ...]:
    """Where the company stands in the unit: by name, else by the words that stand for it."""
    start = reading.subjects.unit.start
    named = tuple((m.start - start, m.end - start) for m in reading.subjects.of(entity) if m.surface)
    stand_ins = (*reading.lexicon.spans("one", reading.folded), *reading.lexicon.spans("all", reading.folded))
    # "It would be wrong to …": before the name stands no word for the company.
    first = min(named, default=(0, 0))[0]
    return (*named, *(span for span in stand_ins if span[0] >= first))

"""Findings from publications and entries: the one place where text, lexicon and baseline meet. Pure."""

from collections.abc import Sequence

from claimwatch.claims import dates, places, quantities, records
from claimwatch.claims.cells import Cells
from claimwatch.claims.findings import Told, finding
from claimwatch.claims.frames import MEASURES, Frame, Topic, speaks, topics
from claimwatch.claims.judge import TOLD_ELSEWHERE, Judge, Judged, Reading
from claimwatch.claims.sentences import split
from claimwatch.claims.subjects import Subjects, page_subject, resolve
from claimwatch.claims.text import fold
from claimwatch.claims.triggers import Lexicon, Triggers
from claimwatch.mentions import Scanner
from claimwatch.models import Baseline, Entry, Finding, Outcome, Publication, SourceClass

_SOURCE_PLACES = {"federal_register": "US", "entity_list": "US", "council_on_ethics": "NO", "nbim_exclusions": "NO"}


class Comparer:
    """Compares what sources publish with a baseline. Built once per baseline; keeps no state between calls."""

    def __init__(self, baseline: Baseline) -> None:
        """Raises `BaselineInvalid` where the triggers break a rule."""
        self._baseline = baseline
        self._triggers = Triggers(baseline)
        self._scanner = Scanner(baseline.companies.values())
        self._cells = Cells(baseline)
        self._judge = Judge(baseline, self._cells)

    def publication(self, publication: Publication, source_class: SourceClass) -> tuple[Finding, ...]:
        """A finding for every company in every sentence or row that names it or carries it, in order of the text."""
        lexicon = self._triggers.of(publication.language)
        text = publication.text
        mentions = self._scanner.scan(text, on=publication.published_on)
        page = page_subject(publication, self._scanner)
        resolved = resolve(text, split(text), mentions, page, lexicon)
        memory = next(
            (Topic(t.predicate, t.object_class, t.span, carried=True)
             for t in topics(fold(publication.title), lexicon) if t.predicate in MEASURES),
            None,
        )  # fmt: skip
        place = next((p.code for p in places.find(publication.title) if p.named and p.code != "world"), None)
        day: str | None = None
        found: list[Finding] = []
        for subjects in resolved:
            row = records.row(publication, subjects.unit)
            if row is not None:
                found += self._row(row, subjects, source_class)
                continue
            reading = self._read(publication, subjects, memory, place, day, lexicon)
            judged = {
                entity: self._judge.judge(entity, reading, _company_spans(entity, reading))
                for entity in subjects.entities
            }
            for entity, best in judged.items():
                found.append(self._finding(publication, source_class, reading, entity, best))
                memory = _remembered(best.frame, reading.topics) or memory
            named = [p.code for p in reading.places if p.named and p.code not in ("world", "CN")]
            place = named[-1] if named else place
            day = next((m.on for m in reversed(reading.moments) if len(m.on) == 10), day)
        return tuple(found)

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
        self, publication: Publication, subjects: Subjects, memory: Topic | None, place: str | None, day: str | None,
        lexicon: Lexicon,
    ) -> Reading:  # fmt: skip
        text = publication.text[subjects.unit.start : subjects.unit.end]
        folded = fold(text)
        return Reading(
            subjects=subjects,
            text=text,
            folded=folded,
            topics=topics(folded, lexicon),
            carried=memory,
            amounts=quantities.find(text, publication.language),
            moments=dates.find(text, publication.published_on, day),
            places=places.find(text),
            context_place=place or _SOURCE_PLACES.get(publication.source),
            lexicon=lexicon,
        )

    def _implied_date(self, best: Judged, publication: Publication) -> str | None:
        """The date of what gives none itself: the claim's where it is restated, else the publication's."""
        if best.decision.outcome is Outcome.RESTATEMENT and best.claims:
            return self._baseline.claims[best.claims[0]].as_of
        if best.decision.outcome.alerts and best.frame.predicate is not None and publication.published_on:
            return publication.published_on.isoformat()
        return None

    def _finding(
        self, publication: Publication, source_class: SourceClass, reading: Reading, entity: str, best: Judged
    ) -> Finding:
        company = _company_spans(entity, reading)
        own_words = best.frame.operation == "deny" or speaks(reading.folded, company, reading.lexicon)
        return finding(
            Told(
                source=publication.source,
                url=publication.url,
                language=publication.language,
                source_class=source_class,
                entity=entity,
                quote=reading.text,
                start=reading.subjects.unit.start,
                mentions=reading.subjects.of(entity),
            ),
            predicate=best.frame.predicate,
            object_class=best.frame.object_class,
            operation=best.frame.operation,
            decision=best.decision,
            claims=best.claims,
            before=best.before,
            after=best.after,
            place=best.place,
            said_on=best.as_of,
            as_of=best.as_of or self._implied_date(best, publication),
            speaker=self._baseline.companies[entity].name if own_words else None,
            hedged=not best.frame.in_force,
            baseline=self._baseline,
        )


def _remembered(frame: Frame, found: Sequence[Topic]) -> Topic | None:
    """The measure that later sentences may point back to; a court case points to the measure it is about."""
    if frame.predicate not in MEASURES:
        return None
    predicate, object_class = frame.predicate, frame.object_class or "other"
    if predicate == "litigation":
        about = [t for t in found if t.predicate in MEASURES - {"litigation", "under_investigation"}]
        about.sort(key=lambda t: t.object_class in TOLD_ELSEWHERE)
        predicate, object_class = (about[0].predicate, about[0].object_class) if about else (predicate, object_class)
    return Topic(predicate, object_class, (0, 0), carried=True)


def _company_spans(entity: str, reading: Reading) -> tuple[tuple[int, int], ...]:
    """Where the company stands in the unit: by name, else by the words that stand for it."""
    start = reading.subjects.unit.start
    named = tuple((m.start - start, m.end - start) for m in reading.subjects.of(entity) if m.surface)
    stand_ins = (*reading.lexicon.spans("one", reading.folded), *reading.lexicon.spans("all", reading.folded))
    # "It would be wrong to …": before the name stands no word for the company.
    first = min(named, default=(0, 0))[0]
    return (*named, *(span for span in stand_ins if span[0] >= first))

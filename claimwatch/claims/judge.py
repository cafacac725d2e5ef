"""What one frame of a unit amounts to, seen from the baseline: places, values, dates, standing, outcome. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from claimwatch.claims import circumstances, dates, figures, places, ranks, values
from claimwatch.claims.cells import Cells, compare
from claimwatch.claims.denials import denied_claims, denied_object
from claimwatch.claims.frames import CALLED, MEASURES, Frame, read
from claimwatch.claims.outcome import Decision, Facts, decide
from claimwatch.claims.readings import Reading
from claimwatch.claims.voices import OWNERS
from claimwatch.models import Baseline, Claim, Outcome, Quantity

# Which reading of a sentence counts where several kinds of claims are touched: measures before figures before conduct.
_WEIGHT = {
    "legal_status": 6,
    "bans_and_removal": 6,
    "investment": 6,
    "quantity": 5,
    "conduct": 3,
    "speech": 2,
    "identity": 1,
}
_STRENGTH = {
    Outcome.REVERSAL: 6, Outcome.DENIAL: 5, Outcome.PENDING: 4, Outcome.UPDATE: 3, Outcome.NEW: 3,
    Outcome.RESTATEMENT: 1, Outcome.CONTEXT: 0,
}  # fmt: skip
# Who speaks in the baseline documents, and words for whoever publishes a page.
_TELLERS = frozenset({"uhrp", "uyghur human rights project", "kanat", "we", "our", "it", "governments should"})
_GUARDED_UNITS = frozenset({"USD", "CNY", "EUR", "GBP", "NOK", "percent", "networks", "countries", "cameras"})
# Lists whose effect is a claim of its own kind: the authorisation ban, the frozen assets.
TOLD_ELSEWHERE = frozenset({"covered_list", "sdn_list"})
# Groups in which another object is another instrument, not more of the same.
_INSTRUMENTS = frozenset({"legal_status", "bans_and_removal", "investment", "speech"})
# Kinds that may tell an amount of any unit.
_ANY_AMOUNT = frozenset({"ownership_share", "sold_to", "contract", "used_by", "government_removal", "subsidiary_of"})
# Kinds that the words of a product notice touch by the way.
_INCIDENTAL = frozenset({"deployed_at", "used_by", "market_presence_qual", "company_statement", "publication"})
# What a company says of itself, where the words are its own.
_SAID_PLAINLY = frozenset({"company_statement"})
_LIKE = 0.72
_MONTH = len("2020-09")
# A cue for a known kind of claim is weak evidence that a sentence is known; some of its words must be the claim's too.
_SOME_WORDS = 0.10
_MANY_WORDS = 0.35
_CLAIMS_LANGUAGE = "en"
_RELATED = 0.15


@dataclass(frozen=True, slots=True)
class Judged:
    """A frame with all that the baseline has to say of it.

    `unchanged` is what it would be if its value were the claim's; None where its value is no other.
    """

    frame: Frame
    decision: Decision
    claims: tuple[str, ...]
    before: Quantity | None
    after: Quantity | None
    place: str | None
    as_of: str | None
    tabled: bool = False
    unchanged: Decision | None = None


class Judge:
    """Weighs the frames of a unit for one company and keeps the one that counts."""

    def __init__(self, baseline: Baseline, cells: Cells) -> None:
        self._baseline = baseline
        self._cells = cells
        self._conduct = frozenset(name for name, p in baseline.predicates.items() if p.group == "conduct")
        self._subsidiaries = {
            alias.name for c in baseline.companies.values() for alias in c.aliases if alias.kind == "subsidiary"
        }

    def judge(self, entity: str, reading: Reading, company: Sequence[tuple[int, int]]) -> Judged:
        """The frame that counts for a company whose names or stand-ins are at `company` (spans in the unit)."""
        # It goes on about a measure told before where it points back to it, or to the company alone ("the firm").
        stand_in = any(reading.folded[a:b] not in OWNERS for a, b in company)
        back = reading.lexicon.hits("matter", reading.folded) or (stand_in and not reading.named)
        carried = reading.carried if back else None
        frames = read(reading.folded, reading.topics, carried, company, reading.lexicon)
        frames = tuple(self._ranked(entity, f, reading, company) if f.predicate == "market_rank" else f for f in frames)
        judged = [self._weigh(entity, frame, reading) for frame in frames]
        return max(judged, key=lambda j: (*self._importance(j), -j.frame.at[0]))

    def _ranked(self, entity: str, frame: Frame, reading: Reading, company: Sequence[tuple[int, int]]) -> Frame:
        """A frame of a place in a ranking, negated where the company is said to have lost it."""
        lost = ranks.lost(entity, company, reading.named, reading.folded, reading.lexicon)
        return frame if lost is None else replace(frame, negated=True, at=lost)

    def _importance(self, judged: Judged) -> tuple[int, int]:
        predicate = judged.frame.predicate
        outcome = judged.decision.outcome
        if predicate is None:
            return (0, _STRENGTH[outcome])
        weight = _WEIGHT.get(self._baseline.predicates[predicate].group, 0)
        if outcome in (Outcome.REVERSAL, Outcome.DENIAL):
            weight += 10
        elif (predicate in _SAID_PLAINLY and judged.frame.object_class != "other") or predicate in (
            "calls_for",
            "under_investigation",
            "litigation",
            "contract",
            "sold_to",
        ):
            weight = 4
        elif predicate == "divestment_recommendation" and outcome is not Outcome.PENDING:
            weight += 1
        elif predicate == "legislation_proposed":
            weight += 2 if judged.tabled else 0
        elif self._baseline.predicates[predicate].units:
            weight += 2 if judged.after is not None else -5
        elif judged.frame.object_class in TOLD_ELSEWHERE:
            weight -= 1
        if judged.frame.object_class == "other":
            weight -= 2
        if judged.frame.aside:
            weight -= 4
        return (weight, _STRENGTH[outcome])

    def _weigh(self, entity: str, frame: Frame, reading: Reading) -> Judged:
        if frame.aside and frame.predicate not in MEASURES and reading.lexicon.hits("unaffected", reading.folded):
            frame = replace(frame, operation="assert")
        as_of = circumstances.as_of(frame, reading.moments, reading.folded)
        where = circumstances.where(frame, reading.places, reading.context_place, self._conduct, reading.folded)
        after = self._value(entity, frame, reading, as_of)
        if frame.predicate is None:
            return self._untyped(entity, frame, reading, as_of)
        target = frame.predicate
        object_class = frame.object_class
        if frame.operation == "deny":
            object_class = denied_object(reading.topics, reading.carried)
        standing = self._cells.standing(entity, target, object_class, where, reading.text)
        relation = standing.relation
        if relation == "other_object" and (
            object_class == "other" or self._baseline.predicates[target].group in _INSTRUMENTS
        ):
            relation = "other_instrument"
        value, compared = compare(after, standing.claims)
        if standing.relation != "known":
            # Only a value of the same cell is a before; another unit is another cell wherever it stands.
            value, compared = ("other_unit" if value == "other_unit" else "none"), None
        denied_again = frame.operation == "deny" and object_class is not None and relation == "known"
        claims = self._concerned(entity, frame, relation, standing.claims, where, reading)
        if frame.operation == "deny":
            claims = [*(c.id for c in standing.claims if denied_again), *claims]
            where = tuple(p.code for p in reading.places if p.named and p.code != "world")
            where = where or ((reading.context_place,) if reading.context_place else ())
        facts = Facts(
            predicate=target,
            operation=frame.operation,
            in_force=frame.in_force,
            negated=frame.negated,
            folded=self._folded(frame, reading),
            cell=relation if frame.operation != "deny" or denied_again else "none",
            value=value,
            unseen=self._unseen(entity, frame, reading, standing.claims, where, value, as_of),
            unlike=value != "same" and self._unlike(entity, reading, standing.claims),
        )
        if compared is not None:
            claims = [compared.id, *(c for c in claims if c != compared.id)]
        before = values.of_claim(compared) if compared is not None else None
        decision = _dated(decide(facts), standing.claims, reading)
        unchanged = None
        if after is not None and value == "differs":
            others = tuple(a for a in reading.amounts if reading.text[a.start : a.end] != after.text)
            apart = replace(reading, amounts=others)
            unseen = self._unseen(entity, frame, apart, standing.claims, where, "same", as_of)
            unchanged = decide(replace(facts, value="same", unseen=unseen, unlike=False))
            unchanged = _dated(unchanged, standing.claims, reading)
        tabled = reading.lexicon.hits("tabled", reading.folded) and not frame.carried
        held = [p for c in standing.claims[:1] for p in c.places[:1] if frame.operation != "deny"]
        if decision.outcome is not Outcome.RESTATEMENT:
            held = [reading.context_place] if reading.context_place and target in MEASURES else []
        place = next(iter([*where, *held]), None)
        shown = tuple(dict.fromkeys(claims))[:6]
        return Judged(frame, decision, shown, before, after, place, as_of, tabled, unchanged)

    def _unlike(self, entity: str, reading: Reading, claims: Sequence[Claim]) -> bool:
        """Whether hardly a word stands in the claims of this kind, nor most of them in another claim on the company.

        Of languages other than the claims' that says nothing.
        """
        if reading.language != _CLAIMS_LANGUAGE or not claims:
            return False
        contained = self._cells.scores(reading.text).contained
        if max(contained.get(claim.id, 0.0) for claim in claims) >= _SOME_WORDS:
            return False
        return all(contained.get(claim.id, 0.0) < _MANY_WORDS for claim in self._cells.about(entity))

    def _concerned(
        self, entity: str, frame: Frame, relation: str, found: Sequence[Claim], where: Sequence[str], reading: Reading
    ) -> list[str]:
        """The baseline claims that a frame concerns, best first."""
        target = frame.predicate or ""
        claims = [c.id for c in found]
        if frame.operation == "deny":
            return list(denied_claims(entity, reading.topics, reading.carried, reading.text, self._cells))
        if relation == "other_place":
            # What the baseline holds of this place, in a kin measure, is nearer than the same measure elsewhere.
            return [*self._there(entity, target, where), *claims]
        if target == "calls_for" and relation != "known":
            demanded = [c for c in self._cells.about(entity) if CALLED.get(c.predicate) == frame.object_class]
            return [*(c.id for c in demanded), *claims]
        if relation == "other_company":
            return [*claims, *self._related(entity, target, reading.text)]
        if relation == "none":
            return [*self._related(entity, target, reading.text), *claims]
        return claims

    def _untyped(self, entity: str, frame: Frame, reading: Reading, as_of: str | None) -> Judged:
        contained = self._cells.scores(reading.text).contained
        near = [c for c in self._cells.about(entity) if contained.get(c.id, 0.0) >= _LIKE]
        like = next(iter(self._cells.rank(reading.text, near)), None)
        unseen = tuple(a.unit or "" for a in reading.amounts if a.unit in _GUARDED_UNITS)
        folded = self._folded(frame, reading)
        facts = Facts(None, frame.operation, folded=folded, unseen=unseen if like else (), likeness=like is not None)
        decision = decide(facts)
        claims = (like.id,) if like is not None and decision.outcome is Outcome.RESTATEMENT else ()
        named = [p.code for p in sorted(reading.places, key=lambda p: not p.named) if p.code != "world"]
        return Judged(frame, decision, claims, None, None, named[0] if named else None, as_of)

    def _folded(self, frame: Frame, reading: Reading) -> str | None:
        """The positive rule for context that fires, if any."""
        lexicon, folded = reading.lexicon, reading.folded
        if lexicon.hits("no_comment", folded):
            return "no_comment"
        if frame.operation in ("assert", "add", "revise") and lexicon.hits("unaffected", folded):
            return "unaffected"
        incidental = all(t.predicate in _INCIDENTAL or t.object_class == "other" for t in reading.topics)
        weak = frame.predicate is None or frame.predicate not in MEASURES
        if (
            weak
            and (not reading.topics or (incidental and lexicon.hits("trade", folded)))
            and (lexicon.hits("routine", folded))
        ):
            return "routine"
        return None

    def _value(self, entity: str, frame: Frame, reading: Reading, as_of: str | None) -> Quantity | None:
        """The amount that belongs to this company: the one after its name and before the next, else the nearest."""
        if frame.predicate is None:
            return None
        units = self._baseline.predicates[frame.predicate].units
        if frame.predicate == "market_rank":
            chosen = ranks.of_company(entity, reading, lost=frame.negated)
        else:
            any_amount = frame.predicate in _ANY_AMOUNT
            amounts = reading.amounts if any_amount else tuple(a for a in reading.amounts if a.unit in units)
            preferred = [a for a in amounts if a.unit in units] or list(amounts)
            pairs = figures.paired(preferred, reading.named, reading.subjects.entities, reading.folded)
            chosen = (pairs or {}).get(entity) or figures.of_company(preferred, entity, reading.named, reading.folded)
        if chosen is None:
            return None
        return Quantity(chosen.value, chosen.unit, chosen.comparator, as_of, reading.text[chosen.start : chosen.end])

    def _unseen(
        self, entity: str, frame: Frame, reading: Reading, claims: Sequence[Claim], where: Sequence[str], value: str,
        as_of: str | None,
    ) -> tuple[str, ...]:  # fmt: skip
        """What the sentence holds that a restatement must not: figures, members, vulnerabilities, later events."""
        found: list[str] = []
        known = [quantity for told_of in reading.subjects.entities for quantity in self._cells.held(told_of).values]
        for amount in figures.owned(reading.amounts, entity, reading.named, reading.subjects.entities, reading.folded):
            quantity = Quantity(amount.value, amount.unit, amount.comparator, None, "")
            if amount.unit in _GUARDED_UNITS and not any(values.same(quantity, other) for other in known):
                found.append("figure")
        added = frame.operation == "add" and any(t.predicate == "subsidiary_of" for t in reading.topics)
        named = any(m.alias in self._subsidiaries for m in reading.subjects.of(entity))
        if frame.predicate == "listed_on" and (named or added):
            found.append("member")
        if frame.predicate in MEASURES or frame.predicate == "calls_for":
            held = [place for c in claims for place in c.places]
            if held and any(not any(places.within(h, w) or places.within(w, h) for h in held) for w in where):
                found.append("place")
        if frame.predicate == "calls_for" and claims and _other_caller(claims, reading):
            found.append("caller")
        if "cve-" in reading.folded:
            found.append("vulnerability")
        if frame.settled:
            found.append("outcome")
        exact_day = as_of is not None and len(as_of) == 10 and frame.predicate in MEASURES
        if as_of is not None and value == "none" and (exact_day or frame.operation in ("add", "revise")):
            told = [c.as_of for c in self._cells.about(entity) if c.predicate == frame.predicate and c.as_of]
            if told and all(dates.later(as_of, other) for other in told):
                found.append("date")
        if frame.predicate in MEASURES and reading.lexicon.hits("again", reading.folded):
            found.append("revival")
        return tuple(dict.fromkeys(found))

    def _there(self, entity: str, predicate: str, where: Sequence[str]) -> list[str]:
        group = self._baseline.predicates[predicate].group
        if predicate not in MEASURES:
            return []
        return [
            c.id
            for c in self._cells.about(entity)
            if self._baseline.predicates[c.predicate].group == group
            and any(places.within(w, p) for p in c.places for w in where)
        ]

    def _related(self, entity: str, predicate: str, sentence: str) -> list[str]:
        """Claims that a new kind of claim is near to: like in words, or of the same group where that is close-knit."""
        own = self._cells.about(entity)
        group = self._baseline.predicates[predicate].group
        scores = self._cells.scores(sentence)
        like = [c for c in own if scores.likeness.get(c.id, 0.0) >= _RELATED]
        kin = [c for c in own if group == "investment" == self._baseline.predicates[c.predicate].group]
        kin += [c for c in own if c.predicate == "calls_for" and c.object_class == CALLED.get(predicate)]
        return [claim.id for claim in self._cells.rank(sentence, dict.fromkeys([*kin, *like]))][:3]


def _other_caller(claims: Sequence[Claim], reading: Reading) -> bool:
    """Whether a demand is made by somebody else than those of whom the baseline tells it."""
    callers = {reading.folded[a:b] for a, b in reading.lexicon.spans("caller", reading.folded)}
    held = {place for claim in claims for place in claim.places}
    ruled = {p.code for p in reading.places if not p.code.startswith("CN") and p.code != "world"}
    return bool(callers) and not callers & _TELLERS and not ruled & held


def _dated(decision: Decision, claims: Sequence[Claim], reading: Reading) -> Decision:
    """A restatement that gives the month of the claim it restates says so: that is evidence that it is known."""
    if decision.outcome is not Outcome.RESTATEMENT or not claims:
        return decision
    month = (claims[0].as_of or "")[:_MONTH]
    if len(month) < _MONTH or not any(moment.on[:_MONTH] == month for moment in reading.moments):
        return decision
    return Decision(decision.outcome, (*decision.rules, "as_of.known"))

"""What one frame of a unit amounts to, seen from the baseline: places, values, dates, standing, outcome. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from claimwatch.claims import dates, places, quantities
from claimwatch.claims.cells import HOMES, PLACED, WORLDWIDE, Cells, compare
from claimwatch.claims.frames import MEASURES, Frame, Topic, read
from claimwatch.claims.outcome import Decision, Facts, decide
from claimwatch.claims.places import Place
from claimwatch.claims.quantities import Amount
from claimwatch.claims.subjects import Subjects
from claimwatch.claims.triggers import Lexicon
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
_GUARDED_UNITS = frozenset({"USD", "CNY", "EUR", "GBP", "NOK", "percent", "networks", "countries", "cameras"})
# Lists whose effect is a claim of its own kind: the authorisation ban, the frozen assets.
TOLD_ELSEWHERE = frozenset({"covered_list", "sdn_list"})
# Groups in which another object is another instrument, not more of the same.
_INSTRUMENTS = frozenset({"legal_status", "bans_and_removal", "investment", "speech"})
# Kinds that may tell an amount of any unit.
_ANY_AMOUNT = frozenset({"ownership_share", "sold_to", "contract", "used_by", "government_removal", "subsidiary_of"})
# What a company says of itself, where the words are its own.
_SAID_PLAINLY = frozenset({"company_statement"})
_SINCE = re.compile(r"\b(?:since|from|siden|sidan|frå|fra)(?: \w+)? $")
_LIKE = 0.72
_RELATED = 0.15


@dataclass(frozen=True, slots=True)
class Reading:
    """One unit, read once for all its companies."""

    subjects: Subjects
    text: str
    folded: str
    topics: tuple[Topic, ...]
    carried: Topic | None
    amounts: tuple[Amount, ...]
    moments: tuple[dates.Moment, ...]
    places: tuple[Place, ...]
    context_place: str | None
    lexicon: Lexicon


@dataclass(frozen=True, slots=True)
class Judged:
    """A frame with all that the baseline has to say of it."""

    frame: Frame
    decision: Decision
    claims: tuple[str, ...]
    before: Quantity | None
    after: Quantity | None
    place: str | None
    as_of: str | None


class Judge:
    """Weighs the frames of a unit for one company and keeps the one that counts."""

    def __init__(self, baseline: Baseline, cells: Cells) -> None:
        self._baseline = baseline
        self._cells = cells
        self._subsidiaries = {
            alias.name for c in baseline.companies.values() for alias in c.aliases if alias.kind == "subsidiary"
        }

    def judge(self, entity: str, reading: Reading, company: Sequence[tuple[int, int]]) -> Judged:
        """The frame that counts for a company whose names or stand-ins are at `company` (spans in the unit)."""
        frames = read(reading.folded, reading.topics, reading.carried, company, reading.lexicon)
        judged = [self._weigh(entity, frame, reading) for frame in frames]
        return max(judged, key=lambda j: (*self._importance(j), -j.frame.at[0]))

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
        elif self._baseline.predicates[predicate].units:
            weight += 2 if judged.after is not None else -5
        elif judged.frame.object_class in ("magnitsky_sanctions", "secondary_sanctions"):
            weight += 1
        elif judged.frame.object_class in TOLD_ELSEWHERE:
            weight -= 1
        if judged.frame.object_class == "other":
            weight -= 2
        return (weight, _STRENGTH[outcome])

    def _weigh(self, entity: str, frame: Frame, reading: Reading) -> Judged:
        as_of = _as_of(frame, reading.moments, reading.folded)
        where = self._where(frame, reading)
        after = self._value(entity, frame, reading, as_of)
        if frame.predicate is None:
            return self._untyped(entity, frame, reading, as_of)
        target = frame.predicate
        object_class = frame.object_class
        if frame.operation == "deny":
            object_class = _denied_object(reading)
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
        claims = [c.id for c in standing.claims]
        if frame.operation == "deny":
            answered = self._denied_claims(entity, reading)
            claims = [*claims, *answered] if denied_again else answered
            where = tuple(p.code for p in reading.places if p.named and p.code != "world")
        elif relation in ("none", "other_company"):
            claims = [*self._related(entity, target, reading.text), *claims]
        facts = Facts(
            predicate=target,
            operation=frame.operation,
            in_force=frame.in_force,
            negated=frame.negated,
            folded=self._folded(frame, reading),
            cell=relation if frame.operation != "deny" or denied_again else "none",
            value=value,
            unseen=self._unseen(entity, frame, reading, standing.claims, where, value, as_of),
        )
        if compared is not None:
            claims = [compared.id, *(c for c in claims if c != compared.id)]
        before = quantities.of_claim(compared) if compared is not None else None
        held = [p for c in standing.claims[:1] for p in c.places[:1] if frame.operation != "deny"]
        place = next(iter([*where, *held]), None)
        return Judged(frame, decide(facts), tuple(dict.fromkeys(claims))[:6], before, after, place, as_of)

    def _untyped(self, entity: str, frame: Frame, reading: Reading, as_of: str | None) -> Judged:
        own = self._cells.rank(reading.text, self._cells.about(entity))
        like = next((c for c in own if self._cells.contained(reading.text, c) >= _LIKE), None)
        unseen = tuple(a.unit or "" for a in reading.amounts if a.unit in _GUARDED_UNITS)
        folded = self._folded(frame, reading)
        facts = Facts(None, frame.operation, folded=folded, unseen=unseen if like else (), likeness=like is not None)
        decision = decide(facts)
        claims = (like.id,) if like is not None and decision.outcome is Outcome.RESTATEMENT else ()
        named = [p.code for p in reading.places if p.named and p.code != "world"]
        return Judged(frame, decision, claims, None, None, named[0] if named else None, as_of)

    def _folded(self, frame: Frame, reading: Reading) -> str | None:
        """The positive rule for context that fires, if any."""
        lexicon, folded = reading.lexicon, reading.folded
        if lexicon.hits("no_comment", folded):
            return "no_comment"
        if frame.operation in ("assert", "add", "revise") and lexicon.hits("unaffected", folded):
            return "unaffected"
        weak = frame.predicate is None or frame.predicate not in MEASURES
        if weak and not reading.topics and lexicon.hits("routine", folded):
            return "routine"
        return None

    def _where(self, frame: Frame, reading: Reading) -> tuple[str, ...]:
        """The places of a frame, the likeliest first."""
        predicate = frame.predicate
        if predicate in HOMES and (frame.object_class != "other"):
            return (HOMES[predicate],)
        if predicate in WORLDWIDE:
            return ("world",)
        if predicate == "ownership_share" and frame.object_class == "state":
            return ("CN",)
        named = [p.code for p in reading.places if p.named and p.code != "world"]
        if predicate in MEASURES or predicate in ("sold_to", "non_disclosure"):
            ruling = [code for code in named if not code.startswith("CN")]
            bodies = [p.code for p in reading.places if not p.named]
            chosen = ruling or bodies or ([reading.context_place] if reading.context_place else [])
            return tuple(dict.fromkeys(c for c in chosen if c != "CN"))
        specific = [code for code in named if "-" in code]
        chosen = [*specific, *(c for c in named if c not in specific)] if predicate not in PLACED else named
        if not chosen and predicate in ("installed_networks", "ownership_share", "calls_for"):
            bodies = [p.code for p in reading.places if not p.named]
            chosen = bodies or ([reading.context_place] if reading.context_place and predicate != "calls_for" else [])
        return tuple(dict.fromkeys(chosen))

    def _value(self, entity: str, frame: Frame, reading: Reading, as_of: str | None) -> Quantity | None:
        """The amount that belongs to this company: the one after its name and before the next, else the nearest."""
        if frame.predicate is None:
            return None
        units = self._baseline.predicates[frame.predicate].units
        if frame.predicate == "market_rank":
            amounts = quantities.ranks(reading.text)
        elif frame.predicate in (
            "ownership_share",
            "sold_to",
            "contract",
            "used_by",
            "government_removal",
            "subsidiary_of",
        ):
            amounts = reading.amounts
        else:
            amounts = tuple(a for a in reading.amounts if a.unit in units)
        if not amounts:
            return None
        preferred = [a for a in amounts if a.unit in units] or list(amounts)
        chosen = _nearest(preferred, entity, reading)
        text = reading.text[chosen.start : chosen.end]
        return Quantity(chosen.value, chosen.unit, chosen.comparator, as_of, text)

    def _unseen(
        self, entity: str, frame: Frame, reading: Reading, claims: Sequence[Claim], where: Sequence[str], value: str,
        as_of: str | None,
    ) -> tuple[str, ...]:  # fmt: skip
        """What the sentence holds that a restatement must not: figures, members, vulnerabilities, later events."""
        found: list[str] = []
        told_of = dict.fromkeys(c for e in reading.subjects.entities for c in self._cells.about(e))
        known = [q for c in told_of if (q := quantities.of_claim(c)) is not None]
        for amount in _owned(reading, entity):
            quantity = Quantity(amount.value, amount.unit, amount.comparator, None, "")
            if amount.unit in _GUARDED_UNITS and not any(quantities.same(quantity, other) for other in known):
                found.append("figure")
        if frame.predicate == "listed_on" and any(m.alias in self._subsidiaries for m in reading.subjects.of(entity)):
            found.append("member")
        if frame.predicate in MEASURES or frame.predicate == "calls_for":
            held = [place for c in claims for place in c.places]
            if held and any(not any(places.within(h, w) or places.within(w, h) for h in held) for w in where):
                found.append("place")
        if "cve-" in reading.folded:
            found.append("vulnerability")
        exact_day = as_of is not None and len(as_of) == 10 and frame.predicate in MEASURES
        if as_of is not None and value == "none" and (exact_day or frame.operation in ("add", "revise")):
            told = [c.as_of for c in self._cells.about(entity) if c.predicate == frame.predicate and c.as_of]
            if told and all(dates.later(as_of, other) for other in told):
                found.append("date")
        if frame.predicate in MEASURES and reading.lexicon.hits("again", reading.folded):
            found.append("revival")
        return tuple(dict.fromkeys(found))

    def _related(self, entity: str, predicate: str, sentence: str) -> list[str]:
        """Claims that a new kind of claim is near to: like in words, or of the same group where that is close-knit."""
        own = self._cells.about(entity)
        group = self._baseline.predicates[predicate].group
        like = [c for c in own if self._cells.likeness(sentence, c) >= _RELATED]
        kin = [c for c in own if group == "investment" == self._baseline.predicates[c.predicate].group]
        return [claim.id for claim in self._cells.rank(sentence, dict.fromkeys([*kin, *like]))][:3]

    def _denied_claims(self, entity: str, reading: Reading) -> list[str]:
        wanted = {t.predicate for t in reading.topics if t.object_class != "other"} | (
            {reading.carried.predicate} if reading.carried else set()
        )
        own = [c for c in self._cells.about(entity) if c.predicate in wanted]
        return [c.id for c in self._cells.rank(reading.text, own)]


def _owned(reading: Reading, entity: str) -> Sequence[Amount]:
    """The amounts that a sentence may give for a company: where each company has its own, those after its name."""
    offset = reading.subjects.unit.start
    named = [m for m in reading.subjects.mentions if m.surface]
    if len(reading.amounts) < 2 or len({m.entity for m in named}) < 2:
        return reading.amounts
    return [
        amount
        for amount in reading.amounts
        if next((m.entity for m in reversed(named) if m.start - offset < amount.start), entity) == entity
    ]


def _nearest(amounts: Sequence[Amount], entity: str, reading: Reading) -> Amount:
    offset = reading.subjects.unit.start
    own = [m for m in reading.subjects.of(entity) if m.surface]
    others = [m.start - offset for m in reading.subjects.mentions if m.entity != entity and m.surface]
    if not own or len(amounts) == 1:
        return amounts[0]
    end = own[0].end - offset
    until = min((o for o in others if o > end), default=len(reading.text))
    after = [a for a in amounts if end <= a.start < until]
    return after[0] if after else min(amounts, key=lambda a: abs(a.start - end))


def _as_of(frame: Frame, moments: Sequence[dates.Moment], folded: str) -> str | None:
    """The date nearest to what decides."""
    if not moments:
        return None
    middle = frame.at[0]
    if frame.operation in ("remove", "suspend"):
        # "the ban in force since 2022 was lifted": that is when it began.
        moments = [m for m in moments if not _SINCE.search(folded[: m.start])] or []
    if not moments:
        return None
    return min(moments, key=lambda m: (min(abs(m.start - middle), abs(m.end - middle)), m.start)).on


def _denied_object(reading: Reading) -> str | None:
    """Which accusation a denial answers, as an object class of `denial_statement`."""
    answered = {
        "accused_of": "human_rights", "cybersecurity_concern": "cybersecurity", "state_link": "state_control",
        "listed_on": "measure", "procurement_ban": "measure", "sanctioned_by": "measure", "investment_ban": "measure",
        "equipment_authorisation_ban": "measure", "government_removal": "measure",
    }  # fmt: skip
    for topic in reading.topics:
        if topic.object_class == "forced_labour":
            return "forced_labour"
    for topic in (*reading.topics, *([reading.carried] if reading.carried else [])):
        if topic.object_class == "forced_labour" and topic.carried:
            return "forced_labour"
        if topic.predicate in answered:
            return answered[topic.predicate]
    return None

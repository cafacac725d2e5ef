"""What a denial answers: the kind of accusation or measure, and the baseline's claims of it."""

from collections.abc import Sequence

from claimwatch.claims.cells import Cells
from claimwatch.claims.frames import MEASURES, Topic

_OBJECTS = {
    "accused_of": "human_rights", "cybersecurity_concern": "cybersecurity", "state_link": "state_control",
    "characterised_as": "cybersecurity", **dict.fromkeys(sorted(MEASURES), "measure"),
}  # fmt: skip
# Words for one charge under two predicates: a threat to security is a risk to privacy and a weak record alike.
_KIN = {"security_threat": "cybersecurity_concern", "police": "accused_of", "camps_schools_mosques": "accused_of"}


def denied_object(topics: Sequence[Topic], carried: Topic | None) -> str | None:
    """What is denied, as an object class of `denial_statement`; None where the words do not say."""
    every = (*topics, *([carried] if carried else []))
    if any(topic.object_class == "forced_labour" for topic in every):
        return "forced_labour"
    return next((_OBJECTS[topic.predicate] for topic in every if topic.predicate in _OBJECTS), None)


def denied_claims(
    entity: str, topics: Sequence[Topic], carried: Topic | None, sentence: str, cells: Cells
) -> tuple[str, ...]:
    """The claims that a denial answers, best first: of the very charge, of its kind, of the measure told before."""
    own = cells.about(entity)
    named = [t for t in topics if t.predicate not in ("denial_statement", "company_statement")]
    kinds = {
        kind
        for t in named
        if t.object_class != "other"
        for kind in (t.predicate, _KIN.get(t.object_class or "", t.predicate))
    }
    exact = {(t.predicate, t.object_class) for t in named}
    first = [c for c in own if (c.predicate, c.object_class) in exact]
    second = [c for c in own if c.predicate in kinds and c not in first]
    third = [c for c in own if carried and c.predicate == carried.predicate and c not in (*first, *second)]
    groups = (cells.rank(sentence, group) for group in (first, second, third))
    return tuple(dict.fromkeys(claim.id for group in groups for claim in group))

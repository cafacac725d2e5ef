"""What a classifier sees of one company in one unit: plain, named, binary signals. Pure.

A signal is a short string such as `w=withdrew`, `cue=hedge` or `rule=cell.known`. Names of companies are masked, and
numbers stand by their kind, so that what is learned from some sentences holds for others.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from claimwatch.claims import places, values
from claimwatch.claims.cells import Cells
from claimwatch.claims.frames import MEASURES
from claimwatch.claims.judge import Judged
from claimwatch.claims.readings import Reading
from claimwatch.claims.text import fold
from claimwatch.models import Claim, Mention, Quantity

_TOKEN = re.compile(r"[a-zæøåäöüé]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*|[%$€£¥]|[㐀-鿿]|\||\?|\"")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NEAR = 4
_SHORT_UNIT, _LONG_UNIT = 8, 30
_LIKENESS_STEPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75)
_SURE_STEPS = (0.15, 0.3, 0.5, 0.7, 0.85)
_WATCHED = "xx"
_OTHER = "yy"
_DATE = "dd"
_FULL_DATE = len("2020-09-15")
_PROPER = re.compile(r"(?<=[a-zæøå,] )[A-ZÆØÅ]\w+")


def tokens(folded: str, masks: Sequence[tuple[int, int, str]] = ()) -> list[str]:
    """The words of a folded text. `masks` are spans that do not overlap, with the word that stands for each."""
    for start, end, word in sorted(masks, reverse=True):
        folded = f"{folded[:start]} {word} {folded[end:]}"
    return [_kind(token) for token in _TOKEN.findall(folded)]


def _kind(token: str) -> str:
    if not token[0].isdigit():
        return token
    return "#year" if _YEAR.fullmatch(token) else "#"


def heading(title: str, mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The signals of a publication's title, for all its units. `mentions` are the companies named in it."""
    masks = [(m.start, m.end, _WATCHED) for m in mentions]
    return tuple(f"title={word}" for word in tokens(fold(title), masks))


def signals(
    entity: str, reading: Reading, judged: Judged, cells: Cells, source: str, title: Sequence[str] = ()
) -> tuple[str, ...]:
    """The signals of one company in one unit, each once, in a fixed order.

    `reading` is that of its own clause, `judged` what the rules make of it, `source` the publication's, `title` the
    signals of its title: a sentence is read in its document.
    """
    start = reading.subjects.unit.start
    masks = [
        (m.start - start, m.end - start, _WATCHED if m.entity == entity else _OTHER)
        for m in reading.subjects.mentions
        if m.surface and reading.folded[m.start - start : m.end - start].strip()
    ]
    taken = [(a, b) for a, b, _ in masks]
    masks += [
        (m.start, m.end, _DATE)
        for m in reading.moments
        if reading.folded[m.start : m.end].strip() and not any(a < m.end and m.start < b for a, b in taken)
    ]
    said = tokens(reading.folded, masks)
    found = [
        *_wording(said),
        f"source={source}",
        f"language={reading.language}",
        f"kind={reading.subjects.unit.kind}",
        *title,
        *_standing(entity, reading, judged),
        *_resemblance(entity, reading, cells),
    ]
    return tuple(dict.fromkeys(found))


def _wording(said: Sequence[str]) -> Iterator[str]:
    for word in said:
        yield f"w={word}"
    for first, second in pairwise(said):
        yield f"b={first} {second}"
    for at, word in enumerate(said):
        if word == _WATCHED:
            yield from (f"l={near}" for near in said[max(0, at - _NEAR) : at])
            yield from (f"r={near}" for near in said[at + 1 : at + 1 + _NEAR])
    yield f"first={said[0] if said else ''}"
    if len(said) <= _SHORT_UNIT:
        yield "short"
    elif len(said) >= _LONG_UNIT:
        yield "long"


def _standing(entity: str, reading: Reading, judged: Judged) -> Iterator[str]:
    lexicon, folded = reading.lexicon, reading.folded
    yield from (f"cue={name}" for name in lexicon.standing(folded))
    yield from (f"topic={topic.predicate}" for topic in reading.topics)
    yield from (f"topic={topic.predicate}.{topic.object_class}" for topic in reading.topics)
    if any(topic.predicate in MEASURES for topic in reading.topics):
        yield "measure"
    if reading.carried is not None:
        yield f"carried={reading.carried.predicate}"
    yield from _judgement(judged)
    yield f"companies={len(reading.subjects.entities)}"
    subjects = reading.subjects
    if any(m.surface for m in subjects.of(entity)):
        yield "named"
    else:
        yield "unnamed"
        yield f"pointed={subjects.pointed}"
        yield f"pointed={subjects.pointed} distance={min(4, subjects.distance)}"
        yield f"pointed={subjects.pointed} proper={min(2, len(_PROPER.findall(reading.text)))}"
        yield f"pointed={subjects.pointed} first={next(iter(_TOKEN.findall(folded)), '')}"
    yield f"amounts={min(2, len(reading.amounts))}"
    yield f"moments={min(2, len(reading.moments))}"


def _judgement(judged: Judged) -> Iterator[str]:
    outcome, frame = judged.decision.outcome, judged.frame
    yield f"outcome={outcome}"
    yield f"predicate={frame.predicate}"
    yield f"operation={frame.operation}"
    yield f"outcome={outcome} operation={frame.operation}"
    yield f"outcome={outcome} predicate={frame.predicate}"
    yield from (f"rule={rule}" for rule in judged.decision.rules)
    yield f"in_force={frame.in_force}"
    yield f"negated={frame.negated}"
    yield f"after={judged.after is not None} before={judged.before is not None}"


def opinion(judged: Judged) -> tuple[str, ...]:
    """The signals of a second judgement, told apart from those of the first."""
    return tuple(f"second {signal}" for signal in _judgement(judged))


def _resemblance(entity: str, reading: Reading, cells: Cells) -> Iterator[str]:
    """How near the unit is to the baseline's claims on the company, in words, in values and in years."""
    own, held = cells.about(entity), cells.held(entity)
    scores = cells.scores(reading.text)
    nearest = max(own, key=lambda claim: (scores.likeness.get(claim.id, 0.0), claim.id), default=None)
    best = scores.likeness.get(nearest.id, 0.0) if nearest is not None else 0.0
    yield from (f"like>{step}" for step in _LIKENESS_STEPS if best > step)
    contained = max([scores.contained.get(claim.id, 0.0) for claim in own], default=0.0)
    yield from (f"held>{step}" for step in _LIKENESS_STEPS if contained > step)
    if nearest is not None and best > _LIKENESS_STEPS[1]:
        yield f"nearest={nearest.predicate}"
    for amount in reading.amounts:
        quantity = Quantity(amount.value, amount.unit, amount.comparator, None, "")
        state = "known" if any(values.same(quantity, other) for other in held.values) else "unknown"
        yield f"amount={state}"
        yield f"amount={state} {amount.unit}"
    last = max(held.years, default="0000")
    for moment in reading.moments:
        year = moment.on[:4]
        yield "year=known" if year in held.years else f"year={'later' if year > last else 'unknown'}"
    for moment in reading.moments:
        if len(moment.on) == _FULL_DATE:
            yield "day=known" if moment.on in held.days else "day=unknown"
    for place in reading.places:
        yield "place=known" if place.code in held.places else "place=unknown"


def resemblance(claim: Claim | None, likely: float, reading: Reading, judged: Judged) -> tuple[str, ...]:
    """How a unit compares with the claim that it is taken to speak of: value, place, year, kind.

    `likely` is the probability of that claim; None is for no claim at all.
    """
    if claim is None:
        return ("claim=none", *(f"no claim>{step}" for step in _SURE_STEPS if likely > step))
    kind = "same" if claim.predicate == judged.frame.predicate else "other"
    held = values.of_claim(claim)
    said = [Quantity(a.value, a.unit, a.comparator, None, "") for a in reading.amounts]
    value = "none"
    if held is not None and said:
        value = "same" if any(values.same(held, quantity) for quantity in said) else "other"
    elif said:
        value = "extra"
    where = [p.code for p in reading.places]
    place = (
        "none"
        if not where
        else "same"
        if any(places.within(w, p) or places.within(p, w) for w in where for p in claim.places)
        else "other"
    )
    told = claim.as_of or ""
    years = {moment.on[:4] for moment in reading.moments}
    year = (
        "none" if not years else "same" if told[:4] in years else "later" if told and max(years) > told[:4] else "other"
    )
    found = [f"claim kind={kind}", f"claim value={value}", f"claim place={place}", f"claim year={year}"]
    found += [f"claim>{step}" for step in _SURE_STEPS if likely > step]
    if likely > _SURE_STEPS[1]:
        found += [f"sure {signal}" for signal in found[:4]]
        found.append(f"sure operation={judged.frame.operation}")
    return tuple(found)

"""Where a change of each claim would show: `coverage.yaml`, held against the claims and the sources there are.

It is no part of the baseline's version: another line in the map changes nothing that is found.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from claimwatch.baseline.files import Files
from claimwatch.errors import BaselineInvalid
from claimwatch.models import Baseline, Claim, SourceSpec

_FILE = "coverage.yaml"


class Cover(StrEnum):
    """How well a claim is watched, best first; the values are words for people.

    COVERED: a source that is polled would publish the change itself. ENABLING: one that is switched off would.
    REPEATED: a source may repeat it. BLANK: nothing we know how to read would show it. TIMELESS: it cannot change.
    """

    COVERED = "covered"
    ENABLING = "by enabling"
    REPEATED = "second hand"
    BLANK = "blank"
    TIMELESS = "timeless"


@dataclass(frozen=True, slots=True)
class ClaimCover:
    """One line of the map. `blanks` are keys of `CoverageMap.blanks`; a timeless claim names nothing."""

    claim: str
    predicate: str
    time_bound: bool
    cover: Cover
    sources: tuple[str, ...]
    second_hand: tuple[str, ...]
    blanks: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """Every claim of the baseline, in its order; `off` are the sources named that are switched off.

    `blanks` says of each publisher that nobody reads what it is and how it could be read.
    """

    claims: tuple[ClaimCover, ...]
    blanks: Mapping[str, str]
    off: frozenset[str]

    def count(self, cover: Cover, *, time_bound: bool = False) -> int:
        """How many claims (with `time_bound`: of those that are) are watched that well."""
        return sum(claim.cover is cover and (claim.time_bound or not time_bound) for claim in self.claims)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Group(_Strict):
    claims: list[str] = Field(min_length=1)
    sources: list[str] = []
    second_hand: list[str] = []
    blank: list[str] = []
    why: str = Field(min_length=1)
    timeless: bool = False


def load_coverage(root: Path, baseline: Baseline, sources: Mapping[str, SourceSpec]) -> CoverageMap:
    """The map in `root`/coverage.yaml for this baseline and these sources.

    Raises `BaselineInvalid` with every fault, one a line: a claim without a line or with two, an unknown claim,
    source or blank, a time-bound claim that is called timeless, a group that says nothing.
    """
    files = Files(root)
    data = files.mapping(_FILE)
    blanks = files.section(_FILE, data, "blanks", dict)
    groups = files.section(_FILE, data, "claims", list)
    assert isinstance(blanks, dict)
    assert isinstance(groups, list)
    named = {str(key): str(text) for key, text in blanks.items()}
    lines: dict[str, ClaimCover] = {}
    used: set[str] = set()
    for number, entry in enumerate(groups, 1):
        where = f"{_FILE}: group {number}"
        group = files.shape(_Group, entry, where)
        if group is None:
            continue
        where = f"{_FILE}: group {number} ({', '.join(group.claims)})"
        files.faults += [f"{where}: {fault}" for fault in _faults(group, baseline, sources, named)]
        used.update(group.blank)
        for id_ in group.claims:
            if id_ in lines:
                files.faults.append(f"{where}: {id_} stands in an earlier group already")
            elif id_ in baseline.claims:
                lines[id_] = _line(baseline.claims[id_], group, sources)
    if data:
        missing = [id_ for id_ in baseline.claims if id_ not in lines]
        if missing:
            files.faults.append(f"{_FILE}: no line for {', '.join(missing)}; say where a change would show, or `blank`")
        files.faults += [f"{_FILE}: blanks: no claim names {key!r}" for key in named if key not in used]
    if files.faults:
        raise BaselineInvalid(f"{root}: {len(files.faults)} fault(s)\n  " + "\n  ".join(files.faults))
    off = {slug for line in lines.values() for slug in (*line.sources, *line.second_hand) if not sources[slug].enabled}
    return CoverageMap(tuple(lines[id_] for id_ in baseline.claims), named, frozenset(off))


def _faults(
    group: _Group, baseline: Baseline, sources: Mapping[str, SourceSpec], blanks: Mapping[str, str]
) -> Iterator[str]:
    for id_ in group.claims:
        claim = baseline.claims.get(id_)
        if claim is None:
            yield f"there is no claim {id_!r}"
        elif group.timeless and claim.time_bound:
            yield f"{id_} is time-bound and cannot be timeless"
    for slug in (*group.sources, *group.second_hand):
        if slug not in sources:
            yield f"there is no source {slug!r} in sources.yaml"
    for slug in sorted(set(group.sources) & set(group.second_hand)):
        yield f"{slug} is a source and second hand at once"
    for key in group.blank:
        if key not in blanks:
            yield f"{key!r} is not among the blanks"
    if group.timeless == bool(group.sources or group.second_hand or group.blank):
        yield "name sources, second_hand or blank, or else say timeless: true"


def _line(claim: Claim, group: _Group, sources: Mapping[str, SourceSpec]) -> ClaimCover:
    def polled(slugs: list[str]) -> bool:
        return any(slug in sources and sources[slug].enabled for slug in slugs)

    if group.timeless:
        cover = Cover.TIMELESS
    elif polled(group.sources):
        cover = Cover.COVERED
    elif group.sources:
        cover = Cover.ENABLING
    elif polled(group.second_hand):
        cover = Cover.REPEATED
    else:
        # One that is switched off and would only repeat it is as good as none.
        cover = Cover.BLANK
    return ClaimCover(
        claim=claim.id,
        predicate=claim.predicate,
        time_bound=claim.time_bound,
        cover=cover,
        sources=tuple(group.sources),
        second_hand=tuple(group.second_hand),
        blanks=tuple(group.blank),
        why=group.why,
    )

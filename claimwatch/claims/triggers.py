"""The cues of each language, from `Baseline.triggers`: validated, then compiled once.

A file maps `words` (word classes), `cues` (what is done, who says it, which words stand for a company named before),
`predicates` (predicate -> object class -> patterns) and `undo_only` (predicates for which only these verbs undo).
The format is described in docs/detection.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from claimwatch.claims.patterns import Anchors, Classes, Cue, compile_cue
from claimwatch.errors import BaselineInvalid
from claimwatch.models import Baseline, Predicate

CUES = (
    "undo", "add", "revise", "move", "propose", "hedge", "undecided", "decided", "negated", "failed",
    "again", "permit", "permission", "retract", "urge", "persist", "tabled", "call", "caller", "cite",
    "deny", "speech", "no_comment", "routine", "trade", "unaffected", "one", "all",
    "matter", "overtake", "lose_rank", "dropped", "readmit", "untrue", "burden",
)  # fmt: skip
# Words that stand for a company named before.
_STAND_INS = frozenset({"one", "all"})
# Norwegian text is read with both forms: writers mix them, and quoted words keep theirs.
_FILES = {"en": ("en",), "nb": ("nb", "nn"), "nn": ("nn", "nb"), "zh": ("zh",)}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The cues of one language. `topics` are (predicate, object class, cue) in file order.

    `known` are all anchors; `pointing` are those of the cues "one" and "all", which whole texts are read for.
    """

    cues: Mapping[str, tuple[Cue, ...]]
    topics: tuple[tuple[str, str, Cue], ...]
    undo_only: Mapping[str, tuple[Cue, ...]]
    known: tuple[Anchors, ...]
    pointing: tuple[Anchors, ...]

    def stand_ins(self, folded: str, spans: Sequence[tuple[int, int]]) -> set[int]:
        """The numbers of those spans of a folded text in which a word may stand for a company named before."""
        return set().union(*(anchors.possible(folded, spans) for anchors in self.pointing))

    def touched(self, folded: str) -> list[tuple[str, str, Cue]]:
        """Those of the topics that may stand in a folded text."""
        awake = self.awake(folded)
        return [topic for topic in self.topics if topic[2] in awake]

    def standing(self, folded: str) -> list[str]:
        """The names of the cues that stand in a folded text."""
        awake = self.awake(folded)
        return [name for name, cues in self.cues.items() if not awake.isdisjoint(cues) and self.hits(name, folded)]

    def awake(self, folded: str) -> frozenset[Cue]:
        """The cues that may stand in a folded text: no other does."""
        awake = self.known[0].awake(folded)
        return awake.union(*(known.awake(folded) for known in self.known[1:])) if len(self.known) > 1 else awake

    def spans(self, name: str, folded: str) -> tuple[tuple[int, int], ...]:
        """Where the cue `name` stands in a folded text."""
        found: tuple[tuple[int, int], ...] = ()
        for cue in self.cues[name]:
            found += cue.spans(folded)
        return found

    def hits(self, name: str, folded: str) -> bool:
        """Whether the cue `name` stands in a folded text."""
        return any(cue.spans(folded) for cue in self.cues[name])


class Triggers:
    """The lexicons of a baseline by language, each read when it is first needed."""

    def __init__(self, baseline: Baseline) -> None:
        """Raises `BaselineInvalid` with every fault of shape found; patterns are checked as they are first needed."""
        faults = [fault for name, raw in baseline.triggers.items() for fault in _faults(name, raw, baseline.predicates)]
        if faults:
            raise BaselineInvalid("\n".join(faults))
        self._raw = baseline.triggers
        self._lexicons: dict[tuple[str, ...], Lexicon] = {}

    def of(self, language: str) -> Lexicon:
        """The lexicon for a text in `language` (`en`, `nb`, `nn`, `zh-Hans`); English for any other.

        Its patterns are compiled as texts need them, and raise `BaselineInvalid` where they cannot be: see `check`.
        """
        names = tuple(n for n in _FILES.get(language.split("-")[0], ("en",)) if n in self._raw) or ("en",)
        if names not in self._lexicons:
            self._lexicons[names] = _merged([_lexicon(name, self._raw.get(name, {})) for name in names])
        return self._lexicons[names]

    def check(self) -> None:
        """Compile every language now. Raises `BaselineInvalid`."""
        for name in self._raw:
            lexicon = self.of(name)
            groups = (*lexicon.cues.values(), *lexicon.undo_only.values(), [cue for _, _, cue in lexicon.topics])
            for cue in chain.from_iterable(groups):
                cue.check()


def _strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)


def _faults(name: str, raw: Mapping[str, object], predicates: Mapping[str, Predicate]) -> Iterator[str]:
    where = f"triggers/{name}.yaml"
    for key in raw.keys() - {"words", "cues", "predicates", "undo_only"}:
        yield f"{where}: unknown key {key!r}; it holds words, cues, predicates and undo_only"
    for key in ("words", "cues", "undo_only"):
        for entry, patterns in _mapping(raw.get(key)).items():
            if not _strings(patterns):
                yield f"{where}: {key}.{entry} should be a list of patterns in quotes"
    for cue in _mapping(raw.get("cues")).keys() - set(CUES):
        yield f"{where}: unknown cue {cue!r}; one of {', '.join(CUES)}"
    for predicate in _mapping(raw.get("undo_only")).keys() - predicates.keys():
        yield f"{where}: undo_only.{predicate} is no predicate of ontology.yaml"
    for predicate, objects in _mapping(raw.get("predicates")).items():
        if predicate not in predicates:
            yield f"{where}: predicates.{predicate} is no predicate of ontology.yaml"
            continue
        for object_class, patterns in _mapping(objects).items():
            if object_class not in predicates[predicate].object_classes:
                yield f"{where}: {predicate}.{object_class} is no object class of that predicate in ontology.yaml"
            if not _strings(patterns):
                yield f"{where}: {predicate}.{object_class} should be a list of patterns in quotes"


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _patterns(value: object) -> Sequence[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _lexicon(name: str, raw: Mapping[str, object]) -> Lexicon:
    classes = Classes({key: _patterns(value) for key, value in _mapping(raw.get("words")).items()})
    anchors, pointing = Anchors(), Anchors()

    def cue(key: str, patterns: object) -> Cue:
        known = pointing if key in _STAND_INS else anchors
        return compile_cue(_patterns(patterns), classes, known, f"triggers/{name}.yaml: {key}")

    cues = _mapping(raw.get("cues"))
    return Lexicon(
        cues={key: (cue(key, cues[key]),) if key in cues else () for key in CUES},
        topics=tuple(
            (predicate, object_class, cue(f"{predicate}.{object_class}", patterns))
            for predicate, objects in _mapping(raw.get("predicates")).items()
            for object_class, patterns in _mapping(objects).items()
        ),
        undo_only={
            key: (cue(f"undo_only.{key}", patterns),) for key, patterns in _mapping(raw.get("undo_only")).items()
        },
        known=(anchors, pointing),
        pointing=(pointing,),
    )


def _merged(lexicons: Sequence[Lexicon]) -> Lexicon:
    return Lexicon(
        cues={key: tuple(cue for lexicon in lexicons for cue in lexicon.cues[key]) for key in CUES},
        topics=tuple(topic for lexicon in lexicons for topic in lexicon.topics),
        undo_only={
            key: tuple(cue for lexicon in lexicons for cue in lexicon.undo_only.get(key, ()))
            for key in {key: None for lexicon in lexicons for key in lexicon.undo_only}
        },
        known=tuple(anchors for lexicon in lexicons for anchors in lexicon.known),
        pointing=tuple(anchors for lexicon in lexicons for anchors in lexicon.pointing),
    )

"""Whom each unit of a text is about: companies named in it, and companies carried into it.

A sentence that names nobody can be the most important one of a page ("the Council therefore withdrew its
recommendation"). It inherits its subject where a word in it points back: a stand-in for a company ("the firm", "begge",
"its"), a measure told before ("the ban", "tilrådinga"), or, on a page that is about one company, any matter that we
watch. A sentence in which nothing points back is about nobody.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from claimwatch.claims.frames import MEASURES
from claimwatch.claims.sentences import Unit
from claimwatch.claims.text import fold, words
from claimwatch.claims.triggers import Lexicon
from claimwatch.mentions import Scanner
from claimwatch.models import Mention, Publication

# Names in a list: then it is they to whom "them" and "their" point.
_OTHERS = re.compile(r"\b[A-Z]\w+, (?:[A-Z]\w+,? )*(?:and|og) [A-Z]\w+")
# A number without its noun, after a sentence that gave one: "In London 41,000 were still connected".
_BARE_FIGURE = re.compile(
    r"(?<![\d.,$€£])\d{1,3}(?:[,. ]\d{3})+(?= (?:are|were|was|have|had|remain|still|er|var|har|stod|står)\b)"
)
# So many sentences on, what nothing points back to may still be about the company; the classifier decides.
_REACH = 3
_FIGURES = frozenset({"contract_value", "ownership_share", "installed_networks", "market_presence_countries"})


@dataclass(frozen=True, slots=True)
class PageSubject:
    """The companies that a page's title or address names. `alone` says that the page is about nothing else."""

    entities: tuple[str, ...]
    alone: bool


@dataclass(frozen=True, slots=True)
class Subjects:
    """The subjects of one unit: its mentions, or one carried mention per company (`surface` empty).

    `pointed` says that something in the unit points back to them; without it they are only those told of before.
    `distance` counts the units since the company was last named, 0 where it is named here.
    """

    unit: Unit
    mentions: tuple[Mention, ...]
    pointed: bool = True
    distance: int = 0

    @property
    def entities(self) -> tuple[str, ...]:
        """Companies in order of appearance."""
        return tuple(dict.fromkeys(mention.entity for mention in self.mentions))

    def of(self, entity: str) -> tuple[Mention, ...]:
        """The mentions of one company."""
        return tuple(mention for mention in self.mentions if mention.entity == entity)


def page_subject(publication: Publication, scanner: Scanner) -> PageSubject:
    """What a page is about, from its title and the last part of its address."""
    in_title = scanner.scan(publication.title, on=publication.published_on)
    slug = re.sub(r"[-_]+", " ", unquote(urlsplit(publication.url).path.rstrip("/").rpartition("/")[2]))
    in_slug = scanner.scan(slug, on=publication.published_on)
    entities = tuple(dict.fromkeys(m.entity for m in (*in_title, *in_slug) if m.method != "fuzzy"))
    rest = publication.title
    for mention in reversed(in_title):
        rest = rest[: mention.start] + " " + rest[mention.end :]
    return PageSubject(entities, alone=len(entities) == 1 and bool(in_title) and len(words(rest)) <= 3)


def resolve(
    text: str, units: Sequence[Unit], mentions: Sequence[Mention], page: PageSubject, lexicon: Lexicon
) -> tuple[Subjects, ...]:
    """The units that are about a watched company, with their subjects, in order."""
    if not mentions and not page.entities:
        return ()
    found: list[Subjects] = []
    focus = page.entities
    seen: dict[str, None] = dict.fromkeys(page.entities)
    anywhere = tuple(dict.fromkeys(m.entity for m in mentions))
    told: frozenset[str] = frozenset()
    starts = [mention.start for mention in mentions]
    stand_ins = lexicon.stand_ins(fold(text), [(unit.start, unit.end) for unit in units])
    paragraph = -1
    near = False
    last_named = 0
    for at, unit in enumerate(units):
        if unit.paragraph != paragraph:
            near, paragraph = page.alone, unit.paragraph
        named = tuple(mentions[bisect_left(starts, unit.start) : bisect_left(starts, unit.end)])
        if named:
            told = _figures(fold(text[unit.start : unit.end]), lexicon)
            focus = tuple(dict.fromkeys(m.entity for m in named))
            seen |= dict.fromkeys(focus)
            near = True
            last_named = at
            found.append(Subjects(unit, named))
            continue
        far = not near and not page.alone
        if far and at not in stand_ins:
            continue  # far from any name, and no word that could stand for one
        folded = fold(text[unit.start : unit.end])
        if far and not lexicon.hits("all", folded) and not lexicon.hits("one", folded):
            continue
        both = lexicon.hits("all", folded)
        others = (bool(focus) or both) and bool(_OTHERS.search(text, unit.start, unit.end))
        entities = _carried(folded, unit, focus, tuple(seen), page, near, lexicon, others)
        if not entities and not others and both:
            entities = anywhere  # "the two makers", named only later
        if not entities and near and told and (_figures(folded, lexicon) & told or _BARE_FIGURE.search(folded)):
            entities = focus
        pointed = bool(entities)
        if pointed or (focus and near and unit.kind == "sentence" and at - last_named <= _REACH):
            carried = tuple(Mention(e, unit.start, unit.end, "", "carried", "") for e in entities or focus)
            found.append(Subjects(unit, carried, pointed, at - last_named))
        near = near or pointed
    return tuple(found)


def _figures(folded: str, lexicon: Lexicon) -> frozenset[str]:
    """The kinds of figures that a unit gives; a further figure of the same kind is about the same company."""
    told = lexicon.touched(folded)
    return frozenset(predicate for predicate, _, cue in told if predicate in _FIGURES and cue.hits(folded))


def _carried(
    folded: str, unit: Unit, focus: tuple[str, ...], seen: tuple[str, ...], page: PageSubject, near: bool,
    lexicon: Lexicon, named_others: bool,
) -> tuple[str, ...]:  # fmt: skip
    if not focus or unit.kind == "row":
        return ()
    if named_others and all(start for start, _ in lexicon.spans("matter", folded)):
        return ()
    if lexicon.hits("all", folded):
        return focus if len(focus) > 1 or len(seen) < 2 else seen
    if lexicon.hits("one", folded):
        if re.search(r"\b(?:the former|førstnevnte|førstnemnde)\b", folded):
            return focus[:1]
        if re.search(r"\b(?:the latter|sistnevnte|sistnemnde)\b", folded):
            return focus[-1:]
        single = len(page.entities) == 1 and page.entities[0] in focus
        return page.entities if single and len(focus) > 1 else focus
    if near and lexicon.hits("matter", folded):
        return focus
    if near and any(name in MEASURES and cue.hits(folded) for name, _, cue in lexicon.touched(folded)):
        return focus
    if page.alone and (lexicon.hits("undo", folded) or any(cue.hits(folded) for _, _, cue in lexicon.touched(folded))):
        return page.entities
    return ()

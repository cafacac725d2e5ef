"""The short ways that comparing takes give what the plain ways give: folding, places, cues, and leaving pages alone."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from claimwatch.claims import Comparer, places
from claimwatch.claims.gazetteer import BODIES, MORE_BODIES, NAMES, TOWNS
from claimwatch.claims.patterns import Anchors, Classes, compile_cue
from claimwatch.claims.text import fold
from claimwatch.claims.triggers import Triggers
from claimwatch.errors import BaselineInvalid
from claimwatch.models import Baseline, Publication, SourceClass

_EDGE = "a-zæøå0-9"
_COUNTRIES = frozenset(
    form
    for language in ("en", "nb", "nn", "zh")
    for name in Locale(language).territories.values()
    for form in (fold(name), fold(name).replace(" & ", " and "), fold(name).split(" (")[0])
)
_SAID = (
    "the british, uk united kingdom's kingdom norges norge norges bank sør-korea usa u.s. u.s.a. america england "
    "new zealand's zealand west bank bank council commonwealth congresswoman congress china's commerce ministry "
    "commerce secretary uyghurs uyghur human rights project ap7 ap2 ili 中国 英国 在 (england) turkey"
)
_TOLD = "the ban on sales bans was not lifted removed from it list"
_WORDS = st.one_of(
    st.sampled_from(_SAID.split(" ")),
    st.sampled_from(sorted(re.sub(r"[^a-zæøå .'-]", "", forms.split("|")[0]) for forms in {**NAMES, **TOWNS}.values())),
    st.sampled_from(sorted(_COUNTRIES)),
)
_TEXTS = st.lists(st.tuples(_WORDS, st.sampled_from([" ", " ", "'s ", "s ", ", ", "", "x "])), max_size=12).map(
    lambda pieces: "".join(word + gap for word, gap in pieces)
)


@cache
def _expression(*tables: tuple[bool, Mapping[str, str]]) -> tuple[re.Pattern[str], list[tuple[str, bool]]]:
    rows = [(code, named, forms) for named, table in tables for code, forms in table.items()]
    union = "|".join(f"((?:{forms})(?![{_EDGE}]))" for _, _, forms in rows)
    return re.compile(f"(?<![{_EDGE}])(?:{union})"), [(code, named) for code, named, _ in rows]


def _by_expression(text: str, *tables: tuple[bool, Mapping[str, str]]) -> Iterator[tuple[str, int, int, bool]]:
    """The places of a gazetteer as one expression over all its forms finds them."""
    expression, rows = _expression(*((named, _Frozen(table)) for named, table in tables))
    for match in expression.finditer(fold(text)):
        code, named = rows[(match.lastindex or 0) - 1]
        yield code, match.start(), match.end(), named


class _Frozen(dict[str, str]):
    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self))


@given(_TEXTS)
def test_places_are_those_that_one_expression_over_all_forms_finds(text: str) -> None:
    near, far = _places(places.find(text)), _places(places.wider(text))
    named = list(_by_expression(text, (True, NAMES), (False, BODIES)))
    further = list(_by_expression(text, (True, TOWNS), (False, MORE_BODIES)))
    for found, due in ((near, named), (far, [*further, *near])):
        for place in due:
            over = [other for other in (*near, *far) if other[1] < place[2] and place[1] < other[2]]
            assert place in found or any(other[2] - other[1] >= place[2] - place[1] for other in over)
        for code, start, end, _ in found:
            said = fold(text)[start:end]
            assert (code, start, end) in {p[:3] for p in (*named, *further)} or _is_country(said)
        assert all(first[2] <= second[1] for first, second in pairwise(found))


def _places(found: Iterable[places.Place]) -> list[tuple[str, int, int, bool]]:
    return [(place.code, place.start, place.end, place.named) for place in found]


def _is_country(said: str) -> bool:
    return any(form in _COUNTRIES for form in (said, said.removesuffix("s"), said.removesuffix("'s")))


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("AaÅå ’“–`｀\n\t\u00adＡ1")), max_size=60))
def test_a_text_folds_as_its_characters_do(text: str) -> None:
    # With one letter beyond ASCII at hand, for ASCII alone leaves the grave accent as it is.
    assert fold(text + "ø") == "".join(fold(char + "ø")[0] for char in text) + "ø"


@given(st.lists(st.sampled_from(_TOLD.split()), max_size=12))
def test_a_cue_is_where_its_expression_is(said: list[str]) -> None:
    known = Anchors()
    cues = [
        compile_cue([pattern], Classes({"goods": ["sales", "list"]}), known)
        for pattern in ("ban*", "(was|were) not", "lift*", "on @goods", "removed .. list", "it & !list")
    ]
    text = " ".join(said)
    standing = known.awake(text)
    for cue in cues[:-1]:
        assert cue.plain is not None
        found = tuple(match.span() for match in cue.plain.expression.finditer(text))
        assert cue.spans(text) == found
        assert cue in standing or not found
    assert cues[-1].hits(text) == ("it" in said and "list" not in said)


def test_a_broken_pattern_is_named_when_checked_and_when_a_text_needs_it(baseline: Baseline) -> None:
    broken = Triggers(replace(baseline, triggers={"en": {"cues": {"undo": ["lift (open"]}}}))
    with pytest.raises(BaselineInvalid, match=r"triggers/en.yaml: undo: .*\(open"):
        broken.check()
    unknown = Comparer(replace(baseline, triggers={"en": {"cues": {"undo": ["lift @nothing"]}}}))
    with pytest.raises(BaselineInvalid, match=r"undo: 'lift @nothing': no word class 'nothing'"):
        unknown.check()
    lexicon = broken.of("en")
    assert not lexicon.hits("undo", "nothing of the kind")
    with pytest.raises(BaselineInvalid, match=r"triggers/en\.yaml: undo"):
        lexicon.hits("undo", "they lift it")


def test_a_page_that_names_nobody_watched_is_left_alone(comparer: Comparer) -> None:
    text = "The company withdrew its bid.\n\nBoth makers deny it. The ban was lifted on 3 May 2024."
    page = Publication("press", "1", "https://press.example/1", "A page", "article", "en", text)
    assert comparer.publication(page, SourceClass.PRESS) == ()
    assert comparer.publication(replace(page, title="Dahua withdraws"), SourceClass.PRESS)

"""The short ways that comparing takes give what the plain ways give: folding, places, cues, and leaving pages alone."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import accumulate, chain, islice, pairwise
from pathlib import Path

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from claimwatch.claims import Comparer, counts, dates, places, quantities
from claimwatch.claims.gazetteer import BODIES, COMMON, MORE_BODIES, NAMES, TOWNS
from claimwatch.claims.patterns import Anchors, Classes, Cue, compile_cue
from claimwatch.claims.sentences import split
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
        said = text[match.start() : match.end()].split()
        if " ".join(said).lower() not in COMMON or not said[-1][0].islower():  # "the bank" may be any
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


_PATTERNS = (
    "ban*", "*s", "b?n", "b[ae]n", "the ban", "it", "^the", "^(the )?(ban|list)", "(was|were) not",
    "(was |were )?lifted", "lift*", "on @goods", "@goods on", "the (@goods|ban*) (from|on)", "removed .. list",
    "not ... (it|ban)", "the bans-on", "the ban's",
    "(the|on) (sales|ban|bans|list) (was|were|from|on|it|not) (on|it|the)", "it & !list",
)  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.sampled_from(_TOLD.split()), st.sampled_from([" ", " ", "  ", "-", ", ", ". ", "'s ", "s ", "ø "])
        ),
        max_size=12,
    )
)
def test_a_cue_is_where_its_expression_is(said: list[tuple[str, str]]) -> None:
    known = Anchors()
    cues = [compile_cue([pattern], Classes({"goods": ["sales", "list*"]}), known) for pattern in _PATTERNS]
    text = "".join(word + gap for word, gap in said)
    standing = known.awake(text)
    for cue in cues[:-1]:
        assert cue.plain is not None
        found = tuple(match.span() for match in cue.plain.expression.finditer(text))
        assert cue.spans(text) == found
        assert cue in standing or not found
    words = re.findall(r"\w+", text)
    assert cues[-1].hits(text) == ("it" in words and "list" not in words)


def test_spans_are_read_for_cues_in_one_go() -> None:
    known = Anchors()
    for pattern in ("the (firm|maker)", "^it"):
        compile_cue([pattern], Classes({}), known)
    pieces = ("the ban. ", "“it” stays. ", "so it does. ", "of the - maker: ", "the ", "firm. ", "é: it, the firm.")
    ends = list(accumulate(map(len, pieces)))
    spans = list(zip([0, *ends[:-1]], ends, strict=True))
    assert known.possible("".join(pieces), spans) == {1, 3, 6}
    assert known.possible("", []) == set()


def test_spans_are_all_read_where_a_pattern_promises_no_word() -> None:
    known = Anchors()
    compile_cue(["it"], Classes({}), known)
    assert known.possible("it is", [(0, 2), (3, 5)]) == {0}
    compile_cue(["*"], Classes({}), known)
    assert known.possible("it is", [(0, 2), (3, 5)]) == {0, 1}


def _stands(cue: Cue, folded: str) -> bool:
    """Whether a cue stands in a folded text, read by its expressions alone."""
    if cue.plain is not None and cue.plain.expression.search(folded):
        return True
    return any(
        all(part.expression.search(folded) for part in wanted)
        and not any(part.expression.search(folded) for part in barred)
        for wanted, barred in cue.joined
    )


@pytest.mark.parametrize("language", ["en", "nb", "zh-Hans"])
def test_no_cue_of_the_baseline_stands_where_it_is_not_looked_for(baseline: Baseline, language: str) -> None:
    lexicon = Triggers(baseline).of(language)
    named = chain(lexicon.cues.values(), lexicon.undo_only.values())
    cues = [*chain.from_iterable(named), *(cue for _, _, cue in lexicon.topics)]
    for path in sorted(Path(__file__).resolve().parents[2].joinpath("benchmarks", "corpus").glob("*.jsonl")):
        documents = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
        for document in islice((d for d in documents if d["language"] == language), 8):
            for unit in split(document["text"]):
                folded = fold(document["text"][unit.start : unit.end])
                awake = lexicon.awake(folded)
                assert not any(_stands(cue, folded) for cue in cues if cue not in awake)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the ban was lifted on monday's terms", "2024-05-06"),
        ("the ban was lifted yesterday", "2024-05-06"),
        ("the ban was lifted last year", "2023"),
        ("forbodet blei oppheva i fjor", "2023"),
        ("the ban was lifted in march", "2024-03"),
        ("the ban was lifted four years ago", "2020"),
        ("the ban ends in the 2nd", None),
        ("the ban was lifted", None),
    ],
)
def test_a_date_is_found_without_a_digit(text: str, found: str | None) -> None:
    assert next((moment.on for moment in dates.find(text, date(2024, 5, 7))), None) == found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("it sold twelve cameras", 12.0),
        ("tens of thousands of cameras", 10_000.0),
        ("millions of cameras", 1_000_000.0),
        ("half a million cameras", 500_000.0),
        ("a thousand cameras", 1000.0),
        ("1,234 cameras", 1234.0),
        ("cameras of the maker", None),
    ],
)
def test_an_amount_is_found_without_a_digit(text: str, value: float | None) -> None:
    assert next((amount.value for amount in quantities.find(text)), None) == value


@pytest.mark.parametrize(("text", "value"), [("a third of them", 33.0), ("two makers", 2.0), ("its makers", None)])
def test_a_count_is_found_without_a_digit(text: str, value: float | None) -> None:
    assert next((amount.value for amount in counts.find(text, "en")), None) == value


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
        lexicon.hits("undo", "they lift open ones")


def test_a_page_that_names_nobody_watched_is_left_alone(comparer: Comparer) -> None:
    text = "The company withdrew its bid.\n\nBoth makers deny it. The ban was lifted on 3 May 2024."
    page = Publication("press", "1", "https://press.example/1", "A page", "article", "en", text)
    assert comparer.publication(page, SourceClass.PRESS) == ()
    assert comparer.publication(replace(page, title="Dahua withdraws"), SourceClass.PRESS)

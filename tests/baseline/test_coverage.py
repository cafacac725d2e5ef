"""Where a change of each claim would show: the project's own map, and every kind of fault in one."""

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from claimwatch.baseline import load_baseline
from claimwatch.baseline.coverage import Cover, CoverageMap, load_coverage
from claimwatch.errors import BaselineInvalid
from claimwatch.models import Baseline, Expectation, Limits, SourceClass, SourceSpec, StartPage
from claimwatch.sources import load_sources

ROOT = Path(__file__).parents[2]
ON = SourceSpec(
    slug="polled",
    name="A source",
    home="https://on.example/",
    source_class=SourceClass.OFFICIAL,
    parser="parsers.feed",
    every=timedelta(hours=1),
    skip_older=True,
    pages=(StartPage("feed", "https://on.example/feed/", "feed"),),
    limits=Limits(),
    expect=Expectation(),
    terms="none",
    terms_read_on=date(2026, 11, 22),
)
SOURCES = {"polled": ON, "dormant": replace(ON, slug="dormant", enabled=False)}
BLANKS = "blanks: {press: the newspapers}\n"
Load = Callable[[str], CoverageMap]


@pytest.fixture(scope="module")
def baseline() -> Baseline:
    """Two claims of the project's own: A03 is time-bound, A07 is not."""
    whole = load_baseline(ROOT / "baselines")
    return replace(whole, claims={id_: whole.claims[id_] for id_ in ("A03", "A07")})


@pytest.fixture
def load(tmp_path: Path, baseline: Baseline) -> Load:
    """Loads a map of the two claims; a text without blanks gets one."""

    def loading(text: str, sources: Mapping[str, SourceSpec] = SOURCES) -> CoverageMap:
        text = text if "blanks:" in text else BLANKS + text
        (tmp_path / "coverage.yaml").write_text(text, encoding="utf-8")
        return load_coverage(tmp_path, baseline, sources)

    return loading


def test_every_claim_of_the_project_has_its_line() -> None:
    baseline, sources = load_baseline(ROOT / "baselines"), load_sources(ROOT / "sources.yaml")
    coverage = load_coverage(ROOT / "baselines", baseline, sources)
    assert [line.claim for line in coverage.claims] == list(baseline.claims)
    for line in coverage.claims:
        assert line.why
        assert set(line.sources) | set(line.second_hand) <= set(sources)
        assert set(line.blanks) <= set(coverage.blanks)
        if baseline.claims[line.claim].time_bound:
            assert line.cover is not Cover.TIMELESS
            assert line.sources or line.second_hand or line.blanks
    assert coverage.off == {slug for slug in coverage.off if not sources[slug].enabled}
    assert sum(coverage.count(cover) for cover in Cover) == len(baseline.claims)


def test_the_map_names_every_source_that_is_polled() -> None:
    """One that no claim needs would be polled for nothing, or has been forgotten here."""
    baseline, sources = load_baseline(ROOT / "baselines"), load_sources(ROOT / "sources.yaml")
    lines = load_coverage(ROOT / "baselines", baseline, sources).claims
    named = {slug for line in lines for slug in (*line.sources, *line.second_hand)}
    assert set(sources) <= named


def test_the_map_is_no_part_of_the_version(tmp_path: Path) -> None:
    root = tmp_path / "baselines"
    shutil.copytree(ROOT / "baselines", root)
    before = load_baseline(root).version
    (root / "coverage.yaml").write_text("anything", encoding="utf-8")
    assert load_baseline(root).version == before


@pytest.mark.parametrize(
    ("group", "cover"),
    [
        ("sources: [polled]", Cover.COVERED),
        ("sources: [dormant, polled]", Cover.COVERED),
        ("sources: [polled], blank: [press]", Cover.COVERED),
        ("sources: [dormant]", Cover.ENABLING),
        ("sources: [dormant], second_hand: [polled]", Cover.ENABLING),
        ("second_hand: [polled], blank: [press]", Cover.REPEATED),
        ("second_hand: [dormant], blank: [press]", Cover.BLANK),
        ("blank: [press]", Cover.BLANK),
    ],
)
def test_how_well_a_claim_is_watched(load: Load, group: str, cover: Cover) -> None:
    coverage = load(
        f"claims: [{{claims: [A03], {group}, why: x}}, {{claims: [A07], blank: [press], timeless: false, why: x}}]"
    )
    assert coverage.claims[0].cover is cover
    assert coverage.claims[1].cover is Cover.BLANK
    assert coverage.count(cover, time_bound=True) == 1


def test_sources_that_are_off_are_named(load: Load) -> None:
    coverage = load("claims: [{claims: [A03, A07], sources: [polled, dormant], blank: [press], why: x}]")
    assert coverage.off == {"dormant"}


TIMELESS = "{claims: [A07], timeless: true, why: it is past}"
FINE = "{claims: [A03], sources: [polled], blank: [press], why: x}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"claims: [{TIMELESS}]", "no line for A03"),
        (f"claims: [{TIMELESS}, {FINE}, {FINE}]", "group 3 (A03): A03 stands in an earlier group already"),
        (f"claims: [{TIMELESS}, {FINE}, {{claims: [Z99], blank: [press], why: x}}]", "there is no claim 'Z99'"),
        (f"claims: [{TIMELESS}, {{claims: [A03], sources: [nowhere], why: x}}]", "there is no source 'nowhere'"),
        (f"claims: [{TIMELESS}, {{claims: [A03], blank: [radio], why: x}}]", "'radio' is not among the blanks"),
        (f"claims: [{TIMELESS}, {{claims: [A03], why: x}}]", "group 2 (A03): name sources, second_hand or blank"),
        (f"claims: [{FINE}, {{claims: [A07], timeless: true, sources: [polled], why: x}}]", "or else say timeless"),
        ("claims: [{claims: [A03, A07], timeless: true, why: x}]", "A03 is time-bound and cannot be timeless"),
        (f"claims: [{TIMELESS}, {{claims: [A03], sources: [polled], second_hand: [polled], why: x}}]", "at once"),
        (f"claims: [{TIMELESS}, {{claims: [A03], sources: [polled], why: ''}}]", "group 2: why"),
        (f"claims: [{TIMELESS}, {{claims: [A03], source: [polled], why: x}}]", "group 2: source: Extra inputs"),
        (f"claims: [{TIMELESS}, {{claims: [A03], sources: [polled], why: x}}]", "no claim names 'press'"),
        ("claims: []", "'claims' is missing or empty"),
        ("blanks: {}\nclaims: []", "'blanks' is missing or empty"),
        (BLANKS + BLANKS, "'blanks' stands twice"),
    ],
)
def test_a_fault_is_named(load: Load, text: str, says: str) -> None:
    with pytest.raises(BaselineInvalid) as caught:
        load(text)
    assert says in str(caught.value)
    assert "coverage.yaml" in str(caught.value)


def test_a_map_that_is_not_there_is_said(tmp_path: Path, baseline: Baseline) -> None:
    with pytest.raises(BaselineInvalid, match=r"coverage\.yaml: cannot be read"):
        load_coverage(tmp_path, baseline, SOURCES)


def test_the_page_says_the_numbers_that_are_printed() -> None:
    baseline, sources = load_baseline(ROOT / "baselines"), load_sources(ROOT / "sources.yaml")
    coverage = load_coverage(ROOT / "baselines", baseline, sources)
    page = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    said = {row[0]: (int(row[1]), int(row[2])) for row in re.findall(r"^\| ([a-z ]+) \| (\d+) \| (\d+) \|", page, re.M)}
    bound = sum(claim.time_bound for claim in baseline.claims.values())
    assert said.pop("all") == (len(baseline.claims), bound)
    assert said == {cover.value: (coverage.count(cover), coverage.count(cover, time_bound=True)) for cover in Cover}
    weak = sum(coverage.count(cover, time_bound=True) for cover in (Cover.REPEATED, Cover.BLANK))
    assert f"{weak} of the {bound} claims that time can change" in " ".join(page.split())

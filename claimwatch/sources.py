"""sources.yaml into `SourceSpec`s, or an error that names the source, the key and what is wrong with it."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from claimwatch.errors import SourcesInvalid
from claimwatch.models import Expectation, Limits, SourceClass, SourceSpec, StartPage

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _duration(value: object) -> object:
    match = re.fullmatch(r"(\d+)([smhd])", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write a duration as a number and s, m, h or d, such as 6h")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


Duration = Annotated[timedelta, BeforeValidator(_duration)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Page(_Strict):
    kind: str
    group: str
    url: str = Field(pattern=r"^https?://")
    probe: bool = False


class _Limits(_Strict):
    max_bytes: int = Field(25_000_000, gt=0)
    timeout: Duration = timedelta(seconds=60)
    pace: Duration = timedelta(seconds=1)
    max_pages: int = Field(500, gt=0)


class _Expect(_Strict):
    min: int = Field(1, ge=0)
    max: int | None = None
    max_shrink: float = Field(0.2, ge=0, le=1)
    stale_after: Duration | None = None


class _Terms(_Strict):
    read_on: date
    note: str


class _Source(_Strict):
    name: str
    home: str
    class_: Literal["official", "ngo", "press"] = Field(alias="class")
    parser: str = Field(pattern=r"^[a-z_]+(\.[a-z_]+)+$")
    every: Duration
    skip_older: bool
    pages: list[_Page] = Field(min_length=1)
    limits: _Limits = _Limits()
    expect: _Expect = _Expect()
    terms: _Terms


def load_sources(path: Path) -> dict[str, SourceSpec]:
    """The sources by slug, in file order. Raises `SourcesInvalid` with every fault found, one a line."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SourcesInvalid(f"{path}: {error}") from error
    if not isinstance(raw, dict) or not raw:
        raise SourcesInvalid(f"{path}: holds no sources; it should map slugs to sources")
    specs: dict[str, SourceSpec] = {}
    faults: list[str] = []
    for slug, entry in raw.items():
        if not isinstance(slug, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", slug):
            faults.append(f"{slug!r}: a slug is lower-case letters, digits and _")
            continue
        try:
            specs[slug] = _spec(slug, _Source.model_validate(entry))
        except ValidationError as error:
            faults += [f"{slug}.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    if faults:
        raise SourcesInvalid(f"{path}:\n  " + "\n  ".join(faults))
    return specs


def _spec(slug: str, source: _Source) -> SourceSpec:
    limits, expect = source.limits, source.expect
    return SourceSpec(
        slug=slug,
        name=source.name,
        home=source.home,
        source_class=SourceClass(source.class_),
        parser=source.parser,
        every=source.every,
        skip_older=source.skip_older,
        pages=tuple(StartPage(kind=p.kind, url=p.url, group=p.group, probe=p.probe) for p in source.pages),
        limits=Limits(
            max_bytes=limits.max_bytes,
            timeout_s=limits.timeout.total_seconds(),
            pace_s=limits.pace.total_seconds(),
            max_pages=limits.max_pages,
        ),
        expect=Expectation(
            min_items=expect.min, max_items=expect.max, max_shrink=expect.max_shrink, stale_after=expect.stale_after
        ),
        terms=source.terms.note,
        terms_read_on=source.terms.read_on,
    )

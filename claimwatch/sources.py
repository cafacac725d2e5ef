"""sources.yaml into `SourceSpec`s, or an error that names the source, the key and what is wrong with it."""

import importlib
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from claimwatch.errors import SourcesInvalid
from claimwatch.models import (
    Expectation,
    Limits,
    Options,
    ParserOption,
    SourceClass,
    SourceSpec,
    StartPage,
)

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
    enabled: bool = True
    recheck: Duration | None = None
    pages: list[_Page] = Field(min_length=1)
    options: dict[str, str | list[str]] = {}
    limits: _Limits = _Limits()
    expect: _Expect = _Expect()
    terms: _Terms


def load_sources(path: Path, *, options: bool = True) -> dict[str, SourceSpec]:
    """The sources by slug, in file order. Raises `SourcesInvalid` with every fault found, one a line.

    Without `options` those are not held against what the parsers take, and no parser is loaded: for who needs names.
    """
    try:
        # libyaml: with the loader in Python, two hundred sources take most of a second.
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
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
            specs[slug] = spec = _spec(slug, _Source.model_validate(entry))
        except ValidationError as error:
            faults += [f"{slug}.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
            continue
        if all(page.probe for page in spec.pages):
            faults.append(f"{slug}.pages: all are probes; a read needs one page that has to be there")
        if options:
            faults += [f"{slug}.options{fault}" for fault in _option_faults(spec, entry.get("options") or {})]
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
        enabled=source.enabled,
        recheck=source.recheck,
        options=Options(
            tuple(
                (name, (texts,) if isinstance(texts, str) else tuple(texts)) for name, texts in source.options.items()
            )
        ),
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


def _option_faults(spec: SourceSpec, written: Mapping[str, str | list[str]]) -> Iterator[str]:
    """What is wrong with the options of a source, by what its parser says that it takes. Only these load a parser."""
    if not written:
        return
    try:
        parser = importlib.import_module(spec.parser)
    except ImportError as error:
        yield f": cannot import the parser {spec.parser!r}, which they are for: {error}"
        return
    known: dict[str, ParserOption] = {option.name: option for option in getattr(parser, "OPTIONS", ())}
    sound = True
    for name, texts in written.items():
        option = known.get(name)
        if option is None:
            yield f".{name}: {spec.parser} takes no such option; it takes {', '.join(known) or 'none'}"
        elif isinstance(texts, list) and not option.many:
            yield f".{name}: takes one text, not a list"
        elif not texts or not all(texts):
            yield f".{name}: is empty; leave it out or give it a value"
        else:
            continue
        sound = False
    for option in known.values():
        if option.required and option.name not in written:
            yield f": {spec.parser} needs the option {option.name}: {option.about}"
            sound = False
    if sound and hasattr(parser, "faults"):
        yield from (f": {fault}" for fault in parser.faults(spec.options))

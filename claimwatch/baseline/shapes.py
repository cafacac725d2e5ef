"""What each file of a baseline must look like, item by item; what ties the files together is checked in `checks`."""

import re
from datetime import date
from typing import Annotated, Literal

from babel import Locale
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

SUBDIVISIONS = frozenset({"CN-XJ", "GB-ENG", "GB-LND", "GB-NIR", "GB-SCT", "GB-WLS", "DK-84"})
SEVERITIES = ("S1", "S2", "S3", "S4", "S5")
UNTYPED = "untyped"

_BOOLEANS = "YAML reads NO, no, on, off and yes as true or false: put it in quotes, such as 'NO'"


def _place(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError(f"{value} is not a place; {_BOOLEANS}")
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a place: write an ISO 3166 code in quotes")
    territories = Locale("en").territories
    if value in SUBDIVISIONS or value == "world" or (re.fullmatch("[A-Z]{2}", value) and value in territories):
        return value
    raise ValueError(
        f"{value!r} is not a known place: use an ISO 3166 code, EU, world or {', '.join(sorted(SUBDIVISIONS))}"
    )


def _as_of(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _iso_date(value: str) -> str:
    if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", value):
        raise ValueError(f"{value!r} is not a date: write '2019', '2019-10' or '2019-10-09'")
    date.fromisoformat(value + "-01-01"[len(value) - 4 :])
    return value


def _flat(value: object) -> object:
    if not isinstance(value, list):
        return value
    return [word for item in value for word in (item if isinstance(item, list) else [item])]


def _joined(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


Place = Annotated[str, BeforeValidator(_place)]
AsOf = Annotated[str, BeforeValidator(_as_of), AfterValidator(_iso_date)]
Words = Annotated[list[str], BeforeValidator(_flat)]
Span = Annotated[list[int], Field(min_length=2, max_length=2)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DocumentShape(_Strict):
    """The metadata file beside a document."""

    id: str = Field(min_length=1)
    title: str
    kind: str
    publisher: str | None
    date: date | None
    language: Literal["en", "nb", "nn", "zh-Hans"]
    rights: str = Field(min_length=1)


class AliasShape(_Strict):
    """One row of `aliases` in companies.yaml."""

    name: str = Field(min_length=2)
    kind: Literal["legal", "short", "brand", "subsidiary", "transliteration", "misspelling", "code"]
    script: Literal["Latn", "Hans", "Hant", "Jpan", "Cyrl"] = "Latn"
    ambiguous: bool = False
    presumed: bool = False
    cues: Words = []
    denials: Words = []
    not_before: Words = []
    not_after: Words = []
    valid_from: date | None = None
    valid_to: date | None = None
    listed_on: date | None = None
    evidence: str = ""
    verify: bool = False

    @model_validator(mode="after")
    def _coherent(self) -> "AliasShape":
        if self.ambiguous and not self.cues:
            raise ValueError("an ambiguous form needs cues")
        if not self.ambiguous and (self.cues or self.denials or self.presumed):
            raise ValueError("cues, denials and presumed belong to ambiguous forms only")
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError("valid_from is later than valid_to")
        if not (self.evidence or self.verify):
            raise ValueError("say where the form was seen (evidence), or mark it verify: true")
        return self


class CompanyShape(_Strict):
    """One entry of `companies` in companies.yaml."""

    name: str
    aliases: list[AliasShape] = Field(min_length=1)
    traps: list[str] = []


class PredicateShape(_Strict):
    """One entry of `predicates` in ontology.yaml."""

    label: str
    group: str
    objects: list[str] = Field(min_length=1)
    units: list[str] = []

    @model_validator(mode="after")
    def _closed(self) -> "PredicateShape":
        if self.objects[-1] != "other" or len(set(self.objects)) != len(self.objects):
            raise ValueError("objects must hold each class once and end with 'other'")
        return self


class ClaimShape(_Strict):
    """One entry of `claims` in claims.yaml."""

    id: str = Field(pattern=r"^[A-Z]\d{2,}[a-z]{0,2}$")
    document: str
    subjects: list[str] = Field(min_length=1)
    predicate: str
    object: Annotated[str, BeforeValidator(_joined)]
    object_class: str
    places: list[Place] = []
    attributed_to: str
    modality: Literal["asserted", "alleged", "quoted", "reported", "hedged", "denied"]
    quote: str = Field(min_length=1)
    span: Span
    value: float | None = Field(default=None, allow_inf_nan=False)
    unit: str | None = None
    comparator: Literal["eq", "approx", "gt", "lt", "order"] | None = None
    as_of: AsOf | None = None
    time_bound: bool = False
    qualifier: str | None = None
    restates: str | None = None
    status: Literal["active", "superseded", "disputed", "withdrawn"] = "active"
    notes: str = ""

    @model_validator(mode="after")
    def _valued(self) -> "ClaimShape":
        given = {self.value is not None, self.unit is not None, self.comparator is not None}
        if len(given) > 1:
            raise ValueError("value, unit and comparator come together or not at all")
        return self

"""The forms of each alias as they stand in folded text: legal forms written in any way, with and without apostrophe.

A name that may bear a legal form is compiled once, as its stem; the scan looks for the legal form behind it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from claimwatch.mentions.fold import fold
from claimwatch.mentions.prefixes import Prefixes
from claimwatch.models import Alias, Company

_LIMITED = [
    lead + company + gap + limited
    for lead, company, gap, limited in product(
        (" ", ", "), ("co", "co.", "company"), (" ", ", ", ","), ("ltd", "ltd.", "limited")
    )
]
_SINGLE = [
    lead + form
    for lead, form in product(
        (" ", ", "),
        (
            *("ltd", "ltd.", "limited", "company", "co", "co.", "corporation", "corp", "corp."),
            *("inc", "inc.", "incorporated", "llc", "gmbh", "bv", "b.v.", "s.r.l."),
            *("pte ltd", "pte. ltd.", "pty ltd", "pty. ltd."),
        ),
    )
]
LEGAL_FORMS = tuple(sorted({*_LIMITED, *_SINGLE, " co.ltd", " co.ltd."}, key=lambda form: (-len(form), form)))
_LEGAL = Prefixes(LEGAL_FORMS)
_LEGAL_STARTS = frozenset(form[:3] for form in LEGAL_FORMS)

# Scripts that write words without spaces between them.
UNSPACED = frozenset({"Hans", "Hant", "Jpan"})
_NAMES = frozenset({"legal", "short", "brand", "subsidiary"})
# From this length on, a name of one word is so distinctive that words which begin with it are compounds of it.
DISTINCTIVE_LENGTH = 8
# Up to this length a name of one word is sought misspelt.
_FUZZY_LENGTH = 11


@dataclass(frozen=True, slots=True)
class Form:
    """One folded surface form. `bounded` forms end at letters and digits; Chinese ones stand among their like.

    `trap` marks a string that holds a name and is not about the company; its alias is None. A `bare` form means the
    company as it stands, a `stem` one with any legal form behind it. `rank`: of two forms of one text the lower one
    counts, so that a form as written wins over one derived from another.
    """

    text: str
    entity: str
    alias: Alias | None
    bounded: bool
    rank: int = 0
    bare: bool = True
    stem: bool = False

    @property
    def trap(self) -> bool:
        return self.alias is None

    @property
    def ambiguous(self) -> bool:
        return self.alias is not None and self.alias.ambiguous

    @property
    def distinctive(self) -> bool:
        """Whether a longer word that begins with the form can only be a compound of it."""
        alias = self.alias
        return (
            alias is not None
            and not alias.ambiguous
            and alias.kind != "code"
            and len(self.text) >= DISTINCTIVE_LENGTH
            and self.text.isalpha()
            and self.bounded
        )


def compile_forms(companies: Iterable[Company]) -> tuple[Form, ...]:
    """Every form of every alias and trap, by text; of one text at most one that is bare and one that is a stem."""
    known = tuple(companies)
    written: dict[str, Form] = {}
    for company in known:
        for trap in company.traps:
            text = fold(trap).strip()
            written.setdefault(text, Form(text, company.slug, None, _is_bounded(text), len(written)))
        for alias in company.aliases:
            text = fold(alias.name).strip()
            written.setdefault(text, Form(text, company.slug, alias, alias.script not in UNSPACED, len(written)))
    bare, stems = dict(written), dict[str, Form]()
    rank = len(written)
    for alias in (alias for company in known for alias in company.aliases):
        for text, stands, takes in _variants(alias):
            rank += 1
            form = Form(text, alias.entity, alias, alias.script not in UNSPACED, rank)
            if stands:
                bare.setdefault(text, form)
            if takes:
                stems.setdefault(text, replace(form, bare=False, stem=True))
    return tuple(sorted((*bare.values(), *stems.values()), key=lambda form: (form.text, form.stem)))


def legal_ends(folded: str, end: int) -> Sequence[int]:
    """Where each legal form ends that stands in a folded text at `end`, the longest first."""
    if folded[end : end + 3] not in _LEGAL_STARTS:
        return ()
    return [end + len(form) for form in _LEGAL.at(folded, end)]


def fuzzy_targets(forms: Iterable[Form]) -> tuple[Form, ...]:
    """Forms long and rare enough for a near miss to mean something: short names of one word."""
    found: dict[str, Form] = {}
    for form in forms:
        alias = form.alias
        short = alias is not None and alias.kind == "short" and form.text == fold(alias.name)
        if short and form.distinctive and len(form.text) <= _FUZZY_LENGTH:
            found.setdefault(form.text, form)
    return tuple(found.values())


def _is_bounded(text: str) -> bool:
    return re.match(r"[a-z0-9\u0400-\u04ff]", text) is not None


def _variants(alias: Alias) -> Iterator[tuple[str, bool, bool]]:
    """The derived texts of an alias: (text, whether it stands alone, whether a legal form may follow it)."""
    text = fold(alias.name).strip()
    if alias.script in UNSPACED:
        # A line break may stand anywhere in a Chinese name.
        yield from ((f"{text[:gap]} {text[gap:]}", True, False) for gap in range(1, len(text)))
        return
    # The second half: a hyphen at the end of a line.
    spellings = {text, text.replace("'", ""), text.replace("'", " "), text.replace("-", "- ")}
    for spelling in sorted(spellings):
        yield spelling, True, False
        if alias.kind not in _NAMES and not _legal_form(spelling):
            continue
        stem = spelling.removesuffix(_legal_form(spelling))
        # One bare word may be anybody's: "Orange S.A." must not become "orange".
        yield stem, " " in stem, True


def _legal_form(text: str) -> str:
    return next((form for form in LEGAL_FORMS if text.endswith(form)), "")

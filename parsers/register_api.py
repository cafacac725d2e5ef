"""Answers of the Federal Register's API: the list in them, and the fields of one result.

Zero hits come without the key `results`; any other answer without it is `SourceChanged`.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import cast

from claimwatch.errors import SourceChanged
from claimwatch.models import Page
from parsers.reading import hyphens, squeeze

SITE = "federalregister.gov"

Result = dict[str, object]


def check_refusal(page: Page, data: Result) -> None:
    """Raises `SourceChanged` where the API says that it will not answer."""
    if "errors" in data or "message" in data:
        said = squeeze(str(data.get("errors") or data.get("message")))
        raise SourceChanged(page.url, f"the API refuses the question: {said}")


def results_of(page: Page, data: Result) -> list[Result]:
    """The results of an answer; raises `SourceChanged` where it is none, or does not hold what it counts."""
    check_refusal(page, data)
    count, results = data.get("count"), data.get("results")
    if not isinstance(count, int):
        raise SourceChanged(page.url, "the answer has no number `count`")
    if results is None and count == 0:
        return []
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise SourceChanged(page.url, f"the answer counts {count} but has no list `results`")
    if count and not results:
        raise SourceChanged(page.url, f"the answer counts {count} and lists none")
    return cast("list[Result]", results)


def report_unknown(results: Iterable[Result], known: frozenset[str], warnings: list[str]) -> None:
    """A warning that counts the keys nobody has looked at: something new may be said in them."""
    unknown = Counter(name for result in results for name in result if name not in known)
    if unknown:
        found = ", ".join(f"{squeeze(name)} ({count})" for name, count in sorted(unknown.items()))
        warnings.append(f"unknown keys in the answer: {found}")


def text_at(result: Result, name: str) -> str:
    """A text field, squeezed; empty where it is null, absent or of another type."""
    value = result.get(name)
    return squeeze(value) if isinstance(value, str) else ""


def number_of(page: Page, result: Result) -> str:
    """The document number of a result, with plain hyphens; raises `SourceChanged` where it has none."""
    number = hyphens(text_at(result, "document_number"))
    if not number:
        raise SourceChanged(page.url, "a result has no document number")
    return number


def web_address(page: Page, address: str) -> str:
    """`address`, or `SourceChanged` where it is no web address."""
    if not re.match(r"https?://[\w.-]+/", address):
        raise SourceChanged(page.url, f"{address!r} is not a web address")
    return address

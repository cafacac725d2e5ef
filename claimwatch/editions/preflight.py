"""What must hold of a mail before it may leave."""

import re
import unicodedata
from collections import Counter
from html.parser import HTMLParser

from claimwatch.editions.render import HTML_BUDGET
from claimwatch.editions.view import counts
from claimwatch.editions.words import words_for
from claimwatch.errors import EditionInvalid
from claimwatch.models import Edition, Outcome, Rendered

_ACTIVE = frozenset(["img", "link", "script", "iframe", "object", "embed", "video", "audio", "source", "form", "base"])
_REMOTE_CSS = re.compile(r"url\s*\(|@import", re.IGNORECASE)


def preflight(edition: Edition, rendered: Rendered) -> None:
    """Raises `EditionInvalid`, naming every fault, when the mail must not leave."""
    page = _Page()
    page.feed(rendered.html)
    page.close()
    faults = [*page.faults, *_size(rendered), *_controls(rendered), *_counts(edition, rendered, page)]
    if page.language != rendered.language:
        faults.append(f"the HTML says it is in {page.language or 'no language'}, the words are {rendered.language}")
    if faults:
        raise EditionInvalid(
            f"edition {edition.series}:{edition.period} must not leave: {'; '.join(faults)}. "
            "Nothing was sent; mend the template or the item named and build it again"
        )


def _size(rendered: Rendered) -> list[str]:
    size = len(rendered.html.encode())
    return [f"its HTML has {size} bytes, the budget is {HTML_BUDGET}"] if size > HTML_BUDGET else []


def _controls(rendered: Rendered) -> list[str]:
    parts = (("subject", rendered.subject, ""), ("HTML", rendered.html, "\n"), ("text", rendered.text, "\n"))
    return [
        f"its {name} holds a control character U+{ord(character):04X}"
        for name, text, allowed in parts
        for character in sorted({c for c in text if not _shows(c) and c not in allowed})
    ]


def _shows(character: str) -> bool:
    # Babel writes no-break and thin spaces; line and paragraph separators are no spaces to a mail program.
    return character.isprintable() or unicodedata.category(character) == "Zs"


def _counts(edition: Edition, rendered: Rendered, page: "_Page") -> list[str]:
    """Subject, HTML and text must tell of the same items."""
    words = words_for(rendered.language)
    due = dict(counts(edition))
    badges = {words.badge[outcome].upper(): outcome for outcome in Outcome if outcome in words.badge}
    in_text = Counter(badges.get(badge) for badge in re.findall(r"^\d+\. (\w+) · ", rendered.text, re.MULTILINE))
    in_subject = {
        outcome: int(re.sub(r"\D", "", found[1]))
        for outcome, form in words.counted.items()
        if (found := re.search(re.escape(form).replace(r"\{\}", r"([\d.,\s]*\d)"), rendered.subject))
    }
    faults = []
    if in_subject != due:
        faults.append(f"its subject counts {_said(in_subject)}, the edition holds {_said(due)}")
    if in_text != due:
        faults.append(f"its text counts {_said(dict(in_text))}, the edition holds {_said(due)}")
    if page.unlisted == 0 and page.items != due:
        faults.append(f"its HTML counts {_said(dict(page.items))}, the edition holds {_said(due)}")
    if page.items.total() + page.unlisted != sum(due.values()):
        faults.append(f"its HTML accounts for {page.items.total() + page.unlisted} of {sum(due.values())} items")
    return faults


def _said(counted: "dict[Outcome, int] | dict[Outcome | None, int]") -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in counted.items()) or "none"


class _Page(HTMLParser):
    """Reads what matters of the HTML part: language, item markers, links, anything that would be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.language: str | None = None
        self.items: Counter[Outcome] = Counter()
        self.unlisted = 0
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes one element."""
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang")
        if "data-item" in given:
            self.items[Outcome(given["data-item"])] += 1
        self.unlisted += int(given.get("data-unlisted", 0))
        if tag in _ACTIVE or "src" in given or "background" in given:
            self.faults.append(f"its HTML holds <{tag}>, which mail programs may fetch or run")
        if _REMOTE_CSS.search(given.get("style", "")):
            self.faults.append(f"a style of <{tag}> would be fetched")
        if "href" in given and not given["href"].startswith(("https://", "http://")):
            self.faults.append(f"a link goes to {given['href']!r}, which is not a web address")

    def handle_data(self, data: str) -> None:
        """Looks into style sheets."""
        if self.cdata_elem == "style" and _REMOTE_CSS.search(data):
            self.faults.append("its style sheet would fetch something")

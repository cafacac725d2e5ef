"""What must hold of a mail before it may leave."""

import re
import unicodedata
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urlsplit

from claimwatch.editions.calendar import RECORD
from claimwatch.editions.display import clean, safe_link
from claimwatch.editions.headlines import headline
from claimwatch.editions.languages import words_for
from claimwatch.editions.render import HTML_BUDGET
from claimwatch.editions.selection import fresh
from claimwatch.editions.subject import counts
from claimwatch.editions.words import Words
from claimwatch.errors import EditionInvalid
from claimwatch.models import Edition, Item, Outcome, Rendered

_ACTIVE = frozenset(["img", "link", "script", "iframe", "object", "embed", "video", "audio", "source", "form", "base"])
_REMOTE_CSS = re.compile(r"url\s*\(|@import", re.IGNORECASE)
_SHOWN = 60  # characters of a headline that must stand in both parts: a short alert cuts it


def preflight(edition: Edition, rendered: Rendered, again: Rendered | None = None, public_url: str = "") -> None:
    """Raises `EditionInvalid`, naming every fault, when the mail must not leave.

    `again` is the same edition rendered a second time, which must be the same bytes. A link goes to a web address of a
    source of the edition, or to a page below `public_url`; beyond those only https.
    """
    page = _Page()
    page.feed(rendered.html)
    page.close()
    faults = [*page.faults, *_size(rendered), *_hidden(rendered), *_counts(edition, rendered, page)]
    faults += _links(edition, page, public_url) + _items(edition, rendered, page)
    for said, where in ((page.language, "the HTML"), (page.wrapper, "the body of the HTML")):
        if said != rendered.language:
            faults.append(f"{where} says it is in {said or 'no language'}, the words are {rendered.language}")
    if again is not None and again != rendered:
        faults.append("rendered a second time it is another mail")
    if faults:
        raise EditionInvalid(
            f"edition {edition.series}:{edition.period} must not leave: {'; '.join(faults)}. "
            "Nothing was sent; mend the template or the item named and build it again"
        )


def _size(rendered: Rendered) -> list[str]:
    size = len(rendered.html.encode())
    return [f"its HTML has {size} bytes, the budget is {HTML_BUDGET}"] if size > HTML_BUDGET else []


def _hidden(rendered: Rendered) -> list[str]:
    """Controls, and what reorders or hides text: bidi marks and zero-width characters."""
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
    """Subject, HTML and text must tell of as many items of each outcome."""
    words = words_for(rendered.language)
    due = dict(counts(edition))
    total = sum(due.values())
    badges = {words.badge[outcome].upper(): outcome for outcome in Outcome if outcome in words.badge}
    in_text = Counter(badges.get(badge) for badge in re.findall(r"^\d+\. ([^·\n]+) · ", rendered.text, re.MULTILINE))
    in_subject = {
        outcome: count for outcome, forms in words.counted.items() if (count := _counted(rendered.subject, forms))
    }
    more = _counted(rendered.subject, words.more)
    faults = []
    if any(due.get(outcome) != count for outcome, count in in_subject.items()) or (
        sum(in_subject.values()) + more != total
    ):
        said = f"{_said(in_subject)}{f' and {more} more' if more else ''}"
        faults.append(f"its subject counts {said}, the edition holds {_said(due)}")
    if in_text != due:
        faults.append(f"its text counts {_said(dict(in_text))}, the edition holds {_said(due)}")
    if page.unlisted == 0 and page.items != due:
        faults.append(f"its HTML counts {_said(dict(page.items))}, the edition holds {_said(due)}")
    if page.items.total() + page.unlisted != total:
        faults.append(f"its HTML accounts for {page.items.total() + page.unlisted} of {total} items")
    return faults


def _counted(subject: str, forms: tuple[str, str]) -> int:
    """The number that a subject gives in one of these forms; 0 where it gives none."""
    for form in dict.fromkeys(forms):
        ending = re.escape(form).replace(r"\{\}", r"(\d[\d.,\s\u00a0]*)")
        if found := re.search(rf"(?<![\w.,]){ending}(?!\w)", subject):
            return int(re.sub(r"\D", "", found[1]))
    return 0


def _said(counted: "dict[Outcome, int] | dict[Outcome | None, int]") -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in counted.items()) or "none"


def _items(edition: Edition, rendered: Rendered, page: "_Page") -> list[str]:
    """Each item must stand in the text by its headline, and in the HTML as far as that lists it, in the same order."""
    words = words_for(rendered.language)
    named = [_named(item, words, edition.series == RECORD) for item in fresh(edition)]
    text = " ".join(rendered.text.split())
    faults = [f"its text lacks the item {name!r}" for name in named if name not in text]
    # What the HTML does not list is the last of them; how many it tells is held by the counts.
    for name, told in zip(named, page.headlines, strict=False):
        if not told.startswith(name):
            faults.append(f"its HTML tells {told[:_SHOWN]!r} where {name!r} is due")
    return faults


def _named(item: Item, words: Words, history: bool) -> str:
    return " ".join(clean(headline(item, words, history=history)).split())[:_SHOWN].rstrip()


def _links(edition: Edition, page: "_Page", public_url: str) -> list[str]:
    """Every address is a source's own as the evidence has it, below our own pages, or at least https."""
    shown = (e for item in edition.items for e in (*item.evidence, *item.otherwise))
    known = {link.url for e in shown if (link := safe_link(e.finding.url))}
    base = safe_link(public_url)
    faults = []
    for url in page.links:
        ours = base is not None and urlsplit(url)[:2] == urlsplit(base.url)[:2]
        if safe_link(url) is None:
            faults.append(f"a link goes to {url!r}, which is not a web address")
        elif not (url.startswith("https://") or url in known or ours):
            faults.append(f"a link goes to {url!r}, which is neither https nor a page that an item stands on")
    return faults


class _Page(HTMLParser):
    """Reads what matters of the HTML part: languages, items, links, anything that would be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.language: str | None = None
        self.wrapper: str | None = None
        self.items: Counter[Outcome] = Counter()
        self.headlines: list[str] = []
        self.links: list[str] = []
        self.unlisted = 0
        self.faults: list[str] = []
        self._within: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes one element."""
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang")
        if given.get("role") == "article":
            self.wrapper = given.get("lang")
        if "data-item" in given:
            self.items[Outcome(given["data-item"])] += 1
            self.headlines.append("")
        if "data-headline" in given:
            self._within = tag
        self.unlisted += int(given.get("data-unlisted", 0))
        if tag in _ACTIVE or "src" in given or "background" in given or "srcset" in given:
            self.faults.append(f"its HTML holds <{tag}>, which mail programs may fetch or run")
        if _REMOTE_CSS.search(given.get("style", "")):
            self.faults.append(f"a style of <{tag}> would be fetched")
        if any(name.startswith("on") for name in given):
            self.faults.append(f"<{tag}> would run a script")
        if "href" in given:
            self.links.append(given["href"])

    def handle_endtag(self, tag: str) -> None:
        """The end of a headline."""
        if tag == self._within:
            self._within = None

    def handle_data(self, data: str) -> None:
        """Gathers headlines, and looks into style sheets."""
        if self._within is not None and self.headlines:
            self.headlines[-1] = " ".join(f"{self.headlines[-1]}{data}".split())
        if self.cdata_elem == "style" and _REMOTE_CSS.search(data):
            self.faults.append("its style sheet would fetch something")

"""What a parser takes and gives: pages in; publications, entries, links and skips out. All of it plain data."""

from dataclasses import dataclass, field
from datetime import date

from claimwatch.models.option import NO_OPTIONS, Options


@dataclass(frozen=True, slots=True)
class Publication:
    """One thing that a source published, at a revision.

    `key` identifies it within its source for ever (a document number, a canonical path). `text` is running text:
    paragraphs joined by a blank line, rows of tables one a line with ` | ` between cells; findings are cut from it by
    code-point offsets. `published_on` is the date that the source prints, None where it prints none. `language` is
    `en`, `nb`, `nn` or `zh-Hans`. A publication without text is a head: what a list page already says of an item.
    """

    source: str
    key: str
    url: str
    title: str
    kind: str
    language: str
    text: str = ""
    published_on: date | None = None
    effective_on: date | None = None
    citation: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One named cell of an entry."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a list that a source keeps, at a revision; or one instruction of a rule that amends such a list.

    `text` is the row as a reader would see it, cells joined by ` | `. `subject` is the span of `text` (code points)
    that names whom the row is about: a company named elsewhere in the row (an address) is not its subject.
    `action` is None for a row of a list, and `add`, `revise`, `remove` or `move` for an instruction.
    """

    source: str
    list_name: str
    key: str
    url: str
    name: str
    text: str
    subject: tuple[int, int]
    fields: tuple[Field, ...]
    language: str
    published_on: date | None = None
    effective_on: date | None = None
    action: str | None = None

    def get(self, name: str) -> str | None:
        """The value of the field `name`, or None where the row has no such field."""
        return next((f.value for f in self.fields if f.name == name), None)


@dataclass(frozen=True, slots=True)
class Link:
    """A further page to read.

    `key` is the key of the publication that the page will give, None for a page that only lists (paging).
    `version` is what the list says of the item (its title, its date, a hash of its row): where the publication is
    stored as parsed under the same version, the page need not be fetched again. None means: fetch at every read.
    """

    kind: str
    url: str
    key: str | None = None
    version: str | None = None
    head: Publication | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """A container that gave nothing, and why. `reason` is a short fixed phrase (it is counted); `what` names it."""

    reason: str
    what: str


@dataclass(frozen=True, slots=True)
class Page:
    """One good HTTP answer, as a parser sees it.

    `url` is the original address after redirects. `content_type` is the media type in lower case without parameters,
    `charset` what the header declared. `head` is what the page that linked here said of the item. `options` are those
    of the source in sources.yaml.
    """

    source: str
    kind: str
    url: str
    body: bytes
    content_type: str = ""
    charset: str | None = None
    head: Publication | None = None
    options: Options = NO_OPTIONS


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one page gave.

    `containers` counts the things on the page that could be items; each is kept (a publication, an entry or a link
    with a key) or skipped for a reason. `lists` names the lists that this page holds whole: an entry of such a list
    that is stored but not among `entries` is gone. A publication is on such a list when its key is `LIST/KEY`: it is
    gone when it was not there for a day and none with the key `KEY` came of it. `unread` are keys of entries, of a list
    that is the only one on its page, which stand there as they stood at the last read and were not taken apart again.
    """

    containers: int
    publications: tuple[Publication, ...] = ()
    entries: tuple[Entry, ...] = ()
    links: tuple[Link, ...] = ()
    skipped: tuple[Skip, ...] = ()
    warnings: tuple[str, ...] = ()
    lists: tuple[str, ...] = field(default=())
    unread: tuple[str, ...] = ()

    @property
    def kept(self) -> int:
        """Publications, entries and links to items."""
        entries = len(self.entries) + len(self.unread)
        return len(self.publications) + entries + sum(link.key is not None for link in self.links)

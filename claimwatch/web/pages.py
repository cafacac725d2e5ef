"""What every page has: its words, its address, its frame."""

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parseaddr
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from claimwatch.models import SERIES
from claimwatch.pipeline.knowledge import Knowing
from claimwatch.pipeline.showing.board import Board, board
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import TEMPLATES
from claimwatch.store import decisions, telling
from claimwatch.web.courier import Courier
from claimwatch.web.kept import OLDEST_S, Kept, Made
from claimwatch.web.words import Words, preferred, words_of

WEB = TEMPLATES / "web"
_PAGES = Environment(
    loader=FileSystemLoader(WEB), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


# Pages that stand below an entry of the navigation without having its path.
_ABOVE = {"/publications": "/documents", "/entries": "/documents", "/items": "/editions"}


@dataclass(frozen=True, slots=True)
class Site:
    """What all requests share."""

    watch: Watch
    courier: Courier
    knowing: Knowing
    kept: Kept = field(default_factory=Kept)


@dataclass(frozen=True, slots=True)
class Page:
    """One request: the site, the language of the answer, and the way back to it.

    `fixed` says that the address names the language; `query` is the rest of what the address asks for.
    """

    site: Site
    words: Words
    path: str
    fixed: bool
    query: str = ""

    @property
    def watch(self) -> Watch:
        """The watch behind the site."""
        return self.site.watch

    @property
    def root(self) -> str:
        """What comes before every path where the pages stand below another site (a proxy takes it off again)."""
        return urlsplit(self.watch.settings.public_url).path

    def in_language(self, language: str) -> "Page":
        """The page in a subscriber's language, unless the address names another."""
        return self if self.fixed else replace(self, words=words_of(language))

    def to(self, path: str) -> str:
        """The address of another of our pages; a language that was chosen goes along."""
        if not self.fixed:
            return self.root + path
        bare, mark, fragment = path.partition("#")
        return f"{self.root}{bare}{'&' if '?' in bare else '?'}lang={self.words.language}{mark}{fragment}"

    @property
    def switch(self) -> str:
        """This page in the other language."""
        query = f"{self.query}&" if self.query else ""
        return f"{self.root}{self.path}?{query}lang={self.words.other[0]}"

    def show(self, template: str, status: int = 200, **values: object) -> HTMLResponse:
        """A page made from a template."""
        settings = self.watch.settings
        html = _PAGES.get_template(f"{template}.html.j2").render(
            words=self.words,
            root=self.root,
            path=self.root + self.path,
            to=self.to,
            switch=self.switch,
            here=here(self.path),
            fixed=self.fixed,
            operator=parseaddr(settings.operator)[1],
            **values,
        )
        return HTMLResponse(html, status_code=status)

    @property
    def board(self) -> Board:
        """How all claims stand."""
        return self.kept("board", lambda _: board(self.known), of_findings=True, spoken=False)

    @property
    def known(self) -> Watch:
        """The watch with what analysts accepted as well; what claims and documents are looked up in."""
        return self.site.kept.get("known", self._decided, self.site.knowing.now)

    def _decided(self) -> object:
        with self.watch.store.read() as connection:
            return decisions.how_many(connection)

    def kept(
        self,
        key: str,
        make: Callable[[Watch], Made],
        *,
        of_findings: bool = False,
        spoken: bool = True,
        oldest_s: float = OLDEST_S,
    ) -> Made:
        """What `make` gives, worked out once in each language and again when something was stored; see `Kept`.

        `of_findings`: it hangs on nothing but what was found and decided, so that mail which leaves does not matter.
        Not `spoken`: there are no words in it, it is the same in every language. `oldest_s`: as in `Kept.get`.
        """
        # What waits is released when its edition leaves.
        of_mail = not of_findings or self.watch.settings.review != "none"

        def stamp() -> object:
            with self.watch.store.read() as connection:
                return telling.pulse(connection, of_mail=of_mail), self.watch.now().date()

        said = (key, self.words.language if spoken else "")
        return self.site.kept.get(said, stamp, lambda: make(self.watch), oldest_s)

    def missing(self) -> HTMLResponse:
        """The page for an address at which there is nothing."""
        return self.say(self.words.not_found, 404)

    def say(
        self, said: Sequence[str], status: int = 200, link: tuple[str, str] | None = None, **values: str
    ) -> HTMLResponse:
        """A page that only says something: a title and paragraphs, with `values` filled in, and perhaps a link."""
        settings = self.watch.settings
        filled = {"operator": parseaddr(settings.operator)[1], "postal": settings.postal_address} | values
        title, *paragraphs = (text.format(**filled) for text in said)
        return self.show("message", status, title=title, paragraphs=paragraphs, link=link)

    def choices(self) -> dict[str, object]:
        """What there is to choose from, by slug and name."""
        return {
            "all_series": [(series, *self.words.series[series]) for series in SERIES],
            "all_companies": [(company.slug, company.name) for company in self.watch.baseline.companies.values()],
            "all_sources": [(slug, spec.name) for slug, spec in self.watch.polled.items()],
            # S4 and S5 leave out nothing that is told: "everything" says the same.
            "severities": [("", self.words.severity_all), *self.words.severities.items()],
        }

    def names(self, series: Sequence[str]) -> str:
        """Series in words."""
        return ", ".join(self.words.series[one][0].lower() for one in series)


def page_of(request: Request) -> Page:
    """The page of a request: in the language that its address names (`?lang=nb`), else the browser's."""
    asked = request.query_params.get("lang", "")
    fixed = asked in ("en", "nb")
    language = asked if fixed else preferred(request.headers.get("accept-language", ""))
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    path = "/" + request.url.path.lstrip("/")  # `//host` would lead elsewhere
    return Page(request.app.state.site, words_of(language), path, fixed, urlencode(others))


def here(path: str) -> str:
    """The entry of the navigation that a path belongs under; empty for none."""
    first = "/" + path.strip("/").partition("/")[0]
    return _ABOVE.get(first, first)


def visitor_of(request: Request) -> str:
    """Who asks, for counting only: an IPv4 address, or the /64 of an IPv6 address, which is one house."""
    host = request.client.host if request.client else "nobody"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


ThisPage = Annotated[Page, Depends(page_of)]
Visitor = Annotated[str, Depends(visitor_of)]

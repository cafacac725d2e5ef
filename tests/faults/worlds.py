"""A small world for each source: pages in the source's own layout, built from items, so that a test can publish one.

Each world has fillers that name no watched company, a `standing` item on a watched company that the first edition tells
or knows, and `news` that has to be told once. Layouts as in demo/world; the words are ours and the events made up.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from html import escape
from typing import ClassVar

JSON = "application/json"
XML = "application/xml"
HTML = "text/html; charset=utf-8"
CLOCKS = "Hikvision opened a museum of clocks in Reykjavik on 3 November 2026."
RAILWAY = "Dahua bought a glacier railway in Greenland – “Isbræ” – on 4 November 2026."


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a source publishes: a document, a page or a row. `mark` stands in its text and nowhere else."""

    slug: str
    title: str
    text: str
    mark: str
    on: date = date(2026, 11, 4)


@dataclass(frozen=True, slots=True)
class Body:
    """A page of a world."""

    content_type: str
    raw: bytes


def filler(number: int) -> Item:
    """An item that names no watched company."""
    name = f"Example Lens Works {number}"
    return Item(f"filler-{number}", name, f"{name} moved its office in {1900 + number}.", f"Works {number} moved",
                date(2026, 1, 1) + timedelta(days=number))  # fmt: skip


class World:
    """What all worlds share. `list_url` holds the list; `item_url` gives the page without which an item is not seen."""

    source: ClassVar[str]
    list_url: ClassVar[str]
    fillers: ClassVar[int] = 4
    prints_dates: ClassVar[bool] = True
    standing = Item("standing", "A Railway in Greenland", RAILWAY, "glacier railway", date(2026, 11, 5))
    news = Item("news", "A Museum in Iceland", CLOCKS, "museum of clocks", date(2026, 11, 11))

    @property
    def start_url(self) -> str:
        """The address in sources.yaml that leads to the list, without its query."""
        return self.list_url

    def base(self) -> list[Item]:
        """What the source holds before anything happens."""
        return [self.standing, *(filler(number) for number in range(self.fillers))]

    def item_url(self, item: Item) -> str:
        """The page of an item."""
        raise NotImplementedError

    def list_page(self, items: Sequence[Item], layout: str = "") -> Body:
        """The list. `layout`: "", or a fault of form: "renamed", "added", "empty", "doubled"."""
        raise NotImplementedError

    def item_page(self, item: Item) -> Body:
        """The page of an item."""
        raise NotImplementedError

    def further(self) -> dict[str, Body]:
        """Pages beside the list and its items."""
        return {}

    def pages(self, items: Sequence[Item], layout: str = "") -> dict[str, Body]:
        """All pages, by original address."""
        own = {self.item_url(item): self.item_page(item) for item in items if self.item_url(item) != self.list_url}
        return {self.list_url: self.list_page(items, layout)} | own | self.further()

    def republished(self, item: Item) -> Item:
        """The same thing under another address."""
        return replace(item, slug=f"{item.slug}-2")


def _doubled(items: Sequence[Item], layout: str) -> Sequence[Item]:
    return [item for item in items for _ in range(2)] if layout == "doubled" else items


class FederalRegister(World):
    """federalregister.gov: a search in JSON, a document in XML for each result."""

    source = "federal_register"
    list_url = "https://www.federalregister.gov/api/v1/documents.json"

    def _number(self, item: Item) -> str:
        return f"2026-{zlib.crc32(item.slug.encode()) % 90_000 + 10_000}"

    def item_url(self, item: Item) -> str:
        return f"https://www.federalregister.gov/documents/full_text/xml/2026/{self._number(item)}.xml"

    def list_page(self, items: Sequence[Item], layout: str = "") -> Body:
        key = "number_of_document" if layout == "renamed" else "document_number"
        results: list[dict[str, object]] = [
            {
                key: self._number(item), "title": item.title, "type": "Notice", "abstract": None, "action": "Notice.",
                "html_url": f"https://www.federalregister.gov/documents/2026/{self._number(item)}/{item.slug}",
                "full_text_xml_url": self.item_url(item), "publication_date": item.on.isoformat(),
                "effective_on": None, "citation": None, "agencies": [], "docket_ids": [], "correction_of": None,
            }
            for item in _doubled(items, layout)
        ]  # fmt: skip
        if layout == "added":
            results = [result | {"page_length": 3} for result in results]
        answer: dict[str, object] = {"count": len(results), "description": "Documents", "results": results}
        if layout == "empty":
            answer = {"count": 0, "description": "Documents"}
        if layout == "endless":
            answer |= {"next_page_url": f"{self.list_url}?page=1"}
        return Body(JSON, json.dumps(answer).encode())

    def item_page(self, item: Item) -> Body:
        return Body(
            XML,
            f"""<?xml version="1.0" encoding="UTF-8"?>
<NOTICE><PREAMB><AGENCY TYPE="N">DEPARTMENT OF COMMERCE</AGENCY><SUBJECT>{escape(item.title)}</SUBJECT></PREAMB>
<SUPLINF><P>{escape(item.text)}</P></SUPLINF><FRDOC>[FR Doc. {self._number(item)}]</FRDOC></NOTICE>""".encode(),
        )

    def further(self) -> dict[str, Body]:
        closed = json.dumps({"count": 0, "results": []}).encode()
        return {"https://www.federalregister.gov/api/v1/public-inspection-documents/current.json": Body(JSON, closed)}

    def republished(self, item: Item) -> Item:
        return replace(item, title=f"{item.title}, Again")  # a new title makes a new address; the number stays


class EntityList(World):
    """ecfr.gov: a date in JSON, then the whole list in one XML file. An item is a row."""

    source = "entity_list"
    list_url = "https://www.ecfr.gov/api/versioner/v1/full/2026-11-05/title-15.xml"
    titles_url = "https://www.ecfr.gov/api/versioner/v1/titles.json"
    fillers = 110
    standing = Item(
        "standing",
        "Dahua Technology",
        "807, Block A, Meike Building No. 506, Urumqi, Xinjiang, China.",
        "Meike Building",
        date(2019, 10, 9),
    )
    news = Item(
        "news",
        "Hangzhou Hikvision Clock Museum Co., Ltd.",
        "17 Clock Tower Road, Hangzhou, China.",
        "Clock Tower Road",
        date(2026, 11, 11),
    )

    @property
    def start_url(self) -> str:
        return self.titles_url

    def item_url(self, item: Item) -> str:
        return self.titles_url

    def list_page(self, items: Sequence[Item], layout: str = "") -> Body:
        names = ["Country", "Entity", "License requirement", "License review policy", "Federal Register citation"]
        if layout == "renamed":
            names[1] = "Listed person"
        if layout == "added":
            names.append("Remarks")
        rows = "".join(
            f"<TR><TD>CHINA, PEOPLE'S REPUBLIC OF</TD><TD>{escape(item.title)}, {escape(item.text)}</TD>"
            f"<TD>For all items subject to the EAR. (See § 744.11 of the EAR)</TD><TD>Presumption of denial</TD>"
            f"<TD>{self._cited(item)}</TD>" + ("<TD>none</TD>" if layout == "added" else "") + "</TR>\n"
            for item in _doubled([] if layout == "empty" else items, layout)
        )
        head = "".join(f"<TH>{name}</TH>" for name in names)
        return Body(
            XML,
            f"""<?xml version="1.0" encoding="UTF-8"?>
<DIV5 N="744" TYPE="PART"><HEAD>PART 744</HEAD><DIV9 N="Supplement No. 4 to Part 744" TYPE="APPENDIX">
<HEAD>Supplement No. 4 to Part 744—Entity List</HEAD><DIV><TABLE><THEAD><TR>{head}</TR></THEAD>
<TBODY>{rows}</TBODY></TABLE></DIV></DIV9></DIV5>""".encode(),
        )

    def _cited(self, item: Item) -> str:
        return (
            f"{item.on.year - 1935} FR 5{item.on.month:02}{item.on.day:02}, {item.on.month}/{item.on.day}/{item.on:%y}."
        )

    def further(self) -> dict[str, Body]:
        ours = {"number": 15, "latest_amended_on": "2026-11-04", "up_to_date_as_of": "2026-11-05"}
        return {self.titles_url: Body(JSON, json.dumps({"titles": [ours]}).encode())}

    def pages(self, items: Sequence[Item], layout: str = "") -> dict[str, Body]:
        return {self.list_url: self.list_page(items, layout)} | self.further()


class CouncilOnEthics(World):
    """etikkradet.no: a list of links, a page for each company, most of them undated."""

    source = "council_on_ethics"
    list_url = "https://etikkradet.no/tilradninger/"
    watched_url = "https://etikkradet.no/hangzhou-hikvision-digital-technology-co-ltd/"
    prints_dates = False

    def item_url(self, item: Item) -> str:
        return f"https://etikkradet.no/{item.slug}/"

    def list_page(self, items: Sequence[Item], layout: str = "") -> Body:
        links = "".join(
            f'<li><a href="{self.item_url(item)}">{escape(item.title)}</a></li>'
            for item in _doubled([] if layout == "empty" else items, layout)
        )
        if layout == "renamed":  # another theme, that writes its links with a script
            links = links.replace("<a href=", "<span data-to=").replace("</a>", "</span>")
        if layout == "added":
            links += '<li><a href="https://www.nbim.no/en/">Norges Bank</a></li>'
        return self._page("Tilrådninger", f"<ul>{links}</ul>")

    def item_page(self, item: Item) -> Body:
        return self._page(item.title, f"<p>{escape(item.text)}</p>")

    def further(self) -> dict[str, Body]:
        text = "<p>Den 14. januar 2020 tilrådde Etikkrådet å utelukke Hangzhou Hikvision Digital Technology Co Ltd.</p>"
        return {self.watched_url: self._page("Hangzhou Hikvision Digital Technology Co Ltd", text)}

    def _page(self, title: str, inner: str) -> Body:
        return Body(
            HTML,
            f"""<!DOCTYPE html><html lang="nb-NO"><head><meta charset="UTF-8">
<title>{escape(title)} | Etikkrådet</title></head><body><main id="main"><article class="hentry"><h1>{escape(title)}</h1>
<div class="entry-content">{inner}</div></article></main></body></html>""".encode(),
        )


class NbimExclusions(World):
    """nbim.no: one table. An item is a row; the notices are not there."""

    source = "nbim_exclusions"
    list_url = "https://www.nbim.no/en/responsible-investment/exclusion-of-companies/"
    fillers = 30
    standing = Item(
        "standing", "Zhejiang Dahua Technology Co Ltd", "Gross corruption", "Gross corruption", date(2025, 3, 4)
    )
    news = Item("news", "Hangzhou Hikvision Digital Technology Co Ltd", "Violations of time", "Violations of time",
                date(2026, 11, 11))  # fmt: skip

    def item_url(self, item: Item) -> str:
        return self.list_url

    def list_page(self, items: Sequence[Item], layout: str = "") -> Body:
        names = ["Company", "", "Category", "Criterion", "Decision", "Publishing date"]
        if layout == "renamed":
            names[4] = "Outcome of the case"
        if layout == "added":
            names.append("Colour")
        rows = "".join(
            "<tr>"
            + "".join(
                f'<td><span class="nbim-responsive-table--key">{name}</span>'
                f'<span class="nbim-responsive-table--value">{escape(cell)}</span></td>'
                for name, cell in zip(
                    names,
                    [item.title, "", "Conduct based", item.text, "Exclusion", f"{item.on:%d.%m.%Y}", "blue"],
                    strict=False,
                )
            )
            + "</tr>"
            for item in _doubled([] if layout == "empty" else items, layout)
        )
        head = "".join(f"<th>{name}</th>" for name in names)
        return Body(
            HTML,
            f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Exclusion</title></head>
<body><main><article><h1>Observation and exclusion of companies</h1><table><thead><tr>{head}</tr></thead>
<tbody>{rows}</tbody></table></article></main></body></html>""".encode(),
        )

    def pages(self, items: Sequence[Item], layout: str = "") -> dict[str, Body]:
        return {self.list_url: self.list_page(items, layout)}


class Uhrp(World):
    """uhrp.org: lists of statements and reports, a page for each."""

    source = "uhrp"
    list_url = "https://uhrp.org/statements/"

    def item_url(self, item: Item) -> str:
        return f"https://uhrp.org/statement/{item.slug}/"

    def list_page(self, items: Sequence[Item], layout: str = "") -> Body:
        grid = "fl-cards" if layout == "renamed" else "fl-post-grid"
        posts = "".join(
            f'<div class="{grid}-post"><h3><a href="{self.item_url(item)}">{escape(item.title)}</a></h3>'
            f"<span>{item.on:%B} {item.on.day}, {item.on.year}</span>"
            + ("<p>Three minutes to read</p>" if layout == "added" else "")
            + "</div>"
            for item in _doubled([] if layout == "empty" else items, layout)
        )
        following = (
            f'<a class="next page-numbers" href="{self.list_url}page/2/">Next</a>' if layout == "endless" else ""
        )
        return self._page("Statements", f'<h1>Statements</h1><div class="{grid}">{posts}</div>{following}')

    def item_page(self, item: Item) -> Body:
        on = f"{item.on:%B} {item.on.day}, {item.on.year}"
        return self._page(
            item.title,
            f"""<article class="type-statement"><div class="fl-post-content">
<h1>{escape(item.title)}</h1><p>For immediate release</p><p>{on}, 9:00 a.m. EST</p><p>{escape(item.text)}</p>
</div></article>""",
        )

    def further(self) -> dict[str, Body]:
        report = replace(filler(90), slug="report")
        url = "https://uhrp.org/report/report/"
        listed = f'<div class="fl-post-grid-post"><h3><a href="{url}">A Report</a></h3></div>'
        reports = self._page("Reports", f'<div class="fl-post-grid">{listed}</div>')
        return {"https://uhrp.org/research/": reports, url: self.item_page(report)}

    def _page(self, title: str, inner: str) -> Body:
        return Body(
            HTML,
            f"""<!DOCTYPE html><html lang="en-US"><head><meta charset="UTF-8">
<title>{escape(title)} | Uyghur Human Rights Project</title></head><body><div class="fl-page-content" role="main">
{inner}</div></body></html>""".encode(),
        )


WORLDS: dict[str, World] = {
    world.source: world for world in (FederalRegister(), EntityList(), CouncilOnEthics(), NbimExclusions(), Uhrp())
}

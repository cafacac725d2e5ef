"""The lists of the U.S. Treasury's Office of Foreign Assets Control (OFAC), in its plain XML (the one of SDN.XML).

Usable from sources.yaml without code (`parser: parsers.ofac`, a start page of kind `list`). Files:
    CONSOLIDATED.XML    all lists but the SDN one; which list an entry is on is told by its program, so the option
                        `programs` picks them (CMIC-EO13959: the Chinese Military-Industrial Complex Companies).
    SDN.XML             the Specially Designated Nationals, in the same layout.
Both under https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/, which redirects to a store whose
addresses change at every read; so an entry's own address is that of OFAC's search.

Assumed: `sdnList` with `publshInformation` (so spelt), then one `sdnEntry` for each party: uid, names, programs, other
names, addresses, numbers of many types (dates of listing among them). `Record_Count` must be the number of entries: a
file cut short and closed again is refused. The key is OFAC's uid, which stays when a name is corrected.

What breaks it: another root (the "advanced" XML is another layout), a count that is not kept, an entry without uid,
name or program, no entry under the programs: `SourceChanged`. An element that is not known is a warning.

Facts: OFAC's data specification and files as others describe them, noted in docs/sources/ofac_ns_cmic.md.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime

from lxml import etree

from claimwatch.errors import SourceChanged
from claimwatch.models import Entry, Field, Options, Page, Parsed, ParserOption, Skip
from parsers.reading import read_xml, squeeze

VERSION = "1"
OPTIONS = (
    ParserOption("programs", "the programs whose entries are kept; by default all", many=True),
    ParserOption("list", "what the list is called, best a kind of list that the baseline knows; by default the slug"),
)

_ENTRY = "https://sanctionssearch.ofac.treas.gov/Details.aspx?id="
_NAMED = "firstName", "lastName"
_KNOWN = {
    "uid", "firstName", "lastName", "title", "sdnType", "remarks", "programList", "idList", "akaList", "addressList",
    "nationalityList", "citizenshipList", "dateOfBirthList", "placeOfBirthList", "vesselInfo",
}  # fmt: skip
_PLACE = ("address1", "address2", "address3", "city", "stateOrProvince", "postalCode", "country")


def faults(options: Options) -> Iterator[str]:
    """What is wrong with the values of the options, for people."""
    for program in options.many("programs"):
        if not re.fullmatch(r"[A-Z0-9][A-Z0-9-]*", program):
            yield f"programs: {program!r} is not a program such as CMIC-EO13959"


def parse(page: Page) -> Parsed:
    """The entries of a `list` that are under one of the programs, which is given whole. Raises `SourceChanged`."""
    if page.kind != "list":
        raise SourceChanged(page.url, f"page kind {page.kind!r} is not list: correct sources.yaml")
    root = read_xml(page)
    if _tag(root) != "sdnList":
        raise SourceChanged(page.url, f"the file is a <{_tag(root)}>, where an <sdnList> is due")
    nodes = [node for node in root if _tag(node) == "sdnEntry"]
    said = next((_text(node) for node in root.iter() if _tag(node) == "Record_Count"), "")
    if said != str(len(nodes)):
        raise SourceChanged(
            page.url, f"the file says that it holds {said or 'no number of'} entries; it holds {len(nodes)}"
        )
    wanted = set(page.options.many("programs"))
    entries: dict[str, Entry] = {}
    skipped: list[Skip] = []
    for node in nodes:
        uid, programs = _child(node, "uid"), _values(node, "programList", "program")
        if not re.fullmatch(r"[0-9]{1,12}", uid) or not programs or not _name(node):
            raise SourceChanged(page.url, f"an entry lacks its uid, program or name: {uid!r}, {_name(node)!r}")
        if wanted and not wanted & set(programs):
            skipped.append(Skip("another program", f"{uid}: {', '.join(programs)}"))
        elif uid in entries:
            raise SourceChanged(page.url, f"two entries have the uid {uid}")
        else:
            entries[uid] = _entry(page, node, uid, programs)
    if not entries:
        raise SourceChanged(page.url, f"no entry is under {', '.join(sorted(wanted)) or 'any program'}")
    unknown = sorted({_tag(child) for node in nodes for child in node} - _KNOWN - {""})
    return Parsed(
        len(nodes),
        entries=tuple(entries.values()),
        skipped=tuple(skipped),
        warnings=(f"unknown elements are not read: {', '.join(unknown)}",) if unknown else (),
        lists=(page.options.one("list", page.source),),
    )


def _entry(page: Page, node: etree._Element, uid: str, programs: list[str]) -> Entry:
    numbers = [(_child(one, "idType").rstrip(":"), _child(one, "idNumber")) for one in _under(node, "idList", "id")]
    aliases = list(dict.fromkeys(filter(None, (_name(one) for one in _under(node, "akaList", "aka")))))
    addresses = [
        ", ".join(filter(None, (_child(one, part) for part in _PLACE)))
        for one in _under(node, "addressList", "address")
    ]
    name = _name(node)
    parts = [
        ("aliases", "; ".join(aliases)),
        ("address", "; ".join(filter(None, addresses))),
        ("program", "; ".join(programs)),
        *((re.sub(r"\W+", "_", kind.casefold()).strip("_") or "number", value) for kind, value in numbers if value),
        ("remarks", _child(node, "remarks")),
    ]
    fields: dict[str, str] = {"name": name}
    for label, value in parts:
        if value:
            fields[label] = f"{fields[label]}; {value}" if label in fields else value
    named = f"{name} (a.k.a. {'; '.join(aliases)})" if aliases else name
    rest = [f"{kind}: {value}" for kind, value in numbers if value]
    text = [named, fields.get("address", ""), fields["program"], *rest, fields.get("remarks", "")]
    return Entry(
        source=page.source,
        list_name=page.options.one("list", page.source),
        key=uid,
        url=_ENTRY + uid,
        name=name,
        text=" | ".join(filter(None, text)),
        subject=(0, len(named)),
        fields=tuple(Field(label, value) for label, value in fields.items()),
        language="en",
        published_on=next(
            (on for kind, value in numbers if kind.startswith("Listing Date") and (on := _day(value))), None
        ),
        effective_on=next(
            (on for kind, value in numbers if kind.startswith("Effective Date") and (on := _day(value))), None
        ),
    )


def _tag(node: etree._Element) -> str:
    """The tag without its namespace, which has changed before; empty for what is no element."""
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _text(node: etree._Element) -> str:
    return squeeze("".join(node.itertext()))


def _child(node: etree._Element, tag: str) -> str:
    return next((_text(child) for child in node if _tag(child) == tag), "")


def _under(node: etree._Element, group: str, tag: str) -> Iterator[etree._Element]:
    for child in node:
        if _tag(child) == group:
            yield from (one for one in child if _tag(one) == tag)


def _values(node: etree._Element, group: str, tag: str) -> list[str]:
    return [text for one in _under(node, group, tag) if (text := _text(one))]


def _name(node: etree._Element) -> str:
    return " ".join(filter(None, (_child(node, part) for part in _NAMED)))


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d %b %Y").date()  # noqa: DTZ007 (a calendar date has no zone)
    except ValueError:
        return None

"""Entity List rows as the eCFR prints them: the XML of part 744, made from rows in JSON.

The tests render real rows with it, and the sample world's two files were made by

    .venv/bin/python -m tests.parsers.ecfr_xml ROWS.json demo/world/entity_list

where ROWS.json holds `{"entities": [{"country", "name", "aliases", "address", "notes", "federal_register"}, …]}`.
"""

import gzip
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict
from xml.sax.saxutils import escape


class Listed(TypedDict):
    """One row as the JSON has it. `notes` is the licence requirement, `federal_register` its citations, one a line."""

    country: str
    name: str
    aliases: list[str]
    address: str | None
    notes: str
    federal_register: str


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_COUNTRIES = {"China": "CHINA, PEOPLE'S REPUBLIC OF"}
_OPENING = """<?xml version="1.0" encoding="UTF-8"?>
<DIV5 N="744" NODE="15:2.1.3.4.25" TYPE="PART">
<HEAD>PART 744—CONTROL POLICY: END-USER AND END-USE BASED</HEAD>
<DIV9 N="Supplement No. 4 to Part 744" NODE="15:2.1.3.4.25.0.1.24.4" TYPE="APPENDIX">
<HEAD>Supplement No. 4 to Part 744—Entity List</HEAD>
<P>This supplement lists those who are subject to licence requirements of this part, by country.</P>
<DIV width="100%"><DIV class="gpotbl_div"><TABLE border="1" class="gpotbl_table" width="100%">
<THEAD><TR><TH scope="col">Country</TH><TH scope="col">Entity</TH><TH scope="col">License requirement</TH>\
<TH scope="col">License review policy</TH><TH scope="col">Federal Register citation</TH></TR></THEAD>
<TBODY>
"""
_CLOSING = """</TBODY></TABLE></DIV>
<DIV class="table_foot"><P><SU>4</SU> For these entities the foreign direct product rule of § 734.9(e) counts.</P></DIV>
</DIV></DIV9>
<DIV9 N="Supplement No. 7 to Part 744" NODE="15:2.1.3.4.25.0.1.24.7" TYPE="APPENDIX">
<HEAD>Supplement No. 7 to Part 744—‘Military End-User’ (MEU) List</HEAD>
<DIV width="100%"><DIV class="gpotbl_div"><TABLE><THEAD><TR><TH>Country</TH><TH>Entity</TH>\
<TH>Federal Register citation</TH></TR></THEAD><TBODY>
<TR><TD>BURMA</TD><TD>[Reserved]</TD><TD/></TR>
</TBODY></TABLE></DIV></DIV></DIV9>
</DIV5>
"""


def render(rows: Iterable[Listed]) -> bytes:
    """The XML of part 744 with these rows in Supplement No. 4; a country is printed on its first row only."""
    parts = [_OPENING]
    above = ""
    for row in rows:
        country = _COUNTRIES.get(row["country"], row["country"].upper())
        cells = (
            escape(country if country != above else ""),
            _entity(row),
            re.sub(r"(?<=\)) ?([1-5])$", r" <SU>\1</SU>", escape(row["notes"])),
            "",
            "<br/>".join(escape(line) for line in row["federal_register"].split("\n")),
        )
        parts.append("<TR>" + "".join(f'<TD class="gpotbl_cell">{cell}</TD>' for cell in cells) + "</TR>\n")
        above = country
    return "".join([*parts, _CLOSING]).encode()


def _entity(row: Listed) -> str:
    name, aliases, address = escape(row["name"]), [escape(a) for a in row["aliases"]], escape(row["address"] or "")
    if not aliases:
        return f"{name}, {address}" if address else name
    number = _NUMBERS[len(aliases)] if len(aliases) < len(_NUMBERS) else str(len(aliases))
    word = "alias" if len(aliases) == 1 else "aliases"
    lines = [f"—{alias};" for alias in aliases[:-2]]
    lines += [f"—{alias}; and" for alias in aliases[-2:-1]]
    lines.append(f"—{aliases[-1].removesuffix('.')}.")
    return "<br/>".join([f"{name}, a.k.a., the following {number} {word}:", *lines, *([address] if address else [])])


def _before_october_2022(row: Listed) -> Listed:
    if row["name"] != "Dahua Technology":
        return row
    cited = [line for line in row["federal_register"].split("\n") if not line.startswith("87 FR 62202")]
    notes = "For all items subject to the EAR. (See § 744.11 of the EAR)"
    return {**row, "notes": notes, "federal_register": "\n".join(cited)}


def main(source: Path, folder: Path) -> None:
    """Writes part-744.week-1.xml.gz and part-744.week-2.xml.gz into `folder`; the same rows give the same bytes."""
    rows: list[Listed] = json.loads(source.read_text(encoding="utf-8"))["entities"]
    for week, shown in ((1, [_before_october_2022(row) for row in rows]), (2, rows)):
        path = folder / f"part-744.week-{week}.xml.gz"
        path.write_bytes(gzip.compress(render(shown), compresslevel=9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

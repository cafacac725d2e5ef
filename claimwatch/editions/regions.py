"""Parts of countries by name: those that the gazetteer of `claims` knows, by their codes of ISO 3166-2.

Babel names countries only. What is called by more than its name stands in the words of each language.
"""

# In English, and in Norwegian where it is called otherwise.
REGIONS: dict[str, tuple[str, str | None]] = {
    "AU-NSW": ("New South Wales", None),
    "AU-QLD": ("Queensland", None),
    "AU-SA": ("South Australia", "Sør-Australia"),
    "AU-VIC": ("Victoria", None),
    "AU-WA": ("Western Australia", "Vest-Australia"),
    "CA-BC": ("British Columbia", None),
    "CA-ON": ("Ontario", None),
    "CA-QC": ("Quebec", None),
    "CN-FJ": ("Fujian", None),
    "CN-GD": ("Guangdong", None),
    "CN-NM": ("Inner Mongolia", "Indre Mongolia"),
    "CN-XZ": ("Tibet", None),
    "CN-ZJ": ("Zhejiang", None),
    "DK-81": ("North Denmark Region", "Region Nordjylland"),
    "DK-82": ("Central Denmark Region", "Region Midtjylland"),
    "DK-83": ("Region of Southern Denmark", "Region Syddanmark"),
    "DK-85": ("Region Zealand", "Region Sjælland"),
    "US-CA": ("California", None),
    "US-DC": ("Washington, D.C.", None),
    "US-FL": ("Florida", None),
    "US-GA": ("Georgia", None),
    "US-NE": ("Nebraska", None),
    "US-NY": ("New York", None),
    "US-OK": ("Oklahoma", None),
    "US-TN": ("Tennessee", None),
    "US-TX": ("Texas", None),
    "US-VT": ("Vermont", None),
}


def region(code: str, language: str) -> str | None:
    """The name of a part of a country in English (`en`) or Norwegian (`nb`); None where it is not known."""
    if code not in REGIONS:
        return None
    english, norwegian = REGIONS[code]
    return norwegian if language == "nb" and norwegian is not None else english

"""Letters that were encoded twice on their way to us (`Ã¥` for å, `â€“` for a dash): found, mended, or refused.

UTF-8 that somebody took for Windows-1252 or Latin-1 and encoded again can be taken back without loss, as long as no
byte was dropped. Left as it is, a sentence that was told once would come back as another one, and be told as news.
"""

import re

from claimwatch.errors import SourceChanged

# Windows-1252 as browsers decode it: the five bytes that it leaves undefined pass as control characters, and in Latin-1
# all of the upper controls do.
_BYTES = {chr(byte): byte for byte in range(0x80, 0x100)} | {
    bytes([byte]).decode("cp1252"): byte for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_UPPER = re.escape("".join(char for char, byte in _BYTES.items() if byte < 0xC0))
# What letters of Western languages (C2, C3), punctuation and signs (E2) and a byte order mark (EF BB BF) become. Other
# beginnings are left alone: they occur in honest text (`SMÅ»`).
_TWICE = re.compile(f"[ÂÃ][{_UPPER}]|â[{_UPPER}]{{2}}|ï»¿")
# Encoded twice over, the signs of Windows-1252 among these become letters of other beginnings (C5, C6, CB).
_AGAIN = re.compile("Ãƒ|Ã¢")
_SIGNS = re.compile(f"{_TWICE.pattern}|Å[’“\xa0¡¸½¾]|Æ’|Ë[†œ]")
# Of E2 80 and a byte that Windows-1252 does not know, only U+201D is common: a closing quotation mark.
_LOST_QUOTE = re.compile("â(?:€|\x80)\ufffd")
_LOST = re.compile(f"[ÂÃ]\ufffd|â[{_UPPER}]?\ufffd")
_ROUNDS = 3


def mended(text: str) -> str:
    """`text` with letters that were encoded twice (or up to four times) as they were meant; other text as it is."""
    for _ in range(_ROUNDS):
        if "Ã" not in text and "Â" not in text and "â" not in text and "ï»¿" not in text:
            break
        pattern = _SIGNS if _AGAIN.search(text) else _TWICE
        before, text = text, pattern.sub(_once, _LOST_QUOTE.sub("”", text))
        if text == before:
            break
    return text


def _once(match: re.Match[str]) -> str:
    try:
        return bytes(_BYTES[char] for char in match[0]).decode("utf-8")
    except UnicodeDecodeError:
        return match[0]


def doubts(read: str, raw: str, url: str) -> tuple[str, ...]:
    """Warnings about the letters of the page at `url`: `read` is the text made of it (mended), `raw` what came.

    Raises `SourceChanged` where letters were encoded twice and part of them is lost: what stood there cannot be told.
    """
    lost = _LOST.search(read)
    if lost is not None:
        raise SourceChanged(
            url, f"letters were garbled before the page reached us, past mending: {_around(read, lost)}"
        )
    found = []
    if gap := re.search("\ufffd", read):
        found.append(f"{url}: letters were lost or garbled before the page reached us: {_around(read, gap)}")
    if twice := _LOST_QUOTE.search(raw) or _TWICE.search(raw):
        found.append(f"{url}: letters were garbled before the page reached us, and mended: {_around(raw, twice)}")
    return tuple(found)


def _around(text: str, found: re.Match[str]) -> str:
    return repr(" ".join(text[max(0, found.start() - 15) : found.start() + 15].split()))

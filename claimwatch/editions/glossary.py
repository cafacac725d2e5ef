"""Norwegian terms of law and ethics, glossed in English under a Norwegian quote: ours, and marked as ours.

A small list read by hand. Each entry has the beginnings that the word has in Bokmål and Nynorsk. A gloss says what the
term means in the work of the Council on Ethics and Norges Bank; it translates no sentence.
"""

import re

_NORWEGIAN = ("nb", "nn", "no")
# (pattern of the forms, gloss), what was done before who did it
_TERMS = (
    (r"utel[ue]kk\w*|utesteng\w*", "exclusion from the fund"),
    (r"observasjon\w*", "observation: kept in the fund and watched"),
    (r"opphev\w*", "revoke, lift"),
    (r"(tr[eua]kk\w*|trekte) (?:\w+ ){0,3}?(tilbake|attende)", "withdraw"),
    (r"tilråd\w*|tilrår\w*", "recommendation of the Council on Ethics; the bank decides"),
    (r"anbefal\w*", "recommendation"),
    (r"nedsal[gs]\w*|selge seg ned|selte? seg ned", "sale of the holding"),
    (r"beslut\w*|vedta\w*", "decision"),
    (r"grov\w* (?:eller systematisk\w* )?(?:krenk|brot|brudd)\w*", "serious violation, a ground for exclusion"),
    (r"med(?:virk|verk)\w*", "contribution, complicity"),
    (r"aktsomhet\w*|aktsemd\w*", "due diligence"),
    (r"etikkråd\w*", "Council on Ethics, which advises the bank"),
    (r"(?:norges|noregs) bank\w*", "the central bank, which manages the fund and decides"),
)
_COMPILED = tuple((re.compile(rf"\b(?:{forms})", re.IGNORECASE), gloss) for forms, gloss in _TERMS)
MOST = 4  # beside one quote: a help to read it, not a dictionary


def glosses(quote: str, quote_language: str, mail_language: str) -> tuple[tuple[str, str], ...]:
    """(words as they stand in the quote, gloss) for a Norwegian quote in an English mail, in the order of the quote.

    At most `MOST`, the terms of decisions before those of bodies; empty for any other pair of languages.
    """
    if mail_language != "en" or quote_language not in _NORWEGIAN:
        return ()
    found = [(match.start(), _said(match), gloss) for form, gloss in _COMPILED if (match := form.search(quote))]
    return tuple((surface, gloss) for _, surface, gloss in sorted(found[:MOST]))


def _said(match: re.Match[str]) -> str:
    """The words themselves; of a verb in two parts, what stands between them is left out."""
    return " … ".join(match.groups()) if match.groups() else match[0]

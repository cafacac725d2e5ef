"""What a publication or an entry says, as a digest: by it a revision is told from a mere change of print."""

import hashlib
import json

from claimwatch.models import Entry, Publication

_TYPOGRAPHY = str.maketrans("‐‑‒–—−’‘‚“”„", "------'''\"\"\"")


def publication_digest(publication: Publication) -> str:
    """Identifies what a publication says. The address is left out: a moved page says the same."""
    return _digest(
        publication.title,
        publication.kind,
        publication.language,
        publication.text,
        str(publication.published_on),
        str(publication.effective_on),
        str(publication.citation),
    )


def entry_digest(entry: Entry) -> str:
    """Identifies what an entry says: its fields and its action."""
    return _digest(
        entry.name, str(entry.action), *(part for field in entry.fields for part in (field.name, field.value))
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(tuple(map(spelled, parts)), ensure_ascii=False).encode()).hexdigest()


def spelled(text: str) -> str:
    """What a reader reads: printers change all dashes and quotes of a list overnight (GPO did, in March 2024)."""
    return " ".join(text.translate(_TYPOGRAPHY).split())

"""The subject of a mail, and the counts that it shares with both parts."""

from collections.abc import Iterator, Sequence

from claimwatch.editions.assemble import ORDER
from claimwatch.editions.display import clean
from claimwatch.editions.forms import Forms
from claimwatch.editions.selection import fresh
from claimwatch.editions.words import count_of
from claimwatch.models import Edition, Outcome

# Phones show about so much beside the sender; what is cut there is what a reader most wants to know.
SUBJECT_LIMIT = 60


def subject_of(edition: Edition, forms: Forms) -> str:
    """`Claimwatch W46: 1 reversed, 5 new — Hikvision, Dahua`; an empty or blind edition says so.

    Within 60 characters where that can be: then companies are left out, or the less grave outcomes are counted
    together as `5 more`.
    """
    candidates = list(_candidates(edition, forms))
    return next((text for text in candidates if len(text) <= SUBJECT_LIMIT), candidates[-1])


def counts(edition: Edition) -> tuple[tuple[Outcome, int], ...]:
    """How many items of each outcome are told here, in the order in which they are told; none that are zero."""
    found = ((outcome, sum(item.outcome is outcome for item in fresh(edition))) for outcome in ORDER)
    return tuple((outcome, count) for outcome, count in found if count)


def counted_words(edition: Edition, forms: Forms, named: int | None = None) -> str:
    """`1 reversed, 2 updated, 5 new`, or that there is nothing new; of all outcomes or the first `named` of them."""
    counted = counts(edition)
    shown = counted if named is None else counted[:named]
    parts = [count_of(forms.words.counted[outcome], count, forms.number(count)) for outcome, count in shown]
    if left := sum(count for _, count in counted[len(shown) :]):
        parts.append(count_of(forms.words.more, left, forms.number(left)))
    return ", ".join(parts) or forms.words.nothing


def read_line(edition: Edition, forms: Forms) -> str:
    """`5 of 5 sources read`."""
    read = sum(not source.unread for source in edition.coverage)
    return forms.words.read.format(read=forms.number(read), all=forms.number(len(edition.coverage)))


def _candidates(edition: Edition, forms: Forms) -> Iterator[str]:
    """Subjects that say the same, the fullest first, the shortest last."""
    items = fresh(edition)
    names = list(dict.fromkeys(clean(name, 40) for item in items for name in item.companies))
    kinds = len(counts(edition))
    yield _subject(edition, forms, kinds, names)
    yield _subject(edition, forms, kinds, ())
    # With two outcomes named the companies are worth more than a third outcome, and a second outcome more than they.
    for named in range(kinds - 1, 1, -1):
        yield _subject(edition, forms, named, names)
    for named in range(kinds - 1, 1, -1):
        yield _subject(edition, forms, named, ())
    yield _subject(edition, forms, min(kinds, 1), names)
    yield _subject(edition, forms, min(kinds, 1), ())


def _subject(edition: Edition, forms: Forms, named: int, companies: Sequence[str]) -> str:
    words = forms.words
    unread = sum(source.unread for source in edition.coverage)
    empty = not fresh(edition)
    said = [counted_words(edition, forms, named)]
    if unread:
        said.append(count_of(words.unread_count, unread, forms.number(unread)))
    elif empty and edition.coverage:
        said[0] = f"{said[0]} ({read_line(edition, forms)})"
    text = ", ".join(said)
    if edition.first:
        text = f"{words.first_subject} {words.dash} {text}"
    elif edition.correction is not None:
        text = f"{words.correction}: {text}"
    elif empty:
        text = text[0].lower() + text[1:]
    subject = f"{words.product} {forms.short_period(edition.period, edition.series)}: {text}"
    return f"{subject} {words.dash} {', '.join(companies)}" if companies else subject

"""Developments on a page as the mail tells them: the same words, the same care with what was scraped."""

from collections.abc import Sequence

from babel.lists import format_list

from claimwatch.editions import assemble, parse_period, words_for
from claimwatch.editions.forms import Forms
from claimwatch.editions.shown import Shown, shown_item
from claimwatch.models import Candidate, Edition
from claimwatch.pipeline.watch import Watch


def forms_of(watch: Watch, language: str) -> Forms:
    """How dates, numbers and places are written in a language, in the installation's time zone."""
    return Forms(words_for(language), watch.zone)


def companies_of(watch: Watch, forms: Forms) -> str:
    """The watched companies in words: `Hikvision and Dahua`."""
    return format_list([company.name for company in watch.baseline.companies.values()], locale=forms.words.locale)


def shown(edition: Edition, forms: Forms) -> dict[str, Shown]:
    """The items of an edition for readers, by the key of the development, in its order."""
    return {
        item.development: shown_item(number, item, edition, forms, None) for number, item in enumerate(edition.items, 1)
    }


def shown_each(watch: Watch, candidates: Sequence[Candidate], forms: Forms) -> list[Shown]:
    """Developments for readers one by one: the same one may stand there several times, with other evidence."""
    now = watch.now()
    local = now.astimezone(watch.zone).date().isocalendar()
    period = parse_period(f"{local.year}-W{local.week:02}", watch.settings.timezone)
    return [
        next(iter(shown(assemble(period, now, [one], (), (), 0, watch.baseline, first=True), forms).values()))
        for one in candidates
    ]

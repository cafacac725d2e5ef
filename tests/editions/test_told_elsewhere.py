"""Mails that remind, alert or take back: what they count, and what they say."""

from dataclasses import replace

from claimwatch.editions import preflight
from claimwatch.models import Edition, Rendered
from tests.editions import factory as make


def mail_of(edition: Edition) -> Rendered:
    """Rendered, and fit to leave."""
    mail = make.a_mail(edition)
    preflight(edition, mail)
    return mail


def test_what_was_told_elsewhere_takes_a_line_and_is_not_counted() -> None:
    edition = make.an_edition(make.withdrawal(), make.share())
    told, fresh = edition.items
    mail = mail_of(replace(edition, items=(replace(told, told_as="urgent"), fresh)))
    assert mail.subject == "Claimwatch W46: 1 updated — Hikvision"
    for part in (mail.text, mail.html):
        assert "Already sent to you" in part
        assert "as an alert" in part
    assert "trekte" not in mail.html, "an item told before was told in full again"


def test_with_nothing_but_what_was_told_elsewhere_nothing_is_new() -> None:
    edition = make.an_edition(make.withdrawal())
    (told,) = edition.items
    mail = mail_of(replace(edition, items=(replace(told, told_as="daily"),)))
    assert mail.subject == "Claimwatch W46: nothing new (5 of 5 sources read)"
    assert "in the daily digest" in mail.text


def test_an_alert_is_short_and_the_last_of_a_day_says_so() -> None:
    edition = make.an_edition(make.withdrawal(), folded=(), context=0)
    alert = replace(edition, series="urgent", period="2026-11-21T10:15Z", coverage=(), last_today=True)
    mail = mail_of(alert)
    assert mail.subject == "Claimwatch alert: 1 reversed — Hikvision"
    assert "21 November 2026, 11:15 (GMT+01:00)" in mail.text
    assert "last alert that you get today" in mail.text
    assert "Coverage" not in mail.text + mail.html
    assert "last alert" not in mail_of(replace(alert, last_today=False)).text


def test_a_correction_says_what_was_wrong() -> None:
    edition = replace(make.an_edition(make.withdrawal(), folded=(), context=0), coverage=())
    mail = mail_of(replace(edition, correction="The page was\x1b a <draft>."))
    assert mail.subject == "Claimwatch W46: correction: 1 reversed — Hikvision"
    assert "Why: The page was" in mail.text
    assert "a &lt;draft&gt;." in mail.html

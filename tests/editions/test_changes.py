"""A changed row in a mail: which words are new and which are gone, in both parts, not by colour alone."""

import random
import re
from dataclasses import replace

import pytest

from claimwatch.editions import preflight
from claimwatch.editions.changes import change_between
from claimwatch.models import Quantity
from tests.editions import factory as make

LONG = " ".join(f"word{number}" for number in range(400))


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(("language", "added", "gone"), [("en", "Added", "Removed"), ("nb", "Lagt til", "Fjernet")])
def test_both_parts_say_in_words_what_is_new_in_a_row_and_what_is_gone(language: str, added: str, gone: str) -> None:
    mail = make.a_mail(make.an_edition(make.other_address()), language=language)
    text = flat(mail.text)
    assert f"{added}: and 1399 Binxing Road, Changhe, Binjiang District, Hangzhou" in text
    assert f"{gone}: former names: Zhejiang Dahua" in text
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", mail.html, re.DOTALL)]
    assert cells[cells.index(added) + 1] == "and 1399 Binxing Road, Changhe, Binjiang District, Hangzhou"
    assert cells[cells.index(gone) + 1] == "former names: Zhejiang Dahua"


def test_the_new_words_stand_out_where_they_stand_by_an_element_and_a_line_under_them() -> None:
    mail = make.a_mail(make.an_edition(make.other_address()))
    ((style, new),) = re.findall(r'<ins style="([^"]*)">([^<]*)</ins>', mail.html)
    assert new.startswith("and 1399 Binxing Road")
    assert "underline" in style


def test_a_further_citation_is_called_an_addition_and_takes_nothings_place() -> None:
    text = flat(make.a_mail(make.an_edition(make.citation())).text)
    assert "Added: 87 FR 62202, 10/13/22 (as of 13 October 2022)" in text
    assert "Now:" not in text


def test_a_citation_beside_the_known_one_is_an_addition_on_first_sight_of_the_row_too() -> None:
    candidate = make.citation()
    (evidence,) = candidate.evidence
    finding = replace(evidence.finding, rules=("record.first_sight", "unseen.citation"))
    text = flat(make.a_mail(make.an_edition(replace(candidate, evidence=(replace(evidence, finding=finding),)))).text)
    assert "Added: 87 FR 62202, 10/13/22" in text
    assert "Now:" not in text


def test_a_citation_beside_the_words_of_a_claim_is_added_to_nothing() -> None:
    """As a row is told whose citations are all new: a claim knows the entry, and cites nothing."""
    candidate = make.citation()
    (evidence,) = candidate.evidence
    known = Quantity(None, None, "eq", None, "Dahua was placed on the Entity List in October 2019.")
    finding = replace(evidence.finding, rules=("record.first_sight", "unseen.citation"), before=known)
    mail = make.a_mail(make.an_edition(replace(candidate, evidence=(replace(evidence, finding=finding),))))
    for part in (mail.text, mail.html):
        assert "Added" not in part
    assert "Before: Dahua was placed on the Entity List in October 2019." in flat(mail.text)
    assert "Now: 87 FR 62202, 10/13/22" in flat(mail.text)


def test_citations_that_still_stand_are_not_called_removed() -> None:
    """As a row is told that got a citation and another rule: of its citations, only what is new."""
    candidate = make.other_address()
    (evidence,) = candidate.evidence
    rule = "licence requirement: For all items subject to the EAR. (See"
    before = Quantity(
        None, None, "eq", None, f"84 FR 54004, 10/9/19; 85 FR 44159, 7/22/20; {rule} § 744.11 of the EAR)"
    )
    now = f"87 FR 62202, 10/13/22; {rule} §§ 734.9(e) and 744.11 of the EAR)"
    after, rules = Quantity(None, None, "eq", "2022-10-13", now), ("record.citation", "record.licence_requirement")
    finding = replace(evidence.finding, before=before, after=after, rules=rules)
    text = flat(make.a_mail(make.an_edition(replace(candidate, evidence=(replace(evidence, finding=finding),)))).text)
    assert "Added: 87 FR 62202, 10/13/22; … §§ 734.9(e) and >" in text
    assert "Removed:" not in text


def test_a_figure_is_read_side_by_side() -> None:
    assert "Added:" not in make.a_mail(make.an_edition(make.share())).text


def test_a_change_far_down_a_long_row_is_shown() -> None:
    change = change_between(LONG, LONG.replace("word350 ", "word350 NEWLY SAID "), 240)
    assert change is not None
    shown = "".join(piece.text for piece in change.now)
    assert len(shown) <= 250
    assert "word350 NEWLY SAID word351" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert [piece.text.strip() for piece in change.now if piece.marked] == ["NEWLY SAID"]
    assert (change.added, change.gone) == ("NEWLY SAID", "")


@pytest.mark.parametrize("long", ["https://www.example.org/" + "a" * 900, "企业" * 500])
def test_of_a_new_word_too_long_to_show_the_beginning_is_shown(long: str) -> None:
    for before, after in ((LONG, LONG.replace("word350 ", f"word350 {long} ")), ("Items : x", f"Items : {long} y x")):
        change = change_between(before, after, 240)
        assert change is not None
        (shown,) = (piece.text for piece in change.now if piece.marked)
        assert shown[:100] == long[:100]
        assert len("".join(piece.text for piece in change.now)) <= 250


def test_several_changes_are_told_apart() -> None:
    change = change_between("a b c d e f g h", "a X c d e f Y h", 100)
    assert change is not None
    assert (change.added, change.gone) == ("X … Y", "b … g")


@pytest.mark.parametrize(("before", "after"), [("a b c", "a b c"), ("a  b", "a b"), ("one two three", "four five six")])
def test_what_is_the_same_or_another_text_altogether_has_no_marks(before: str, after: str) -> None:
    assert change_between(before, after, 100) is None


def test_a_row_longer_than_is_compared_word_by_word_is_marked_from_the_first_change_to_the_last() -> None:
    old = [f"w{number}" for number in range(9000)]
    new = ["x" if number in (3000, 5900) else word for number, word in enumerate(old)]
    change = change_between(" ".join(old), " ".join(new), 240)
    assert change is not None
    assert change.added.startswith("x w3001")


def test_whatever_two_rows_hold_the_words_that_stayed_and_those_that_are_new_make_the_row() -> None:
    words = random.Random(5)
    for _ in range(200):
        old = [words.choice("abcdef") for _ in range(words.randrange(1, 12))]
        new = [word for word in old if words.random() > 0.2] + ["z"] * words.randrange(2)
        change = change_between(" ".join(old), " ".join(new), 1000)
        if change is not None:
            assert "".join(piece.text for piece in change.now) == " ".join(new)


def test_a_row_of_hostile_text_breaks_out_of_nothing() -> None:
    candidate = make.other_address()
    (evidence,) = candidate.evidence
    before = Quantity(None, None, "eq", None, "a b c d e f </ins><script>alert(1)</script>")
    after = Quantity(None, None, "eq", None, "a b c d e f <img src=http://evil.example/p.gif> \u202egone\u2028x")
    finding = replace(evidence.finding, before=before, after=after)
    edition = make.an_edition(replace(candidate, evidence=(replace(evidence, finding=finding),)))
    mail = make.a_mail(edition)
    preflight(edition, mail, None, "https://claimwatch.example")
    assert "<script" not in mail.html
    assert "<img" not in mail.html


def test_an_alert_of_a_changed_row_stays_short() -> None:
    candidate = make.other_address()
    (evidence,) = candidate.evidence
    before = Quantity(None, None, "eq", None, f"{LONG} {LONG}")
    after = Quantity(None, None, "eq", "2026-11-10", f"{LONG} and a new address that is long enough {LONG} {LONG[:90]}")
    long = replace(
        candidate, evidence=(replace(evidence, finding=replace(evidence.finding, before=before, after=after)),)
    )
    for one in (candidate, long):
        edition = make.an_alert(one)
        mail = make.a_mail(edition)
        preflight(edition, mail, None, "https://claimwatch.example")
        above = mail.text.partition("\nAbout this mail\n")[0].rstrip("\n").split("\n")
        assert len(above) <= 20, mail.text
        assert "Added: and" in mail.text

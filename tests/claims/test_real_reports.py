"""What reading real reports showed to be misread, in sentences of our own: kinds, figures, dates and places."""

import pytest

from claimwatch.claims import Comparer
from claimwatch.models import Finding, Outcome
from tests.claims.test_wording import found, of


def told(comparer: Comparer, text: str, entity: str = "hikvision", language: str = "en") -> Finding:
    return of(found(comparer, text, language=language), entity)


@pytest.mark.parametrize(
    ("text", "entity", "predicate", "object_class"),
    [
        ("Ukraine's agency put Dahua on its blacklist of sponsors of war.", "dahua", "listed_on", "other"),
        ("The FCC added Dahua to its list of companies that threaten national security.", "dahua", "listed_on",
         "covered_list"),
        ("The directive forces Hikvision Canada to wind down its business.", "hikvision", "trade_restriction", None),
        ("The tribunal was asked by Hikvision, which seeks to overturn the closure.", "hikvision", "litigation",
         "brought_by_company"),
        ("Critics fear that Dahua cameras share footage with the Chinese government.", "dahua",
         "cybersecurity_concern", "data_transfer"),
        ("The FCC's rule names Dahua, which stays on its Covered List of prohibited makers.", "dahua", "listed_on",
         "covered_list"),
        ("In 2021 Dahua was blacklisted by the Federal Communications Commission.", "dahua", "listed_on",
         "covered_list"),
        ("The pension fund blacklisted Hikvision for its contracts with camps.", "hikvision", "divestment_decision",
         None),
        ("Denmark's Lærerpension blacklists Hikvision.", "hikvision", "divestment_decision", "other"),
        ("The Ohio State Teachers Retirement System owned 52,400 shares of Hikvision in June.", "hikvision",
         "ownership_share", "investment_fund"),
        ("Hikvision is appealing the blacklisting, its manager said.", "hikvision", "litigation", "brought_by_company"),
        ("A Fine Gael TD urged the university to stop using its Hikvision cameras.", "hikvision",
         "calls_for", "removal"),
    ],
)  # fmt: skip
def test_the_kind_of_what_is_told(
    comparer: Comparer, text: str, entity: str, predicate: str, object_class: str | None
) -> None:
    finding = told(comparer, text, entity)
    assert finding.predicate == predicate
    assert object_class in (None, finding.object_class)


def test_an_authorisation_that_is_to_be_revoked_relieves_nobody(comparer: Comparer) -> None:
    finding = told(comparer, "The lawmakers ask that authorizations already granted to Hikvision be revoked.")
    assert finding.outcome is not Outcome.REVERSAL


@pytest.mark.parametrize(
    "text",
    [
        "Back in September, the fund said that Hikvision was under review.",
        "Back in 2021, Dahua had no place in the fund's portfolio.",
        "Dahua stayed off the Entity List.",
        "Hikvision was kept off the list.",
        "Hikvision soon deleted its video about the sanctions.",
        "Dahua deleted the page about the Entity List from its website.",
        "美国联邦通信委员会宣布，大华股份之前取得的设备许可一律作废。",
    ],
)
def test_who_was_never_listed_or_long_ago_is_not_relieved(comparer: Comparer, text: str) -> None:
    language = "en" if text.isascii() else "zh-Hans"
    assert all(finding.outcome is not Outcome.REVERSAL for finding in found(comparer, text, language=language))


@pytest.mark.parametrize(
    ("text", "predicate", "object_class"),
    [
        ("加拿大政府命令海康威视停止在加拿大的一切运营。", "trade_restriction", "restrictions"),
        ("海康威视向新疆各地出售设备，客户有喀什地区警方。", "sold_to", "police"),
        ("布鲁塞尔的一所学校外墙上装着海康威视的摄像头，挂在教学大楼。", "deployed_at", "public_buildings"),
        ("公司表示一贯高度重视全球各地的人权。", "company_statement", "human_rights"),
    ],
)
def test_chinese_words_that_others_stand_between(
    comparer: Comparer, text: str, predicate: str, object_class: str
) -> None:
    (finding,) = found(comparer, "海康威视发表声明。" * text.startswith("公司") + text, language="zh-Hans")[-1:]
    assert (finding.predicate, finding.object_class) == (predicate, object_class)


def test_a_year_since_when_something_is_known_at_least_is_no_amount(comparer: Comparer) -> None:
    finding = told(comparer, "Hikvision has known since at least 2020 that its contracts in Xinjiang were a problem.")
    assert (finding.after, finding.as_of) == (None, "2020")


def test_what_holds_only_if_it_is_passed_is_pending(comparer: Comparer) -> None:
    finding = told(comparer, "If passed, the measure would shut Dahua out of public tenders in New York.", "dahua")
    assert finding.outcome is Outcome.PENDING


def test_what_is_being_prepared_is_pending_in_chinese(comparer: Comparer) -> None:
    finding = told(comparer, "美国政府正准备对海康威视实施全面制裁。", language="zh-Hans")
    assert finding.outcome is Outcome.PENDING


def test_each_company_has_its_own_sum_of_one_sentence(comparer: Comparer) -> None:
    text = "Fondet åtte aksjar for 200 millionar i Hikvision og 950 millionar kroner i Dahua."
    sums = [told(comparer, text, entity, "nn").after for entity in ("hikvision", "dahua")]
    assert [(after.value, after.unit) for after in sums if after] == [(200_000_000, "NOK"), (950_000_000, "NOK")]


def test_a_holding_of_a_chinese_company_is_not_placed_in_china(comparer: Comparer) -> None:
    finding = told(comparer, "Oljefondet eier aksjer for 410 millioner kroner i det kinesiske selskapet Hikvision.",
                   language="nb")  # fmt: skip
    assert finding.place != "CN"


def test_a_contract_of_a_chinese_company_is_placed_in_the_region_where_it_is(comparer: Comparer) -> None:
    text = "The Chinese company Dahua won contracts worth 900 million dollars in Xinjiang."
    assert told(comparer, text, "dahua").place == "CN-XJ"


def test_the_day_of_an_order_is_that_of_what_it_orders(comparer: Comparer) -> None:
    text = "The order, which was issued on July 3, 2025, mandates that Hikvision Canada cease its operations."
    assert told(comparer, text).as_of == "2025-07-03"


@pytest.mark.parametrize(
    ("text", "language", "place"),
    [
        ("The US is preparing to add Hikvision to the Entity List, a British newspaper reported.", "en", "US"),
        ("英国《金融时报》报道，美国正准备制裁海康威视。", "zh-Hans", "US"),
    ],
)
def test_a_measure_is_not_taken_where_the_newspaper_sits(
    comparer: Comparer, text: str, language: str, place: str
) -> None:
    assert told(comparer, text, language=language).place == place

"""Amounts in Chinese text: `一百八十多个国家`, `百分之三十九点六`, `四成二`, `约60万个摄像机网络`, `逾4.1亿美元`. Pure.

Chinese sets no blanks between number, magnitude, counting word and noun, and writes numbers in signs as often as in
digits. Dates, ordinals, articles and parts of names are no amounts.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from claimwatch.claims.amounts import Amount

_SIGNS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MAGNITUDES = {
    "百": 100, "千": 1000, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "十亿": 10**9, "万亿": 10**12,
}  # fmt: skip
_ORDERS = {
    "几": 1, "数": 1, "十几": 10, "几十": 10, "数十": 10, "上百": 100, "几百": 100, "数百": 100, "上千": 1000,
    "几千": 1000, "数千": 1000,
}  # fmt: skip
_CURRENCIES = {
    "美元": "USD", "us$": "USD", "usd": "USD", "$": "USD", "美金": "USD", "欧元": "EUR", "€": "EUR", "eur": "EUR",
    "英镑": "GBP", "£": "GBP", "gbp": "GBP", "人民币": "CNY", "元": "CNY", "rmb": "CNY", "cny": "CNY", "¥": "CNY",
    "挪威克朗": "NOK", "nok": "NOK", "澳元": "AUD", "瑞典克朗": "SEK",
}  # fmt: skip
_COMPARATORS = {
    "gt": "超过|超出|超|逾|高于|多于|大于|至少|不少于|不低于|突破|多达|高达",
    "lt": "不到|不足|少于|低于|小于|至多|最多|不超过|不多于",
    "approx": "大约|大概|约为|约|将近|接近|近|估计有|估计",
}
_BEHIND = {"gt": "以上|有余", "lt": "以下|以内", "approx": "左右|上下"}
# What is counted, behind a counting word; words may stand before it ("个海康威视摄像机网络").
_C = r"[\u4e00-\u9fffa-z]"
_UNITS = {
    "countries": "个?(?:国家|国(?![内产有际企级务防会民籍家]))",
    "networks": f"个?{_C}{{0,12}}?网络(?!安全|攻击|监控|运营|摄)",
    "cameras": f"(?!家)(?:个|台|部|只|支|套|路)?(?:{_C}{{0,8}}?的?)?(?:摄像头|摄像机|摄影机|监视器|探头|镜头)",
    "devices": f"(?!家)(?:个|台|部|套|批)?(?:{_C}{{0,8}}?的?)?(?:设备|装置|录像机|终端)",
    "offices": f"(?:个|栋|座|处|幢){_C}{{0,6}}?(?:楼|建筑|场所|地点|办公室|办事处|站点)",
    "municipalities": f"(?:个|座){_C}{{0,4}}?(?:城市|市镇|地方政府)",
    "schools": f"(?:所|间){_C}{{0,4}}?(?:学校|中学|小学|大学|高校)",
    "projects": f"(?:个|项){_C}{{0,8}}?(?:项目|工程)",
    "contracts": f"(?:份|个|项){_C}{{0,8}}?(?:合同|合约|协议|订单)",
    "entities": f"(?:家|个){_C}{{0,8}}?(?:公司|企业|实体|机构|供应商|组织)",
    "shares": "股(?![东份权])",
    "employees": f"(?:名|位)?{_C}{{0,4}}?(?:员工|雇员|职工)",
    "citizens": f"(?:名|位)?{_C}{{0,4}}?(?:公民|居民|用户|民众)|(?:名|位)?(?:维吾尔)?人(?![权工员类大])",
    "licences": f"(?:张|份|项|个)?{_C}{{0,4}}?(?:许可证|许可)",
}
_NUMERAL = "[零〇一二两三四五六七八九十百千]"
_CURRENCY = "|".join(sorted(map(re.escape, _CURRENCIES), key=len, reverse=True))
_MAGNITUDE = "|".join(sorted(_MAGNITUDES, key=len, reverse=True))
_PERCENT = re.compile(
    rf"百分之(?P<whole>{_NUMERAL}+|\d+)(?:点(?P<rest>[零〇一二三四五六七八九]+)|(?P<decimals>\.\d+))?|"
    rf"(?P<tenth>[一二两三四五六七八九\d])成(?P<ones>[一二三四五六七八九])?(?![为都功立员本果熟长])|"
    rf"(?P<of>[二两三四五六七八九十])分之(?P<part>{_NUMERAL})|(?P<number>\d+(?:\.\d+)?) ?(?:%|个百分点)",
    re.ASCII,  # of digits: others are no numbers to us
)
_ORDER = "|".join(sorted((order for order in _ORDERS if len(order) > 1), key=len, reverse=True))
_AMOUNT = re.compile(
    rf"(?:(?P<before>{_CURRENCY}) ?)?"
    rf"(?P<number>(?<![a-z\d.,§/第-])(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![a-z.,/-]?\d|[a-z-])|"
    rf"(?<![第零〇一二两三四五六七八九十百千])(?:[几数](?=[万亿])|{_ORDER}|{_NUMERAL}{{2,}}|"
    rf"[二两三四五六七八九十](?!十|百|千)))"
    rf" ?(?P<magnitude>{_MAGNITUDE})?(?P<more>多|余|来)?(?P<magnitude_behind>万亿|亿|万)?"
    rf" ?(?P<after>{_CURRENCY})?",
    re.ASCII,
)
_COMPARED = {name: re.compile(rf"(?:{words})(?:共|有|为|达)? ?$") for name, words in _COMPARATORS.items()}
_COMPARED_BEHIND = {name: re.compile(words) for name, words in _BEHIND.items()}
_UNIT = re.compile("|".join(f"(?P<{name}>(?:{pattern}))" for name, pattern in _UNITS.items()))
_NO_AMOUNT = re.compile(r" ?(?:年(?!度|销)|月|日|号|时|点|岁|票|页|条|款|次|天|周|届|分钟|小时|个月|项?法|世纪)")
_YEARLY = re.compile(r"(?:每年|年均|全年|一年|年销量|年出货量?)[^,。;]{0,14}$")
_COUNTED_AGAIN = re.compile(r"[个家台套部](?=[,。;、)]|$)")
_NOUN_BEFORE = re.compile(
    r"[\s\S]*(?:(?P<networks>网络)|(?P<cameras>摄像头|摄像机)|(?P<devices>设备)|(?P<countries>国家(?:和地区)?))"
    r"的?(?:总数|数量|数目|数)?[^,。;\d]{0,6}$"
)
_REACH = 24  # characters before a number that can say something of it
_JOINED = re.compile(r" ?(?:和|与|或|到|至|、|-|~) ?")


def find(folded: str) -> tuple[Amount, ...]:
    """The numbers of a folded Chinese text that are no dates or ordinals, in order."""
    found = sorted((*_shares(folded), *_counts(folded)), key=lambda amount: amount.start)
    for index in range(len(found) - 1, -1, -1):
        one = found[index]
        behind = found[index + 1] if index + 1 < len(found) else None
        if one.unit is None and behind is not None and _JOINED.fullmatch(folded, one.end, behind.start):
            found[index] = replace(one, unit=behind.unit)  # "165和190个国家": the first has the unit of the second
    unit: str | None = None
    for index, one in enumerate(found):
        again = _COUNTED_AGAIN.match(folded, one.end) if one.unit is None else None
        if again is not None:
            noun = _NOUN_BEFORE.match(folded, max(0, one.start - _REACH), one.start)
            # "网络约为51万个", else as in "155个国家,大华为180个"
            found[index] = one = replace(one, unit=noun.lastgroup if noun else unit, end=again.end())
        unit = one.unit or unit
    return tuple(found)


def _shares(folded: str) -> Iterator[Amount]:
    for match in _PERCENT.finditer(folded):
        if match["whole"]:
            rest = "".join(str(_SIGNS[sign]) for sign in match["rest"] or "")
            value = float(f"{_integer(match['whole'])}{match['decimals'] or (f'.{rest}' if rest else '')}")
        elif match["tenth"]:
            value = 10.0 * _integer(match["tenth"]) + _integer(match["ones"] or "零")
        elif match["of"]:
            value = float(f"{100 * _integer(match['part']) / _integer(match['of']):.3g}")
        else:
            value = float(match["number"])
        yield Amount(value, "percent", _comparator(folded, match.start(), match.end()), match.start(), match.end())


def _counts(folded: str) -> Iterator[Amount]:
    shares = [match.span() for match in _PERCENT.finditer(folded)]
    for match in _AMOUNT.finditer(folded):
        start, end = match.span()
        if any(a < end and start < b for a, b in shares):
            continue
        currency = match["before"] or match["after"]
        magnitude = f"{match['magnitude'] or ''}{match['magnitude_behind'] or ''}"
        if not currency and not magnitude and _NO_AMOUNT.match(folded, end):
            continue
        order = _ORDERS.get(match["number"])
        value = Decimal(order) if order else _number(match["number"])
        for one in (match["magnitude"], match["magnitude_behind"]):
            value *= _MAGNITUDES[one] if one else 1
        unit = _CURRENCIES[currency] if currency else None
        counted = _UNIT.match(folded, end) if unit is None else None
        if counted is not None:
            unit, end = counted.lastgroup, counted.end()
            if unit in ("cameras", "devices") and _YEARLY.search(folded, max(0, start - _REACH), start):
                unit = f"{unit}/year"
        comparator = "order" if order else "gt" if match["more"] else _comparator(folded, start, end)
        yield Amount(float(value), unit, comparator, start, end)


def _comparator(folded: str, start: int, end: int) -> str:
    near = max(0, start - _REACH)
    before = next((name for name, pattern in _COMPARED.items() if pattern.search(folded, near, start)), None)
    # "不超过" ends as "超过" does
    before = "lt" if _COMPARED["lt"].search(folded, near, start) else before
    return before or next((name for name, p in _COMPARED_BEHIND.items() if p.match(folded, end)), "eq")


def _number(said: str) -> Decimal:
    return Decimal(said.replace(",", "")) if said[0] in "0123456789" else Decimal(_integer(said))


def _integer(said: str) -> int:
    """A number below ten thousand in signs, or in digits. `零` and `〇` only hold a place."""
    if said.isdigit() and said.isascii():
        return int(said)
    if len(said) > 1 and not any(sign in _TENS for sign in said):
        return int("".join(str(_SIGNS[sign]) for sign in said))  # digit by digit, as years are
    total, digit = 0, 0
    for sign in said:
        if sign in _TENS:
            total, digit = total + (digit or 1) * _TENS[sign], 0
        else:
            digit = _SIGNS[sign]
    return total + digit

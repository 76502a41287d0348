"""Promises of reading and writing amounts of money."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.money import Amount, Unit, Unreadable, Why, auto, brief, find_amounts, read_amount, wan, yi

WAN, YI = 10**4, 10**8
any_yuan = st.integers(min_value=0, max_value=10**14)


def yuan(text: str, default: Unit = Unit.WAN) -> int | Why:
    reading = read_amount(text, default)
    return reading.yuan if isinstance(reading, Amount) else reading.reason


def found(text: str) -> list[tuple[str, int | Why]]:
    return [
        (
            text[find.start : find.end],
            find.reading.yuan if isinstance(find.reading, Amount) else find.reading.reason,
        )
        for find in find_amounts(text)
    ]


BARE = ["3200", "３，２００", "3200.00", "三千二", "三千二百"]
WITH_A_UNIT = [
    "3200万",
    "3,200万元",
    "0.32亿",
    "三千二百万",
    "３２００万",
    "32000000元",
    "3200w",
    "3200 万元",
    "3千2百万",
]
RARER = [
    "3.2千万",
    "32百万",
    "叁仟贰佰万元整",
    "￥32,000,000",
    "零点三二亿",
    "0.32億",
    "3200萬元",
    "3200\u200b万",
]
IN_WORDS = ["本月完成3200万", "完成了3200万元。", " 3200万 ", "人民币三千二百万元", "本月：3200"]


@pytest.mark.parametrize("text", [*BARE, *WITH_A_UNIT, *RARER, *IN_WORDS])
def test_the_ways_people_write_3200_wan_are_all_read_as_it(text: str) -> None:
    assert yuan(text) == 3200 * WAN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1亿2000万", 120_000_000),
        ("一亿二", 120_000_000),
        ("一亿零二百万", 102_000_000),
        ("1亿200万", 102_000_000),
        ("十点五亿", 1_050_000_000),
        ("十五万", 150_000),
        ("两百五十万", 2_500_000),
        ("三百五", 3_500_000),
        ("三百零五", 3_050_000),
        ("1万2000元", 12_000),
        ("三万五", 35_000),
        (".5亿", 50_000_000),
        ("1亿2000元", 100_002_000),
        ("0", 0),
        ("零", 0),
        ("0万元", 0),
        ("100万亿", 10**14),
    ],
)
def test_compound_and_spoken_numbers_are_read_exactly(text: str, expected: int) -> None:
    assert yuan(text) == expected


@pytest.mark.parametrize(
    "text", ["没有", "", "   ", "70%", "70 %", "一般", "无", "停工", "千万不要", "百万", "元"]
)
def test_what_is_no_money_is_not_read_as_an_amount(text: str) -> None:
    assert yuan(text) is Why.NOT_MONEY


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-3200", Why.NEGATIVE),
        ("－3200万", Why.NEGATIVE),
        ("负三百万", Why.NEGATIVE),
        ("1000001亿", Why.TOO_LARGE),
        ("9" * 5000, Why.TOO_LARGE),
        ("3200.555元", Why.TOO_FINE),
        ("0.0000001", Why.TOO_FINE),
        ("1.2.3", Why.AMBIGUOUS),
        ("3,20", Why.AMBIGUOUS),
        ("1,2000", Why.AMBIGUOUS),
        ("1.200,50", Why.AMBIGUOUS),
        ("03200", Why.AMBIGUOUS),
        ("1亿2000", Why.AMBIGUOUS),
        ("1亿2", Why.AMBIGUOUS),
        ("一亿二千", Why.AMBIGUOUS),
        ("三百五万", Why.AMBIGUOUS),
        ("1亿20000万", Why.AMBIGUOUS),
        ("1.5亿2000万", Why.AMBIGUOUS),
        ("三二〇〇万", Why.AMBIGUOUS),
        ("3200多万", Why.APPROXIMATE),
        ("约3200万", Why.APPROXIMATE),
        ("3200万左右", Why.APPROXIMATE),
        ("两三百万", Why.APPROXIMATE),
        ("几百万", Why.APPROXIMATE),
        ("十几亿", Why.APPROXIMATE),
        ("十来万", Why.APPROXIMATE),
        ("3200万和500万", Why.TWO_AMOUNTS),
        ("3000-3500万", Why.TWO_AMOUNTS),
        ("3200万1200万", Why.TWO_AMOUNTS),
        ("3 200", Why.TWO_AMOUNTS),
        ("未完成3200万", Why.EXTRA_WORDS),
        ("还差3200万", Why.EXTRA_WORDS),
        ("3200万吨", Why.EXTRA_WORDS),
    ],
)
def test_what_could_mislead_is_refused_with_its_reason(text: str, why: Why) -> None:
    assert read_amount(text) == Unreadable(why)


def test_a_bare_number_is_in_the_unit_of_the_form() -> None:
    assert [yuan("3.2", unit) for unit in (Unit.WAN, Unit.YI)] == [32_000, 320_000_000]
    assert yuan("32", Unit.YUAN) == 32


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("3200", None),
        ("3千", None),
        ("3200万", Unit.WAN),
        ("1亿2000万", Unit.YI),
        ("3200元", Unit.YUAN),
        ("¥3200", Unit.YUAN),
    ],
)
def test_the_largest_unit_that_was_written_is_kept(text: str, unit: Unit | None) -> None:
    reading = read_amount(text)
    assert isinstance(reading, Amount)
    assert reading.unit_written is unit


def test_fen_are_rounded_half_up_to_the_yuan() -> None:
    assert [yuan(text) for text in ("0.49元", "0.50元", "12345678.90元", "1234.56785万")] == [
        0,
        1,
        12_345_679,
        12_345_679,
    ]


@given(any_yuan)
@example(123_456_789)
def test_what_is_written_exactly_is_read_back_to_the_yuan(amount: int) -> None:
    assert yuan(auto(amount)) == amount
    assert yuan(f"{amount}元") == amount


@given(any_yuan)
def test_what_is_written_in_wan_is_read_back_within_half_of_its_last_place(amount: int) -> None:
    back = yuan(wan(amount))
    assert isinstance(back, int)
    assert abs(back - amount) <= 50
    assert amount % 100 or back == amount


@given(st.integers(min_value=0, max_value=10**8 - 1).map(lambda number: number * WAN))
def test_a_chinese_numeral_is_read_as_the_number_it_spells(amount: int) -> None:
    assert yuan(spelled(amount)) == amount


def spelled(amount: int) -> str:
    """三千二百万: an independent speller, for whole 万."""
    high, low = divmod(amount // WAN, 10**4)
    text = f"{_four_digits(high)}亿" if high else ""
    if low:
        text += ("零" if high and low < 1000 else "") + f"{_four_digits(low)}万"
    return text or "零"


def _four_digits(number: int) -> str:
    text = ""
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            text += "零一二三四五六七八九"[digit] + unit
        elif text and number % place and not text.endswith("零"):
            text += "零"
    return text


@given(st.text(alphabet="0123456789.,，。亿万千百十元零三两点-%号月 多约w", max_size=20))
def test_any_text_is_either_an_amount_within_bounds_or_refused(text: str) -> None:
    for reading in [read_amount(text), *(find.reading for find in find_amounts(text))]:
        assert isinstance(reading, Unreadable) or 0 <= reading.yuan <= 10**14


@given(st.text(max_size=60))
def test_finds_lie_in_their_text_from_left_to_right(text: str) -> None:
    places = [place for find in find_amounts(text) for place in (find.start, find.end)]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)


@pytest.mark.parametrize(
    ("line", "amounts"),
    [
        ("城北水厂 本月1200万 形象70%", [("1200万", 1200 * WAN)]),
        ("3号 3200万", [("3200万", 3200 * WAN)]),
        ("君山垃圾发电 开工了 完成0.5亿 主体封顶", [("0.5亿", 5000 * WAN)]),
        ("2期 本月1200 形象70 %", [("1200", 1200 * WAN)]),
        ("107国道 三号线 完成三千二百万元，2012年3月", [("三千二百万元", 3200 * WAN)]),
        ("2012-03 3万吨 10万千瓦 5万平方米", []),
        ("100元/亩 1200万元/公里", []),
        ("千万注意安全，完成一万元", [("一万元", 10_000)]),
        ("本月1200万人民币", [("1200万", 1200 * WAN)]),
        ("1200万立项已批", [("1200万", 1200 * WAN)]),
        ("8点30开会", []),
        ("完成1200万来自贷款", [("1200万", 1200 * WAN)]),
        ("2012元月完成800万", [("800万", 800 * WAN)]),
        ("浇筑 500 立方 主体 8 层 2012 年 3 月", []),
        ("1200 月底封顶", [("1200", 1200 * WAN)]),
    ],
)
def test_amounts_are_found_in_a_line_and_other_numbers_are_left(
    line: str, amounts: list[tuple[str, int]]
) -> None:
    assert found(line) == amounts


@pytest.mark.parametrize(
    ("line", "finds"),
    [
        ("投资-3200万", [("3200万", Why.NEGATIVE)]),
        ("约1200万", [("1200万", Why.APPROXIMATE)]),
        ("累计3200余万元", [("3200余万元", Why.APPROXIMATE)]),
        ("3000万-3500万", [("3000万", Why.TWO_AMOUNTS), ("3500万", Why.TWO_AMOUNTS)]),
        ("形象70，200万", [("70，200万", Why.AMBIGUOUS)]),
    ],
)
def test_a_doubtful_amount_in_a_line_is_found_but_not_read(line: str, finds: list[tuple[str, Why]]) -> None:
    assert found(line) == finds


def test_a_long_text_is_searched_in_time_that_grows_with_its_length() -> None:
    assert len(find_amounts("完成1200万，" * 2000)) == 2000


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (12_000_000, "1,200万元"),
        (3_200, "0.32万元"),
        (0, "0元"),
        (12_345_678, "1,234.57万元"),
        (-5_000_000, "-500万元"),
    ],
)
def test_wan_has_at_most_two_decimals_and_no_trailing_zeros(amount: int, text: str) -> None:
    assert wan(amount) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0元"), (9_999, "9999元"), (10_000, "1万"), (32_000_000, "3200万"), (3_760_000_000, "37.6亿")],
)
def test_a_digest_never_says_nothing_of_what_is_something(amount: int, text: str) -> None:
    assert brief(amount) == text


def test_yi_has_as_many_decimals_as_asked_for() -> None:
    assert [yi(3_760_000_000), yi(285_770_000_000), yi(50_000_000, 2)] == [
        "37.6亿元",
        "2857.7亿元",
        "0.50亿元",
    ]
    assert [yi(24_500_000_000, 0), yi(-4_900_000), yi(-5_000_000)] == ["245亿元", "0.0亿元", "-0.1亿元"]


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (3_760_000_000, "37.6亿元"),
        (123_450_000, "12,345万元"),
        (12_345_678, "12,345,678元"),
        (3_200, "3,200元"),
        (0, "0元"),
    ],
)
def test_auto_chooses_the_shortest_exact_form(amount: int, text: str) -> None:
    assert auto(amount) == text

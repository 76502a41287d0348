"""A question in words: what is read, in any order and with slips; buttons that carry it; nothing ever raises."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.asking.question import Ask, Narrow, What, button_data, read_data
from handlers.asking.reading import nearest, read_question
from handlers.asking.vocabulary import Places, vocabulary
from handlers.words import Words
from rules.book import default_book
from rules.kinds import Light, PlaceKind

PLACES = Places(
    districts=("云溪区", "君山区", "南湖风景区", "城南区", "城南新区", "市本级", "汨罗市"),
    fronts=("交通", "城建", "工业"),
    categories=("基础设施", "重大产业"),
    units=((1, "市城建投资公司"), (2, "市水利局"), (3, "云溪区住房和城乡建设局"), (4, "市住房和城乡建设局")),
    leaders=((5, "林宏强", "市委常委、副市长"), (6, "王市长", ""), (7, "张书记", "")),
)
CATEGORIES = [(each.key, each.name) for each in default_book().categories]
CITY = vocabulary(Words(), PLACES, CATEGORIES, date(2012, 4, 20))

YUNXI, JUNSHAN = (PlaceKind.DISTRICT, "云溪区"), (PlaceKind.DISTRICT, "君山区")
INVESTORS, WATER = (PlaceKind.UNIT, "1"), (PlaceKind.UNIT, "2")
INDUSTRY = (PlaceKind.CATEGORY, "重大产业")
LIN, WANG = (PlaceKind.LEADER, "5"), (PlaceKind.LEADER, "6")
RED, YELLOW, GREEN = (Ask(What.LIGHTS, light=light) for light in (Light.RED, Light.YELLOW, Light.GREEN))
RED_AND_YELLOW = Ask(What.LIGHTS, light=Light.RED, also=Light.YELLOW)
NOW, LAST = "2012-04", "2012-03"

PHRASES: dict[str, Ask] = {
    "红灯项目": RED,
    "红灯": RED,
    "红灯有哪些": RED,
    "有哪些红灯项目？": RED,
    "查一下红灯": RED,
    "请问红灯项目有几个": RED,
    "黄灯": YELLOW,
    "黄牌项目": YELLOW,
    "绿灯": GREEN,
    "灯色": Ask(What.LIGHTS),
    "红灯黄灯": RED_AND_YELLOW,
    "黄灯和红灯": RED_AND_YELLOW,
    "云溪区 红灯、黄灯": RED_AND_YELLOW.at(YUNXI),
    "红灯黄灯绿灯": Ask(What.LIGHTS),
    "去年": Ask(What.OVERVIEW, (), "2011"),
    "2011年": Ask(What.OVERVIEW, (), "2011"),
    "去年 投资": Ask(What.DONE, (), "2011"),
    "云溪区去年同期": Ask(What.OVERVIEW, (YUNXI,), "2011-04"),
    "3月 去年同期 投资": Ask(What.DONE, (), "2011-03"),
    "去年3月": Ask(What.OVERVIEW, (), "2011-03"),
    "今年3月": Ask(What.OVERVIEW, (), LAST),
    "今年5月": Ask(What.OVERVIEW, (), "2012-05"),
    "4月": Ask(What.OVERVIEW, (), NOW),
    "5月 投资": Ask(What.DONE, (), "2011-05"),
    "上半年": Ask(What.OVERVIEW, (), "2012H1"),
    "云溪区 上半年 投资": Ask(What.DONE, (YUNXI,), "2012H1"),
    "下半年": Ask(What.OVERVIEW, (), "2011H2"),
    "去年上半年": Ask(What.OVERVIEW, (), "2011H1"),
    "2011年下半年 投资": Ask(What.DONE, (), "2011H2"),
    "全市灯色情况": Ask(What.LIGHTS),
    "云溪区 红灯": RED.at(YUNXI),
    "红灯 云溪区": RED.at(YUNXI),
    "红灯云溪": RED.at(YUNXI),
    "云溪红灯项目": RED.at(YUNXI),
    "云西区 红灯": RED.at(YUNXI),
    "云溪区的红灯呢": RED.at(YUNXI),
    "【云溪区】红灯！": RED.at(YUNXI),
    "云溪区 本月": Ask(What.OVERVIEW, (YUNXI,), NOW),
    "云溪区本月": Ask(What.OVERVIEW, (YUNXI,), NOW),
    "本月云溪区": Ask(What.OVERVIEW, (YUNXI,), NOW),
    "云溪区 这个月 怎么样": Ask(What.OVERVIEW, (YUNXI,), NOW),
    "云溪区 上月": Ask(What.OVERVIEW, (YUNXI,), LAST),
    "云溪区 ３月": Ask(What.OVERVIEW, (YUNXI,), LAST),
    "云溪区三月份": Ask(What.OVERVIEW, (YUNXI,), LAST),
    "云溪区 2012年3月": Ask(What.OVERVIEW, (YUNXI,), LAST),
    "云溪区 12月": Ask(What.OVERVIEW, (YUNXI,), "2011-12"),
    "云溪区": Ask(What.OVERVIEW, (YUNXI,)),
    "云溪": Ask(What.OVERVIEW, (YUNXI,)),
    "南湖": Ask(What.OVERVIEW, ((PlaceKind.DISTRICT, "南湖风景区"),)),
    "汨罗 未报": Ask(What.OWING, ((PlaceKind.DISTRICT, "汨罗市"),)),
    "本月": Ask(What.OVERVIEW, (), NOW),
    "今年": Ask(What.OVERVIEW),
    "2012年": Ask(What.OVERVIEW),
    "重大产业 进度": Ask(What.DONE, (INDUSTRY,)),
    "进度重大产业": Ask(What.DONE, (INDUSTRY,)),
    "工业战线 进度": Ask(What.DONE, ((PlaceKind.FRONT, "工业"),)),
    "城建 投资": Ask(What.DONE, ((PlaceKind.FRONT, "城建"),)),
    "前期项目 进度": Ask(What.DONE, ((PlaceKind.KIND, "preliminary"),)),
    "重大建设 云溪区 投资": Ask(What.DONE, ((PlaceKind.KIND, "construction"), YUNXI)),
    "城建投资 本月": Ask(What.OVERVIEW, (INVESTORS,), NOW),
    "云溪 区 红灯": RED.at(YUNXI),
    "本年投资": Ask(What.DONE),
    "今年完成多少投资": Ask(What.DONE),
    "投资进度": Ask(What.DONE),
    "上个月投资": Ask(What.DONE, (), LAST),
    "3月 君山 投资": Ask(What.DONE, (JUNSHAN,), LAST),
    "未报": Ask(What.OWING),
    "谁没报": Ask(What.OWING),
    "还没报的有哪些": Ask(What.OWING),
    "云溪区未报": Ask(What.OWING, (YUNXI,)),
    "水利局 未报": Ask(What.OWING, (WATER,)),
    "市水利局本月": Ask(What.OVERVIEW, (WATER,), NOW),
    "水利 本月": Ask(What.OVERVIEW, (WATER,), NOW),
    "林市长 项目": Ask(What.PROJECTS, (LIN,)),
    "林副市长项目": Ask(What.PROJECTS, (LIN,)),
    "林宏强": Ask(What.PROJECTS, (LIN,)),
    "王市长项目": Ask(What.PROJECTS, (WANG,)),
    "王市长 红灯": RED.at(WANG),
    "云溪区项目清单": Ask(What.PROJECTS, (YUNXI,)),
    "问题": Ask(What.PROBLEMS),
    "问题 资金": Ask(What.PROBLEMS, category="funds"),
    "资金问题": Ask(What.PROBLEMS, category="funds"),
    "征拆": Ask(What.PROBLEMS, category="relocation"),
    "云溪区征拆问题": Ask(What.PROBLEMS, (YUNXI,), category="relocation"),
    "逾期问题": Ask(What.PROBLEMS, narrow=Narrow.OVERDUE),
    "超期": Ask(What.PROBLEMS, narrow=Narrow.OVERDUE),
    "重大问题 君山": Ask(What.PROBLEMS, (JUNSHAN,), narrow=Narrow.MAJOR),
    "上月排名": Ask(What.RANKING, (), LAST),
    "排名": Ask(What.RANKING),
}


@pytest.mark.parametrize(("text", "asked"), PHRASES.items(), ids=PHRASES)
def test_a_question_is_read_whatever_its_order_signs_and_slips(text: str, asked: Ask) -> None:
    assert read_question(text, CITY).asks == (asked,)
    assert read_question(text, CITY).is_clear


@pytest.mark.parametrize("text", ["城投 本月", "城投本月", "本月城投"])
def test_a_unit_is_known_by_what_it_is_called_for_short(text: str) -> None:
    assert read_question(text, CITY).short == (Ask(What.OVERVIEW, (INVESTORS,), NOW),)


def test_the_units_of_a_district_are_told_apart_from_the_citys() -> None:
    assert read_question("云溪区住建局 未报", CITY).short == (Ask(What.OWING, ((PlaceKind.UNIT, "3"),)),)
    assert read_question("住建局 未报", CITY).short == (Ask(What.OWING, ((PlaceKind.UNIT, "4"),)),)


def test_two_districts_alike_are_both_offered() -> None:
    found = read_question("城南 红灯", CITY).asks
    assert found == (RED.at((PlaceKind.DISTRICT, "城南区")), RED.at((PlaceKind.DISTRICT, "城南新区")))


def test_a_name_keeps_the_places_that_stand_in_it() -> None:
    reading = read_question("君山垃圾发电", CITY)
    assert (reading.name, reading.rest, reading.bare) == ("君山垃圾发电", "垃圾发电", True)


def test_what_is_not_understood_is_near_to_something() -> None:
    assert nearest(read_question("红登", CITY), CITY)[0][1] == RED
    assert nearest(read_question("云希 进度", CITY), CITY)[0][1] == Ask(What.DONE, (YUNXI,))


@pytest.mark.parametrize("text", ["150号", "云溪二区红灯", "一区", "君山一期"])
def test_numerals_are_never_the_slip(text: str) -> None:
    assert not read_question(text, CITY).slip


def test_talk_is_no_question() -> None:
    for text in ("", "。", "今天天气不错", "谢谢", "字" * 100):
        assert not read_question(text, CITY).is_clear


@pytest.mark.parametrize("ask", [*dict.fromkeys(PHRASES.values()), Ask(What.PROJECT, number=7, page=2)])
def test_a_button_carries_the_very_question(ask: Ask) -> None:
    data = button_data(ask)
    assert data is not None
    assert len(data.encode()) <= 64
    assert read_data(data) == ask


def test_a_question_too_long_for_a_button_gets_none() -> None:
    assert button_data(RED.at((PlaceKind.FRONT, "农业农村及城乡统筹发展战线指挥部指挥部"), YUNXI)) is None
    assert button_data(RED.at((PlaceKind.DISTRICT, "云溪;l=green"))) is None


@given(st.text(max_size=60) | st.lists(st.sampled_from([*PHRASES, *CITY.meanings]), max_size=5).map("".join))
def test_any_text_is_read(text: str) -> None:
    reading = read_question(text, CITY)
    assert len(reading.asks) <= 3
    assert len(nearest(reading, CITY)) <= 3
    for ask in reading.asks:
        assert CITY.phrase(ask)


@given(
    st.text(max_size=64).map("q|".__add__) | st.from_regex(r"q\|[rlwpdjok](;[dfcumktlngibp]=\w{0,20}){0,4}")
)
def test_any_data_of_a_button_is_read_or_refused(data: str) -> None:
    ask = read_data(data)
    assert ask is None or isinstance(ask, Ask)

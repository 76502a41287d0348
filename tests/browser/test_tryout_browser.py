"""What the try-out page promises, seen in a real browser: the people and projects are those of the sample city.

Each test plays people of its own, so that none finds what another has filed. All of them hold in March as in July:
a test that moves the clock takes nothing from the others.
"""

import re
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.sample.city import BEGINS
from storage.charts import LightsBar, LightsChart
from storage.messages import Outgoing
from tests.browser.conftest import City, Meet, NewPage, Someone

# How bright, from 0 to 255, an element's words are and what lies behind them.
WORDS_AND_GROUND = """(element) => {
    const clear = (colour) => /^rgba\\(.*, 0\\)$/.test(colour);
    const brightness = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).reduce((sum, part) => sum + part / 3, 0);
    let below = element;
    while (clear(getComputedStyle(below).backgroundColor)) below = below.parentElement;
    return [brightness(getComputedStyle(element).color), brightness(getComputedStyle(below).backgroundColor)];
}"""
RECEIPT = re.compile(r"已收到 J\d+")
# Elements that reach over the right edge, unless they lie in a row that is made to be pushed sideways.
STICKS_OUT = """() => [...document.querySelectorAll('body *')].filter((element) =>
    element.getBoundingClientRect().right > innerWidth + 0.5 && !element.closest('.tabs, .chips, .filters, .hidden')
).map((element) => element.outerHTML.slice(0, 120))"""


def test_the_first_screen_offers_people_to_play(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_test_id("city")).to_have_text("样例市")
    expect(page.get_by_test_id("now")).to_contain_text("2012年")
    suggested = page.get_by_test_id("suggested").get_by_test_id("person")
    for role in ("联络人", "一把手", "牵头领导", "市项目办"):
        expect(suggested.filter(has_text=role).first).to_be_visible()
    page.get_by_test_id("open-suggested").click()
    expect(page.get_by_test_id("column")).to_have_count(4)
    expect(page.get_by_test_id("welcome")).to_be_hidden()


def test_anyone_of_the_city_can_be_found_and_a_reload_keeps_who_is_open(page: Page) -> None:
    page.goto("/")
    page.get_by_test_id("open-all").click()
    page.get_by_test_id("chooser-query").fill("田秋峰")
    page.get_by_test_id("chooser").get_by_test_id("person").click()
    expect(page.get_by_test_id("who-name")).to_have_text("田秋峰")
    page.reload()
    expect(page.get_by_test_id("who-name")).to_have_text("田秋峰")


def test_a_contact_files_a_progress_report_by_taps_and_typing(page: Page, meet: Meet, city: City) -> None:
    [contact] = meet(page, "董育岚")
    contact.column.get_by_test_id("chip").filter(has_text="报进展").click()
    contact.see("哪个项目")
    contact.tap("城北水厂扩建工程")
    contact.see("完成投资多少")
    contact.say("1200")
    contact.see("形象进度到哪一步了")
    contact.say("主体封顶，完成70%")
    contact.see("有现场照片吗")
    contact.tap("没有照片")
    contact.see("本月完成：1,200万元")
    contact.tap("改本月完成")
    contact.see("完成投资多少")
    contact.say("1,300万")
    contact.see("本月完成：1,300万元")
    contact.tap("确认上报")
    contact.see(RECEIPT)
    assert city.filed_by("董育岚") == ["progress"]


def test_a_photo_is_attached_shown_and_goes_with_the_report(page: Page, meet: Meet, photo: Path) -> None:
    [contact] = meet(page, "程兰军")
    contact.say("报进展")
    contact.see("哪个项目")
    contact.newest.get_by_test_id("option").first.click()
    contact.see("完成投资多少")
    contact.say("300")
    contact.see("形象进度到哪一步了")
    contact.say("基础完成")
    contact.see("有现场照片吗")
    contact.attach(photo)
    expect(contact.column.get_by_test_id("attachment")).to_contain_text("现场.jpg")
    contact.column.get_by_test_id("send").click()
    shown = contact.log.get_by_test_id("photo").get_by_role("img", name="照片：现场.jpg")
    expect(shown).to_be_visible()
    expect(shown).to_have_js_property("naturalWidth", 640)
    contact.see("已收1张")
    contact.tap("就这些（1张）")
    contact.see("照片：1张")
    contact.tap("确认上报")
    contact.see(RECEIPT)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_chart_is_shown_whole_on_a_phone_and_said_in_words(
    new_page: NewPage, meet: Meet, city: City, dark: bool
) -> None:
    page = new_page(390, 844, phone=True, dark=dark)
    [leader] = meet(page, "李德林")
    title = f"各县市区项目灯色（{'夜' if dark else '日'}）"
    bars = (
        LightsBar(name="云溪区", green=12, yellow=3, red=1),
        LightsBar(name="君山区", green=7, yellow=0, red=2),
    )
    chart = LightsChart(title=title, as_of="截至2012年7月31日", bars=bars)
    city.is_told("李德林", Outgoing(title="七月简报", text="红灯3个。", chart=chart))
    words = "云溪区绿灯12个、黄灯3个、红灯1个；君山区绿灯7个、黄灯0个、红灯2个。"
    shown = leader.log.get_by_role("img", name=f"{title}。截至2012年7月31日。{words}")
    expect(shown).to_be_visible(timeout=30_000)
    expect(shown).to_have_js_property("naturalWidth", 1080)
    sides = shown.evaluate("(image) => image.naturalWidth / image.naturalHeight - image.width / image.height")
    assert abs(sides) < 0.05, "nothing is cut off"
    expect(
        leader.newest.locator(".foot")
    ).to_be_in_viewport()  # a picture that comes late pushes nothing out of view
    assert page.evaluate(STICKS_OUT) == []


def test_a_major_problem_is_at_its_leader_at_once_and_what_he_says_comes_back(page: Page, meet: Meet) -> None:
    [contact, leader, office] = meet(page, "郑文晖", "李德林", "田秋峰")
    contact.say("报问题")
    contact.see("问题有多严重")
    contact.tap("重大问题")
    contact.see("哪一类问题")
    contact.tap("征拆")
    contact.see("出了什么事")
    contact.say("两户阻工，进场道路被堵")
    contact.see("什么时候发现的")
    contact.tap("刚才")
    contact.see("在什么地方")
    contact.tap("就在项目现场")
    contact.see("需要谁帮什么忙")
    contact.say("请区里今天派工作组")
    contact.see("有现场照片吗")
    contact.tap("没有照片")
    contact.see("将立即通知：李德林")
    contact.tap("确认，立即上报")
    contact.see(re.compile(r"重大问题 W\d+ 已报出"))
    for told in (leader, office):
        told.see("两户阻工，进场道路被堵")
        told.see("郑文晖")
    leader.tap("已知悉")
    leader.see("已由李德林于")
    contact.see("李德林已知悉")
    office.see("李德林已知悉")


def test_everybody_finds_the_menu_of_their_own_part_and_a_tap_on_it_is_seen_as_said(
    page: Page, meet: Meet
) -> None:
    [contact, leader, office, department] = meet(page, "郑文晖", "罗景鹏", "姜丽洁", "冯敏")
    for person, words in (
        (contact, ["报进展", "报问题", "零报告", "我的待办", "帮助"]),
        (leader, ["我的待办", "红灯", "未报", "进度", "问题", "排名", "督办单", "帮助"]),
        (office, ["市项目办", "未报", "待办问题", "督办单", "查一查", "帮助"]),
        (department, ["待办问题", "督办单", "红灯", "未报", "进度", "问题", "帮助"]),
    ):
        expect(person.column.get_by_test_id("chip")).to_have_text(words)
    leader.column.get_by_test_id("chip").filter(has_text="红灯").click()
    expect(leader.log.locator(".message.me")).to_contain_text("红灯")
    leader.see("红灯（您牵头的）")
    expect(leader.column.get_by_test_id("unsent")).to_have_count(0)


def test_what_people_write_is_shown_as_text_and_never_run(page: Page, meet: Meet) -> None:
    [someone] = meet(page, "姜丽洁")
    hostile = '<img src=x onerror="document.title=1"><b>粗</b> javascript:alert(1) \u202e倒'
    someone.say(hostile)
    expect(someone.log.locator(".message.me").last).to_contain_text(
        '<img src=x onerror="document.title=1"><b>粗</b>'
    )
    someone.see("没看懂")
    expect(someone.log.locator(".message img, .message b")).to_have_count(0)
    expect(page).not_to_have_title("1")


def test_a_restart_in_the_middle_keeps_the_draft_and_the_report_is_filed_once(
    page: Page, meet: Meet, city: City
) -> None:
    [contact] = meet(page, "吕明斌")
    trouble = page.get_by_test_id("status")
    contact.say("报进展")
    contact.see("完成投资多少")
    contact.say("150")
    contact.see("形象进度到哪一步了")

    city.kill()
    contact.say("地下室完成，40%")
    unsent = contact.column.get_by_test_id("unsent")
    expect(unsent).to_contain_text("正在重试")
    expect(trouble).not_to_be_empty()
    city.start()
    expect(unsent).to_have_count(0)
    contact.see("有现场照片吗")
    contact.tap("没有照片")
    contact.see("本月完成：150万元")
    contact.see("地下室完成，40%")

    city.kill()
    contact.tap("确认上报")
    expect(unsent).to_contain_text("正在重试")
    city.start()
    contact.see(RECEIPT)
    expect(contact.log.get_by_text(RECEIPT)).to_have_count(1)
    expect(unsent).to_have_count(0)
    expect(trouble).to_be_empty()
    assert city.filed_by("吕明斌") == ["progress"]


def test_what_comes_while_a_message_still_waits_stands_above_it_and_its_answer_for_good(
    page: Page, meet: Meet, city: City
) -> None:
    [contact] = meet(page, "谭宏杰")
    waits = "乙还在路上".encode()
    city.kill()
    page.route(
        "**/say",
        lambda route: (
            route.abort() if waits in (route.request.post_data_buffer or b"") else route.continue_()
        ),
    )
    contact.say("帮助")
    contact.say("乙还在路上")
    city.start()
    contact.see("三报怎么用")
    expect(contact.column.get_by_test_id("unsent")).to_have_count(1)
    page.unroute_all()
    expect(contact.column.get_by_test_id("unsent")).to_have_count(0)
    expect(contact.log.locator(".message")).to_have_count(4)
    bubbles = contact.log.locator(".message")
    expect(bubbles.nth(0)).to_contain_text("帮助")
    expect(bubbles.nth(1)).to_contain_text("三报怎么用")
    expect(bubbles.nth(2)).to_contain_text("乙还在路上")
    as_it_stood = bubbles.all_inner_texts()
    page.reload()
    expect(bubbles).to_have_count(4)
    assert bubbles.all_inner_texts() == as_it_stood


def test_the_button_back_to_the_newest_leads_to_the_last_message(page: Page, meet: Meet) -> None:
    [someone] = meet(page, "余德峰")
    for _ in range(4):
        someone.say("帮助")
        expect(someone.column.get_by_test_id("unsent")).to_have_count(0)
        someone.see("三报怎么用")
    someone.log.evaluate("(box) => { box.scrollTop = 0; }")
    someone.column.locator(".newest").click()
    expect(someone.newest).to_be_in_viewport()


def test_what_was_typed_or_is_on_its_way_survives_a_reload(page: Page, meet: Meet) -> None:
    [someone] = meet(page, "马国勇")
    page.route("**/say", lambda route: route.abort())
    someone.say("帮助")
    expect(someone.column.get_by_test_id("unsent")).to_contain_text("正在重试")
    someone.box.fill("还没写完的")
    page.unroute_all()
    page.reload()
    someone.see("三报怎么用")
    expect(someone.log.locator(".message.me")).to_have_count(1)
    expect(someone.box).to_have_value("还没写完的")


def test_a_zero_report_is_given_in_july_with_one_tap_and_one_confirmation(
    page: Page, meet: Meet, city: City
) -> None:
    # Three months step by step are three thousand messages; what is shown here needs the last two days of them.
    city.sleeps_until(datetime(2012, 6, 29, 18, 30, tzinfo=BEGINS.tzinfo))
    [contact] = meet(page, "孙育波")
    page.get_by_test_id("clock").click()
    page.locator('[data-testid="clock-move"][data-move="zero"]').click()
    expect(page.get_by_test_id("status")).to_contain_text("现在是", timeout=60_000)
    expect(page.get_by_test_id("now")).to_contain_text("2012年7月1日")
    contact.column.get_by_test_id("chip").filter(has_text="零报告").click()
    contact.see("请核对：2012年上半年零报告")
    contact.tap("确认：没有问题")
    contact.see("零报告已收到")
    contact.see(re.compile(r"J\d+"))
    assert city.filed_by("孙育波") == ["zero", "zero"]


def test_the_clock_only_goes_forward(page: Page, meet: Meet) -> None:
    meet(page, "田秋峰")
    now = page.get_by_test_id("now")
    before = page.request.get("/tryout/state").json()["now"]
    page.get_by_test_id("clock").click()
    page.get_by_test_id("clock-to").fill("2012-03-01T09:00")
    page.get_by_test_id("clock-go").click()
    expect(page.get_by_test_id("clock-wrong")).to_contain_text("只能往前")
    page.keyboard.press("Escape")
    answer = page.request.post("/tryout/clock", data={"to": "2012-03-01T09:00:00+08:00"})
    assert (answer.status, answer.json()) == (409, {"error": "时间只能往前走。"})
    page.get_by_test_id("clock").click()
    page.locator('[data-testid="clock-move"][data-move="hour"]').click()
    expect(page.get_by_test_id("status")).to_contain_text("现在是")
    assert page.request.get("/tryout/state").json()["now"] > before
    expect(now).to_contain_text("2012年")


def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Walks with the keyboard until the focus is on such an element."""
    for _ in range(60):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} never came to {selector}")


def test_the_keyboard_alone_files_a_report(page: Page, meet: Meet, city: City) -> None:
    page.goto("/")
    expect(page.get_by_test_id("add-person")).to_be_enabled()
    tab_to(page, "[data-testid=add-person]")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("chooser-query")).to_be_focused()
    page.keyboard.type("姚斌")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    contact = Someone("姚斌", page.get_by_test_id("column"))
    expect(contact.box).to_be_focused()
    page.keyboard.type("报进展")
    page.keyboard.press("Enter")
    contact.see("哪个项目")
    tab_to(page, '[data-testid=option][data-data*="|project|"]:not([data-data$=cancel])', "Shift+Tab")
    page.keyboard.press("Enter")
    contact.see("开工了吗")  # the last of his projects has not begun
    tab_to(page, '[data-testid=option][data-data$="|why0"]', "Shift+Tab")
    page.keyboard.press("Enter")
    contact.see("完成投资多少")
    tab_to(page, "[data-testid=input]")
    page.keyboard.type("260")
    page.keyboard.press("Enter")
    contact.see(re.compile("本月完成：260万元|开工至本月累计多少"))
    if (
        "开工至本月累计" in contact.newest.inner_text()
    ):  # the tests before may have let months pass in silence
        tab_to(page, '[data-testid=option][data-data$="|follows"]', "Shift+Tab")
        page.keyboard.press("Enter")
    contact.see("本月完成：260万元")
    tab_to(page, '[data-testid=option][data-data$="|ok"]')
    page.keyboard.press("Enter")
    contact.see(RECEIPT)
    assert city.filed_by("姚斌") == ["progress"]


def test_a_screen_reader_is_told_what_everything_is(page: Page, meet: Meet) -> None:
    [someone] = meet(page, "崔育亮")
    someone.say("报进展")
    someone.see("哪个项目")
    expect(page.get_by_role("log", name="崔育亮与机器人的消息")).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("textbox", name="以崔育亮的身份写消息")).to_be_focused()
    expect(page.get_by_role("group", name="可以点的回答").get_by_role("button").first).to_be_visible()
    expect(page.get_by_role("button", name="发送", exact=True)).to_be_visible()
    page.get_by_test_id("clock").click()
    expect(page.get_by_role("dialog", name="把城市时间往前拨")).to_be_visible()
    page.keyboard.press("Escape")
    tree = page.locator("body").aria_snapshot()
    assert re.findall(r"- (?:button|textbox|link|dialog|log|searchbox)(?! \")[^\n]*", tree) == []


def test_on_a_phone_nothing_is_wider_than_the_screen(new_page: NewPage, meet: Meet) -> None:
    page = new_page(375, 667, phone=True)
    page.goto("/")
    expect(page.get_by_test_id("suggested").get_by_test_id("person").first).to_be_visible()
    assert page.evaluate(STICKS_OUT) == []
    page.goto("about:blank")
    [contact, _] = meet(page, "潘宏宁", "李德林")
    contact.say("报问题")
    contact.see("哪个项目")
    assert page.evaluate(STICKS_OUT) == []
    contact.newest.get_by_test_id("option").first.click()
    contact.see("问题有多严重")
    contact.say("一般")
    contact.see("哪一类问题")
    contact.tap("设计与技术")
    contact.see("出了什么事")
    contact.say("http://example.org/" + "a" * 300)
    contact.see("需要谁帮什么忙")
    contact.tap("暂时不需要")
    contact.see("有现场照片吗")
    contact.tap("没有照片")
    contact.see("请核对")
    assert page.evaluate(STICKS_OUT) == []
    page.get_by_test_id("clock").click()
    expect(page.get_by_test_id("clock-menu")).to_be_visible()
    assert page.evaluate(STICKS_OUT) == []


def test_at_night_the_page_is_dark_and_its_words_are_light(new_page: NewPage, meet: Meet) -> None:
    page = new_page(1280, 800, dark=True)
    [someone] = meet(page, "钟家毅")
    someone.say("帮助")
    someone.see("三报怎么用")
    for element in (someone.newest.locator(".bubble"), someone.log, page.get_by_test_id("clock")):
        words, ground = element.evaluate(WORDS_AND_GROUND)
        assert words > 150 > 80 > ground

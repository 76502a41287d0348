"""The scenes that are photographed, played by people of the sample city."""

import re
from datetime import datetime

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, expect

from bot.sample.city import BEGINS
from docs.pictures.phones import FEWER, PHONE, look, opened, passes, save
from tests.browser.conftest import City, play
from tests.story import EVERYBODY, FINISHED, LEADER, OFFICE, ORDERED, REPORTED, TAKEN

MORNING = datetime(2012, 3, 27, 8, 10, tzinfo=BEGINS.tzinfo)  # the first digest has come
REMINDED = datetime(2012, 3, 29, 9, 0, tzinfo=BEGINS.tzinfo)  # some working days before the reports are due
REVIEWED = datetime(2012, 4, 11, 9, 0, tzinfo=BEGINS.tzinfo)  # the month is closed and reviewed
BEFORE_JULY = datetime(2012, 6, 29, 18, 30, tzinfo=BEGINS.tzinfo)
JULY = datetime(2012, 7, 1, 9, 0, tzinfo=BEGINS.tzinfo)
CONTACT, DEPUTY = "董育岚", "高子超"


def major(browser: Browser, city: City) -> None:
    """Every step of a major problem, on the phone of whoever sees it."""
    page, people = opened(browser, city, (2400, 900), *EVERYBODY)
    everybody = dict(zip(EVERYBODY, people, strict=True))
    photo = city.folder / "现场.jpg"
    a_road().save(photo, "JPEG")
    for step in (*REPORTED, *TAKEN, *ORDERED, *FINISHED):
        play(everybody, step, photo)
        if step.picture:
            look(browser, city, step.seen_by or step.who, f"{step.picture}.png")
    page.context.close()


def a_road() -> Image.Image:
    """Sky, hills, fields, and the road into the site, open again."""
    picture = Image.new("RGB", (640, 480), "#bcd7ee")
    draw = ImageDraw.Draw(picture)
    draw.polygon(
        [(0, 210), (170, 120), (330, 200), (480, 140), (640, 215), (640, 260), (0, 260)], fill="#7d9a6d"
    )
    draw.rectangle((0, 250, 640, 480), fill="#c9b184")
    draw.polygon([(285, 250), (355, 250), (560, 480), (80, 480)], fill="#8d8d8d")
    for top in range(270, 480, 60):
        draw.polygon([(317, top), (323, top), (326, top + 30), (314, top + 30)], fill="#f4f1e6")
    draw.rectangle((430, 150, 560, 262), fill="#d9d4c8")
    for left in range(442, 550, 28):
        draw.rectangle((left, 172, left + 14, 196), fill="#6d8296")
    return picture


def days(browser: Browser, city: City) -> None:
    """What comes by itself in the next days, and what is done about it."""
    red(browser, city)
    passes(browser, city, MORNING)
    look(browser, city, LEADER, "digest.png")
    figure(browser, city)
    passes(browser, city, REMINDED)
    look(browser, city, CONTACT, "reminder.png")
    leave(browser, city)
    drill(browser, city)


def figure(browser: Browser, city: City) -> None:
    """Where a figure of the digest comes from."""
    page, [leader] = opened(browser, city, PHONE, LEADER)
    code = re.findall(r"A\d+", leader.log.inner_text())[-1]
    leader.say(f"查 {code}")
    expect(leader.newest).not_to_contain_text("早。")
    save(page, "figure.png", FEWER)
    page.context.close()


def leave(browser: Browser, city: City) -> None:
    """请假 in one line, with a stand-in; then what the stand-in has to do."""
    page, [contact] = opened(browser, city, PHONE, CONTACT)
    contact.say(f"3月30日到4月6日请假 由{DEPUTY}代")
    contact.see(DEPUTY)
    save(page, "leave.png", FEWER)
    contact.tap("确认请假")
    contact.see(DEPUTY)
    page.context.close()


def drill(browser: Browser, city: City) -> None:
    """A major problem that is none, down the real path."""
    page, [office] = opened(browser, city, PHONE, OFFICE)
    office.say("演练")
    office.see("哪个项目")
    office.say("3号")
    office.see("请核对")
    office.tap("开始演练")
    office.see("演练")
    page.context.close()
    look(browser, city, LEADER, "drill.png")


def red(browser: Browser, city: City) -> None:
    """A question that the supervision office asks."""
    page, [asks] = opened(browser, city, PHONE, "徐建媛")
    asks.say("红灯项目")
    asks.see("红灯1个")
    asks.tap("黄灯")
    asks.see("黄灯")
    save(page, "red.png", FEWER)
    page.context.close()


def month(browser: Browser, city: City) -> None:
    """The month is over: how everybody stands."""
    passes(browser, city, REVIEWED)
    look(browser, city, LEADER, "review.png")


def progress(browser: Browser, city: City) -> None:
    """The confirmation card on a phone, with the answers that led to it."""
    page, [contact] = opened(browser, city, (390, 844), "董育岚")
    contact.say("报进展")
    contact.see("哪个项目")
    contact.tap("城北水厂扩建工程")
    contact.see("完成投资多少")
    contact.say("1200")
    contact.see("形象进度到哪一步了")
    contact.say("主体封顶，完成70%")
    contact.see("有现场照片吗")
    contact.tap("没有照片")
    contact.see("请核对")
    save(page, "progress.png")


def side_by_side(browser: Browser, city: City) -> None:
    """A major problem: the contact files it, its leader and the office have it, the leader's 已知悉 comes back."""
    page, [contact, leader, office] = opened(browser, city, (1280, 720), "郑文晖", "李德林", "田秋峰")
    contact.say("报问题")
    contact.see("问题有多严重")
    contact.tap("重大问题")
    contact.see("哪一类问题")
    contact.tap("征拆")
    contact.see("出了什么事")
    contact.say("两户阻工，进场道路被堵，今天早上起停工")
    contact.see("什么时候发现的")
    contact.tap("刚才")
    contact.see("在什么地方")
    contact.tap("就在项目现场")
    contact.see("需要谁帮什么忙")
    contact.say("请区里今天派工作组到现场")
    contact.see("有现场照片吗")
    contact.tap("没有照片")
    contact.see("将立即通知")
    contact.tap("确认，立即上报")
    office.see("两户阻工")
    leader.see("两户阻工")
    leader.tap("已知悉")
    contact.see("李德林已知悉")
    office.see("李德林已知悉")
    save(page, "side-by-side.png")


def zero(browser: Browser, city: City) -> None:
    """In July: one tap, one confirmation, several projects."""
    city.sleeps_until(BEFORE_JULY)  # the months before are thousands of messages that nobody looks at here
    passes(browser, city, JULY)
    page, [contact] = opened(browser, city, (390, 640), "孙育波")
    contact.say("零报告")
    contact.see("请核对")
    save(page, "zero.png")

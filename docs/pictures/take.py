"""Takes the pictures of README.md and 手册.md anew: `.venv/bin/python -m docs.pictures.take`.

Charts are drawn from figures invented here. For the rest the real program runs on a folder of its own, which is thrown
away; a real Chromium (on PATH) plays the scenes. A font with Chinese and one with emoji must be on the machine (Debian:
fonts-noto-cjk, fonts-noto-color-emoji).
"""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from reminders.pictures.draw import draw
from rules.kinds import Light
from storage.charts import LightsBar, LightsChart, ProgressBar, ProgressChart, TrendChart, TrendPoint
from tests.browser.conftest import CHROMIUM, QUIET, City, Someone, free_port

HERE = Path(__file__).parent
COLOURS = 224  # enough for a page of flat colours; what is saved stays small


def take_all() -> None:
    draw_charts()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        city = City(Path(folder), free_port())
        city.start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            progress(browser, city)
            side_by_side(browser, city)
            zero(browser, city)
        finally:
            browser.close()
            city.kill()


def draw_charts() -> None:
    as_of = "截至2012年7月31日"
    shares = [("君山片", 71.2, Light.GREEN), ("城北片", 60.3, Light.GREEN), ("临港片", 55.5, Light.YELLOW),
              ("南湖片", 38.2, Light.RED), ("荷塘片", None, None)]  # fmt: skip
    bars = tuple(ProgressBar(name=name, percent=share, light=light) for name, share, light in shares)
    counts = [("君山片", 9, 1, 0), ("城北片", 12, 3, 1), ("临港片", 6, 4, 2), ("南湖片", 4, 1, 3)]
    stand = tuple(
        LightsBar(name=name, green=green, yellow=yellow, red=red) for name, green, yellow, red in counts
    )
    done = [312, 690, 1203, 1700, 2210, 2900, 3440]
    points = tuple(
        TrendPoint(
            month=f"2012-{month:02}", done=done[month - 1] * 10**6 if month <= len(done) else None,
            plan=month * 433 * 10**6,
        )
        for month in range(1, 13)
    )  # fmt: skip
    for name, chart in {
        "chart-progress": ProgressChart(title="各片完成年度计划", as_of=as_of, time_progress=58.2, bars=bars),
        "chart-lights": LightsChart(title="各片项目灯色", as_of=as_of, bars=stand),
        "chart-trend": TrendChart(title="全市累计完成投资", as_of=as_of, points=points),
    }.items():
        (HERE / f"{name}.png").write_bytes(draw(chart))


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
    page, [contact] = opened(browser, city, (390, 640), "高雪刚")
    page.get_by_test_id("clock").click()
    page.locator('[data-testid="clock-move"][data-move="zero"]').click()
    expect(page.get_by_test_id("status")).to_contain_text("现在是", timeout=60_000)
    contact.say("零报告")
    contact.see("请核对")
    expect(page.get_by_test_id("status")).to_be_empty(timeout=30_000)
    save(page, "zero.png")


def opened(browser: Browser, city: City, size: tuple[int, int], *names: str) -> tuple[Page, list[Someone]]:
    context = browser.new_context(
        base_url=city.address, locale="zh-CN", viewport={"width": size[0], "height": size[1]},
        device_scale_factor=2 if size[0] < 500 else 1.5, color_scheme="light", reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    everybody = page.request.get("/tryout/state").json()["people"]
    ids = {person["name"]: person["id"] for person in everybody}
    page.goto(f"/#people={','.join(str(ids[name]) for name in names)}&current={ids[names[0]]}")
    columns = page.get_by_test_id("column")
    return page, [Someone(name, columns.and_(page.locator(f'[data-person="{ids[name]}"]'))) for name in names]


def save(page: Page, name: str) -> None:
    page.evaluate("() => document.activeElement.blur()")
    page.mouse.move(1, 1)  # no button looks as if it were about to be pressed
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(HERE / name, optimize=True)


if __name__ == "__main__":
    take_all()

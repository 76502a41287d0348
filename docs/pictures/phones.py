"""The camera: opens the page of a running city as somebody's phone, and saves what is seen, small."""

import io
from datetime import datetime
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import City, Someone

HERE = Path(__file__).parent
COLOURS = 224  # enough for a page of flat colours
FEWER = 160  # for a phone's screen, of which there are many
PHONE = (390, 780)


def look(browser: Browser, city: City, name: str, picture: str) -> None:
    """The newest of what somebody has on their phone."""
    page, [someone] = opened(browser, city, PHONE, name)
    expect(someone.log).not_to_have_attribute("aria-busy", "true")
    save(page, picture, FEWER)
    page.context.close()


def passes(browser: Browser, city: City, until: datetime) -> None:
    """The city lives on until then, through everything that falls due on the way."""
    page = browser.new_page(base_url=city.address)
    answer = page.request.post("/tryout/clock", data={"to": until.isoformat()}, timeout=600_000)
    if not answer.ok:
        raise RuntimeError(answer.text())
    page.context.close()


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


def save(page: Page, name: str, colours: int = COLOURS) -> None:
    page.evaluate("() => document.activeElement.blur()")
    page.mouse.move(1, 1)  # no button looks as if it were about to be pressed
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    picture.quantize(colours, dither=Image.Dither.NONE).save(HERE / name, optimize=True)

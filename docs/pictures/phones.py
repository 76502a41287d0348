"""The camera: opens the page of a running city as somebody's phone, and saves what is seen, small."""

import io
from datetime import datetime
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.conftest import City, Someone, open_people

HERE = Path(__file__).parent
COLOURS = 224  # enough for a page of flat colours
FEWER = 160  # for a phone's screen, of which there are many
PHONE = (390, 844)
SCHEME: Literal["light", "dark"] = "light"
# Every picture that is in view has come.
DRAWN = """() => [...document.images].every((image) => {
    const place = image.getBoundingClientRect();
    return place.bottom < 0 || place.top > innerHeight || (image.complete && image.naturalWidth);
})"""


def look(browser: Browser, city: City, name: str, picture: str) -> None:
    """The newest of what somebody has on their phone."""
    page, _ = opened(browser, city, PHONE, name)
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
        device_scale_factor=2 if size[0] < 500 else 1.5, color_scheme=SCHEME, reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    return page, open_people(page, city.address, *names)


def save(page: Page, name: str, colours: int = COLOURS) -> None:
    page.wait_for_function(DRAWN, timeout=120_000)
    page.evaluate("() => document.activeElement.blur()")
    page.mouse.move(1, 1)  # no button looks as if it were about to be pressed
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    picture.quantize(colours, dither=Image.Dither.NONE).save(HERE / name, optimize=True)

"""Takes the pictures of README.md and 手册.md anew: `.venv/bin/python -m docs.pictures.take`.

Charts are drawn from figures invented here. For the rest the real program runs on a folder of its own, which is thrown
away; a real Chromium (on PATH) plays the scenes. A font with Chinese and one with emoji must be on the machine (Debian:
fonts-noto-cjk, fonts-noto-color-emoji).
"""

import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from docs.pictures import scenes
from reminders.pictures.draw import draw
from rules.kinds import Light
from storage.charts import LightsBar, LightsChart, ProgressBar, ProgressChart, TrendChart, TrendPoint
from tests.browser.conftest import CHROMIUM, QUIET, City, free_port

HERE = Path(__file__).parent
# Each line is a city of its own; what comes later in a line finds what came before.
CITIES = (
    (scenes.side_by_side,),
    (scenes.major, scenes.progress, scenes.days, scenes.month, scenes.zero),
)


def take_all() -> None:
    draw_charts()
    expect.set_options(timeout=60_000)  # a machine that does other work as well
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        for played in CITIES:
            with tempfile.TemporaryDirectory() as folder:
                city = City(Path(folder), free_port())
                city.start()
                try:
                    for scene in played:
                        scene(browser, city)
                finally:
                    city.kill()
        browser.close()


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


if __name__ == "__main__":
    take_all()

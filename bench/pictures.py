"""How much CPU a picture of a chart takes, beside a bare matplotlib figure of as many bars, without Chinese.

python -m bench.pictures --rounds 20
"""

import argparse
import asyncio
import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bot.drawing import Gallery
from reminders.pictures.draw import draw
from rules.kinds import Light
from storage.charts import Chart, LightsBar, LightsChart, ProgressBar, ProgressChart, TrendChart, TrendPoint

AS_OF = "截至2012年7月31日"
PLACES = [
    "云溪区",
    "岳阳楼区",
    "君山区",
    "临港新区",
    "经开区",
    "南湖新区",
    "屈原管理区",
    "汨罗市",
    "临湘市",
    "华容县",
]


def progress(count: int) -> ProgressChart:
    bars = tuple(
        ProgressBar(name=f"{PLACES[at % 10]}第{at}号标准厂房", percent=3.1 * at, light=list(Light)[at % 3])
        for at in range(count)
    )
    return ProgressChart(title="完成年度计划情况", as_of=AS_OF, time_progress=58.2, bars=bars)


def lights() -> LightsChart:
    bars = tuple(LightsBar(name=name, green=at, yellow=3, red=1) for at, name in enumerate(PLACES))
    return LightsChart(title="各县市区项目灯色", as_of=AS_OF, bars=bars)


def trend() -> TrendChart:
    points = tuple(
        TrendPoint(month=f"2012-{month:02}", done=month * 4 * 10**8, plan=month * 43 * 10**7)
        for month in range(1, 13)
    )
    return TrendChart(title="全市累计完成投资", as_of=AS_OF, points=points)


def bare(count: int) -> bytes:
    figure = Figure(figsize=(15, 15), dpi=72)
    axes = figure.add_subplot()
    axes.barh([f"project {at}" for at in range(count)], range(count))
    axes.axvline(5)
    out = io.BytesIO()
    FigureCanvasAgg(figure).print_png(out)
    return out.getvalue()


def milliseconds(work: Callable[[], bytes], rounds: int) -> float:
    work()  # warm: the font and what matplotlib keeps
    took = []
    for _ in range(rounds):
        began = time.thread_time()
        work()
        took.append(time.thread_time() - began)
    return median(took) * 1000


async def whole_way(chart: Chart) -> tuple[float, float]:
    """The first picture of all, with the start of its process, and the same again, kept; in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        gallery = Gallery(Path(folder))
        took = []
        for _ in range(2):
            began = time.perf_counter()
            await gallery.picture(chart)
            took.append((time.perf_counter() - began) * 1000)
        await gallery.close()
        return took[0], took[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    print("picture                  CPU ms   kB   beside a bare figure of as many bars")
    charts: list[tuple[str, Chart, int]] = [
        ("progress, 10 bars", progress(10), 10), ("progress, 30 bars", progress(30), 30),
        ("lights, 10 bars", lights(), 10), ("trend, 12 months", trend(), 12),
    ]  # fmt: skip
    for name, chart, count in charts:
        ours, theirs = (
            milliseconds(lambda chart=chart: draw(chart), rounds),
            milliseconds(lambda count=count: bare(count), rounds),
        )
        print(f"{name:24} {ours:6.0f} {len(draw(chart)) / 1000:4.0f}   {ours / theirs:.2f} x")
    first, again = asyncio.run(whole_way(lights()))
    print(
        f"the first of all, with the start of its process: {first:.0f} ms; the same again, kept: {again:.1f} ms"
    )


if __name__ == "__main__":
    main()

"""How much CPU it takes to read one-line reports: against a unit's 200 projects, and an office's 10,000.

python -m bench.one_line --lines 10000 --projects 200 10000
"""

import argparse
import random
import time
from collections.abc import Iterator
from statistics import median

from handlers.oneline.finder import Finder
from handlers.oneline.line import Known, Line
from handlers.oneline.reading import read_line
from rules.initials import initials

PLACES = [
    "城北",
    "南湖",
    "君山",
    "荷塘",
    "临港",
    "桃源",
    "金竹",
    "云溪",
    "枫桥",
    "柳林",
    "平湖",
    "龙泉",
    "青石",
    "松林",
]
WHERE = [*"东西南北新上下一二三四五六七八九", "滨江", "沿湖", "高新", "老城", "河口", "经开"]
THINGS = [
    "水厂", "大道", "垃圾焚烧发电", "污水处理厂", "安置小区", "客运站", "标准厂房", "综合管沟", "湿地公园", "变电站",
    "大桥", "泵站",
]  # fmt: skip
WORKS = ["扩建工程", "改造", "新建工程", "一期", "二期", "项目"]
SAID = [
    "本月1200万 形象70%", "3200万", "开工了 完成0.5亿 主体封顶", "同上月", "完成了三千二百万，主体封顶到八层",
    "本月完成投资1200万元，累计完成5600万元，形象进度：主体完成70%，8层封顶", "有问题 两户阻工", "什么时候截止",
    "主体封顶，管网完成50%", "约1200万",
]  # fmt: skip
CHATTER = ["今天下雨", "几号截止", "知道了", "好的，明天上午报给你", "领导让我问一下这个月的会几点开"]


def the_projects(count: int) -> list[Known]:
    names = (a + b + c + d for d in WORKS for c in THINGS for b in WHERE for a in PLACES)
    chosen = random.Random(1).sample(list(names), count)  # noqa: S311 - no secret
    return [Known(at, at, name, initials(name)) for at, name in enumerate(chosen, 1)]


def the_lines(projects: list[Known], count: int) -> Iterator[str]:
    """Named in whole, in part, by number, by initials, with a slip; one in ten is chatter."""
    chance = random.Random(2)  # noqa: S311 - no secret
    for _ in range(count):
        project = chance.choice(projects)
        slip = project.name[:2] + "口" + project.name[3:]
        names = [project.name, project.name[:-2], f"{project.number}号", project.initials, slip]
        talk = chance.random() < 0.1
        yield chance.choice(CHATTER) if talk else f"{chance.choice(names)} {chance.choice(SAID)}"


def measure(projects: list[Known], lines: list[str]) -> str:
    began = time.thread_time()
    finder = Finder(projects)
    built = time.thread_time() - began
    took, reports = [], 0
    for line in lines:
        began = time.thread_time()
        reports += isinstance(read_line(line, finder), Line)
        took.append(time.thread_time() - began)
    took.sort()
    return (
        f"{len(projects)} projects: index {built * 1000:.1f} ms; {len(lines)} lines ({reports} reports) "
        f"{sum(took):.2f} s, a line median {median(took) * 1e6:.0f} us, "
        f"p99 {took[len(took) * 99 // 100] * 1e6:.0f} us, longest {took[-1] * 1000:.1f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--projects", type=int, nargs="+", default=[200, 10_000])
    given = parser.parse_args()
    for count in given.projects:
        projects = the_projects(count)
        print(measure(projects, list(the_lines(projects, given.lines))), flush=True)


if __name__ == "__main__":
    main()

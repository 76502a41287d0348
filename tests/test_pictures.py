"""What the pictures of charts promise: Chinese anywhere, words drawn literally, colours that all can tell apart."""

import io
import json
from itertools import combinations, product
from math import dist

import numpy as np
import pytest
from PIL import Image

from reminders.pictures import lettering, palette
from reminders.pictures.draw import draw
from reminders.pictures.lettering import fitted, has, literal, width, wrapped
from reminders.pictures.numbers import MOST, percent, unit_for
from reminders.pictures.telling import told
from rules.kinds import Light
from storage.charts import Chart, LightsBar, LightsChart, ProgressBar, ProgressChart, TrendChart, TrendPoint
from storage.messages import Outgoing

# matplotlib says in a warning that a font lacks a character.
pytestmark = pytest.mark.filterwarnings("error::UserWarning")

AS_OF = "截至2012年7月31日"
HOSTILE = [
    "$\\frac{1}{0}$", "$\\frac$ $\\none$", "$", "a\nb\r\nc\td", "甲\u202e乙\u2066丙", "长" * 10_000, "", " \u200b ",
    "<b>&amp;</b>", "%s {x} \\n _a_ ^2", "😀𠮷龘\x00\ud800", "e\u0301" * 50, "\ufffe\U0010ffff",
]  # fmt: skip


def progress(*shares: float | None, names: list[str] | None = None, time: float = 58.2) -> ProgressChart:
    light = {0: Light.GREEN, 1: Light.YELLOW, 2: Light.RED, 3: None}
    bars = tuple(
        ProgressBar(name=names[at] if names else f"第{at}项", percent=share, light=light[at % 4])
        for at, share in enumerate(shares)
    )
    return ProgressChart(title="各县市区完成年度计划情况", as_of=AS_OF, time_progress=time, bars=bars)


def lights(*counts: tuple[int, int, int], name: str = "云溪区") -> LightsChart:
    bars = tuple(LightsBar(name=name, green=green, yellow=yellow, red=red) for green, yellow, red in counts)
    return LightsChart(title="各县市区项目灯色", as_of=AS_OF, bars=bars)


def trend(*amounts: tuple[int | None, int | None]) -> TrendChart:
    points = tuple(
        TrendPoint(month=f"{2011 + at // 12}-{at % 12 + 1:02}", done=done, plan=plan)
        for at, (done, plan) in enumerate(amounts)
    )
    return TrendChart(title="全市累计完成投资", as_of=AS_OF, points=points)


ALL_KINDS = [
    progress(), progress(0), progress(None), progress(-3.2, 5000, 1e300, 100), progress(*[50.0] * 30),
    progress(*[50.0] * 31), progress(1, time=0), progress(1, time=250), progress(1, time=-5),
    lights(), lights((0, 0, 0)), lights((-1, 5, 10**9)), lights(*[(3, 2, 1)] * 40),
    trend(), trend((None, None)), trend((0, None)), trend((-3_000_000, 10**15)), trend(*[(None, 5), (3, None)] * 30),
    trend((1, 1)), trend((123_456_789, 123_456_789)),
]  # fmt: skip


@pytest.mark.parametrize("chart", ALL_KINDS, ids=str)
def test_every_chart_is_a_picture_that_a_phone_and_every_channel_take(chart: Chart) -> None:
    made = draw(chart)
    picture = Image.open(io.BytesIO(made))
    assert (picture.format, picture.width) == ("PNG", 1080)
    assert picture.height <= 2200, "a phone fits a picture into its height: taller is smaller"
    assert len(made) < 500_000
    assert dict(zip("rgb", picture.convert("RGB").getpixel((2, 2)), strict=True)) == dict(
        zip("rgb", bytes.fromhex(palette.GROUND[1:]), strict=True)
    ), "it brings its own ground, for light and dark chats"


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: ascii(words[:12]))
def test_whatever_a_person_wrote_is_drawn_as_letters(words: str) -> None:
    for chart in (progress(5, 6, names=[words, "乙"]), lights((1, 2, 3), name=words)):
        written = chart.model_dump(mode="json")
        said = words.encode("utf-8", "replace").decode()
        draw(type(chart).model_validate({**written, "title": said, "as_of": said}))


def test_no_markup_is_read_and_nothing_is_hidden_or_turned_round() -> None:
    assert literal("$x^2$") == "$x^2$"
    assert literal("甲\u202e\n 乙\u200b") == "甲 乙"
    assert literal("e\u0301") == "é"


def test_a_character_that_the_font_lacks_is_marked_as_lacking() -> None:
    assert all(has(each) for each in "汨堃珺")  # 通用规范汉字表 goes beyond GB 2312
    assert literal("𠮷野") == "〓野"
    assert all(has(each) for each in lettering.LACKING + lettering.GAP)


@pytest.mark.parametrize("words", ["长" * 10_000, "a" * 10_000, "长" * 20, "W" * 30, "，" * 40])
def test_no_word_is_wider_than_its_place(words: str) -> None:
    for room in (60.0, 120.0, 380.0):
        assert width(fitted(words, 32, room), 32) <= room
    assert all(width(line, 44) <= 984 for line in wrapped(words, 44, 984))


def test_a_long_name_keeps_both_its_ends() -> None:
    name = fitted("城北水厂扩建工程（含取水泵站、输水管线及配套高位水池）二期", 32, 380)
    assert (name[:4], name[-2:], name.count("…")) == ("城北水厂", "二期", 1)


def test_more_rows_than_can_be_read_are_counted_not_drawn() -> None:
    assert "其余15项" in told(progress(*[1.0] * (MOST + 15)))
    high = [Image.open(io.BytesIO(draw(progress(*[1.0] * count)))).height for count in (MOST, MOST + 1, 500)]
    assert high[0] < high[1] == high[2]


def test_the_time_progress_line_stands_where_the_year_stands() -> None:
    """Between two pictures that differ only in it, what differs lies in its two places and in its label."""
    early, late = (np.asarray(Image.open(io.BytesIO(draw(progress(0.0, time=time)))).convert("L")).astype(int)
                   for time in (20.0, 80.0))  # fmt: skip
    columns = np.flatnonzero((abs(early - late) > 60)[-80:].any(axis=0))
    assert columns.size
    left, right = columns.min(), columns.max()
    assert right - left == pytest.approx(0.6 * 654, abs=60)


def test_a_picture_in_words_says_every_figure() -> None:
    said = told(progress(71.2, None, -3.2, names=["云溪区", "君山区", "汨罗市"]))
    assert said == (
        "各县市区完成年度计划情况。截至2012年7月31日。序时进度 58.2%。"
        "云溪区71.2%（绿灯）；君山区无年度计划；汨罗市-3.2%（红灯）。"
    )
    assert "云溪区绿灯3个、黄灯2个、红灯1个" in told(lights((3, 2, 1)))
    assert "2011-01完成1.20亿元、计划未知" in told(trend((120_000_000, None)))
    assert told(progress()).endswith("没有可以画的数字。")


def test_figures_have_one_unit_that_suits_the_largest() -> None:
    assert unit_for([99_999_999]).written(99_990_000) == "9,999"
    assert unit_for([100_000_000, 5]).written(123_456_789) == "1.23"
    assert (percent(-0.01), percent(100), percent(7.25)) == ("0.0%", "100.0%", "7.2%")


def test_a_chart_survives_being_written_down_with_its_message() -> None:
    for chart in ALL_KINDS:
        body = json.loads(json.dumps(Outgoing(chart=chart).model_dump(mode="json", exclude_defaults=True)))
        assert Outgoing.model_validate(body).chart == chart


# Colours


def linear(colour: str) -> np.ndarray:
    part = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def as_seen(colour: str, eye: str) -> tuple[float, ...]:
    """CIELAB of a colour to an eye, by the matrices of Machado, Oliveira and Fernandes (2009) at full severity."""
    eyes = {
        "usual": np.eye(3),
        "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                         [-0.01182, 0.04294, 0.968881]],
        "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                       [-0.003882, -0.048116, 1.051998]],
    }  # fmt: skip
    rgb = np.clip(np.array(eyes[eye]) @ linear(colour), 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ rgb / [0.9505, 1, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return (116 * y - 16, 500 * (x - y), 200 * (y - z))


def contrast(one: str, other: str) -> float:
    """By WCAG 2."""
    dark, light = sorted(float(linear(each) @ [0.2126, 0.7152, 0.0722]) for each in (one, other))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("eye", "pair"), list(product(["usual", "deuteranopia", "protanopia"], combinations(Light, 2))), ids=str
)
def test_lights_are_told_apart_by_every_eye(eye: str, pair: tuple[Light, Light]) -> None:
    one, other = (as_seen(palette.LIGHTS[light].colour, eye) for light in pair)
    assert dist(one, other) > 20


def test_a_light_is_also_a_shape_and_a_word() -> None:
    assert len({look.shape for look in palette.LIGHTS.values()}) == len(Light)


def test_words_and_lines_stand_out_from_their_ground() -> None:
    assert contrast(palette.INK, palette.GROUND) > 7
    assert all(contrast(colour, palette.GROUND) > 4.5 for colour in (palette.QUIET, palette.DONE))
    assert contrast(palette.PLAN, palette.GROUND) > 3

"""A sheet to draw on: 1080 px wide, in pixels from its upper left corner, with a title, a date and a key.

Nothing here knows what is drawn; words come already literal and fitted (`lettering.py`).
"""

import io
from collections.abc import Sequence
from typing import Literal, NamedTuple

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Rectangle
from PIL import Image

from reminders.pictures import palette
from reminders.pictures.lettering import face, fitted, width, wrapped

WIDE = 1080
MARGIN = 48
LEFT, RIGHT = MARGIN, WIDE - MARGIN
TITLE, SMALL, BODY = 44.0, 28.0, 32.0
_DPI = 72  # so that a point of type is a pixel
_COLOURS = 128

Align = Literal["left", "center", "right"]
Dashes = Literal["-", "--", ""]


class Key(NamedTuple):
    """One entry of a key: its mark (a marker's name, or a line's dashes) and what it stands for."""

    words: str
    colour: str
    marker: str = ""
    dashes: Dashes = ""


class Head(NamedTuple):
    """What stands above every chart, and how high it is."""

    title: list[str]
    as_of: str
    keys: Sequence[Key]

    @property
    def height(self) -> float:
        return MARGIN + 56 * len(self.title) + 44 + (56 if self.keys else 0) + 16


def head(title: str, as_of: str, keys: Sequence[Key] = ()) -> Head:
    return Head(wrapped(title, TITLE, RIGHT - LEFT), fitted(as_of, SMALL, RIGHT - LEFT), keys)


class Sheet:
    def __init__(self, height: float) -> None:
        self.height = height
        self.figure = Figure(figsize=(WIDE / _DPI, height / _DPI), dpi=_DPI, facecolor=palette.GROUND)
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_axis_off()
        self.axes.set_xlim(0, WIDE)
        self.axes.set_ylim(height, 0)

    def write(
        self,
        x: float,
        y: float,
        words: str,
        size: float = BODY,
        colour: str = palette.INK,
        align: Align = "left",
    ) -> None:
        """One line of literal words, its middle at `y`; nothing in it is markup."""
        self.axes.text(
            x, y, words, fontproperties=face(size), color=colour, ha=align, va="center_baseline",
            parse_math=False,
        )  # fmt: skip

    def bar(self, x: float, y: float, wide: float, high: float, colour: str, round_by: float = 0) -> None:
        if wide <= 0:
            return
        shape = (
            FancyBboxPatch(
                (x, y), wide, high, f"round,pad=0,rounding_size={min(round_by, wide / 2, high / 2)}"
            )
            if round_by
            else Rectangle((x, y), wide, high)
        )
        shape.set(facecolor=colour, edgecolor="none")
        self.axes.add_artist(shape)  # not add_patch, which looks for limits that are fixed

    def line(
        self, xs: Sequence[float], ys: Sequence[float], colour: str, wide: float = 3, dashes: Dashes = "-",
        marker: str = "",
    ) -> None:  # fmt: skip
        self.axes.add_line(
            Line2D(xs, ys, color=colour, linewidth=wide, linestyle=dashes, marker=marker, markersize=15)
        )

    def mark(self, x: float, y: float, colour: str, marker: str, size: float = 22) -> None:
        self.axes.add_line(
            Line2D([x], [y], color=colour, marker=marker, markersize=size, markeredgewidth=0, linestyle="")
        )

    def begin(self, head: Head) -> float:
        """Writes what stands above a chart; gives back where the chart begins."""
        y = MARGIN + 24.0
        for line in head.title:
            self.write(LEFT, y, line, TITLE)
            y += 56
        self.write(LEFT, y, head.as_of, SMALL, palette.QUIET)
        if head.keys:
            self._key(head.keys, y + 52)
        return head.height

    def _key(self, keys: Sequence[Key], y: float) -> None:
        x: float = LEFT
        for key in keys:
            if key.dashes:
                self.line([x, x + 52], [y, y], key.colour, dashes=key.dashes)
                if key.marker:
                    self.mark(x + 26, y, key.colour, key.marker, 15)
                x += 64
            elif key.marker:
                self.mark(x + 12, y, key.colour, key.marker)
                x += 34
            self.write(x, y, key.words, SMALL)
            x += width(key.words, SMALL) + 36

    def png(self) -> bytes:
        """As a PNG of few colours: a third of the bytes, and no eye sees it."""
        canvas, out = FigureCanvasAgg(self.figure), io.BytesIO()
        canvas.draw()  # type: ignore[no-untyped-call]  # matplotlib has no types for it
        size = canvas.get_width_height()
        pixels = canvas.buffer_rgba()  # type: ignore[no-untyped-call]  # nor for this
        drawn = Image.frombuffer("RGBA", size, pixels, "raw", "RGBA", 0, 1).convert("RGB")
        few = drawn.quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(out, "PNG")
        return out.getvalue()

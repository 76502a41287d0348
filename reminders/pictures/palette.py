"""The colours of the pictures: the same thing has the same colour in every one of them.

Rule 1  No colour stands alone: a light is also a shape and a word, a line also its dashes and marks.
Rule 2  Whoever cannot tell red from green tells these three apart by how bright they are.
Rule 3  A picture brings its own ground, for it is the same bytes in a chat that is light and in one that is dark.
"""

from typing import NamedTuple

from rules.kinds import Light


class Look(NamedTuple):
    """A light: its colour, the colour of words on it, and the shape beside it (a marker's name in matplotlib)."""

    colour: str
    on_it: str
    shape: str


LIGHTS = {
    Light.GREEN: Look("#17876d", "#ffffff", "o"),
    Light.YELLOW: Look("#f5c02e", "#2b2413", "^"),
    Light.RED: Look("#b3261e", "#ffffff", "s"),
}

GROUND = "#f6f4ee"
INK = "#22262b"
QUIET = "#60656b"  # what is said in passing
RULE = "#dcd8cc"  # what only guides the eye
TRACK = "#e7e3d8"  # the part of a bar that is not done
DONE = "#2f66a3"  # done, where no light is known
PLAN = "#8a6d3b"
TIME = "#22262b"  # 序时进度

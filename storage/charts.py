"""Charts as frozen values: what a picture shows, before it is drawn.

A message carries its chart as data (`storage.messages.Outgoing.chart`), so the figures of a picture are the figures
of the moment it was written; whoever sends the message draws it. Money in yuan; shares in per cent, unrounded.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from rules.kinds import Light


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Chart(_Frozen):
    chart: str

    @model_serializer(mode="wrap")
    def _with_its_kind(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Messages are written down without what is usual; a chart without its kind could not be read again."""
        return {"chart": self.chart, **written(self)}


class ProgressBar(_Frozen):
    """One line: done so far as per cent of the year plan; None where no plan is known."""

    name: str
    percent: float | None
    light: Light | None = None


class ProgressChart(_Chart):
    """完成年度计划 against 序时进度, by district, front, leader, unit or project."""

    chart: Literal["progress"] = "progress"
    title: str
    as_of: str = Field(description="what the figures are as of, as it is printed: 截至2012年8月15日")
    time_progress: float = Field(description="序时进度 in per cent")
    bars: tuple[ProgressBar, ...]


class LightsBar(_Frozen):
    name: str
    green: int
    yellow: int
    red: int


class LightsChart(_Chart):
    """灯色: how many projects stand at each light."""

    chart: Literal["lights"] = "lights"
    title: str
    as_of: str
    bars: tuple[LightsBar, ...]


class TrendPoint(_Frozen):
    """A month (2012-03): completed and planned since 1 January; None where nothing is known."""

    month: str
    done: int | None
    plan: int | None


class TrendChart(_Chart):
    """累计完成投资 by month against plan."""

    chart: Literal["trend"] = "trend"
    title: str
    as_of: str
    points: tuple[TrendPoint, ...]


Chart = Annotated[ProgressChart | LightsChart | TrendChart, Field(discriminator="chart")]

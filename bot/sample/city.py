"""The sample city: the workbook that ships with the package, and the moment its clock begins."""

from datetime import datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

BEGINS = datetime(2012, 3, 26, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def workbook_bytes() -> bytes:
    """`city.xlsx`, to go through the same importer as any other registry."""
    return files("bot.sample").joinpath("city.xlsx").read_bytes()

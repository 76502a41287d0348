"""What the headings between the rows say about the projects below them: kind, district, category."""

import re
from dataclasses import dataclass, replace

from rules.kinds import ProjectKind
from storage.flat.lines import Line
from storage.flat.synonyms import CATEGORIES, DISTRICT, kind_in

_NUMERAL = re.compile(r"^\(?[一二三四五六七八九十]{1,3}\)?[、.,:]?")


@dataclass(frozen=True, slots=True)
class Section:
    kind: ProjectKind | None = None
    kind_text: str = ""
    district: str = ""
    category: str = ""


def under(section: Section, line: Line) -> Section:
    """The section that a heading row opens; a higher one closes what the lower ones said."""
    text = re.sub(r"\(.*?\)", "", _NUMERAL.sub("", line.text)).rstrip(":")
    if line.level == 1:
        section = Section()
    if kind := kind_in(text):
        return replace(section, kind=kind, kind_text=text)
    if found := CATEGORIES.fullmatch(text):
        return replace(section, category=found[1])
    if DISTRICT.fullmatch(text):
        return replace(section, district=text)
    return section

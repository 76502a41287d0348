"""What every answer starts from, and what all of them are made of: a title, a few lines, buttons that go deeper.

Rule 1  An answer is one phone screen: LINES lines and LENGTH characters at most, whatever is asked. Names are cut,
        lists end in how many more there are, and the rest stands behind the buttons.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, and_

from handlers.answering.view import View
from handlers.asking.question import Ask, What, button_data
from handlers.asking.vocabulary import Vocabulary
from handlers.screen import Rows
from handlers.turning import Turn
from handlers.words import Words
from rules.book import Book
from rules.kinds import PeriodKind
from rules.periods import Period
from storage import asking
from storage.messages import Option, Outgoing

LINES, LENGTH = 12, 400
NAME, LINE = 14, 44  # characters of a project's name, and of a line in a list
SHOWN = 6  # projects or problems of one screen
PER_ROW = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is answered: who asks, of which projects, in which words and by which rules."""

    turn: Turn
    view: View
    vocabulary: Vocabulary
    book: Book
    ask: Ask

    @property
    def words(self) -> Words:
        return self.turn.city.words

    @property
    def which(self) -> ColumnElement[bool]:
        """The projects that are asked about, and that the person may see."""
        return and_(self.view.which, asking.in_places(self.ask.where, self.turn.today))

    @property
    def period(self) -> Period:
        """The month, half-year or year that is asked about."""
        return (
            Period.parse(self.ask.month) if self.ask.month else Period.of(PeriodKind.MONTH, self.turn.today)
        )

    @property
    def month(self) -> Period:
        """The month up to which money is counted."""
        if self.period.kind is PeriodKind.MONTH:
            return self.period
        return Period.of(PeriodKind.MONTH, min(self.period.last_day, self.turn.today))

    @property
    def is_now(self) -> bool:
        """Whether the question is about today, not about a period that is over."""
        return self.period.contains(self.turn.today)

    @property
    def title(self) -> str:
        what = self.vocabulary.phrase(self.ask)
        return self.words.asked_title.format(what=what, whose=self.view.name)

    def button(self, label: str, ask: Ask) -> tuple[Option, ...]:
        """A button that asks further; none if its question does not fit into one."""
        data = button_data(ask)
        return (Option(label=label, data=data),) if data else ()

    def counted(self, ask: Ask, count: int) -> tuple[Option, ...]:
        """The same for something of which there are so many; nothing for none."""
        if not count:
            return ()
        what = self.vocabulary.phrase(replace(ask, where=(), month=""))
        return self.button(self.words.button_count.format(what=what, count=count), ask)

    def further(self, count: int, shown: int = SHOWN) -> tuple[Option, ...]:
        """更多: the next page, or the first again."""
        pages = -(-count // shown)
        if pages < 2:
            return ()
        page = (self.ask.page + 1) % pages
        return self.button(self.words.button_more.format(page=page + 1), replace(self.ask, page=page))

    def says(
        self, lines: Iterable[str], options: Sequence[Option] = (), *, rows: Rows = (), **given: object
    ) -> Outgoing:
        listed = list(options)
        grouped = tuple(tuple(listed[at : at + PER_ROW]) for at in range(0, len(listed), PER_ROW))
        text = "\n".join([*self._as_of_today(), *lines])
        return Outgoing(title=self.title, text=text, rows=(*rows, *grouped)).model_copy(update=given)

    def _as_of_today(self) -> list[str]:
        """Lights, projects and problems are told as they stand today, whatever month was named: it is said."""
        of_today = self.ask.what in (What.LIGHTS, What.PROBLEMS, What.PROJECTS)
        return [self.words.told_of_today] if of_today and not self.is_now else []

    def picture_of(self, day: date) -> str:
        if not self.is_now:
            return self.words.told_picture_month.format(month=self.month.chinese)
        return self.words.told_picture.format(year=day.year, month=day.month, day=day.day)


def short(text: str, longest: int = NAME) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"

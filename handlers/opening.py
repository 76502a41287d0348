"""What opens a conversation: menu words, slash commands, and the data of buttons.

A button's data is at most 64 bytes and one of
    t<talk>|<key>|<value>     an answer in a talk (talk in base 36)
    o|<script>|<preset>       begins a conversation, with its first answer given
    r|<talk>  x|<talk>        takes up a talk that was set aside or cancelled; drops it
    a|<issue>                 acknowledges a problem
    w|<issue>|<word>          says a word on a problem (`SayOf`)
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from handlers.conversation import Script
from handlers.conversations.add_person import add_person
from handlers.conversations.add_project import add_project
from handlers.conversations.change_person import change_person
from handlers.conversations.change_project import change_project
from handlers.conversations.desk import desk, desk_menu
from handlers.conversations.end_project import end_project
from handlers.conversations.exempt_duty import exempt_duty
from handlers.conversations.hand_over import hand_over
from handlers.conversations.handed_over import handed_over
from handlers.conversations.import_workbook import import_workbook
from handlers.conversations.leave_workbook import leave_workbook
from handlers.conversations.my_duties import my_duties
from handlers.conversations.not_mine import not_mine
from handlers.conversations.pause_project import pause_project
from handlers.conversations.phone_list import phone_list
from handlers.conversations.rebind import rebind
from handlers.conversations.registry_menu import registry_menu
from handlers.conversations.replace_person import replace_person
from handlers.conversations.report_for import report_for
from handlers.conversations.report_issue import report_issue
from handlers.conversations.report_progress import report_progress
from handlers.conversations.report_zero import report_zero
from handlers.conversations.resume_project import resume_project
from handlers.conversations.return_report import return_report
from handlers.conversations.send_notice import send_notice
from handlers.conversations.set_secretary import set_secretary
from handlers.conversations.show_help import show_help
from handlers.conversations.unbind import unbind
from handlers.conversations.unlock_duty import unlock_duty
from handlers.conversations.who_owes import who_owes
from handlers.plain import plain
from handlers.words import Words
from rules.kinds import IssueWord

SCRIPTS: dict[str, Script] = {
    "report_progress": report_progress,
    "report_issue": report_issue,
    "report_zero": report_zero,
    "my_duties": my_duties,
    "show_help": show_help,
    "not_mine": not_mine,
    "desk": desk,
    "who_owes": who_owes,
    "phone_list": phone_list,
    "return_report": return_report,
    "unlock_duty": unlock_duty,
    "exempt_duty": exempt_duty,
    "pause_project": pause_project,
    "resume_project": resume_project,
    "end_project": end_project,
    "report_for": report_for,
    "send_notice": send_notice,
    "registry_menu": registry_menu,
    "import_workbook": import_workbook,
    "leave_workbook": leave_workbook,
    "add_project": add_project,
    "change_project": change_project,
    "replace_person": replace_person,
    "add_person": add_person,
    "change_person": change_person,
    "unbind": unbind,
    "rebind": rebind,
    "hand_over": hand_over,
    "handed_over": handed_over,
    "set_secretary": set_secretary,
}

# The question that a button's preset answers; for the others it is the project.
PRESETS: dict[str, str] = {
    "import_workbook": "workbook", "leave_workbook": "workbook", "rebind": "subject", "handed_over": "packet",
    "who_owes": "unit",
}  # fmt: skip

# Scripts whose facts follow every answer: what may be chosen next, or what a change would do.
FOLLOWING = frozenset(
    {
        *("add_project", "change_project", "replace_person", "add_person", "change_person"),
        *("unbind", "rebind", "hand_over", "set_secretary"),
    }
)

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID = re.compile(r"[0-9]{1,18}")  # what fits into a database's integer
_ISSUE = re.compile(r"w([0-9]{1,12})")
_NOTICE = re.compile(r"t([0-9]{1,12})")
_ISSUE_FIRST = re.compile(r"w\s*([0-9]{1,12})[\s,:]*(.*)", re.IGNORECASE | re.DOTALL)
_ISSUE_LAST = re.compile(r"(.*?)[\s,:]*w\s*([0-9]{1,12})", re.IGNORECASE | re.DOTALL)
HOW = "how"


@dataclass(frozen=True, slots=True)
class TalkButton:
    talk: int
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Opener:
    script: str
    preset: str = ""

    @property
    def answers(self) -> dict[str, Any]:
        return {PRESETS.get(self.script, "project"): self.preset} if self.preset else {}


@dataclass(frozen=True, slots=True)
class Resume:
    talk: int


@dataclass(frozen=True, slots=True)
class Drop:
    talk: int


@dataclass(frozen=True, slots=True)
class LookUp:
    """`W12` alone: what has become of that problem."""

    issue: int


@dataclass(frozen=True, slots=True)
class LookUpNotice:
    """`T5` alone: who has received that notice."""

    notice: int


@dataclass(frozen=True, slots=True)
class Acknowledge:
    issue: int


@dataclass(frozen=True, slots=True)
class SayOf:
    """A word on a problem: one of `IssueWord`, HOW (how it was solved), or false (误报)."""

    issue: int
    word: str
    note: str = ""


Meaning = TalkButton | Opener | Resume | Drop | Acknowledge | SayOf
_SAYINGS = frozenset({*IssueWord, HOW, "false"})
_BY_NUMBER: dict[str, type[Resume] | type[Drop] | type[Acknowledge]] = {
    "r": Resume,
    "x": Drop,
    "a": Acknowledge,
}


def read_button(data: str) -> Meaning | None:
    """What a button's data means; None if it is none of ours."""
    kind, _, rest = data.partition("|")
    if kind == "o":
        script, _, preset = rest.partition("|")
        return Opener(script, preset) if script in SCRIPTS else None
    if kind in _BY_NUMBER:
        if not _ID.fullmatch(rest):
            return None
        return _BY_NUMBER[kind](int(rest))
    key, separator, value = rest.partition("|")
    if kind == "w":
        return SayOf(int(key), value) if _ID.fullmatch(key) and value in _SAYINGS else None
    if not kind.startswith("t") or not separator:
        return None
    talk = from_base36(kind[1:])
    return TalkButton(talk, key, value) if talk is not None else None


def button_data(talk: int, key: str, value: str) -> str:
    return f"t{base36(talk)}|{key}|{value}"


def base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"


def from_base36(text: str) -> int | None:
    if not text or len(text) > 12 or any(letter not in _DIGITS for letter in text):
        return None
    return int(text, 36)


def menu(words: Words) -> tuple[tuple[str, str], ...]:
    """The menu words with the scripts they open, in the order in which they are shown."""
    return (
        (words.menu_progress, "report_progress"),
        (words.menu_issue, "report_issue"),
        (words.menu_zero, "report_zero"),
        (words.menu_duties, "my_duties"),
        (words.menu_help, "show_help"),
    )


def registry_words(words: Words) -> tuple[tuple[str, str], ...]:
    """Words about the registry that open a script and stand in no menu of everybody's."""
    return (
        (words.word_registry, "registry_menu"),
        (words.word_import, "import_workbook"),
        (words.word_leave_workbook, "leave_workbook"),
        (words.word_add_project, "add_project"),
        (words.word_change_project, "change_project"),
        (words.word_replace, "replace_person"),
        (words.word_add_person, "add_person"),
        (words.word_change_person, "change_person"),
        (words.word_unbind, "unbind"),
        (words.word_rebind, "rebind"),
        (words.word_hand_over, "hand_over"),
        (words.word_handed_over, "handed_over"),
        (words.word_secretary, "set_secretary"),
    )


_SLASH = {
    "/progress": "report_progress",
    "/issue": "report_issue",
    "/zero": "report_zero",
    "/todo": "my_duties",
    "/help": "show_help",
    "/start": "show_help",
}


_BETWEEN = frozenset(" ,:，：\n\t")  # between a word and what is said further
_AROUND = "。.！!？?，,「」『』“”‘’\"'《》"  # people quote a word, or end it like a sentence


def read_menu_word(text: str, words: Words) -> Opener | None:
    """An exact menu word or slash command; in a free-text question only these break out."""
    typed = plain(text).strip(_AROUND)
    for word, script in (*menu(words), *registry_words(words)):
        if typed == plain(word):
            return Opener(script)
    command = typed.split("@", 1)[0]
    return Opener(_SLASH[command]) if command in _SLASH else None


def read_desk_word(text: str, words: Words) -> Opener | None:
    """An exact word of the office's menu, or of what else only some may open; whether they may is not asked here."""
    typed = plain(text).strip(_AROUND)
    if typed in words.aliases(words.desk_words):
        return Opener("desk")
    if typed in words.aliases(words.own_unit_words):
        return Opener("who_owes")
    for word, script in (*desk_menu(words), (words.menu_not_mine, "not_mine")):
        if typed == plain(word):
            return Opener(script)
    return None


def read_about_notice(text: str) -> LookUpNotice | None:
    found = _NOTICE.fullmatch(plain(text).strip(_AROUND))
    return LookUpNotice(int(found[1])) if found else None


def read_about_issue(text: str, words: Words) -> Acknowledge | LookUp | SayOf | None:
    """`W12` looks a problem up; `知悉 W12` or `W12 知悉` takes note of it, `知悉` alone of the one told last (0).

    `W12 仍在`, `W12 有变化：已签一户` say a word on it.
    """
    typed = plain(text).strip(_AROUND)
    if found := _ISSUE.fullmatch(typed):
        return LookUp(int(found[1]))
    for word in words.aliases(words.acknowledge_words):
        if typed == word:
            return Acknowledge(0)
        for rest in (typed.removeprefix(word), typed.removesuffix(word)):
            if found := _ISSUE.fullmatch(rest):
                return Acknowledge(int(found[1]))
    return _read_word(unicodedata.normalize("NFKC", text).strip(), words)


def _read_word(text: str, words: Words) -> SayOf | None:
    if found := _ISSUE_FIRST.fullmatch(text):
        number, rest = found[1], found[2]
    elif found := _ISSUE_LAST.fullmatch(text):
        number, rest = found[2], found[1]
    else:
        return None
    for typed, saying in _sayings(words):
        if plain(rest).strip(_AROUND) == typed:
            return SayOf(int(number), saying)
        after = rest[len(typed) :]
        if rest.startswith(typed) and after[:1] in _BETWEEN:
            return SayOf(int(number), saying, after.strip(" \n\t,:，："))
    return None


def _sayings(words: Words) -> list[tuple[str, str]]:
    """What may be typed behind a problem's number, with what it means; the longest first."""
    listed = {
        IssueWord.STILL: (words.word_still, words.word_still_words),
        IssueWord.CHANGED: (words.word_changed, words.word_changed_words),
        IssueWord.SOLVED: (words.word_solved, words.word_solved_words),
        IssueWord.UNSOLVED: (words.word_unsolved, words.word_unsolved_words),
        HOW: (words.word_how, words.word_how_words),
        "false": (words.word_false, words.word_false_words),
    }
    pairs = [
        (plain(word), str(saying))
        for saying, (label, aliases) in listed.items()
        for word in (label, *aliases.split("、"))
    ]
    return sorted(pairs, key=lambda pair: -len(pair[0]))

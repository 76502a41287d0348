"""Which words open a conversation, or say something of a problem or a notice."""

import re
import unicodedata

from handlers.buttons import (
    HOW,
    Acknowledge,
    Direct,
    Forward,
    Handle,
    LookUp,
    LookUpFigure,
    LookUpNotice,
    Opener,
    SayOf,
)
from handlers.conversations.desk import desk_menu
from handlers.menus import SLASH, reporting
from handlers.moments import read_clock
from handlers.oneline.lexicon import QUESTION_END, level
from handlers.plain import as_typed, plain
from handlers.words import Words
from rules.kinds import IssueWord

_ISSUE = re.compile(r"w([0-9]{1,12})")
_SIGNS = re.compile(r"^[\W_]+|[\W_]+$")
_RECEIPT = re.compile(r"j([0-9]{1,12})")
_FIGURE = re.compile(r"a\s*([0-9]{1,12})(.*)", re.IGNORECASE | re.DOTALL)
_NOTICE = re.compile(r"t([0-9]{1,12})")
_ISSUE_FIRST = re.compile(r"w\s*([0-9]{1,12})[\s,:]*(.*)", re.IGNORECASE | re.DOTALL)
_LIKE_A_CLOCK = re.compile(r"[0-9]+[:点.][0-9]*分?")
_LEADS = re.compile(r"(?:请|由|交)+(.{2,20}?)(?:来)?牵头(?:办理|处理|负责|落实)?")
_INSTRUCTS = re.compile(r"^(?:请(?!问)|由|交(?!通|投)|让|责成)|牵头|抓紧|落实|办结")
_ISSUE_LAST = re.compile(r"(.*?)[\s,:]*w\s*([0-9]{1,12})", re.IGNORECASE | re.DOTALL)


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
        (words.word_direct, "direct_issue"),
        (words.word_forward, "forward_issue"),
        (words.word_leave, "take_leave"),
        (words.word_end_leave, "end_leave"),
    )


def leader_words(words: Words) -> tuple[tuple[str, str], ...]:
    """Words of those who are told of projects: what stands first is the word of a list."""
    return (
        (words.word_digest, "set_digest"),
        (words.word_review, "monthly_review"),
        (words.word_ask, "ask_menu"),
    )


_BETWEEN = frozenset(" ,:，：\n\t")  # between a word and what is said further
_AROUND = "。.！!？?，,「」『』“”‘’\"'《》"  # people quote a word, or end it like a sentence


def read_menu_word(text: str, words: Words) -> Opener | None:
    """An exact menu word or slash command; in a free-text question only these break out."""
    typed = plain(text).strip(_AROUND)
    for word, script in reporting(words):
        if typed == plain(word):
            return Opener(script)
    command = typed.split("@", 1)[0]
    return Opener(SLASH[command]) if command in SLASH else None


def read_registry_word(text: str, words: Words) -> Opener | None:
    """An exact word about the registry; whom it opens for is not asked here."""
    typed = plain(text).strip(_AROUND)
    if typed in words.aliases(words.leave_words):
        return Opener("take_leave")
    return next((Opener(script) for word, script in registry_words(words) if typed == plain(word)), None)


def read_leader_word(text: str, words: Words) -> Opener | None:
    """`日报设置` or `日报` (and with a time: `日报设置 7:20`), `讲评` or `上月排名`, and `讲评 第2页`;
    for whom it opens is not asked here."""
    typed = plain(text).strip(_AROUND)
    setting = typed.removeprefix(plain(words.word_digest))
    if setting != typed and (not setting or read_clock(setting)):
        return Opener("set_digest", read_clock(setting) or "")
    if setting != typed and _LIKE_A_CLOCK.fullmatch(setting):
        return Opener("set_digest", note=words.digest_no_such_time)
    if typed in words.aliases(words.digest_words):
        return Opener("set_digest")
    if typed in words.aliases(words.ask_words):
        return Opener("ask_menu")
    if typed in words.aliases(words.review_words):
        return Opener("monthly_review")
    before, _, after = plain(words.review_turn).partition("{page}")
    page = typed.removeprefix(before).removesuffix(after)
    if typed == f"{before}{page}{after}" and page.isdecimal():
        return Opener("monthly_review", f".{page}")
    return None


def read_desk_word(text: str, words: Words) -> Opener | None:
    """An exact word of the office's menu, or of what else only some may open; whether they may is not asked here."""
    typed = plain(text).strip(_AROUND)
    if typed in words.aliases(words.desk_words):
        return Opener("desk")
    if typed in words.aliases(words.own_unit_words):
        return Opener("who_owes")
    for word, script in (*desk_menu(words), *for_all(words)):
        if typed == plain(word):
            return Opener(script)
    return None


def for_all(words: Words) -> tuple[tuple[str, str], ...]:
    """Words that open for everybody and stand in no menu."""
    return (
        (words.menu_not_mine, "not_mine"),
        (words.menu_handle, "handle_issue"),
        (words.menu_orders, "handle_order"),
    )


def read_about_notice(text: str) -> LookUpNotice | None:
    found = _NOTICE.fullmatch(plain(text).strip(_AROUND))
    return LookUpNotice(int(found[1])) if found else None


def read_about_report(text: str) -> int | None:
    """`J12` alone: what that report says."""
    found = _RECEIPT.fullmatch(plain(text).strip(_AROUND))
    return int(found[1]) if found else None


def read_about_figure(text: str, words: Words) -> LookUpFigure | None:
    """`A17` or `查 A17`: what that figure is made of; behind `查 A17` a part of it: a project, or 第2页."""
    typed = unicodedata.normalize("NFKC", text).strip().strip(_AROUND)
    asked = next(
        (typed.removeprefix(word) for word in words.aliases(words.look_words) if typed.startswith(word)), ""
    )
    found = _FIGURE.fullmatch((asked or typed).strip())
    if found is None or (found[2].strip() and not asked):
        return None
    return LookUpFigure(int(found[1]), found[2].strip(" ,:，："))


def read_about_issue(text: str, words: Words) -> Acknowledge | Handle | LookUp | SayOf | None:
    """`W12` looks a problem up; `知悉 W12` or `W12 知悉` takes note of it, `知悉` alone of the one told last (0).

    `W12 我来处理` takes it on.

    `W12 仍在`, `W12 有变化：已签一户` say a word on it.
    """
    typed = plain(text).strip(_AROUND)
    if found := _ISSUE.fullmatch(typed):
        return LookUp(int(found[1]))
    if (apart := _ISSUE_FIRST.fullmatch(unicodedata.normalize("NFKC", text).strip())) is not None:
        if _bare(apart[2]) in {"", *words.aliases(words.how_is_it_words)}:
            return LookUp(int(apart[1]))
        if _bare(apart[2]) in words.aliases(words.heard_words):
            return Acknowledge(int(apart[1]))
    for listed, act in ((words.acknowledge_words, Acknowledge), (words.handle_words, Handle)):
        for word in words.aliases(listed):
            if typed == word:
                return act(0)
            for rest in (typed.removeprefix(word), typed.removesuffix(word)):
                if found := _ISSUE.fullmatch(rest):
                    return act(int(found[1]))
    return _read_word(text.strip(), words)


def instructs(text: str) -> bool:
    """请城北区住建局牵头: who and what is to be done, though a place or a unit in it could be asked about."""
    return bool(_INSTRUCTS.search(text.strip())) and not QUESTION_END.search(level(text))


def is_no_instruction(text: str, words: Words) -> bool:
    """好的, 怎么样了？ or signs alone: nothing is to be done on such a word."""
    listed = (words.heard_words, words.how_is_it_words, words.acknowledge_words)
    return _bare(text) in {"", *(word for each in listed for word in words.aliases(each))}


def _bare(text: str) -> str:
    """The words without the signs around them (标点, emoji)."""
    return _SIGNS.sub("", plain(text))


def _read_word(said: str, words: Words) -> SayOf | None:
    text = unicodedata.normalize("NFKC", said)
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
            return SayOf(int(number), saying, as_typed(said, text, after.strip(" \n\t,:，：")))
    return None


def read_instruction(text: str, words: Words) -> Direct | Forward | None:
    """`W12 请发改委牵头`, `W12 转办 发改委` pass a problem on; whatever else follows its number is an instruction.

    Only of those who may take note of the problem is it taken so; for others it is a text like any.
    """
    line = text.strip()
    plainly = unicodedata.normalize("NFKC", line)
    found = _ISSUE_FIRST.fullmatch(plainly)
    if found is None or not (rest := as_typed(line, plainly, found[2])):
        return None
    number = int(found[1])
    if named := _LEADS.fullmatch(rest.rstrip("。.!！")):
        return Forward(number, named[1].strip(), rest)
    for word in sorted(words.aliases(words.forward_words), key=len, reverse=True):
        if rest.startswith(word) and (whom := rest[len(word) :].strip(" ,:，：给到至由")):
            return Forward(number, whom, rest)
    for word in words.aliases(words.direct_words):
        if rest.startswith(word) and (said := rest[len(word) :].strip(" ,:，：")):
            return Direct(number, said)
    return Direct(number, rest)


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

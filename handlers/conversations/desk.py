"""项目办: what the office can do here, as buttons; each of their words can be typed as well.

市项目办> 项目办
市项目办 [未报] [电话单] [通知] [退回] [解锁] [免报] [灯色豁免] [送达异常] [代报] [暂停] [恢复] [结束] [台账]
> 项目办
这里只有市项目办能用。
"""

from handlers.commands import Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts
from handlers.words import Words


def desk_menu(words: Words) -> tuple[tuple[str, str], ...]:
    """The office's words with the scripts they open, in the order in which they are shown."""
    return (
        (words.menu_who_owes, "who_owes"),
        (words.menu_phone_list, "phone_list"),
        (words.menu_notice, "send_notice"),
        (words.menu_return, "return_report"),
        (words.menu_unlock, "unlock_duty"),
        (words.menu_exempt, "exempt_duty"),
        (words.menu_exempt_light, "exempt_light"),
        (words.menu_judge, "judge_duty"),
        (words.menu_report_for, "report_for"),
        (words.menu_pause, "pause_project"),
        (words.menu_resume, "resume_project"),
        (words.menu_end, "end_project"),
        (words.menu_burden, "burden"),
    )


def desk(facts: Facts) -> Dialogue[Tell]:
    words = facts.words
    if not facts.desk.office:
        return Tell(text=words.desk_only)
    entries = (*desk_menu(words), (words.word_registry, "registry_menu"))
    buttons = tuple((label, f"o|{script}|") for label, script in entries)
    return Tell(words.desk_title, words.desk_text, buttons, columns=3)
    yield  # a conversation is a generator even when it asks nothing

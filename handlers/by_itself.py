"""What a text means by itself, whatever is being talked about: a word on a problem, a number to look up, a report.

It is tried where no talk is open, and where the open question has ready answers and this is none of them: a
card would otherwise swallow `W2 已解决`, or a whole 接龙.
"""

from handlers import leave_lines, lines, ordering, stepping, talking
from handlers.buttons import Acknowledge, Handle, LookUp, Opener, PutOff, SayOf
from handlers.deeds import notices
from handlers.deeds.figures import look_up_figure
from handlers.deeds.looking import look_up
from handlers.deeds.noting import acknowledge
from handlers.deeds.putting_off import put_off
from handlers.deeds.receipts import look_up_report
from handlers.following import follow
from handlers.instructing import instruct
from handlers.loading.part import own_menu
from handlers.moments import read_clock
from handlers.opening import (
    read_about_figure,
    read_about_issue,
    read_about_notice,
    read_about_report,
    read_instruction,
)
from handlers.order_words import read_order, read_source
from handlers.plain import plain
from handlers.step_words import read_step
from handlers.turning import Turn
from rules.kinds import Snooze
from storage import in_chats, talks
from storage.messages import Outgoing


def taken(turn: Turn, text: str) -> str:
    """What the text was taken as, once it has been answered; empty if it means nothing by itself."""
    words = turn.city.words
    if (step := read_step(text, words)) is not None:
        stepping.take(turn, step)
        return "step of a problem"
    match read_about_issue(text, words):
        case Acknowledge(issue_id) if number := issue_id or in_chats.last_issue_told(
            turn.session, turn.person.id
        ):
            turn.answer(acknowledge(turn, number).message)
            return "acknowledge"
        case Handle(issue_id) if number := issue_id or in_chats.last_issue_told(turn.session, turn.person.id):
            turn.answer(acknowledge(turn, number, handles=True).message)
            return "acknowledge"
        case LookUp(issue_id):
            turn.answer(look_up(turn, issue_id))
            return "look up"
        case SayOf() as said:
            follow(turn, said)
            return "word on a problem"
    if (instruction := read_instruction(text, words)) and instruct(turn, instruction):
        return "instruction"
    if (order := read_order(text, words)) is not None:
        ordering.take(turn, order)
        return "order"
    if (about := read_source(text)) is not None and ordering.direct(turn, about):
        return "instruction"
    if report := read_about_report(text):
        turn.answer(look_up_report(turn, report))
        return "look up"
    if figure := read_about_figure(text, words):
        turn.answer(look_up_figure(turn, figure.figure, figure.part))
        return "look up"
    if (notice := read_about_notice(text)) and (found := notices.look_up(turn, notice.notice)):
        turn.answer(found)
        return "look up"
    for listed, choice in ((words.snooze_words, Snooze.HOURS), (words.morning_words, Snooze.MORNING)):
        if plain(text) in words.aliases(listed):
            put_off(turn, PutOff(0, choice))
            return "put off"
    if plain(text) in words.aliases(words.restore_words):
        talking.restore_last(turn)
        return "restore"
    if plain(text) in words.aliases(words.cancel_words):
        turn.answer(Outgoing(text=words.nothing_to_cancel, rows=own_menu(turn)))
        return "nothing to cancel"
    if (at := read_clock(text)) and talks.last_script(turn.session, turn.person.id) == "set_digest":
        talking.open_talk(turn, Opener("set_digest", at))
        return "set digest"
    if leave_lines.take_leave_line(turn, text):
        return "leave"
    if lines.take_lines(turn, text):
        return "lines"
    return ""

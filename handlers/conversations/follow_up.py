"""续报: a further word on a problem that stands. 仍在 takes one tap; what has changed or how it was solved is told.

It has no opening of its own: 报问题 leads here (`report_issue.py`, whose transcript it stands in), and the
buttons under a problem do.
"""

from handlers.card import Confirm
from handlers.commands import FollowUp
from handlers.conversation import Dialogue
from handlers.facts import Facts, ThreadFacts
from handlers.questions import Choice, Photos, Text, quick
from handlers.reading import Item
from handlers.words import Words
from rules.kinds import IssueWord, Severity


def follow_up(facts: Facts, thread: ThreadFacts) -> Dialogue[FollowUp]:
    word = IssueWord((yield from _word(facts, thread)))
    if word in (IssueWord.STILL, IssueWord.UNSOLVED):
        return FollowUp(thread.id, word)
    note = yield from _note(facts, thread, word)
    photos = yield from Photos(
        f"photos@w{thread.id}",
        facts.words.ask_photos,
        hint=facts.words.photos_hint,
        offered=facts.loose_media,
        optional=True,
        most=facts.most_media,
    )
    command = FollowUp(thread.id, word, note, photos or ())
    yield from _card(facts, thread, command)
    return command


def word_name(words: Words, word: IssueWord) -> str:
    return {
        IssueWord.STILL: words.word_still,
        IssueWord.CHANGED: words.word_changed,
        IssueWord.SOLVED: words.word_solved,
        IssueWord.UNSOLVED: words.word_unsolved,
    }[word]


def age(words: Words, days: int) -> str:
    return words.age_days.format(days=days) if days else words.age_today


def about(words: Words, template: str, thread: ThreadFacts) -> str:
    """One of the sentences that speak of a problem and its age."""
    return template.format(
        mark="🔴 " if thread.severity is Severity.MAJOR else "",
        number=thread.number,
        category=thread.category_name,
        what=thread.what,
        brief=thread.brief,
        times=thread.times,
        project=thread.project,
        age=age(words, thread.days),
    )


def _word(facts: Facts, thread: ThreadFacts) -> Dialogue[str]:
    words = facts.words
    still = Item(IssueWord.STILL, words.word_still, tuple(words.word_still_words.split("、")))
    changed = Item(IssueWord.CHANGED, words.word_changed, tuple(words.word_changed_words.split("、")))
    solved = Item(IssueWord.SOLVED, words.word_solved, tuple(words.word_solved_words.split("、")))
    unsolved = Item(IssueWord.UNSOLVED, words.word_unsolved, tuple(words.word_unsolved_words.split("、")))
    how = Item(IssueWord.SOLVED, words.word_how, tuple(words.word_how_words.split("、")))
    return (
        yield from Choice(
            f"word@w{thread.id}",
            about(words, words.ask_word, thread),
            hint=about(words, words.ask_word_hint, thread),
            items=(how, unsolved) if thread.solved else (still, changed, solved),
            columns=3,
        )
    )


def _note(facts: Facts, thread: ThreadFacts, word: IssueWord) -> Dialogue[str]:
    """What has changed, or how it was solved; of a general problem the latter may be left out."""
    words, key = facts.words, f"note@w{thread.id}.{word}"
    if word is IssueWord.CHANGED:
        return (yield from Text(key, words.ask_changed.format(number=thread.number), longest=facts.longest))
    unsaid = Item("unsaid", words.solved_unsaid, tuple(words.solved_unsaid_words.split("、")))
    answer = yield from Text(
        key,
        words.ask_solved.format(number=thread.number),
        longest=facts.longest,
        quick=(unsaid,) if thread.severity is Severity.GENERAL and not thread.solved else (),
    )
    return "" if answer == quick("unsaid") else answer


def _card(facts: Facts, thread: ThreadFacts, said: FollowUp) -> Dialogue[None]:
    words, major = facts.words, thread.severity is Severity.MAJOR
    name = word_name(words, said.word)
    lines = [thread.project]
    if said.note:
        lines.append(words.line_note.format(word=name, text=said.note))
    if said.photos:
        lines.append(words.line_photos.format(count=len(said.photos)))
    if major and (told := facts.alerted.get(thread.project_id, ())):
        lines.append(words.line_goes_to.format(names=words.list_separator.join(told)))
    yield from Confirm.of(
        f"confirm@w{thread.id}",
        words.card_word.format(number=thread.number, word=name),
        "\n".join(lines),
        agree=words.confirm_major if major else "",
        editable=(
            Item(f"note@w{thread.id}.{said.word}", words.edit_note),
            Item(f"photos@w{thread.id}", words.edit_photos if said.photos else words.add_photos),
        ),
    )

"""Looking a problem up by its number: what it is, how often and when it was spoken of, and what may be done now."""

from handlers.answering.view import sees
from handlers.conversations.follow_up import word_name
from handlers.deeds.alarm import drill_mark, follow_row, take_rows
from handlers.deeds.issue_course import course
from handlers.deeds.issue_telling import rows_of
from handlers.deeds.problems import concerns, taken
from handlers.deeds.threads import after_solved, how_often
from handlers.moments import dated, day_and_hour
from handlers.screen import Rows
from handlers.turning import Turn
from rules.issue_life import ENDED, Who
from rules.kinds import IssueAct, IssueState, IssueWord, Severity
from storage import issues, people, projects
from storage.alerting import may_take
from storage.issue_life import CALLED_FALSE
from storage.messages import Option, Outgoing
from storage.problem_scope import whos
from storage.tables.reporting import Issue


def look_up(turn: Turn, issue_id: int) -> Outgoing:
    """For those whom it concerns (who was told of it, who reports for its project) or who may ask about its project."""
    words = turn.city.words
    issue = turn.session.get(Issue, issue_id)
    if issue is None or not (concerns(turn, issue) or sees(turn, issue.project_id)):
        return Outgoing(text=words.no_such_issue.format(number=f"W{issue_id}"))
    major = issue.severity is Severity.MAJOR
    title = words.issue_title_line.format(
        number=issue.number,
        severity=words.severity_major if major else words.severity_general,
        project=projects.named(turn.session, issue.project_id).name,
    )
    lines = [*_what(turn, issue), *_how_it_stands(turn, issue)]
    return Outgoing(title=drill_mark(turn, issue) + title, text="\n".join(lines), rows=_rows(turn, issue))


def _what(turn: Turn, issue: Issue) -> list[str]:
    words, zone = turn.city.words, turn.city.zone
    lines = [words.line_what.format(text=issue.what)]
    if issue.help_needed:
        lines.append(words.line_help.format(text=issue.help_needed))
    if issue.place:
        lines.append(words.line_place.format(text=issue.place))
    if issue.severity is Severity.MAJOR:
        lines.append(words.line_found.format(time=dated(issue.found.astimezone(zone), turn.today)))
    return [
        *lines,
        words.issue_status.format(time=day_and_hour(issue.filed, zone), name=_raised_by(turn, issue)),
    ]


def _how_it_stands(turn: Turn, issue: Issue) -> list[str]:
    words, lines = turn.city.words, []
    if issue.times > 1:
        lines.append(how_often(turn, issue))
    if last := issues.newest(turn.session, issue.id, IssueWord):
        template = words.issue_last_word_note if last.note else words.issue_last_word
        time, word = day_and_hour(last.at, turn.city.zone), word_name(words, IssueWord(last.kind))
        lines.append(template.format(time=time, name=_name(turn, last.person_id), word=word, note=last.note))
    if false := issues.newest(turn.session, issue.id, [CALLED_FALSE]):
        time = day_and_hour(false.at, turn.city.zone)
        lines.append(words.issue_called_false.format(time=time, name=_name(turn, false.person_id)))
    if issue.severity is Severity.MAJOR:
        by = taken(turn, issue.id)
        lines.append(words.issue_taken.format(name=by[0], time=by[1]) if by else words.issue_waiting)
    lines += _what_followed(turn, issue)
    way = course(turn, issue)
    if issue.state is IssueState.SOLVED and not way:
        lines.append(words.issue_solved)
    if issue.state is IssueState.CLOSED and not way:
        lines.append(words.issue_closed)
    return [*lines, *way]


def _what_followed(turn: Turn, issue: Issue) -> list[str]:
    """The newest instruction (批示), and to whom it was passed on last (转办)."""
    words, lines = turn.city.words, []
    templates = {IssueAct.FORWARDED: words.issue_forwarded, IssueAct.DIRECTIVE: words.issue_directive}
    for act, template in templates.items():
        if event := issues.newest(turn.session, issue.id, (act,)):
            time, name = day_and_hour(event.at, turn.city.zone), _name(turn, event.person_id)
            lines.append(template.format(time=time, name=name, note=event.note))
    return lines


def _raised_by(turn: Turn, issue: Issue) -> str:
    """Who filed it; or who telephoned (代报), with who filed it beside the name."""
    if issue.for_person is None:
        return _name(turn, issue.filed_by)
    return turn.city.words.by_telephone.format(
        name=_name(turn, issue.for_person), by=_name(turn, issue.filed_by)
    )


def _name(turn: Turn, person_id: int | None) -> str:
    return people.contacts(turn.session, [person_id], ())[0].name if person_id else ""


def _rows(turn: Turn, issue: Issue) -> Rows:
    """Taking note for who may; the words of a further report for who reports for the project."""
    rows: Rows = ()
    major, words = issue.severity is Severity.MAJOR, turn.city.words
    stands = whos(turn.session, turn.person.id, issue, turn.today)
    signs = Who.HOLDER in stands and issue.state is IssueState.ASSIGNED  # and that is taking note
    goes_on = issue.state not in (*ENDED, IssueState.DONE, IssueState.SOLVED) and not signs
    if major and goes_on and turn.person.id in may_take(turn.session, issue, turn.today):
        rows = (follow_row(turn, issue),) if taken(turn, issue.id) else take_rows(turn, issue)
    if issue.drill:  # nothing is done about it but taking note
        return rows
    aside = rows_of(turn, issue, stands, aside=True)
    rows = (*rows, *rows_of(turn, issue, stands))
    reporting = projects.reporters(turn.session, issue.project_id, turn.today)
    if issue.state in (*ENDED, IssueState.DONE) or turn.person.id not in reporting:
        return (*rows, *aside)
    solved = issue.state is IssueState.SOLVED
    rows = (*rows, after_solved(turn, issue.id) if solved else _words(turn, issue))
    rows = (*rows, *aside)
    if issues.newest(turn.session, issue.id, (CALLED_FALSE,)) is None:
        rows = (*rows, (Option(label=words.word_false, data=f"w|{issue.id}|false"),))
    return rows


def _words(turn: Turn, issue: Issue) -> tuple[Option, ...]:
    return tuple(
        Option(label=word_name(turn.city.words, word), data=f"w|{issue.id}|{word}")
        for word in (IssueWord.STILL, IssueWord.CHANGED, IssueWord.SOLVED)
    )

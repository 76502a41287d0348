"""One project: how it stands, its light and why, what was reported last, its problems, who answers for it by telephone.

Who reports for it has the buttons of reporting above; everybody has those that go deeper.
"""

from sqlalchemy import select

from handlers.answering.asked import LINE, Asked, short
from handlers.answering.problems import category_name
from handlers.asking.question import Ask, What
from handlers.lights_shown import light_lines
from handlers.moments import day_and_hour
from handlers.screen import Rows
from rules import money, pace
from rules.kinds import ProjectKind, ProjectState, Role
from rules.periods import Period
from storage import asking, news, projects, spending
from storage.charts import TrendChart, TrendPoint
from storage.messages import Option, Outgoing
from storage.scopes import CITY, OWN
from storage.tables.registry import Project, Unit

PROBLEMS = 3  # that are named
PEOPLE = 2  # of one role
ROLES = (Role.LEAD_LEADER, Role.HEAD, Role.DEPUTY, Role.REPORTER)


def answer_project(asked: Asked) -> Outgoing | None:
    """None: there is no such project among those that the person may ask about."""
    session, words = asked.turn.session, asked.words
    row = session.execute(
        select(Project, Unit.name)
        .join(Unit, Unit.id == Project.unit_id)
        .where(Project.id == asked.ask.number, asked.view.findable)
    ).first()
    if row is None:
        return None
    project, unit = row
    lit = light_lines(session, [project.id], words, asked.turn.today, asked.turn.city.zone)
    problems = list(news.open_problems(session, Project.id == project.id))
    year, point = _year(asked, project)
    lines = [
        words.told_project_about.format(unit=short(unit), about=_about(asked, project)),
        *lit.values(),
        *year,
        _last_report(asked, project.id),
        *_problems(asked, problems),
        *_people(asked, project.id),
    ]
    numbers = tuple(
        option
        for each in problems[:PROBLEMS]
        for option in asked.button(f"W{each.id}", Ask(What.PROBLEMS, number=each.id))
    )
    return Outgoing(
        title=words.told_project_head.format(number=project.number, name=project.name),
        text="\n".join(short(line, 2 * LINE - 8) for line in lines),
        rows=(*report_rows(asked, project.id, project.name), *([numbers] if numbers else [])),
        chart=point,
    )


def report_rows(asked: Asked, project_id: int, name: str) -> Rows:
    """报进展 for a month that is open, and 报问题: for who reports for the project."""
    turn, words = asked.turn, asked.words
    if turn.person.id not in projects.reporters(turn.session, project_id, turn.today):
        return ()
    rows: list[tuple[Option, ...]] = []
    reportable = projects.open_for_progress(turn.session, turn.person.id, turn.now, turn.today)
    if period := next((each.period for each in reportable if each.id == project_id), ""):
        label = words.duties_button_progress.format(project=name)
        rows.append((Option(label=label, data=f"o|report_progress|{project_id}.{period}"),))
    label = words.button_issue.format(project=name)
    return (*rows, (Option(label=label, data=f"o|report_issue|{project_id}"),))


def _about(asked: Asked, project: Project) -> str:
    words = asked.words
    kind = (
        words.asked_construction if project.kind is ProjectKind.CONSTRUCTION else words.asked_preliminary
    ).split("、")[0]
    states = {ProjectState.PAUSED: words.told_state_paused, ProjectState.ENDED: words.told_state_ended}
    parts = (project.district, project.front, kind, states.get(project.state, ""))
    return words.list_separator.join(part for part in parts if part)


def _year(asked: Asked, project: Project) -> tuple[list[str], TrendChart | None]:
    """What was done this year, and month by month as a picture; nothing of a project whose money is not counted."""
    words, month = asked.words, asked.month
    found = list(spending.by_project(asked.turn.session, month, Project.id == project.id))
    if not found or not (found[0].done or found[0].plan):
        return [], None
    done, share = money.auto(found[0].done), pace.share(found[0].done, found[0].plan)
    if share is None:
        return [words.told_project_year_no_plan.format(done=done)], None
    line = words.told_project_year.format(
        done=done, plan=money.auto(found[0].plan), share=pace.written(share)
    )
    return [line], _trend(asked, project, month, found[0].plan)


def _trend(asked: Asked, project: Project, through: Period, plan: int) -> TrendChart | None:
    """Cumulatives by month beside an even course of the year plan; a month without a report is left open."""
    session = asked.turn.session
    known = asking.reported_months(session, project.id, through.year)
    points = []
    for number in range(1, through.number + 1):
        month = Period.month(through.year, number)
        done = None
        if str(month) in known or str(month) == project.opening_month:
            done = next(
                (row.done for row in spending.by_project(session, month, Project.id == project.id)), None
            )
        points.append(TrendPoint(month=str(month), done=done, plan=plan * number // 12))
    if sum(point.done is not None for point in points) < 2:
        return None
    title = asked.words.told_trend.format(project=short(project.name))
    return TrendChart(title=title, as_of=asked.picture_of(asked.turn.today), points=tuple(points))


def _last_report(asked: Asked, project_id: int) -> str:
    words = asked.words
    found = asking.last_report(asked.turn.session, project_id)
    if found is None:
        return words.told_no_report
    report, version, name = found
    said = [money.wan(version.amount)] if version.amount is not None else []
    said.append(short(" ".join(version.progress.split()), 20))
    return words.told_last_report.format(
        period=Period.parse(report.period).chinese, said="，".join(filter(None, said)), name=name,
        time=day_and_hour(version.filed, asked.turn.city.zone),
    )  # fmt: skip


def _problems(asked: Asked, problems: list[news.OpenProblem]) -> list[str]:
    if not problems:
        return []
    words = asked.words
    named = [f"W{each.id} {category_name(asked, each.category)}" for each in problems[:PROBLEMS]]
    if len(problems) > PROBLEMS:
        named.append(words.told_more.format(count=len(problems) - PROBLEMS))
    listed = words.list_separator.join(named)
    return [words.told_project_problems.format(count=len(problems), problems=listed)]


def _people(asked: Asked, project_id: int) -> list[str]:
    """With telephone numbers; a leader's is for leaders and the office."""
    words = asked.words
    called = {
        Role.LEAD_LEADER: words.role_lead_leader, Role.HEAD: words.role_head, Role.DEPUTY: words.role_deputy,
        Role.REPORTER: words.role_reporter,
    }  # fmt: skip
    found = asking.answering(asked.turn.session, project_id, asked.turn.today)
    lines = []
    for role in ROLES:
        hidden = role is Role.LEAD_LEADER and asked.view.kind not in (CITY, OWN)
        named = [
            words.told_person.format(name=each.name, phone="" if hidden else each.phone).strip()
            for each in found.get(role, [])[:PEOPLE]
        ]
        if named:
            listed = words.list_separator.join(named)
            lines.append(words.told_persons.format(role=called[role], names=listed))
    return lines

"""暂停, 结束, 恢复: a project leaves the expected list (应报名单), or comes back to it.

What it was not on the list for in full does not apply to it (VOID, written by the pure function, never a row
deleted); what it was on the list for is still owed. Coming back before such a duty's close makes it owed again.
What was paused and comes back on the same day was never away: that takes a slip of the finger back.
"""

from handlers.commands import EndProject, PauseProject, ResumeProject
from handlers.deeds.telling import tell_reporters
from handlers.loading.desk import back_since, first_full_month
from handlers.outcome import Outcome, digest, enter, refusal
from handlers.turning import Turn
from rules.duties import DutyFacts, expected, left_before, state_of
from rules.kinds import DutyState, ProjectState
from rules.periods import Period, Window
from storage import duties, projects
from storage.messages import Outgoing
from storage.tables.registry import Project
from storage.tables.reporting import Duty


def pause_project(turn: Turn, command: PauseProject) -> Outcome:
    words = turn.city.words
    return _leave(
        turn, command, ProjectState.PAUSED, "pause_project", words.paused_title, words.told_paused
    )  # fmt: skip


def end_project(turn: Turn, command: EndProject) -> Outcome:
    words = turn.city.words
    return _leave(turn, command, ProjectState.ENDED, "end_project", words.ended_title, words.told_ended)


def _leave(
    turn: Turn, command: PauseProject | EndProject, to: ProjectState, act: str, title: str, told: str
) -> Outcome:
    project = turn.session.get_one(Project, command.project_id)
    if project.state is not ProjectState.ACTIVE:
        return refusal(turn.city.words.already_so.format(project=project.name))
    project.state, project.off_list_because = to, command.because
    project.ended = turn.today if to is ProjectState.ENDED else None
    project.paused = turn.today if to is ProjectState.PAUSED else None
    enter(turn, project.unit_id, act, project=project.id, because=digest(turn, command.because))
    void_what_is_not_owed(turn, project)
    message = Outgoing(text=told.format(project=project.name, because=command.because))
    tell_reporters(turn, project.id, message)
    title = title.format(project=project.name)
    return Outcome(Outgoing(text=title), summary=title)


def void_what_is_not_owed(turn: Turn, project: Project) -> None:
    """The duties of a project that left the list before their period ended, if nothing has come that counts."""
    stay = projects.stay(project)
    for duty in duties.of_project(turn.session, project.id, Duty.state.is_(None), duties.awaited()):
        if left_before(stay, Period.parse(duty.period)):
            window = Window(duty.opens, duty.due, duty.closes)
            facts = DutyFacts(window, exempt=duty.exempt is not None, off_list=True)
            _restate(turn, duty, state_of(facts, turn.now))
    turn.session.flush()


def resume_project(turn: Turn, command: ResumeProject) -> Outcome:
    words, project = turn.city.words, turn.session.get_one(Project, command.project_id)
    if project.state is ProjectState.ACTIVE:
        return refusal(words.already_so.format(project=project.name))
    since = back_since(project, turn.today)
    if projects.stay(project).until != turn.today:
        project.resumed = turn.today
    project.state, project.off_list_because = ProjectState.ACTIVE, ""
    project.paused = project.ended = None
    enter(turn, project.unit_id, "resume_project", project=project.id)
    for duty in duties.of_project(
        turn.session, project.id, Duty.state.is_not(None), duties.not_closed(turn.now)
    ):
        if expected(projects.stay(project), Period.parse(duty.period)):
            _restate(turn, duty, None)
    turn.session.flush()
    first = first_full_month(since).chinese
    tell_reporters(
        turn, project.id, Outgoing(text=words.told_resumed.format(project=project.name, period=first))
    )
    title = words.resumed_title.format(project=project.name)
    text = words.line_owes_from.format(period=first)
    return Outcome(Outgoing(title=title, text=text), summary=title)


def _restate(turn: Turn, duty: Duty, state: DutyState | None) -> None:
    """A written state of None: it follows from the clock again."""
    before, duty.state = duty.state, state
    enter(turn, duty.unit_id, "restate_duty", duty=duty.id, before=before, after=state)

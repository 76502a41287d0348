"""What a conversation may decide, as frozen imperatives. `handlers/deeds/` carries them out."""

from dataclasses import dataclass
from datetime import date, datetime, time

from rules.kinds import IssueWord, Often, Role, Severity


@dataclass(frozen=True, slots=True)
class MilestoneWord:
    """What was said of a milestone that is due: done on a day, or why it is not."""

    id: int
    name: str
    done: date | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class FileProgress:
    """Files, or as a new version corrects, a project's report for a period. What it corrects must still stand.

    Amount in yuan; None where none is owed. `backfill_*` is what the months `backfilled`, without a
    report, add to the cumulatives.
    """

    project_id: int
    period: str
    amount: int | None
    progress: str
    stage: str = ""
    carried: bool = False
    next_plan: str = ""
    coordination: str = ""
    photos: tuple[int, ...] = ()
    based_on: int = 0  # the version that a correction was made from; 0 for a first report
    started: date | None = None
    not_started_because: str = ""
    backfill_year: int = 0
    backfill_total: int = 0
    backfilled: tuple[str, ...] = ()
    milestones: tuple[MilestoneWord, ...] = ()
    for_person: int | None = None  # 代报: who telephoned


@dataclass(frozen=True, slots=True)
class FileSame:
    """同上月 for several (project, period): 0 元 this month, the text carried over (decisions: 6)."""

    projects: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class WithdrawReport:
    """Takes a project's report for a period back; it is owed again."""

    project_id: int
    period: str
    for_person: int | None = None


@dataclass(frozen=True, slots=True)
class FileIssue:
    """Files a problem. `found` None: just now; `pinned` is the place that was sent along with `place`."""

    project_id: int
    severity: Severity
    category: str
    what: str
    help_needed: str = ""
    photos: tuple[int, ...] = ()
    found: datetime | None = None
    place: str = ""
    pinned: tuple[int, ...] = ()
    for_person: int | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Says a further word on a problem (续报)."""

    issue_id: int
    word: IssueWord
    note: str = ""
    photos: tuple[int, ...] = ()
    for_person: int | None = None


@dataclass(frozen=True, slots=True)
class CallFalse:
    """Tells the office that a problem was reported by mistake (误报); the problem stays as it is."""

    issue_id: int


@dataclass(frozen=True, slots=True)
class ZeroCheck:
    """What spoke against a project's zero: flat months, problems nearby, the rule of a red light.

    The person said: 确实没有.
    """

    project_id: int
    flat: tuple[str, ...] = ()
    nearby: tuple[str, ...] = ()
    red: str = ""


@dataclass(frozen=True, slots=True)
class FileZeros:
    """`to_report` are projects that were left out because they do have a problem, still to be filed."""

    project_ids: tuple[int, ...]
    period: str
    checked: tuple[ZeroCheck, ...] = ()
    to_report: tuple[int, ...] = ()
    for_person: int | None = None


@dataclass(frozen=True, slots=True)
class ReturnReport:
    """Sends a report back to be mended. `parts` are the questions to be answered anew (amount ...), None all."""

    report_id: int
    because: str
    parts: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class UnlockDuty:
    """Opens a duty that was missed once more, until the closing hour of a day."""

    duty_id: int
    because: str
    until: date


@dataclass(frozen=True, slots=True)
class ExemptDuty:
    duty_id: int
    because: str


@dataclass(frozen=True, slots=True)
class TakeBackExemption:
    duty_id: int


@dataclass(frozen=True, slots=True)
class ExemptLight:
    """灯色豁免: the project is not judged until a day, inclusive."""

    project_id: int
    because: str
    until: date


@dataclass(frozen=True, slots=True)
class EndLightExemption:
    project_id: int


@dataclass(frozen=True, slots=True)
class JudgeDuty:
    """送达异常: what was not provably delivered counts as late or missed after all (`counts`), or is let be."""

    duty_id: int
    counts: bool
    because: str


@dataclass(frozen=True, slots=True)
class PauseProject:
    project_id: int
    because: str


@dataclass(frozen=True, slots=True)
class EndProject:
    project_id: int
    because: str


@dataclass(frozen=True, slots=True)
class ResumeProject:
    project_id: int


@dataclass(frozen=True, slots=True)
class DisownProject:
    """不归我报: tells the office that a project is another's to report; nothing is changed by it."""

    project_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class SendNotice:
    """`audience` is reporters, unit (then of `unit_id`), owing or bound."""

    text: str
    audience: str
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Tell:
    """Nothing to do: only something to say, with buttons (label, data).

    `rows` stand below the `buttons`: each is one row of buttons side by side.
    """

    title: str = ""
    text: str = ""
    buttons: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    columns: int = 1


@dataclass(frozen=True, slots=True)
class ImportWorkbook:
    """Takes in a registry workbook that was sent in chat, as it was shown."""

    media_id: int


@dataclass(frozen=True, slots=True)
class LeaveWorkbook:
    media_id: int


@dataclass(frozen=True, slots=True)
class ChangeRegistry:
    """Adds a person or a project (`known` is None) or changes fields of one. `typed`: field and what was typed."""

    sheet: str
    known: int | None
    typed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Unbind:
    """Ends a person's accounts at once; one who `leaves` holds no role and answers for nothing from today."""

    person_id: int
    leaves: bool = False


@dataclass(frozen=True, slots=True)
class GiveCode:
    """A new invite for a person, told to who asks for it."""

    person_id: int


@dataclass(frozen=True, slots=True)
class HandOver:
    """Projects of one person in one role pass to another on a day."""

    from_id: int
    to_id: int
    role: Role
    project_ids: tuple[int, ...]
    since: date


@dataclass(frozen=True, slots=True)
class ConfirmHandover:
    handover_id: int


@dataclass(frozen=True, slots=True)
class AppointSecretary:
    """`until` is exclusive; None: until further notice."""

    person_id: int
    leader_id: int
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class DismissSecretary:
    secretary_id: int


@dataclass(frozen=True, slots=True)
class SetLeave:
    """请假: a person is away from a day until another (exclusive); who stands in, if anybody."""

    person_id: int
    since: date
    until: date
    stand_in_id: int | None = None


@dataclass(frozen=True, slots=True)
class EndLeave:
    """销假: a leave ends today, or never begins."""

    leave_id: int


@dataclass(frozen=True, slots=True)
class ChooseDigest:
    """日报设置 of who says it: how often, at what time of day, and whether nothing is sent when nothing is new."""

    often: Often
    at: time
    silent: bool


Registering = (
    ImportWorkbook | LeaveWorkbook | ChangeRegistry | Unbind | GiveCode | HandOver | ConfirmHandover
    | AppointSecretary | DismissSecretary | SetLeave | EndLeave
)  # fmt: skip

OfTheOffice = (
    ReturnReport
    | UnlockDuty
    | ExemptDuty
    | TakeBackExemption
    | ExemptLight
    | EndLightExemption
    | JudgeDuty
    | PauseProject
    | EndProject
    | ResumeProject
    | SendNotice
)
OfAReporter = (
    FileProgress | FileSame | WithdrawReport | FileIssue | FollowUp | CallFalse | FileZeros | DisownProject
)
Command = OfAReporter | OfTheOffice | Registering | ChooseDigest | Tell

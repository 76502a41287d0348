"""Deeds about the registry's rows: a workbook taken in or left, one row added or changed."""

from sqlalchemy import select

from handlers import handing_over
from handlers.changing import fields_changed, in_words
from handlers.commands import ChangeRegistry, ImportWorkbook, LeaveWorkbook
from handlers.loading.registry import planned
from handlers.outcome import Outcome, enter, refusal
from handlers.turning import Turn
from storage import changes, handovers, ledger, registry, workbooks
from storage.changes import RowChange
from storage.entries import PEOPLE, PERSON_COLUMNS, PROJECT_COLUMNS, PROJECTS
from storage.handovers import Passed
from storage.messages import Option, Outgoing
from storage.planning.people import BACK
from storage.preview import Preview
from storage.tables.registry import Person, Project, Unit
from storage.tables.reporting import MediaFile
from storage.tables.traffic import Workbook

# Fields that stand in the ledger as they are. Every other may hold a name, a telephone number or somebody's
# words, and is only sealed (storage/ledger.py, rule 3).
PLAIN = {
    PEOPLE: {*(PERSON_COLUMNS[name] for name in ("unit", "roles")), BACK},
    PROJECTS: {
        PROJECT_COLUMNS[name]
        for name in (
            *("number", "name", "kind", "stage", "unit", "total_investment", "year", "amount", "registered"),
            *("start_planned", "start_actual", "finish_planned", "finish_actual", "opening_month"),
        )
    },
}


def import_workbook(turn: Turn, command: ImportWorkbook) -> Outcome:
    """Writes the plan that was made in this transaction: the conversation has seen to it that it was shown."""
    words = turn.city.words
    row = workbooks.waiting(turn.session, turn.person.id, command.media_id)
    if row is None:
        return refusal(words.workbook_none)
    preview = planned(turn.session, row, turn.plans)
    if not preview.ok:
        return refusal(preview.summary())
    name = _name(turn, row)
    passed = registry.apply(
        turn.session, preview, turn.today, turn.now, who=f"person:{turn.person.id}", inbox=turn.inbox_id
    )  # fmt: skip
    workbooks.close(turn.session, row, turn.now)
    lines = [str(sheet) for sheet in preview.sheets if sheet.added or sheet.changed]
    if _announce(turn, passed):
        lines.append(words.workbook_passed)
    title = words.workbook_done.format(name=name)
    return Outcome(Outgoing(title=title, text="\n".join(lines)), summary=title)


def leave_workbook(turn: Turn, command: LeaveWorkbook) -> Outcome:
    row = workbooks.waiting(turn.session, turn.person.id, command.media_id)
    if row is None:
        return refusal(turn.city.words.workbook_none)
    workbooks.close(turn.session, row, turn.now)
    return refusal(turn.city.words.workbook_left.format(name=_name(turn, row)))


def _name(turn: Turn, row: Workbook) -> str:
    return turn.session.get_one(MediaFile, row.media_id).name


def _announce(turn: Turn, passed: tuple[Passed, ...]) -> bool:
    """Whoever hands over and takes over projects by a change is told, as by 交接."""
    packets = handovers.packets(turn.session, passed, turn.now)
    handing_over.announce(turn.session, turn.city, packets, turn.today, turn.now)
    return bool(packets)


def change_registry(turn: Turn, command: ChangeRegistry) -> Outcome:
    words = turn.city.words
    change = RowChange(command.sheet, command.known, dict(command.typed))
    preview = changes.plan_change(turn.session, change, turn.today)
    said = in_words(turn.city, change, preview)
    if said.errors:
        return refusal(words.change_refused.format(reasons="\n".join(said.errors)))
    before = _label(turn, change) if change.known is not None else ""
    row_id, passed = _write(turn, change, preview)
    _enter(turn, change, preview, row_id)
    lines = list(said.lines)
    if _announce(turn, passed):
        lines.append(words.workbook_passed)
    name = before or change.typed["name"]
    title = (words.changed if before else words.added).format(name=name)
    message = Outgoing(title=title, text="\n".join(lines))
    if change.sheet == PEOPLE and not before:
        button = Option(label=words.invite_button.format(name=name), data=f"o|rebind|{row_id}")
        message = message.model_copy(update={"rows": ((button,),)})
    return Outcome(message, summary=title)


def _write(turn: Turn, change: RowChange, preview: Preview) -> tuple[int, tuple[Passed, ...]]:
    """Writes the row; gives back its id."""
    passed = registry.write(turn.session, preview, turn.today, turn.now)
    touched = change.known or next(iter((*preview.work.people.old, *preview.work.projects.old)), None)
    if touched is not None:
        return touched, passed
    table = Person if change.sheet == PEOPLE else Project
    return registry.newest(turn.session, table), passed


def _label(turn: Turn, change: RowChange) -> str:
    if change.sheet == PEOPLE:
        person = turn.session.get_one(Person, change.known)
        return f"{person.name}（{turn.session.get_one(Unit, person.unit_id).name}）"
    return turn.session.get_one(Project, change.known).name


def _enter(turn: Turn, change: RowChange, preview: Preview, row_id: int) -> None:
    """Before and after of every field that is no free text, in the chain of the unit that the row belongs to now."""
    table = Person if change.sheet == PEOPLE else Project
    unit_id = turn.session.scalars(select(table.unit_id).where(table.id == row_id)).one()
    fields = {each.field: [each.old, each.new] for each in fields_changed(change, preview)}
    if change.known is None:
        columns = PERSON_COLUMNS if change.sheet == PEOPLE else PROJECT_COLUMNS
        fields = {columns[name]: ["", text] for name, text in change.typed.items() if text}
    whose = row_id if change.sheet == PEOPLE else turn.person.id
    facts = {
        field: values
        if field in PLAIN[change.sheet]
        else [ledger.sealed(turn.session, text, whose) if text else "" for text in values]
        for field, values in fields.items()
    }
    subject = "person" if change.sheet == PEOPLE else "project"
    enter(turn, unit_id, f"change_{subject}", **{subject: row_id, "fields": facts})

"""The one check after every storm: nothing lost, nothing doubled (delivery.md 4).

offered = stored = processed + listed refusals; every outgoing row is terminal or due; the API accepted a message
at most as often as it was sent or in doubt; the hash chain holds; and what each person confirmed was filed once.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import and_, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.channels.telegram_text import keyboard, render
from rules.kinds import Lane
from storage import ledger
from storage.database import Database
from storage.messages import Outgoing
from storage.outbox import ANSWERED, State
from storage.tables.ledger import LedgerRow
from storage.tables.reporting import Issue, IssueEvent, MediaFile, Report, ReportVersion
from storage.tables.traffic import InboxRow, OutboxRow
from tests.crash.dialogues import WORDS
from tests.crash.record import SENDS, Confirmed, Record
from tests.fakes.telegram_api import Call

# How inbox rows may end that say nothing to their sender: a second tap, a group, a block.
SILENT = ("TalkButton", "group", "blocked", "unblocked")
NOT_MODIFIED = "message is not modified"
Key = tuple[str, str, str]


@dataclass
class Verdict:
    """Faults in words, by kind; and what there was to check."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)

    @property
    def faults(self) -> list[str]:
        return [
            *(f"lost: {each}" for each in self.lost),
            *(f"doubled: {each}" for each in self.doubled),
            *(f"wrong: {each}" for each in self.wrong),
        ]


def check(session: Session, record: Record, calls: Iterable[Call], media: Path) -> Verdict:
    """`calls` are the fake's; `media` is the folder of stored files. The program must have come to rest."""
    verdict = Verdict()
    _check_inbox(session, record, verdict)
    _check_answers(session, verdict)
    _check_order(session, verdict)
    check_sending(session, calls, verdict)
    _check_amounts(session, record, verdict)
    _check_problems(session, record, verdict)
    _check_media(session, record, media, verdict)
    _check_ledger(session, verdict)
    verdict.wrong += record.troubles
    return verdict


def check_file(data: Path, record: Record, calls: Iterable[Call]) -> Verdict:
    """The check of a city that stands still, by its folder."""
    return check_city(f"sqlite:///{data / 'sanbao.db'}", data, record, calls)


def check_city(url: str, data: Path, record: Record, calls: Iterable[Call]) -> Verdict:
    database = Database(url)
    try:
        return database.run_now(lambda session: check(session, record, calls, data / "media"))
    finally:
        database.close()


# What came in


def _check_inbox(session: Session, record: Record, verdict: Verdict) -> None:
    rows = session.execute(select(InboxRow.external, InboxRow.state, InboxRow.note)).all()
    stored = Counter(row.external for row in rows)
    offered = {str(each) for each in record.offered}
    verdict.lost += [f"update {each} was not stored" for each in sorted(offered - stored.keys())]
    verdict.wrong += [f"update {each} was never offered" for each in sorted(stored.keys() - offered)]
    verdict.doubled += [f"update {each} is stored {n} times" for each, n in stored.items() if n > 1]
    for row in rows:
        verdict.figures[f"inbox {row.state}"] += 1
        if row.state not in ("done", "refused", "ignored"):
            verdict.lost.append(f"update {row.external} is {row.state}: {row.note}")
    verdict.figures["offered"] = len(offered)


def _check_answers(session: Session, verdict: Verdict) -> None:
    """A message is answered in its chat once; a turn that ran twice would answer twice.

    Who takes a problem causes two things in others' chats: a message, and an edit of the alert. Each is counted alone.
    """
    rows = session.execute(
        select(OutboxRow.inbox_id, OutboxRow.chat, OutboxRow.body, InboxRow.sender)
        .join(InboxRow, InboxRow.id == OutboxRow.inbox_id)
        .where(OutboxRow.part_of.is_(None), OutboxRow.chat != "")
    ).all()
    own = {(row.inbox_id, row.chat) for row in rows if row.chat == row.sender.rpartition(":")[2]}
    written = Counter(
        (row.inbox_id, row.chat, "" if (row.inbox_id, row.chat) in own else row.body.get("replaces", ""))
        for row in rows
    )
    verdict.doubled += [
        f"inbox row {row} wrote {n} messages to {chat}" for (row, chat, _), n in written.items() if n > 1
    ]
    answered = {(row, chat) for row, chat, _ in written}
    for row in session.execute(
        select(InboxRow.id, InboxRow.sender, InboxRow.note).where(InboxRow.state == "done")
    ):
        if row.note not in SILENT and (row.id, row.sender.rpartition(":")[2]) not in answered:
            verdict.lost.append(f"inbox row {row.id} ({row.note}) was not answered")


def _check_order(session: Session, verdict: Verdict) -> None:
    """A person's messages were answered in the order in which they came."""
    answers = session.execute(
        select(InboxRow.sender, InboxRow.id, OutboxRow.id, OutboxRow.chat)
        .join(OutboxRow, OutboxRow.inbox_id == InboxRow.id)
        .order_by(OutboxRow.id)
    )
    latest: dict[str, int] = {}
    for sender, inbox_id, outbox_id, chat in answers:
        if chat != sender.rpartition(":")[2]:
            continue
        if inbox_id < latest.get(sender, 0):
            verdict.wrong.append(f"{sender}: inbox row {inbox_id} was answered late, by message {outbox_id}")
        latest[sender] = max(inbox_id, latest.get(sender, 0))
    verdict.figures["senders"] = len(latest)


# What went out


def check_sending(session: Session, calls: Iterable[Call], verdict: Verdict) -> None:
    """Every outgoing row has come to its end, and reached its chat as often as it was sent, or may have been."""
    _check_outbox(session, verdict)
    _check_sends(session, calls, verdict)


def _check_outbox(session: Session, verdict: Verdict) -> None:
    # An alert that somebody has answered before it went is not lost. What is urgent becomes useless by that alone.
    answered = or_(
        OutboxRow.note == ANSWERED,
        and_(OutboxRow.lane == Lane.URGENT.order, OutboxRow.useless_after.is_not(None)),
    )
    counted = select(OutboxRow.state, func.count()).where(
        not_(and_(OutboxRow.state == State.EXPIRED, answered))
    )
    for state, number in session.execute(counted.group_by(OutboxRow.state)):
        verdict.figures[f"outbox {state}"] = number
        if state not in (State.SENT, State.UNKNOWN):
            verdict.lost.append(f"{number} outgoing messages are {state}")
    doubts = select(func.sum(OutboxRow.attempts), func.sum(OutboxRow.ambiguous))
    verdict.figures["attempts"], verdict.figures["ambiguous"] = (
        int(n or 0) for n in session.execute(doubts).one()
    )


def _check_sends(session: Session, calls: Iterable[Call], verdict: Verdict) -> None:
    """Rows and calls are compared by chat, words and buttons: rows that look the same are counted together."""
    sent, possible = Counter[Key](), Counter[Key]()
    # The page of the try-out is no platform: what stands there makes no call.
    rows = select(OutboxRow.chat, OutboxRow.body, OutboxRow.state, OutboxRow.ambiguous)
    for row in session.execute(rows.where(OutboxRow.channel != "tryout")):
        key = key_of_row(row.chat, row.body)
        sent[key] += row.state == State.SENT
        possible[key] += row.ambiguous + (row.state == State.SENT)
    accepted, arrived = Counter[Key](), Counter[Key]()
    for call in calls:
        if call.method.lower() in SENDS:
            accepted[key_of_call(call)] += call.accepted
            arrived[key_of_call(call)] += call.accepted or NOT_MODIFIED in call.refusal
    for key in sent.keys() | accepted.keys():
        if accepted[key] > possible[key]:
            verdict.doubled.append(f"{key}: accepted {accepted[key]} times, possible were {possible[key]}")
        if arrived[key] < sent[key]:
            verdict.lost.append(f"{key}: noted as sent {sent[key]} times, arrived {arrived[key]}")
    verdict.figures["accepted"] = accepted.total()


def key_of_row(chat: str, body: dict[str, object]) -> Key:
    message = Outgoing.model_validate(body)
    return chat, render(message)[0], json.dumps(keyboard(message.rows), sort_keys=True)


ALARMS = tuple(text.partition("{")[0] for text in (WORDS.watch_ill, WORDS.watch_well))


def is_alarm(call: Call) -> bool:
    """Whether it is the watcher's, who tells the admin past the outbox that the program is ill, or well again."""
    return str(call.parameters.get("text")).startswith(ALARMS)


def key_of_call(call: Call) -> Key:
    buttons = json.dumps(call.structure("reply_markup"), sort_keys=True)
    words = call.parameters.get("text") or call.parameters.get("caption") or ""
    return str(call.parameters.get("chat_id")), str(words), buttons


# What was filed


def _check_amounts(session: Session, record: Record, verdict: Verdict) -> None:
    rows = session.execute(
        select(
            ReportVersion.id,
            ReportVersion.progress,
            ReportVersion.amount,
            ReportVersion.filed_by,
            Report.project_id,
        ).join(Report, Report.id == ReportVersion.report_id)
    ).all()
    photos = _photos_by(session, MediaFile.version_id)
    found = [(row.filed_by, row.project_id, row.progress, photos[row.id], row.amount) for row in rows]
    wanted = [
        (each.person_id, each.project_id, each.words, each.photos, each.yuan) for each in record.amounts
    ]
    _compare("report", wanted, found, verdict)
    last = {each.project_id: each.words for each in record.amounts}
    standing = session.execute(
        select(Report.project_id, ReportVersion.progress).join(
            ReportVersion, (ReportVersion.report_id == Report.id) & (ReportVersion.version == Report.version)
        )
    )
    _compare(
        "standing report", list(last.items()), [(project, words) for project, words in standing], verdict
    )
    _check_receipts("J", record.amounts, verdict)


def _check_problems(session: Session, record: Record, verdict: Verdict) -> None:
    rows = session.execute(
        select(Issue.id, Issue.filed_by, Issue.project_id, Issue.what, Issue.severity)
    ).all()
    photos = _photos_by(session, MediaFile.issue_id)
    found = [
        (row.filed_by, row.project_id, row.what, photos[row.id], row.id, row.severity == "major")
        for row in rows
    ]
    wanted = [
        (each.person_id, each.project_id, each.words, each.photos, each.number, each.major)
        for each in record.problems
    ]
    _compare("problem", wanted, found, verdict)
    _check_receipts("W", record.problems, verdict)
    taken = Counter(session.scalars(select(IssueEvent.issue_id).where(IssueEvent.kind == "acknowledged")))
    verdict.doubled += [f"problem W{each} was taken {n} times" for each, n in taken.items() if n > 1]
    verdict.lost += [
        f"W{each}: its taking was confirmed, but is not there" for each in record.acknowledged - taken.keys()
    ]
    verdict.figures["acknowledged"] = taken.total()


def _check_receipts(kind: str, confirmed: Sequence[Confirmed], verdict: Verdict) -> None:
    receipts = Counter(each.receipt for each in confirmed)
    verdict.doubled += [f"receipt {each!r} was given {n} times" for each, n in receipts.items() if n > 1]
    verdict.figures[f"receipts {kind}"] = len(confirmed)


def _compare(what: str, wanted: Sequence[object], found: Sequence[object], verdict: Verdict) -> None:
    missing, too_many = Counter(wanted) - Counter(found), Counter(found) - Counter(wanted)
    verdict.lost += [f"{what} {each}" for each in missing.elements()]
    verdict.doubled += [f"{what} {each} that nobody confirmed" for each in too_many.elements()]


# What belongs to it


def _photos_by(session: Session, owner: InstrumentedAttribute[int | None]) -> Counter[int]:
    return Counter(
        each for each in session.scalars(select(owner).where(owner.is_not(None))) if each is not None
    )


def _check_media(session: Session, record: Record, folder: Path, verdict: Verdict) -> None:
    """Every picture is kept once, whole, under its hash."""
    rows = session.execute(
        select(InboxRow.external, MediaFile.sha256, MediaFile.state, MediaFile.path).join(
            InboxRow, InboxRow.id == MediaFile.inbox_id
        )
    ).all()
    wanted = [(str(update), sha256) for update, sha256 in record.photos.items()]
    _compare("photo", wanted, [(row.external, row.sha256) for row in rows], verdict)
    for row in rows:
        path = folder / row.path
        if row.state != "stored" or hashlib.sha256(path.read_bytes()).hexdigest() != row.sha256:
            verdict.lost.append(
                f"photo of update {row.external} is {row.state}, kept as {row.path or 'nothing'}"
            )
    verdict.figures["photos"] = len(rows)


def _check_ledger(session: Session, verdict: Verdict) -> None:
    """The chains hold, and every deed stands in them once."""
    verdict.wrong += ledger.verify(session)
    deeds = Counter[tuple[str, int]]()
    acts = Counter[str]()
    for text in session.scalars(select(LedgerRow.canonical)):
        entry = json.loads(text)
        acts[entry["act"]] += 1
        if "inbox" in entry["facts"]:
            deeds[entry["act"], entry["facts"]["inbox"]] += 1
    verdict.doubled += [
        f"ledger: {act} of inbox row {row} {n} times" for (act, row), n in deeds.items() if n > 1
    ]
    tables = {"file_progress": ReportVersion, "file_issue": Issue}
    for act, table in tables.items():
        number = session.scalar(select(func.count()).select_from(table)) or 0
        if number != acts[act]:
            verdict.wrong.append(f"ledger: {acts[act]} of {act}, but {number} rows")
    verdict.figures["ledger"] = acts.total()

"""What the office does from the command line: each command is one plain function in one transaction.

Rule 1  a command is `(session, arguments, now, office) -> Result`; it is found by its name in COMMANDS, never
        commits, and does the same in the running server and on a closed database.
Rule 2  arguments and results are frozen and pass through JSON.
Rule 3  a result that is not ok is rolled back whole: all or nothing.
Rule 4  `now` is the machine's clock; the city's comes from `office.city_now`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.channels import tryout
from bot.channels.wecom_cards import FIT
from bot.clock import stored_offset
from bot.doctor import city as doctor_of_the_city
from bot.editable import sentences
from bot.light_changes import light_changes
from bot.lives import in_english
from bot.settings import Settings
from handlers import handing_over
from handlers.city import City, Show
from rules.book import load
from rules.changes import changes
from rules.kinds import Lane
from storage import erasing, handovers, inbox, invites, ledger, outbox, people, post, registry, workbook
from storage import rules as stored_rules
from storage.entries import Book
from storage.export.city import export
from storage.messages import Address, Outgoing
from storage.sheets import Progress, nobody
from storage.tables.registry import Person, Unit
from storage.tables.traffic import InboxRow
from storage.xlsx import Column, Sheet, to_workbook

INVITE_COLUMNS = (
    Column("姓名"),
    Column("单位", width=28),
    Column("手机", width=14),
    Column("邀请码", width=20),
    Column("Telegram 链接", width=48),
    Column("有效期至", width=32),
)
LINES = 500  # of a section of a preview, on a terminal
MONTH = timedelta(days=30)
RAW_SHOWN = 200  # characters of a parked message


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class Result(Frozen):
    """What is shown to whoever gave the command. `file` is what goes into the file they named."""

    text: str
    ok: bool = True
    file: bytes | None = None


class Errand(Frozen):
    """A command on its way: its name in COMMANDS and its arguments as JSON."""

    name: str
    arguments: dict[str, JsonValue]

    @classmethod
    def of(cls, name: str, arguments: Frozen) -> "Errand":
        return cls(name=name, arguments=arguments.model_dump(mode="json"))


class WecomRefused(Exception):  # noqa: N818 - said to an operator, who reads it as a sentence
    """WeCom did not do what a command wanted, or there is no app to do it with."""


class NotDone(Exception):  # noqa: N818 - carries a result out of a transaction that is to be rolled back
    def __init__(self, result: Result) -> None:
        super().__init__(result.text)
        self.result = result


def stored_city_time(session: Session, machine: datetime) -> datetime:
    """The city's time as far as the database remembers it moved."""
    return machine + (stored_offset(session) or timedelta())


@dataclass(frozen=True, slots=True)
class Office:
    """What a command needs to know beside the database.

    `city_now` makes the city's time of the machine's; `progress` is told how far a long command is; `serves` says that
    what is written here is sent at once.
    """

    zone: ZoneInfo
    city: City
    telegram_account: str = ""
    city_now: Callable[[Session, datetime], datetime] = stored_city_time
    progress: Progress = nobody
    serves: bool = False

    @classmethod
    def of(cls, settings: Settings, progress: Progress = nobody) -> "Office":
        return cls(
            zone=settings.zone,
            city=city_of(settings),
            telegram_account=settings.telegram_account,
            progress=progress,
        )


def city_of(settings: Settings) -> City:
    """The city's words, and the accounts that reach people whether or not they run just now."""
    configured = {
        "telegram": settings.telegram_account,
        "wecom": settings.wecom_agent_id,
        "aibot": settings.aibot_id,
    }
    accounts = [(channel, account) for channel, account in configured.items() if account]
    if settings.rehearses or not settings.has_channel:
        accounts.append((tryout.NAME, tryout.ACCOUNT))
    # What is written here is sent by the server: no more at once than the narrowest channel shows.
    shows = {channel: Show(edits=False, text_limit=FIT) for channel in ("wecom", "aibot")}
    return City(
        words=sentences(settings.words_file).words,
        zone=settings.zone,
        shows=shows,
        running=frozenset(accounts),
    )


class ImportRegistry(Frozen):
    book: Book
    dry_run: bool = False
    skip_bad_rows: bool = False


def import_registry(session: Session, wanted: ImportRegistry, now: datetime, office: Office) -> Result:
    """Takes a file of the registry in; a dry run only says what it would do.

    Nothing is written unless all of it is right, or, if that is wanted, without the rows that are not.
    """
    city = office.city_now(session, now)
    today = city.astimezone(office.zone).date()
    book = workbook.up_to(wanted.book, today)
    preview = registry.plan(session, book, wanted.skip_bad_rows, office.progress)
    text = preview.summary(shown=LINES)
    if not preview.ok:
        return Result(text=text, ok=False)
    if preview.changes_nothing:
        return Result(text=f"{text}\nThe registry holds all of it already; nothing was written.")
    if wanted.dry_run:
        return Result(text=f"{text}\nDry run: nothing was written.")
    passed = registry.apply(session, preview, today, city, progress=office.progress)
    packets = handovers.packets(session, passed, city)
    handing_over.announce(session, office.city, packets, today, city)
    told = f" {len(packets)} hand-overs: both sides are told." if packets else ""
    return Result(text=f"{text}\nWritten.{told}")


class InvitePerson(Frozen):
    person: str = Field(description="name, phone or id")


def invite_person(session: Session, wanted: InvitePerson, now: datetime, office: Office) -> Result:
    """A one-time code for one person; earlier unused ones end."""
    person, unit = _the_one(session, wanted.person)
    code = invites.create(session, person.id, now)
    _enter(session, office, now, "give_code", chain=f"unit:{person.unit_id}", person=person.id)
    link = invites.deep_link(session, office.telegram_account, code)
    lines = [
        f"{person.name}  {unit.name}",
        f"Code:      {code}",
        *([f"Telegram:  {link}"] if link else []),
        f"Good once, until {until(now, office)}; earlier codes of this person have ended.",
        "The person opens the link, or sends the code to the bot in private."
        if link
        else "The person sends the code to the bot in private.",
    ]
    return Result(text="\n".join(lines))


def _the_one(session: Session, words: str) -> tuple[Person, Unit]:
    """The active person of this name, phone or id. Raises NotDone if there is none, or more than one."""
    found = people_called(session, words.strip())
    if not found:
        raise NotDone(
            Result(
                ok=False,
                text=f"{words}: found nobody active of this name, phone or id. "
                "`sanbao import` brings people in.",
            )
        )
    if len(found) > 1:
        choices = (
            f"  {person.id}  {person.name}  {unit.name}  {person.phone or '-'}" for person, unit in found
        )
        text = f"{words}: found {len(found)} people, expected one. Give the id or the phone:\n"
        raise NotDone(Result(ok=False, text=text + "\n".join(choices)))
    return found[0]


class InviteUnbound(Frozen):
    pass


def invite_unbound(session: Session, _wanted: InviteUnbound, now: datetime, office: Office) -> Result:
    """A code for everyone whom no chat account is bound to, as a sheet; earlier unused ones end."""
    unbound = invites.unbound_people(session)
    ids = [person.id for person, _ in unbound]
    ended = invites.with_living_code(session, ids, now)
    codes = invites.create_many(session, ids, now)
    _enter(session, office, now, "give_codes", people=ids)
    rows = [
        (
            person.name,
            unit.name,
            person.phone or "",
            codes[person.id],
            invites.deep_link(session, office.telegram_account, codes[person.id]) or "",
            until(now, office),
        )
        for person, unit in unbound
    ]
    lines = [
        f"{len(rows)} codes, good once, until {until(now, office)}.",
        f"Earlier codes of these people have ended: {ended} of them had one that was still good. "
        "Whoever was given an earlier code needs the new one.",
    ]
    file = to_workbook([Sheet("邀请", INVITE_COLUMNS, rows)], office.zone)
    return Result(text="\n".join(lines), file=file)


class ExportCity(Frozen):
    pass


def export_city(session: Session, _wanted: ExportCity, now: datetime, office: Office) -> Result:
    """Everything that offices look things up in, as one workbook."""
    city = office.city_now(session, now)
    as_of = f"{city.astimezone(office.zone):%Y-%m-%d %H:%M} ({office.zone.key})"
    return Result(text=f"the city as of {as_of}.", file=export(session, city, office.zone))


class CompareRules(Frozen):
    text: str


def compare_rules(session: Session, wanted: CompareRules, now: datetime, office: Office) -> Result:
    """What a rules text would change of what is in force, and which projects' lights."""
    rules = stored_rules.newest(session)
    if rules is None:
        return Result(text="No rules are in force yet: the city was never served.")
    changed = changes(rules.book, load(wanted.text))
    if not changed:
        return Result(text=f"It says what is in force (version {rules.version}).")
    lines = [f"  {change}" for change in changed]
    lines += light_changes(session, load(wanted.text), office.city_now(session, now), office.zone)
    return Result(text=f"It would change what is in force (version {rules.version}):\n" + "\n".join(lines))


class ErasePerson(Frozen):
    person: str = Field(description="name, phone or id")


def erase_person(session: Session, wanted: ErasePerson, now: datetime, office: Office) -> Result:
    """Takes out of the city what names somebody who has left."""
    words = wanted.person.strip()
    found = people_called(session, words, active=False)
    if len(found) != 1:
        lines = [f"{words}: found {len(found)} people who have left, expected one. Give the id or the phone."]
        lines += [
            f"  {person.id}  {person.name}  {unit.name}  {person.phone or '-'}" for person, unit in found
        ]
        lines += ["Who has not left is not erased (在职 否 in the registry)."] if not found else []
        return Result(ok=False, text="\n".join(lines))
    [(person, unit)] = found
    erasing.erase(session, person, office.city_now(session, now))
    return Result(
        text=f"{words}: erased; {person.name} of {unit.name} is what stands in reports now. Backups from before still "
        "name them: they are yours to delete. A registry file that still has them would bring them back."
    )


class ShowParked(Frozen):
    retry: tuple[int, ...] = ()
    retry_all: bool = False


def show_parked(session: Session, wanted: ShowParked, now: datetime, office: Office) -> Result:
    """Lists the messages that met a fault, or has them tried again."""
    rows = {row.id: row for row in inbox.parked(session)}
    if unknown := [str(each) for each in wanted.retry if each not in rows]:
        there = ", ".join(map(str, rows)) or "none"
        return Result(
            ok=False, text=f"{', '.join(unknown)}: not parked; parked are: {there}. Nothing was changed."
        )
    if wanted.retry or wanted.retry_all:
        count = inbox.unpark(session, None if wanted.retry_all else wanted.retry)
        _enter(session, office, now, "unpark", inbox=sorted(rows) if wanted.retry_all else list(wanted.retry))
        return Result(text=f"{count} messages will be tried again.")
    if not rows:
        return Result(text="No message is parked.")
    return Result(text="\n".join(in_lines(session, row, office) for row in rows.values()))


class ShowMessages(Frozen):
    person: str = Field(description="name, phone or id")
    last: int = Field(default=10, ge=1, le=500)


def show_messages(session: Session, wanted: ShowMessages, _now: datetime, office: Office) -> Result:
    """What was sent to a person, and what became of each message, the newest last."""
    person, unit = _the_one(session, wanted.person)
    found = [in_english(life, office.zone) for life in reversed(post.last(session, person.id, wanted.last))]
    return Result(text="\n".join([f"{person.name}  {unit.name}", *(found or ["No message yet."])]))


class SendTest(Frozen):
    person: str = Field(description="name, phone or id")


def send_test(session: Session, wanted: SendTest, now: datetime, office: Office) -> Result:
    """Writes a message that says it is a test; the text is its number, by which its end is asked for."""
    if not office.serves:
        return Result(ok=False, text="Nothing runs that could send it; start `sanbao serve`, then repeat.")
    person, _ = _the_one(session, wanted.person)
    [contact] = people.contacts(session, [person.id], office.city.running)
    if contact.address is None:
        return Result(
            ok=False, text=f"{person.name}: no channel reaches this person; `sanbao invite` makes a code."
        )
    city_time = office.city_now(session, now)
    row = outbox.write(
        session, address=contact.address, person_id=person.id, lane=Lane.URGENT, now=city_time,
        message=Outgoing(text=office.city.words.test_message),
        limit=office.city.show(contact.address.channel).text_limit,
    )  # fmt: skip
    facts = {"person": person.id, "channel": contact.address.channel}
    ledger.append(session, chain="city", who="system", act="test_message", facts=facts, now=city_time)
    return Result(text=str(row))


class ShowLife(Frozen):
    message: int


def show_life(session: Session, wanted: ShowLife, _now: datetime, office: Office) -> Result:
    """The state of one message in the first line, its life in the others."""
    life = post.of(session, wanted.message)
    if life is None:
        return Result(ok=False, text=f"{wanted.message}: there is no such message.")
    return Result(text=f"{life.state}\n{in_english(life, office.zone)}")


class Examine(Frozen):
    admin: str


def examine_city(session: Session, wanted: Examine, now: datetime, office: Office) -> Result:
    """What `sanbao doctor` wants to know of the database: lines as JSON."""
    today = office.city_now(session, now).astimezone(office.zone).date()
    lines = doctor_of_the_city.examine(session, now, today, office.city.running, wanted.admin)
    return Result(text=json.dumps([line.model_dump(mode="json") for line in lines]))


class ShowUnknownMembers(Frozen):
    pass


def show_unknown_members(
    session: Session, _wanted: ShowUnknownMembers, now: datetime, _office: Office
) -> Result:
    """The userids, one a line, of WeCom members who wrote in the last month and are not bound."""
    return Result(text="\n".join(people.unknown_senders(session, "wecom", now - MONTH)))


def _enter(
    session: Session, office: Office, now: datetime, act: str, chain: str = "city", **facts: object
) -> None:
    """What was done from the command line, by the office as far as anybody can tell."""
    city = office.city_now(session, now)
    ledger.append(session, chain=chain, who="office", act=act, facts=facts, now=city)


def people_called(session: Session, words: str, *, active: bool = True) -> Sequence[tuple[Person, Unit]]:
    """People by phone or name, or by id; those who have left if not `active`.

    A phone is never taken for an id: it comes first.
    """
    people = (
        select(Person, Unit)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.active.is_(active))
        .order_by(Person.id)
    )
    found = session.execute(people.where(or_(Person.phone == words, Person.name == words))).all()
    if not found and words.isascii() and words.isdecimal() and len(words) < 11:
        found = session.execute(people.where(Person.id == int(words))).all()
    return [(person, unit) for person, unit in found]


def until(now: datetime, office: Office) -> str:
    return f"{(now + invites.LONGEST).astimezone(office.zone):%Y-%m-%d %H:%M} ({office.zone.key})"


def in_lines(session: Session, row: InboxRow, office: Office) -> str:
    """A parked message for a terminal: nothing in it can move the cursor or turn the writing round."""
    user = row.sender.removeprefix(f"{row.channel}:{row.account}:")
    sender = people.known(session, Address(channel=row.channel, account=row.account, user=user, chat=user))
    received = f"{row.received.astimezone(office.zone):%Y-%m-%d %H:%M}"
    raw = row.raw.decode(errors="replace")[:RAW_SHOWN]
    who = f"{sender.name} {sender.unit}" if sender else row.sender
    head = f"{row.id}  {received}  {who}  after {row.attempts} attempts: {row.note}"
    return "\n    ".join("".join(c if c.isprintable() else "·" for c in line) for line in (head, raw))


A = TypeVar("A", bound=Frozen)


def _never(_arguments: Mapping[str, JsonValue]) -> bool:
    return False


def _always(_arguments: Mapping[str, JsonValue]) -> bool:
    return True


def _dry(arguments: Mapping[str, JsonValue]) -> bool:
    return arguments.get("dry_run") is True


@dataclass(frozen=True, slots=True)
class Command(Generic[A]):
    arguments: type[A]
    act: Callable[[Session, A, datetime, Office], Result]
    reads: Callable[[Mapping[str, JsonValue]], bool] = _never


COMMANDS: dict[str, Command[Any]] = {
    "import": Command(ImportRegistry, import_registry, reads=_dry),
    "invite": Command(InvitePerson, invite_person),
    "invite-unbound": Command(InviteUnbound, invite_unbound),
    "erase": Command(ErasePerson, erase_person),
    "parked": Command(ShowParked, show_parked),
    "messages": Command(ShowMessages, show_messages, reads=_always),
    "test-message": Command(SendTest, send_test),
    "doctor": Command(Examine, examine_city),
    "life": Command(ShowLife, show_life, reads=_always),
    "export": Command(ExportCity, export_city, reads=_always),
    "unknown-members": Command(ShowUnknownMembers, show_unknown_members, reads=_always),
    "compare-rules": Command(CompareRules, compare_rules, reads=_always),
}


def only_reads(errand: Errand) -> bool:
    """Whether an errand changes nothing, so that it need not keep the writer from others."""
    command = COMMANDS.get(errand.name)
    return command is not None and command.reads(errand.arguments)


def carry_out(session: Session, errand: Errand, now: datetime, office: Office) -> Result:
    """Does an errand in the caller's transaction. If it did not work, NotDone rolls that back."""
    try:
        command = COMMANDS[errand.name]
        arguments = command.arguments.model_validate(errand.arguments)
    except (KeyError, ValidationError) as error:
        raise NotDone(
            Result(
                ok=False,
                text=f"{errand.name}: the running server does not know this command or its arguments; "
                "it is of another version. Start it again, then repeat the command.",
            )
        ) from error
    result = command.act(session, arguments, now, office)
    if not result.ok:
        raise NotDone(result)
    return result

"""One person on two channels gets one copy, on the channel last used; what surely failed there goes to the other."""

import itertools
from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.channels.wecom_chat import WecomChatChannel
from bot.failing import note_failure
from handlers.city import City
from handlers.words import Words
from rules.kinds import Lane, Role, Severity
from rules.workdays import instant
from storage import outbox, people, quiet_hours, sends
from storage import rules as stored_rules
from storage.messages import Address, Outgoing
from storage.outbox_queue import Room
from storage.sends import Claimed, End, Outcome
from storage.tables.registry import Binding, Person
from storage.tables.traffic import OutboxRow
from tests.builders import NOW, a_person, a_role, an_issue
from tests.chat import ZONE
from tests.fakes.telegram.server import TOKEN, FakeTelegram
from tests.fakes.wecom.server import AGENT, FakeWecom
from tests.phones import _bind, everybody, userid
from tests.program import free_socket, running, settings_for
from tests.town import NORTH, Town

TELEGRAM, WECOM = ("telegram", "7"), ("wecom", "1000002")
BOTH_WAYS = pytest.mark.parametrize(("last", "other"), [(TELEGRAM, WECOM), (WECOM, TELEGRAM)])
MINUTE = timedelta(minutes=1)


class Pair:
    """A person on both channels, who used `last` last; the outbox as delivery sees it."""

    def __init__(self, session: Session, last: tuple[str, str], other: tuple[str, str]) -> None:
        self.session = session
        stored_rules.take(session, None, NOW)
        self.person = a_person(session).id
        self.now = NOW
        self.city = City(words=Words(), zone=ZONE, running=frozenset({last, other}))
        for place, (channel, account) in enumerate((other, last)):
            address = Address(channel=channel, account=account, user="u", chat="u")
            people.bind(session, self.person, address, NOW + place * MINUTE)

    def says(self, text: str, lane: Lane = Lane.URGENT, limit: int = 4096, number: str = "W1") -> None:
        [contact] = people.contacts(self.session, [self.person], self.city.running)
        outbox.write(
            self.session, address=contact.address, person_id=self.person, message=Outgoing(text=text), lane=lane,
            now=self.now, limit=limit, number=number,
        )  # fmt: skip

    def claims(self, account: tuple[str, str]) -> list[Claimed]:
        self.now += MINUTE
        return sends.claim(
            self.session, channel=account[0], account=account[1], room=Room(total=9, bulk=9), now=self.now,
            machine=self.now, lease=MINUTE,
        ).rows  # fmt: skip

    def ends(self, account: tuple[str, str], end: End) -> None:
        """As a look of the delivery does it."""
        for row in self.claims(account):
            self.fails(row, end)

    def fails(self, row: Claimed, end: End) -> None:
        outcome = Outcome(row, end, note="so it ended", retry=self.now)
        sends.finish(self.session, [outcome], self.now)
        if outcome.state is outbox.State.FAILED:
            note_failure(self.session, outcome, self.now, self.city, "")

    def rows(self) -> list[tuple[str, str, str]]:
        wanted = select(OutboxRow).where(OutboxRow.person_id == self.person).order_by(OutboxRow.id)
        return [(row.channel, row.state, row.body["text"]) for row in self.session.scalars(wanted)]


@BOTH_WAYS
def test_one_copy_goes_to_the_channel_last_used(
    session: Session, last: tuple[str, str], other: tuple[str, str]
) -> None:
    pair = Pair(session, last, other)
    pair.says("到期")
    assert pair.claims(other) == []
    pair.ends(last, End.SENT)
    assert pair.rows() == [(last[0], "sent", "到期")]


@BOTH_WAYS
@pytest.mark.parametrize("end", [End.BLOCKED, End.REFUSED])
def test_what_failed_for_good_goes_to_the_other_once(
    session: Session, last: tuple[str, str], other: tuple[str, str], end: End
) -> None:
    pair = Pair(session, last, other)
    pair.says("到期")
    pair.ends(last, end)
    pair.ends(other, End.SENT)
    assert pair.rows() == [(last[0], "failed", "到期"), (other[0], "sent", "到期")]


@BOTH_WAYS
def test_what_both_refuse_does_not_go_for_ever(
    session: Session, last: tuple[str, str], other: tuple[str, str]
) -> None:
    pair = Pair(session, last, other)
    pair.says("到期")
    for account in itertools.islice(itertools.cycle((last, other)), 6):
        pair.ends(account, End.REFUSED)
    assert pair.rows() == [(last[0], "failed", "到期"), (other[0], "failed", "到期")]


@BOTH_WAYS
def test_what_is_in_doubt_never_falls_over_whatever_comes_of_it(
    session: Session, last: tuple[str, str], other: tuple[str, str]
) -> None:
    for end in (End.UNCLEAR, End.REFUSED, End.BLOCKED):
        pair = Pair(session, last, other)
        session.execute(update(Binding).where(Binding.person_id != pair.person).values(ended=NOW))
        pair.says("到期")
        pair.ends(last, End.UNCLEAR)
        pair.ends(last, end)
        assert [channel for channel, _, _ in pair.rows()] == [last[0]]
        session.execute(update(Binding).values(ended=NOW))


def test_an_answer_stays_where_it_was_asked_for(session: Session) -> None:
    pair = Pair(session, TELEGRAM, WECOM)
    pair.says("已收到 J1", Lane.REPLY, number="J1")
    pair.ends(TELEGRAM, End.REFUSED)
    assert [channel for channel, _, _ in pair.rows()] == ["telegram"]


def test_a_row_that_nobody_can_read_ends_and_goes_nowhere(session: Session) -> None:
    """Sent on, it would have failed the transaction that was to end it, again and again."""
    pair = Pair(session, TELEGRAM, WECOM)
    pair.says("到期")
    session.execute(update(OutboxRow).values(body={"no": "message"}))
    for row in pair.claims(TELEGRAM):
        outcome = Outcome(row, End.REFUSED, note="the row cannot be read")
        sends.finish(session, [outcome], pair.now)
        note_failure(session, outcome, pair.now, pair.city, "")
    assert [row.state for row in session.scalars(select(OutboxRow))] == ["failed"]


def test_a_long_text_that_falls_over_keeps_its_order(session: Session) -> None:
    pair = Pair(session, TELEGRAM, WECOM)
    pair.says("一" * 50 + "\n" + "二" * 50, limit=80)
    pair.ends(TELEGRAM, End.BLOCKED)
    for _ in range(3):
        pair.ends(WECOM, End.SENT)
    sent = [text for channel, state, text in pair.rows() if (channel, state) == ("wecom", "sent")]
    assert [text[0] for text in sent] == ["一", "二"]


# Who must know that an urgent message reached nobody


def a_major_problem(pair: Pair) -> tuple[int, str]:
    """Whose it is (on Telegram too), and its number."""
    issue = an_issue(pair.session, severity=Severity.MAJOR)
    home = Address(channel="telegram", account="7", user="filer", chat="filer")
    people.bind(pair.session, issue.whose, home, NOW)
    return issue.whose, f"W{issue.id}"


def telephoned(pair: Pair, whose: int) -> list[str]:
    """What whose problem it is was told."""
    wanted = select(OutboxRow).where(OutboxRow.person_id == whose).order_by(OutboxRow.id)
    return [row.body["text"] for row in pair.session.scalars(wanted) if "没能送到" in row.body["text"]]


@pytest.mark.parametrize("of", ["a person", "nobody"])
def test_an_alarm_that_fails_behind_a_blocked_reminder_is_told_like_any_other(
    session: Session, of: str
) -> None:
    pair = Pair(session, TELEGRAM, WECOM)
    pair.city.running = frozenset({TELEGRAM})
    whose, number = a_major_problem(pair)
    pair.says("催办", Lane.REMINDER, number="")
    if of == "nobody":
        session.execute(update(OutboxRow).values(person_id=None))
    [reminder] = pair.claims(TELEGRAM)
    pair.says("重大问题", number=number)
    pair.fails(reminder, End.BLOCKED)
    assert len(telephoned(pair, whose)) == 1


@pytest.mark.parametrize("end", [End.BLOCKED, End.REFUSED])
def test_an_alarm_that_was_in_doubt_and_then_failed_is_told_although_there_is_another_channel(
    session: Session, end: End
) -> None:
    pair = Pair(session, TELEGRAM, WECOM)
    whose, number = a_major_problem(pair)
    pair.says("重大问题", number=number)
    pair.ends(TELEGRAM, End.UNCLEAR)
    pair.ends(TELEGRAM, end)
    assert [channel for channel, _, _ in pair.rows()] == ["telegram"]
    assert len(telephoned(pair, whose)) == 1


def test_an_alarm_that_nobody_can_read_is_told_although_there_is_another_channel(session: Session) -> None:
    pair = Pair(session, TELEGRAM, WECOM)
    whose, number = a_major_problem(pair)
    pair.says("重大问题", number=number)
    session.execute(update(OutboxRow).values(body={"no": "message"}))
    [row] = pair.claims(TELEGRAM)
    pair.fails(row, End.REFUSED)
    assert len(telephoned(pair, whose)) == 1


def test_an_alarm_that_goes_to_the_other_channel_is_not_told(session: Session) -> None:
    pair = Pair(session, TELEGRAM, WECOM)
    whose, number = a_major_problem(pair)
    pair.says("重大问题", number=number)
    pair.ends(TELEGRAM, End.BLOCKED)
    assert telephoned(pair, whose) == []


def test_a_reminder_that_falls_over_in_the_evening_waits_for_the_morning(session: Session) -> None:
    pair = Pair(session, TELEGRAM, WECOM)
    pair.now = instant(date(2012, 3, 28), time(17, 58), ZONE)
    pair.says("催办", Lane.REMINDER, number="")
    pair.says("重大问题", number="W1")
    pair.now += 2 * MINUTE
    pair.ends(TELEGRAM, End.BLOCKED)
    for _ in range(2):
        quiet_hours.hold_back(session, *WECOM, pair.now, ZONE)
        assert [row.body["text"] for row in pair.claims(WECOM)] in (["重大问题"], [])
    pair.now = instant(date(2012, 3, 29), time(8, 30), ZONE)
    assert "催办" in [row.body["text"] for row in pair.claims(WECOM)]


def test_that_wecom_makes_no_groups_is_told_once_a_day_for_it_may_be_mended_and_come_back(
    session: Session,
) -> None:
    pair = Pair(session, TELEGRAM, WECOM)
    a_role(session, session.get_one(Person, pair.person), Role.ADMIN)
    groups = (WecomChatChannel.name, "1000002")
    for day, chat in ((0, "W1"), (0, "W2"), (1, "W3")):
        pair.now = NOW + timedelta(days=day)
        home = Address(channel=groups[0], account=groups[1], user="", chat=chat)
        outbox.write(
            session, address=home, person_id=None, message=Outgoing(text="重大问题"), lane=Lane.URGENT, now=pair.now,
            limit=4096,
        )  # fmt: skip
        [row] = pair.claims(groups)
        pair.fails(row, End.BLOCKED)
    assert ["建群" in text for _, _, text in pair.rows()] == [True, True]


# The whole program


async def on_both(
    town: Town, folder: Path, last: str, alarm: Callable[[FakeTelegram, FakeWecom], object]
) -> None:
    """The reporter files a major problem on the channel that was used last; `alarm` is what the leader's phones do."""
    listening = free_socket()
    wecom = FakeWecom()
    wecom.callbacks.url = f"http://127.0.0.1:{listening.getsockname()[1]}/wecom/callback"
    async with FakeTelegram() as api, wecom:
        late = {"telegram": 5, "wecom": 5} | {last: 10}
        _bind(town, "telegram", TOKEN.partition(":")[0], lambda chat: chat.user, minutes=late["telegram"])
        _bind(town, "wecom", AGENT, userid, minutes=late["wecom"])
        for chat in everybody(town):
            api.person(int(chat.user), started=True)
            wecom.member(userid(chat))
        alarm(api, wecom)
        ours = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": api.url, **wecom.settings()}
        async with running(town, settings_for(town, folder, ours), listening):
            me = api.person(int(town.reporter.user))
            for said in (
                "报问题", NORTH, "重大问题", "征拆", "两户阻工", "刚才", "就在项目现场", "请派工作组", "没有", "确认",
            ):  # fmt: skip
                me.says(said)
            await me.sees("重大问题 W1 已报出", timeout=20)
            there = (
                api.person(int(town.leader.user)) if last == "wecom" else wecom.member(userid(town.leader))
            )
            await there.sees("重大问题 W1", timeout=20)


def alarms(town: Town) -> list[tuple[str, str]]:
    wanted = select(OutboxRow).where(
        OutboxRow.person_id == int(town.leader.user) - 1000,
        OutboxRow.number == "W1",
        OutboxRow.part_of.is_(None),
    )
    return town.do(lambda s: [(row.channel, row.state) for row in s.scalars(wanted.order_by(OutboxRow.id))])


async def test_a_leader_who_blocked_telegram_is_alarmed_on_wecom_once(town: Town, tmp_path: Path) -> None:
    def blocks(api: FakeTelegram, _wecom: FakeWecom) -> None:
        api.person(int(town.leader.user)).chat.blocked = True  # the program has not heard of it

    await on_both(town, tmp_path, "telegram", blocks)
    assert alarms(town)[:2] == [("telegram", "failed"), ("wecom", "sent")]


async def test_a_leader_outside_the_apps_range_is_alarmed_on_telegram_once(
    town: Town, tmp_path: Path
) -> None:
    await on_both(
        town,
        tmp_path,
        "wecom",
        lambda _api, wecom: setattr(wecom.member(userid(town.leader)), "visible", False),
    )
    assert alarms(town)[:2] == [("wecom", "failed"), ("telegram", "sent")]

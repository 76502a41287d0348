"""A major problem goes up its ladder until somebody takes it, and on again if nothing follows."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, true, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from handlers.deeds import problems
from reminders.auditing import audit_rungs
from reminders.moment import Moment
from reminders.reach import Reach
from reminders.sweep import next_instant, sweep
from rules.kinds import EscalationState, IssueState, Role, Severity
from rules.ladder import Step
from storage import escalations, ledger, news, people
from storage import rules as stored_rules
from storage.messages import Outgoing
from storage.outbox import State
from storage.tables.escalating import Escalation, EscalationAlert
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Binding, Person, Responsibility
from storage.tables.reporting import Issue, IssueEvent, MediaFile
from storage.tables.traffic import AwaitedPhoto, OutboxRow
from tests.builders import a_binding, a_leave, a_person, a_responsibility, a_secretary, a_unit
from tests.chat import CITY, START, ZONE, Chat, labels
from tests.town import NORTH, Town, reports_problem

REACH = Reach(frozenset({("chat", "bot")}))


@pytest.fixture(autouse=True)
def _the_ledger_holds(town: Town) -> Iterator[None]:
    yield
    assert town.do(ledger.verify) == []


def sweeps(town: Town) -> None:
    """As the program sweeps: with the channels that run."""
    while town.do(lambda session: sweep(session, town.clock.now, ZONE, reach=REACH)):
        pass


def passes(town: Town, **span: float) -> None:
    town.clock.pass_(**span)
    sweeps(town)


def the_ladder(town: Town) -> Escalation:
    [row] = town.rows(Escalation)
    return row


def joins(town: Town, name: str, role: Role, **given: object) -> Chat:
    """Somebody of the city in a role, with an account."""

    def work(session: Session) -> int:
        person = a_person(session, name=name, role=role, **given)
        a_binding(session, person, channel="chat")
        return person.id

    return town.chat(str(town.do(work) + 1000))


def rules(town: Town, text: str) -> None:
    town.do(lambda session: stored_rules.take(session, text, town.clock.now))


def of_problem(town: Town) -> list[OutboxRow]:
    """What was sent about the problem itself, not about an order on it."""
    return [row for row in town.rows(OutboxRow) if row.number == "W1"]


def titles(chat: Chat) -> list[str]:
    return [message.title for message in chat.messages()]


def alerts(chat: Chat) -> list[Outgoing]:
    return [message for message in chat.messages() if message.title.startswith("🔴")]


def is_sent(town: Town) -> None:
    """Everything that waits has arrived."""
    town.do(lambda session: session.execute(update(OutboxRow).values(state=State.SENT)))


# The first message


def test_the_first_message_stands_beside_the_report_with_what_matters_first(town: Town) -> None:
    town.reporter.sends("photo-1")
    town.reporter.says("报问题")
    for step in (
        NORTH,
        "🔴 重大问题",
        "征拆",
        "两户阻工",
        "刚才",
        "就在项目现场",
        "请派工作组",
        "用刚才发的1张",
        "确认",
    ):
        town.reporter.says(step)
    told = town.leader.last()
    assert told.title == f"🔴 重大问题 W1：{NORTH}"
    assert told.text.splitlines()[:2] == ["两户阻工", "需要：请派工作组"]
    assert "城北区住建局 张三 139" in told.text
    assert labels(told) == ["已知悉", "我来处理", "转办", "批示"]
    awaited = {(row.outbox_id, row.media_id) for row in town.rows(AwaitedPhoto)}
    photo = town.rows(MediaFile)[0].id
    assert (town.leader.rows()[-1].id, photo) in awaited, "the words wait for no photo"
    told_by = {
        row.inbox_id for chat in (town.leader, town.department, town.office, town.head) for row in chat.rows()
    }
    assert told_by == {town.reporter.rows()[-1].inbox_id}, "one transaction with the receipt"


def test_the_lead_department_of_the_category_is_told_too(town: Town) -> None:
    unit = town.do(lambda session: a_unit(session, name="市征收安置办").id)
    bureau = joins(town, "钱主任", Role.LEAD_DEPARTMENT, unit_id=unit)
    other = joins(town, "吴主任", Role.LEAD_DEPARTMENT)
    assert "钱主任" in reports_problem(town.reporter).text
    assert (len(alerts(bureau)), len(alerts(other))) == (1, 0)
    assert "已签收 W1" in bureau.taps("签收").text


def test_the_ladder_is_frozen_when_the_problem_opens(town: Town) -> None:
    reports_problem(town.reporter)
    rules(
        town, '[ladder]\nfollow_minutes = 1\nrungs = [{ key = "x", who = ["office"], wait = 1, repeats = 0 }]'
    )
    passes(town, minutes=14, seconds=59)
    assert len(alerts(town.leader)) == 1
    passes(town, seconds=1)
    assert len(alerts(town.leader)) == 2


def test_a_general_problem_opens_no_ladder(town: Town) -> None:
    reports_problem(town.reporter, "一般问题")
    assert town.rows(Escalation) == []


# Up the ladder


def test_a_rung_is_said_again_and_then_the_next_one_is_told_and_everyone_hears_why(town: Town) -> None:
    chief = joins(town, "督查主任", Role.SUPERVISION)
    reports_problem(town.reporter)
    for minutes in (15, 30):
        passes(town, minutes=15)
        assert town.leader.last().text.startswith(
            f"第{minutes // 15 + 1}次提醒：已{minutes}分钟，还没有人知悉。\n两户阻工"
        )
    assert alerts(chief) == []
    passes(town, minutes=15)
    assert len(alerts(town.leader)) == 3
    assert chief.last().title == f"🔴 重大问题 W1：{NORTH}"
    assert chief.last().text.startswith("已通知王市长、孙主任、周科长，45分钟没有人知悉，报到您这里。\n")
    assert town.deputy.last().text.startswith(
        "已通知王市长、孙主任、周科长，45分钟没有人知悉，请打电话催办。"
    )
    assert labels(town.deputy.last()) == []


def test_sweeping_again_or_early_says_nothing_twice(town: Town) -> None:
    reports_problem(town.reporter)
    for _ in range(40):
        passes(town, seconds=30)
        sweeps(town)
    assert len(alerts(town.leader)) == 2
    steps = [(row.step, row.person_id) for row in town.rows(EscalationAlert)]
    assert len(steps) == len(set(steps))


def test_a_step_that_another_process_has_said_meanwhile_is_not_said_again(town: Town) -> None:
    reports_problem(town.reporter)

    def both(session: Session) -> list[bool]:
        row = escalations.of_issue(session, 1)
        assert row is not None
        first = escalations.say(session, row, Step(0, 2), START)
        set_committed_value(row, "said", 1)  # as the other process saw it before
        return [first, escalations.say(session, row, Step(0, 2), START)]

    assert town.do(both) == [True, False]
    assert the_ladder(town).said == 2


def test_a_ladder_that_a_rule_opens_says_its_first_rung_at_the_next_sweep(town: Town) -> None:
    reports_problem(town.reporter, "一般问题")

    def raised(session: Session) -> None:
        session.get_one(Issue, 1).severity = Severity.MAJOR
        ladder = stored_rules.in_force(session).book.ladder
        escalations.open_ladder(session, 1, ladder, Outgoing(title="🔴 升为重大 W1", text="两户阻工"), START)

    town.do(raised)
    sweeps(town)
    assert [alerts(chat)[-1].plain for chat in (town.leader, town.head)] == ["🔴 升为重大 W1\n两户阻工"] * 2
    passes(town, minutes=15)
    assert town.leader.last().text.startswith("第2次提醒")


def test_the_end_of_the_ladder_is_told_loudly_to_the_office_the_admin_and_who_raised_it(town: Town) -> None:
    joins(town, "督查主任", Role.SUPERVISION)
    admin = joins(town, "管理员", Role.ADMIN)
    reports_problem(town.reporter)
    for _ in range(40):
        passes(town, minutes=5)
    for chat in (town.office, admin, town.reporter):
        assert chat.last().title == f"⚠ 没有人知悉！🔴 重大问题 W1：{NORTH}"
        assert "请马上打电话" in chat.last().text
    assert the_ladder(town).state is EscalationState.EXHAUSTED
    assert "已记下" in town.leader.says("知悉 W1").text, "late is better than never"
    assert the_ladder(town).state is EscalationState.TAKEN


def test_the_clock_that_is_moved_stops_at_every_rung(town: Town) -> None:
    reports_problem(town.reporter)
    sweeps(town)
    behind_the_days_word = START + timedelta(minutes=3)
    assert town.do(lambda session: next_instant(session, behind_the_days_word, ZONE)) == START + timedelta(
        minutes=15
    )


def test_a_rung_with_nobody_in_it_or_nobody_reachable_is_passed_over_at_once_and_it_is_said(
    town: Town,
) -> None:
    joins(town, "督查主任", Role.SUPERVISION)
    mayor = joins(town, "李市长", Role.LEAD_LEADER)

    def unbind(session: Session) -> None:
        ids = select(Person.id).where(Person.name.in_(["王市长", "孙主任", "周科长", "督查主任"]))
        session.execute(update(Binding).where(Binding.person_id.in_(ids)).values(ended=START))

    town.do(unbind)
    assert "没能通知到：王市长、孙主任、周科长" in reports_problem(town.reporter).text
    sweeps(town)
    assert "王市长、孙主任、周科长、督查主任没能通知到" in mayor.last().text
    assert the_ladder(town).rung == 2


def test_a_rung_whose_last_reachable_person_has_blocked_us_goes_on_at_once(town: Town) -> None:
    chief = joins(town, "督查主任", Role.SUPERVISION)
    rules(
        town,
        '[[ladder.rungs]]\nkey = "a"\nwho = ["lead_leader"]\nwait = 60\nrepeats = 3\n'
        '[[ladder.rungs]]\nkey = "b"\nwho = ["supervision"]\nwait = 60\nrepeats = 0\n',
    )
    reports_problem(town.reporter)
    leader = int(town.leader.user) - 1000

    def blocked(session: Session) -> None:
        people.mark_blocked(session, "chat", "bot", town.leader.user)
        problems.tell_unreached(session, CITY, "W1", leader, town.clock.now)

    town.do(blocked)
    sweeps(town)
    assert "王市长没能通知到" in chief.last().text


def test_people_of_a_rung_are_those_of_the_day_it_is_said(town: Town) -> None:
    reports_problem(town.reporter)

    def replaced(session: Session) -> None:
        old = int(town.leader.user) - 1000
        session.execute(
            update(Responsibility).where(Responsibility.person_id == old).values(until=START.date())
        )

    newcomer = joins(town, "新市长", Role.LEAD_LEADER)

    def answers(session: Session) -> None:
        issue = session.get_one(Issue, 1)
        row = session.get_one(Person, int(newcomer.user) - 1000)
        from storage.tables.registry import Project

        a_responsibility(session, session.get_one(Project, issue.project_id), row, Role.LEAD_LEADER)

    town.do(replaced)
    town.do(answers)
    passes(town, minutes=15)
    assert (len(alerts(town.leader)), len(alerts(newcomer))) == (1, 1)
    assert town.leader.says("知悉 W1").text == "没有找到问题 W1。"


def test_after_an_outage_what_was_missed_is_said_once_with_why_and_the_waits_begin_anew(town: Town) -> None:
    admin = joins(town, "管理员", Role.ADMIN)
    reports_problem(town.reporter)
    passes(town, hours=26)
    assert len(alerts(town.leader)) == 2
    assert town.leader.last().text.startswith("这条晚了：本应3月26日 9:15发出。\n第2次提醒")
    assert admin.last().text.startswith("W1的上报晚了一分钟以上（1件）")
    passes(town, minutes=14)
    assert len(alerts(town.leader)) == 2
    passes(town, minutes=1)
    assert len(alerts(town.leader)) == 3
    assert len(admin.messages()) == 1, "told once"


def test_the_auditor_tells_of_late_rungs_once_even_if_they_stay_unsaid(town: Town) -> None:
    admin = joins(town, "管理员", Role.ADMIN)
    reports_problem(town.reporter)
    reports_problem(town.reporter)
    town.clock.pass_(minutes=17)
    moment = Moment(town.clock.now, town.clock.now, ZONE, REACH, town.do(stored_rules.in_force))
    looks = [town.do(lambda session: audit_rungs(session, moment)) for _ in range(2)]
    assert looks == [True, False], "it stands in nobody's way"
    assert [message.text for message in admin.messages()] == [
        "W1、W2的上报晚了一分钟以上（2件）。程序停过，或太忙；请看看运行情况。"
    ]


# Somebody takes it


def test_taking_note_stops_the_ladder_and_what_is_on_its_way(town: Town) -> None:
    chief = joins(town, "督查主任", Role.SUPERVISION)
    reports_problem(town.reporter)
    passes(town, minutes=10)
    town.department.taps("签收", alerts(town.department)[0])
    waiting = [row for row in town.leader.rows() if Outgoing.model_validate(row.body).title.startswith("🔴")]
    assert [row.state for row in waiting] == [State.EXPIRED]
    for chat in (town.leader, town.office, town.head, town.reporter):
        assert chat.last().text == f"3月26日 9:10 孙主任已签收 W1（{NORTH}）"
    passes(town, minutes=100)
    assert alerts(chief) == []
    assert len(alerts(town.leader)) == 1


def test_what_has_arrived_stays_as_it_is(town: Town) -> None:
    reports_problem(town.reporter)
    is_sent(town)
    town.department.taps("签收")
    assert {row.state for row in town.leader.rows()} == {State.SENT, State.DUE}


def test_the_units_own_head_is_told_and_cannot_stop_it(town: Town) -> None:
    reports_problem(town.reporter)
    assert "要由牵头领导、牵头部门或市项目办知悉" in town.head.says("知悉 W1").text
    assert the_ladder(town).state is EscalationState.RUNNING


def test_whoever_a_higher_rung_asks_may_take_it(town: Town) -> None:
    chief = joins(town, "督查主任", Role.SUPERVISION)
    reports_problem(town.reporter)
    assert chief.says("知悉 W1").text == "没有找到问题 W1。"
    for _ in range(3):
        passes(town, minutes=15)
    chief.taps("已知悉")
    assert the_ladder(town).taken_by == int(chief.user) - 1000


def test_i_take_it_on_by_button_or_by_word_is_told_as_such(town: Town) -> None:
    reports_problem(town.reporter)
    town.leader.taps("我来处理")
    assert town.reporter.last().text == f"3月26日 9:00 王市长来处理 W1（{NORTH}）"
    kinds = [row.kind for row in town.rows(IssueEvent)]
    assert kinds == ["registered", "assigned", "acknowledged", "handling"]
    assert town.office.says("W1 我来处理").text == "W1 已由王市长于3月26日 9:00接手处理。"


def test_each_of_a_rung_must_answer_where_the_rules_say_so_and_a_secretary_answers_for_the_leader(
    town: Town,
) -> None:
    rules(
        town,
        '[[ladder.rungs]]\nkey = "a"\nwho = ["lead_leader", "lead_department"]\nwait = 15\nrepeats = 3\n'
        "each = true\n",
    )
    helper = town.do(lambda session: a_secretary(session, leader_id=int(town.leader.user) - 1000).person_id)
    town.do(lambda session: a_binding(session, session.get_one(Person, helper), channel="chat"))
    reports_problem(town.reporter)
    town.department.taps("签收")
    assert the_ladder(town).state is EscalationState.RUNNING
    passes(town, minutes=15)
    assert (len(alerts(town.department)), len(alerts(town.leader))) == (1, 2)
    town.chat(str(helper + 1000)).taps("已知悉")
    assert the_ladder(town).state is EscalationState.TAKEN


# What must follow


def test_if_nothing_follows_in_time_the_ladder_goes_on_and_says_why(town: Town) -> None:
    chief = joins(town, "督查主任", Role.SUPERVISION)
    reports_problem(town.reporter)
    town.leader.taps("已知悉")
    passes(town, hours=3, minutes=59)
    assert alerts(chief) == []
    passes(town, minutes=1)
    why = "王市长3月26日 9:00已知悉 W1，但一直没有交办、转办、批示或续报，继续往上报。"
    assert why in chief.last().text
    assert (town.leader.last().title, town.leader.last().text) == (f"⏰ W1 还没有下文：{NORTH}", why)
    assert "已记下" in town.leader.taps("已知悉").text, "it must be answered anew"
    assert the_ladder(town).state is EscalationState.TAKEN


def test_after_somebody_took_note_in_vain_no_message_says_that_nobody_did(town: Town) -> None:
    chief, mayor = joins(town, "督查主任", Role.SUPERVISION), joins(town, "李市长", Role.LEAD_LEADER)
    reports_problem(town.reporter)
    town.leader.taps("已知悉")
    before = len(of_problem(town))
    for _ in range(56):
        passes(town, minutes=5)
    said = [alerts(chat)[-1].text.partition("\n")[0] for chat in (chief, mayor)]
    assert said == [
        "第2次提醒：已4小时，还没有下文。",
        "已通知督查主任，4小时没有下文，报到您这里。",
    ]
    for _ in range(12):
        passes(town, minutes=5)
    assert town.office.last().title == f"⚠ 没有下文！🔴 重大问题 W1：{NORTH}"
    assert "都通知过了，没有下文，也没有上一级可报" in town.office.last().text
    assert not any("没有人知悉" in row.body["text"] for row in of_problem(town)[before:])
    [problem] = town.do(lambda session: list(news.open_problems(session, true())))
    assert (problem.unclaimed, problem.unfollowed) == (True, True)


def test_whom_the_next_step_tells_at_once_hears_there_that_nothing_followed(town: Town) -> None:
    """王市长 was told of it from the start, and is one of the leaders to whom it goes on."""
    chief = joins(town, "督查主任", Role.SUPERVISION)
    reports_problem(town.reporter)
    for _ in range(9):
        passes(town, minutes=5)
    chief.taps("已知悉")
    passes(town, hours=4)
    why = "督查主任3月26日 9:45已知悉 W1，但一直没有交办、转办、批示或续报，继续往上报。"
    [step] = [row.body["text"] for row in town.leader.rows() if why in row.body["text"]]
    assert step.startswith(f"{why}\n两户阻工")
    assert (chief.last().title, chief.last().text) == (f"⏰ W1 还没有下文：{NORTH}", why)


def test_who_is_told_by_several_rungs_does_not_read_of_himself_that_he_was_told(town: Town) -> None:
    """王市长 leads the project, and is one of the city's leaders."""
    joins(town, "督查主任", Role.SUPERVISION)
    mayor = joins(town, "李市长", Role.LEAD_LEADER)
    reports_problem(town.reporter)
    for _ in range(15):
        passes(town, minutes=5)
    assert mayor.last().text.startswith(
        "已通知王市长、孙主任、周科长、督查主任，75分钟没有人知悉，报到您这里。"
    )
    assert town.leader.last().text.startswith(
        "已通知孙主任、周科长、督查主任，75分钟没有人知悉，报到您这里。"
    )


def test_who_could_not_be_reached_by_a_lower_rung_is_told_by_a_higher_one(town: Town) -> None:
    joins(town, "督查主任", Role.SUPERVISION)
    joins(town, "李市长", Role.LEAD_LEADER)
    leader = int(town.leader.user) - 1000

    def unbind(session: Session) -> None:
        session.execute(update(Binding).where(Binding.person_id == leader).values(ended=START))

    def bind(session: Session) -> None:
        session.execute(update(Binding).where(Binding.person_id == leader).values(ended=None))

    town.do(unbind)
    reports_problem(town.reporter)
    for minutes in range(0, 75, 5):
        passes(town, minutes=5)
        if minutes == 30:
            town.do(bind)
    [alert] = alerts(town.leader)
    assert alert.text.startswith("已通知孙主任、周科长、督查主任，75分钟没有人知悉，报到您这里。")


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("leader", "W1 请自规局本周内拿方案"),
        ("leader", "W1 请市政府牵头"),
        ("reporter", "W1 仍在"),
    ],
)
def test_an_instruction_passing_it_on_or_a_further_word_is_what_must_follow(
    town: Town, who: str, said: str
) -> None:
    reports_problem(town.reporter)
    town.office.taps("已知悉")
    getattr(town, who).says(said)
    before = len(of_problem(town))
    passes(town, hours=5)
    assert the_ladder(town).state is EscalationState.FOLLOWED
    assert len(of_problem(town)) == before


def test_if_who_took_it_has_left_the_ladder_goes_on_at_once(town: Town) -> None:
    chief = joins(town, "督查主任", Role.SUPERVISION)
    reports_problem(town.reporter)
    town.leader.taps("已知悉")
    leader = int(town.leader.user) - 1000
    town.do(lambda session: session.execute(update(Person).where(Person.id == leader).values(active=False)))
    passes(town, minutes=1)
    assert the_ladder(town).state is EscalationState.RUNNING
    assert town.office.last().text == "王市长知悉 W1 后已离岗，没有人接着办，继续往上报。"
    assert "王市长知悉 W1 后已离岗" in chief.last().text


@pytest.mark.parametrize("said", ["降为一般 W1 已自行化解", "认定误报 W1 没有这回事"])
def test_a_problem_that_was_lowered_or_ended_is_taken_no_further(town: Town, said: str) -> None:
    reports_problem(town.reporter)
    town.office.says(said)
    assert the_ladder(town).state is EscalationState.OVER
    passes(town, minutes=15)
    assert the_ladder(town).state is EscalationState.OVER
    assert len(alerts(town.leader)) == 1


# 批示 and 转办


def test_an_instruction_is_kept_and_told_to_the_office_and_the_unit_and_is_an_acknowledgement(
    town: Town,
) -> None:
    reports_problem(town.reporter)
    assert town.leader.taps("批示").title == f"W1 {NORTH}：怎么批示？"
    card = town.leader.says("请自规局本周内拿方案")
    assert (card.title, card.text.splitlines()[0]) == (f"批示 W1 {NORTH}：", "“请自规局本周内拿方案”")
    assert (
        town.leader.taps("发出").text == "W1 的批示已送市项目办和责任单位：请自规局本周内拿方案\n"
        "已拟督办单 D1，由市项目办确认后下达，办结后向您报告。"
    )
    for chat in (town.reporter, town.head, town.deputy):
        assert chat.last().text == f"3月26日 9:00 王市长批示 W1（{NORTH}）：\n请自规局本周内拿方案"
    assert "要求：请自规局本周内拿方案" in town.office.last().text, (
        "with the draft of the order, to be confirmed"
    )
    assert [(row.kind, row.note) for row in town.rows(IssueEvent)][2:] == [
        ("acknowledged", ""), ("directive", "请自规局本周内拿方案"),
    ]  # fmt: skip
    assert "批示：3月26日 9:00 王市长：请自规局本周内拿方案" in town.reporter.says("W1").text
    assert "请自规局" not in "".join(row.canonical for row in town.rows(LedgerRow))


def test_a_department_to_which_it_is_passed_on_gets_the_alert_and_may_take_it(town: Town) -> None:
    unit = town.do(lambda session: a_unit(session, name="市发展和改革委员会").id)
    bureau = joins(town, "钱主任", Role.LEAD_DEPARTMENT, unit_id=unit)
    reports_problem(town.reporter)
    assert (
        town.leader.says("W1 请发改委牵头").text
        == "W1 已转给市发展和改革委员会牵头，市项目办和责任单位也知道了。"
    )
    assert bureau.last().title == f"🔴 重大问题 W1：{NORTH}"
    assert bureau.last().text.startswith(
        f"3月26日 9:00 王市长把 W1（{NORTH}）转给市发展和改革委员会牵头\n两户阻工"
    )
    assert town.office.last().text == f"3月26日 9:00 王市长把 W1（{NORTH}）转给市发展和改革委员会牵头"
    assert town.rows(Issue)[0].state is IssueState.ASSIGNED
    assert "不归您办" in town.department.taps("签收", alerts(town.department)[0]).text, "it is another's now"
    assert "已签收 W1" in bureau.taps("签收").text
    assert town.leader.last().text == f"3月26日 9:00 钱主任已签收 W1（{NORTH}）"
    assert bureau.says("W1 明天现场办公").text.startswith("W1 的批示已送")


@pytest.mark.parametrize("who", ["reporter", "deputy", "head"])
def test_what_a_reporter_types_behind_a_number_is_no_instruction(town: Town, who: str) -> None:
    reports_problem(town.reporter)
    getattr(town, who).says("W1 请自规局本周内拿方案")
    assert [row.kind for row in town.rows(IssueEvent)] == ["registered", "assigned"]


def test_an_instruction_on_anothers_problem_or_on_none_is_not_taken(town: Town) -> None:
    stranger = joins(town, "李市长", Role.LEAD_LEADER)
    reports_problem(town.reporter)
    for said in ("W1 请自规局拿方案", "W9 请自规局拿方案"):
        stranger.says(said)
    assert [row.kind for row in town.rows(IssueEvent)] == ["registered", "assigned"]


# On leave


def test_who_stands_in_for_somebody_on_leave_is_told_why_and_may_take_it(town: Town) -> None:
    leader = int(town.leader.user) - 1000
    unit = town.do(lambda session: session.get_one(Person, leader).unit_id)
    other = joins(town, "刘副市长", Role.SUPERVISION, unit_id=unit)
    days: dict[str, object] = {"since": START.date(), "until": START.date() + timedelta(days=5)}
    stand_in = int(other.user) - 1000

    def leaves(session: Session) -> None:
        a_leave(
            session,
            person=session.get_one(Person, leader),
            stand_in=session.get_one(Person, stand_in),
            **days,
        )

    town.do(leaves)
    reports_problem(town.reporter)
    assert other.last().title == f"🔴 重大问题 W1：{NORTH}（代王市长）"
    assert other.last().text.startswith("王市长请假，请您代为处理。\n两户阻工")
    other.taps("已知悉")
    assert town.reporter.last().text == f"3月26日 9:00 刘副市长代王市长已知悉 W1（{NORTH}）"


def test_nobody_waits_for_who_is_on_leave_without_a_stand_in(town: Town) -> None:
    chief = joins(town, "督查主任", Role.SUPERVISION)
    rules(
        town,
        '[[ladder.rungs]]\nkey = "a"\nwho = ["lead_leader"]\nwait = 60\nrepeats = 3\n'
        '[[ladder.rungs]]\nkey = "b"\nwho = ["supervision"]\nwait = 60\nrepeats = 0\n',
    )
    leader = int(town.leader.user) - 1000
    days: dict[str, object] = {"since": START.date(), "until": START.date() + timedelta(days=5)}
    town.do(lambda session: a_leave(session, person=session.get_one(Person, leader), **days))
    reports_problem(town.reporter)
    sweeps(town)
    assert len(alerts(chief)) == len(alerts(town.leader)) == 1


def test_a_rung_says_that_the_unit_calls_the_problem_solved(town: Town) -> None:
    reports_problem(town.reporter)
    for line in ("W1 已解决：已清走", "确认"):
        town.reporter.says(line)
    passes(town, minutes=15)
    assert "责任单位说已解决，请核实。" in town.leader.last().text

"""续报: while a major problem is open its unit is asked every day how it stands, and one tap answers."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from handlers.handing_over import _what
from reminders.sweep import next_instant
from rules.kinds import DutyKind, DutyState, ProjectState, Severity
from rules.periods import Period
from storage import ledger, news, nudges, reminding, reviews
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Person, Project, Responsibility
from storage.tables.reminding import Nudge
from storage.tables.reporting import Duty, Issue, IssueEvent
from storage.tables.traffic import OutboxRow
from tests.builders import a_leave
from tests.chat import CITY, START, ZONE, Chat, labels
from tests.test_drill import drills
from tests.test_escalation import passes, sweeps
from tests.town import NORTH, Town, reports_problem

ASKED = f"W1 {NORTH}：今天情况怎样？重大问题每天续报，18:00前点一下或说一句。"
MISSED = f"W1 {NORTH}：3月27日没有按时续报。联络人：张三。"


def says_so(chat: Chat, text: str) -> int:
    return [message.text for message in chat.messages()].count(text)


def strikes(town: Town, day: int, hour: int, minute: int = 0) -> None:
    town.clock.strike(3, day, hour, minute)
    sweeps(town)


def taken(town: Town) -> None:
    reports_problem(town.reporter)
    town.office.taps("已知悉")
    town.leader.says("W1 请自规局拿方案")


def test_every_morning_the_contact_is_asked_rest_days_too_and_one_tap_answers(town: Town) -> None:
    taken(town)
    strikes(town, 26, 17)
    assert says_so(town.reporter, ASKED) == 0, "the day's report is the day's word"
    for day in (27, 31):  # a Tuesday, and a Saturday
        strikes(town, day, 9, 1)
        before = says_so(town.reporter, ASKED)
        strikes(town, day, 9, 2)
        sweeps(town)
        assert says_so(town.reporter, ASKED) == before + 1
        assert labels(town.reporter.last()) == ["仍在", "有变化", "已解决"]
        assert town.reporter.taps("仍在").title == "W1 已记下：仍在"
        strikes(town, day, 19)
    assert [row.kind for row in town.rows(IssueEvent)].count("still") == 2
    assert says_so(town.head, MISSED) == 0
    assert says_so(town.deputy, ASKED) == 0


def test_who_has_said_a_word_that_day_is_not_asked(town: Town) -> None:
    taken(town)
    strikes(town, 27, 8)
    town.reporter.says("W1 仍在")
    strikes(town, 27, 9, 2)
    assert says_so(town.reporter, ASKED) == 0


def test_what_was_not_said_is_noted_down_once_and_the_head_and_the_office_hear_of_it(town: Town) -> None:
    taken(town)
    strikes(town, 27, 9, 2)
    arrives(town)
    strikes(town, 27, 17, 59)
    assert says_so(town.head, MISSED) == 0
    strikes(town, 27, 18)
    sweeps(town)
    for chat in (town.reporter, town.head, town.office):
        assert says_so(chat, MISSED) == 1
    assert [row.kind for row in town.rows(IssueEvent)].count("no_word") == 1
    assert town.do(ledger.verify) == []


def test_a_day_on_which_nobody_was_asked_is_nobodys_fault(town: Town) -> None:
    taken(town)
    strikes(town, 27, 18, 30)
    strikes(town, 28, 3)
    assert says_so(town.head, MISSED) == says_so(town.reporter, ASKED) == 0


def test_after_a_night_down_yesterdays_silence_is_still_noted_and_a_word_said_in_time_counts(
    town: Town,
) -> None:
    taken(town)
    strikes(town, 27, 9, 2)
    arrives(town)
    town.clock.strike(3, 27, 17)
    town.reporter.says("W1 仍在")
    strikes(town, 28, 3)
    assert says_so(town.head, MISSED) == 0
    strikes(town, 28, 9, 2)
    arrives(town)
    strikes(town, 29, 3)
    assert says_so(town.head, MISSED.replace("27日", "28日")) == 1
    told = [row for row in town.rows(OutboxRow) if (row.once or "").startswith("word missed")]
    assert told
    assert {row.due.astimezone(ZONE) for row in told} == {datetime(2012, 3, 29, 8, 31, tzinfo=ZONE)}


@pytest.mark.parametrize("how", ["solved", "lowered", "drill"])
def test_of_a_problem_that_is_solved_or_lowered_and_of_a_drill_nothing_is_asked(town: Town, how: str) -> None:
    if how == "drill":
        drills(town)
    else:
        taken(town)
    if how == "solved":
        town.reporter.says("W1 已解决：签了")
        town.reporter.taps("🔴 确认")
    if how == "lowered":
        lower = update(Issue).values(severity=Severity.GENERAL)
        town.do(lambda session: session.execute(lower))
    strikes(town, 27, 9, 2)
    assert says_so(town.reporter, ASKED) == 0


def test_the_clock_that_is_moved_stops_at_the_hours_of_asking_and_of_what_is_due(town: Town) -> None:
    taken(town)
    passes(town, hours=5)
    hours = [datetime(2012, 3, 27, 9, 2, tzinfo=ZONE), datetime(2012, 3, 27, 18, tzinfo=ZONE)]

    def following(session: Session) -> list[datetime]:
        just_before = [hour - timedelta(seconds=1) for hour in hours]
        return [next_instant(session, moment, ZONE) for moment in just_before]

    assert town.do(following) == hours


def the_duties(town: Town) -> list[tuple[str, str, DutyState | None]]:
    rows = [row for row in town.rows(Duty) if row.kind is DutyKind.DAILY]
    return [(row.period, row.subject, row.state) for row in sorted(rows, key=lambda row: row.period)]


def arrives(town: Town) -> None:
    """Whatever was written has reached whom it was written to."""
    town.do(lambda session: session.execute(update(OutboxRow).values(state="sent", ended=town.clock.now)))


def test_the_days_word_is_a_duty_that_is_kept_late_or_missed_like_any_other(town: Town) -> None:
    taken(town)
    for day, hour in ((27, 10), (28, 20), (29, 0)):  # in time, late, and not at all
        strikes(town, day, 9, 2)
        arrives(town)
        if hour:
            strikes(town, day, hour)
            town.reporter.says("W1 仍在")
    strikes(town, 30, 9, 2)
    on_time, late, missed, asked = the_duties(town)
    assert on_time == ("2012-03-27", "1", DutyState.ON_TIME)
    assert late == ("2012-03-28", "1", DutyState.LATE)
    assert missed == ("2012-03-29", "1", DutyState.MISSED)
    assert asked == ("2012-03-30", "1", None)
    closed = [row.canonical for row in town.rows(LedgerRow) if '"kind":"daily"' in row.canonical]
    assert len(closed) == 3
    assert town.do(ledger.verify) == []


def test_a_question_that_reached_nobody_makes_nobody_late(town: Town) -> None:
    taken(town)
    strikes(town, 27, 9, 2)
    strikes(town, 28, 1)
    assert the_duties(town) == [("2012-03-27", "1", DutyState.UNDELIVERED)]


def test_the_days_word_stands_among_what_is_to_be_done_and_one_tap_does_it(town: Town) -> None:
    taken(town)
    strikes(town, 27, 9, 2)
    shown = town.reporter.says("我的待办")
    assert "3月27日 18:00" in shown.text
    assert "仍在" in "".join(labels(shown))
    assert "2012年3月27日续报 W1" in town.office.says("未报").text + town.office.says("电话单").text
    town.reporter.taps("W1 仍在", shown)
    assert "3月27日 18:00" not in town.reporter.says("我的待办").text


def test_beside_the_months_word_on_the_same_problem_the_days_is_shown_and_one_tap_keeps_both(
    town: Town,
) -> None:
    """我的待办 once named the month's limit only, and nobody saw that a word was due today."""
    reports_problem(town.reporter, "一般问题")
    town.clock.strike(4, 28, 9)
    sweeps(town)
    town.office.says("升级 W1 闹大了")
    town.leader.says("W1 请自规局拿方案")
    town.clock.strike(4, 30, 9, 2)
    sweeps(town)
    shown = town.reporter.says("我的待办")
    assert "4月30日18:00前说一声" in shown.text.replace(" ", "")
    assert "".join(labels(shown)).count("W1 仍在") == 1
    town.reporter.taps("W1 仍在", shown)
    assert "说一声" not in town.reporter.says("我的待办").text


def test_the_days_word_reminds_of_nothing_else_and_uses_up_no_reminder(town: Town) -> None:
    taken(town)
    strikes(town, 27, 9, 2)
    before = len(town.reporter.rows())
    strikes(town, 27, 12)
    assert len(town.reporter.rows()) == before
    assert {row.step for row in town.rows(Nudge)} == {"daily"}


def test_what_is_lowered_during_the_day_owes_no_word_that_day_and_nobody_said_one(town: Town) -> None:
    taken(town)
    strikes(town, 27, 9, 2)
    arrives(town)
    town.office.says("降级 W1 已经缓和")
    town.clock.pass_(minutes=1)
    sweeps(town)
    assert the_duties(town) == [("2012-03-27", "1", DutyState.VOID)]
    strikes(town, 27, 18)
    strikes(town, 28, 9, 2)
    [duty] = [row for row in town.rows(Duty) if row.kind is DutyKind.DAILY]
    assert (duty.settled, duty.state) == (None, DutyState.VOID)
    assert says_so(town.head, MISSED) == 0


def test_a_word_that_was_said_before_the_problem_was_lowered_stays_said(town: Town) -> None:
    taken(town)
    strikes(town, 27, 9, 2)
    arrives(town)
    town.reporter.taps("仍在")
    town.office.says("降级 W1 已经缓和")
    strikes(town, 28, 9, 2)
    assert the_duties(town) == [("2012-03-27", "1", DutyState.ON_TIME)]


def test_of_a_paused_project_no_word_is_asked_and_none_is_missed(town: Town) -> None:
    taken(town)
    strikes(town, 27, 9, 2)
    arrives(town)
    paused = update(Project).values(state=ProjectState.PAUSED, paused=date(2012, 3, 27))
    town.do(lambda session: session.execute(paused))
    strikes(town, 27, 18)
    strikes(town, 28, 9, 2)
    assert says_so(town.head, MISSED) == 0
    assert says_so(town.reporter, ASKED) == 1
    assert [period for period, _, _ in the_duties(town)] == ["2012-03-27"]


def test_of_an_exempt_day_and_of_a_question_that_reached_nobody_it_is_not_said_that_no_word_came(
    town: Town,
) -> None:
    taken(town)
    strikes(town, 27, 9, 2)
    strikes(town, 27, 18)
    strikes(town, 28, 9, 2)
    arrives(town)
    town.do(
        lambda session: session.execute(update(Duty).where(Duty.kind == DutyKind.DAILY).values(exempt=START))
    )
    strikes(town, 28, 18)
    assert not [row for row in town.rows(OutboxRow) if (row.once or "").startswith("word missed")]
    assert "no_word" not in [row.kind for row in town.rows(IssueEvent)]


def test_a_contact_on_leave_without_a_stand_in_is_not_asked_but_the_deputy_and_nobody_is_late(
    town: Town,
) -> None:
    taken(town)

    def leaves(session: Session) -> None:
        person = session.get_one(Person, int(town.reporter.user) - 1000)
        a_leave(session, person=person, since=date(2012, 3, 27))

    town.do(leaves)
    strikes(town, 27, 9, 2)
    arrives(town)
    assert (says_so(town.reporter, ASKED), says_so(town.deputy, ASKED)) == (0, 1)
    strikes(town, 27, 18)
    strikes(town, 28, 1)
    assert the_duties(town) == [("2012-03-27", "1", DutyState.UNDELIVERED)]
    assert says_so(town.head, MISSED) == 0


def test_a_word_said_some_hours_too_late_is_told_as_not_said_in_time(town: Town) -> None:
    taken(town)
    strikes(town, 27, 9, 2)
    arrives(town)
    town.clock.strike(3, 27, 18, 1)
    town.reporter.says("W1 仍在")
    sweeps(town)
    assert says_so(town.head, MISSED) == 1


def test_the_office_hears_once_of_all_days_off_on_which_no_question_arrived(town: Town) -> None:
    taken(town)
    for day in (30, 31):
        strikes(town, day, 9, 2)
    for day in (1, 2, 3, 4):
        town.clock.strike(4, day, 9, 2)
        sweeps(town)
    held = [row for row in town.rows(OutboxRow) if (row.once or "").startswith("undelivered")]
    dues = [row.due.astimezone(ZONE) for row in held]
    assert datetime(2012, 4, 5, 8, 31, tzinfo=ZONE) in dues
    assert len(dues) == len(set(dues))


def test_who_has_nobody_to_report_is_told_so_in_right_words(town: Town) -> None:
    taken(town)
    strikes(town, 27, 9, 2)
    arrives(town)
    town.do(lambda session: session.execute(update(Responsibility).values(until=date(2012, 3, 27))))
    strikes(town, 27, 18)
    assert says_so(town.office, f"W1 {NORTH}：3月27日没有按时续报。这个项目现在没有联络人。") == 1


def test_who_has_not_reported_is_not_counted_from_the_days_words(town: Town) -> None:
    taken(town)
    strikes(town, 27, 9, 2)
    strikes(town, 27, 19)
    since = datetime(2012, 3, 1, tzinfo=ZONE)
    debts = town.do(
        lambda session: list(news.overdue(session, Project.id > 0, town.clock.now, (since, since), "2011-H2"))
    )
    assert debts == []


def test_the_days_words_are_not_counted_with_the_reminders_that_somebody_has_had(town: Town) -> None:
    taken(town)
    strikes(town, 27, 9, 2)
    person, midnight = int(town.reporter.user) - 1000, datetime(2012, 3, 27, tzinfo=ZONE)
    assert len(town.rows(Nudge)) == 1
    assert town.do(lambda session: nudges.counts(session, [person], midnight, midnight)) == {}


def test_the_days_words_do_not_count_in_the_review_of_the_month(town: Town) -> None:
    taken(town)
    for day in (27, 28):
        strikes(town, day, 9, 2)
    strikes(town, 29, 1)
    month, now = Period.parse("2012-03"), town.clock.now
    units = town.do(lambda session: list(reviews.draw_up(session, month, now, ZONE).units))
    owed = [row for row in town.rows(Duty) if row.period == "2012-03"]
    assert len(the_duties(town)) == 2
    assert sum(unit["duties"]["owing"] for unit in units) == len(owed)
    assert sum(unit["duties"]["undelivered"] for unit in units) == 0


def test_only_the_days_words_are_left_out_of_the_windows_that_are_reminded_of(town: Town) -> None:
    taken(town)
    strikes(town, 27, 9, 2)

    def short(session: Session) -> None:
        of_zero = update(Duty).where(Duty.kind != DutyKind.DAILY, Duty.state.is_(None))
        session.execute(
            of_zero.values(opens=START, due=START + timedelta(hours=20), closes=START + timedelta(hours=22))
        )

    town.do(short)
    before = datetime(2012, 3, 1, tzinfo=ZONE)
    found = town.do(lambda session: reminding.windows(session, before))
    assert [span.closes - span.opens for span in found] == [timedelta(hours=22)]


def test_a_packet_that_is_handed_over_calls_the_days_word_by_its_name() -> None:
    assert _what(CITY, DutyKind.DAILY) == "续报"

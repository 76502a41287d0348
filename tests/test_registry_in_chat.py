"""加项目, 改项目, 换人, 加人, 改人: one row of the registry from a phone, by the importer's own readers and rules."""

import json
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.opening import registry_words
from rules.kinds import Role, Stage
from storage import ledger
from storage.messages import Outgoing
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Handover, Person, PersonRole, Project, Responsibility, Unit, YearPlan
from storage.tables.reporting import Duty
from storage.tables.traffic import Talk
from tests.builders import a_person, a_responsibility
from tests.chat import WORDS, Chat, labels
from tests.town import NORTH, Town


def changes(town: Town, field: str, value: str, project: str = "城北水厂") -> Outgoing:
    """The card of one field of a project with its new value."""
    town.office.says("改项目")
    town.office.says(project)
    town.office.says(field)
    return town.office.says(value)


def project(town: Town) -> Project:
    return town.do(lambda session: session.get_one(Project, town.north))


def acts(town: Town, act: str) -> list[dict[str, object]]:
    rows = [json.loads(row.canonical) for row in town.rows(LedgerRow)]
    return [row["facts"] for row in rows if row["act"] == act]


@pytest.mark.parametrize(
    ("field", "value", "column", "now"),
    [
        ("项目名称", "城北水厂二期扩建工程", "name", "城北水厂二期扩建工程"),
        ("总投资(万元)", "1.2亿", "total_investment", 120_000_000),
        ("阶段", "竣工", "stage", Stage.COMPLETED),
        ("计划竣工", "2013.6.30", "finish_planned", date(2013, 6, 30)),
        ("建设内容", "日供水10万吨", "content", "日供水10万吨"),
    ],
)
def test_a_field_becomes_what_was_typed(town: Town, field: str, value: str, column: str, now: object) -> None:
    changes(town, field, value)
    assert town.office.taps("✅ 确认修改").title == f"已改：{NORTH}"
    assert getattr(project(town), column) == now
    assert town.do(ledger.verify) == []


def test_the_card_and_the_ledger_say_what_was_and_what_is(town: Town) -> None:
    card = changes(town, "总投资(万元)", "1.2亿")
    assert "总投资(万元) 1亿元 → 1.2亿元" in card.text
    town.office.taps("✅ 确认修改")
    assert acts(town, "change_project")[0]["fields"] == {"总投资(万元)": ["1亿元", "1.2亿元"]}


def test_the_year_plan_is_this_years(town: Town) -> None:
    changes(town, "年度计划投资(万元)", "3200")
    town.office.taps("✅ 确认修改")
    [plan] = [row for row in town.rows(YearPlan) if row.project_id == town.north]
    assert (plan.year, plan.amount) == (2012, 32_000_000)


def test_a_first_year_plan_shows_its_amount(town: Town) -> None:
    card = changes(town, "年度计划投资(万元)", "3200", "南湖大道")
    assert "年度 空 → 2012\n年度计划投资(万元) 空 → 3,200万元" in card.text


def test_a_field_can_be_emptied(town: Town) -> None:
    changes(town, "建设内容", "日供水10万吨")
    town.office.taps("✅ 确认修改")
    assert "建设内容 日供水10万吨 → 空" in changes(town, "建设内容", "清空这一项").text
    town.office.taps("✅ 确认修改")
    assert project(town).content == ""


def test_what_cannot_be_read_is_named_and_only_mended(town: Town) -> None:
    wrong = changes(town, "总投资(万元)", "很多")
    assert wrong.title == "这样改不行，请改一下："
    assert "总投资(万元)：写的是“很多”；应为：以万元计" in wrong.text
    assert labels(wrong)[:2] == ["改「总投资(万元)」", "换一项改"]
    assert town.office.says("确认").text.startswith("⚠ 有一项不对")
    town.office.taps("改「总投资(万元)」")
    assert town.office.says("1.2亿").title == f"请核对：改{NORTH}"


def test_a_name_near_another_projects_is_an_error_as_in_a_file(town: Town) -> None:
    town.office.says("加项目")
    for step in ("城北水厂扩建项目", "城北区住建局", "重大建设", "3000", "先不填", "开工"):
        town.office.says(step)
    wrong = town.office.says("张三")
    assert wrong.title == "这样改不行，请改一下："
    assert "同一项目请照登记的名称" in wrong.text or "登记的" in wrong.text


def test_nothing_to_change_is_said(town: Town) -> None:
    assert "和登记的一样，没有变化" in changes(town, "阶段", "开工").text


def test_a_duty_not_due_yet_goes_along_with_its_project_to_another_unit(town: Town) -> None:
    town.reaches(4, 6)  # the duty of March has fallen due, that of April not
    changes(town, "责任单位", "市政府")
    town.office.taps("✅ 确认修改")
    units = {row.id: row.name for row in town.rows(Unit)}
    duties = [row for row in town.rows(Duty) if row.project_id == town.north]
    assert {row.period: units[row.unit_id] for row in duties} == {
        "2012-03": "城北区住建局", "2012-04": "市政府", "2012H1": "市政府"
    }  # fmt: skip


def test_a_new_project_is_as_if_imported_today(town: Town) -> None:
    town.office.says("加项目")
    for step in ("东湖水厂新建工程", "城北区住建局", "重大建设", "3.2亿", "8000", "开工", "张三"):
        town.office.says(step)
    town.office.taps("✅ 确认新增")
    [new] = [row for row in town.rows(Project) if row.name == "东湖水厂新建工程"]
    assert (new.number, new.total_investment, new.registered) == (14, 320_000_000, date(2012, 3, 26))
    assert new.opening_month == "2012-02"
    [answer] = [row for row in town.rows(Responsibility) if row.project_id == new.id]
    assert (answer.person_id, answer.role, answer.since) == (1, Role.REPORTER, date(2012, 3, 26))
    assert "东湖水厂新建工程" in labels(town.reporter.says("报问题"))


def test_replacing_the_contact_is_dated_today_and_tells_both(town: Town) -> None:
    town.office.says("换人")
    town.office.says("城北水厂")
    town.office.says("联络人")
    town.office.says("李四")
    refused = town.office.last()
    assert "人员表里角色含“联络人”的人" in refused.text
    town.office.says("取消")

    def work(session: Session) -> None:
        unit = session.scalars(select(Unit).where(Unit.name == "城北区住建局")).one()
        a_person(session, unit=unit, name="吴小明")

    town.do(work)
    town.office.says("换人")
    town.office.says("城北水厂")
    town.office.says("联络人")
    town.office.says("吴小明")
    town.office.taps("✅ 确认修改")
    [packet] = town.rows(Handover)
    assert packet.project_ids == [town.north]
    assert town.reporter.last().title == "您的项目交给吴小明了"


def test_names_and_telephones_are_sealed_in_the_ledger(town: Town) -> None:
    town.office.says("加人")
    for step in ("钱小秘", "城北区住建局", "13800138000", "先不填", "联络人"):
        town.office.says(step)
    town.office.taps("✅ 确认新增")
    town.office.says("换人")
    for step in ("城北水厂", "联络人", "钱小秘"):
        town.office.says(step)
    town.office.taps("✅ 确认修改")
    text = "\n".join(row.canonical for row in town.rows(LedgerRow))
    assert "钱小秘" not in text
    assert "13800138000" not in text
    assert "张三" not in text
    [added] = acts(town, "change_person")
    assert added["fields"]["角色"] == ["", "联络人"]  # type: ignore[index]  # JSON


@pytest.mark.parametrize("field", ["年度目标", "建设内容", "项目类别"])
def test_what_is_typed_freely_is_sealed_in_the_ledger(town: Town, field: str) -> None:
    changes(town, field, "找张三13800138000")
    town.office.taps("✅ 确认修改")
    [fields] = [each["fields"] for each in acts(town, "change_project")]
    assert field in fields  # type: ignore[operator]  # JSON
    assert not any("13800138000" in row.canonical for row in town.rows(LedgerRow))


def test_a_new_person_can_be_invited_at_once(town: Town) -> None:
    town.office.says("加人")
    for step in ("钱小秘", "城北区住建局", "13800138000", "先不填", "联络人、分管领导"):
        town.office.says(step)
    town.office.taps("✅ 确认新增")
    card = town.office.taps("给钱小秘发邀请码")
    assert card.title == "请核对：给钱小秘发新邀请码"
    code = town.office.taps("✅ 发邀请码").text.splitlines()[0]
    assert town.chat("55").says(code).title.startswith("钱小秘，您好")


def test_a_namesake_of_the_unit_is_no_second_person(town: Town) -> None:
    town.office.says("加人")
    for step in ("张三", "城北区住建局", "先不填", "先不填", "联络人"):
        town.office.says(step)
    assert town.office.last().title == "这样改不行，请改一下："


def test_the_telephone_of_somebody_else_is_refused(town: Town) -> None:
    phone = town.do(lambda session: session.get_one(Person, 2).phone)
    assert phone
    town.office.says("改人")
    for step in ("张三", "手机", phone):
        town.office.says(step)
    assert "没有别人在用的号码" in town.office.last().text


def test_a_person_can_be_renamed_but_not_made_another(town: Town) -> None:
    town.office.says("改人")
    for step in ("张三", "姓名", "张山"):
        town.office.says(step)
    assert town.office.taps("✅ 确认修改").title == "已改：张三（城北区住建局）"
    town.office.says("改人")
    for step in ("张山", "姓名", "钱大林"):
        town.office.says(step)
    assert "换了人，新人要用自己的号码" in town.office.last().text


def test_roles_begin_and_end_today(town: Town) -> None:
    town.office.says("改人")
    for step in ("李四", "角色", "分管领导、联络人"):
        town.office.says(step)
    town.office.taps("✅ 确认修改")
    rows = {(row.role, row.since, row.until) for row in town.rows(PersonRole) if row.person_id == 2}
    assert rows == {
        (Role.DEPUTY, date(2012, 1, 1), None), (Role.REPORTER, date(2012, 3, 26), None)
    }  # fmt: skip


@pytest.mark.parametrize("word", ["加项目", "改项目", "换人", "加人", "改人"])
@pytest.mark.parametrize("who", ["reporter", "head", "leader"])
def test_nobody_but_the_office_changes_the_registry(town: Town, who: str, word: str) -> None:
    assert getattr(town, who).says(word).text == "这件事由市项目办办。"


def test_who_has_left_comes_back_as_the_same_person(town: Town) -> None:
    phone = town.do(lambda session: session.get_one(Person, 2).phone)
    assert phone
    for step in ("解绑", "李四", "离任", "确认"):
        town.office.says(step)
    town.office.says("加人")
    for step in ("李四", "城北区住建局", phone, "先不填", "分管领导"):
        town.office.says(step)
    assert town.office.taps("✅ 确认新增").title == "已新增：李四"
    [person] = [row for row in town.rows(Person) if row.name == "李四"]
    assert (person.id, person.active) == (2, True)
    assert [row.role for row in town.rows(PersonRole) if row.person_id == 2 and row.until is None] == [
        Role.DEPUTY
    ]


def adds_back(town: Town, phone: str) -> Outgoing:
    """李四 has left, and a person of that name is added; gives back the card."""
    for step in ("解绑", "李四", "离任", "确认"):
        town.office.says(step)
    town.office.says("加人")
    for step in ("李四", "城北区住建局", phone, "先不填", "分管领导"):
        town.office.says(step)
    return town.office.last()


def test_a_namesake_with_another_telephone_inherits_no_past(town: Town) -> None:
    assert "离任" not in adds_back(town, "13911112222").text
    town.office.taps("✅ 确认新增")
    people = [(row.phone, row.active) for row in town.rows(Person) if row.name == "李四"]
    assert people[0][1] is False
    assert people[0][0] != "13911112222"
    assert people[1:] == [("13911112222", True)]


def test_a_name_means_who_is_in_office_and_not_their_namesake_who_left(town: Town) -> None:
    adds_back(town, "13911112222")
    town.office.taps("✅ 确认新增")
    town.office.says("加人")
    for step in ("李四", "城北区住建局", "先不填", "先不填", "分管领导"):
        town.office.says(step)
    assert "李四已经登记了" in town.office.last().text


def test_the_card_says_that_somebody_who_left_comes_back(town: Town) -> None:
    assert "李四以前离任了，这次是回来：以前的记录都还在他名下" in adds_back(town, "先不填").text


def changes_roles(town: Town, name: str, roles: str) -> Outgoing:
    """The card of other roles for a person."""
    town.office.says("改人")
    for step in (name, "角色", roles):
        town.office.says(step)
    return town.office.last()


def test_the_last_of_the_office_keeps_the_role(town: Town) -> None:
    assert "总要有一个人是市项目办；请先加一个人" in changes_roles(town, "周科长", "联络人").text
    assert town.office.says("取消")
    changes_roles(town, "孙主任", "牵头部门、市项目办")
    town.office.taps("✅ 确认修改")
    changes_roles(town, "周科长", "联络人")
    assert town.office.taps("✅ 确认修改").title == "已改：周科长（市政府）"


def test_a_role_that_somebody_still_answers_in_is_not_taken_away(town: Town) -> None:
    wrong = changes_roles(town, "张三", "一把手").text
    assert "含“联络人”，他还是“城北水厂扩建工程”等2个项目的联络人；请先换人或交接" in wrong
    town.office.says("取消")
    town.reporter.says("交接")
    town.reporter.taps("李四")
    town.reporter.taps("✅ 确认交接")
    changes_roles(town, "张三", "一把手")
    assert town.office.taps("✅ 确认修改").title == "已改：张三（城北区住建局）"
    assert changes(town, "年度目标", "封顶").title == f"请核对：改{NORTH}"


def test_another_change_begins_anew_and_not_with_a_draft_about_something_else(town: Town) -> None:
    changes(town, "总投资(万元)", "1.2亿")
    town.office.says("台账")
    town.office.says("换号")
    town.office.says("张三")
    town.office.says("改项目")
    assert town.office.last().title == "改哪个项目？"
    assert town.office.presses("o|rebind|2").title == "请核对：给李四发新邀请码"


def test_a_project_is_found_by_the_initials_of_its_new_name(town: Town) -> None:
    changes(town, "项目名称", "城北水厂二期扩建工程")
    town.office.taps("✅ 确认修改")
    assert project(town).initials == "cbsceqkjgc"


def also_reports(session: Session, person_id: int, project_id: int) -> None:
    person, project = session.get_one(Person, person_id), session.get_one(Project, project_id)
    a_responsibility(session, project, person, Role.REPORTER)


def asked_what_happened(chat: Chat) -> None:
    chat.says("报问题")
    if NORTH in labels(chat.last()):
        chat.says(NORTH)
    for step in ("🔴 重大问题", "征拆"):
        chat.taps(step)
    assert chat.last().title == "出了什么事？"


@pytest.mark.parametrize("word", [word for word, _ in registry_words(WORDS)])
def test_a_word_of_the_registry_is_an_answer_where_somebody_else_is_asked_for_a_text(
    town: Town, word: str
) -> None:
    asked_what_happened(town.reporter)
    town.reporter.says(word)
    [talk] = town.rows(Talk)
    assert (talk.script, talk.state) == ("report_issue", "current")
    assert {"text": word} in talk.answers.values()


@pytest.mark.parametrize(("who", "word"), [("office", "换人"), ("office", "台账"), ("head", "解绑")])
def test_for_who_works_with_it_such_a_word_opens_at_any_question(town: Town, who: str, word: str) -> None:
    chat = getattr(town, who)
    town.do(lambda session: also_reports(session, int(chat.user) - 1000, town.north))
    asked_what_happened(chat)
    chat.says(word)
    assert word not in str([talk.answers for talk in town.rows(Talk)])


def test_at_a_question_with_choices_such_a_word_opens_for_anybody(town: Town) -> None:
    town.reporter.says("报问题")
    assert town.reporter.says("换人").text == WORDS.office_only

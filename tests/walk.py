"""Conversations walked without a database: facts made up, drafts passed through JSON each turn, every screen seen."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from handlers.buttons import TalkButton, read_button
from handlers.conversation import Asking, Cancelled, Draft, Finished, replay, say
from handlers.desk_facts import Caller, Choosable, DeskDuty, DeskFacts, Found, Standing
from handlers.facts import (
    Facts,
    Filed,
    MilestoneFacts,
    NearbyProblem,
    PersonFacts,
    ProjectFacts,
    ThreadFacts,
    ZeroFacts,
)
from handlers.reading import Said
from handlers.registry_facts import (
    Appointment,
    ChangeFacts,
    Held,
    LeaveFacts,
    RegistryFacts,
    Someone,
    WorkbookFacts,
)
from handlers.screen import render
from handlers.scripts import SCRIPTS
from handlers.words import Words
from rules.book import default_book
from rules.kinds import DutyKind, ProjectKind, Role, Severity
from storage.messages import Outgoing
from tests.builders import NOW

WORDS = Words()
GUARD = default_book().money_guard
TALK = 999_999_999
LARGE = 999_999_900  # project ids of nine digits: the longest that buttons must carry
CATEGORIES = (("land", "用地"), ("relocation", "征拆"), ("funds", "资金"), ("environment", "环保"))
TYPED = {
    "amount": "1200",
    "progress": "主体封顶",
    "what": "两户阻工",
    "help": "请派工作组",
    "next": "装修",
    "projects": "完成",
    "coordination": "供电",
    "text": "请核对年度计划",
    "name": "东湖水厂",
    "total_investment": "3.2亿",
    "value": "1.2亿",
    "found": "刚才",
    "place": "就在项目现场",
    "note": "已签一户",
    "total": "500",
    "year": "300",
    "start": "3月20日",
    "node": "3月20日",
    "days": "4月1日到4月10日",
}


def some_facts(*projects: ProjectFacts, many: int = 2, **given: Any) -> Facts:  # noqa: ANN401 - its fields
    person = PersonFacts(5, "张三", 1, "城北区住建局")
    listed = projects or tuple(a_project(place) for place in range(many))
    defaults: dict[str, Any] = {
        "projects": listed,
        "categories": CATEGORIES,
        "loose_media": (),
        "now": NOW,
        "today": date(2012, 3, 26),
    }
    return Facts(WORDS, person, **{**defaults, **given})


def a_project(place: int, **given: Any) -> ProjectFacts:  # noqa: ANN401 - the fields of ProjectFacts
    defaults: dict[str, Any] = {
        "id": LARGE + place,
        "number": place + 1,
        "name": f"城北水厂{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉'[place]}期",
        "kind": ProjectKind.CONSTRUCTION,
        "total_investment": 100_000_000,
        "year_plan": 24_000_000,
        "period": "2012-03",
        "period_name": "2012年3月",
    }
    return ProjectFacts(**{**defaults, **given})


def a_thread(place: int, **given: Any) -> ThreadFacts:  # noqa: ANN401 - the fields of ThreadFacts
    """A problem of the first project, with the first category."""
    defaults: dict[str, Any] = {
        "id": LARGE + place,
        "project_id": LARGE,
        "project": "城北水厂甲期",
        "severity": Severity.GENERAL,
        "category": "land",
        "category_name": "用地",
        "what": "两户阻工，进场道路被堵，今天停工",
        "times": 2,
        "days": 37,
    }
    return ThreadFacts(**{**defaults, **given})


FILED = Filed("J999999999", "李四", 12_000_000, "主体封顶")
ZEROS = tuple(ZeroFacts(LARGE + place, f"城北水厂{place}期") for place in range(3))

FEW = Choosable(tuple(Found(LARGE + place, place + 1, f"城北水厂{place}期", "城建局") for place in range(3)))
DUTIES = tuple(
    DeskDuty(LARGE + place, DutyKind.PROGRESS, f"2012-0{place + 3}", f"2012年{place + 3}月", "4月10日 18:00")
    for place in range(2)
)
CALLERS = (Caller(LARGE, "张三", "13900000001"), Caller(LARGE + 1, "李四", ""))


def desk_facts(**given: Any) -> Facts:  # noqa: ANN401 - the fields of DeskFacts
    defaults: dict[str, Any] = {
        "office": True,
        "today": date(2012, 4, 11),
        "choosable": FEW,
        "units": FEW,
        "reports": (Standing(LARGE, "2012年3月", "张三", "3月26日 9:00", "1,200万元，主体封顶"),),
        "duties": DUTIES,
        "callers": CALLERS,
        "ends": (("2012-04-11", "到今天18:00"), ("2012-04-12", "1个工作日（4月12日）")),
        "last_hour": "18:00",
        "audience": 3,
    }
    return some_facts(desk=DeskFacts(**{**defaults, **given}))


ROLES = (Role.REPORTER, Role.DEPUTY, Role.LEAD_LEADER)
STAFF = tuple(
    Someone(LARGE + place, f"张三{place}", LARGE, "城北区住建局", f"1390000000{place}", frozenset(ROLES))
    for place in range(9)
)
REGISTRY = RegistryFacts(
    today=date(2012, 3, 26), office=True, heads=True, people=STAFF, others=STAFF[1:],
    units=((LARGE, "城北区住建局"), (LARGE + 1, "市政府")),
    projects=((LARGE, 1, "城北水厂"), (LARGE + 1, 2, "南湖大道")),
    current={"total_investment": "1亿"}, change=ChangeFacts(lines=("总投资 1亿 → 1.2亿",)), duties_of=2,
    workbook=WorkbookFacts(LARGE, "台账.xlsx", "人员：新增 1", "ab12cd34ef56"),
    held=tuple(Held(role, ((LARGE, "城北水厂"), (LARGE + 1, "南湖大道"))) for role in ROLES[:2]),
    appointments=(Appointment(LARGE, "王秘书", "王市长"),),
    leaves=(LeaveFacts(LARGE, "张三", "4月1日至4月10日"), LeaveFacts(LARGE + 1, "李四", "4月2日")),
)  # fmt: skip
MISTAKEN = replace(REGISTRY, change=ChangeFacts(errors=("总投资：写的是“多”；应为：金额",)))
DOUBTED = (
    ZeroFacts(LARGE + 8, "南湖大道", flat=("2012-05", "2012-06")),
    ZeroFacts(LARGE + 9, "北港码头", nearby=(NearbyProblem("W3", "航道工程有问题 W3（征拆，3月2日报）"),)),
)

# Every shape that the facts of a script can have.
CASES: dict[str, tuple[str, Facts]] = {
    "progress": ("report_progress", some_facts()),
    "progress of many projects": ("report_progress", some_facts(many=20)),
    "progress like last month's": (
        "report_progress",
        some_facts(a_project(0, last=FILED, unmoved=True), a_project(1, last=FILED, unmoved=True)),
    ),
    "progress of a returned project": (
        "report_progress",
        some_facts(a_project(0, filed=replace(FILED, returned="金额不对", mend=("amount",))), a_project(1)),
    ),
    "progress of a project not begun": (
        "report_progress",
        some_facts(a_project(0, started=False, because="天气"), a_project(1)),
    ),
    "progress with milestones due": (
        "report_progress",
        some_facts(
            a_project(0, milestones=(MilestoneFacts(LARGE, "基础完工", date(2012, 3, 20)),)), a_project(1)
        ),
    ),
    "progress after silent months": (
        "report_progress",
        some_facts(a_project(0, missing=("2011-12", "2012-01", "2012-02")), a_project(1)),
    ),
    "progress hard to believe": (
        "report_progress",
        some_facts(a_project(0, year_plan=2_400_000_000, last=FILED), a_project(1), guard=GUARD),
    ),
    "progress of a filed project": ("report_progress", some_facts(a_project(0, filed=FILED), a_project(1))),
    "progress of a filed project that began and reached a milestone": (
        "report_progress",
        some_facts(
            a_project(
                0,
                filed=replace(FILED, started=date(2012, 3, 2)),
                milestones=(MilestoneFacts(LARGE, "基础完工", date(2012, 3, 20), date(2012, 3, 22)),),
            ),
            a_project(1),
        ),
    ),
    "progress of a project with two months open": (
        "report_progress",
        some_facts(a_project(0), a_project(0, period="2012-04", period_name="2012年4月")),
    ),
    "progress of a preliminary project": (
        "report_progress",
        some_facts(a_project(0, kind=ProjectKind.PRELIMINARY), a_project(1)),
    ),
    "progress with photos at hand": ("report_progress", some_facts(loose_media=(11, 12))),
    "a problem": ("report_issue", some_facts()),
    "a problem with photos at hand": ("report_issue", some_facts(loose_media=(11,))),
    "a problem where others are open": (
        "report_issue",
        some_facts(threads=(a_thread(0), a_thread(1, severity=Severity.MAJOR, category="funds"))),
    ),
    "a problem that was solved": ("report_issue", some_facts(threads=(a_thread(0, solved=True),))),
    "doubted zeros": (
        "report_zero",
        some_facts(zeros=(*ZEROS, *DOUBTED), zero_period="2012H1", zero_period_name="2012年上半年"),
    ),
    "a zero": ("report_zero", some_facts(zeros=ZEROS, zero_period="2012H1", zero_period_name="2012年上半年")),
    "a single zero": (
        "report_zero",
        some_facts(zeros=ZEROS[:1], zero_period="2012H1", zero_period_name="2012年上半年"),
    ),
    "a return": ("return_report", desk_facts()),
    "a return among very many": ("return_report", desk_facts(choosable=Choosable(more=True))),
    "an unlocking": ("unlock_duty", desk_facts()),
    "an exemption": ("exempt_duty", desk_facts()),
    "an exemption taken back": ("exempt_duty", desk_facts(duties=(replace(DUTIES[0], is_exempt=True),))),
    "an exemption from lights": ("exempt_light", desk_facts()),
    "an exemption from lights ended": (
        "exempt_light",
        desk_facts(exempt_until="4月30日", exempt_because="停工"),
    ),
    "a judgement": ("judge_duty", desk_facts()),
    "a pause": ("pause_project", desk_facts()),
    "an end": ("end_project", desk_facts()),
    "a resumption": ("resume_project", desk_facts()),
    "a report for another": ("report_for", desk_facts()),
    "a notice": ("send_notice", desk_facts()),
    "a project of others": ("not_mine", some_facts()),
    "a workbook": ("import_workbook", some_facts(registry=REGISTRY)),
    "a new project": ("add_project", some_facts(registry=REGISTRY)),
    "a project changed": ("change_project", some_facts(registry=REGISTRY)),
    "a project changed with a mistake": ("change_project", some_facts(registry=MISTAKEN)),
    "somebody replaced": ("replace_person", some_facts(registry=REGISTRY)),
    "a new person": ("add_person", some_facts(registry=REGISTRY)),
    "a person changed": ("change_person", some_facts(registry=REGISTRY)),
    "an account ended": ("unbind", some_facts(registry=REGISTRY)),
    "a new code": ("rebind", some_facts(registry=REGISTRY)),
    "a hand-over": ("hand_over", some_facts(registry=REGISTRY)),
    "a secretary": ("set_secretary", some_facts(registry=REGISTRY)),
    "a leave": ("take_leave", some_facts(registry=REGISTRY)),
    "a leave that cannot be taken": ("take_leave", some_facts(registry=replace(REGISTRY, against="也请假"))),
    "a leave ended": ("end_leave", some_facts(registry=REGISTRY)),
}


@dataclass
class Walk:
    """One talk of one script. `facts` may be changed between two turns."""

    script: str
    facts: Facts
    at: Asking | Finished | Cancelled
    talk: int = TALK

    @classmethod
    def of(cls, script: str, facts: Facts, draft: Draft | None = None) -> "Walk":
        return cls(script, facts, replay(SCRIPTS[script], facts, through_json(draft or Draft())))

    @property
    def asking(self) -> Asking:
        assert isinstance(self.at, Asking), self.at
        return self.at

    @property
    def screen(self) -> Outgoing:
        return render(WORDS, self.talk, self.asking)

    def says(self, text: str) -> "Walk":
        return self._take(Said(text=text))

    def sends(self, *media: int) -> "Walk":
        return self._take(Said(media=media))

    def taps(self, label: str, of: Outgoing | None = None) -> "Walk":
        options = [option for row in (of or self.screen).rows for option in row]
        found = [option for option in options if option.label.startswith(label)]
        assert found, f"no button {label!r} in {options}"
        return self.presses(found[0].data)

    def presses(self, data: str) -> "Walk":
        button = read_button(data)
        assert isinstance(button, TalkButton), data
        assert button.talk == self.talk
        return self._take(Said(value=button.value), button.key)

    def answers(self) -> "Walk":
        """Gives the usual answer to what is asked."""
        question = self.asking.question.key.split("@")[0]
        if question in TYPED:
            return self.says(TYPED[question])
        return self.presses(self.screen.rows[0][0].data)

    def to(self, question: str) -> "Walk":
        """Answers as usual until this is asked."""
        for _ in range(20):
            if self.asking.question.key.split("@")[0] == question:
                return self
            self.answers()
        raise AssertionError(f"{question} was never asked")

    def again(self) -> "Walk":
        return Walk(self.script, self.facts, self.at, self.talk)

    def _take(self, said: Said, key: str | None = None) -> "Walk":
        self.at = say(SCRIPTS[self.script], self.facts, through_json(self.asking.draft), said, key)
        return self


def through_json(draft: Draft) -> Draft:
    return Draft(json.loads(json.dumps(dict(draft.answers))), draft.asked)


def every_screen(script: str, facts: Facts, most: int = 150) -> Iterator[Walk]:
    """All that can be reached by pressing every button and giving the usual answer, breadth first."""
    met: set[str] = set()
    waiting = [Walk.of(script, facts)]
    while waiting and len(met) < most:
        walk = waiting.pop(0)
        if not isinstance(walk.at, Asking):
            continue
        mark = json.dumps([dict(walk.at.draft.answers), walk.at.draft.asked, walk.at.page])
        if mark in met:
            continue
        met.add(mark)
        yield walk
        waiting += [walk.again().presses(option.data) for row in walk.screen.rows for option in row]
        waiting.append(walk.again().answers())

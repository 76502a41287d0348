"""Sanbao as a contestant of `bench.load`: as many contacts as there are people, each with projects enough."""

import sys
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bench.load import FIRST_USER, Contestant, Setup
from bench.scripts import Ends, Presses, Says, Table
from bot.clock import Clock, store_offset
from bot.sample.city import BEGINS
from reminders.sweep import sweep
from rules.kinds import ProjectKind, ProjectState, Role, Stage
from rules.workdays import city_zone
from storage import rules as stored_rules
from storage.database import Database
from storage.migrate import migrate
from storage.tables.registry import Binding, Person, Project, Responsibility, Unit, YearPlan

SECRET = "bench-secret"
PROJECTS_EACH = 12

SCRIPT = Table(
    Says("报进展"),
    (
        ("已收到", Ends()),
        ("请核对", Presses("确认上报")),
        ("哪个项目", Presses("工程")),
        ("完成投资多少", Says("1250")),
        ("形象进度到", Says("主体结构完成三层，正在绑扎四层钢筋。")),
        ("现场照片", Presses("没有照片")),
    ),
)


def contestant(projects: int = PROJECTS_EACH) -> Contestant:
    return Contestant(
        "sanbao",
        lambda setup: [sys.executable, "-m", "bot", "serve"],
        SCRIPT,
        environment,
        lambda setup: furnish(setup.data, setup.token, setup.people, projects),
    )


def environment(setup: Setup) -> Mapping[str, str]:
    given = {
        "SANBAO_DATA_DIR": str(setup.data),
        "SANBAO_TELEGRAM_TOKEN": setup.token,
        "SANBAO_TELEGRAM_API_URL": setup.api,
        "SANBAO_TELEGRAM_MODE": setup.mode,
        "SANBAO_TELEGRAM_RATE": "0",
        "SANBAO_TELEGRAM_CHAT_RATE": "0",
        "SANBAO_HTTP_PORT": str(setup.port),
        "SANBAO_TRYOUT": "true",  # lets the city's clock stand in March 2012 beside a server on loopback
    }
    if setup.mode == "webhook":
        given["SANBAO_TELEGRAM_SECRET"] = SECRET
        given["SANBAO_PUBLIC_URL"] = f"http://127.0.0.1:{setup.port}"
    return given


def furnish(folder: Path, token: str, people: int, projects: int) -> None:
    """A city in which every person owes the March report of that many projects."""
    database = unswept(folder, token, people, projects)
    while database.run_now(lambda session: sweep(session, BEGINS, city_zone())):
        pass
    database.close()


def unswept(folder: Path, token: str, people: int, projects: int, url: str = "") -> Database:
    """The same city before its first sweep, open; in a file in the folder, or in the empty database of a URL."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(url or f"sqlite:///{folder / 'sanbao.db'}")
    now = Clock().machine()
    migrate(database.engine, folder, now)
    offset = BEGINS - now
    database.run_now(lambda session: fill(session, token, people, projects, offset))
    return database


def fill(session: Session, token: str, people: int, projects: int, offset: timedelta) -> None:
    """Rows of the city before its first sweep; all people are of one unit."""
    stored_rules.take(session, None, BEGINS)
    store_offset(session, offset)
    session.add(Unit(id=1, name="城建局"))
    session.flush()
    account, numbers = token.partition(":")[0], range(people)
    session.execute(
        insert(Person),
        [{"id": n + 1, "unit_id": 1, "name": f"联络人{n}", "title": "", "active": True} for n in numbers],
    )
    session.execute(insert(Binding), [_binding(n, account, BEGINS) for n in numbers])
    ids = range(people * projects)
    session.execute(insert(Project), [_project(each) for each in ids])
    session.execute(insert(YearPlan), [_plan(each) for each in ids])
    session.execute(
        insert(Responsibility),
        [
            {
                "project_id": each + 1,
                "person_id": each // projects + 1,
                "role": Role.REPORTER,
                "since": date(2012, 1, 1),
            }
            for each in ids
        ],
    )


def _binding(number: int, account: str, now: datetime) -> dict[str, object]:
    user = str(FIRST_USER + number)
    return {
        "person_id": number + 1,
        "channel": "telegram",
        "account": account,
        "user": user,
        "chat": user,
        "bound": now,
        "last_used": now,
        "blocked": False,
    }


def _plan(number: int) -> dict[str, object]:
    return {
        "project_id": number + 1, "year": 2012, "amount": 240_000_000, "goal": "", "to_start": False,
        "to_finish": False,
    }  # fmt: skip


def _project(number: int) -> dict[str, object]:
    return {
        "id": number + 1,
        "number": number + 1,
        "name": f"{number + 1}号道路工程",
        "unit_id": 1,
        "kind": ProjectKind.CONSTRUCTION,
        "state": ProjectState.ACTIVE,
        "stage": Stage.STARTED,
        "start_actual": date(2011, 5, 1),
        "category": "",
        "district": "",
        "front": "",
        "nature": "",
        "content": "",
        "total_investment": 1_000_000_000,
        "opening_month": "2012-02",
        "opening_year_done": 0,
        "opening_total_done": 0,
        "not_started_because": "",
        "registered": date(2011, 12, 1),
        "sub_owes": False,
    }

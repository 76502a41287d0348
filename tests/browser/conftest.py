"""A real headless Chromium before the real program: `sanbao serve` as a process of its own, on its own folder.

Rule 1  One program and one browser serve the whole package; every test has its own page and its own person.
Rule 2  A test speaks like a user: `say`, `tap`, `see`. Nothing sleeps; `expect` waits, with a limit.
Rule 3  Whatever the page itself gets wrong (an exception, a forbidden script or picture) fails the test.
Rule 4  Without a Chromium on PATH everything here is skipped, and the run's last lines say so loudly.
"""

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from bot.channels import tryout
from bot.clock import store_offset
from rules.kinds import Lane
from storage import outbox
from storage.messages import Outgoing
from storage.tables.registry import Person
from tests.story import Step

TOP = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
PATIENCE = 15_000  # ms: two slow cores, on which other tests may run as well
START_SECONDS = 180
# A server that was killed on purpose is no fault of the page.
AWAY = "Failed to load resource: net::ERR_"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        here = Path(__file__).parent
        for item in items:
            if here in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=f"no Chromium on PATH ({', '.join(NAMES)})"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if CHROMIUM is None:
        terminalreporter.section("NO CHROMIUM", red=True, bold=True)
        terminalreporter.line("The tests of the try-out page (tests/browser) were SKIPPED.")
        terminalreporter.line("Install chromium, then run make test again, before you trust the page.")


@dataclass
class City:
    """The sample city, running at `address`; killed and started again on the same files."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it answers. No setting of the caller's and no `.env` reaches it."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SANBAO_")}
        ours = {"SANBAO_DATA_DIR": str(self.folder / "data"), "SANBAO_HTTP_PORT": str(self.port)}
        with open(self.folder / "program.log", "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                cwd=self.folder, env={**clean, **ours, "PYTHONPATH": str(TOP)}, stdout=log, stderr=log,
            )  # fmt: skip
        self._wait_until_it_answers(self.process)

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)  # a process that starts can only be asked again
            else:
                return
        raise AssertionError(
            f"the program did not start:\n{(self.folder / 'program.log').read_text()[-2000:]}"
        )

    def kill(self) -> None:
        """SIGKILL: nothing is said goodbye to, nothing is flushed."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def sleeps_until(self, moment: datetime) -> None:
        """The program is away until this moment of the city's clock, and catches up."""
        self.kill()
        engine = create_engine(f"sqlite:///{self.folder}/data/sanbao.db", connect_args={"timeout": 10})
        with Session(engine) as session, session.begin():
            store_offset(session, moment - datetime.now(UTC))
        engine.dispose()
        self.start()

    def is_told(self, name: str, message: Outgoing) -> None:
        """Writes a message to this person, as a sweep does; the program finds it when it looks next."""
        now = datetime.now(UTC)
        engine = create_engine(f"sqlite:///{self.folder}/data/sanbao.db", connect_args={"timeout": 10})
        with Session(engine) as session, session.begin():
            person_id = session.scalars(select(Person.id).where(Person.name == name)).one()
            outbox.write(
                session, address=tryout.address(person_id), person_id=person_id, message=message,
                lane=Lane.DIGEST, now=now, due=datetime(2012, 1, 1, tzinfo=UTC), limit=4096,
            )  # fmt: skip
        engine.dispose()

    def filed_by(self, name: str) -> list[str]:
        """The kind of every version of every report that this person has filed."""
        query = """
            SELECT reports.kind FROM reports
            JOIN report_versions ON report_versions.report_id = reports.id
            JOIN people ON people.id = report_versions.filed_by
            WHERE people.name = ? ORDER BY report_versions.id
        """
        with closing(sqlite3.connect(f"file:{self.folder}/data/sanbao.db?mode=ro", uri=True)) as database:
            return [kind for (kind,) in database.execute(query, (name,))]


@dataclass(frozen=True)
class Someone:
    """A person of the city in their column of the page."""

    name: str
    column: Locator

    @property
    def box(self) -> Locator:
        return self.column.get_by_test_id("input")

    @property
    def log(self) -> Locator:
        return self.column.get_by_test_id("log")

    @property
    def newest(self) -> Locator:
        """The bot's last message."""
        return self.column.locator(".message.bot").last

    def say(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def see(self, words: str | re.Pattern[str]) -> None:
        expect(self.newest).to_contain_text(words)

    def tap(self, label: str) -> None:
        """A button of the newest message: those of older ones are never meant."""
        self.newest.get_by_test_id("option").filter(has_text=label).click()

    def tap_any(self, label: str) -> None:
        """The newest button that begins so, of whichever message."""
        begins = re.compile(f"^[^\u4e00-\u9fff]*{label}")  # the browser's \\W would be any Chinese sign too
        self.column.get_by_test_id("option").filter(has_text=begins).last.click()

    def attach(self, *files: Path) -> None:
        self.column.get_by_test_id("files").set_input_files(files)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="package")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    city = City(tmp_path_factory.mktemp("city"), free_port())
    city.start()
    yield city
    city.kill()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Package scope: while Playwright's sync interface is open, no asyncio test can run beside it."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


class NewPage(Protocol):
    def __call__(self, width: int, height: int, *, phone: bool = False, dark: bool = False) -> Page: ...


@pytest.fixture
def new_page(browser: Browser, city: City) -> Iterator[NewPage]:
    """Opens a page in a fresh profile."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(width: int, height: int, *, phone: bool = False, dark: bool = False) -> Page:
        context = browser.new_context(
            base_url=city.address, locale="zh-CN", viewport={"width": width, "height": height},
            is_mobile=phone, has_touch=phone, color_scheme="dark" if dark else "light",
        )  # fmt: skip
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [fault for fault in faults if not fault.startswith(AWAY)]


@pytest.fixture
def page(new_page: NewPage) -> Page:
    return new_page(1280, 800)


class Meet(Protocol):
    def __call__(self, page: Page, *names: str) -> list[Someone]: ...


@pytest.fixture
def meet(city: City) -> Meet:
    """`[甲, 乙] = meet(page, "甲", "乙")` opens the page with these people, side by side."""

    return lambda page, *names: open_people(page, city.address, *names)


def open_people(page: Page, address: str, *names: str) -> list[Someone]:
    """The page of the city at this address with these people, side by side; the first is in view."""
    everybody = page.request.get(f"{address}/tryout/state").json()["people"]
    ids = {person["name"]: person["id"] for person in everybody}
    page.goto(f"{address}/#people={','.join(str(ids[name]) for name in names)}&current={ids[names[0]]}")
    columns = page.get_by_test_id("column")
    people = [Someone(name, columns.and_(page.locator(f'[data-person="{ids[name]}"]'))) for name in names]
    for each in people:
        expect(each.log).not_to_have_attribute("aria-busy", "true")
    return people


def play(people: Mapping[str, Someone], step: Step, photo: Path) -> None:
    """Somebody's step; returns when everybody who is told of it has seen it."""
    who = people[step.who]
    match step.does:
        case "says":
            who.say(step.what)
        case "taps":
            who.tap_any(step.what)
        case "sends a photo":
            who.attach(photo)
            who.column.get_by_test_id("send").click()
    for name, words in step.told.items():
        if name in people:
            expect(people[name].log).to_contain_text(words)
    if step.photo_for:
        expect(people[step.photo_for].log.get_by_test_id("photo").last).to_be_visible()


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "现场.jpg"
    Image.linear_gradient("L").resize((640, 480)).convert("RGB").save(path, "JPEG")
    return path

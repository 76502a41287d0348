"""Every rule of the book that a file breaks is told in Chinese: which keys, what was found, what to do."""

import ast
import inspect
import re
from collections.abc import Iterator

import pytest

from bot.edited_mistakes import in_chinese
from handlers.words import Words
from rules import book
from rules.mistakes import BookError, Mistake

LIGHT = '[[lights]]\nkey = "a"\nname = "甲"\n'
CATEGORY = '[[categories]]\nkey = "{}"\nname = "{}"\nlead = "市项目办"\ndays = 3\n'
RUNG = '[[ladder.rungs]]\nkey = "{}"\nwho = ["office"]\nwait = 15\nrepeats = 1\n'
STEP = '{{ key = "{}", anchor = "{}", workdays = {}, upto = "head" }},\n'

# By the code of a rule: files that break it, and the whole line that the admins read.
BROKEN = [
    (
        "closes_after_due",
        "[monthly]\ndue_day = 12\n",
        '第2行，monthly.due_day：写的是closes_day = 10, closes_time = "18:00", due_day = 12, due_time = "18:00"，'
        "截止要晚于按时报的期限，请把 closes_day 改晚，或把 due_day 改早",
    ),
    (
        "closes_with_due",
        '[zero]\ncloses_time = "17:30"\n',
        '第2行，zero.closes_time：写的是closes_workday = 5, closes_time = "17:30", due_workday = 5, '
        'due_time = "18:00"，截止不能早于按时报的期限，请把 closes_workday、closes_time 改晚',
    ),
    (
        "rest_or_work",
        "[calendar]\nrest_days = [\n  2027-01-01,\n  2027-01-02,\n]\nworkdays = [2027-01-02]\n",
        "第4行，calendar.rest_days.2：写的是workdays.1 = 2027-01-02, rest_days.2 = 2027-01-02，"
        "同一天不能又放假又上班，请从其中一处删掉",
    ),
    (
        "ends_before_begins",
        '[quiet_hours]\nbegins = "08:30"\n',
        '第2行，quiet_hours.begins：写的是ends = "08:30", begins = "08:30"，'
        "静默时段早上的 ends 要早于傍晚的 begins，请改其中一个",
    ),
    (
        "overdue_after",
        f"[reminders]\nsteps = [\n{STEP.format('a', 'overdue', 0)}]\n",
        '第3行，reminders.steps.1.workdays：写的是workdays = 0, anchor = "overdue"，'
        "逾期后的催报最早在逾期的第1个工作日，请把 workdays 改成1或更大",
    ),
    (
        "once",
        f"[reminders]\nsteps = [\n{''.join(STEP.format(key, 'due', 1) for key in 'aba')}]\n",
        '第5行，reminders.steps.3.key：写的是steps.3.key = "a", steps.1.key = "a"，同一个写了两次，请改掉其中一个',
    ),
    (
        "once",
        f'{LIGHT}measure = "problem_days"\nred = {{ at_least = 1 }}\n' * 2,
        '第7行，lights.2.key：写的是lights.2.key = "a", lights.1.key = "a"，同一个写了两次，请改掉其中一个',
    ),
    (
        "once",
        RUNG.format("a") * 2,
        '第7行，ladder.rungs.2.key：写的是rungs.2.key = "a", rungs.1.key = "a"，同一个写了两次，请改掉其中一个',
    ),
    (
        "once",
        CATEGORY.format("a", "甲") + CATEGORY.format("b", "甲"),
        '第8行，categories.2.name：写的是categories.2.name = "甲", categories.1.name = "甲"，'
        "同一个写了两次，请改掉其中一个",
    ),
    (
        "once",
        CATEGORY.format("a", "甲") + 'kinds = [\n{ key = "a.b", name = "乙" },\n{ key = "a.b", name = "丙" },\n]\n',
        "第8行，categories.1.kinds.2.key："
        '写的是categories.1.kinds.2.key = "a.b", categories.1.kinds.1.key = "a.b"，同一个写了两次，请改掉其中一个',
    ),
    (
        "one_edge",
        f'{LIGHT}measure = "problem_days"\nred = {{ at_least = 10, more_than = 20.5 }}\n',
        "第5行，lights.1.red.at_least：写的是at_least = 10, more_than = 20.5，"
        "at_least（满）和 more_than（超过）要写一个，也只能写一个，请补上或删掉一个",
    ),
    (
        "one_edge",
        f'{LIGHT}measure = "problem_days"\nred = {{ follows = "约谈" }}\n',
        "第5行，lights.1.red：at_least（满）和 more_than（超过）要写一个，也只能写一个，请补上或删掉一个",
    ),
    (
        "some_colour",
        f'{LIGHT}measure = "problem_days"\n',
        "第1行，lights.1：notice、yellow、red 至少要有一个，请补上",
    ),
    (
        "pace_of_money",
        f'{LIGHT}measure = "behind_points"\nred = {{ at_least = 10 }}\n',
        '第4行，lights.1.measure：写的是measure = "behind_points"，'
        "measure 按投资进度算的要写 pace，别的不能写，请补上或删掉 pace",
    ),
    (
        "pace_of_money",
        f'{LIGHT}measure = "problem_days"\npace = "own"\nred = {{ at_least = 10 }}\n',
        '第5行，lights.1.pace：写的是pace = "own", measure = "problem_days"，'
        "measure 按投资进度算的要写 pace，别的不能写，请补上或删掉 pace",
    ),
    (
        "months_of_monthly",
        f'{LIGHT}measure = "problem_days"\n[lights.red]\nat_least = 10\nmonths = 3\n',
        '第7行，lights.1.red.months：写的是red.months = 3, measure = "problem_days"，'
        "这种 measure 不是按月算的，请删掉 months",
    ),
    (
        "worsens",
        f'{LIGHT}measure = "problem_days"\nyellow = {{ at_least = 30 }}\nred = {{ at_least = 15 }}\n',
        "第6行，lights.1.red.at_least：写的是red.at_least = 15, yellow.at_least = 30，"
        "从 notice 到 yellow 再到 red，界限要越来越高，请改其中一个",
    ),
    (
        "worsens",
        f'{LIGHT}measure = "start_months"\nyellow = {{ more_than = 3, months = 2 }}\nred = {{ at_least = 3 }}\n',
        "第6行，lights.1.red.at_least：写的是red.at_least = 3, yellow.more_than = 3, yellow.months = 2，"
        "从 notice 到 yellow 再到 red，界限要越来越高，请改其中一个",
    ),
    (
        "first_at_once",
        RUNG.format("a") + "working_hours = true\n",
        "第6行，ladder.rungs.1.working_hours：写的是rungs.1.working_hours = true，"
        "第一级要马上通知，不能等上班，请把 working_hours 改成 false 或删掉",
    ),
    (
        "due_after_asked",
        '[follow_up]\ndue = "09:02"\n',
        '第2行，follow_up.due：写的是due = "09:02", asked = "09:02"，'
        "续报的期限 due 要晚于催要的时间 asked，请改其中一个",
    ),
    (
        "ages_rise",
        "[problems]\nred_days = 20\n",
        "第2行，problems.red_days：写的是blue_days = 15, yellow_days = 30, red_days = 20，"
        "三个天数要越来越大，先 blue_days，再 yellow_days，最后 red_days，请改正",
    ),
    (
        "head_before_circular",
        "[problems]\nhead_workdays = 5\n",
        "第2行，problems.head_workdays：写的是circular_workdays = 5, head_workdays = 5，"
        "circular_workdays（通报）要大于 head_workdays（抄送主要负责人），请改其中一个",
    ),
    (
        "key_of_category",
        CATEGORY.format("a", "甲") + 'kinds = [\n{ key = "a.b", name = "乙" },\n{ key = "z.x", name = "丙" },\n]\n',
        '第8行，categories.1.kinds.2.key：写的是kinds.2.key = "z.x", key = "a"，'
        "类别下面的 key 要以本类的 key 加一个点开头，请改正",
    ),
    (
        "reminds_by_day",
        '[quiet_hours]\nends = "09:00"\n',
        '第2行，quiet_hours.ends：写的是reminders.at = "08:47", quiet_hours.begins = "18:00", '
        'quiet_hours.ends = "09:00"，催报的时间 reminders.at 不能在静默时段里，请改其中一个',
    ),
    (
        "asks_by_day",
        '[follow_up]\nasked = "07:02"\n',
        '第2行，follow_up.asked：写的是follow_up.asked = "07:02", quiet_hours.begins = "18:00", '
        'quiet_hours.ends = "08:30"，催要续报的时间 follow_up.asked 不能在静默时段里，请改其中一个',
    ),
    # Of one key alone.
    (
        "offset",
        '[quiet_hours]\nends = "08:00Z"\n',
        "第2行，quiet_hours.ends：写的是'08:00Z'，时间就是本市的时间，请去掉后面的时区",
    ),
    (
        "midnight",
        '[follow_up]\ndue = "00:00"\n',
        "第2行，follow_up.due：写的是'00:00'，不能是零点，请写晚一点的时间",
    ),
    (
        "busy_minute",
        '[reminders]\nat = "09:30"\n',
        "第2行，reminders.at：写的是'09:30'，整点和半点大家都在发消息，请错开几分钟",
    ),
    (
        "only_number",
        '[channels]\ntelegram_notice = "{number.x}"\n',
        "第2行，channels.telegram_notice：写的是'{number.x}'，花括号里只能写 {number}，请把别的去掉",
    ),
    (
        "target",
        RUNG.format("a").replace("office", "mayor"),
        "第3行，ladder.rungs.1.who.1：写的是'mayor'，只能写lead_leader、lead_department、category_department、office、"
        "head、deputy、reporter、leaders、supervision、admin，或者一个人的电话号码，请改正",
    ),
    ("some", "categories = []\n", "第1行，categories：写的是[]，这里至少要有一个，请补上"),
    ("some", "[ladder]\nrungs = []\n", "第2行，ladder.rungs：写的是[]，这里至少要有一个，请补上"),
    (
        "some",
        RUNG.format("a").replace('"office"', ""),
        "第3行，ladder.rungs.1.who：写的是[]，这里至少要有一个，请补上",
    ),
]  # fmt: skip


def told(text: str) -> Iterator[tuple[Mistake, str]]:
    with pytest.raises(BookError) as caught:
        book.load(text)
    return zip(caught.value.mistakes, in_chinese(caught.value, Words()), strict=True)


def english(line: str, mistake: Mistake, text: str) -> set[str]:
    """The words of a line that are neither names of the rules, nor what the file says, nor what it may say."""
    known = f"{book.default_text()} {text} {mistake.key} {mistake.bound} true false months more_than notice"
    without_comments = re.sub(r"#.*", "", known)
    return set(_names(line)) - set(_names(without_comments))


def _names(text: str) -> list[str]:
    return re.findall(r"[A-Za-z_]+", text)


@pytest.mark.parametrize(("code", "text", "line"), BROKEN, ids=[code for code, _, _ in BROKEN])
def test_a_broken_rule_is_told_with_its_keys_what_was_found_and_what_to_do(
    code: str, text: str, line: str
) -> None:
    [(mistake, said)] = told(text)
    assert (mistake.kind, said) == (code, line)
    assert english(said, mistake, text) == set()


def codes() -> Iterator[str]:
    """Of every refusal of the book's validators; what is refused in any other way has no words."""
    for node in ast.walk(ast.parse(inspect.getsource(book))):
        if isinstance(node, ast.Raise):
            match node.exc:
                case ast.Call(ast.Name("clash" | "PydanticCustomError"), [ast.Constant(str(code)), *_]):
                    yield code
                case ast.Call(ast.Name("BookError")):
                    pass
                case _:
                    pytest.fail(f"line {node.lineno}: expected a refusal by a code of its own")
        assert not isinstance(node, ast.Assert) or "bound" in ast.unparse(node), "pydantic would tell it"


def test_there_is_no_rule_without_chinese_words_and_no_words_without_a_rule() -> None:
    prefix = "edited_rule_"
    worded = {name.removeprefix(prefix) for name in Words.model_fields if name.startswith(prefix)}
    assert set(codes()) == worded == {code for code, _, _ in BROKEN}


LISTS = ("lights", "categories")
HEADERS = {
    "[[lights]]": book.LightRule, "[[lights]]\n[lights.red]": book.Edge, "[[categories]]": book.Category,
    "[[reminders.steps]]": book.ReminderStep, "[[ladder.rungs]]": book.Rung,
}  # fmt: skip


@pytest.mark.parametrize(
    "value",
    ["3", "-1", "1.5", "inf", "true", '"x"', '""', '"中"', "[]", "[3]", "{}", "2027-01-01", "18:00:00", '"24:99"'],
)  # fmt: skip
def test_whatever_stands_in_place_of_a_value_is_told_without_english(value: str) -> None:
    headers = {f"[{name}]": type(section) for name, section in book.default_book() if name not in LISTS}
    for tables in (headers, HEADERS):
        text = "".join(
            f"{header}\n" + "".join(f"{key} = {value}\n" for key in model.model_fields)
            for header, model in tables.items()
        )
        for mistake, line in told(text):
            assert english(line, mistake, text) == set()

"""What the engine promises of every conversation: a way back, a way out, and nothing filed that was not seen."""

import dataclasses
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.buttons import button_data
from handlers.commands import Command, FileIssue, FileProgress, FileZeros, Tell
from handlers.conversation import Asking, Cancelled, Finished
from handlers.plain import bare
from handlers.reading import Item, find
from handlers.scripts import SCRIPTS
from rules.kinds import ProjectKind, Severity
from tests.builders import NOW
from tests.walk import (
    CASES,
    FILED,
    LARGE,
    TALK,
    WORDS,
    ZEROS,
    Walk,
    a_project,
    every_screen,
    some_facts,
)

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def progress(**given: object) -> Walk:
    return Walk.of("report_progress", some_facts(**given))  # type: ignore[arg-type]  # fields of Facts


def problem(**given: object) -> Walk:
    return Walk.of("report_issue", some_facts(**given))  # type: ignore[arg-type]  # fields of Facts


def zero() -> Walk:
    return Walk.of(*CASES["a zero"])


def decided(walk: Walk) -> object:
    assert isinstance(walk.at, Finished), walk.at
    return walk.at.command


def labels(walk: Walk) -> list[str]:
    return [option.label for row in walk.screen.rows for option in row]


# Every screen of every conversation


@pytest.mark.parametrize("case", CASES)
def test_every_screen_has_a_way_out(case: str) -> None:
    for walk in every_screen(*CASES[case]):
        assert isinstance(walk.again().taps("取消").at, Cancelled)
        assert isinstance(walk.again().says("取消").at, Cancelled)


@pytest.mark.parametrize("case", CASES)
def test_every_button_fits_into_64_bytes_even_with_ids_of_nine_digits(case: str) -> None:
    for walk in every_screen(*CASES[case]):
        for row in walk.screen.rows:
            for option in row:
                assert len(option.data.encode()) <= 64, option


@pytest.mark.parametrize("case", CASES)
def test_a_label_that_is_typed_does_what_its_button_does(case: str) -> None:
    for walk in every_screen(*CASES[case]):
        for row in walk.screen.rows:
            for option in row:
                pressed = walk.again().presses(option.data).at
                assert walk.again().says(option.label).at == pressed, option.label
                assert walk.again().says(bare(option.label)).at == pressed, bare(option.label)


@pytest.mark.parametrize("case", CASES)
def test_every_screen_but_the_first_has_a_way_back(case: str) -> None:
    for walk in every_screen(*CASES[case]):
        if walk.asking.path:
            assert walk.again().taps("‹ 上一步").asking.question.key == walk.asking.path[-1].key


@pytest.mark.parametrize("case", CASES)
def test_a_text_of_5000_characters_is_read_or_refused_in_a_sentence(case: str) -> None:
    for walk in every_screen(*CASES[case]):
        after = walk.again().says("长" * 5000).asking
        assert after.question.key == walk.asking.question.key
        assert after.note
        assert walk.again().says("9" * 5000).asking.note


@pytest.mark.parametrize("case", CASES)
def test_the_same_press_twice_is_one_answer(case: str) -> None:
    for walk in every_screen(*CASES[case]):
        for row in walk.screen.rows:
            for option in row:
                once = walk.again().presses(option.data)
                moved_on = isinstance(once.at, Asking) and once.at.draft.asked != walk.asking.draft.asked
                if (
                    not moved_on
                    or walk.asking.question.kept(None)
                    or option.data.endswith(("|back", "|keep"))
                ):
                    continue
                if "confirm" in walk.asking.question.key:
                    continue  # the buttons of a card open questions
                before = once.asking.draft
                twice = once.presses(option.data).asking
                assert not twice.fresh, option
                assert twice.draft == before


# The way back, and changing one's mind


def test_going_back_twice_by_button_shows_the_question_before_the_last() -> None:
    walk = progress().to("photos").taps("‹ 上一步")
    assert walk.asking.question.key.startswith("progress@")
    assert walk.taps("‹ 上一步").asking.question.key.startswith("amount@")


def test_an_answer_that_was_opened_again_can_be_left_as_it_is() -> None:
    walk = progress().to("confirm")
    card = walk.asking.question.key
    assert walk.taps("改形象进度").taps("不改了").asking.question.key == card


@pytest.mark.parametrize("case", ["progress", "progress of a preliminary project", "a problem", "a zero"])
def test_every_answer_on_the_card_can_be_changed_there(case: str) -> None:
    script, facts = CASES[case]
    card = Walk.of(script, facts).to("confirm")
    editable = card.asking.question.editable  # type: ignore[attr-defined]  # the card's
    assert editable
    for item in editable:
        opened = card.again().taps(item.label)
        assert opened.asking.question.key == item.id
        assert opened.to("confirm").asking.question.key.startswith("confirm@")


def test_what_was_changed_on_the_card_is_what_is_filed() -> None:
    walk = progress().to("confirm").taps("改本月完成").says("２０００").taps("✅")
    assert decided(walk) == FileProgress(LARGE, "2012-03", 20_000_000, "主体封顶")


def test_an_edit_that_changes_the_project_asks_the_amount_again() -> None:
    walk = progress().to("confirm")
    first = walk.screen
    walk.to("confirm").taps("‹ 上一步").taps("‹ 上一步").taps("‹ 上一步").taps("‹ 上一步")
    walk.taps("城北水厂乙期")
    assert walk.asking.question.key == f"amount@{LARGE + 1}.2012-03"
    walk.says("500").to("confirm").taps("✅")
    assert decided(walk) == FileProgress(LARGE + 1, "2012-03", 5_000_000, "主体封顶")
    assert "12,000万元" not in first.text


def test_the_old_amount_is_never_filed_for_another_project() -> None:
    """Both projects were filled in; each keeps its own figure whichever is filed."""
    walk = progress().says("城北水厂甲期").says("1200").to("confirm")
    walk.presses(button_data(TALK, "project", f"{LARGE + 1}.2012-03")).says("500").to("confirm")
    assert "500万元" in walk.screen.text
    assert f"amount@{LARGE}.2012-03" not in walk.asking.draft.answers


def test_a_problems_project_can_be_changed_on_the_card_and_its_words_are_asked_again() -> None:
    walk = problem().to("confirm").taps("改项目").taps("城北水厂乙期")
    assert walk.asking.question.key == f"severity@{LARGE + 1}"
    command = decided(walk.to("confirm").taps("🔴"))
    assert command == FileIssue(
        LARGE + 1, Severity.MAJOR, "land", "两户阻工", "请派工作组", found=NOW, place="项目现场"
    )


def test_a_button_of_an_earlier_question_is_an_edit() -> None:
    walk = problem().taps("城北水厂甲期")
    severity = walk.screen
    walk.taps("🔴 重大问题").to("what").taps("一般问题", severity)
    assert walk.asking.question.key == f"what@{LARGE}"
    assert walk.asking.draft.answers[f"severity@{LARGE}"] == "general"


def test_the_answer_that_is_stored_already_changes_nothing_and_shows_nothing() -> None:
    walk = problem().taps("城北水厂甲期")
    severity = walk.screen
    walk.taps("🔴 重大问题").to("what").taps("🔴 重大问题", severity)
    assert not walk.asking.fresh


def test_steps_of_an_earlier_question_are_out_of_date_and_the_open_one_is_shown() -> None:
    walk = progress().to("progress")
    old = walk.screen
    walk.answers().taps("‹ 上一步", old)
    assert walk.asking.note == WORDS.button_out_of_date
    assert walk.asking.question.key.startswith("photos@")


# Facts that change under a talk


def test_an_answer_that_no_longer_fits_is_asked_again() -> None:
    walk = progress().to("photos")
    walk.facts = some_facts(a_project(1))
    walk.says("没有")
    assert walk.asking.question.key == "project"
    assert walk.asking.note == WORDS.question_changed


def test_a_talk_can_be_cancelled_even_if_its_question_has_changed() -> None:
    walk = progress().to("photos")
    walk.facts = some_facts(a_project(1))
    assert isinstance(walk.says("取消").at, Cancelled)


def test_a_card_that_has_changed_is_shown_again_before_it_is_sent() -> None:
    walk = progress().to("confirm")
    walk.facts = some_facts(a_project(0, year_done=3_000_000), a_project(1))
    walk.taps("✅ 确认上报", walk.screen)
    assert walk.asking.note == WORDS.question_changed
    assert "1,500万元" in walk.screen.text
    assert isinstance(decided(walk.taps("✅ 确认上报")), FileProgress)


def test_a_typed_yes_does_not_confirm_a_card_that_has_changed() -> None:
    walk = progress().to("confirm")
    walk.facts = some_facts(a_project(0, year_done=3_000_000), a_project(1))
    assert walk.says("确认").asking.note == WORDS.question_changed


def test_a_report_filed_by_another_meanwhile_asks_whether_to_correct_it() -> None:
    walk = progress().to("confirm")
    walk.facts = some_facts(a_project(0, filed=FILED), a_project(1))
    assert "李四" in walk.taps("✅ 确认上报", walk.screen).asking.question.prompt
    assert decided(walk.taps("更正这份报告").to("confirm").taps("✅")).based_on == 1  # type: ignore[attr-defined]


def test_a_report_filed_by_another_can_be_left_as_it_is() -> None:
    facts = some_facts(a_project(0, filed=FILED), a_project(1))
    walk = Walk.of("report_progress", facts).taps("城北水厂甲期").says("不要")
    assert decided(walk) == Tell(text="好，原报告不变（J999999999）。")


def test_a_period_that_has_closed_ends_the_talk_in_a_sentence() -> None:
    walk = progress().to("photos")
    shut = a_project(0, period="", period_name="")
    walk.facts = some_facts(shut, next_opening="4月25日")
    assert decided(walk.says("没有")) == Tell(text="现在没有要报的月报。下次从4月25日起报。")


# What a question reads


def test_a_month_in_which_nothing_was_spent_is_zero_and_still_asks_how_far_the_work_is() -> None:
    """0 was once taken for 同上月, whose button speaks of 0元."""
    facts = some_facts(a_project(0, last=FILED), a_project(1))
    walk = Walk.of("report_progress", facts).taps("城北水厂甲期").says("0")
    assert walk.asking.question.key.startswith("progress@")


def test_like_last_month_is_nothing_spent_and_the_same_words() -> None:
    facts = some_facts(a_project(0, last=FILED, unmoved=True), a_project(1))
    walk = Walk.of("report_progress", facts).taps("城北水厂甲期").says("同上月").taps("✅")
    assert decided(walk) == FileProgress(LARGE, "2012-03", 0, "主体封顶", carried=True)


def test_like_last_month_is_not_offered_where_something_has_to_be_said() -> None:
    moved = a_project(0, last=FILED, unmoved=False)
    walk = Walk.of("report_progress", some_facts(moved, a_project(1)))
    assert not any("同上月" in label for label in labels(walk.taps("城北水厂甲期")))


def test_a_preliminary_project_owes_no_amount() -> None:
    early = a_project(0, kind=ProjectKind.PRELIMINARY)
    walk = Walk.of("report_progress", some_facts(early, a_project(1)))
    command = decided(walk.taps("城北水厂甲期").says("签约").to("confirm").taps("✅"))
    assert command == FileProgress(LARGE, "2012-03", None, "主体封顶", stage="signed")


@pytest.mark.parametrize("said", ["0元", "本月0元", "０"])
def test_nothing_spent_can_be_said_in_other_ways(said: str) -> None:
    facts = some_facts(a_project(0, last=FILED), a_project(1))
    walk = Walk.of("report_progress", facts).taps("城北水厂甲期").says(said)
    assert walk.asking.draft.answers[f"amount@{LARGE}.2012-03"] == {"yuan": 0}


@pytest.mark.parametrize("said", ["1200", "１２００", "1200万", "1,200 万元", "0.12亿", "本月完成1200万元"])
def test_an_amount_is_read_as_people_write_it(said: str) -> None:
    assert progress().to("amount").says(said).to("confirm").asking.draft.answers[
        f"amount@{LARGE}.2012-03"
    ] == {"yuan": 12_000_000}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("很多", WORDS.amount_unreadable),
        ("约1200", WORDS.amount_approximate),
        ("-3", WORDS.amount_negative),
        ("70%", WORDS.amount_unreadable),
        ("", WORDS.amount_unreadable),
        ("1200和1300", WORDS.amount_two),
        ("99999999999999", WORDS.amount_too_large),
    ],
)
def test_an_amount_that_cannot_be_read_is_asked_again_and_the_person_told_why(said: str, told: str) -> None:
    walk = progress().to("amount").says(said)
    assert walk.asking.note == told
    assert walk.asking.question.key.startswith("amount@")


def test_a_number_is_the_registry_number_and_never_a_place_or_a_part_of_a_name() -> None:
    items = [Item("a", "地铁13号线", ("7号", "7")), Item("b", "3标段", ("13号", "13"))]
    assert [item.id for item in find(items, "１３号")] == ["b"]
    assert find(items, "3") == []
    assert find(items, "3号") == []
    assert find(items, "1") == []


def test_a_part_of_a_name_chooses_if_it_is_the_only_one() -> None:
    assert progress().says("乙").asking.question.key == f"amount@{LARGE + 1}.2012-03"
    refused = progress().says("城北")
    assert "城北水厂甲期、城北水厂乙期" in refused.asking.note


def test_many_projects_are_shown_by_pages_that_can_be_turned_by_typing() -> None:
    walk = progress(many=20)
    assert labels(walk)[8] == "翻到第2页（共3页，也可打字找）"
    assert "城北水厂壬期" in labels(walk.says("更多"))
    assert labels(walk.says("翻到第3页（共3页，也可打字找）"))[0] == "城北水厂午期"
    assert labels(walk.taps("翻到第1页"))[0] == "城北水厂甲期"


def test_a_quick_answer_can_be_told_from_the_same_words_typed_as_an_answer() -> None:
    walk = problem().to("help").says("暂时不需要").to("confirm").taps("🔴")
    assert decided(walk).help_needed == ""  # type: ignore[attr-defined]
    walk = problem().to("help").says("暂时不需要，先自己协调").to("confirm").taps("🔴")
    assert decided(walk).help_needed == "暂时不需要，先自己协调"  # type: ignore[attr-defined]


def test_photos_come_one_after_another_and_none_is_lost_by_saying_no_more() -> None:
    walk = progress().to("photos").sends(1).sends(2, 3)
    assert "就这些（3张）" in labels(walk)
    assert walk.says("没有").asking.draft.answers[f"photos@{LARGE}.2012-03"] == {
        "ids": [1, 2, 3],
        "done": True,
    }
    assert "照片：3张" in walk.screen.text


def test_photos_can_be_thrown_away_and_sent_anew() -> None:
    walk = progress().to("photos").sends(1).taps("清空重发").sends(2).taps("就这些")
    assert decided(walk.taps("✅")).photos == (2,)  # type: ignore[attr-defined]


def test_photos_that_came_before_the_question_are_offered() -> None:
    walk = progress(loose_media=(11, 12)).to("photos").taps("用刚才发的2张")
    assert decided(walk.taps("✅")).photos == (11, 12)  # type: ignore[attr-defined]


def test_the_optional_questions_are_asked_only_if_they_are_opened() -> None:
    walk = progress().to("confirm").taps("＋下月安排").says("装修").taps("＋需协调事项").says("供电")
    command = decided(walk.taps("✅"))
    assert (command.next_plan, command.coordination) == ("装修", "供电")  # type: ignore[attr-defined]


def test_an_optional_question_can_be_left_without_an_answer() -> None:
    walk = progress().to("confirm").taps("＋下月安排").taps("不改了")
    assert decided(walk.taps("✅")).next_plan == ""  # type: ignore[attr-defined]


def test_some_of_several_are_chosen_by_turning_the_others_off() -> None:
    walk = zero().taps("只报其中几个").taps("☑ 城北水厂1期").says("城北水厂2期").says("完成")
    assert decided(walk.taps("✅")) == FileZeros((LARGE,), "2012H1")


def test_at_least_one_of_several_is_chosen() -> None:
    walk = zero().taps("只报其中几个")
    for place in range(len(ZEROS)):
        walk.says(f"城北水厂{place}期")
    assert walk.taps("完成").asking.note == WORDS.at_least_one


def test_a_choice_of_several_that_was_begun_is_not_left_as_if_it_had_not_been() -> None:
    """不改了 after some taps once brought back all the projects."""
    walk = (
        zero().taps("只报其中几个").says("城北水厂1期").taps("完成").taps("只报其中几个").says("城北水厂2期")
    )
    assert "不改了" not in labels(walk)
    assert decided(walk.taps("完成").taps("✅")) == FileZeros((LARGE,), "2012H1")


def test_media_where_none_is_asked_for_change_nothing() -> None:
    walk = progress().to("amount")
    assert walk.sends(1).asking.question.key.startswith("amount@")


# Random walks

WORDS_SAID = [
    "确认",
    "取消",
    "上一步",
    "不改了",
    "1200",
    "没有",
    "完成",
    "城北水厂甲期",
    "更多",
    "",
    "\x00",
    "重大",
    "😀",
    "7号",
]


@given(
    case=st.sampled_from(sorted(CASES)),
    steps=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40), st.integers(0, 30)), max_size=40),
)
def test_no_walk_whatever_is_pressed_or_said_raises_or_finds_no_way_out(
    case: str, steps: list[tuple[int, int, int]]
) -> None:
    walk = Walk.of(*CASES[case])
    seen = []
    for kind, which, age in steps:
        if not isinstance(walk.at, Asking):
            break
        seen.append(walk.screen)
        assert labels(walk)[-1] == "取消"
        options = [option for row in seen[-1 - age % len(seen)].rows for option in row]
        if kind < 5:
            walk.presses(options[which % len(options)].data)
        elif kind < 7:
            walk.answers()
        elif kind < 9:
            walk.says(WORDS_SAID[which % len(WORDS_SAID)])
        else:
            walk.sends(which + 1)
    if isinstance(walk.at, Finished):
        assert isinstance(walk.at.command, get_args(Command))


def test_every_script_is_walked() -> None:
    asks_nothing = {"my_duties", "show_help", "desk", "who_owes", "phone_list"}
    asks_nothing |= {
        "registry_menu",
        "leave_workbook",
        "handed_over",
        "burden",
        "monthly_review",
        "spot_results",
    }
    asks_nothing |= {"ask_menu"}
    assert {script for script, _ in CASES.values()} == SCRIPTS.keys() - asks_nothing


def test_facts_cannot_be_changed_by_a_conversation() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        some_facts().projects = ()  # type: ignore[misc]  # that is the point

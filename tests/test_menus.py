"""The menu: each part has its own, from one source, and every word of it says the same tapped or typed."""

import pytest
from sqlalchemy.orm import Session

from handlers.menus import bottom_menu, commands, menu_of
from handlers.opening import read_menu_word
from handlers.words import Words
from rules.kinds import Role
from rules.scope import Part
from storage import invites
from storage.messages import Outgoing
from storage.tables.registry import Binding, Person, PersonRole
from tests.builders import a_secretary
from tests.chat import START, WORDS, Chat, labels
from tests.town import Town, reports_problem

PARTS = {
    "reporter": Part.REPORTS,
    "deputy": Part.HEADS,
    "head": Part.HEADS,
    "leader": Part.LEADS,
    "department": Part.HANDLES,
    "office": Part.OFFICE,
}


def shown(chat: Chat) -> list[str]:
    """The menu below an answer that leads nowhere."""
    return labels(chat.says("取消"))


def words_of(part: Part) -> list[str]:
    return [word for word, _ in menu_of(WORDS, part)]


@pytest.mark.parametrize("who", PARTS)
def test_each_part_has_its_own_menu(town: Town, who: str) -> None:
    assert shown(getattr(town, who)) == words_of(PARTS[who])


def test_who_reports_nothing_is_offered_no_reporting() -> None:
    for part in (Part.OFFICE, Part.LEADS, Part.HANDLES, Part.SUPERVISES):
        assert not {"报进展", "报问题", "零报告"} & set(words_of(part))


def test_a_secretary_has_the_leaders_menu(town: Town) -> None:
    def work(session: Session) -> None:
        a_secretary(
            session,
            leader_id=_person(town.leader),
            person=session.get_one(Person, _person(town.department)),
        )
        session.query(PersonRole).filter_by(person_id=_person(town.department)).delete()

    town.do(work)
    assert shown(town.department) == words_of(Part.LEADS)


def test_the_supervision_office_has_its_own(town: Town) -> None:
    def work(session: Session) -> None:
        session.query(PersonRole).filter_by(person_id=_person(town.leader)).one().role = Role.SUPERVISION

    town.do(work)
    assert shown(town.leader) == words_of(Part.SUPERVISES)


def _person(chat: Chat) -> int:
    return int(chat.user) - 1000


@pytest.mark.parametrize("who", PARTS)
def test_every_word_says_the_same_tapped_or_typed(town: Town, who: str) -> None:
    chat: Chat = getattr(town, who)
    for word, data in menu_of(WORDS, PARTS[who]):
        tapped = _seen(chat.presses(data))
        chat.says("取消")
        assert _seen(chat.says(word)) == tapped, word
        chat.says("取消")


def _seen(message: Outgoing) -> tuple[str, str, list[str]]:
    """Without what is said of the person's own inputs, of which there is one more each time."""
    return message.title, message.text.partition("\n\n本月机器人")[0], labels(message)


def test_a_word_of_the_menu_that_is_tapped_while_a_text_is_asked_for_is_no_answer(town: Town) -> None:
    reports_problem(town.reporter)
    town.leader.says("批示")
    before = len(town.office.messages())
    for word, data in menu_of(WORDS, Part.LEADS):
        assert "批示已" not in town.leader.presses(data).plain, word
    assert len(town.office.messages()) == before


def test_whoever_is_bound_anew_is_shown_their_own_menu(town: Town) -> None:
    def work(session: Session) -> str:
        session.query(Binding).filter_by(person_id=_person(town.leader)).delete()
        return invites.create(session, _person(town.leader), START)

    assert labels(town.leader.says(town.do(work))) == words_of(Part.LEADS)


def test_telegrams_commands_are_the_words_of_the_menu() -> None:
    listed = commands(Words())
    assert dict(listed)["progress"] == "报进展"
    for name, word in listed[:-1]:
        assert read_menu_word(f"/{name}", WORDS) == read_menu_word(word, WORDS) is not None


def test_wecoms_bottom_menu_is_what_wecom_takes_and_leads_everybody_on() -> None:
    entries = bottom_menu(Words())
    assert len(entries) <= 3
    assert all(len(name.encode()) <= 16 for name, _ in entries)
    assert all(len(said) <= 5 for _, said in entries)
    said = [word for _, words in entries for word in words]
    assert {"报进展", "报问题", "零报告", "我的待办", "查一查", "帮助", "取消"} == set(said)


def test_what_is_like_nothing_is_answered_with_the_menu_and_not_with_likenesses(town: Town) -> None:
    answer = town.leader.says("qwxyz")
    assert answer.text.endswith("请点一项，或直接打字：")
    assert labels(answer) == words_of(Part.LEADS)


@pytest.mark.parametrize(
    ("who", "told"), [("leader", "已知悉"), ("department", "先签收"), ("office", "点「市项目办」")]
)
def test_help_says_what_each_part_does_here(town: Town, who: str, told: str) -> None:
    answer = getattr(town, who).says("帮助")
    assert answer.title == "您能做什么"
    assert told in answer.text


def test_the_supervision_office_is_not_told_of_a_digest_that_it_does_not_get(town: Town) -> None:
    def work(session: Session) -> None:
        session.query(PersonRole).filter_by(person_id=_person(town.leader)).one().role = Role.SUPERVISION

    town.do(work)
    assert "日报" not in town.leader.says("帮助").text

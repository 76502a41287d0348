"""A city may keep units in WeCom, and Telegram to a notice: in one place, whoever writes."""

from pathlib import Path

import pytest

from rules.book import BookError, load
from rules.kinds import Lane
from storage import outbox, people
from storage import rules as stored_rules
from storage.messages import Address, Option, Outgoing
from storage.tables.traffic import OutboxRow
from tests.phones import on_telegram, sees
from tests.town import Town, reports_problem

RUNNING = frozenset({("chat", "bot"), ("telegram", "1"), ("wecom", "1")})
UNIT = "城北区住建局"


def decides(town: Town, text: str) -> None:
    town.do(lambda session: stored_rules.take(session, f"[channels]\n{text}", town.clock.now))


def binds(town: Town, *channels: str) -> int:
    """The reporter, on these channels, the last of them used last; not on the test's own."""
    person = int(town.reporter.user) - 1000
    for hours, channel in enumerate(channels, 1):
        town.clock.pass_(hours=hours)
        address = Address(channel=channel, account="1", user="u", chat="u")
        town.do(lambda session, to=address: people.bind(session, person, to, town.clock.now))
    return person


def reached(town: Town, person: int) -> str:
    [contact] = town.do(lambda session: people.contacts(session, [person], RUNNING))
    return contact.address.channel if contact.address else ""


@pytest.mark.parametrize(
    ("rule", "channel"),
    [
        ("", "telegram"), (f'wecom_only = ["{UNIT}"]', "wecom"), ('wecom_only = ["*"]', "wecom"),
        ('wecom_only = ["市政府"]', "telegram"),
    ],
)  # fmt: skip
def test_a_unit_that_is_kept_at_home_is_reached_in_wecom_though_telegram_was_used_last(
    town: Town, rule: str, channel: str
) -> None:
    person = binds(town, "wecom", "telegram")
    decides(town, rule)
    assert reached(town, person) == channel


def test_who_has_telegram_alone_is_reached_by_nothing_rather_than_abroad(town: Town) -> None:
    person = binds(town, "telegram")
    town.do(lambda session: people.mark_blocked(session, "chat", "bot", town.reporter.user))
    decides(town, 'wecom_only = ["*"]')
    assert reached(town, person) == ""


async def test_who_writes_from_telegram_is_sent_to_wecom_and_nothing_is_filed(
    town: Town, tmp_path: Path
) -> None:
    decides(town, f'wecom_only = ["{UNIT}"]')
    rules = tmp_path / "rules.toml"
    rules.write_text(f'[channels]\nwecom_only = ["{UNIT}"]\n')
    async with on_telegram(town, tmp_path, {"RULES_FILE": str(rules)}) as phones:
        me, office = phones.of(town.reporter), phones.of(town.office)
        me.says("报进展")
        await sees(me, "按本市规定", [])
        office.says("帮助")
        await office.sees(lambda each: "企业微信" not in each.text)


NOTICE = 'telegram_notice = "您有新消息 {number}，请到企业微信里看。"'


@pytest.mark.parametrize(
    ("channel", "lane", "said"),
    [
        ("telegram", Lane.URGENT, "您有新消息 W3，请到企业微信里看。"),
        ("telegram", Lane.DIGEST, "您有新消息 W3，请到企业微信里看。"),
        ("telegram", Lane.REPLY, "两户阻工"),
        ("wecom", Lane.URGENT, "两户阻工"),
    ],
)
def test_telegram_is_told_no_more_than_a_number_unasked(
    town: Town, channel: str, lane: Lane, said: str
) -> None:
    decides(town, NOTICE)
    message = Outgoing(title="重大问题", text="两户阻工", rows=((Option(label="已知悉", data="a|3"),),))
    address = Address(channel=channel, account="1", user="u", chat="u")
    town.do(
        lambda session: outbox.write(
            session,
            address=address,
            person_id=None,
            message=message,
            lane=lane,
            now=town.clock.now,
            limit=4096,
            number="W3",
        )
    )
    body = town.rows(OutboxRow)[-1].body
    assert body["text"] == said
    assert ("rows" in body) == (said == "两户阻工")


def test_without_a_policy_nothing_changes(town: Town) -> None:
    reports_problem(town.reporter)
    assert "两户阻工" in town.leader.last().text


@pytest.mark.parametrize(
    "notice", ["{name}", "{", "{0}", "{number.__class__}", "{number[0]}", "{number:>9999999999}"]
)
def test_a_notice_that_names_anything_else_is_refused(notice: str) -> None:
    with pytest.raises(BookError, match="number"):
        load(f'[channels]\ntelegram_notice = "{notice}"')

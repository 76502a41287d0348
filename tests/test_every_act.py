"""Whatever a command changes stands in the ledger, with who did it and through which message."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.commands import Command
from handlers.deeds.carry_out import carry_out
from rules.kinds import Role
from storage.tables.all import metadata
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Handover, Person, Project
from tests.builders import a_leave, a_secretary, added, an_inbox_row
from tests.chat import START
from tests.test_scope import COMMANDS, EXAMPLES, PEOPLE, REPORTER, a_subject, a_turn
from tests.town import Town

# What is written, said or waited for on the way; a registry file that was only looked at is none of the city's yet.
ON_THE_WAY = {
    "inbox", "outbox", "talks", "ledger", "ledger_salts", "occurrences", "awaited_photos", "city_facts", "workbooks",
}  # fmt: skip


def state(session: Session) -> dict[str, list[Any]]:
    """What the city is, but for what is on the way."""
    session.flush()
    tables = (table for table in metadata.sorted_tables if table.name not in ON_THE_WAY)
    return {table.name: [tuple(row) for row in session.execute(select(table))] for table in tables}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_what_a_command_changes_stands_in_the_ledger_with_its_message(
    town: Town, command: type[Command]
) -> None:
    example, may = EXAMPLES[command]
    who = next(each for each in PEOPLE if each in may)

    def carried(session: Session) -> tuple[int, bool, list[str]]:
        about = a_subject(session, session.get_one(Project, town.north))
        added(session, Handover(from_id=1, to_id=2, role=Role.REPORTER, project_ids=[], at=START))
        a_leave(session, person=session.get_one(Person, REPORTER))
        a_secretary(session, leader_id=4)
        before, newest = state(session), session.query(LedgerRow).count()
        message = an_inbox_row(session, state="done").id
        carry_out(replace(a_turn(town, session, who), inbox_id=message), example(about), None)
        rows = session.scalars(select(LedgerRow).order_by(LedgerRow.id).offset(newest)).all()
        return message, state(session) != before, [row.canonical for row in rows]

    message, changed, written = town.do(carried)
    assert bool(written) or not changed
    for said in map(json.loads, written):
        assert said["facts"]["inbox"] == message, said
        assert said["who"] in (f"person:{getattr(town, who).user[-1]}", "system"), said

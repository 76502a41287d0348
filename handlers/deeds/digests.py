"""日报设置 carried out: how a leader wants to be told from now on."""

from handlers.commands import ChooseDigest
from handlers.conversations.set_digest import clock, often_name, silent_name
from handlers.outcome import Outcome, enter
from handlers.turning import Turn
from rules.kinds import Often
from storage import digests
from storage import rules as stored_rules
from storage.digests import Choice
from storage.messages import Outgoing


def choose_digest(turn: Turn, command: ChooseDigest) -> Outcome:
    rules = stored_rules.in_force(turn.session).book.digests
    before = digests.choice_of(turn.session, turn.person.id, rules)
    after = Choice(command.often, command.at, command.silent)
    digests.choose(turn.session, turn.person.id, after, turn.now)
    enter(
        turn, turn.person.unit_id, "choose_digest", before=_said(before), after=_said(after),
        person=turn.person.id,
    )  # fmt: skip
    words = turn.city.words
    template = words.digest_set_instant if after.often is Often.INSTANT else words.digest_set
    text = template.format(
        often=often_name(words, after.often), at=clock(after.at), silent=silent_name(words, after.silent)
    )
    return Outcome(Outgoing(text=text), summary=text)


def _said(choice: Choice) -> dict[str, object]:
    return {"often": choice.often, "at": clock(choice.at), "silent": choice.silent}

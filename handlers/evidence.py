"""What is sent in place of a photo or file that was refused or lost: it goes where that one was to go (decisions: 17).

No conversation is opened for it: in a draft it takes the other's place, and what is filed already gets it added.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers.loading.base import LOOSE_FOR
from handlers.outcome import enter
from handlers.scope import may_add_evidence, may_add_to_order
from handlers.turning import Turn
from storage import media, talks
from storage.media import Belonging
from storage.tables.reporting import MediaFile
from storage.talks import TalkRow


def without_missing(turn: Turn, talk: TalkRow) -> TalkRow:
    """The talk as if what was refused or lost had never been sent: it takes no room, and is not counted.

    Once its card is shown it stays as it was seen: a major problem never waits for a photo.
    """
    sent = talks.media_in(talk.answers)
    gone = media.missing_among(turn.session, sent) if sent and not talk.asked.startswith("confirm") else []
    if not gone:
        return talk
    media.drop(turn.session, gone)
    answers = _swapped(talk.answers, gone, ())
    talks.remember(turn.session, talk, answers, talk.asked, turn.now)
    return replace(talk, answers=answers)


def put(turn: Turn, talk: TalkRow | None, ids: tuple[int, ...]) -> str:
    """Puts what came where something is missing; gives back what to say, empty if nothing is."""
    words = turn.city.words
    if talk is not None and (gone := media.missing_among(turn.session, talks.media_in(talk.answers))):
        media.drop(turn.session, gone)
        talks.remember(turn.session, talk, _swapped(talk.answers, gone, ids), talk.asked, turn.now)
        return words.media_swapped
    missing = media.missing(turn.session, turn.person.id, turn.now - LOOSE_FOR)
    part_of = media.belonging(turn.session, missing) if missing else None
    if missing is None or part_of is None or not _may_add(turn, missing, part_of):
        return ""
    media.drop(turn.session, [missing.id])
    media.tie(
        turn.session, turn.person.id, ids, version_id=missing.version_id, issue_id=missing.issue_id,
        order_id=missing.order_id,
    )  # fmt: skip
    enter(turn, part_of.unit_id, "add_media", part_of=part_of.number, count=len(ids))
    return words.media_added.format(number=part_of.number, project=part_of.project)


def _may_add(turn: Turn, missing: MediaFile, part_of: Belonging) -> bool:
    if missing.order_id is not None:
        return may_add_to_order(turn, missing.order_id)
    return part_of.project_id is not None and may_add_evidence(turn, part_of.project_id)


def _swapped(answers: Mapping[str, Any], gone: list[int], instead: tuple[int, ...]) -> dict[str, Any]:
    """The answers with other media in the place of those that have gone."""
    swapped = dict(answers)
    for key, answer in answers.items():
        if isinstance(answer, dict) and not set(gone).isdisjoint(answer.get("ids", ())):
            kept = [each for each in answer["ids"] if each not in gone]
            swapped[key] = {**answer, "ids": [*kept, *instead]}
    return swapped

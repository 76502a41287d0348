"""One answer to an album, whose photos come as messages of their own, each with a turn of its own.

The first answer waits a moment, and those to the next photos are written over it. What comes later edits it. If
anything else was said in between, or the channel cannot edit, it is a message of its own; nothing is lost either way.
A warning about one of the photos, or about the words under it, stands in what is written over it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from handlers.city import Show
from handlers.screen import warning
from storage import in_chats, outbox
from storage.messages import Incoming, Outgoing

GATHERING = timedelta(seconds=1)  # platforms bring the photos of an album within it


def key(incoming: Incoming, inbox_id: int) -> str:
    """By what an answer is known to be that to this photo of this album."""
    return f"{album(incoming)}{inbox_id}"


def album(incoming: Incoming) -> str:
    """By what an album is known among all."""
    address = incoming.address
    return f"album:{address.channel}:{address.account}:{address.chat}:{incoming.album}:"


def say_with(
    session: Session, incoming: Incoming, person_id: int, message: Outgoing, show: Show
) -> Outgoing | None:
    """The message as it has to be written; None if the answer before it, not sent yet, says it now."""
    before = in_chats.newest(session, person_id)
    if before is None or not (before.once or "").startswith(album(incoming)):
        return message
    shown = before.external or before.body.get("replaces", "")
    replaces = shown if show.edits else ""
    over = _with_warning(before.body, message.model_copy(update={"replaces": replaces}))
    if outbox.say_instead(session, before.id, over, show.text_limit):
        return None
    return over if replaces else message


def _with_warning(before: Mapping[str, Any], message: Outgoing) -> Outgoing:
    warned = warning(Outgoing.model_validate(before))
    if not warned or warning(message):
        return message
    return message.model_copy(update={"text": f"{warned}\n{message.text}"})

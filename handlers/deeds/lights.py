"""灯色豁免: given and ended by the office; the light itself follows at the next sweep."""

from handlers.commands import EndLightExemption, ExemptLight
from handlers.deeds.telling import tell_reporters
from handlers.moments import day_of
from handlers.outcome import Outcome, digest, enter, refusal
from handlers.turning import Turn
from storage import light_exemptions, projects
from storage.messages import Outgoing


def exempt_light(turn: Turn, command: ExemptLight) -> Outcome:
    words, project = turn.city.words, projects.named(turn.session, command.project_id)
    if light_exemptions.standing(turn.session, project.id, turn.today) is not None:
        return refusal(words.already_so.format(project=project.name))
    light_exemptions.give(
        turn.session, project.id, until=command.until, because=command.because, by=turn.person.id,
        today=turn.today, now=turn.now,
    )  # fmt: skip
    enter(
        turn, project.unit_id, "exempt_light", project=project.id, before="", after=command.until.isoformat(),
        because=digest(turn, command.because),
    )  # fmt: skip
    said = {"project": project.name, "until": day_of(command.until)}
    told = words.told_light_exempted.format(**said, because=command.because)
    tell_reporters(turn, project.id, Outgoing(text=told))
    title = words.light_exempted.format(**said)
    return Outcome(Outgoing(text=title), summary=title)


def end_light_exemption(turn: Turn, command: EndLightExemption) -> Outcome:
    words, project = turn.city.words, projects.named(turn.session, command.project_id)
    exemption = light_exemptions.standing(turn.session, project.id, turn.today)
    if exemption is None:
        return refusal(words.already_so.format(project=project.name))
    light_exemptions.end(turn.session, exemption, turn.person.id, turn.now)
    enter(
        turn, project.unit_id, "end_light_exemption", project=project.id, before=exemption.until.isoformat(),
        after="",
    )  # fmt: skip
    told = words.told_light_exemption_ended.format(project=project.name)
    tell_reporters(turn, project.id, Outgoing(text=told))
    title = words.light_exemption_ended.format(project=project.name)
    return Outcome(Outgoing(text=title), summary=title)

"""Facts for 灯色豁免."""

from handlers.desk_facts import DeskFacts
from handlers.lights_shown import light_lines
from handlers.loading.base import Loading
from handlers.loading.desk import choosable, chosen
from handlers.moments import day_of
from rules.kinds import PeriodKind
from rules.periods import Period
from storage import finding, light_exemptions


def exempt_light(loading: Loading) -> DeskFacts:
    found = choosable(loading, finding.on_list())
    project_id = chosen(loading, found)
    if project_id is None:
        return DeskFacts(choosable=found)
    exemption = light_exemptions.standing(loading.session, project_id, loading.today)
    lines = light_lines(loading.session, [project_id], loading.city.words, loading.today, loading.city.zone)
    return DeskFacts(
        choosable=found,
        ends=_ends(loading),
        light=lines.get(project_id, ""),
        exempt_until=day_of(exemption.until) if exemption else "",
        exempt_because=exemption.because if exemption else "",
    )


def _ends(loading: Loading) -> tuple[tuple[str, str], ...]:
    """The ends of this month, half-year and year, each day once."""
    words = loading.city.words
    labels = {
        PeriodKind.MONTH: words.until_month_end,
        PeriodKind.HALF: words.until_half_end,
        PeriodKind.YEAR: words.until_year_end,
    }
    days = {Period.of(kind, loading.today).last_day: label for kind, label in labels.items()}
    return tuple((day.isoformat(), label.format(date=day_of(day))) for day, label in sorted(days.items()))

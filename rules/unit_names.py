"""Which unit a name means: 市住建局 is 市住房和城乡建设局, and of many 住建局 the one that leads others is meant."""

from collections.abc import Collection, Mapping


def runs_through(short: str, long: str) -> bool:
    """Whether all of `short` stands in `long` in order: 住建局 in 住房和城乡建设局."""
    rest = iter(long)
    return all(sign in rest for sign in short)


def could_be(name: str, units: Mapping[int, str]) -> list[int]:
    """The units of which it is a short name: it ends as they do."""
    return [unit for unit, whole in units.items() if runs_through(name, whole) and whole.endswith(name[-1])]


def nearest(
    name: str, could: Collection[int], units: Mapping[int, str], leads: Collection[int]
) -> int | None:
    """The one of these that is meant: what begins alike comes first, then what leads others; None if several do.

    市住建局 is rather 市住房和城乡建设局 than 汨罗市住房和城乡建设局.
    """
    alike = [unit for unit in could if units[unit].startswith(name[0])] or list(could)
    meant = [unit for unit in alike if unit in leads] or alike
    return meant[0] if len(meant) == 1 else None

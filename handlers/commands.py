"""What a conversation may decide, as frozen imperatives. `handlers/deeds/` carries them out."""

from dataclasses import dataclass

from rules.kinds import Severity


@dataclass(frozen=True, slots=True)
class FileProgress:
    """Files, or as a new version corrects, a project's report for a period. What it corrects must still stand.

    Amount in yuan; None where none is owed.
    """

    project_id: int
    period: str
    amount: int | None
    progress: str
    stage: str = ""
    carried: bool = False
    next_plan: str = ""
    coordination: str = ""
    photos: tuple[int, ...] = ()
    corrects: bool = False
    based_on: int = 0  # the version that a correction was made from


@dataclass(frozen=True, slots=True)
class FileIssue:
    project_id: int
    severity: Severity
    category: str
    what: str
    help_needed: str = ""
    photos: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FileZeros:
    project_ids: tuple[int, ...]
    period: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Nothing to do: only something to say, with buttons (label, opener)."""

    title: str = ""
    text: str = ""
    buttons: tuple[tuple[str, str], ...] = ()


Command = FileProgress | FileIssue | FileZeros | Tell

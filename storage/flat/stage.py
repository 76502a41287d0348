"""What kind of project a row is about and how far it is: from its column, else from what follows from the rest."""

from rules.kinds import ProjectKind, Stage
from storage.cells import plain
from storage.entries import KIND_WORDS
from storage.flat.days import is_word
from storage.flat.row import Row
from storage.flat.synonyms import FINISH, PROGRESS, PROGRESS_SAYS, STAGES, START, kind_in


def read_kind(row: Row) -> None:
    if row.frame.has("kind") and row.value("kind") is not None:
        row.said["kind"] = row.read("kind", _kind_word, "、".join(KIND_WORDS))
    elif row.section.kind:
        row.said["kind"] = row.section.kind
        row.note(f"项目类型按分组“{row.section.kind_text}”")
    elif row.frame.kind:
        row.said["kind"] = row.frame.kind


def _kind_word(value: object) -> ProjectKind | None:
    text = plain(value) if isinstance(value, str) else ""
    return KIND_WORDS.get(text) or kind_in(text) or KIND_WORDS.get(f"重大{text}")


def read_stage(row: Row) -> None:
    if row.frame.has("stage") and row.value("stage") is not None:
        row.said["stage"] = row.read("stage", _stage_word, "、".join(STAGES))
        return
    found = _stage_found(row)
    if found:
        row.supposed["stage"] = found[0]
        row.note(f"阶段算作“{_WORDS[found[0]]}”：{found[1]}")


_WORDS = {
    Stage.INTENTION: "意向",
    Stage.SIGNED: "签约",
    Stage.STARTED: "开工",
    Stage.COMPLETED: "竣工",
    Stage.PRODUCING: "投产",
}


def _stage_word(value: object) -> Stage | None:
    return STAGES.get(plain(value)) if isinstance(value, str) else None


def _stage_found(row: Row) -> tuple[Stage, str] | None:
    """What says how far a project is, the surest first, and why."""
    said, words = row.said, plain(str(row.value(PROGRESS) or ""))
    for name in (FINISH, "finish_actual", START, "start_actual"):
        if row.frame.has(name) and is_word(row, name):
            return STAGES[plain(str(row.value(name)))], f"“{row.frame.table.heading.title(name)}”的文字"
    if said.get("finish_actual"):
        return Stage.COMPLETED, "有实际竣工日期"
    by_words = next((stage for pattern, stage in PROGRESS_SAYS if pattern.search(words)), None)
    if by_words in (Stage.COMPLETED, Stage.PRODUCING):
        return by_words, "按形象进度的文字"
    if said.get("start_actual"):
        return Stage.STARTED, "有实际开工日期"
    if said.get("not_started_because"):
        return _before_start(row), "写了未开工原因"
    if by_words:
        return by_words if by_words is Stage.STARTED else _before_start(row), "按形象进度的文字"
    if said.get("nature") == "续建":
        return Stage.STARTED, "建设性质是续建"
    done = said.get("opening_total_done") or said.get("opening_year_done")
    if said.get("kind") == ProjectKind.PRELIMINARY:
        return Stage.INTENTION, "前期项目，没有开工日期"
    if done:
        return Stage.STARTED, "已有完成投资"
    if "opening_total_done" in said:
        return Stage.SIGNED, "没有开工日期，也没有完成投资"
    return None


def _before_start(row: Row) -> Stage:
    return Stage.INTENTION if row.said.get("kind") == ProjectKind.PRELIMINARY else Stage.SIGNED

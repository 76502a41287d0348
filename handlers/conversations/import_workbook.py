"""确认导入: a registry workbook that was sent goes in, if it would still do what was shown; else that is shown anew.

市项目办> 确认导入
台账《台账.xlsx》导入预览 [✅ 确认导入]
市项目办> [✅ 确认导入]
台账《台账.xlsx》已导入
"""

from handlers.card import Confirm
from handlers.commands import ImportWorkbook, Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts


def import_workbook(facts: Facts) -> Dialogue[ImportWorkbook | Tell]:
    words, book = facts.words, facts.registry.workbook
    if book is None:
        return Tell(text=words.workbook_none)
    if not book.ok:
        return Tell(words.workbook_errors.format(name=book.name), book.summary)
    if book.changes_nothing:
        return Tell(text=words.workbook_nothing.format(name=book.name))
    if book.seen != book.digest:
        yield from Confirm.of(
            f"confirm@{book.id}",
            words.workbook_preview.format(name=book.name),
            book.summary,
            agree=words.workbook_import,
            hint=words.workbook_changed if book.seen else words.workbook_ask,
        )
    return ImportWorkbook(book.id)

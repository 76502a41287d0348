"""A report stands already: correct it, take it back, or leave it."""

from handlers.card import Confirm
from handlers.commands import WithdrawReport
from handlers.conversation import Dialogue
from handlers.facts import Facts, Filed, ProjectFacts
from handlers.questions import Choice
from handlers.reading import Item
from rules import money


def ask_about_standing(facts: Facts, project: ProjectFacts, key: str) -> Dialogue[str]:
    """yes (correct), withdraw or no."""
    words, filed = facts.words, project.filed
    assert filed is not None  # noqa: S101 - the caller asked
    prompt = words.ask_correct.format(
        project=project.name, period=project.period_name, name=filed.name, receipt=filed.receipt
    )
    items = (
        Item("yes", words.correct_yes, tuple(words.correct_yes_words.split("、"))),
        Item("withdraw", words.withdraw, tuple(words.withdraw_words.split("、"))),
        Item("no", words.correct_no, tuple(words.correct_no_words.split("、"))),
    )
    # A newer version is another question, so that nobody replaces words they have not seen.
    return (
        yield from Choice(
            f"correct@{key}.{filed.version}", prompt, hint=_what_stands(facts, filed), items=items
        )
    )


def _what_stands(facts: Facts, filed: Filed) -> str:
    words = facts.words
    amount = "" if filed.amount is None else words.line_amount.format(amount=money.wan(filed.amount))
    progress = words.line_progress.format(text=filed.progress) if filed.progress else ""
    return "\n".join(filter(None, (amount, progress)))


def confirm_withdrawal(facts: Facts, project: ProjectFacts, key: str) -> Dialogue[WithdrawReport]:
    words, filed = facts.words, project.filed
    assert filed is not None  # noqa: S101 - the caller asked
    yield from Confirm.of(
        f"withdraw@{key}",
        words.card_withdraw.format(project=project.name, period=project.period_name, receipt=filed.receipt),
        words.withdraw_means,
        agree=words.withdraw_agree,
    )
    return WithdrawReport(project.id, project.period)

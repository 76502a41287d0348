"""What every section of sentences shares: templates (rules/sentences.py), and lists of typed words.

Rule 1  What people wrote enters as a value, never as a template.
Rule 2  Lists of words that people may type are one string, separated by the ideographic comma 、.
"""

from functools import cache

from handlers.plain import plain
from rules.sentences import Templates


@cache
def split_words(listed: str) -> frozenset[str]:
    return frozenset(plain(word) for word in listed.split("、"))


class Sentences(Templates):
    def aliases(self, listed: str) -> frozenset[str]:
        """The words of one of the lists above, as typed text is compared with them."""
        return split_words(listed)

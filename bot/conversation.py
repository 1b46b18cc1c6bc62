"""Earlier questions of a conversation complete a follow-up, by simple rules; what they miss stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FOLLOW_UP = re.compile(
    r"^(那|还有|另外|以及|其|它|他|她|该|此|这|怎么|(?:为什么|为何)[？?]?$|and\b|what about|how about|why\?*$)"
    r"|(呢[？?]?$)"
    r"|(它们?|他们?|她们?|那里|那儿|这里|当地|那次|这次|上述|前者|后者|该[市县区镇村校院馆局司厂项]|此[次事])",
    re.IGNORECASE,
)
_SHORTEST_ALONE = 7
_WORDS = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that can be searched for: its own words, and those of the earlier question that it leans on."""

    text: str
    context: str = ""

    @property
    def whole(self) -> str:
        """Both in one line."""
        return f"{self.context} {self.text}".strip()


def stand_alone(question: str, history: Sequence[str]) -> Standalone:
    """`question` with what it needs of `history` (oldest first): the nearest earlier question that stands alone."""
    if not history or not _leans(question):
        return Standalone(question)
    for earlier in reversed(history):
        if not _leans(earlier):
            return Standalone(question, earlier)
    return Standalone(question, history[0])


def _leans(question: str) -> bool:
    is_short = len(_WORDS.findall(question)) < _SHORTEST_ALONE and not question.isascii()
    return is_short or bool(_FOLLOW_UP.search(question.strip()))

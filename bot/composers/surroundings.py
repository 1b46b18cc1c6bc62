"""The sentence, or the clause, that a place in a text lies in."""

from __future__ import annotations

SENTENCE = "。！？\n"
SEGMENT = "。！？!?；;\n"
CLAUSE = SEGMENT + "，,"


def stretch(text: str, start: int, end: int, marks: str) -> tuple[int, int]:
    """Where the stretch around `text[start:end]` begins and ends, without the nearest of `marks` on either side."""
    begin = max(text.rfind(mark, 0, start) for mark in marks) + 1
    return begin, min((at for mark in marks if (at := text.find(mark, end)) >= 0), default=len(text))

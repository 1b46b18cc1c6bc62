"""Sentences of a text, as half-open code-point ranges."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLOSERS = "”’」』）)》】\"'"
_SENTENCE = re.compile(
    # up to an end mark with the quotes and brackets that close after it, or a Latin full stop before a space
    rf"[^\n]*?(?:[。！？!?…]+[{_CLOSERS}]*|[a-z0-9)%]\.[{_CLOSERS}]*(?=\s+[A-Z\"“]))|[^\n]+"
)
_CLAUSE_END = re.compile(r"[，,；;：:、]")


def sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """The sentences of `text[start:end]` in order, without the white space around them.

    A line break ends a sentence; a semicolon does not. Together they hold every character that is not white space.
    """
    for match in _SENTENCE.finditer(text, start, len(text) if end is None else end):
        span = trim(text, match.start(), match.end())
        if span[0] < span[1]:
            yield span


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def cut(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """An over-long sentence in pieces of at most `limit` characters, at the last clause mark where there is one."""
    while end - start > limit:
        marks = [match.end() for match in _CLAUSE_END.finditer(text, start + limit // 2, start + limit)]
        at = marks[-1] if marks else start + limit
        yield trim(text, start, at)
        start = at
    yield trim(text, start, end)

"""Sentences of a text, as half-open code-point ranges."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLOSERS = r"”’」』）)》〉】〕\]\"'"
# ASCII ! and ? stand inside addresses and names (?id=3, Yahoo!mail); the Chinese ones always end something.
_MARKS = r"(?:[。！？…]|[!?](?![A-Za-z0-9_=&/%#~-]))"
_NO_TITLE = "".join(rf"(?<!\b{title}\.)" for title in ("Mr", "Mrs", "Ms", "Dr", "St", "Prof"))
# An end mark with the quotes and brackets that close after it, unless a comma or the like carries the sentence on
# (“去吗？”，他问); or a Latin full stop before a space. Possessive, so that no closer is given back for that.
_END = (
    rf"(?:{_MARKS}++[{_CLOSERS}]*+(?![，,、；;：:])"
    rf"|\.(?<=[a-z0-9)%]\.){_NO_TITLE}[{_CLOSERS}]*+(?=\s+[A-Z\"“]))"
)
_SENTENCE = re.compile(rf"(?:[^\n。！？…!?.]++|(?!{_END})[。！？…!?.])*+(?:{_END})?")
_CLAUSE_END = re.compile(r"[，；：、]|[,;:](?![0-9])")
_SPACE = re.compile(r"\s")
_UNBROKEN = re.compile(r"[^\W\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[.,:%'’/-]")  # of words and numbers


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
    """An over-long sentence in pieces of at most `limit` characters.

    Each ends at the last clause mark of its second half; without one, at white space; without that, before the word
    or number of Latin letters and digits that would not fit whole.
    """
    while end - start > limit:
        at = _cut_before(text, start + limit // 2, start + limit)
        yield trim(text, start, at)
        start = at
    yield trim(text, start, end)


def _cut_before(text: str, earliest: int, latest: int) -> int:
    """Where to cut `text`, after `earliest` and not after `latest`, which is inside of it."""
    for mark in (_CLAUSE_END, _SPACE):
        # One character more is in view, for a clause mark to see whether a digit follows it.
        ends = [match.end() for match in mark.finditer(text, earliest, latest + 1) if match.end() <= latest]
        if ends:
            return ends[-1]
    at = latest
    while at > earliest and _UNBROKEN.match(text[at - 1]) and _UNBROKEN.match(text[at]):
        at -= 1
    return at if at > earliest else latest

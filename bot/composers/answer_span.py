"""From the words that the reader points at to the answer that a person would give, no more and no less."""

from __future__ import annotations

import re

from bot.composers.asked import Asked
from bot.composers.definitions import meaning
from bot.composers.institutions import whole_institution, whole_place
from bot.composers.lists import whole_list
from bot.composers.means import whole_means
from bot.composers.question_kind import QuestionKind
from bot.composers.ranges import whole_range
from bot.composers.reasons import cause_before, whole_reason
from bot.composers.series import whole_series
from bot.composers.two_figures import whole_two
from bot.composers.whole_answers import whole_answer
from retrieval.terms import words
from retrieval.whole_spans import whole_span

_COUNTED = re.compile(r"(?:几|幾|多少)([一-鿿])")
_OPENED = re.compile(r"[“「](?P<rest>[^“”「」，。；！？、]*)$")
_LONGEST_QUOTED = 12  # characters of a quoted name before what the reader points at
_FIGURE_AT_END = re.compile(r"[\d一二两三四五六七八九十百千万亿]\Z")


def answer_span(asked: Asked, text: str, start: int, end: int) -> tuple[int, int]:
    """`text[start:end]` widened to whole figures, dates, names, ranges and lists, without punctuation at its ends."""
    return (
        meaning(asked.text, text, start, end)
        or whole_means(asked.text, text, start, end)
        or _whole(asked, text, start, end)
    )


def _whole(asked: Asked, text: str, start: int, end: int) -> tuple[int, int]:
    start, end = whole_span(text, start, end)
    end = _with_measure(asked.text, text, end)
    if not asked.is_part_of_date:
        start, end = whole_answer(asked.expected.kind, text, start, end)
    start, end = _trimmed(text, start, end)
    if asked.expected.kind in (QuestionKind.PLACE, QuestionKind.OTHER):
        start, end = _whole_quoted(text, start, end)
        start, end = whole_institution(asked.text, text, start, end)
    if asked.expected.kind is QuestionKind.PLACE:
        start, end = whole_place(asked.text, text, start, end)
    both = whole_two(asked.text, text, start, end) if asked.is_two else (start, end)
    if start >= end or both != (start, end):
        return both
    start, end = whole_range(asked.text, asked.expected.kind, text, start, end)
    if asked.is_list:
        return _without_indent(text, *whole_list(text, start, end))
    if asked.expected.kind is QuestionKind.REASON:
        return cause_before(asked.text, text, *whole_reason(text, start, end))
    if asked.expected.kind in (QuestionKind.OTHER, QuestionKind.PLACE, QuestionKind.PERSON):
        return _without_indent(text, *whole_series(asked.text, text, start, end))
    return start, end


def _without_indent(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the blanks that a paragraph, whose first item may be a list's, begins with."""
    return end - len(text[start:end].lstrip()), end


def _with_measure(question: str, text: str, end: int) -> int:
    """Behind the word that the question counts by, whatever that is: 2股 for 2 where it asks 几股."""
    counted = _COUNTED.search(question)
    follows = counted is not None and text[end : end + 1] == counted[1]
    return end + 1 if follows and _FIGURE_AT_END.search(text[:end]) else end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without punctuation at the ends, except for a closing mark whose opening is inside."""
    while start < end and text[start] in "，。、；：！？,.;: \n　）)":
        start += 1
    while start < end and text[end - 1] in "，。、；：！？,;: \n　（(":
        end -= 1
    if end - start > 2 and text[end - 1] == "的" and not _is_part_of_word(text[start:end]):
        end -= 1  # DC漫画公司 of DC漫画公司的虚拟人物
    return _balanced(text, start, end)


def _is_part_of_word(text: str) -> bool:
    """Whether the 的 at the end is no particle: 政治目的, 投资标的."""
    return any(len(word) > 1 and word.endswith("的") for word in words(text[-6:]))


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """With the other half of a pair of quotation marks or brackets where it is right beside, else without the one."""
    for opening, closing in ("《》", "“”", "‘’", "「」", "『』", "（）", "()"):
        opened, closed = text.count(opening, start, end), text.count(closing, start, end)
        if opened > closed:
            if text[end : end + 1] == closing:
                end += 1
            elif text[start] == opening:
                start += 1
        elif closed > opened:
            if start and text[start - 1] == opening:
                start -= 1
            elif text[end - 1] == closing:
                end -= 1
        elif start and opened and _crossed(text[start - 1 : end + 1], opening, closing):
            start, end = start - 1, end + 1
    return start, end


def _whole_quoted(text: str, start: int, end: int) -> tuple[int, int]:
    """All between the quotation marks that the span ends at: 乐从飞龙队 for 飞龙队 of “乐从飞龙队”."""
    if text[end : end + 1] not in ("”", "」"):
        return start, end
    opened = _OPENED.search(text, max(0, start - _LONGEST_QUOTED), start)
    return (opened.end() - len(opened["rest"]), end) if opened else (start, end)


def _crossed(around: str, opening: str, closing: str) -> bool:
    """Whether a span, given with its neighbours, lacks the marks at both ends: 仁仁”和“依依 of “仁仁”和“依依”."""
    inside = around[1:-1]
    return around[0] == opening and around[-1] == closing and inside.find(closing) < inside.find(opening)

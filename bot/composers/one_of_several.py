"""Figures of several things together, and things said side by side: what answers for them answers for none alone.

“第一、第二、第四污水处理厂出让，收入9.8亿元” tells not what the fourth brought in; “甲公司出口迪拜；乙公司出口增长”
tells nothing of where 乙 exports to.
"""

from __future__ import annotations

import re

from bot.composers.named_things import asked_things, things
from bot.composers.question_kind import QuestionKind, content, expectation
from bot.composers.surroundings import SEGMENT, SENTENCE, stretch
from retrieval.terms import fold

_NUMERAL = r"第?(?:[一二三四五六七八九十]{1,3}|\d{1,3})"
_NUMBERED = re.compile(rf"{_NUMERAL}(?:[、和与及]{_NUMERAL})+(?P<what>[一-鿿]{{2}})")
_JOINED = re.compile(r"[一-鿿]{1,4}?[、和与及]")  # the ending of a name, and what joins it to the next
_OF_EACH = re.compile(r"各|均|都|分别|每|其中")
_ORDINAL = re.compile(
    r"第(?P<number>[一二三四五六七八九十]{1,3}|\d{1,3})(?P<what>[一-鿿]{2})"
    r"|(?P<short>[一二三四五六七八九十]{1,2}|\d{1,3})(?P<thing>号线|号楼|号桥|[大]?桥|期工程|期项目|中(?=[的在有校是]|$)|医院|水厂)"
)
_COUNTING = "名位届个次季产期年天"  # 第一名: a rank, not one of several things
_COMPARES = re.compile("相比|比较|更[多少大小高低快慢长短早晚]")
_SEGMENTS = re.compile("[；;]")
_SHORTEST_SEGMENT = 4
_MUCH_MORE = 2  # pairs of characters of the question that another segment has more than the answer's own


def is_of_several(question: str, text: str, start: int, end: int) -> bool:
    """Whether the figure `text[start:end]` is said of several things together, only one of which `question` names."""
    if expectation(question).kind is not QuestionKind.NUMBER:
        return False
    begin, _ = stretch(text, start, end, SEGMENT)
    before = text[begin:start]
    if _OF_EACH.search(before):
        return False
    return _is_numbered_among_others(question, before) or any(
        _is_named_among_others(kind, name, question, before) for kind, name in asked_things(question)
    )


def _is_numbered_among_others(question: str, before: str) -> bool:
    asked = fold(question)
    for match in _NUMBERED.finditer(fold(before)):
        numerals = re.findall(_NUMERAL, match[0].removesuffix(match["what"]))
        if sum(f"{numeral}{match['what']}" in asked for numeral in numerals) == 1:
            return True
    return False


def _is_named_among_others(kind: str, name: str, question: str, before: str) -> bool:
    named = things(kind, before)
    own = next((one for one in named if one.name.endswith(name) or name.endswith(one.name)), None)
    if own is None:
        return False
    for other in named:
        first, second = sorted((own, other), key=lambda one: one.start)
        if other.name not in question and _JOINED.fullmatch(before, first.end, second.start):
            return True
    return False


def lacks_number(question: str, text: str) -> bool:
    """Whether `question` names a numbered thing (第三污水处理厂, 二桥) of which `text` has others only."""
    text = fold(text)
    for match in _ORDINAL.finditer(fold(question)):
        what = match["what"] or match["thing"]
        if what[0] not in _COUNTING and match[0] not in text and re.search(f"{_NUMERAL}{what}", text):
            return True
    return False


def compares(question: str) -> bool:
    """Whether `question` holds several things against each other."""
    return _COMPARES.search(question) is not None


def is_of_segment_beside(question: str, title: str, text: str, start: int, end: int) -> bool:
    """Whether another part between semicolons meets much more of `question` than that of `text[start:end]` does."""
    if compares(question) or expectation(question).kind is QuestionKind.REASON:
        return False  # what has a reason stands behind it: …；因此，…
    begin, stop = stretch(text, start, end, SENTENCE)
    first, last = stretch(text, start, end, SEGMENT)
    asked = _pairs(content(question)) - _pairs(title)
    own = _pairs(text[first:last])
    beside = [*_SEGMENTS.split(text[begin:first]), *_SEGMENTS.split(text[last:stop])]
    return any(
        len(asked & _pairs(other) - own) - len(asked & own) >= _MUCH_MORE
        for other in beside
        if len(other) >= _SHORTEST_SEGMENT
    )


def _pairs(text: str) -> set[str]:
    pairs = (text[at : at + 2] for at in range(len(text) - 1))
    return {pair for pair in pairs if all("一" <= character <= "鿿" for character in pair)}

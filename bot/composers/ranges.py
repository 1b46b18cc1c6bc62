"""Ranges whole: 15至20厘米 for 20厘米, 9月27日至10月9日 for 9月27日, unless one end of it is asked for."""

from __future__ import annotations

import re

from bot.composers.question_kind import QuestionKind
from retrieval.whole_spans import whole_span

_ASKS_ONE_END = re.compile(
    r"开始|開始|结束|結束|起|始|截[至止]|为止|為止|[之以][前后後]|最[高低多少晚早大小长短長先初]|至少|至多|首|成立|[设設创創建]立"
    r"|[灭滅]亡|去世|逝世|[过過]世|出生|(?:从|從|自|由|到|至|增|降|升|涨|漲|跌)(?:了)?(?:哪|什么|什麼|何|几|幾|多少)"
    r"|\b(?:from|to|until|till|since|begin|beg[au]n|start|end|most|least|maximum|minimum)",
    re.I,
)
_TO = r"(?:至|到|—{1,2}|–|-|~|～|－)"
_FIGURE = r"\d(?:[\d,，.]*\d)?"
_DATE = r"(?:\d{4}年)?(?:\d{1,2}月)?(?:\d{1,2}[日号])?(?:\d{1,2}[:：]\d{2})?"
_GOES_ON = re.compile(rf"{_TO}(?:翌年|次年|第二年|同年|今年)?(?=\d)")
_CAME_FROM = re.compile(rf"(?:{_FIGURE}[年月日号时点%％万亿]{{0,2}}|\d[\d年月日号]*|{_FIGURE}\w{{0,3}}){_TO}$")
_CHANGES = re.compile(r"[从從由自][^，。；]{0,8}$")  # 从186个到150个: no range, but what was and what is
_RANGE = re.compile(
    rf"[约約]?{_FIGURE}[^，。；、\d]{{0,6}}(?:\d+[月日号分]){{0,3}}{_TO}{_FIGURE}[^，。；、\d]{{0,6}}(?:\d+[月日号分]){{0,3}}"
)
_LONGEST = 24  # characters before a figure in which a range may begin


def whole_range(question: str, kind: QuestionKind, text: str, start: int, end: int) -> tuple[int, int]:
    """The range of figures or of dates, one end of which is `text[start:end]`; the span itself where it is no such."""
    if kind not in (QuestionKind.NUMBER, QuestionKind.DATE) or _ASKS_ONE_END.search(question):
        return start, end
    if not re.search(r"\d", text[start:end]):
        return start, end
    on = _GOES_ON.match(text, end)
    if on and not (kind is QuestionKind.NUMBER and _CHANGES.search(text, max(0, start - _LONGEST), start)):
        return _start_of(text, start), _end_of(kind, text, on.end())
    before = _CAME_FROM.search(text, max(0, start - _LONGEST), start) if text[start].isdigit() else None
    if before and kind is QuestionKind.NUMBER and _CHANGES.search(text, max(0, start - _LONGEST), before.start()):
        return start, end
    return (_start_of(text, before.start()), end) if before else (start, end)


def is_range(text: str) -> bool:
    """Whether `text` is a range of figures or dates and nothing else."""
    return _RANGE.fullmatch(text) is not None


def _end_of(kind: QuestionKind, text: str, at: int) -> int:
    """Where the figure or date that begins at `at` ends, with its measure word."""
    if kind is QuestionKind.DATE:
        date = re.compile(_DATE).match(text, at)
        if date and date.end() > at:
            return date.end()
    figure = re.compile(_FIGURE).match(text, at)
    return whole_span(text, at, figure.end())[1] if figure else at


def _start_of(text: str, at: int) -> int:
    """Where the figure or date that `text[at]` belongs to begins, with 约 before it."""
    start = whole_span(text, at, at + 1)[0]
    return start - 1 if text[max(0, start - 1) : start] in ("约", "約") else start

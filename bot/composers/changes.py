"""Figures that say by how much something changed, or what it was before, beside those that say what it is."""

from __future__ import annotations

import re

_ASKS_CHANGE = re.compile(
    r"[增减減]|[上下][升降涨漲跌调調]|[涨漲跌降升缩]了|提[高升]|降低|高出|[多少快慢长短高低][了出]|相差|差距?多少|[比较][^，。？]{1,20}[多少高低快慢大小]"
    r"|[升降涨漲跌][幅多几幾]|提前|缩短|延长|回落|超出"
    r"|新(?:添|增)|(?:how much|by what).*(?:more|less|grow|rise|fall|increase|decrease)"
    r"|\b(?:grew|rose|fell|growth|increased?|decreased?|more than)\b",
    re.I,
)
_CHANGED_BY = re.compile(
    r"(?:[增减][长加少幅]?|[上下][升降涨跌调浮]|[升降涨跌缩][幅低]?|提[高升前]|降低|回落|高出|超出|缩短|延长|翻"
    r"|比[^，。；]{1,20}(?:[多少高低快慢长短大小增减]))(?:了|出|加|少)?(?:约|近|逾|超过?|将近)?$"
)
_ASKS_BEFORE = re.compile(
    r"原|之前|以前|此前|先前|过去|曾经?|从|由|起初|最初|去年|上年|当初|\b(?:before|was|were|used)\b", re.I
)
_WAS = re.compile(r"[从從由][^，。；]{0,12}$")
_BECAME = re.compile(
    r"[^，。；\d]{0,8}(?:[增减升降涨跌提扩缩压调变改][加少长高至到升为]?|跃升|跃居)?(?:至|到|为|成)[^，。；\d]{0,6}\d"
)


def level(question: str, text: str, start: int, end: int) -> float:
    """How far the figure `text[start:end]` is a level or a change as `question` asks, 0..1."""
    if _WAS.search(text[max(0, start - 16) : start]) and _BECAME.match(text, end):
        return 1.0 if _ASKS_BEFORE.search(question) else 0.5
    is_change = _CHANGED_BY.search(text[max(0, start - 28) : start]) is not None
    return 1.0 if not is_change or _ASKS_CHANGE.search(question) else 0.5

"""Times that a question names, and those that are told by another: 前一年 of 2022年 is 2021年."""

from __future__ import annotations

import re

YEAR = re.compile(r"(?:19|20)\d{2}年?|去年|今年|前年|明年|上年")
EXPLICIT_YEAR = re.compile(r"(?:19|20)\d{2}年")
_FIVE_YEARS = r"[“\"]?十[一二三四五]五[”\"]?"
TIME = re.compile(
    rf"(?:(?:(?:19|20)\d{{2}}年?|去年|今年|前年|明年|上年|{_FIVE_YEARS})(?:的|度)?)?"
    r"(?:同期|第?[一二三四]季度|上半年|下半年|全年|前[一二三]季度|1[至到—-]\d{1,2}月(?:份)?|\d{1,2}月(?:份)?(?:\d{1,2}[日号])?|年底|年末|年初|末|初|期间|时期)?"
)
_SHIFTS = (
    (re.compile(r"(?:再|更)?前一年|上一年|头一年"), -1),
    (re.compile(r"再?后一年|下一年|次年|第二年|转年"), 1),
)
_NAMED_YEARS = ("前年", "去年", "今年", "明年")
_STATES = (
    re.compile(r"原来|原先|此前|过去|以前|从前|之前|当初"),
    re.compile(r"现在|目前|如今|眼下|当前|今天"),
    re.compile(r"以后|之后|后来|将来|今后"),
)


def resolved(question: str, earlier: str) -> str:
    """`question` with 前一年, 次年 and the like as the year that they mean beside the last one of `earlier`."""
    years = YEAR.findall(earlier)
    if not years:
        return question
    for pattern, shift in _SHIFTS:
        question = pattern.sub(lambda match, by=shift: _shifted(years[-1], by) or match[0], question)  # type: ignore[misc]
    return question


def _shifted(year: str, by: int) -> str | None:
    if year[:4].isdigit():
        return f"{int(year[:4]) + by}年"
    at = _NAMED_YEARS.index(year) + by if year in _NAMED_YEARS else -1
    return _NAMED_YEARS[at] if 0 <= at < len(_NAMED_YEARS) else None


def is_time(text: str) -> bool:
    """Whether `text` is nothing but a time."""
    return bool(text) and TIME.fullmatch(text) is not None


def leading_time(text: str) -> str:
    """The time that `text` begins with; empty without one."""
    match = TIME.match(text)
    return match[0] if match else ""


def times(text: str) -> list[tuple[int, int]]:
    """The times in `text`, in order."""
    return [match.span() for match in TIME.finditer(text) if match[0] not in ("", "末", "初", "期间", "时期")]


def of_another_state(focus: str, earlier: str) -> str | None:
    """`earlier` asked of before or now instead, where `focus` is 原来, 现在 or the like; None where it is not."""
    own = next((state for state in _STATES if state.fullmatch(focus)), None)
    if own is None:
        return None
    for state in _STATES:
        said = state.search(earlier)
        if said and state is not own:
            return earlier[: said.start()] + focus + earlier[said.end() :]
    return f"{focus}{earlier}"

"""What a page prints about itself: turn notes, the editors' line, the folio with the page's date. No article's text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from retrieval.page.characters import HAN
from retrieval.page.people import may_be_name

_TURN = r"[（(](?:下转|上接|紧接|转|接)[^（()）]{1,12}版[^（()）]{0,4}[)）]"
_ONLY_TURN = re.compile(rf"^{_TURN}$")
TURN_AT_EITHER_END = re.compile(rf"^{_TURN}|{_TURN}$")
_FOLIO = re.compile(
    r"[^\d，。；：！？]{0,16}(\d{4})[ \u3000]*年[ \u3000]*(\d{1,2})[ \u3000]*月[ \u3000]*(\d{1,2})[ \u3000]*日"
    r"[ \u3000]*(?:星期|周)[一二三四五六日天][^，。；：！？]{0,24}"
)
_EDITOR = re.compile(
    r"(?:本版|值班|责任|执行|版式|美术|图片|视觉|文字|校对)?(?:责编|编辑|主编|校对|版式|美编|排版|编审|检校|审读|设计|统筹)"
)
_SPLIT_NAME = re.compile(rf"(?<![{HAN}])([{HAN}])[ \u3000]+([{HAN}])(?![{HAN}])")
_SEPARATOR = re.compile(r"[ \u3000、，,/／：:；;|｜]+")
_LONGEST = 64


def is_furniture(line: str) -> bool:
    """Whether a line is nothing but a turn note, the editors' names or the folio."""
    return len(line) <= _LONGEST and bool(_ONLY_TURN.match(line) or _FOLIO.fullmatch(line) or _names_editors(line))


def _names_editors(line: str) -> bool:
    if not _EDITOR.match(line):
        return False
    tokens = [one for one in _SEPARATOR.split(_SPLIT_NAME.sub(r"\1\2", line)) if one]
    names = [_EDITOR.sub("", one, count=1) if _EDITOR.match(one) else one for one in tokens]
    return any(names) and all(not one or may_be_name(one) for one in names)


def date_of_folio(lines: Iterable[str]) -> str | None:
    """The page's date, `YYYY-MM-DD`: that of the lines that are a date and a weekday; None where there is none or two.

    A date without a weekday may be a notice's, or a headline's.
    """
    found = {day for line in lines if len(line) <= _LONGEST and (day := _day(line.strip()))}
    return found.pop() if len(found) == 1 else None


def _day(line: str) -> str | None:
    match = _FOLIO.fullmatch(line)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat() if match else None
    except ValueError:
        return None

"""Lines that a column's width cut, joined again; spaces between justified characters removed."""

from __future__ import annotations

import re
from statistics import median

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_CJK = rf"{_HAN}\u3000-\u303f\uff00-\uffef“”‘’—…·"
_SENTENCE_END = re.compile(r"[。！？!?…；;：:][”’」』）)]*$|[”」』）)]$")
_GAP = re.compile(rf"(?<=[{_CJK}])[ \u3000\t]+(?=[{_CJK}\d])|(?<=[\d%])[ \u3000\t]+(?=[{_HAN}])")
_NAMES = re.compile(rf"^[{_HAN}·]{{2,4}}(?:[ \u3000]+[{_HAN}·]{{2,4}}){{1,5}}$")
_SHORTEST_COLUMN = 9
_NEIGHBOURS = 8
_LONGEST_HEADLINE = 30


def reflow(text: str) -> str:
    """`text` with one paragraph, headline or caption a line.

    A line is joined to the next where it ends without an end mark and is about as long as its neighbours, or longer
    than headlines are; shorter ones are headlines and bylines. Lines of a text in Latin script are joined with a space.
    """
    lines = [_close_gaps(line.strip()) for line in text.split("\n")]
    lines = [line for line in lines if line]
    joined: list[str] = []
    pending = ""
    for index, line in enumerate(lines):
        pending += _joint(pending, line) + line
        if not _is_cut(lines, index):
            joined.append(pending)
            pending = ""
    if pending:
        joined.append(pending)
    return "\n".join(joined)


def _is_cut(lines: list[str], index: int) -> bool:
    line = lines[index]
    if len(line) < _SHORTEST_COLUMN or _SENTENCE_END.search(line) or _NAMES.match(line) or line.startswith("——"):
        return False
    if len(line) > _LONGEST_HEADLINE:
        return True
    around = lines[max(0, index - _NEIGHBOURS) : index] + lines[index + 1 : index + 1 + _NEIGHBOURS]
    width = median(map(len, around)) if around else 0
    return len(line) >= 0.85 * width


def _joint(before: str, after: str) -> str:
    latin = bool(before) and before[-1].isascii() and after[0].isascii()
    return " " if latin and (before[-1].isalpha() or after[0].isalpha() or before[-1] in ",;") else ""


def _close_gaps(line: str) -> str:
    return line if _NAMES.match(line) else _GAP.sub("", line)

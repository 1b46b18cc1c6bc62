"""Whether an answer is right, as the CMRC 2018 evaluation compares: punctuation and spaces dropped, Latin letters
lower-cased, Chinese by character, the longest common substring for F1 (Cui et al. 2019, cmrc2018_evaluate.py).
Traditional and simplified forms are made the same first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.terms import fold

_POINT = "ƿ"  # stands for a decimal point: a letter that no text here has, so that it is not dropped
_DROPPED = re.compile(r"[\W_]+")
_UNIT = re.compile(r"[a-z0-9]+|.")


def normalized(text: str) -> str:
    """`text` as it is compared. A decimal point and a per-cent sign count, so that 3.5 is not 35."""
    folded = re.sub(r"(?<=\d)\.(?=\d)", _POINT, fold(text).replace("%", "百分号"))
    return _DROPPED.sub("", folded)


def exact_match(answer: str, golds: Sequence[str]) -> float:
    """1 where `answer` is one of `golds`, else 0."""
    return float(any(normalized(answer) == normalized(gold) for gold in golds))


def f1(answer: str, golds: Sequence[str]) -> float:
    """The best character F1 against any of `golds`, by the longest common substring."""
    return max((_f1(normalized(answer), normalized(gold)) for gold in golds), default=0.0)


def _f1(answer: str, gold: str) -> float:
    left, right = _UNIT.findall(answer), _UNIT.findall(gold)
    common = _longest_common(left, right)
    if not common:
        return 0.0
    precision, recall = common / len(left), common / len(right)
    return 2 * precision * recall / (precision + recall)


def _longest_common(left: Sequence[str], right: Sequence[str]) -> int:
    best, row = 0, [0] * (len(right) + 1)
    for one in left:
        before = 0
        for index, other in enumerate(right, 1):
            before, row[index] = row[index], before + 1 if one == other else 0
            best = max(best, row[index])
    return best


def contains(text: str, golds: Sequence[str]) -> bool:
    """Whether `text` holds one of `golds` as a whole: a number is not found inside a longer one, nor across two lines.

    What stands on two lines of a gold may be found on two lines.
    """
    lines = [normalized(part) for part in text.split("\n")]
    return any(
        _holds(haystack, normalized(gold))
        for gold in golds
        for haystack in ([normalized(text)] if "\n" in gold else lines)
    )


def _holds(haystack: str, needle: str) -> bool:
    if not needle:
        return False
    before = rf"(?<![0-9{_POINT}])" if needle[0].isdigit() else ""
    after = rf"(?!{_POINT}?[0-9])" if needle[-1].isdigit() else ""
    return re.search(before + re.escape(needle) + after, haystack) is not None

"""Which of two things has more: 娄星区 for 冷水江和娄星区哪个前进得更多, by the figures a sentence gives of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

_ASKS = re.compile(
    r"(?P<one>[^，,。？?；;：:、和与跟同及]{2,24})(?:和|与|跟|同|及|、|还是|比起?)(?P<other>[^，,。？?；;：:、和与跟同及]{2,24})"
    r"(?:[，,][^，。？?]{0,4})?.{0,16}?(?:哪一?[个家边种所项者方]|谁|哪)"
)
_OR = re.compile(
    r"(?:是|：|，|^)(?P<one>[^，,。？?；;：:、]{2,16})还是(?P<other>[^，,。？?；;：:、更]{2,16})(?:的|更|[，,？?])"
)
_MORE = re.compile(r"[更最较](?:[^，。？?少低小短慢轻便前早晚]{0,2})[多高大长快重贵好强]|[得的](?:多|高|大|快|猛)")
_LESS = re.compile(r"[更最较](?:[^，。？?多高大长快]{0,2})[少低小短慢轻窄]|便宜")
_SCALES = {"": 1, "十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "万亿": 10**12}
_FIGURE = re.compile(
    r"(?<![\d.第])(?P<number>\d[\d,]*(?:\.\d+)?)(?P<scale>万亿|[十百千万亿]?)[余多]?(?P<unit>[%％℃]|个百分点|[一-鿿]{0,2})"
)
_FALLS = re.compile(r"[下减]降|减少|跌|负增长|回落|缩[小减]")  # more by a figure that says by how much less
_RESPECTIVELY = "分别"
_NAME = 3  # characters of a name that must stand in the sentence, or all of a shorter one


def compared(question: str, sentence: str) -> tuple[int, int] | None:
    """The place in `sentence` of that of two things which has more, or less, as `question` asks; None where unclear.

    Either the sentence gives both figures at once (甲、乙分别提升31、36位), or each behind the name of its own; then
    figures of one unit are held against each other, of that which the question says where they have several.
    """
    wants_less, wants_more = _LESS.search(question), _MORE.search(question)
    if not (wants_less or wants_more):
        return None
    for names in _named(question, sentence):
        values = _at_once(names, sentence) or _each(names, question, sentence)
        if values and values[0] != values[1] and not _FALLS.search(sentence):
            first_is_more = values[0] > values[1]
            return names[0] if first_is_more != bool(wants_less) else names[1]
    return None


def _named(question: str, sentence: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """The two things between which `question` lets choose, where `sentence` names both, in its order."""
    for pattern in (_ASKS, _OR):
        match = pattern.search(question)
        if match:
            one = _found(match["one"], sentence, ends=True)
            other = _found(match["other"], sentence, ends=False)
            if one and other and one[1] <= other[0]:
                yield one, other
            elif one and other and other[1] <= one[0]:
                yield other, one


def _found(said: str, sentence: str, *, ends: bool) -> tuple[int, int] | None:
    """The longest end (or beginning) of `said` that stands in `sentence`."""
    for cut in range(len(said) - 1):
        name = said[cut:] if ends else said[: len(said) - cut]
        at = sentence.find(name)
        if at >= 0 and (len(name) >= _NAME or len(name) == len(said)):
            return at, at + len(name)
    return None


def _at_once(names: tuple[tuple[int, int], tuple[int, int]], sentence: str) -> tuple[Decimal, Decimal] | None:
    (_, first_end), (second, second_end) = names
    at = sentence.find(_RESPECTIVELY, second_end)
    joined = re.fullmatch(r"[、和与及]|以及", sentence[first_end:second])
    if at < 0 or not joined or re.search(r"[。；]", sentence[second_end:at]):
        return None
    stop = re.search(r"[。；，]", sentence[at:])
    figures = list(_FIGURE.finditer(sentence, at, at + stop.start() if stop else len(sentence)))
    values = [_value(one) for one in figures]
    return (values[0], values[1]) if len(values) == len(names) else None


def _each(
    names: tuple[tuple[int, int], tuple[int, int]], question: str, sentence: str
) -> tuple[Decimal, Decimal] | None:
    (_, first_end), (second, second_end) = names
    stop = re.search(r"[。；]", sentence[second_end:])
    end = second_end + stop.start() if stop else len(sentence)
    sides = [_by_unit(sentence, first_end, second), _by_unit(sentence, second_end, end)]
    shared = [unit for unit in sides[0] if unit in sides[1]]
    asked = [unit for unit in shared if unit and unit in question] or shared
    # Of several figures of a unit the last is what it came to: 从8家到43家.
    return (sides[0][asked[0]][-1], sides[1][asked[0]][-1]) if len(asked) == 1 else None


def _by_unit(sentence: str, start: int, end: int) -> dict[str, list[Decimal]]:
    found: dict[str, list[Decimal]] = {}
    for match in _FIGURE.finditer(sentence, start, end):
        found.setdefault(match["unit"][:1], []).append(_value(match))
    return found


def _value(match: re.Match[str]) -> Decimal:
    try:
        return Decimal(match["number"].replace(",", "")) * _SCALES[match["scale"]]
    except InvalidOperation:
        return Decimal(0)

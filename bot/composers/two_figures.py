"""Two figures where two are asked for: from what to what something changed, or how many of this and of that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import rjieba

from retrieval.whole_spans import whole_span

_HOW_MANY = r"(?:多少|(?<![哪这那近前])(?:几|幾)(?!乎)|多[大高长長])"
_BECAME = r"(?:[增升涨漲降减減提扩擴缩縮变變改调調翻跃延整合压壓精][^，。？；]{0,3}?)?(?:到|至|成|为|為|了)"
_ASKS_CHANGE = re.compile(
    rf"(?:[从從由自原][^，。？；]{{0,12}}?{_HOW_MANY}[^，。？；]{{0,8}}?{_BECAME}|{_HOW_MANY}[^，。？；]{{0,6}}?[增升涨漲降减減提扩擴缩縮变變改调調翻跃延整合压壓][^，。？；]{{0,4}}?)"
    rf"[^，。？；]{{0,4}}?{_HOW_MANY}"
    rf"|(?:前后|之前和?之后|原来和现在)[^，。？；]{{0,6}}?(?:各|分别)[^，。？；]{{0,3}}?{_HOW_MANY}"
    rf"|原[来先][^，。？；]{{0,6}}?{_HOW_MANY}[^。？；]{{0,6}}?(?:后来|现在|如今|后)[^，。？；]{{0,6}}?{_HOW_MANY}"
    r"|(?:收入|工资|面积|人口|规模|排名|名次|[数量额率价值薪])[^，。？；]{0,4}?(?:怎样|怎么样?|什么样?|如何|哪些)的?(?:变化|改变|變化)"
)
_ASKS_PAIR = re.compile(
    rf"{_HOW_MANY}[^，。？；、和与]{{1,6}}?[、，和与及]?(?:又?有)?{_HOW_MANY}[^，。？]|[和与及、跟][^？。]{{1,16}}?(?:各自?|分别)[^，。？；]{{0,6}}?{_HOW_MANY}"
    rf"|{_HOW_MANY}[个個家名所座][一-鿿]{{1,4}}[和与與及、][一-鿿]{{1,4}}[？?]*$"
)
_FIGURE = re.compile(
    r"\d[\d,，.]*\d|\d|(?<![\d余多上])[一二两三四五六七八九十百千万亿]{1,6}(?=[余多]?(?:个|名|人|位|家|座|次|种|岁|年|天|倍|成|条|项|块|元|吨|亩|户|米|斤))"
    r"|上[百千万亿]+(?=[元人吨亩家个])"
)
_FROM = re.compile(r"[从從由自][^，。；！？\n]{0,14}$")
_TO = re.compile(
    r"[^。；！？\n]{0,20}?(?:[增升涨降减提扩缩变改调跃翻延整压精][^，。；！？\n\d]{0,4}?)?(?:至|到|为|成|達|达)[^，。；！？\n\d]{0,5}$"
)
_CHANGED = re.compile(r"[增升涨降减提扩缩变改调跃延整压]")
_MEASURES = re.compile(rf"{_HOW_MANY}([一-鿿])")
_APART = 26  # characters at most between two figures that belong together
_BESIDE = re.compile(
    r"(?P<of>[^\d，,。；！？\n、和与及]{0,8})(?P<joint>[，,、和与及以]{0,2})(?P<next>[^\d，,。；！？\n]{0,8})"
)
_NOUN = ("n", "vn", "an", "b", "j", "l", "i")


def asks_for_change(question: str) -> bool:
    """Whether `question` asks from what to what something changed: 从几家涨到几家."""
    return _ASKS_CHANGE.search(question) is not None


def asks_for_two(question: str) -> bool:
    """Whether `question` asks for two figures: those of a change, 多少户、多少人, or what two things each have."""
    return asks_for_change(question) or _ASKS_PAIR.search(question) is not None


def whole_two(question: str, text: str, start: int, end: int) -> tuple[int, int]:
    """Both figures where `question` asks for two and [start, end) is or touches one of them; else the span itself."""
    if not re.search(r"[\d一二两三四五六七八九十百千万]", text[start:end]):
        return start, end
    for first, last in _two_figures(question, text):
        if first < end and start < last:
            return first, last
    return start, end


def is_two(question: str, text: str) -> bool:
    """Whether `text` is two figures as `question` asks for them, and nothing else."""
    return (0, len(text)) in _two_figures(question, text)


def _two_figures(question: str, text: str) -> Iterator[tuple[int, int]]:
    if asks_for_change(question):
        yield from changes(text)
    elif _ASKS_PAIR.search(question):
        yield from _pairs(text, _MEASURES.findall(question))


def changes(text: str) -> Iterator[tuple[int, int]]:
    """The places in `text` that say from what to what a figure changed: 从8家增加到43家, 由原来15个整合成8个."""
    done = 0
    for (start, end), (then, last) in pairwise(_figures(text)):
        between = text[end:then]
        if start < done or then - end > _APART or not _TO.fullmatch(between):
            continue
        led = _FROM.search(text, max(0, start - 16), start)
        if led or (_CHANGED.search(between) and "，" not in between):
            yield (led.start() if led else start), last
            done = last


def _pairs(text: str, measures: list[str]) -> Iterator[tuple[int, int]]:
    """Figures side by side with what each counts: 457户1089人, 700万元资金与139万元收益, 岗位30个、讲座5场.

    Of the two `measures` that are asked for, or of one where one is.
    """
    for (start, end), (then, last) in pairwise(_figures(text)):
        beside = _BESIDE.fullmatch(text, end, then)
        counted = text[end - 1], text[last - 1]
        if not beside or (counted != tuple(measures[:2]) if len(measures) > 1 else counted[0] != counted[1]):
            continue
        if beside["of"] and beside["joint"]:
            yield start, _behind_noun(text, last)
        elif beside["next"] and beside["joint"]:
            yield _before_noun(text, start), last
        elif not beside["of"]:
            yield start, last


def _figures(text: str) -> list[tuple[int, int]]:
    """Figures with their measure words, but no years and days."""
    found = []
    for match in _FIGURE.finditer(text):
        start, end = whole_span(text, match.end() - len(match[0].lstrip("上")), match.end())
        found.append((min(start, match.start()), end))
    return [(start, end) for start, end in found if not re.fullmatch(r"\d{4}年|\d{1,2}[月日号]", text[start:end])]


def _behind_noun(text: str, at: int) -> int:
    """Behind the noun that follows: 139万元公共收益."""
    clause = re.compile(r"[^，。；！？、\n]{0,12}").match(text, at)
    for word, flag in rjieba.tag(clause[0] if clause else ""):
        if not flag.startswith(_NOUN):
            break
        at += len(word)
    return at


def _before_noun(text: str, at: int) -> int:
    """Before the noun right before: 岗位30个."""
    before = re.search(r"[^，。；！？、\n\d]{0,10}$", text[max(0, at - 10) : at])
    for word, flag in reversed(rjieba.tag(before[0] if before else "")):
        if not flag.startswith(("n", "vn")):
            break
        at -= len(word)
    return at

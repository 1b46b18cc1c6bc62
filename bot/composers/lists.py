"""Lists whole: who asks 哪几项 wants every item, not the one that the reader points at."""

from __future__ import annotations

import re

from bot.composers.list_edges import ASIDE, ENDS, JOINT, alike_length, items_of, lead_length, word_starts

_ASKS = re.compile(
    r"哪些|哪几|哪[两二三四五六七八九十\d]|几[项个种类样]是|分别|包括|有哪|各是|些(?:什么|啥|谁)|都[^，。？]{0,4}(?:谁|什么人|什么单位)"
    r"|which (?:\w+ )?(?:are|were)",
    re.I,
)
_ITEM = r"(?:《[^《》\n]{1,24}》|“[^“”\n]{1,20}”|[^，。；：！？、“”《》（）()\n]{1,30})"
_LIST = re.compile(rf"{_ITEM}(?:、|(?<=”)(?=“)|(?<=》)(?=《)){_ITEM}(?:{JOINT}{_ITEM})*")
_NAMED = rf"(?:《[^《》\n]{{1,24}}》|“[^“”\n]{{1,20}}”|[^，。；：！？、“”《》（）()和与及\n]{{1,14}}){ASIDE}"
_SERIES = re.compile(rf"{_NAMED}(?:、{_NAMED})*(?:以及|和|与|及|、){_NAMED}")  # also of two, and with asides
LEAD = re.compile(
    r"^.*(?:包括|分别[为是]?|分为|有|是|为|即|聚焦|围绕|驻守|设立|推出|开设|要过|经过|线设|共设|增设|经历了?|担任|曾任|(?<=.)(?<![员員演师師手人授])[于於](?!其|此|是)|来自|涉及)(?=.)"
)
_LATER_LEAD = re.compile(r"^.*(?:包括|分别[为是]|设立|推出|开设|新开|新增|增设)")  # in a later item: a list in a list
_COUNT = r"(?<![A-Za-z0-9和与及、])(?:这|共)?(?:[两二三四五六七八九十]+|\d+)(?=[大个座家道条项种类站所支名位处方路])"
_DOUBLE = "双(?=平台|中心|核心|引擎|品牌|渠道|基地|赛道|通道|主场)"
TAIL = re.compile(rf"(?:等|{_COUNT}|{_DOUBLE})[^、]{{0,12}}$")


def asks_for_list(question: str) -> bool:
    """Whether `question` asks for several things."""
    return bool(_ASKS.search(question))


def whole_list(text: str, start: int, end: int) -> tuple[int, int]:
    """The enumeration of `text` that overlaps [start, end), without the words that lead to it; else the span itself."""
    for match in _LIST.finditer(text):
        if match.start() < end and match.end() > start:
            last = _end_of(text, *match.span())
            first = _start_of(text, match.start(), last, start)
            if first < last:  # else it ended before the span: 甲、乙等新增丙
                return first, last
    last_clause = max((start, *(text.rfind(mark, start, end) + 1 for mark in "，；：")))
    for match in _SERIES.finditer(text):
        if (
            match.start() <= last_clause
            and match.end() >= end
            and text[last_clause - 1 : last_clause] not in ("（", "(")
        ):
            last = _end_of(text, *match.span())
            first = _first_of_two(text, *match.span(), last_clause)
            if first < last:
                return first, last
    return start, end


def _first_of_two(text: str, first: int, last: int, start: int) -> int:
    """Where the series `text[first:last]` begins, if `start` is that of a later item: 甲 for 乙 of 甲与乙."""
    items = items_of(text, first, last)
    is_cut = first and text[first - 1].isalnum()  # by the length of an item that is looked at
    if is_cut or start not in (begin for begin, _ in items[1:]):
        return start
    return first + lead_length([text[begin:end] for begin, end in items])


def _start_of(text: str, first: int, last: int, start: int) -> int:
    """Where the enumeration `text[first:last]`, which holds or follows `start`, begins behind what leads to it."""
    lead = LEAD.match(text[first : text.find("、", first, last) if "、" in text[first:last] else first])
    # Not 有 of 有限公司. Longer words are clear; what follows them may be a name that is cut wrongly into words.
    if lead and (lead[0][-1] not in "有是为即" or lead.end() in word_starts(text[first:last])):
        first += lead.end()
    later = _LATER_LEAD.match(text[first : max(first, start)])
    if later:
        first += later.end()
    return first + lead_length([text[begin:end] for begin, end in items_of(text, first, last)])


def _end_of(text: str, first: int, last: int) -> int:
    """Where it ends: before 等, before 三大中心, and before the 的 that joins it to what it describes."""
    for begin, end in items_of(text, first, last)[1:]:
        ends = ENDS.search(text, begin, end)
        if ends and ends.start() > begin:
            return ends.start()
    tail = TAIL.search(text[first:last])
    if tail and tail.start():
        last = first + tail.start()
    items = [text[begin:end] for begin, end in items_of(text, first, last)]
    last -= len(items[-1]) - alike_length(items)
    return last - 1 if text[last - 1] == "的" and last - first > 2 else last

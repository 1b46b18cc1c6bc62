"""Lists whole: who asks 哪几项 wants every item, not the one that the reader points at."""

from __future__ import annotations

import re

_ASKS = re.compile(
    r"哪些|哪几|哪[两二三四五六七八九十]|几[项个种类样]是|分别|包括|有哪|各是|which (?:\w+ )?(?:are|were)", re.I
)
_ITEM = r"(?:《[^《》\n]{1,24}》|“[^“”\n]{1,20}”|[^，。；：！？、“”《》（）()\n]{1,30})"
JOINT = r"(?:、|(?<=”)(?=“)|(?<=》)(?=《)|以及|和|与|及)"
_LIST = re.compile(rf"{_ITEM}(?:、|(?<=”)(?=“)|(?<=》)(?=《)){_ITEM}(?:{JOINT}{_ITEM})*")
ASIDE = r"(?:[（(][^（()）\n]{1,40}[）)])?"
_NAMED = rf"(?:《[^《》\n]{{1,24}}》|“[^“”\n]{{1,20}}”|[^，。；：！？、“”《》（）()和与及\n]{{1,14}}){ASIDE}"
_SERIES = re.compile(rf"{_NAMED}(?:、{_NAMED})*(?:以及|和|与|及|、){_NAMED}")  # also of two, and with asides
LEAD = re.compile(
    r"^.*(?:包括|分别[为是]?|分为|有|是|为|即|聚焦|围绕|驻守|设立|推出|开设|要过|经过|线设|共设|增设|经历了?|担任|曾任|(?<=.)(?<![员員演师師手人授])[于於](?!其|此|是)|来自|涉及)(?=.)"
)
_LATER_LEAD = re.compile(r"^.*(?:包括|分别[为是]|设立|推出|开设|新开|新增|增设)")  # in a later item: a list in a list
_COUNT = r"(?<![A-Za-z0-9和与及、])(?:这|共)?(?:[两二三四五六七八九十]+|\d+)(?=[大个座家道条项种类站所支名位处方路])"
TAIL = re.compile(rf"(?:等|{_COUNT})[^、]{{0,12}}$")


def asks_for_list(question: str) -> bool:
    """Whether `question` asks for several things."""
    return bool(_ASKS.search(question))


def whole_list(text: str, start: int, end: int) -> tuple[int, int]:
    """The enumeration of `text` that overlaps [start, end), without the words that lead to it; else the span itself."""
    for match in _LIST.finditer(text):
        if match.start() < end and match.end() > start:
            first, last = match.span()
            lead = LEAD.match(text[first : text.find("、", first) if "、" in match[0] else first])
            if lead:
                first += lead.end()
            later = _LATER_LEAD.match(text[first : max(first, start)])
            if later:
                first += later.end()
            tail = TAIL.search(text[first:last])
            if tail and tail.start():
                last = first + tail.start()
            return first, last
    for match in _SERIES.finditer(text):
        if match.start() <= start and match.end() >= end and text[start - 1 : start] not in ("（", "("):
            return start, match.end()
    return start, end

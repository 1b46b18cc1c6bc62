"""Lists whole: who asks 哪几项 wants every item, not the one that the reader points at."""

from __future__ import annotations

import re

_ASKS = re.compile(
    r"哪些|哪几|哪[两二三四五六七八九十]|几[项个种类样]是|分别|包括|有哪|各是|which (?:\w+ )?(?:are|were)", re.I
)
_ITEM = r"(?:《[^《》\n]{1,24}》|“[^“”\n]{1,20}”|[^，。；：！？、“”《》（）()\n]{1,30})"
_JOINT = r"(?:、|(?<=”)(?=“)|(?<=》)(?=《)|以及|和|与|及)"
_LIST = re.compile(rf"{_ITEM}(?:、|(?<=”)(?=“)|(?<=》)(?=《)){_ITEM}(?:{_JOINT}{_ITEM})*")
_ASIDE = r"(?:[（(][^（()）\n]{1,40}[）)])?"
_NAMED = rf"(?:《[^《》\n]{{1,24}}》|“[^“”\n]{{1,20}}”|[^，。；：！？、“”《》（）()和与及\n]{{1,14}}){_ASIDE}"
_SERIES = re.compile(rf"{_NAMED}(?:、{_NAMED})*(?:以及|和|与|及|、){_NAMED}")  # also of two, and with asides
_LEAD = re.compile(
    r"^.*(?:包括|分别[为是]?|分为|有|是|为|即|聚焦|围绕|驻守|设立|推出|开设|要过|经过|线设|共设|增设|经历了?|担任|曾任|(?<=.)(?<![员員演师師手人授])[于於](?!其|此|是)|来自|涉及)(?=.)"
)
_LATER_LEAD = re.compile(r"^.*(?:包括|分别[为是]|设立|推出|开设|新开|新增|增设)")  # in a later item: a list in a list
_COUNT = r"(?<![A-Za-z0-9和与及、])(?:这|共)?(?:[两二三四五六七八九十]+|\d+)(?=[大个座家道条项种类站所支名位处方路])"
_TAIL = re.compile(rf"(?:等|{_COUNT})[^、]{{0,12}}$")

_ASKS_FOR_ONE = re.compile(
    r"哪一|哪[个個位国國家座所种種条條部本名年天款项項]|之一|其中|[和与與跟及](?:什么|什麼|谁|誰|哪|何)|(?:什么|什麼|谁|誰|哪[里裡兒儿]|何[处處])(?:和|与|與|及)"
    r"|第[一二三四五六七八九十\d]|首|最|另[一外]|还有|除了|\bwhich\b",
    re.I,
)
_SERIES_LEAD = re.compile(
    r"^.*(?:[又别別]?[名称稱叫作做]|产自|產自|原产|分布|主演|出演|包含|含有?|经过|經過|使用|采用|主打|种植|销往|来自|前往|送给|提供)(?=.{2})"
)
_QUOTED = r"《[^《》\n]{1,24}》|“[^“”\n]{1,20}”|「[^「」\n]{1,20}」"
_PART = rf"(?:{_QUOTED}|[^，。；：！？、“”《》（）()「」和与及\n]{{1,20}}){_ASIDE}"
_JOINED = re.compile(rf"{_JOINT}|(?<=」)(?=「)")
_ENUMERATED = re.compile(
    rf"{_PART}(?:(?:{_JOINED.pattern}){_PART})*(?:、|(?<=》)(?=《)|(?<=”)(?=“)){_PART}(?:(?:{_JOINED.pattern}){_PART})*"
)
_SPLIT = re.compile(rf"{_JOINED.pattern}|[《》“”「」（）()]")
_IN_BRACKETS = re.compile(_ASIDE)


def asks_for_list(question: str) -> bool:
    """Whether `question` asks for several things."""
    return bool(_ASKS.search(question))


def whole_list(text: str, start: int, end: int) -> tuple[int, int]:
    """The enumeration of `text` that overlaps [start, end), without the words that lead to it; else the span itself."""
    for match in _LIST.finditer(text):
        if match.start() < end and match.end() > start:
            first, last = match.span()
            lead = _LEAD.match(text[first : text.find("、", first) if "、" in match[0] else first])
            if lead:
                first += lead.end()
            later = _LATER_LEAD.match(text[first : max(first, start)])
            if later:
                first += later.end()
            tail = _TAIL.search(text[first:last])
            if tail and tail.start():
                last = first + tail.start()
            return first, last
    for match in _SERIES.finditer(text):
        if match.start() <= start and match.end() >= end and text[start - 1 : start] not in ("（", "("):
            return start, match.end()
    return start, end


def whole_series(question: str, text: str, start: int, end: int) -> tuple[int, int]:
    """All items joined by 、 of which [start, end) is one, where nothing in the question says that it asks for one.

    Who asks 别名是什么 wants every one. Left as it is where the question speaks of another of the items, for then they
    stand for different things: 蔡锷 for 唐继尧和谁发动了起义.
    """
    if _ASKS_FOR_ONE.search(question):
        return start, end
    for match in _ENUMERATED.finditer(text):
        if match.start() <= start and end <= match.end():
            first, last = _series(text, *match.span(), start, end)
            items = [item for item in _SPLIT.split(text[first:last]) if len(item) > 1]
            return (start, end) if any(item in question for item in items) else (first, last)
    return start, end


def _series(text: str, begin: int, stop: int, start: int, end: int) -> tuple[int, int]:
    """[start, end) with the items beside it in the enumeration [begin, stop), if it is whole items of it."""
    items = _items(text, begin, stop)
    if text[max(0, start - 1) : start] + text[end : end + 1] in ("《》", "“”", "「」"):
        start, end = start - 1, end + 1
    holds = [number for number, (first, last) in enumerate(items) if first < end and last > start]
    if not holds:
        return start, end
    (first, _), (_, last) = items[holds[0]], items[holds[-1]]
    if (holds[0] and first != start) or (holds[-1] < len(items) - 1 and last not in (end, _behind_aside(text, end))):
        return start, end
    if holds[0]:
        start = items[0][0]
        lead = _LEAD.match(text[start : items[0][1]]) or _SERIES_LEAD.match(text[start : items[0][1]])
        start += lead.end() if lead else 0
    if holds[-1] < len(items) - 1:
        end = items[-1][1]
        tail = _TAIL.search(text[start:end])
        end = start + tail.start() if tail and tail.start() else end
    return start, end


def _items(text: str, begin: int, stop: int) -> list[tuple[int, int]]:
    """The items of the enumeration [begin, stop)."""
    cuts = [begin]
    for joint in _JOINED.finditer(text, begin, stop):
        if joint.start() > begin and joint.end() < stop and not _is_open(text[begin : joint.start()]):
            cuts += [joint.start(), joint.end()]
    cuts.append(stop)
    return list(zip(cuts[::2], cuts[1::2], strict=True))


def _is_open(text: str) -> bool:
    """Whether a mark that is opened in `text` is not closed in it."""
    return any(text.count(opening) > text.count(closing) for opening, closing in ("《》", "“”", "「」", "（）", "()"))


def _behind_aside(text: str, end: int) -> int:
    aside = _IN_BRACKETS.match(text, end)
    return aside.end() if aside else end

"""Things that a text lists: 甲、乙和丙, with the words around them left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from bot.composers.list_edges import ASIDE, JOINED, items_of, lead_length
from bot.composers.lists import LEAD, TAIL

_ASKS_FOR_ONE = re.compile(
    r"哪一|哪[个個位国國家座所种種条條部本名年天款项項]|之一|其中|[和与與跟及](?:什么|什麼|谁|誰|哪|何)|(?:什么|什麼|谁|誰|哪[里裡兒儿]|何[处處])(?:和|与|與|及)"
    r"|第[一二三四五六七八九十\d]|首|最|另[一外]|还有|除了|\bwhich\b",
    re.I,
)
_SERIES_LEAD = re.compile(
    r"^.*(?:[又别別]?[名称稱叫作做]|产自|產自|原产|分布|主演|出演|包含|含有?|经过|經過|使用|采用|主打|种植|销往|来自|前往|送给|提供)(?=.{2})"
)
_QUOTED = r"《[^《》\n]{1,24}》|“[^“”\n]{1,20}”|「[^「」\n]{1,20}」"
_PART = rf"(?:{_QUOTED}|[^，。；：！？、“”《》（）()「」和与及\n]{{1,20}}){ASIDE}"
_ENUMERATED = re.compile(
    rf"{_PART}(?:(?:{JOINED.pattern}){_PART})*(?:、|(?<=》)(?=《)|(?<=”)(?=“)){_PART}(?:(?:{JOINED.pattern}){_PART})*"
)
_SPLIT = re.compile(rf"{JOINED.pattern}|[《》“”「」（）()]")
_IN_BRACKETS = re.compile(ASIDE)
_COUNT = re.compile(r"哪([一二两三四五六七八九十]|\d+)")
_NUMBERS = {character: number for number, character in enumerate("〇一二三四五六七八九十")} | {"两": 2}
_OFFICE_AND_NAME = re.compile(
    r"[一-鿿]+(?:书记|[部局校院馆所站队村镇县市区行董事]长|主任|经理|主席|总裁|总监|工程师|教师|老师|医生|记者|教练|导演)[一-鿿]{2,3}(?:等.*)?"
)
_STARTS = 8  # places at which the first item may begin


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
    items = items_of(text, begin, stop)
    if text[max(0, start - 1) : start] + text[end : end + 1] in ("《》", "“”", "「」"):
        start, end = start - 1, end + 1
    holds = [number for number, (first, last) in enumerate(items) if first < end and last > start]
    if not holds:
        return start, end
    if any(_OFFICE_AND_NAME.fullmatch(text, *item) for number, item in enumerate(items) if number not in holds):
        return start, end  # each of another office
    (first, _), (_, last) = items[holds[0]], items[holds[-1]]
    if (holds[0] and first != start) or (holds[-1] < len(items) - 1 and last not in (end, _behind_aside(text, end))):
        return start, end
    if holds[-1] == len(items) - 1 and _goes_on(text, end, items[-1][1]):
        return start, end
    if holds[0]:
        start = items[0][0]
        lead = LEAD.match(text[start : items[0][1]]) or _SERIES_LEAD.match(text[start : items[0][1]])
        start += lead.end() if lead else 0
        start += lead_length([text[first:last] for first, last in items_of(text, start, items[-1][1])])
    if holds[-1] < len(items) - 1:
        end = items[-1][1]
        tail = TAIL.search(text[start:end])
        end = start + tail.start() if tail and tail.start() else end
    return start, end


def _goes_on(text: str, end: int, stop: int) -> bool:
    """Whether the item goes on behind [.., end) as a name does: 空难 behind 藤县 of 梧州空难、藤县空难."""
    following = next(iter(rjieba.tag(text[end:stop])), None)
    return following is not None and following[1].startswith("n") and len(following[0]) > 1


def _behind_aside(text: str, end: int) -> int:
    aside = _IN_BRACKETS.match(text, end)
    return aside.end() if aside else end


def enumerations(text: str) -> Iterator[tuple[list[int], int]]:
    """Every enumeration of `text`: the places where its first item may begin, since words lead to it, and its end."""
    for match in _ENUMERATED.finditer(text):
        items = items_of(text, *match.span())
        begin, stop = items[0]
        tail = TAIL.search(text[items[-1][0] : items[-1][1]])
        end = items[-1][0] + tail.start() if tail and tail.start() else items[-1][1]
        yield [*_starts(text, begin, stop)], end


def _starts(text: str, begin: int, stop: int) -> Iterator[int]:
    """Where words begin in [begin, stop), those nearest to its end."""
    starts, at = [], begin
    for word in rjieba.cut(text[begin:stop]):
        starts.append(at)
        at += len(word)
    yield from starts[-_STARTS:]


def asked_count(question: str) -> int:
    """How many things `question` asks for: 2 in 哪两家; 0 where it does not say."""
    asked = _COUNT.search(question)
    if not asked:
        return 0
    return _NUMBERS.get(asked[1]) or int(asked[1])


def count(text: str) -> int:
    """How many things `text` lists."""
    return len(items_of(text, 0, len(text)))


def series_fitness(question: str, text: str) -> float:
    """How far `text` is such a list as `question` asks for, 0..1: 1 with as many things as it says, 0.6 for one."""
    listed, asked = count(text), asked_count(question)
    if asked > 1:
        return 1.0 if listed == asked else 0.6
    return 1.0 if listed > 1 else 0.6

"""What a coined term means, where the text says so: “五好”, “三零一减”, “1+1+N”.

Newspapers explain them behind the term (…，即每个网格配备…; “三员”（协管员、农技员、执法员）) or list before it what it
sums up (规划定位好、…、发展形象好的“五好”标准). A reader points at the words around the term as often as at those.
"""

from __future__ import annotations

import re

from bot.composers.list_edges import items_of
from bot.composers.lists import whole_list

_TERM = re.compile(r"[“「『\"](?P<term>[^”」』\"，。？]{1,14})[”」』\"]")
_ASKS = re.compile(
    r"(?:什么|啥|何|哪些?)(?:意思|意|含义|内涵)|指的?(?:是|就是)?(?:什么|啥|哪)|怎么(?:讲|理解|解释|回事)|(?:是|叫|算)(?:什么|啥)[？?呢啊]*$|解释|何谓|什么是|什么叫"
    r"|(?:包括|包含|内容是?)(?:什么|啥)|哪(?:[一二两三四五六七八九十几\d]|些)"
)
_SAYS = r"(?:也即|即|也就是|就是|是指|指的?是|意思是|意为|意即|指)(?:说|指)?[：:，]?"
_CLAUSE = re.compile(r"[^，。；！？\n]+")
_GOES_ON = re.compile(r"[，,](?=(?:同时|并|以及|和|再|且|另)[^。；！？\n]{2,})")
_NUMERALS = {character: number for number, character in enumerate("〇一二三四五六七八九十")} | {"两": 2, "双": 2}
_SENTENCE_END = re.compile(r"[。！？\n]")


def meaning(question: str, text: str, start: int, end: int) -> tuple[int, int] | None:
    """What the sentence that [start, end) stands in gives as the meaning of the term that `question` asks about.

    None where it asks about no term in quotation marks or the sentence does not say.
    """
    if not _ASKS.search(question):
        return None
    first = max((match.end() for match in _SENTENCE_END.finditer(text, 0, start)), default=0)
    last = next((match.start() for match in _SENTENCE_END.finditer(text, end)), len(text))
    quoted = {asked["term"] for asked in _TERM.finditer(question)}
    for named in _TERM.finditer(text, first, last):
        term = named["term"]
        if term in quoted or (term in question and (sums_up(term) or "+" in term)):
            found = _behind(term, text, named.end(), last) or _before(term, text, first, named.start())
            if found:
                return found
    return None


def _behind(term: str, text: str, at: int, last: int) -> tuple[int, int] | None:
    """What 即, brackets, or for a term that counts a list explain right behind it."""
    aside = re.compile(r"[^，。；！？“”（(\n]{0,6}[（(](?P<said>[^（()）\n]{3,80})[）)]").match(text, at, last)
    if aside and not re.fullmatch(r"(?:以下|下同)?(?:统称|简称).*|[\w.,-]+", aside["said"], re.ASCII):
        return aside.span("said")
    says = re.compile(rf"[^，。；！？“”\n]{{0,12}}[，,—]{{0,2}}{_SAYS}").match(text, at, last)
    if says and says.end() < last:
        return says.end(), _end_of(text, says.end(), last)
    listed = re.compile(r"[^，。；！？“”\n]{0,8}[，：:](?P<said>[^，。；！？\n]*、[^，。；！？\n]*)").match(
        text, at, last
    )
    if listed and sums_up(term) and abs(len(items_of(text, *listed.span("said"))) - sums_up(term)) <= 1:
        return listed.start("said"), _end_of(text, listed.start("said"), last)
    return None


def _end_of(text: str, start: int, last: int) -> int:
    """Where the clause that begins at `start` ends, with those that go on with 同时, 并 and the like."""
    clause = _CLAUSE.match(text, start, last)
    end = clause.end() if clause else last
    while on := _GOES_ON.match(text, end, last):
        clause = _CLAUSE.match(text, on.end(), last)
        end = clause.end() if clause else last
    return end


def _before(term: str, text: str, first: int, at: int) -> tuple[int, int] | None:
    """The list that leads to the term with 的: 审批快、落户快的“两快”."""
    end = at - 1 if text[at - 1 : at] == "的" else at
    begin = max((text.rfind(mark, first, end) for mark in "，。；！？：”\n"), default=-1) + 1
    if begin >= end or "、" not in text[begin:end]:
        return None
    last_item = text.rfind("、", begin, end) + 1
    start, stop = whole_list(text, last_item, end)
    listed = len(items_of(text, start, end))
    expected = sums_up(term)
    if stop < at - 1 or start < begin or (expected != listed if expected else end == at):
        return None
    return start, end


def sums_up(term: str) -> int:
    """How many things a coined term counts: 5 for 五好, 3 for 两快一好; 0 where it counts none."""
    return sum(_NUMERALS.get(character, 0) for character in term)

"""Another side of what a question is about, or another thing in its place: 增速 of 产值, 主跨 for 全长."""

from __future__ import annotations

import re

import rjieba

from bot.conversation.asking import ASKING, Asked, asked
from bot.conversation.names import persons, places
from bot.conversation.times import YEAR, times

QUANTITY = re.compile(
    r"(?:增速|增幅|涨幅|降幅|增长率|占比|比重|比例|比率|份额|.率|总额|金额|.额|总量|.量|产值|.值|总数|人数|.数|面积|价格|单价|总价|.价|收入|支出|利润|长度|宽度"
    r"|高度|深度|速度|厚度|全长|主跨|直径|重量|年龄|排名|名次|成绩|工期|票房|投资|总投资|造价|规模|里程)$"
)
_RATE = re.compile(r"(?:增速|增幅|涨幅|降幅|增长率|占比|比重|比例|份额|排名|名次|同比|环比)$")
_WHERE = re.compile(r"在[一-鿿]{2,6}$")
_LONGEST_NOUN = 8
_SAYS_OF_WHAT = 4  # characters, from which a quantity says of what it is: 森林覆盖率, but not 产量
_HOW_MUCH = re.compile(r"多少(?:钱|人|元)")


def another_side(focus: str, earlier: str) -> str:
    """Another side of what `earlier` is about, or another thing instead of what stands last in it."""
    parts: Asked = asked(earlier)
    topic = _WHERE.sub("", parts.subject)
    rest = earlier[earlier.find(topic) + len(topic) :] if topic in earlier else ""
    topic = YEAR.sub("", topic).strip() if YEAR.search(focus) else topic
    if _RATE.search(focus):
        return f"{topic}{parts.noun}{focus}是多少？"
    if QUANTITY.search(focus) and parts.noun:
        return f"{topic}{parts.noun if len(focus) < _SAYS_OF_WHAT else ''}{focus}是多少？"
    rated = _RATE.search(topic)
    if rated:
        return f"{_without_last(topic[: rated.start()])}{focus}{rated[0]}{rest}"
    if rest and _has_noun_last(topic):
        is_bare = QUANTITY.search(focus) and len(focus) < _SAYS_OF_WHAT and QUANTITY.search(topic)
        return f"{QUANTITY.sub('', topic) if is_bare else _without_last(topic)}{focus}{rest}"
    return f"{topic}{focus}是{_what(earlier)}？"


def _what(earlier: str) -> str:
    """What asks in `earlier`, as it may of another thing: 多少 for 多久, but 多少钱 as before."""
    asking = list(ASKING.finditer(earlier))
    if not asking:
        return "什么"
    much = _HOW_MUCH.match(earlier, asking[-1].start())
    return much[0] if much else "多少" if asking[-1][0].startswith("多") else asking[-1][0]


def _has_noun_last(topic: str) -> bool:
    words = rjieba.tag(topic)
    return (
        len(words) > 1
        and len(words[-1][0]) > (words[-1][0] != "长")
        and (
            words[-1][0] == "长"
            or (words[-1][1].startswith(("n", "v", "eng", "zg")) and words[-1][1] not in ("nr", "ns", "nt"))
        )
    )


def _without_last(topic: str) -> str:
    """`topic` without the noun at its end: its words behind the place, the time or the 的 before it."""
    ends = [end for _, end in (*places(topic), *times(topic), *persons(topic))]
    ends += [match.end() for match in re.finditer(r"的|[”》」]", topic)]
    words = rjieba.tag(topic)
    short = len(topic) - len(words[-1][0])
    first = max((end for end in ends if end < len(topic)), default=0)
    return topic[: first if first and len(topic) - first <= _LONGEST_NOUN else short]

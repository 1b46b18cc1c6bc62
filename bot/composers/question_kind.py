"""What kind of answer a question asks for, and whether a sentence has something of that kind."""

from __future__ import annotations

import re
from enum import Enum

_NUMBER = r"\d|[一二两三四五六七八九十百千万亿]+(?:[个名人位家元万亿项次条辆座户年月日吨米公里届期岁天])"


class QuestionKind(Enum):
    """What is asked for; OTHER where nothing tells."""

    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    REASON = "reason"
    OTHER = "other"


# The first that matches wins.
_ASKED = (
    (QuestionKind.REASON, re.compile(r"为什么|为何|為什麼|為何|原因|怎么回事|\bwhy\b", re.I)),
    (
        QuestionKind.DATE,
        re.compile(
            r"什么时[候间]|什麼時[候間]|何时|何時|哪一?[年天月日]|几[月号点]|哪个时间|多会儿|啥时候"
            r"|\bwhen\b|\bwhat (?:date|year|time|day)\b",
            re.I,
        ),
    ),
    (
        QuestionKind.NUMBER,
        re.compile(
            r"多少|几(?!乎)|幾|多[大高长長远遠久重宽深快]|占比|比例|第几|百分之"
            r"|\bhow (?:many|much|long|far|old|large|big|high)\b|\bwhat (?:percentage|share|number)\b",
            re.I,
        ),
    ),
    (QuestionKind.PERSON, re.compile(r"谁|誰|哪位|何人|什么人|哪个人|叫什么名字|\bwho(?:se|m)?\b", re.I)),
    (
        QuestionKind.PLACE,
        re.compile(r"哪里|哪裡|哪儿|何处|何地|在哪|什么地方|哪个[市县区镇乡村省国]|啥地方|\bwhere\b", re.I),
    ),
)
_ANSWERING = {
    QuestionKind.NUMBER: re.compile(_NUMBER),
    QuestionKind.DATE: re.compile(
        r"\d{1,4}[年月日号时点:：]|\d{1,2}日|[一二三四五六七八九十]+[年月日]|近日|当天|昨|周[一二三四五六日末]|春节|期间"
    ),
    QuestionKind.REASON: re.compile(r"因为|由于|因|为了|为进一步|使得|导致|所以|原因|缘于|源于|得益于|旨在|目的"),
    QuestionKind.PLACE: re.compile(r"[省市县区镇乡村街路社区园院馆中心广场站港湖山江河]"),
    QuestionKind.PERSON: re.compile(r"[一-鿿]{2,4}(?:说|介绍|表示|告诉|坦言|担任|任)|[一-鿿]·?[一-鿿]{1,3}"),
}
_ASKING_WORDS = re.compile(
    r"请问|請問|什么时候|什麼時候|什么|什麼|为什么|為什麼|为何|何时|何地|何处|多少|哪些|哪个|哪位|哪里|哪裡|哪儿|哪|几|幾|谁|誰|怎么样?|怎样|怎麼|如何|"
    r"是不是|有没有|有無|是否|吗|嗎|呢|吧|啊|呀|的|了|是|在|有|和|与|及|我|你|想知道|告诉|帮|查一?下|一共|总共|"
    r"\b(?:how|many|much|what|when|where|who|whom|whose|which|why|is|are|was|were|did|does|do|the|an?|of|in|on|at|to|for|by|and|it|its)\b",
    re.I,
)


def kind_of(question: str) -> QuestionKind:
    """The kind of answer that `question` asks for."""
    return next((kind for kind, pattern in _ASKED if pattern.search(question)), QuestionKind.OTHER)


def can_answer(kind: QuestionKind, sentence: str) -> bool:
    """Whether `sentence` holds anything of the kind; true for OTHER."""
    pattern = _ANSWERING.get(kind)
    return pattern is None or bool(pattern.search(sentence))


def content(question: str) -> str:
    """`question` without the words that only ask, so that what is left must be met by the evidence."""
    return re.sub(r"\s+", " ", _ASKING_WORDS.sub(" ", question)).strip()

"""What kind of answer a question asks for, and how well a sentence could hold one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

from bot.composers.measures import asked_measure

# Bounded and possessive: a run of blanks or digits in a table must not be tried in every division.
_DIGITS = r"(?:\d[\d,.]{0,15}|[〇零一二两三四五六七八九十百千半]{1,12})"
_FIGURE = re.compile(r"\d|[一二两三四五六七八九][十百千万亿]")
_SCALE = r"\s*+[余多]?\s*+[十百千万亿]{0,4}\s*+[余多来]?\s*+"


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
    (
        QuestionKind.REASON,
        re.compile(
            r"为什么|为何|為什麼|為何|为啥|為啥|干嘛|干吗|原因|怎么会|怎么回事|目的(?!地)|(?<![地截版蓝插附配原草])图(?:的是|个)?(?:什么|啥)|为了(?:什么|啥)|出于(?:什么|何|哪)|用意|\bwhy\b",
            re.I,
        ),
    ),
    (
        QuestionKind.DATE,
        re.compile(
            r"什么时[候间]|什麼時[候間]|何时|何時|哪一?[年天月日]|几[月号点]|周几|星期几|礼拜几|哪个时间|多会儿|啥时候"
            r"|\bwhen\b|\bwhat (?:date|year|time|day)\b",
            re.I,
        ),
    ),
    (
        QuestionKind.NUMBER,
        re.compile(
            r"多少|(?<![哪这那近前头后过隔好])(?:几(?!乎)|幾)|多[大高长長远遠久重宽深快]|占比|比例|第几|百分之(?:几|多少|[？?]|$)|增幅|涨幅|增长率"
            r"|\bhow (?:many|much|long|far|old|large|big|high)\b|\bwhat (?:percent(?:age)?|share|number)\b",
            re.I,
        ),
    ),
    (
        QuestionKind.PERSON,
        re.compile(
            r"(?<![单公机][位司构]是)(?<![方]是)(?:谁|誰)|哪位|何人|什么人|哪个人|(?:[师師生员員长長者人手匠兵警医醫民友孩妹哥姐弟妈爸爷奶嫂叔伯主工]|代表|家属|家屬|嘉宾|妻子|儿子|夫妻|夫妇)叫(?:什么|什麼|啥|作什么)"
            r"|姓名|\bwho(?:se|m)?\b",
            re.I,
        ),
    ),
    (
        QuestionKind.PLACE,
        re.compile(r"哪里|哪裡|哪儿|何处|何地|在哪|什么地方|哪个[市县区镇乡村省国]|啥地方|\bwhere\b", re.I),
    ),
)
# What is asked for where no word asks: 2021年宝马全球销量, 会议闭幕时间.
_TERSE = (
    (QuestionKind.DATE, re.compile(r"(?:时间|日期|时刻)[？?。\s]*$")),
    (
        QuestionKind.NUMBER,
        re.compile(
            r"(?:人数|总数|数量|[产销储容流重]量|交付量|吞吐量|总量|[率额价]|票房|面积|产值|收入|投资|增速|年龄|长度|高度|里程|成绩)[？?。\s]*$"
        ),
    ),
    (QuestionKind.PLACE, re.compile(r"(?:地点|地址|所在地)[？?。\s]*$")),
)
_ASKS = re.compile(r"什么|什麼|啥|哪|怎|如何|吗|嗎|呢|是否")
_VALUES = {
    QuestionKind.DATE: re.compile(
        r"\d{1,4}[年月日号时点:：]|[一二三四五六七八九十]+[年月日]|近日|当天|昨|周[一二三四五六日末天]|春节|中秋|端午|清明"
    ),
    QuestionKind.REASON: re.compile(r"因|由于|为了|为进一步|使得|导致|所以|缘于|源于|得益于|旨在|目的"),
    QuestionKind.PLACE: re.compile(r"[省市县区镇乡村街路社区园院馆中心广场站港湖山江河]"),
    QuestionKind.PERSON: re.compile(r"[一-鿿]{2,4}(?:说|介绍|表示|告诉|坦言|担任|任)|[记者员长师生]"),
}
_DATES = re.compile(
    r"\d{2,4}年(?!度?级|级)(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月(?:\d{1,2}日)?|\d{1,2}日|\d{1,2}时(?:\d{1,2}分)?"
)
_ASKING_WORDS = re.compile(
    r"请问|請問|什么时候|什麼時候|啥时候|为啥|為啥|干嘛|干吗|啥|什么|什麼|为什么|為什麼|为何|何时|何地|何处|多少|哪些|哪个|哪位|哪里|哪裡|哪儿|哪|几|幾"
    r"|谁|誰|怎么样?|怎样|怎麼|如何|是不是|有没有|有無|是否|吗|嗎|呢|吧|啊|呀|的|了|是|在|有|和|与|及|我|你|想知道|告诉"
    r"|帮|查一?下|一共|总共"
    r"|\b(?:how|many|much|what|when|where|who|whom|whose|which|why|is|are|was|were|did|does|do|the|an?|of|in|on|at|to"
    r"|for|by|and|it|its)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an answer must look like: of a kind, and for numbers with a measure (a pattern, "" where none is named)."""

    kind: QuestionKind
    measure: str = ""

    def strength(self, sentence: str) -> float:
        """How well `sentence` could hold such an answer: 1 it has one, 0.5 one without the measure, 0 none."""
        if self.kind is QuestionKind.OTHER:
            return 1.0
        if self.kind is not QuestionKind.NUMBER:
            return 1.0 if _VALUES[self.kind].search(sentence) else 0.0
        sentence = unicodedata.normalize("NFKC", sentence)
        if self.measure and re.search(f"{_DIGITS}{_SCALE}(?:{self.measure})", sentence):
            return 1.0
        if _FIGURE.search(_DATES.sub("", sentence)):
            return 0.5 if self.measure else 1.0
        return 0.0


def expectation(question: str) -> Expectation:
    """What `question` asks for."""
    patterns = _ASKED if _ASKS.search(question) else (*_ASKED, *_TERSE)
    kind = next((kind for kind, pattern in patterns if pattern.search(question)), QuestionKind.OTHER)
    return Expectation(kind, asked_measure(question) if kind is QuestionKind.NUMBER else "")


def content(question: str) -> str:
    """`question` without the words that only ask, so that what is left must be met by the evidence."""
    return re.sub(r"\s+", " ", _ASKING_WORDS.sub(" ", question)).strip()

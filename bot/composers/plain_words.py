"""A question's asking words as the standard language has them: 几多, 好多 and 么子 are 多少 and 什么."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.conversation import Standalone

_OTHER = r"多少|几|什么|谁|哪|怎|如何|为何|吗|是否|是不是|有没有"
_AMOUNT = r"(?=[钱人个位名户家把台辆亩斤吨次天年元块平方公里]|[？?。，\s]|$)"
# The reader has learnt the standard words, and the dialects' hardly or not at all.
_PLAIN = (
    (re.compile(r"几多"), "多少"),
    (re.compile(r"么子时候|啥时候?|多会儿|几时|多咱"), "什么时候"),
    (re.compile(r"礼拜几|(?<![每上下这本一两二三四五六七八九十几])周几(?![岁次个名])"), "星期几"),
    (re.compile(r"为么子|为么事|为啥子?|咋(?=会|不|没)"), "为什么"),
    (re.compile(r"(?<![什怎这那多])(?:么子|么事|么个)|啥子?"), "什么"),
    (re.compile(r"咋[个样]?|(?<![什怎这那多])么样|郎个|啷个"), "怎么"),
    (re.compile(r"何[么个]人|哪个人|(?<![什怎这那多])么人"), "谁"),
    (re.compile(r"哪[块坨]?(?:地方|塌塌|坨|块地方)|哪块(?=[？?。，\s]|$)"), "哪里"),
)
_MUCH = re.compile(rf"好多{_AMOUNT}")


def plainly(question: str) -> str:
    """`question` with standard asking words; 好多 is 多少 only where nothing else asks."""
    for words, plain in _PLAIN:
        question = words.sub(plain, question)
    return question if re.search(_OTHER, question) else _MUCH.sub("多少", question)


def put_plainly(question: Standalone) -> Standalone:
    """The same for a question made complete."""
    return replace(question, text=plainly(question.text), context=plainly(question.context))

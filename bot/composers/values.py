"""Values in a text of the kind that a question asks for: figures with measure words, dates, people's names, reasons."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from bot.composers.question_kind import QuestionKind
from bot.composers.reasons import reasons
from retrieval.whole_spans import whole_span

_DATE = re.compile(
    r"(?:(?:\d{4}|[一二〇零○九]{4})年)?\d{1,2}月(?:\d{1,2}[日号])?(?:[上下]午|晚上?|凌晨|早上)?(?:\d{1,2}[时点](?:\d{1,2}分|半)?)?"
    r"|\d{4}年(?:底|初|末)?|\d{1,2}[日号](?=[，。、上下晚凌早])|\d{1,2}[时点](?:\d{1,2}分|半)?|\d{1,2}[:：]\d{2}"
    r"|(?:每)?(?:周|星期|礼拜)[一二三四五六日天末](?:晚上?|上午|下午)?|[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}[日号]"
)
_NUMBER = re.compile(
    r"\d[\d,，.]*\d|\d|[〇零一二两三四五六七八九十百千]{1,6}(?=[万亿]?[余多]?(?:个|名|人|位|家|座|次|种|岁|年|天|倍|成|条|项|块))"
)
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤柏凌欧阳言宁祁匡"
)


def values(kind: QuestionKind, text: str) -> Iterator[tuple[int, int]]:
    """The places of the values of `kind` in `text`, in order; none for kinds without a form."""
    if kind is QuestionKind.NUMBER:
        yield from _numbers(text)
    elif kind is QuestionKind.DATE:
        yield from (match.span() for match in _DATE.finditer(text))
    elif kind is QuestionKind.PERSON:
        yield from _people(text)
    elif kind is QuestionKind.REASON:
        yield from reasons(text)


def is_value(kind: QuestionKind, text: str) -> bool:
    """Whether `text` is one value of `kind` and nothing else."""
    return (0, len(text)) in values(kind, text)


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    dates = [match.span() for match in re.finditer(r"\d{4}年|\d{1,2}月(?:\d{1,2}[日号])?", text)]
    for match in _NUMBER.finditer(text):
        if not any(start <= match.start() < end for start, end in dates):
            yield whole_span(text, *match.span())


def _people(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for word, flag in rjieba.tag(text):
        end = at + len(word)
        if 2 <= len(word) <= 4 and (flag == "nr" or (word[0] in SURNAMES and len(word) <= 3)):
            yield at, end
        at = end

"""By what means something is done, as a text says it: 通过参与志愿服务, 推出凭票打折的活动."""

from __future__ import annotations

import re

import rjieba

_HOW_TO = re.compile(
    r"(?:怎么|怎样|怎麼|如何)(?:做|办|操作)?[，,]?才(?:能|会|可)|怎么做[，,]|(?:通过|靠|凭|用)(?:什么|啥|哪些)"
)
_WITH_WHAT = re.compile(
    r"(?:靠|用|通过|凭|采取了?|推出了?)(?:了)?(?:什么|啥|哪种|何种)(?:办法|方法|方式|手段|招数?|举措|措施|活动|优惠|$)?"
)
_THROUGH = re.compile(
    r"通过(?!(?:了|验收|审[核查批议]|认证|考核))(?P<said>[^，。；！？\n]{3,40}?)(?=[之以]?后?[，。；！？\n])"
)
_STOP = "，。；！？：\n"


def whole_means(question: str, text: str, start: int, end: int) -> tuple[int, int] | None:
    """The clause with 通过 in the sentence of [start, end), or from its verb on the one in which that stands.

    None where `question` asks for no means, or nothing says it.
    """
    if _HOW_TO.search(question):
        first = max(text.rfind(mark, 0, start) for mark in "。！？\n") + 1
        ends = re.compile(r"[。！？\n]|$").search(text, end)
        through = _THROUGH.search(text, first, ends.start() if ends else len(text))
        if through:
            return through.span()
    if _WITH_WHAT.search(question) and not any(mark in text[start:end] for mark in _STOP):
        return _from_verb(text, start, end)
    return None


def is_means(question: str, said: str) -> bool:
    """Whether `said` is by what means, as far as `question` asks how to do something."""
    return _HOW_TO.search(question) is None or said.startswith("通过")


def _from_verb(text: str, start: int, end: int) -> tuple[int, int] | None:
    """[start, end) from the first verb of its clause on."""
    at = max(text.rfind(mark, 0, start) for mark in _STOP) + 1
    for word, flag in rjieba.tag(text[at:start]):
        if flag == "v" and len(word) > 1:
            return at, end
        at += len(word)
    return None

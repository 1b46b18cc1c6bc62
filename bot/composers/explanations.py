"""Answers that are no name, figure or date: what something is, what it is like, how it is done.

Who asks 什么是… wants the sentence that defines it, who asks for 特征, 影响 or 用途 the clauses that describe them: the
few words in them at which the reader points are no answer.
"""

from __future__ import annotations

import re

from bot.composers.definitions import meaning
from bot.composers.means import whole_means
from bot.composers.question_kind import QuestionKind, expectation
from bot.composers.two_figures import asks_for_change, whole_two
from retrieval.terms import fold

_DEFINITION = re.compile(
    r"^(?:请问|請問)?(?:(?:什么|什麼)(?:是|叫做?)|何[为為谓謂](?!什么))(?P<subject>[^，。？?]{1,24}?)[？?。]*$"
    r"|^(?:请问|請問)?(?P<before>[^，。？?的之]{1,24}?)(?:是(?:一[种種个個])?(?:什么|什麼)(?:东西|意思|组织|机构)?|(?:是)?指(?:的是)?(?:什么|什麼))[？?。]*$"
)
_DESCRIBED = (
    r"特[征徵点點性色]|影响|影響|作用|用途|功能|功效|意义|意義|重要性|[区區][别別]|差[异異别別]|不同|[内內]容|要[点點求]|条件|條件|[优優缺弱]点"
    r"|[优優劣][势勢]|[伤傷]害|危害|害处|好处|评价|評價|后果|後果|[结結]果|方[法式]|[过過]程|任务|任務|[职職][责責]|主要工作|措施|做法"
    r"|[经經][历歷]|贡献|貢獻|成就|看法|[观觀][点點]|变化|變化|情况|情況|[关關][系係]|[状狀][况況態态]|[现現]象|待遇|规定|規定|表现|表現|背景|[经經][过過]"
)
_DESCRIPTION = re.compile(
    rf"(?:{_DESCRIBED})(?:是|有|又?有着|都有|包括|主要有|主要是|分别是)?(?:什么|什麼|哪些|何|怎样|怎樣|怎么样|如何)"
    rf"|(?:什么|什麼|哪些|何种|何種|怎样的|怎樣的|有何)[^，。？?]{{0,6}}(?:{_DESCRIBED})[^，。？?]{{0,2}}[？?。]*$"
    r"|[发發]生了?(?:什么|什麼|怎样|怎樣|哪些)的?(?:事情?|[变變]化|情[况況])?[？?。]*$|(?<!不)(?:如何|怎么样?+|怎樣|怎样|怎麼樣?+)(?!称|稱|叫|会|[读讀念](?:[？?]|$)|拼)"
)
_CLAUSE = re.compile(r"[，。；！？：\n]")
_LONGEST_SENTENCE = 110  # characters; of a longer one the clauses in which the reader's words stand are the answer
_BETWEEN = r"(?:[（(“「][^（()）”」]{0,60}[）)”」])?[，,]?"
_SAYS = r"\s*(?:是|为|為|指|即|乃|系|又|也?称|稱|亦|简称|全称|俗称)"
# Who asks what the motto of something is wants the motto.
_HAS_A_VALUE = re.compile(
    r"(?:名称|名稱|名字|[全简簡别別昵译譯]名|[主标標]题|主題|標題|题目|題目|口号|口號|[首国國]都|省会|省會|首府|吉祥物|[会會校国國]歌"
    r"|[职職][务務业業位]|专业|專業|学历|學歷|国籍|國籍|编号|編號|代号|代號|号码|號碼|颜色|顏色)$"
)


def asks_to_explain(question: str) -> bool:
    """Whether whole clauses answer the question, and not a few words."""
    return expectation(question).kind is QuestionKind.OTHER and bool(
        _DEFINITION.match(question) or _DESCRIPTION.search(question)
    )


def explanation(question: str, sentences: str, start: int, end: int) -> tuple[int, int]:
    """What of `sentences`, in which `[start:end]` was pointed at, explains what is asked; as it was where nothing does.

    A definition is the whole sentence that begins with what is to be defined.
    """
    change = whole_two(question, sentences, 0, len(sentences)) if asks_for_change(question) else (0, len(sentences))
    if change != (0, len(sentences)):
        return change
    return (
        meaning(question, sentences, start, end)
        or whole_means(question, sentences, start, end)
        or _explanation(question, sentences, start, end)
    )


def _explanation(question: str, sentences: str, start: int, end: int) -> tuple[int, int]:
    definition = _DEFINITION.match(question)
    if definition and not _DESCRIPTION.search(question):
        whole = 0, max(end, _without_end(sentences))
        if definition["subject"]:
            return whole if fold(definition["subject"]).strip() in fold(sentences) else (start, end)
        return whole if _defines(definition["before"], sentences) else (start, end)
    if not _DESCRIPTION.search(question):
        return start, end
    last = max(end, _without_end(sentences))
    if last <= _LONGEST_SENTENCE:
        return 0, last
    return _clauses(sentences, start, end)


def _defines(subject: str, sentence: str) -> bool:
    """Whether `sentence` begins with the subject and goes on about it."""
    if _HAS_A_VALUE.search(subject):
        return False
    named = re.escape(fold(subject).strip())
    return re.match(rf"\W{{0,4}}{named}\W?\s*{_BETWEEN}{_SAYS}", fold(sentence)) is not None


def _without_end(sentence: str) -> int:
    return len(sentence.rstrip("。！？；，,;!?… \n　"))


def _clauses(text: str, start: int, end: int) -> tuple[int, int]:
    before = max((one.end() for one in _CLAUSE.finditer(text, 0, start)), default=0)
    after = _CLAUSE.search(text, end)
    return before, after.start() if after else _without_end(text)

"""What a pronoun or a pointing word (这家公司, 那里, 该县) stands for in the turns before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.composers.question_kind import QuestionKind, expectation
from bot.composers.yes_no import asks_whether
from bot.conversation.asking import asked, subject, without_quantity
from bot.conversation.names import is_person, may_be_person, persons, places
from bot.conversation.turns import Turn

_CLASSIFIERS = "[个位家座所条项次场届届款种支只件部份本栋间片笔处起名届期批座]"
_THING = (
    r"村子|小区|社区|街道|县城|城市|地方|园区|公司|企业|单位|机构|部门|学校|大学|学院|医院|银行|酒店|工厂|厂子|厂|村|镇|乡|县|市|区|省"
    r"|大桥|桥|隧道|铁路|线路|夜市|景区|公园|博物馆|图书馆|书房|水库|电站|污水厂|项目|工程|活动|行动|比赛|赛事|会议|会|节|案子|案件"
    r"|政策|办法|制度|机制|模式|平台|系统|小程序|奖金|奖励|奖|荣誉|称号|品牌|产品|技术|团队|队伍|队|剧团|协会|书记|老师|教师|村民|老板|经理|选手|老人"
)
POINTING = re.compile(
    rf"[这那](?:[一两几]?{_CLASSIFIERS})(?P<thing>{_THING})?|该(?P<that>{_THING}|项|校|院|馆|局|司|厂|院|行|店|剧|片|书)|本(?P<own>届)(?=[^\d])"
)
PRONOUN = re.compile(
    r"它们|他们|她们|它|他(?!们|人)|她|其(?=[^他它中实余次])|当地|那里|那儿|那边|这里|这儿|此人|此地|此事|此案|两者"
)
_HERE = ("那里", "那儿", "那边", "这里", "这儿", "当地", "此地")
_THEY = ("他们", "她们", "它们", "两者")
_HE = ("他", "她", "此人")
# A thing by the words that names of its kind end with.
_ENDS = {
    "公司": "公司|集团|厂|企业|新材|科技|电气|轴承|股份|传媒|银行|店",
    "学校": "学校|小学|中学|大学|学院|[一二三四五六七八九十]中|幼儿园|附中|附小|职校|技校|实验学校",
    "医院": "医院|卫生院|诊所|卫生室",
    "村": "村",
    "小区": "小区|花园|苑|家园|公寓",
    "桥": "桥",
    "单位": "局|委|办|中心|馆|院|所|厅|部|处|公司|站",
}
_ALIASES = {
    "企业": "公司", "村子": "村", "大学": "学校", "学院": "学校", "大桥": "桥", "机构": "单位", "部门": "单位",
    "校": "学校", "司": "公司", "工厂": "公司", "厂子": "公司", "厂": "公司",
}  # fmt: skip
_PLACES = ("村", "村子", "镇", "乡", "县", "市", "区", "省", "县城", "城市", "地方", "社区", "小区", "街道", "园区")
_PEOPLE = ("书记", "老师", "教师", "村民", "老板", "经理", "选手", "老人")
_ASKS_NAME = re.compile(r"谁|哪位|叫什么|叫啥|名字|姓什么|哪个人|什么人")
_ASKS_WHICH = re.compile(r"哪一?[个家座所条款种支项件部届场]")
_OWNED = re.compile(r"(?:谁|哪位|(?:哪一?[个家座所]|什么)[一-鿿]{1,5}?)的[一-鿿]")
_OFFICE = re.compile(r"的[一-鿿]{0,4}(?:长|经理|主任|书记|负责人|老板|总监|总裁|主席|教练|发言人|工程师)$")
_VAGUE = re.compile(r"(?:大[姐爷妈哥嫂叔]|阿姨|先生|女士|某|师傅|[婆爷奶叔嫂哥姐姨伯])$")
_LONGEST = 24
_SHORT = 16


@dataclass(frozen=True, slots=True)
class Referent:
    """What is put in the place of a pronoun, and what else it may be."""

    text: str
    also: str = ""


def referent(pronoun: str, thing: str, turns: Sequence[Turn]) -> Referent:
    """What `pronoun`, or a pointing word with `thing`, means after `turns`, oldest first and at least one."""
    if pronoun in _HE or thing in _PEOPLE:
        return _person(turns)
    if pronoun in _HERE or thing in _PLACES:
        return _place(thing, turns)
    if pronoun in _THEY:
        return _group(turns)
    if thing:
        return _thing(thing, turns)
    return Referent(turns[-1].meant) if turns[-1].meant else _it(turns[-1])


def _person(turns: Sequence[Turn]) -> Referent:
    """Who was spoken of last: the person that a question asked for, or else named."""
    for turn in reversed(turns):
        answer = _named_answer(turn, QuestionKind.PERSON)
        by_name = [turn.question[start:end] for start, end in persons(turn.question)]
        if answer and is_person(answer):
            others = [one for one in by_name if one not in answer]
            return Referent(answer, also=others[-1] if others else "")
        if by_name:
            return Referent(_told_apart(by_name[-1], turn.question))
        if answer and may_be_person(answer):
            return Referent(answer, also=subject(turn.question))
    return Referent(subject(turns[-1].question))


def _told_apart(name: str, question: str) -> str:
    """`name` with what `question` says of who it is, where it is but a family name."""
    topic = subject(question)
    return topic if topic.endswith(name) and _VAGUE.search(name) else name


def _place(thing: str, turns: Sequence[Turn]) -> Referent:
    ending = "" if thing in ("", "地方", "县城", "城市") else {"村子": "村"}.get(thing, thing)
    topic = subject(turns[-1].question)
    if ending and topic.endswith(ending) and not re.search("[的，,]", topic):
        return Referent(topic)
    for turn in reversed(turns):
        answer = _named_answer(turn, QuestionKind.PLACE)
        if answer and answer.endswith(ending) and places(f"在{answer}"):
            return Referent(answer)
        named = [(start, end) for start, end in places(turn.question) if turn.question[start:end].endswith(ending)]
        if named:
            return Referent(turn.question[_chain(turn.question, named[-1]) : named[-1][1]])
    return Referent(topic)


def _chain(question: str, last: tuple[int, int]) -> int:
    """Where the places begin that stand right before `last`."""
    start = last[0]
    for before in reversed(places(question)):
        if before[1] == start:
            start = before[0]
    return start


def _group(turns: Sequence[Turn]) -> Referent:
    parts = asked(turns[-1].question)
    if not parts.noun:
        return Referent(_OFFICE.sub("", parts.subject))
    joint = "" if parts.subject.endswith(("的", "年")) or not parts.subject else "的"
    return Referent(f"{parts.subject}{joint}{parts.noun}")


def _thing(thing: str, turns: Sequence[Turn]) -> Referent:
    kind = _ALIASES.get(thing, thing)
    ends = re.compile(rf"(?:{_ENDS.get(kind, re.escape(kind))})$")
    for turn in reversed(turns):
        answer = _answer(turn)
        which = re.search(
            rf"哪一?[家个座所条项次场届支款][一-鿿]{{0,2}}{re.escape(thing)}|什么{re.escape(thing)}", turn.question
        )
        if answer and len(answer) > 2 and (which or ends.search(answer)):
            return Referent(answer)
        if kind in turn.question or thing in turn.question:
            break
    topic = subject(turns[-1].question)
    at = max(topic.rfind(thing), topic.rfind(kind))
    if at >= 0:
        end = at + len(thing if topic.startswith(thing, at) else kind)
        return Referent(topic[: end + (topic[end : end + 1] in ("”", "》", "」"))])
    if ends.search(topic) or kind in _ENDS:
        return Referent(_OFFICE.sub("", topic))
    own = asked(turns[-1].question).noun
    whole = f"{topic}{own}"
    return Referent(whole if whole.endswith(thing) else f"{whole.removesuffix(thing[0])}{thing}")


def _it(turn: Turn) -> Referent:
    answer = (turn.short_answer or "").strip("“”《》「」")
    answer = "" if len(answer) > _SHORT or asks_whether(turn.question) else answer
    is_asked = _ASKS_WHICH.search(turn.question) and not _OWNED.search(turn.question)
    if answer and is_asked and expectation(turn.question).kind in (QuestionKind.PLACE, QuestionKind.OTHER):
        return Referent(answer)
    return Referent(without_quantity(subject(turn.question)))


def _named_answer(turn: Turn, kind: QuestionKind) -> str | None:
    """The short answer where the question asked for a person, or a place."""
    answer = _answer(turn)
    if answer is None:
        return None
    is_asked = expectation(turn.question).kind is kind or (
        kind is QuestionKind.PERSON and _ASKS_NAME.search(turn.question) is not None
    )
    is_asked = is_asked or (
        kind is QuestionKind.PLACE and re.search(r"哪一?[个座]?[村镇乡县市区社街]", turn.question) is not None
    )
    return answer if is_asked else None


def _answer(turn: Turn) -> str | None:
    """The short answer that may be spoken of as a thing: no figure, no list, no yes or no."""
    answer = turn.short_answer
    if not answer or len(answer) > _LONGEST or re.search(r"\d{2}|[；;。]", answer) or asks_whether(turn.question):
        return None
    return answer.strip("“”《》「」")

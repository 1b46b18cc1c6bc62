"""An answer whole and no more: a name with its last character, a reason without 因为 and without what it led to."""

from __future__ import annotations

import re

import rjieba

from bot.composers.question_kind import QuestionKind
from bot.composers.values import ALL_SURNAMES, foreign_name
from retrieval.terms import is_han

_CLAUSE_END = re.compile(r"[，。；！？：\n]|——")
_LEADS_TO_REASON = re.compile(
    r"(?:[^，。；]{0,8}?(?:原因|理由)(?:就?是|在于|为)?(?:因为|由于)?|(?:就|正|主要)?是?(?:因为|由于|缘于|源于|得益于|出于)"
    r"|(?:就|正|主要)?是?(?:因(?![此而公病特])|受(?![伤到损害骗贿邀困阻限灾聘益理])|为了?(?![此何人民])|旨在|意在|目的(?:就)?是|目的在于)|(?:就|正|主要)?是(?![否非]))"
)
_LED_TO = re.compile(
    r"(?:等(?:多重|多种|诸多)?(?:因素|原因)?)?(?:的?(?:影响|缘故|所致|之故)|(?:等(?:多重|多种|诸多)?(?:因素|原因))"
    r"|(?:而?(?:导致|造成|使得|引起|引发|致使)).*)$"
)
_DIGIT = "[0-9０-９〇零○一二三四五六七八九十]"
_MONTH = rf"{_DIGIT}{{1,3}}月(?:[上中下]旬|[初底末]|{_DIGIT}{{1,3}}[日号])?"
_DATE = re.compile(rf"{_DIGIT}{{1,4}}年(?:{_MONTH}|[初底末])?|{_MONTH}")
_PART_OF_DAY = re.compile(r"(?:上午|下午|晚上|凌晨|早上|中午|傍晚|清晨|深夜)$")
_HOUR = re.compile(rf"{_DIGIT}{{1,3}}[时点時點:：]")
_LONGEST_HOUR = 8  # characters of 10时30分
_NO_NAME = frozenset("曾也已则还又就都正却才再便仍亦均所不刚只")  # what goes on after a name rather than ends it
_FULL_NAME = 3  # characters
_TOGETHER = ("夫妇", "夫妻", "父子", "父女", "母子", "母女", "兄弟", "姐妹", "姐弟", "兄妹", "爷孙", "师徒", "团队")
_LONGEST_REASON = 60
_OUTSIDE = frozenset("叫上下中里的是在和与为被把从到")  # what jieba takes into a word, but stands outside an answer
_LONGEST_WORD = 4  # characters; longer ones are names of many words
# What may follow a person's name: how newspapers go on after one.
_AFTER_NAME = re.compile(
    r"[，。、；：！？“”‘’（）()《》\n 　]|$|[说称和与及等在是的把被将从对向给让带为]|介绍|表示|告诉|坦言|认为"
    r"|担任|获得|夺得|当选|教授|先生|女士|老师|记者|同志|一家|今年"
)
_ENDS_IN_AND = re.compile(r"[和与](?:[，。、；：（()）“”]|$|介绍|表示|告诉|坦言|认为|今[年天]|说(?!明|法))")  # 匡景和说
_OFFICE_AND_NAME = re.compile(
    r"[^，。；！？\n]*(?:书记|[长师员家者手工匠兵警医]|主任|经理|主席|总裁|总监|专干|委员|干事|干部|老板|校友|村民|居民|教授|秘书|助理|代表|老师|农民|市民)"
    r"(?P<name>[一-鿿]{2,3})(?:介绍|表示|说|告诉.*|坦言|认为|指出)?"
)


def whole_answer(kind: QuestionKind, text: str, start: int, end: int) -> tuple[int, int]:
    """`text[start:end]` widened or narrowed to a whole answer of `kind`; as it was where nothing is to be done."""
    if kind is QuestionKind.DATE:
        return _whole_date(text, start, end)
    if kind is QuestionKind.REASON:
        return _whole_reason(text, start, end)
    if kind is QuestionKind.PERSON:
        return _whole_name(text, start, end)
    return _whole_words(text, start, end) if kind in (QuestionKind.PLACE, QuestionKind.OTHER) else (start, end)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Without a cut through a word at either end: 阳小学 in 向阳小学 is 向阳小学."""
    at = first = max(text.rfind(mark, 0, start) for mark in "，。；！？：、\n") + 1
    for word in rjieba.cut(text[first : end + _LONGEST_WORD]):
        after = at + len(word)
        if len(word) <= _LONGEST_WORD and is_han(word):
            if at < start < after and not set(text[at:start]) & _OUTSIDE:
                start = at
            if at < end < after and not set(text[end:after]) & _OUTSIDE:
                end = after
        at = after
    return start, end


def _whole_date(text: str, start: int, end: int) -> tuple[int, int]:
    """With the month and the day that follow, or the part of the day before: 一九六一年九月十日 for 一九六一年."""
    hour = _PART_OF_DAY.search(text, max(0, start - 2), start) if _HOUR.match(text, start) else None
    if hour and end <= start + _LONGEST_HOUR:
        return hour.start(), end
    whole = _DATE.match(text, start)
    return (start, whole.end()) if whole and whole.end() > end and _DATE.fullmatch(text, start, end) else (start, end)


def _whole_name(text: str, start: int, end: int) -> tuple[int, int]:
    """With all parts of a foreign name, and a third character where a name would go on into what follows no name.

    Without the office before it and the 表示 behind it.
    """
    start, end = _without_rest(text, *_without_office(text, start, end))
    whole = foreign_name(text, start, end)
    if whole != (start, end):
        return whole
    is_short = 1 <= end - start <= 2 and text[start] in ALL_SURNAMES and is_han(text[start:end])
    if not is_short or (end - start == 2 and _AFTER_NAME.match(text, end) and not _ENDS_IN_AND.match(text, end)):
        return start, end
    for longer in range(end + 1, min(start + 4, len(text) + 1)):
        if text[longer - 1] not in _NO_NAME and is_han(text[end:longer]) and _AFTER_NAME.match(text, longer):
            return start, longer
    word, flag = rjieba.tag(text[start : start + _LONGEST_WORD])[0]
    return (start, start + len(word)) if flag == "nr" and len(word) == _FULL_NAME else (start, end)


def _without_rest(text: str, start: int, end: int) -> tuple[int, int]:
    """言湘名 of 言湘名腿部: the first word of two, where it is a whole name and the other is none."""
    words = rjieba.tag(text[start:end])
    if len(words) != len(("name", "rest")):
        return start, end
    (name, _), (rest, flag) = words
    is_name = len(name) == _FULL_NAME and name[0] in ALL_SURNAMES and is_han(name)
    goes_on = not flag.startswith("n") or flag == "nr" or rest in _TOGETHER
    return (start, end) if not is_name or goes_on else (start, start + len(name))


def _without_office(text: str, start: int, end: int) -> tuple[int, int]:
    """李定河 of 党组书记、局长李定河表示; the span itself where it is no office with one name behind it."""
    said = _OFFICE_AND_NAME.fullmatch(text, start, end)
    return said.span("name") if said and said["name"][0] in ALL_SURNAMES else (start, end)


def _whole_reason(text: str, start: int, end: int) -> tuple[int, int]:
    """Whole clauses, without the words before that only say that a reason follows, and without its effect."""
    inside = [match.start() for match in _CLAUSE_END.finditer(text, start + 1, end)]
    after = _CLAUSE_END.search(text, end)
    boundary = after.start() if after else len(text)
    if boundary - start <= _LONGEST_REASON and (not inside or boundary - end <= 2):
        end = boundary
    elif inside and boundary > end:
        end = inside[-1]
    lead = _LEADS_TO_REASON.match(text, start, end)
    if lead and lead.end() < end:
        start = lead.end()
    tail = _LED_TO.search(text, start, end)
    if tail and tail.start() > start:
        end = tail.start()
    return start, end

"""Whether the sentence that holds an answer speaks of the case that a question asks about, or of one beside it.

双峰高新区的营收多少？     “娄底高新区营业收入189亿元”: another 高新区
早稻亩产多少？             “晚稻亩产800公斤”: the opposite
校长是谁？                 “副校长李青说”: another office
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import rjieba

from bot.composers.asked_words import ASKING, translated_words_met, words_met
from bot.composers.places import of_another_place
from bot.composers.question_kind import QuestionKind, expectation
from bot.composers.surroundings import SEGMENT, stretch
from bot.phrases import language_of
from retrieval.terms import fold

_HAN = re.compile(r"[一-鿿]+")
_YEARS = re.compile(r"\d{2,4}年(?:度|底|初|末)?|去年|今年|前年|明年|上年")
_ORDINAL = re.compile(
    r"第?(?P<number>[一二三四五六七八九十]{1,3}|\d{1,3}(?:\.\d)?)"
    r"(?P<what>届|期|号线|号楼|号桥|桥|中(?=[的在有校哪是]|$)|小(?=[的在有校哪是]|$)|季度|等奖|批次|批|轮|版|代|阶段|车间"
    r"|污水|水厂|医院|中学|小学|人民|大桥|高级|实验)"
)
# Parts of a year, of which a figure for one says nothing of another.
_PARTS_OF_YEAR = re.compile(
    r"[一二三四]季度|[上下]半年|前[一二三]季度|1(?:月)?[至到—–-]\d{1,2}月|首周|头一?个(?:星期|月)|首月"
)
_STRETCHES = ((_PARTS_OF_YEAR, re.compile(r"全年|整个|[一二三四]季度|[上下]半年|前[一二三]季度")),)
_NAMES = frozenset(("nr", "ns", "nt", "nz", "nrt", "nrfg"))
# Each stands for the other case of a pair; any numeral for any other.
_PAIRS: Final = ("早晚", "上下", "男女", "东西", "南北", "进出", "增减", "涨跌", "升降", "买卖", "前后", "内外", "新旧")
_OPPOSITE: Final = {one: pair[1 - at] for pair in _PAIRS for at, one in enumerate(pair)}
# An office by how it ends; what stands before the ending tells one 长 from another.
_OFFICE = re.compile(
    r"副?(?:董事|秘书|社|省|市|县|区|州|镇|乡|村|局|厅|部|处|科|所|校|院|园|馆|站|台|行|厂|会|理事|队|组|团|店|船|机|班|网格|楼|田|林|河)长"
    r"|副?(?:总经理|经理|总裁|总监|主任|主席|书记|教练|导演|主编|裁判|理事长|负责人|发言人|创始人|设计师|工程师)"
    r"|班主任|记者|作者|编剧|妻子|丈夫|老伴|爱人|儿子|女儿|父亲|母亲|爸爸|妈妈|爷爷|奶奶|哥哥|弟弟|姐姐|妹妹|师傅|师父|徒弟|学生|老师"
)
_ALSO: Final = {
    **dict.fromkeys(("妻子", "丈夫", "老伴", "爱人"), "妻|夫|老伴|爱人|媳妇"),
    **dict.fromkeys(("儿子",), "儿"),
    **dict.fromkeys(("女儿",), "女儿|闺女"),
    **dict.fromkeys(("父亲", "爸爸"), "父|爸"),
    **dict.fromkeys(("母亲", "妈妈"), "母|妈|娘"),
    **dict.fromkeys(("师傅", "师父"), "师傅|师父|拜师"),
    "徒弟": "徒|弟子",
    "学生": "学生|徒|弟子|学子|生",
    "老师": "老师|教师|班主任|教",
    "负责人": "负责|书记|主任|长",
    "记者": "记者|本报|通讯员|摄|报道",
    "作者": "作者|记者|通讯员|写|著|文",
}
_SHORTEST_NAME = 2  # characters
_OFFICE_REACH = 14  # characters on either side of a name in which its office stands
_NAME_ASKED = re.compile(r"叫什么|叫什麼|叫啥|姓什么|名字")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer stands: `text[start:end]` in a passage, under a title."""

    title: str
    text: str
    start: int
    end: int

    @property
    def segment(self) -> str:
        """What stands between the nearest full stops or semicolons around it."""
        first, last = stretch(self.text, self.start, self.end, SEGMENT)
        return self.text[first:last]


def wholeness(question: str, place: Place) -> dict[str, float]:
    """How far what is said at `place` is of the case that `question` asks about, each 0..1.

    `other`: 1 where the segment names another of the kind that the question names, or its opposite, or another number
    of a series; less where the passage names the right one elsewhere. `office`: 1 where the office or kinship asked for
    stands by the name, or none is asked for; 0 where another does. `asked`: the share of the words around the asking
    one that the segment holds, at least in part.
    """
    if language_of(question) == "en":
        return {"other": 0.0, "office": 1.0, "asked": translated_words_met(question, f"{place.segment}\n{place.title}")}
    elsewhere = of_another_place(question, place.text, place.start, place.end)
    return {
        "other": 1.0 if elsewhere else _other(question, place),
        "office": _office(question, place),
        "asked": words_met(question, place.segment, place.title),
    }


# -- another of its kind -----------------------------------------------------------------------------------------------


def _other(question: str, place: Place) -> float:
    near = fold(place.segment)
    around = near + fold(place.title)
    passage = fold(place.text)
    worst = 0.0
    for found in _kinds(question):
        if found.whole in around:
            continue
        if any(one not in fold(question) for one in found.rivals(near)):
            worst = max(worst, 0.5 if found.whole in passage else 1.0)
    return worst


@dataclass(frozen=True, slots=True)
class _Kind:
    """A word of the question, and a pattern of its likes: 高新区 after two characters, 三桥 with another numeral."""

    whole: str
    pattern: re.Pattern[str]
    is_name: bool = False

    def rivals(self, text: str) -> Iterator[str]:
        """Its likes in `text`."""
        for match in self.pattern.finditer(text):
            if self.whole not in match[0] and not (self.is_name and self._is_no_name(match[0])):
                yield match[0]

    def _is_no_name(self, other: str) -> bool:
        """Whether `other` begins with a word that is no name, or is this one with a character too many: 月鹤岭."""
        _, flag = rjieba.tag(other)[0]
        return flag not in _NAMES or (len(self.whole) > _SHORTEST_NAME and self.whole[1:] in other)


def _kinds(question: str) -> Iterator[_Kind]:
    text = fold(question)
    for match in _ORDINAL.finditer(text):
        numeral = r"\d{1,3}(?:\.\d)?" if match["number"][0].isdigit() else "[一二三四五六七八九十]{1,3}"
        if not match[0].startswith(("一批", "一代", "一版")):
            yield _Kind(match[0], re.compile(f"第?{numeral}(?:、第?{numeral})*{match['what']}"))
    for name, pattern in _STRETCHES:
        stretch = pattern.search(text)
        if stretch:
            yield _Kind(stretch[0], name)
    words = [(word, flag) for word, flag in rjieba.tag(_YEARS.sub(" ", text)) if word.strip()]
    for word, _ in words:
        yield from _opposites(word)
    for (before, _), (word, flag), (tail, kind) in zip([("", ""), *words], words, words[1:], strict=False):
        if len(before) == 1 and _HAN.fullmatch(before):
            continue  # 北 before 塔城市: the tagger cut through a name
        is_named = flag in _NAMES and 2 <= len(word) <= 3 and _HAN.fullmatch(word)
        if is_named and kind.startswith("n") and len(tail) >= 2 and _HAN.fullmatch(tail):
            stem = word[:-1] if word[-1] in "省市县区镇乡村" and len(word) > 2 else word
            yield _Kind(
                stem, re.compile(rf"(?<![一-鿿])[一-鿿]{{2,4}}{tail}|[一-鿿]{{{len(stem)}}}{tail}"), is_name=True
            )


def _opposites(word: str) -> Iterator[_Kind]:
    for at, character in enumerate(word):
        other = _OPPOSITE.get(character)
        if other and len(word) > 1:
            yield _Kind(word, re.compile(re.escape(word[:at] + other + word[at + 1 :])))


# -- the office --------------------------------------------------------------------------------------------------------


def _office(question: str, place: Place) -> float:
    if expectation(question).kind is not QuestionKind.PERSON and not _NAME_ASKED.search(question):
        return 1.0
    asking = ASKING.search(question)
    offices = list(_OFFICE.finditer(question))
    if not offices:
        return 1.0
    office = _nearest(offices, asking.start() if asking else len(question))
    near = place.text[max(0, place.start - _OFFICE_REACH) : place.end + _OFFICE_REACH]
    pattern = _ALSO.get(office, rf"(?<!副){office}")
    if re.search(pattern, near):
        return 1.0
    said = re.search(pattern, place.segment)
    if _OFFICE.search(near):
        return 0.3 if said else 0.0
    return 0.7 if said else 0.3


def _nearest(offices: list[re.Match[str]], at: int) -> str:
    return min(offices, key=lambda match: min(abs(match.end() - at), abs(match.start() - at)))[0]

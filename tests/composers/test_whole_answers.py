from __future__ import annotations

import time

import pytest

from bot.composers.question_kind import QuestionKind, expectation
from bot.composers.values import is_value, values
from bot.composers.whole_answers import whole_answer
from retrieval.whole_spans import whole_span


def widened(kind: QuestionKind, text: str, part: str) -> str:
    start = text.index(part)
    first, last = whole_answer(kind, text, start, start + len(part))
    assert whole_answer(kind, text, first, last) == (first, last), "a whole answer stays as it is"
    return text[first:last]


@pytest.mark.parametrize(
    ("text", "part", "reason"),
    [
        ("停航是因为上午江面水位偏高，船靠不了岸。", "因为上午江面水位", "上午江面水位偏高"),
        ("因遇到溶洞和暗河，工期比原计划晚了半年。", "因遇到溶洞和暗河，工期比原计划", "遇到溶洞和暗河"),
        ("受运费上涨、订单减少等因素影响，出口下降。", "受运费上涨、订单减少等因素影响", "运费上涨、订单减少"),
        ("因水管老化导致楼道渗水。", "因水管老化导致", "水管老化"),
        ("调价的主要原因是上游气源涨价。", "原因是上游气源", "上游气源涨价"),
        ("为了让居民走出家门，社区办了夜校。", "为了让居民走出家门", "让居民走出家门"),
        ("他受伤后仍坚持上课。", "受伤后", "受伤后仍坚持上课"),
    ],
)
def test_a_reason_is_told_whole_and_without_because(text: str, part: str, reason: str) -> None:
    assert widened(QuestionKind.REASON, text, part) == reason


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("她在向阳小学上班，很忙。", "阳小学", "向阳小学"),
        ("她在向阳小学上班，很忙。", "向阳小", "向阳小学"),
        ("她在向阳小学上班，很忙。", "小学", "小学"),
        ("举办湖南产业带上平台活动。", "湖南产业带", "湖南产业带"),
        ("他的关门弟子叫谷三爷。", "谷三爷", "谷三爷"),
    ],
)
def test_no_word_is_cut(text: str, part: str, whole: str) -> None:
    assert widened(QuestionKind.OTHER, text, part) == whole


@pytest.mark.parametrize(
    ("text", "part", "date"),
    [
        ("一九六一年九月十日互换批准书。", "一九六一年", "一九六一年九月十日"),
        ("2008年12月20日上映。", "2008年", "2008年12月20日"),
        ("大桥上午10时通车。", "10时", "上午10时"),
        ("早上6时30分发车。", "6时30分", "早上6时30分"),
        ("2008年12月20日上映。", "12月", "12月20日"),
        ("2008年12月20日上映。", "20日", "20日"),
        ("2010年网球公开赛后。", "2010年", "2010年"),
        ("预计2026年3月下旬通车。", "2026年3月", "2026年3月下旬"),
        ("工程将于3月底完工。", "3月", "3月底"),
        ("中央2024年一号文件发布。", "2024年", "2024年"),
        ("2018年22号台风登陆。", "2018年", "2018年"),
        ("历时3年2月，终于完工。", "历时3年", "历时3年"),
    ],
)
def test_a_date_is_told_to_its_day(text: str, part: str, date: str) -> None:
    assert widened(QuestionKind.DATE, text, part) == date


@pytest.mark.parametrize(
    ("text", "part", "name"),
    [
        ("馆长尹书怀介绍，新馆五月开放。", "尹书", "尹书怀"),
        ("（通讯员 李定河）", "李定", "李定河"),
        ("团长王强说，团里有四十人。", "王强", "王强"),
        ("队员张明和李芳获奖。", "张明", "张明"),
        ("由陈光主持会议。", "陈光", "陈光"),
        ("欧阳文山任校长。", "欧阳文山", "欧阳文山"),
        ("团长鲍锦年介绍，剧团要下乡。", "鲍锦", "鲍锦年"),
        ("村医匡景和说，药够了。", "匡景", "匡景和"),
        ("村医匡景和今年五十岁。", "匡景", "匡景和"),
        ("团长鲍锦年看了看表。", "鲍锦", "鲍锦年"),
        ("匡景和王强都来了。", "匡景", "匡景"),
        ("干部言湘名腿部受伤。", "言湘名腿部", "言湘名"),
        ("张家辉夫妇来了。", "张家辉夫妇", "张家辉夫妇"),
    ],
)
def test_a_name_has_all_its_characters(text: str, part: str, name: str) -> None:
    assert widened(QuestionKind.PERSON, text, part) == name


def test_other_answers_are_left_alone() -> None:
    assert widened(QuestionKind.OTHER, "因为下雨，比赛改期。", "因为下雨") == "因为下雨"


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("全程只要19分钟。", "9分钟", "19分钟"),
        ("共有360个名额。", "60个", "360个"),
        ("降到31.5微克/立方米。", "31", "31.5微克/立方米"),
        ("建校1,860人。", "860", "1,860人"),
        ("初始资本5000万加元。", "5000", "5000万加元"),
        ("投入5000万。", "5000", "5000万"),
        ("第3页，4人", "4", "4人"),
        ("判处有期徒刑一年三个月。", "三个月", "一年三个月"),
        ("历时一个半月。", "半月", "一个半月"),
        ("为期两年半。", "两年", "两年半"),
        ("成绩1小时07分42秒。", "42秒", "1小时07分42秒"),
        ("以1分52秒18夺冠。", "1分52秒", "1分52秒18"),
        ("8时30分开门。", "30分", "30分"),
        ("查处买卖60余起。", "60", "60余起"),
        ("新装1100余盏路灯。", "1100", "1100余盏"),
        ("最大的重2斤3两。", "2", "2斤3两"),
        ("大家一起走。", "一", "一"),
        ("用电318.6万千瓦。", "318.6", "318.6万千瓦"),
        ("同时登城不超过600人。", "600", "600人"),
        ("参加者超过600人。", "600", "超过600人"),
    ],
)
def test_a_figure_is_never_cut(text: str, part: str, whole: str) -> None:
    start = text.index(part)
    first, last = whole_span(text, start, start + len(part))
    assert text[first:last] == whole


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("比赛为啥改期？", QuestionKind.REASON),
        ("社区干嘛要办夜校？", QuestionKind.REASON),
        ("得奖的那位老师叫什么？", QuestionKind.PERSON),
        ("吉祥物叫啥？", QuestionKind.OTHER),
        ("活动的合办单位是谁？", QuestionKind.OTHER),
        ("主办方是谁？", QuestionKind.OTHER),
        ("会长是谁？", QuestionKind.PERSON),
        ("贸易额百分之百出自哪家公司？", QuestionKind.OTHER),
        ("满意的占百分之几？", QuestionKind.NUMBER),
        ("有好几家公司，最大的叫什么？", QuestionKind.OTHER),
        ("这几年谁当过校长？", QuestionKind.PERSON),
    ],
)
def test_how_people_ask(question: str, kind: QuestionKind) -> None:
    assert expectation(question).kind is kind


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("总理贾斯汀·特鲁多的父亲皮埃尔·特鲁多去世。", "皮埃尔", "皮埃尔·特鲁多"),
        ("由汉斯·戴尔特·苏伊士在那年命名。", "苏伊士", "汉斯·戴尔特·苏伊士"),
        ("局长王小明说。", "王小明", "王小明"),
    ],
)
def test_a_foreign_name_is_whole(text: str, part: str, whole: str) -> None:
    start = text.index(part)
    first, last = whole_answer(QuestionKind.PERSON, text, start, start + len(part))
    assert text[first:last] == whole
    assert (first, last) in list(values(QuestionKind.PERSON, text))


@pytest.mark.parametrize(
    ("text", "part", "name"),
    [
        ("财政局党组书记、局长李定河表示，账要算清。", "党组书记、局长李定河表示", "李定河"),
        ("饭店老板王小满告诉记者。", "饭店老板王小满", "王小满"),
        ("他叫李定河，今年五十岁。", "李定河", "李定河"),
        ("局长和书记都来了。", "局长和书记", "局长和书记"),
    ],
)
def test_a_name_without_the_office(text: str, part: str, name: str) -> None:
    assert widened(QuestionKind.PERSON, text, part) == name


@pytest.mark.parametrize(
    ("text", "is_one"), [("李定河", True), ("关系户", False), ("王村民", False), ("县领导", False), ("李", False)]
)
def test_what_is_a_name(text: str, is_one: bool) -> None:
    assert is_value(QuestionKind.PERSON, text) == is_one


def test_an_aim_is_told_without_the_word_that_calls_it_so() -> None:
    assert widened(QuestionKind.REASON, "活动旨在提升居民素养，很受欢迎。", "旨在提升居民素养") == "提升居民素养"


def test_a_long_run_of_digits_takes_no_long_time() -> None:
    text = "1" * 20_000
    began = time.perf_counter()
    assert whole_span(text, 100, 110) == (0, len(text))
    assert time.perf_counter() - began < 2  # 30 s where every digit was tried as the first of a figure

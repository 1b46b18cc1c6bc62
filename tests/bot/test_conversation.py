"""Follow-ups made to stand alone, and small talk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.conversation import Said, Turn, stand_alone
from bot.conversation.asking import asked, statement
from bot.conversation.names import is_person, may_be_person, persons, places
from bot.small_talk import small_talk

DATA = Path(__file__).parents[1] / "data"
FOLLOW_UPS = [
    json.loads(line)
    for name in ("follow_ups", "real_pages_follow_ups")
    for line in (DATA / f"{name}.questions.jsonl").read_text("utf-8").splitlines()
]
TRADE = "云湖县2025年一季度外贸额是多少？"


@pytest.mark.parametrize(
    ("earlier", "question", "whole"),
    [
        (TRADE, "去年同期呢？", "云湖县去年同期外贸额是多少？"),
        ("2024年全市粮食总产量是多少？", "那2025年呢？", "2025年全市粮食总产量是多少？"),
        ("桥头区首次认定的企业奖多少钱？", "那再次认定的呢？", "桥头区再次认定的企业奖多少钱？"),
        ("老水厂以前一天能供多少水？", "改造以后呢？", "老水厂改造以后一天能供多少水？"),
        ("云湖县GDP增速在全市排第几？", "那工业用电量呢？", "云湖县工业用电量增速在全市排第几？"),
        ("2023年龙舟赛谁拿了冠军？", "亚军是谁？", "2023年龙舟赛亚军是谁？"),
        ("半程马拉松女子冠军是谁？", "她的成绩是多少？", "半程马拉松女子冠军的成绩是多少？"),
        ("柳林社区请了多少家商户？", "那里有几个兴趣小组？", "柳林社区有几个兴趣小组？"),
        ("渡口的轮渡为什么停航？", "那条渡线是哪一年开的？", "渡口渡线是哪一年开的？"),
        ("桥头区劳动监察查了多少次工地？", "涉及多少劳动者？", "桥头区劳动监察涉及多少劳动者？"),
        ("2024年全市粮食总产量是多少？", "2025年云湖县新建学校多少所？", "2025年云湖县新建学校多少所？"),
        (TRADE, "天心区有多少名志愿网格员？", "天心区有多少名志愿网格员？"),
        ("What was the GDP in 2024?", "What about 2025?", "What was the GDP in 2025?"),
    ],
)
def test_a_follow_up_is_completed_and_a_whole_question_left_alone(earlier: str, question: str, whole: str) -> None:
    completed = stand_alone(question, [earlier])
    assert completed.whole == whole
    assert completed.leans == (whole != question)


def test_a_pronoun_stands_for_the_answer_where_that_was_asked_for() -> None:
    who = Turn("窑的第五代传人是谁？", "周立言", "kiln")
    assert stand_alone("他今年多大年纪？", [who]).text == "周立言今年多大年纪？"
    assert stand_alone("他今年多大年纪？", [who]).article_id == "kiln"
    how_many = Turn("剧团有多少人？", "38人", "troupe")
    assert stand_alone("他们每场补多少钱？", [how_many]).text == "剧团每场补多少钱？"


@pytest.mark.parametrize("row", FOLLOW_UPS, ids=lambda row: row["id"])
def test_follow_ups_of_many_kinds_say_what_they_are_about(row: dict[str, Any]) -> None:
    """With the answers that a person would give to the questions before."""
    turns = [Turn(question, said, "one") for question, said in zip(row["history"], row["said"], strict=True)]
    whole = stand_alone(row["question"], turns).whole
    assert all(one in whole for one in row["holds"]), whole
    assert not [one for one in row["lacks"] if one in whole], whole


@pytest.mark.parametrize(
    ("earlier", "question", "whole"),
    [
        ("2022年云湖县茶园有多大？", "上一年呢？", "2021年云湖县茶园有多大？"),
        ("云湖县去年修了几座桥？", "上年同期呢？", "云湖县去年同期修了几座桥？"),
        ("云湖县雾峰镇有几所小学？", "石陂县茶坪乡呢？", "石陂县茶坪乡有几所小学？"),
        ("云湖县有几所小学？", "中学呢？", "云湖县有几所中学？"),
        ("云湖县有多少亩茶园？", "石陂县的橘园呢？", "石陂县有多少亩橘园？"),
        ("湘桐城际二等座多少钱？", "以前坐客车呢？", "湘桐城际以前坐客车是多少钱？"),
        ("云湖县2023年粮食播种面积多少？", "那产量呢？", "云湖县2023年粮食播种产量多少？"),
        ("郑大山哪年进的厂？", "李小海呢？", "李小海哪年进的厂？"),
        ("云湖县今年卖了多少吨茶？", "比去年呢？", "云湖县今年茶比去年增长了多少？"),
        ("剧团以前有多少人？", "现在呢？", "剧团现在有多少人？"),
        ("老桥为什么封了？", "什么时候的事？", "老桥封了，什么时候的事？"),
        ("老桥在哪里修的？", "谁说的？", "老桥修的，谁说的？"),
        ("云湖县的森林覆盖率有多高？", "那石陂县的是多少？", "石陂县的森林覆盖率有多高？"),
        ("远山公司那份合同多少钱？", "云湖公司那笔呢？", "云湖公司那笔合同多少钱？"),
        ("云湖县搞了几次安全检查？", "查出多少问题？", "云湖县安全检查查出多少问题？"),
        ("云湖县茶园有多大？", "云湖县茶园和该县橘园哪个大？", "云湖县茶园和该县橘园哪个大？"),
        ("郑大山多大？", "梅江多长？", "梅江多长？"),
    ],
)
def test_what_is_alike_is_put_in_its_place(earlier: str, question: str, whole: str) -> None:
    assert stand_alone(question, [earlier]).text == whole


@pytest.mark.parametrize(
    ("turns", "question", "whole"),
    [
        ([("哪所学校先装的？", "湘原三中")], "那所学校有多少学生？", "湘原三中有多少学生？"),
        ([("郑大山是哪家公司的董事长？", "恒砺轴承公司")], "这家公司在哪儿？", "恒砺轴承公司在哪儿？"),
        ([("恒砺轴承公司的董事长是谁？", "郑大山")], "该公司有多少人？", "恒砺轴承公司有多少人？"),
        ([("稻花节在哪个镇办？", "太平镇")], "那里有多少亩稻田？", "太平镇有多少亩稻田？"),
        ([("云湖县有多少名护鸟员？", "12名")], "他们一个月拿多少钱？", "云湖县的护鸟员一个月拿多少钱？"),
        ([("郑大山哪年进的厂？", "1983年"), ("他现在多大？", "60岁")], "他的徒弟是谁？", "郑大山的徒弟是谁？"),
        ([("云湖县的黄大姐在哪里干活？", "合作社")], "她以前做什么？", "云湖县的黄大姐以前做什么？"),
        ([("郑大山开的什么店？", "烧烤店")], "他的店在哪里？", "郑大山的店在哪里？"),
        ([("哪条公交线撤了？", "19路")], "为什么撤它？", "为什么撤19路？"),
        ([("门将是谁？", "小川")], "他多大？", "小川多大？"),
        ([("云湖县修了几座桥？", "3座")], "这个项目花了多少钱？", "云湖县桥项目花了多少钱？"),
    ],
)
def test_a_pronoun_stands_for_what_was_spoken_of(turns: list[tuple[str, str]], question: str, whole: str) -> None:
    assert stand_alone(question, [Turn(*turn) for turn in turns]).text == whole


def test_where_two_may_be_meant_both_are_kept() -> None:
    found = stand_alone("他几岁当的学徒？", [Turn("郑大山的师傅是谁？", "李小海")])
    assert {found.text, found.also} == {"李小海几岁当的学徒？", "郑大山几岁当的学徒？"}


def test_a_follow_up_knows_what_was_asked_and_said() -> None:
    said = Said("one", 3, 6, "12名")
    found = stand_alone("那石陂县呢？", [Turn("云湖县有多少名护鸟员？", "12名", "one", said)])
    assert (found.said, found.asked, found.focus) == ((said,), ("云湖县有多少名护鸟员？",), "石陂县")
    alone = stand_alone("石陂县有多少名护鸟员？", [Turn("云湖县有多少名护鸟员？", "12名", "one", said)])
    assert alone.said == ()


def test_an_english_follow_up_is_searched_for_with_the_question_before() -> None:
    found = stand_alone("How long is it?", ["Where is the Meijiang bridge?"])
    assert found.text == "How long is it?"
    assert found.context == "Where is the Meijiang bridge?"


def test_the_parts_of_a_question() -> None:
    assert asked("云湖县有多少名护鸟员？").noun == "护鸟员"
    assert asked("云湖县有多少人？").noun == ""
    assert asked("云湖县的茶叶产量在全市排第几？").subject == "云湖县的茶叶产量"
    assert asked("郑大山欠了工人多少工资？").subject == "郑大山"
    assert statement("老桥靠什么修好的？") == "老桥修好的"


def test_names_of_people_and_places_in_a_question() -> None:
    def said(text: str, found: list[tuple[int, int]]) -> list[str]:
        return [text[start:end] for start, end in found]

    question = "青山桥村的周某平靠什么脱的贫？"
    assert said(question, persons(question)) == ["周某平"]
    assert persons("高新区有多少家企业？") == persons("路灯呢？") == []
    question = "云湖县雾峰镇和长沙哪里先开的夜市？"
    assert said(question, places(question)) == ["云湖县", "雾峰镇", "长沙"]
    assert is_person("郑大山")
    assert not is_person("高新区")
    assert may_be_person("水长福")
    assert not may_be_person("青年教师")


def test_a_chain_of_follow_ups() -> None:
    history = ["剧团有多少人？", "2025年下乡多少场？"]
    assert stand_alone("他们每场演出补多少钱？", history).whole == "剧团2025年每场演出补多少钱？"


def test_a_short_question_may_also_be_meant_by_itself() -> None:
    assert stand_alone("停水要停到什么时候？", [TRADE]).may_stand
    assert not stand_alone("为什么？", [TRADE]).may_stand
    assert stand_alone("", [TRADE]).whole == ""


@pytest.mark.parametrize(
    "text", ["你好", "您好！", "谢谢你～", "hello", "Thank you!", "你是谁？", "你能做什么呢？", "再见。", "help"]
)
def test_small_talk_gets_a_reply_of_its_own(text: str) -> None:
    for language in ("zh", "en"):
        assert small_talk(text, language)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["你好书店在哪里？", "谢谢网格员的信是谁写的？", "帮助了多少人？", "谁是市长？", "help desk hours?"]
)
def test_what_only_begins_like_small_talk_is_a_question(text: str) -> None:
    assert small_talk(text, "zh") is None


@pytest.mark.parametrize("focus", ["末" * 900, "东县" * 450])
def test_a_long_follow_up_is_not_taken_apart(focus: str) -> None:
    assert focus in stand_alone(f"那{focus}呢", ["2024年西县的生产总值是多少？"]).text

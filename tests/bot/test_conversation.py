"""Follow-ups made to stand alone, and small talk."""

from __future__ import annotations

import pytest

from bot.conversation import Turn, stand_alone
from bot.small_talk import small_talk

TRADE = "云湖县2025年一季度外贸额是多少？"


@pytest.mark.parametrize(
    ("earlier", "question", "whole"),
    [
        (TRADE, "去年同期呢？", "云湖县去年同期外贸额是多少？"),
        ("2024年全市粮食总产量是多少？", "那2025年呢？", "2025年全市粮食总产量是多少？"),
        ("桥头区首次认定的企业奖多少钱？", "那再次认定的呢？", "桥头区再次认定的企业奖多少钱？"),
        ("老水厂以前一天能供多少水？", "改造以后呢？", "老水厂改造以后一天能供多少水？"),
        ("云湖县GDP增速在全市排第几？", "那工业用电量呢？", "云湖县GDP工业用电量在全市排第几？"),
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

from __future__ import annotations

import time

import pytest

from bot.composers.asked import Asked, fitness
from bot.composers.question_kind import QuestionKind, expectation


@pytest.mark.parametrize(
    ("question", "fits", "does_not"),
    [
        ("网格长每月补贴多少钱？", "300元", "600人"),
        ("他们几个人总共拿回多少工钱？", "6.2万元", "6名"),
        ("今年调解了多少宗纠纷？", "190起", "848个"),
        ("门票多少钱？", "免票，原价20元", "30万人次"),
        ("股价跌幅多少？", "3.2%", "8人"),
        ("去年全市人口出生率是多少？", "7.52‰", "1062万人"),
        ("营收同比增长多少？", "25.5%", "19家"),
        ("托育中心能收多少个孩子？", "150名", "8万元"),
        ("园区排第几？", "第2位", "43家"),
        ("他多大岁数？", "71岁", "20年"),
        ("黄桃园有多大？", "23.3公顷", "15人"),
        ("这几年拆掉的违建面积有多大？", "13000余平方米", "8个"),
        ("几家污水厂的经营期放宽到了多久？", "40年", "9.8亿元"),
        ("培训前后持续了多长时间？", "一个半月", "16万元"),
        ("今年培训了多少家政阿姨？", "近7000人", "70%"),
        ("一共牵涉到多少农民工工资？", "3100余万元", "2300多人"),
        ("替多少打工人追回了钱？", "2038名", "16万余元"),
        ("追回了多少打工人的钱？", "16万余元", "2038名"),
        ("扩容后一天的污水处理能力有多大？", "14万吨", "约2300平方米"),
        ("特许经营期限放宽到了多长？", "40年", "9.8亿元"),
        ("财政补几个点？", "3%", "30万元"),
        ("有多少支队伍参加？", "32支", "9.6万人"),
        ("备了多少台风力灭火机？", "92台", "200部"),
        ("全县有几家长者食堂？", "31家", "14.6万元"),
        ("新建了多少路灯？", "1100余盏", "一大批"),
        ("他还欠多少本金？", "35万元", "一大批"),
        ("有多少旅客乘车？", "21.4万人次", "18.3%"),
        ("那她一晚上能卖多少碗？", "两百多碗", "6元"),
        ("How much does a ticket cost?", "15元", "19分钟"),
    ],
)
def test_a_figure_has_the_measure_that_was_asked_for(question: str, fits: str, does_not: str) -> None:
    expected = expectation(question)
    assert expected.kind is QuestionKind.NUMBER
    assert expected.strength(fits) == 1
    assert (
        fitness(Asked.of(question), does_not, 0, len(does_not)) == 0 < fitness(Asked.of(question), fits, 0, len(fits))
    )


@pytest.mark.parametrize("question", ["查出了多少问题？", "那里有多少？", "最后卖了多少？"])
def test_where_no_measure_is_named_any_will_do(question: str) -> None:
    expected = expectation(question)
    assert (expected.kind, expected.measure) == (QuestionKind.NUMBER, "")
    assert fitness(Asked.of(question), "1.2万吨", 0, 5) == 1


@pytest.mark.parametrize("question", ["设了哪几个站？", "是哪几路车？", "几乎没有人来吗？"])
def test_not_every_few_asks_for_a_number(question: str) -> None:
    assert expectation(question).kind is not QuestionKind.NUMBER


@pytest.mark.parametrize("text", ["1" + "　" * 400 + "完。", "1" + " " * 400, "百" * 400, "1" * 2000, "十万" * 300])
def test_a_run_of_blanks_or_digits_costs_nothing(text: str) -> None:
    began = time.perf_counter()
    expectation("门票多少钱？").strength(text)
    assert time.perf_counter() - began < 0.5


def test_a_short_answer_does_not_go_on_into_another_sentence() -> None:
    text = "村里有茶厂。镇上有酒厂。"
    asked = Asked.of("村里有什么厂？")
    assert fitness(asked, text, 3, 5) > fitness(asked, text, 3, 11) > 0


@pytest.mark.parametrize(
    ("question", "range_"),
    [
        ("一张票多少钱？", "50元至80元"),
        ("山上多少米高？", "约200米至1,400米"),
        ("书市什么时候举行？", "9月27日至10月9日"),
        ("什么时候修的路？", "2018年至2020年"),
    ],
)
def test_a_range_is_as_good_as_a_figure(question: str, range_: str) -> None:
    assert fitness(Asked.of(question), range_, 0, len(range_)) >= 0.5

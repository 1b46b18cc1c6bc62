"""Reasons are what a text calls so, and who asks why gets one rather than its effect."""

from __future__ import annotations

import pytest

from bot.composers.question_kind import QuestionKind, expectation
from bot.composers.reasons import cause_before, reason_fitness, reasons, whole_reason


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("原来，因水管老化导致渗水，网格长上门维修。", ["水管老化"]),
        ("受原料涨价、订单减少等因素影响，工厂停了两条线。", ["原料涨价、订单减少"]),
        ("受大雾影响，高速封闭。", ["大雾"]),
        ("为预防山火，县里禁止带火种上山。", ["预防山火"]),
        ("学校只招到十人，因为家长不放心。", ["家长不放心"]),
        ("停航的原因是大桥通车，没有人坐船。", ["大桥通车"]),
        ("这里日照长，土壤肥；因此，果园多。", ["这里日照长，土壤肥"]),
        ("他在村里开了一家小店。", []),
        ("因此，村里修了路。", []),
        ("为人民服务是他的口头禅。", []),
        ("因特网进了村。", []),
    ],
)
def test_reasons(text: str, said: list[str]) -> None:
    assert [text[start:end] for start, end in reasons(text)] == said


def test_whole_reason() -> None:
    text = "学校只招到十人，因为家长不放心孩子住校。"
    start = text.index("不放心")
    first, last = whole_reason(text, start, start + 3)
    assert text[first:last] == "家长不放心孩子住校"
    assert whole_reason(text, 0, 2) == (0, 2)


def test_the_shortest_reason() -> None:
    text = "由于家住海边，所以爱吃鱼。"
    start = text.index("海边")
    first, last = whole_reason(text, start, start + 2)
    assert text[first:last] == "家住海边"


@pytest.mark.parametrize(("part", "fitness"), [("10时30分", 0.0), ("水位偏高", 1.0), ("预赛推迟", 0.3)])
def test_fitness(part: str, fitness: float) -> None:
    text = "因为水位偏高，预赛推迟到10时30分。"
    start = text.index(part)
    assert reason_fitness(text, start, start + len(part)) == fitness


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("活动旨在把关口前移，有效增强意识，守住底线。", "关口前移", "把关口前移，有效增强意识，守住底线"),
        ("活动旨在把关口前移，村民都来了。", "关口前移", "把关口前移"),
        ("活动旨在把关口前移，吸引了300人参加。", "关口前移", "把关口前移"),
        (
            "受雨天路滑、车流量大等因素影响，园区关了两天。",
            "雨天路滑、车流量大等因素影响，园区关了两天",
            "雨天路滑、车流量大",
        ),
        ("设计目的是让老人少走路。", "让老人", "让老人少走路"),
    ],
)
def test_aims_and_influences(text: str, part: str, whole: str) -> None:
    start = text.index(part)
    first, last = whole_reason(text, start, start + len(part))
    assert text[first:last] == whole


@pytest.mark.parametrize(
    ("question", "is_reason"),
    [
        ("搞积分制图的是什么？", True),
        ("活动出于什么目的？", True),
        ("目的地是哪里？", False),
        ("地图是什么样的？", False),
    ],
)
def test_who_asks_for_an_aim_asks_why(question: str, is_reason: bool) -> None:
    assert (expectation(question).kind is QuestionKind.REASON) == is_reason


@pytest.mark.parametrize(
    ("question", "text", "part", "whole"),
    [
        ("梅江市为什么防汛担子重？", "梅江市三所学校师生多，防汛压力巨大。", "防汛压力巨大", "三所学校师生多"),
        ("梅江市为什么师生多？", "梅江市三所学校师生多，防汛压力巨大。", "防汛压力巨大", "防汛压力巨大"),
        ("梅江市为什么防汛担子重？", "因学生多，防汛压力巨大。", "学生多", "学生多"),
        ("梅江市有多重的防汛担子？", "梅江市三所学校师生多，防汛压力巨大。", "防汛压力巨大", "防汛压力巨大"),
        ("为什么防汛担子重？", "防汛压力巨大。", "防汛压力巨大", "防汛压力巨大"),
    ],
)
def test_the_cause_before_what_the_question_says(question: str, text: str, part: str, whole: str) -> None:
    start = text.index(part)
    first, last = cause_before(question, text, start, start + len(part))
    assert text[first:last] == whole

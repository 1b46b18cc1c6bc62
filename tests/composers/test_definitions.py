"""What a coined term means is what the text says behind it, or the list that it sums up."""

from __future__ import annotations

import pytest

from bot.composers.definitions import meaning, sums_up

_WHAT = "“{}”是什么意思？"


@pytest.mark.parametrize(
    ("term", "text", "said"),
    [
        (
            "1+2+N",
            "每个小区实行“1+2+N”管理模式，即配1名楼长、2名楼管、N名热心邻居，每周碰头。",
            "配1名楼长、2名楼管、N名热心邻居",
        ),
        ("三员", "建起“三员”（管理员、宣传员、巡查员）队伍。", "管理员、宣传员、巡查员"),
        ("三好", "按照环境好、秩序好、邻里好的“三好”标准评比。", "环境好、秩序好、邻里好"),
        ("两快一好", "打造办事快、落地快、口碑好的“两快一好”环境。", "办事快、落地快、口碑好"),
        ("两减一增", "厂里推行“两减一增”行动，用电减少、废水减少，同时增加绿地。", "用电减少、废水减少，同时增加绿地"),
        ("夜校", "“夜校”就是晚上给上班的人开的课。", "晚上给上班的人开的课"),
    ],
)
def test_meaning(term: str, text: str, said: str) -> None:
    at = text.index(term)
    found = meaning(_WHAT.format(term), text, at, at + len(term))
    assert found
    assert text[found[0] : found[1]] == said


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("“三好”标准是哪年定的？", "按照环境好、秩序好、邻里好的“三好”标准评比。"),
        ("夜校是什么意思？", "“夜校”（晚上给上班的人开的课）开了。"),
        ("“三好”是什么意思？", "“三好”评比开始了，村里热闹起来。"),
        ("“五好”是什么意思？", "村口的红、黄的“五好”牌子很大。"),
        ("“三好”是什么意思？", "评比开始了。按照环境好、秩序好、邻里好的“三好”标准。"),
    ],
)
def test_nothing_said_of_a_term(question: str, text: str) -> None:
    assert meaning(question, text, 0, 2) is None


def test_a_term_that_counts_needs_no_quotation_marks() -> None:
    text = "按照环境好、秩序好、邻里好的“三好”标准评比。"
    assert meaning("三好指的是什么？", text, 0, 2) == (text.index("环境"), text.index("的“"))


def test_what_a_term_sums_up() -> None:
    assert (sums_up("五好"), sums_up("两快一好"), sums_up("夜校")) == (5, 3, 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [("创建“五好”就是", None), ("“五好”即水，路也修通了，村民增收", "水")],
)
def test_a_term_without_a_meaning_behind_it(text: str, said: str | None) -> None:
    at = text.index("“五好”")
    found = meaning("“五好”是什么意思？", text, at, at + 4)
    assert (found and text[slice(*found)]) == said

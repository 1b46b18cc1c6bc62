"""Who asks from what to what, or how many of two things, gets both figures."""

from __future__ import annotations

import pytest

from bot.composers.two_figures import asks_for_change, asks_for_two, changes, is_two, whole_two


@pytest.mark.parametrize(
    ("question", "change", "two"),
    [
        ("合作社从几家涨到了几家？", True, True),
        ("每天的处理量由多少变成了多少？", True, True),
        ("科室从多少个减到多少个？", True, True),
        ("她的月收入发生了怎样的变化？", True, True),
        ("科室精简前后各有多少个？", True, True),
        ("科室原来有几个，现在有几个？", True, True),
        ("搬迁的有多少户、多少人？", False, True),
        ("水费和电费各用了多少？", False, True),
        ("搬迁的有多少人？", False, False),
        ("涨到了多少家？", False, False),
        ("村子发生了怎样的变化？", False, False),
    ],
)
def test_which_questions_ask_for_two(question: str, change: bool, two: bool) -> None:
    assert (asks_for_change(question), asks_for_two(question)) == (change, two)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("工厂从“十三五”末的6家，到“十四五”期间跃升至31家，增长4倍。", ["从“十三五”末的6家，到“十四五”期间跃升至31家"]),
        ("科室由原来12个整合成7个，其他单位精简至5个。", ["由原来12个整合成7个"]),
        ("处理能力从每日3万吨提升至8万吨。", ["从每日3万吨提升至8万吨"]),
        ("月薪从三四千元涨到上万元。", ["从三四千元涨到上万元"]),
        ("2023年增加到30个，2024年增加到50个。", []),
        ("全县有30个村。", []),
    ],
)
def test_changes(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in changes(text)] == found


@pytest.mark.parametrize(
    ("question", "text", "part", "whole"),
    [
        ("从几家涨到几家？", "工厂从6家增加到31家，用地30亩。", "31家", "从6家增加到31家"),
        ("从几家涨到几家？", "工厂从6家增加到31家，用地30亩。", "30亩", "30亩"),
        ("有多少户、多少人？", "搬迁210户655人，投入30万元。", "655人", "210户655人"),
        ("有多少户、多少人？", "投入30万元，修路5公里。", "30万元", "30万元"),
        (
            "电费和水费各用了多少？",
            "用了300余万元公共电费与42万元居民水费，账目公开。",
            "42万元",
            "300余万元公共电费与42万元居民水费",
        ),
        ("讲座和义诊各办了多少场？", "今年共办讲座12场、义诊5场。", "5场", "讲座12场、义诊5场"),
        ("镇上有几个村和社区？", "全镇辖8个村、2个社区。", "2个", "8个村、2个社区"),
        ("有多少人？", "搬迁210户655人。", "655人", "655人"),
        ("有多少户、多少人？", "搬迁的是一些老人。", "老人", "老人"),
    ],
)
def test_both_figures(question: str, text: str, part: str, whole: str) -> None:
    start = text.index(part)
    first, last = whole_two(question, text, start, start + len(part))
    assert text[first:last] == whole


def test_nothing_but_two_figures() -> None:
    assert is_two("有多少户、多少人？", "210户655人")
    assert not is_two("有多少户、多少人？", "搬迁210户655人")

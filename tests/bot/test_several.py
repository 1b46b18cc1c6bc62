from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.answer import ArticleReference, Citation
from bot.composers.extractive import Composition
from bot.several import parts_of, together


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (
            "2023年和2024年龙舟赛的冠军成绩各是多少？",
            ["2023年龙舟赛的冠军成绩是多少？", "2024年龙舟赛的冠军成绩是多少？"],
        ),
        ("全市2023年、2024年和2025年的产值是多少？", [f"全市{year}年的产值是多少？" for year in (2023, 2024, 2025)]),
        ("2022年、2023年、2024年的产值", [f"{year}年的产值" for year in (2022, 2023, 2024)]),
        ("2023年和2024年比赛各有多少人？", ["2023年比赛有多少人？", "2024年比赛有多少人？"]),
        ("天心区和雨花区分别有多少名网格员？", ["天心区有多少名网格员？", "雨花区有多少名网格员？"]),
    ],
)
def test_the_same_asked_of_several_is_asked_of_each(question: str, asked: list[str]) -> None:
    assert [part.question for part in parts_of(question)] == asked


@pytest.mark.parametrize(
    "question",
    [
        "2024年的产值是多少？",
        "哪支队伍在2023年和2025年都夺了冠？",
        "2023年和2024年相比，产值增长了多少？",
        "2025—2026年冬天有多少只水鸟？",
        "2023年和平路修了吗？",
        "天心区和雨花区相距多远？",
        "吉祥物分别叫什么？",
        "2023年和2024年生产总值哪一年更高？",
        "2022年和2023年连续两年获奖的是谁？",
        "收入2023、2024万元的企业有几家？",
        "呼和浩特市和大同市的面积各是多少？",
        "和平县和同安区的人口分别是多少？",
    ],
)
def test_one_question_stays_one(question: str) -> None:
    assert parts_of(question) == ()


def composition(short: str, quote: str, confidence: float) -> Composition:
    citation = Citation("a", "标题", "2024-01-01", "日报", quote, 0, len(quote))
    return Composition(f"{short}\n{quote} [1]", False, confidence, (citation,), short_answer=short)


REFUSED = Composition("没有。", True, 0.1, nearest=(ArticleReference("a", "标题", None, ""),))


def test_answers_stand_under_their_labels_with_their_own_citations() -> None:
    parts = parts_of("2023年、2024年和2025年的产值各是多少？")
    found = [composition("3亿元", "2023年产值3亿元。", 0.9), REFUSED, composition("5亿元", "今年产值5亿元。", 0.6)]
    whole = together(parts, found, "zh")
    assert whole.text == (
        "2023年：3亿元\n2023年产值3亿元。 [1]\n2024年：档案里没有找到。\n2025年：5亿元\n今年产值5亿元。 [2]"
    )
    assert [one.quote for one in whole.citations] == ["2023年产值3亿元。", "今年产值5亿元。"]
    assert (whole.short_answer, whole.confidence, whole.refused) == ("2023年 3亿元；2025年 5亿元", 0.6, False)


def test_one_sentence_that_answers_both_is_cited_once() -> None:
    sentence = "前年产值3亿元，去年5亿元。"
    parts = parts_of("2023年和2024年的产值各是多少？")
    whole = together(parts, [composition("3亿元", sentence, 0.9), composition("5亿元", sentence, 0.9)], "zh")
    assert whole.text.count("[1]") == 2
    assert len(whole.citations) == 1


def test_where_none_is_answered_the_whole_is_refused() -> None:
    assert together(parts_of("2023年和2024年的产值各是多少？"), [REFUSED, REFUSED], "zh") is REFUSED


def test_the_assistant_asks_each_part(run: Callable[..., Any], filled: Path) -> None:
    asked = run("ask", "2023年和2024年梅江二桥全长各是多少米？", "--json", "--refuse-below", 0, "--data", filled)
    answer = json.loads(asked.out)
    assert [line[:6] for line in answer["answer"].splitlines() if line.startswith("202")] == ["2023年：", "2024年："]
    assert all(one["quote"] in answer["answer"] for one in answer["citations"])

from __future__ import annotations

import pytest

from bot.abbreviations import spelt_as_in, spelt_out


@pytest.mark.parametrize(
    ("question", "spelt"),
    [
        ("全市2024年GDP是多少？", "全市2024年生产总值是多少？"),
        ("gdp增速", "生产总值增速"),
        ("aı是什么", "aı是什么"),
        ("AI中医面诊", "人工智能中医面诊"),
        ("CAI是什么？", "CAI是什么？"),
        ("What was the GDP?", "What was the GDP?"),
    ],
)
def test_abbreviations_are_spelt_out(question: str, spelt: str) -> None:
    assert spelt_out(question) == spelt


def test_a_question_is_put_as_the_articles_write_it() -> None:
    question = "全市GDP是多少？"
    assert spelt_as_in(question, ["全市地区生产总值1462.7亿元。"]) == "全市生产总值是多少？"
    assert spelt_as_in(question, ["全市GDP达1462.7亿元。", "别的。"]) == question
    assert spelt_as_in("多少人？", ["620人"]) == "多少人？"

from __future__ import annotations

import pytest

from bot.composers.asked_words import UNTOLD, translated_words_met, words_met


@pytest.mark.parametrize(
    ("question", "near", "title", "met"),
    [
        ("小区增加了多少车位？", "小区增加车位300个", "", 1.0),
        ("小区增加了多少车位？", "开通公交线3条", "", 0.0),
        ("小区增加了多少车位？", "达300个", "小区增加车位", 0.5),
        # Plain words, and those of newspapers.
        ("一共讨回了多少工钱？", "为劳动者追回工资40万元", "", 0.9),
        ("交通违章减少了多少？", "交通违法行为同比下降38%", "", 0.675),
        # Places, people and what stands in any question tell nothing.
        ("邵阳市的时间是什么意思？", "与此无关", "", UNTOLD),
        ("株洲的夜市办了多少期？", "夜市举办151期", "", 1.0),
    ],
)
def test_words_met(question: str, near: str, title: str, met: float) -> None:
    assert words_met(question, near, title) == pytest.approx(met, abs=0.06)


def test_words_of_an_english_question_are_looked_for_in_chinese() -> None:
    assert translated_words_met("What was the price of tea?", "茶叶价格40元") > 0
    assert translated_words_met("What was the price of tea?", "无关") == 0
    assert translated_words_met("Xyzzy?", "无关") == UNTOLD

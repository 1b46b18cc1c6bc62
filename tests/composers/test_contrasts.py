"""An answer that is said of the other of two is noticed."""

from __future__ import annotations

import pytest

from bot.composers.contrasts import contradicts

TWO = "男子冠军是来自贵州的龙正岩，成绩不错；女子冠军由体育老师谭若溪获得，成绩也好。"


@pytest.mark.parametrize(
    ("question", "text", "part", "other"),
    [
        ("男子冠军是谁？", TWO, "龙正岩", False),
        ("男子冠军是谁？", TWO, "谭若溪", True),
        ("女子冠军是谁？", TWO, "龙正岩", True),
        ("女子冠军是谁？", TWO, "谭若溪", False),
        ("冠军是谁？", TWO, "谭若溪", False),
        ("头一回评上奖多少？", "首次认定的奖15万元，再次认定的奖8万元。", "15万元", False),
        ("头一回评上奖多少？", "首次认定的奖15万元，再次认定的奖8万元。", "8万元", True),
        ("初中组谁夺冠？", "初中组冠军是北津三中，小学组冠军是北津实验学校。", "北津实验学校", True),
        ("采茶节哪天开始？", "4月7日，采茶节落幕。", "4月7日", True),
        ("采茶节哪天落幕？", "4月7日，采茶节落幕。", "4月7日", False),
        ("书展哪天结束？", "书展5月1日开始，5月7日结束。", "5月7日", False),
        ("书展哪天结束？", "书展5月1日开始，5月7日结束。", "5月1日", True),
        ("张老哪年去世？", "张老1920年出生，2001年去世。", "2001年", False),
        ("周女士被骗多少钱？", "周女士被网上的男友骗走3万元。", "3万元", False),
        ("男女各多少人？", TWO, "谭若溪", False),
    ],
)
def test_contradicts(question: str, text: str, part: str, other: bool) -> None:
    start = text.index(part)
    assert contradicts(question, text, start, start + len(part)) is other

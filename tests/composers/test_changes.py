"""What something is, by how much it changed, and what it was."""

from __future__ import annotations

import pytest

from bot.composers.changes import level


@pytest.mark.parametrize(
    ("question", "text", "part", "expected"),
    [
        ("数到多少只鸟？", "共数到2.4万只，比上年多2800只。", "2.4万只", 1.0),
        ("数到多少只鸟？", "共数到2.4万只，比上年多2800只。", "2800只", 0.5),
        ("比上年多多少只鸟？", "共数到2.4万只，比上年多2800只。", "2800只", 1.0),
        ("产值是多少？", "产值12亿元，同比增长8%。", "8%", 0.5),
        ("产值增长多少？", "产值12亿元，同比增长8%。", "8%", 1.0),
        ("提前了几天完工？", "大桥比计划提前5天完工。", "5天", 1.0),
        ("工期缩短多少天？", "工期缩短30天。", "30天", 1.0),
        ("油价涨多少？", "油价每升上涨0.25元。", "0.25元", 1.0),
        ("房价的跌幅多少？", "房价跌幅3.2%。", "3.2%", 1.0),
        ("现在有多少家？", "企业从17家增加到291家。", "17家", 0.5),
        ("现在有多少家？", "企业从17家增加到291家。", "291家", 1.0),
        ("原来有多少家？", "企业从17家增加到291家。", "17家", 1.0),
        ("有多少家？", "从17家企业里选出3家。", "3家", 1.0),
    ],
)
def test_level(question: str, text: str, part: str, expected: float) -> None:
    start = text.index(part)
    assert level(question, text, start, start + len(part)) == expected

"""Who asks 哪家银行 wants a bank, who asks 哪两种鸟 their names and not how many."""

from __future__ import annotations

import pytest

from bot.composers.asked_noun import noun_fitness


@pytest.mark.parametrize(
    ("question", "text", "before", "fitness"),
    [
        ("登公告的是哪家银行？", "农村商业银行麓山支行", "", 1.0),
        ("登公告的是哪家银行？", "杨军", "债务人", 0.6),
        ("案子是哪家法院判的？", "俞清越", "承办法官", 0.6),
        ("案子是哪家法院判的？", "北津区人民法院", "", 1.0),
        ("她在哪所小学上班？", "向阳小学", "", 1.0),
        ("哪家上市企业签了约？", "精鹰传媒", "成功签约上市企业", 1.0),
        ("记录到哪两种鸟？", "黑翅鸢和白额雁", "", 1.0),
        ("分哪三种颜色？", "红、黄、蓝", "", 1.0),
        ("分哪三种颜色？", "三色", "", 0.3),
        ("分哪三种颜色？", "红", "", 0.6),
        ("哪几个地方可以献血？", "4处", "", 0.3),
        ("哪几个地方可以献血？", "步行街、南站广场", "", 1.0),
        ("这是什么？", "一本书", "", 1.0),
    ],
)
def test_fitness(question: str, text: str, before: str, fitness: float) -> None:
    assert noun_fitness(question, text, before) == fitness

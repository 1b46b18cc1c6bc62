"""The answer in the words that the reader points at, at the edges of a passage."""

from __future__ import annotations

import pytest

from bot.composers.answer_span import answer_span
from bot.composers.asked import Asked, fitness


@pytest.mark.parametrize(
    ("question", "text", "part", "whole"),
    [
        ("记者是谁？", "本报记者王", "王", "王"),  # nothing follows in which the name could go on
        ("记者是谁？", "本报记者王小", "王", "王小"),
        ("有哪些馆？", "新馆四座。\n　　科技馆、美术馆、书画馆都在河边。", "美术馆", "科技馆、美术馆、书画馆都在河边"),
        ("别名是什么？", "名字很多。\n　　山茶、野茶", "野茶", "山茶、野茶"),
        ("一共几股？", "绳子有2股。", "2", "2股"),
        ("谁画的？", "画由（李明）作。", "（李明", "（李明）"),
        ("为什么停水？", "因主管道被挖断，城东停水。", "管道被挖", "主管道被挖断"),
        ("为什么停水？", "城东停水，据说是因为主管道被挖断了、要换新的。", "管道", "主管道被挖断了、要换新的"),
        ("有多少米高？", "树高15米至20米。", "20米", "15米至20米"),
        ("什么时候举行？", "书市9月27日至10月9日举行。", "9月27日", "9月27日至10月9日"),
        ("展出了什么？", "展出：瓷器、书画、青铜器。", "书画", "瓷器、书画、青铜器"),
        ("谁来了？", "来宾：王小明、李大山。", "李大山", "王小明、李大山"),
        ("销往哪里？", "销往：东江、南山。", "南山", "东江、南山"),
        ("瓷器旁边展出了什么？", "展出：瓷器、书画。", "书画", "书画"),
        ("哪个队赢了？", "镇上的“乐飞龙队”赢了。", "飞龙队", "乐飞龙队"),
        ("从几家涨到几家？", "店从6家增加到31家。", "31家", "从6家增加到31家"),
        ("“三好”是什么意思？", "推行环境好、秩序好、邻里好的“三好”标准。", "“三好”标准", "环境好、秩序好、邻里好"),
        ("是什么？", "，，，", "，，", ""),
    ],
)
def test_span(question: str, text: str, part: str, whole: str) -> None:
    start = text.rindex(part)
    first, last = answer_span(Asked.of(question), text, start, start + len(part))
    assert text[first:last] == whole


@pytest.mark.parametrize(
    ("question", "text", "part", "expected"),
    [
        ("在哪里举行？", "在科伦举行。", "科伦", 0.5),  # few foreign places say what they are
        ("为什么停水？", "因管道老化，城东停水。", "管道老化", 1.0),
        ("为什么停水？", "因管道老化，城东停水。", "城东停水", 0.3),
        ("花了多少钱？", "新装1100余盏路灯。", "1100", 0.0),
        ("放了多久？", "以4起案件为例。", "4", 0.0),
        ("最高气温是多少？", "测得39.8℃，是最高值。", "39.8", 1.0),
        ("是什么？", "是一本书。", "一本书", 1.0),
        ("是什么？", "是一本书。里面有画。", "一本书。里面", 0.4),
    ],
)
def test_fitness(question: str, text: str, part: str, expected: float) -> None:
    start = text.index(part)
    assert fitness(Asked.of(question), text, start, start + len(part)) == expected

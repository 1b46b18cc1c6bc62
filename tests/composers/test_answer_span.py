"""The answer in the words that the reader points at, at the edges of a passage."""

from __future__ import annotations

import pytest

from bot.composers.answer_span import answer_span
from bot.composers.asked import Asked


@pytest.mark.parametrize(
    ("question", "text", "part", "whole"),
    [
        ("记者是谁？", "本报记者王", "王", "王"),  # nothing follows in which the name could go on
        ("记者是谁？", "本报记者王小", "王", "王小"),
        ("有哪些馆？", "新馆四座。\n　　科技馆、美术馆、书画馆都在河边。", "美术馆", "科技馆、美术馆、书画馆都在河边"),
        ("别名是什么？", "名字很多。\n　　山茶、野茶", "野茶", "山茶、野茶"),
        ("一共几股？", "绳子有2股。", "2", "2股"),
        ("谁画的？", "画由（李明）作。", "（李明", "（李明）"),
        ("是什么？", "，，，", "，，", ""),
    ],
)
def test_span(question: str, text: str, part: str, whole: str) -> None:
    start = text.rindex(part)
    first, last = answer_span(Asked.of(question), text, start, start + len(part))
    assert text[first:last] == whole

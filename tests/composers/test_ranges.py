"""A range is given whole, unless one of its ends is asked for."""

from __future__ import annotations

import pytest

from bot.composers.question_kind import expectation
from bot.composers.ranges import whole_range


@pytest.mark.parametrize(
    ("question", "text", "part", "whole"),
    [
        ("这种果子长多少厘米？", "果子长约15至20厘米，可食。", "20厘米", "约15至20厘米"),
        ("这种果子长多少厘米？", "果子长约15至20厘米，可食。", "15", "约15至20厘米"),
        ("茶园海拔多少米？", "茶园分布在海拔200米至1,400米的山坡。", "200米", "200米至1,400米"),
        ("茶园海拔多少米？", "茶园分布在海拔200米至1,400米的山坡。", "1,400米", "200米至1,400米"),
        ("书市什么时候举行？", "书市于2024年9月27日至10月9日举行。", "2024年9月27日", "2024年9月27日至10月9日"),
        ("书市什么时候举行？", "书市于9月27日-29日举行。", "9月27日", "9月27日-29日"),
        ("书市什么时候开始？", "书市于9月27日至10月9日举行。", "9月27日", "9月27日"),
        ("最高气温多少度？", "气温12至31度。", "31度", "31度"),
        ("摊位有多少个？", "摊位从186个到150个，少了一些。", "150个", "150个"),
        ("参赛的有多少人？", "参赛的有620人。", "620人", "620人"),
        ("谁去了？", "王小明至李家村去了。", "王小明", "王小明"),
    ],
)
def test_range(question: str, text: str, part: str, whole: str) -> None:
    start = text.index(part)
    first, last = whole_range(question, expectation(question).kind, text, start, start + len(part))
    assert text[first:last] == whole

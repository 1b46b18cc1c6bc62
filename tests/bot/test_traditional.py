from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.traditional import TABLE, in_traditional, is_traditional


@pytest.mark.parametrize(
    ("text", "traditional"),
    [
        ("龍舟賽2024年有幾支隊伍參加？", True),
        ("北塔區今年調解了多少宗糾紛？", True),
        ("天心区有多少名网格员？", False),
        ("他是谁", False),
        ("著名小吃有哪些", False),
        ("中山公園在哪里？", True),
        ("What is 2024?", False),
        ("", False),
    ],
)
def test_who_writes_traditional_characters(text: str, traditional: bool) -> None:
    assert is_traditional(text) == traditional


def test_quotations_stay_as_the_article_has_them() -> None:
    quote = "全区共有网格员620人。"
    text = f"不十分确定，请核对原文：620人\n{quote} [1]\n档案里没有"
    assert in_traditional(text, [quote]) == f"不十分確定，請核對原文：620人\n{quote} [1]\n檔案裡沒有"
    spoken = "“档案里的文章里，”他说，“都有网格员。”"
    assert in_traditional(f"档案里：{spoken}", [spoken]) == f"檔案裡：{spoken}"
    for text, traditional in (
        ("鹿长庚", "鹿長庚"),
        ("12公里", "12公里"),
        ("20分钟", "20分鐘"),
        ("范志毅", "范志毅"),
        ("皇后", "皇后"),
    ):
        assert in_traditional(text, [""]) == traditional


def test_a_refusal_comes_in_the_characters_of_the_question(run: Callable[..., object], filled: Path) -> None:
    for question, words in (("火星有幾座橋樑？", "檔案裡沒有找到"), ("火星有几座桥梁？", "档案里没有找到")):
        asked = run("ask", question, "--json", "--refuse-below", 1, "--data", filled)
        answer = json.loads(asked.out)  # type: ignore[attr-defined]
        assert words in answer["answer"]
        assert answer["nearest"][0]["title"].endswith("丰收") or "梅江" in answer["nearest"][0]["title"]


def test_the_table_is_what_the_script_builds() -> None:
    from scripts.build_traditional import build

    assert TABLE.read_text("utf-8") == build(), "run python scripts/build_traditional.py"

from __future__ import annotations

import pytest

from bot.composers.lists import asks_for_list, whole_list


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("全市对民爆、民船、军工等重点领域开展检查。", "民爆", "民爆、民船、军工"),
        ("四支队伍分别驻守京津冀、长三角、粤港澳和长沙。", "长三角", "京津冀、长三角、粤港澳和长沙"),
        ("推出吉祥物“仁仁”“依依”，很受欢迎。", "“依依”", "“仁仁”“依依”"),
        ("书单包括《远山》《近水》。", "《远山》", "《远山》《近水》"),
        ("院里建成胸痛、卒中、创伤三大中心。", "卒中", "胸痛、卒中、创伤"),
        ("全线设南站、东屏、太平5座车站。", "东屏", "南站、东屏、太平"),
        ("接驳车有K1、K2和K5路。", "K1", "K1、K2和K5路"),
        ("全县共有620人参加。", "620人", "620人"),
    ],
)
def test_a_part_of_a_list_becomes_the_list(text: str, part: str, whole: str) -> None:
    start = text.index(part)
    first, last = whole_list(text, start, start + len(part))
    assert text[first:last].endswith(whole)
    assert whole_list(text, first, last) == (first, last)


@pytest.mark.parametrize(
    ("question", "asks"),
    [("盯的是哪几个重点领域？", True), ("分别守在哪些地方？", True), ("有多少人？", False), ("局长是谁？", False)],
)
def test_which_questions_want_a_list(question: str, asks: bool) -> None:
    assert asks_for_list(question) == asks

"""Answers that explain: whole sentences for definitions, whole clauses for what something is like."""

from __future__ import annotations

import pytest

from bot.composers.explanations import asks_to_explain, explanation


def of(question: str, text: str, pointed_at: str) -> str:
    start = text.index(pointed_at)
    first, last = explanation(question, text, start, start + len(pointed_at))
    return text[first:last]


@pytest.mark.parametrize(
    ("question", "text", "pointed_at", "whole"),
    [
        (
            "什么是阳光厨房？",
            "阳光厨房（又称透明厨房）是把后厨操作向就餐者公开的做法，用摄像头或玻璃隔断实现。",
            "公开的做法",
            "阳光厨房（又称透明厨房）是把后厨操作向就餐者公开的做法，用摄像头或玻璃隔断实现",
        ),
        (
            "八两秤是什么？",
            "八两秤，是一种故意做轻的杆秤，称一斤只有八两。",
            "杆秤",
            "八两秤，是一种故意做轻的杆秤，称一斤只有八两",
        ),
        (
            "八两秤是什么？",
            "八两秤（也叫黑心秤）是一种故意做轻的杆秤。",
            "杆秤",
            "八两秤（也叫黑心秤）是一种故意做轻的杆秤",
        ),
        ("八两秤是什么？", "八两秤（图）坏了规矩。", "规矩", "规矩"),
        ("大会主题是什么？", "大会主题是“绿水青山”，五百人参加。", "“绿水青山”", "“绿水青山”"),
        ("大会有什么特点？", "……", "……", "……"),
        ("八两秤是什么？", "老街上的人都恨八两秤，是它坏了规矩。", "坏了规矩", "坏了规矩"),
        ("什么是八两秤？", "他一辈子不做那种秤。", "那种秤", "那种秤"),
        (
            "停水对学校有什么影响？",
            "受停水影响，三所小学的食堂停开两天，学生自带午餐。",
            "停开两天",
            "受停水影响，三所小学的食堂停开两天，学生自带午餐",
        ),
        (
            "这座桥是怎么修的？",
            "桥墩先在岸上做好。工人再用船把它运到江心！",
            "用船",
            "桥墩先在岸上做好。工人再用船把它运到江心",
        ),
    ],
)
def test_whole(question: str, text: str, pointed_at: str, whole: str) -> None:
    assert of(question, text, pointed_at) == whole


def test_of_a_long_sentence_the_clauses_pointed_at() -> None:
    text = "，".join([*["先说一段和题目没有多少关系的开场白"] * 7, "渔民因此少了一半收入，", "剩下的话不必再讲"])
    assert of("禁渔有什么影响？", text, "少了一半") == "渔民因此少了一半收入"


@pytest.mark.parametrize(
    "question",
    ["什么是碳达峰？", "“河长制”是什么？", "木桥有什么特点？", "他是如何学会做秤的？", "工程对鸟类有何影响？"],
)
def test_asked_to_explain(question: str) -> None:
    assert asks_to_explain(question)


@pytest.mark.parametrize(
    "question",
    [
        "为什么停水？",
        "停水影响多少户？",
        "谁提出了这个看法？",
        "馆长的名字是什么？",
        "市长怎么称呼？",
        "市长怎么样称呼？",
        "这个字怎么读？",
        "哪里发生了什么著名的战役？",
        "首批有哪些学校？",
    ],
)
def test_asked_for_something_else(question: str) -> None:
    assert not asks_to_explain(question)

"""In a list of places the figure that stands behind one of them is that one's."""

from __future__ import annotations

import pytest

from bot.composers.places import of_another_place
from bot.composers.whole_question import Place, wholeness

LIST = "桂阳县3家、永兴县5家、北湖区8家。"


@pytest.mark.parametrize(
    ("question", "text", "part", "another"),
    [
        ("桂阳县奖了多少家？", LIST, "3家", False),
        ("桂阳县奖了多少家？", LIST, "5家", True),
        ("北湖区奖了多少家？", LIST, "5家", True),
        ("北湖区奖了多少家？", LIST, "8家", False),
        ("全市奖了多少家？", LIST, "5家", False),
        ("桂阳县和永兴县谁多？", LIST, "5家", False),
        ("宜章县有几家？", "宜章县和临武县、安仁县共5家。", "5家", False),
        ("安仁县建了几个点？", "安仁县在永乐江镇建了3个点。", "3个", False),
        ("桂阳县追回多少？", "桂阳县促成和解；宜章县追回16万元。", "16万元", True),
        ("桂阳县有几家？", "从永兴县引进7家。", "7家", False),
        ("北塔区有多少张床？", "北塔区形成区镇两级网络，建成1座420张床位的大楼。", "420张", False),
        ("桂阳县的大楼在哪里？", "桂阳县的大楼、永兴县的学校都在河边。", "河边", False),
        ("邵东市的动员会是哪天开的？", "2月1日晚上，在邵阳市召开动员会后，邵东市立即安排。", "2月1日", True),
        ("邵阳市的动员会是哪天开的？", "2月1日晚上，在邵阳市召开动员会后，邵东市立即安排。", "2月1日", False),
        ("邵东市的动员会是哪天开的？", "2月1日，在廉桥镇召开动员会。", "2月1日", False),
        ("动员会是哪天开的？", "2月1日，在邵阳市召开动员会。", "2月1日", False),
        ("在桂阳县有几家？", "全市中，桂阳县有7家。", "7家", False),
    ],
)
def test_another_place(question: str, text: str, part: str, another: bool) -> None:
    start = text.index(part)
    end = start + len(part)
    assert of_another_place(question, text, start, end) is another
    if another:
        assert wholeness(question, Place("", text, start, end))["other"] == 1.0

"""The names of institutions and places are whole, and a person's role is no part of them."""

from __future__ import annotations

import pytest

from bot.composers.institutions import whole_institution, whole_place


@pytest.mark.parametrize(
    ("question", "text", "part", "whole"),
    [
        ("她在哪所小学教书？", "她是梅江市东山区向阳小学教师，教语文。", "向阳小学教师", "梅江市东山区向阳小学"),
        ("他在哪家合作社做事？", "东山镇蔬菜产销专业合作社社员老李说。", "专业合作社", "东山镇蔬菜产销专业合作社"),
        ("是哪家企业？", "在东山区的中科玻璃扩建现场。", "的中科玻璃", "中科玻璃"),
        ("签下了哪家公司？", "签下上市企业南方传媒公司。", "传媒公司", "南方传媒公司"),
        ("谁教语文？", "她是向阳小学教师。", "向阳小学教师", "向阳小学教师"),
        ("合办单位是谁？", "镇纪委联合县妇联组织开展活动。", "妇联组织", "县妇联"),
        ("放进了哪所学校？", "盒子先放进梅江三中。", "梅江", "梅江三中"),
        ("哪所学校？", "盒子先放进梅江的大街上的三中。", "梅江", "梅江"),
        ("哪家银行？", "他在桥头支行办卡。", "桥头支行", "桥头支行"),
    ],
)
def test_institutions(question: str, text: str, part: str, whole: str) -> None:
    start = text.index(part)
    first, last = whole_institution(question, text, start, start + len(part))
    assert text[first:last] == whole


@pytest.mark.parametrize(
    ("question", "text", "part", "whole"),
    [
        ("在哪里拍的？", "在云台山国家森林公园，花开了。", "云台山", "云台山国家森林公园"),
        ("在哪座山拍的？", "在云台山国家森林公园，花开了。", "云台山", "云台山"),
        ("在哪里开会？", "会议在长沙召开，市场广场挤满人。", "长沙", "长沙"),
        ("在哪里？", "在2号楼国家森林公园。", "2号楼", "2号楼"),
    ],
)
def test_places(question: str, text: str, part: str, whole: str) -> None:
    start = text.index(part)
    first, last = whole_place(question, text, start, start + len(part))
    assert text[first:last] == whole

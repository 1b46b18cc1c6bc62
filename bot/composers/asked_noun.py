"""What a question with 哪 asks to be named: a bank for 哪家银行, a school for 哪所小学."""

from __future__ import annotations

import re

from bot.composers.series import series_fitness

_ASKED = re.compile(
    r"哪(?P<many>[一二两三四五六七八九十几些\d]{0,2})(?:[家个所座种条位支部本项款类名间处只届场片批]|(?=[一-鿿]))(?P<noun>[^，。？?的]{0,8})"
)
_COUNTED = re.compile(r"(?:共|有|共有)?(?:\d+|[一二两三四五六七八九十]+)[^、，和与及]{1,4}")
_CLAUSES = re.compile(r"[，。；！？\n]")
_SCHOOL = "学校|小学|中学|大学|学院|幼儿园|[一二三四五六七八九十]中|附中"
_COMPANY = "公司|集团|传媒|股份|科技|厂|社|店|中心"
_BEARS = {
    "银行": "银行|支行|农商行|信用社",
    "法院": "法院|法庭",
    "医院": "医院|卫生院|[一二三四五六七八九十]院",
    "小学": "小|学校",
    "中学": "中|学校",
    "大学": "大学|学院",
    "学校": _SCHOOL,
    "公司": _COMPANY,
    "企业": _COMPANY,
    "队": "队",
    "县": "县|市|区|旗",
    "镇": "镇|乡|街道",
    "村": "村|社区|寨|屯|坡|坪|湾",
    "社区": "社区|村",
    "报": "报|网|社",
}
"""Nouns, and what the name of such a thing bears."""


def noun_fitness(question: str, text: str, before: str) -> float:
    """How far `text`, with what stands `before` it, could be what `question` asks to be named, 0..1.

    0.3 where it only counts what should be named; 0.6 where it does not bear the name of its kind, and has it not right
    before, where it is one thing and several are asked for, or goes on for clauses; 1 otherwise.
    """
    asked = _ASKED.search(question)
    if not asked:
        return 1.0
    if _COUNTED.fullmatch(text):
        return 0.3
    if asked["many"] not in ("", "一"):
        return series_fitness(question, text)
    if _CLAUSES.search(text):
        return 0.6
    noun = next((noun for noun in _BEARS if noun in asked["noun"]), "")
    return 1.0 if not noun or re.search(_BEARS[noun], text) or before.endswith(noun) else 0.6

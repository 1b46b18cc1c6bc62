"""Which words are a person's name."""

from __future__ import annotations

import re
from functools import lru_cache

import rjieba

from retrieval.page.characters import HAN

_SURNAMES = frozenset(
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏"
    "谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚汤陶黎温莫易樊乔文安殷颜庄章鲁倪庞邢俞翟蓝聂齐向申葛柴伍覃骆关焦柳"
    "欧祝纪尚毕耿芦左季管符辛苗詹曲靳祁路涂兰甘裴梅童翁霍游阮尤岳柯牟滕谷舒卜成饶宁凌盛查单冉鲍华包屈房喻解蒲卫简时连车项闵邬吉党阳司费"
    "蒙席晏隋古强穆姬宫景米麦谈柏瞿艾沙鄢桂窦郁缪畅巩卓褚栾戚全娄甄郎池丛边岑农苟迟保商臧佘卞虞刁冷应匡栗仇练楚揭师官佟封燕桑巫敖原植邝仲荆"
    "储宗楼干苑寇盖南屠鞠荣井乐银奚明麻雍花闻冼木郜廉衣蔺和冀占门帅利满谌肖付昌帖旷粟佴阙羊苻丘"
)
_LONG_SURNAMES = frozenset(
    re.findall(
        "..",
        "欧阳司马上官诸葛皇甫尉迟公孙慕容令狐司徒司空夏侯长孙宇文端木南宫独孤太史申屠轩辕呼延赫连澹台淳于单于公冶",
    )
)
_CHINESE = re.compile(rf"[{HAN}]{{2,4}}$")
_DOTTED = re.compile(rf"[{HAN}]{{1,6}}(?:[·•][{HAN}]{{1,6}}){{1,3}}$")
_LATIN = re.compile(r"[A-Z][A-Za-z.'’-]*(?: [A-Z][A-Za-z.'’-]*){0,3}$")
_PLACE = re.compile(r"..[市县区镇乡省州]$")


@lru_cache(maxsize=1)
def _dictionary() -> rjieba.Jieba:
    return rjieba.Jieba()


@lru_cache(maxsize=4096)
def is_common_word(text: str) -> bool:
    """Whether the dictionary has it, and not as a person's name."""
    return _dictionary().has_word(text) and [tag for _, tag in rjieba.tag(text)] != ["nr"]


def is_unknown(text: str) -> bool:
    """Whether it is at most three characters and not in the dictionary, as most names."""
    return len(text) <= 3 and not _dictionary().has_word(text)


@lru_cache(maxsize=4096)
def may_be_name(text: str) -> bool:
    """Whether it has the form of a name: a surname and one or two characters more, or one written with a dot."""
    if _DOTTED.match(text):
        return True
    if not _CHINESE.match(text) or _PLACE.match(text) or text[-1] == "摄":
        return False
    if len(text) == 4:
        double = text[1] in _SURNAMES and text[0] in _SURNAMES and not _dictionary().has_word(text[:2])
        return (text[:2] in _LONG_SURNAMES or double) and not _dictionary().has_word(text)
    return text[0] in _SURNAMES or (len(text) == 3 and text[:2] in _LONG_SURNAMES)


def is_name(text: str) -> bool:
    """Whether it has the form of a name and is no common word."""
    return may_be_name(text) and not is_common_word(text)


def is_name_after_role(text: str) -> bool:
    """Whether it can be a name where one must stand, right after 记者 for instance: foreign and rare ones too."""
    if may_be_name(text) or _LATIN.match(text):
        return True
    return bool(_CHINESE.match(text)) and not _dictionary().has_word(text) and not _PLACE.match(text)


def two_names(text: str) -> tuple[str, ...]:
    """The two names that a line's end or a lost space put together, empty where it is not sure which they are."""
    cuts = [
        (text[:at], text[at:])
        for at in (2, 3)
        if at + 2 <= len(text) <= at + 3 and text[:at][0] in _SURNAMES and is_name(text[:at]) and is_name(text[at:])
    ]
    return cuts[0] if len(cuts) == 1 else ()

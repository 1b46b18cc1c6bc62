"""Passages and questions that look answerable and are not, to teach the reader to refuse."""

from __future__ import annotations

import itertools
import math
import random
import re
from collections import Counter, defaultdict

# The question with its year, place, number or subject changed is answered by nothing in its passage.
_PLACES_TEXT = (
    "北京 上海 天津 重庆 广东 广州 深圳 福建 浙江 杭州 江苏 南京 山东 河南 河北 湖南 湖北 武汉 四川 "
    "成都 云南 贵州 陕西 西安 甘肃 山西 辽宁 吉林 黑龙江 江西 安徽 广西 海南 新疆 西藏 内蒙古 宁夏 "
    "青海 香港 澳门 台湾 台北 高雄 中国 美国 英国 法国 德国 日本 韩国 俄罗斯 意大利 西班牙 印度 "
    "加拿大 澳大利亚 巴西 埃及 荷兰 伦敦 纽约 东京 亚洲 欧洲 非洲 北美洲 南美洲 大洋洲 "
)
_PLACES = _PLACES_TEXT.split()
_YEAR = re.compile(r"(?<!\d)(1[0-9]|20)\d\d(?=年)")
_NUMBER = re.compile(r"(?<![\d.])\d{1,3}(?![\d.年])")
_SUBJECTS_TEXT = (
    "太平洋战争 长江大桥 西北大学 红十字会 国家图书馆 奥林匹克 联合银行 唐朝 明朝 莫扎特 牛顿 铁路公司 电影节 "
)
_SUBJECTS = _SUBJECTS_TEXT.split()


class PassageFinder:
    """The passages most like a question: BM25 over pairs of characters."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = list(dict.fromkeys(texts))
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        average = sum(map(len, self._texts)) / max(1, len(self._texts))
        for row, text in enumerate(self._texts):
            damping = 1.2 * (0.25 + 0.75 * len(text) / average)
            for pair, count in Counter(_pairs(text)).items():
                self._postings[pair].append((row, count * 2.2 / (count + damping)))

    def similar(self, question: str, count: int) -> list[str]:
        """The `count` best passages, best first; ties keep the order of the texts."""
        scores: dict[int, float] = defaultdict(float)
        for pair in dict.fromkeys(_pairs(question)):
            postings = self._postings.get(pair, [])
            rarity = math.log(1 + len(self._texts) / (len(postings) + 0.5))
            for row, weight in postings:
                scores[row] += rarity * weight
        best = sorted(scores, key=lambda row: (-scores[row], row))[:count]
        return [self._texts[row] for row in best]


def _pairs(text: str) -> list[str]:
    return [a + b for a, b in itertools.pairwise(text) if a.isalnum() and b.isalnum()]


def wrong_specific(question: str, text: str, title: str, random_: random.Random) -> str | None:
    """`question` with one of its specifics replaced by one that `text` does not name; None when it has none."""
    changes = [c for c in (_year, _place, _number) if c(question, text, random.Random(0))]
    if changes:
        return random_.choice(changes)(question, text, random_)
    return _subject(question, text, title, random_)


def _year(question: str, text: str, random_: random.Random) -> str | None:
    found = _YEAR.search(question)
    if not found:
        return None
    year = int(found[0])
    near = [str(year + step) for step in (-20, -10, -3, -2, -1, 1, 2, 3, 10, 20)]
    others = [other for other in near if other not in text]
    return question[: found.start()] + random_.choice(others) + question[found.end() :] if others else None


def _place(question: str, text: str, random_: random.Random) -> str | None:
    named = [place for place in _PLACES if place in question]
    others = [place for place in _PLACES if place not in text and place not in question]
    return question.replace(random_.choice(named), random_.choice(others)) if named and others else None


def _number(question: str, text: str, random_: random.Random) -> str | None:
    found = _NUMBER.search(question)
    if not found:
        return None
    number = int(found[0])
    others = [
        str(n) for n in (number - 2, number - 1, number + 1, number + 2, number + 5) if n > 0 and str(n) not in text
    ]
    return question[: found.start()] + random_.choice(others) + question[found.end() :] if others else None


def _subject(question: str, text: str, title: str, random_: random.Random) -> str | None:
    others = [subject for subject in _SUBJECTS if subject not in text and subject not in question]
    return question.replace(title, random_.choice(others)) if len(title) > 1 and title in question and others else None

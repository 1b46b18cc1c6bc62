"""Words of which a text means one and not the other: 男子 and 女子, 首次 and 再次, 开幕 and 闭幕.

男子冠军是甲，女子冠军是乙 meets nearly every character of a question about the one with the clause of the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.composers.surroundings import CLAUSE, SEGMENT, stretch

_SETS = (
    ("男(?!友|朋友)", "女(?!士|儿|友|朋友)"),
    ("首次|第一次|头一[回次]|头次|初次|首届|第一届", "再次|第二次|又一次|第二届"),
    ("开幕|开始|启动|开工|开业|开馆|开园|起跑|发枪", "(?<!开)闭幕|落幕|结束|收官|完工|竣工|截止|截至|闭馆"),
    ("出口|外销", "进口"),
    ("上半年", "下半年", "全年"),
    ("一季度|第一季度|首季", "二季度|第二季度", "三季度|第三季度", "四季度|第四季度"),
    ("最高", "最低"),
    ("最大", "最小"),
    ("最多", "最少"),
    ("最早|最先|首先", "最晚|最后"),
    ("最长", "最短"),
    ("小学", "初中", "高中", "大学|高校|本科"),
    ("冠军|第一名|夺冠|金牌|一等奖", "亚军|第二名|银牌|二等奖", "季军|第三名|铜牌|三等奖"),
    ("城镇|城市|市区", "农村|乡村"),
    ("省内|本省", "省外|外省"),
    ("境内|国内", "境外|国外|海外"),
    ("收入", "支出"),
    ("出生", "去世|逝世|病逝"),
    ("上午", "下午", "晚上|晚间|夜间"),
    ("上游", "下游", "中游"),
    ("东部", "西部", "南部", "北部", "中部"),
    ("一期", "二期", "三期"),
    ("赞成", "反对", "弃权"),
    ("工作日|平日", "周末|双休日|节假日"),
    ("成人", "儿童|小孩|孩子"),
    ("新增|新建|新添", "总数|累计|共有"),
    ("原来|原先|此前|过去", "现在|目前|如今"),
)
_CONTRASTS = tuple(tuple(re.compile(one) for one in words) for words in _SETS)


def contradicts(question: str, sentence: str, start: int, end: int) -> bool:
    """Whether what is said around `sentence[start:end]` is the other of two words, one of which `question` says.

    Of several, the last one before the span counts, else the first one behind it: in its own clause (5月7日结束 after
    5月1日开始), else as far as the nearest semicolons.
    """
    before, after = _around(sentence, start, end, SEGMENT)
    nearer = _around(sentence, start, end, CLAUSE)
    for words in _CONTRASTS:
        asked = [word for word in words if word.search(question)]
        if len(asked) == 1:
            said = _said(words, *nearer) or _said(words, before, after)
            if said is not None and said is not asked[0]:
                return True
    return False


def contrary(one: str, other: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Where `one` says one of such words and `other` another of the same kind, and not that one; None without."""
    for words in _CONTRASTS:
        for word in words:
            found = word.search(one)
            if not found or word.search(other):
                continue
            against = next((match for each in words if (match := each.search(other))), None)
            if against:
                return found.span(), against.span()
    return None


def _around(sentence: str, start: int, end: int, marks: str) -> tuple[str, str]:
    """What stands between the nearest of `marks`: as far as `end`, and behind it."""
    begin, stop = stretch(sentence, start, end, marks)
    return sentence[begin:end], sentence[end:stop]


def _said(words: Sequence[re.Pattern[str]], before: str, after: str) -> re.Pattern[str] | None:
    return _last(words, before) or _first(words, after)


def _last(words: Sequence[re.Pattern[str]], text: str) -> re.Pattern[str] | None:
    """The word whose last occurrence in `text` is the last of all."""
    ends = [(max((match.end() for match in word.finditer(text)), default=0), word) for word in words]
    end, word = max(ends, key=lambda one: one[0])
    return word if end else None


def _first(words: Sequence[re.Pattern[str]], text: str) -> re.Pattern[str] | None:
    """The word whose first occurrence in `text` is the first of all."""
    found = [(match.start(), number) for number, word in enumerate(words) if (match := word.search(text))]
    return words[min(found)[1]] if found else None

"""Text to the terms that lexical search matches.

NFKC, lower case, traditional to simplified (for matching only), then: jieba's words of three characters and more,
every Chinese character and every pair of neighbouring ones, Latin words and numbers whole. Words of one and two
characters are those characters and pairs already. Punctuation is dropped and never paired across.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import opencc
import rjieba

_HAN = r"\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(
    rf"(?P<han>[{_HAN}]+)"
    r"|(?P<number>\d+(?:[.,:/]\d+)*%?)"
    r"|(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*)"
)
_HAN_INSIDE_WORD = re.compile(rf"[{_HAN}]+|[^{_HAN}]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


@lru_cache(maxsize=1)
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def fold(text: str) -> str:
    """`text` as matching sees it: NFKC, lower case, simplified characters. Its length may differ."""
    return str(_to_simplified().convert(unicodedata.normalize("NFKC", text).casefold()))


def terms(text: str) -> list[str]:
    """The terms of `text` in its order, repeated as often as they occur."""
    return [term for run in _RUN.finditer(_THOUSANDS.sub("", fold(text))) for term in _run_terms(run)]


def _run_terms(run: re.Match[str]) -> Iterator[str]:
    if run.lastgroup == "han":
        yield from _han_terms(run.group())
        return
    for part in _HAN_INSIDE_WORD.findall(run.group()):  # \w counts Chinese characters as letters
        if re.match(f"[{_HAN}]", part):
            yield from _han_terms(part)
        else:
            yield part


def _han_terms(run: str) -> Iterator[str]:
    yield from run
    for i in range(len(run) - 1):
        yield run[i : i + 2]
    for word in rjieba.cut_for_search(run):
        if len(word) > 2:
            yield word

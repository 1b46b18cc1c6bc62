"""Latin abbreviations that people ask with and articles spell out: GDP is 地区生产总值."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

SPELT_OUT: Final = {
    "gdp": "生产总值",
    "cpi": "居民消费价格",
    "ppi": "工业生产者出厂价格",
    "fdi": "外商直接投资",
    "ai": "人工智能",
    "app": "客户端",
    "wto": "世贸组织",
    "vr": "虚拟现实",
}
_ABBREVIATION = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(SPELT_OUT)})(?![A-Za-z])", re.I | re.A)


def spelt_out(question: str) -> str:
    """`question` with its abbreviations in Chinese; as it was where it has none or no Chinese."""
    if question.isascii():
        return question
    return _ABBREVIATION.sub(lambda match: SPELT_OUT[match[0].casefold()], question)


def spelt_as_in(question: str, texts: Iterable[str]) -> str:
    """`question` as `texts` write it: spelt out where none of them has its abbreviations."""
    asked = {match[0].casefold() for match in _ABBREVIATION.finditer(question)}
    said = {match[0].casefold() for text in texts for match in _ABBREVIATION.finditer(text)} if asked else set()
    return question if asked <= said else spelt_out(question)

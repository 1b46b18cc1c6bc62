"""Which characters a text is written in, and how wide they are."""

from __future__ import annotations

import re
import unicodedata

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
CJK = rf"{HAN}\u3000-\u303f\uff00-\uffef“”‘’—…·"

_HAN_RUN, _LETTERS = re.compile(f"[{HAN}]+"), re.compile(r"[^\W\d_]+")


def has_word(text: str) -> bool:
    """Whether there is any letter or digit in it."""
    return bool(re.search(r"\w", text))


def has_han(text: str) -> bool:
    """Whether there is any Chinese character in it."""
    return bool(_HAN_RUN.search(text))


def is_chinese(text: str) -> bool:
    """Whether at least a fifth of its letters are Chinese characters."""
    return _length(_HAN_RUN, text) >= 0.2 * max(1, _length(_LETTERS, text))


def _length(pattern: re.Pattern[str], text: str) -> int:
    """Characters that `pattern` matches."""
    return sum(match.end() - match.start() for match in pattern.finditer(text))


def width(text: str) -> float:
    """Columns that `text` takes on the page, in characters of full width."""
    return sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else 0.5 for one in text)

"""Traditional characters for who asks in them: our own words and the short answer, never a quotation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from retrieval.terms import fold

_WITHIN = re.compile("(档案|文章)里")  # of our own phrases
_RARE = 0xC9  # the first byte from which on Big5 holds rare characters
TABLE: Final = Path(__file__).with_name("traditional.txt")


def is_traditional(text: str) -> bool:
    """Whether `text` is written in traditional characters: it has more that only those texts have than of the other."""
    han = [one for one in text if "㐀" <= one <= "鿿"]
    return sum(fold(one) != one and not _in_simplified(one) for one in han) > sum(
        ord(one) in _table() and not is_usual(one) for one in han
    )


def is_usual(character: str) -> bool:
    """Whether traditional texts use the character too, as 里 and 后: it is of the first, the usual, part of Big5."""
    try:
        return character.encode("big5")[0] < _RARE
    except UnicodeEncodeError:
        return False


def _in_simplified(character: str) -> bool:
    """Whether simplified texts use the character, as 著: it stands in GB 2312."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def in_traditional(text: str, quotes: Iterable[str] = ()) -> str:
    """`text` in traditional characters, but for the `quotes` in it, which stay as they are.

    Character by character: where one simplified character stands for several, the most usual one is taken.
    """
    kept = "|".join(re.escape(quote) for quote in sorted(set(quotes), key=len, reverse=True) if quote)
    pieces = re.split(f"({kept})", text) if kept else [text]
    return "".join(piece if number % 2 else _converted(piece) for number, piece in enumerate(pieces))


def _converted(text: str) -> str:
    return _WITHIN.sub(r"\1裡", text).translate(_table())


@lru_cache(maxsize=1)
def _table() -> Mapping[int, str]:
    old, new = TABLE.read_text("utf-8").splitlines()
    return {ord(one): other for one, other in zip(old, new, strict=True)}

"""Traditional characters for who asks in them: our own words and the short answer, never a quotation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from retrieval.terms import fold

TABLE: Final = Path(__file__).with_name("traditional.txt")


def is_traditional(text: str) -> bool:
    """Whether `text` is written in traditional characters: it has more that only those texts have than of the other."""
    han = [one for one in text if "㐀" <= one <= "鿿"]
    return sum(fold(one) != one for one in han) > sum(ord(one) in _table() and not _in_big5(one) for one in han)


def _in_big5(character: str) -> bool:
    """Whether the character stands in the traditional encoding too, as 里 and 后 do."""
    try:
        character.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


def in_traditional(text: str, quotes: Iterable[str] = ()) -> str:
    """`text` in traditional characters, but for the `quotes` in it, which stay as they are.

    Character by character: where one simplified character stands for several, the most usual one is taken.
    """
    kept = "|".join(re.escape(quote) for quote in sorted(set(quotes), key=len, reverse=True) if quote)
    if not kept:
        return text.translate(_table())
    return "".join(
        piece if number % 2 else piece.translate(_table()) for number, piece in enumerate(re.split(f"({kept})", text))
    )


@lru_cache(maxsize=1)
def _table() -> Mapping[int, str]:
    old, new = TABLE.read_text("utf-8").splitlines()
    return {ord(one): other for one, other in zip(old, new, strict=True)}

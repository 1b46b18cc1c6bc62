"""Whether a sentence speaks of the year that a question asks about."""

from __future__ import annotations

import re
import unicodedata

_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d{2}(?=\D|$)")
_LAST_YEAR = re.compile(r"去年|上年")


def period_met(question: str, quote: str, before: str, published: str | None) -> float:
    """1 where `quote` is of a year that `question` names, or it names none; 0 where it is of another.

    A year in the sentence itself tells most, then the last one in the text `before` it, then the day of publication,
    to which 去年 refers; between 0 and 1 where only the latter speak. 0.6 where nothing does.
    """
    asked = _years(question)
    if not asked:
        return 1.0
    said = _years(quote)
    if said:
        return float(bool(asked & said))
    of_article = _years(published or "")
    if _LAST_YEAR.search(quote):
        of_article = {year - 1 for year in of_article}
        if of_article:
            return 0.9 if asked & of_article else 0.1
    earlier = [int(match[0]) for match in _YEAR.finditer(unicodedata.normalize("NFKC", before))]
    if earlier:
        return 1.0 if earlier[-1] in asked else 0.3
    if of_article:
        return 0.9 if asked & of_article else 0.3
    return 0.6


def _years(text: str) -> set[int]:
    return {int(match[0]) for match in _YEAR.finditer(unicodedata.normalize("NFKC", text))}

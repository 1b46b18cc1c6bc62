"""Whether a sentence speaks of the year that a question asks about."""

from __future__ import annotations

import re
import unicodedata

# 1860万元 is no year.
_YEAR = re.compile(
    r"(?<![\d.])(?:1[89]|20)\d{2}(?![\d.%％万亿余多元人名位个户家公里米吨件次条台辆亩项张座处只头斤度千瓦分秒天字例册本份场所平立株棵])"
)
_LAST_YEAR = re.compile(r"去年|上年")
# What is only held against the year spoken of: 比2022年快, 较去年同期160万元, 打破了2013年的纪录.
_COMPARED = re.compile(
    r"(?:比|较|与|同|离|距|继|不同于|晚于|早于|距离|超过|高于|低于|不如|打破了?|刷新了?|从)(?:了|上)?(?:(?:1[89]|20)\d{2}年|去年|上年)(?:同期)?|去年同期|上年同期"
)
# Since when something has been there is not what the sentence is of.
_SINCE = re.compile(r"\d{4}年(?:成立|建成|建站|建校|创办|创建|创立|始建|出生|以来|至今)")
_ASIDE = re.compile(r"（[^（）]*）|\([^()]*\)")
_ONLY_COMPARED = 0.6
# What has been reached by now is no figure of one year before.
_SO_FAR = re.compile(r"截[至止]目前|迄今|至今|目前|累计")
_ASKS_SO_FAR = re.compile(r"截[至止]|至今|目前|现在|累计")
_OF_ALL_YEARS = 0.2
_OF_ANOTHER_IN_AN_ARTICLE_OF_THE_YEAR = 0.3
_WHOLE_YEAR = re.compile(r"全年|年末|年底|一年来|年度")
_LAST_MONTH_OF_REPORTS = 3  # until then the papers report on the year before


def period_met(question: str, quote: str, before: str, published: str | None) -> float:
    """1 where `quote` is of a year that `question` names, or it names none; 0 where it is of another.

    A year in the sentence itself tells most, then the last one in the text `before` it (the headline first), then the
    day of publication, to which 去年 refers; between 0 and 1 where only the latter speak. 0.6 where nothing does.
    Years that something is only compared with do not count.
    """
    asked = _years(question)
    if not asked:
        return 1.0
    plain = unicodedata.normalize("NFKC", quote)
    of_article = _years(published or "")
    by_sentence = _by_sentence(asked, plain if asked & _years(plain) else _ASIDE.sub("", plain))
    if by_sentence is not None:
        is_of_the_year = by_sentence == 0 and asked & of_article
        return _OF_ANOTHER_IN_AN_ARTICLE_OF_THE_YEAR if is_of_the_year else by_sentence
    if _SO_FAR.search(plain) and not _ASKS_SO_FAR.search(question):
        return _OF_ALL_YEARS
    return _by_surroundings(asked, plain, unicodedata.normalize("NFKC", before), published or "")


def _by_surroundings(asked: set[int], quote: str, before: str, published: str) -> float:
    of_article = _years(published)
    if _LAST_YEAR.search(quote) and asked & {year - 1 for year in of_article} and not asked & of_article:
        return 0.9 if _LAST_YEAR.search(_COMPARED.sub("", quote)) else _ONLY_COMPARED
    if of_article and _LAST_YEAR.search(_COMPARED.sub("", quote)):
        return 0.1
    earlier = _years_in_order(_SINCE.sub("", _COMPARED.sub("", before)))
    if earlier and earlier[-1] in asked:
        return 1.0
    if earlier:
        return _ONLY_COMPARED if asked & of_article else 0.3
    return _by_publication(asked, of_article, quote, published) if of_article else 0.6


def _by_sentence(asked: set[int], sentence: str) -> float | None:
    """The same by the years in the sentence alone; None where they do not tell."""
    said = _COMPARED.sub("", sentence)
    if asked & _years(said):
        return 1.0
    if asked & _years(sentence):
        return _ONLY_COMPARED
    return 0.0 if _years(_SINCE.sub("", said)) else None


def _by_publication(asked: set[int], of_article: set[int], quote: str, published: str) -> float:
    is_report = published[5:7].isdigit() and int(published[5:7]) <= _LAST_MONTH_OF_REPORTS
    if is_report and asked & {year - 1 for year in of_article}:
        return 0.9 if _WHOLE_YEAR.search(quote) else 0.6
    return 0.9 if asked & of_article else 0.3


def _years_in_order(text: str) -> list[int]:
    return [int(match[0]) for match in _YEAR.finditer(text)]


def _years(text: str) -> set[int]:
    return set(_years_in_order(unicodedata.normalize("NFKC", text)))

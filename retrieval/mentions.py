"""The place of an article's dateline, and the dates that its text names; nothing that the text does not say."""

from __future__ import annotations

import re
from datetime import date, timedelta

_SENTENCE = re.compile(r"[^。！？!?\n]+")
_DAY = r"(?P<month>1[0-2]|0?[1-9])月(?P<day>3[01]|[12]\d|0?[1-9])[日号]"
_DATE = re.compile(
    r"(?:(?<!\d)(?P<year>(?:19|20)\d{2})年|(?P<relative>[今去明])年)(?:(?P<only>1[0-2]|0?[1-9])月(?!\d{1,2}[日号])|"
    + _DAY
    + r")|(?<![\d年])"
    + _DAY.replace("month", "bare_month").replace("day", "bare_day")
)
_RELATIVE = {"今": 0, "去": -1, "明": 1}
_HALF_A_YEAR = timedelta(days=183)
_AGENCY = r"(?:本报|新华社|中新社|中新网)(?:记者)?"
_DATELINE = re.compile(
    rf"^[（(【]?{_AGENCY}(?P<place>[\u4e00-\u9fff]{{2,6}}?)"
    r"(?:(?:\d{4}年)?\d{1,2}月\d{1,2}日)?[电讯](?![\u4e00-\u9fff]*[台脑话视力影子])"
)
_NO_PLACES = ("综合", "快讯", "最新", "独家", "专")
_FIRST_CHARACTERS = 400  # a dateline opens the text, or its second paragraph


def place_of(body: str) -> str:
    """The place in a dateline (本报北京5月14日电, 新华社上海电), empty where there is none."""
    for line in body[:_FIRST_CHARACTERS].split("\n")[:3]:
        match = _DATELINE.match(line.strip())
        if match and not match["place"].startswith(_NO_PLACES):
            return match["place"]
    return ""


def dates_of(body: str, published: str | None) -> tuple[str, ...]:
    """The dates that `body` names, in its order and once each: `YYYY-MM-DD`, `YYYY-MM`, or `--MM-DD` without a year.

    A day without a year takes that of a date before it in its sentence, else the one that brings it nearest to
    `published`, where that is a full date. 今年, 去年 and 明年 count from the year of `published`.
    """
    found: dict[str, None] = {}
    for sentence in _SENTENCE.finditer(body):
        year: int | None = None
        for match in _DATE.finditer(sentence[0]):
            named = _named_year(match, published)
            if match["relative"] and named is None:
                continue
            year = named or year
            written = _written(match, year, published)
            if written:
                found.setdefault(written)
    return tuple(found)


def _named_year(match: re.Match[str], published: str | None) -> int | None:
    if match["year"]:
        return int(match["year"])
    if match["relative"] and published:
        return int(published[:4]) + _RELATIVE[match["relative"]]
    return None


def _written(match: re.Match[str], year: int | None, published: str | None) -> str:
    """The date as ISO 8601; empty for a day that no month has."""
    if match["only"]:
        return f"{year:04d}-{int(match['only']):02d}"
    month, day = int(match["month"] or match["bare_month"]), int(match["day"] or match["bare_day"])
    if year is None and published and len(published) == len("2021-05-14"):
        year = _nearest_year(month, day, date.fromisoformat(published))
    # 29 February exists in some year: without one it is taken as it stands.
    if _day(year or 2000, month, day) is None:
        return ""
    return f"--{month:02d}-{day:02d}" if year is None else f"{year:04d}-{month:02d}-{day:02d}"


def _nearest_year(month: int, day: int, published: date) -> int | None:
    for year in (published.year, published.year - 1, published.year + 1):
        one = _day(year, month, day)
        if one and abs(one - published) <= _HALF_A_YEAR:
            return year
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

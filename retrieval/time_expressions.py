"""A question's time expressions (去年, 2024年3月, 上周, 最近) to days, and what they add to a passage's score.

A soft filter: articles and texts of the time asked about are preferred by a bounded bonus, nothing is left out.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from retrieval.filters import first_day, last_day
from retrieval.numerals import chinese_value
from retrieval.store import IndexEntry
from retrieval.terms import fold

# Of the fused score. Fitted on tests/data/time.questions.jsonl (first of 31: 22 at 0, 25 at 0.01, 27 at 0.02 and 0.03)
# and seeds/questions.jsonl (first of 194: 166, 168, 167, 163).
TEXT_WEIGHT = 0.02  # the text names the time asked about
PUBLISHED_WEIGHT = 0.02  # the article was published in it, or within the weeks after it
RECENCY_WEIGHT = 0.02  # the newest of the candidates, where the newest is asked for; the oldest gets nothing
_REPORTED_WITHIN_DAYS = 45

_NUMBER = r"(?:\d+|[〇○零一二两三四五六七八九十]+)"
_YEAR = r"(?P<year>(?:19|20)\d\d|[一二][〇○零一二三四五六七八九]{3})年"
_RELATIVE_YEAR = r"(?P<relative>今年|本年|去年|上一?年(?!级)|前年|明年|大前年)度?(?:的|全年)?"
_MONTH = (
    r"(?P<month>(?:(?<!\d)(?:1[0-2]|0?[1-9])|十[一二]|[一二三四五六七八九十])(?=月(?![球亮台饼光牙]))"
    r"|(?:本|这个|上个?)(?=月))月份?"
)
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])[日号](?![线楼路院])"
_QUARTER = r"(?:(?P<first_quarters>前)?第?(?P<quarter>[一二三四1-4])(?:个?季度|季(?!节)))"
_HALF = r"(?P<half>上半年|下半年)"
_ISO = r"(?<!\d)(?P<iso>(?:19|20)\d\d[-/.](?:1[0-2]|0?[1-9])(?:[-/.](?:3[01]|[12]\d|0?[1-9]))?)(?!\d)"
# All its parts may be missing: where they all are, _on_calendar finds nothing.
_CALENDAR = re.compile(rf"{_ISO}|(?:{_YEAR}|{_RELATIVE_YEAR})?(?:{_QUARTER}|{_HALF}|{_MONTH}(?:{_DAY})?)?")
_DAYS = {"大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "明天": 1}
_NEAR = re.compile(rf"(?P<named>{'|'.join(_DAYS)})|(?P<week>上上|上个?|本|这个?)(?:周|星期|礼拜)(?![围边末刊报年])")
_AGO = re.compile(rf"(?P<count>{_NUMBER}|半)个?(?P<unit>年|月|周|星期|天)(?:之?前)(?!后)")
_WITHIN = re.compile(
    rf"(?:近|最近|过去|这)(?P<count>{_NUMBER}|半)个?(?P<unit>年|月|周|星期|天)|(?P<half>半年)(?:来|以来)"
)
_NEWEST = re.compile(
    r"最新|最近(?!的[^，。？]{0,8}(?:站|店|医院|路|地方))|近期|近来|近日|\b(?:latest|newest|recent(?:ly)?)\b"
)


@dataclass(frozen=True, slots=True)
class AskedTime:
    """The days asked about, numbers yyyymmdd, both inclusive (both 0 where no time is named), how texts may name
    them, and whether the newest is wanted.
    """

    first: int = 0
    last: int = 0
    names: tuple[str, ...] = ()
    newest: bool = False

    def __bool__(self) -> bool:
        """Whether the question asks about any time at all."""
        return bool(self.first or self.newest)


def asked_time(question: str, today: date) -> AskedTime:
    """The time that `question` asks about, relative to `today`. Several expressions: the first of the finest kind."""
    text = fold(question)
    newest = _NEWEST.search(text) is not None
    for pattern, read in (
        (_AGO, _ago), (_WITHIN, _within), (_NEAR, _near), (_CALENDAR, _on_calendar),
    ):  # fmt: skip
        found = _first(pattern, read, text, today)
        if found:
            first, last, names = found
            return AskedTime(_number(first), _number(last), names, newest and pattern is not _WITHIN)
    return AskedTime(newest=newest)


_Found = tuple[date, date, tuple[str, ...]]


def _first(
    pattern: re.Pattern[str], read: Callable[[re.Match[str], date], _Found | None], text: str, today: date
) -> _Found | None:
    for match in pattern.finditer(text):
        try:
            if found := read(match, today):
                return found
        except (ValueError, OverflowError):  # 2023年2月30日, 五千年前
            continue
    return None


def _on_calendar(match: re.Match[str], today: date) -> _Found | None:
    part = match.groupdict()
    if part["iso"]:
        numbers = [int(one) for one in re.split("[-/.]", part["iso"])]
        return _span(*numbers)
    year = _year(part, today)
    if part["quarter"] or part["half"]:
        last = 3 * _value(part["quarter"]) if part["quarter"] else 6 if part["half"] == "上半年" else 12
        first = 1 if part["first_quarters"] else last - (2 if part["quarter"] else 5)
        year = year or today.year - ((first, 1) > (today.month, today.day))
        return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]), ()
    if not part["month"]:
        return _span(year) if year else None
    if not part["month"][0].isdigit() and part["month"][0] in "本这上":
        base = today.replace(day=1) - timedelta(days=part["month"][0] == "上")
        return _span(base.year, base.month)
    month, day = _value(part["month"]), _value(part["day"]) if part["day"] else 0
    if year:
        return _span(year, month, day)
    # A month without a year is the last one that was.
    return _span(today.year - ((month, day) > (today.month, today.day)), month, day)


def _year(part: dict[str, str | None], today: date) -> int:
    if part["year"]:
        return _value(part["year"])
    relative = {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "上一年": -1, "前年": -2, "大前年": -3, "明年": 1}
    return today.year + relative[part["relative"]] if part["relative"] else 0


def _near(match: re.Match[str], today: date) -> _Found:
    if match["named"]:
        day = today + timedelta(days=_DAYS[match["named"]])
        return _span(day.year, day.month, day.day)
    weeks = {"上上": 2, "上": 1, "上个": 1}.get(match["week"], 0)
    monday = today - timedelta(days=today.weekday() + 7 * weeks)
    return monday, monday + timedelta(days=6), ()


def _ago(match: re.Match[str], today: date) -> _Found:
    unit = match["unit"]
    count = 0 if match["count"] == "半" else _value(match["count"])
    if unit == "年" and count:
        return _span(today.year - count)
    if unit in "年月":
        months = today.year * 12 + today.month - 1 - (count or 6 if unit == "年" else count)
        return _span(months // 12, months % 12 + 1)
    day = today - timedelta(days=count * (1 if unit == "天" else 7))
    around = timedelta(days=0 if unit == "天" else 3)
    return day - around, day + around, ()


def _within(match: re.Match[str], today: date) -> _Found:
    count = 0.5 if match["half"] or match["count"] == "半" else float(_value(match["count"]))
    days = {"年": 366, "月": 31, "周": 7, "星期": 7, "天": 1}[match["unit"] or "年"]
    return today - timedelta(days=round(count * days)), today, ()


def _span(year: int, month: int = 0, day: int = 0) -> _Found:
    names = (f"{year}年{month}月{day}日",) if day else (f"{year}年{month}月",) if month else (f"{year}年",)
    last_month = month or 12
    last = date(year, last_month, day or calendar.monthrange(year, last_month)[1])
    return date(year, month or 1, day or 1), last, names


def _value(text: str) -> int:
    value = text if text.isdigit() else chinese_value(text)
    if value is None:
        raise ValueError(f"{text} is no number")
    return int(value)


def _number(day: date) -> int:
    return day.year * 10000 + day.month * 100 + day.day


def time_bonus(asked: AskedTime, published: str | None, text: str, newest: int = 0, oldest: int = 0) -> float:
    """What the time asked about adds to a passage's fused score, 0 to the sum of the three weights.

    `published` is the article's ISO date; `newest` and `oldest` are the first days of publication among the
    candidates, between which recency is shared out.
    """
    bonus = 0.0
    if asked.names and any(name in text for name in asked.names):
        bonus += TEXT_WEIGHT
    if not published:
        return bonus
    first, last = first_day(published), last_day(published)
    if asked.first and last >= asked.first:
        if first <= asked.last:
            bonus += PUBLISHED_WEIGHT
        elif first <= _number(_day(asked.last) + timedelta(days=_REPORTED_WITHIN_DAYS)):
            bonus += PUBLISHED_WEIGHT / 2
    if asked.newest and newest > oldest:
        whole = (_day(newest) - _day(oldest)).days
        bonus += RECENCY_WEIGHT * (_day(min(first, newest)) - _day(oldest)).days / whole
    return bonus


def with_time(
    fused: Sequence[tuple[int, float]], asked: AskedTime, entries: Mapping[int, IndexEntry]
) -> list[tuple[int, float]]:
    """(passage_id, score) of `fused` with the bonus for the time asked about, best first; equal scores by id."""
    dates = [first_day(entry.published) for one, _ in fused if (entry := entries.get(one)) and entry.published]
    newest, oldest = max(dates, default=0), min(dates, default=0)
    scored = [
        (one, score + (time_bonus(asked, entry.published, entry.passage.text, newest, oldest) if entry else 0.0))
        for one, score in fused
        for entry in [entries.get(one)]
    ]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))


def _day(number: int) -> date:
    return date(number // 10000, number // 100 % 100, number % 100)

"""Chinese and Arabic ways of writing one number, made to meet: 二十三 and 23, 两千万 and 2000万, 百分之五 and 5%."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_DIGIT = "[一二两三四五六七八九]"
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
# What a number is of where it names one thing of a row (2号线, 第三章) or a day. Before these, 一 to 十 are numbers
# and not parts of words; before others (一些, 三番, 十分) they are left alone.
_UNITS = "号路届期月日年级楼岁章"
_SIGNS = "零〇○一二两三四五六七八九十百千万亿"
# Begins with a class of characters and not with something optional: so the text between numbers is passed over fast.
_CLUSTER = re.compile(rf"[\d{_SIGNS}][\d.点{_SIGNS}]*")
_NUMBER = re.compile(
    r"(?P<arabic>\d++(?:\.\d++)?)(?P<scale>[十百千]?万?亿?)"
    rf"|(?P<chinese>[{_SIGNS}]++(?:点[零〇○一二三四五六七八九]++[万亿]*)?)"
)
_ABOUT = "多余几"  # 二十多万
_SECTION = re.compile(
    rf"(?:(?P<thousands>{_DIGIT})千)?(?:[零〇]?(?P<hundreds>{_DIGIT})百)?"
    rf"(?:[零〇]?(?P<tens>{_DIGIT}?)(?P<ten>十))?(?:(?P<zero>[零〇])?(?P<ones>{_DIGIT}))?"
)
_DIGITS_ONLY = re.compile("[零〇○一二三四五六七八九]+")
_LONGEST = 30  # of a Chinese numeral, in characters


def numeral_terms(text: str) -> Iterator[str]:
    """The terms of the numbers in `text` (folded, without thousands separators) beyond their own characters.

    Each number gives its value in digits where it is not written so, a percentage with its sign, and a number that
    follows 第 or stands before a unit of a row (号, 届, 月 …) that pair: `第12`, `2号`.
    """
    for cluster in _CLUSTER.finditer(text):
        start, end = cluster.span()
        is_ordinal, is_percent = text.startswith("第", start - 1) and start > 0, text.endswith("百分之", 0, start)
        if end - start == 1 and not (is_ordinal or is_percent or text[end : end + 1] in _UNITS):
            continue
        match = _NUMBER.match(text, start)
        after = text[match.end() : match.end() + 1] if match else ""
        if match and not (after and after in _ABOUT):
            yield from _terms_of(match, is_ordinal, is_percent, after if after and after in _UNITS else "")


def _terms_of(match: re.Match[str], is_ordinal: bool, is_percent: bool, unit: str) -> Iterator[str]:
    arabic, scale, chinese = match.groups()
    if arabic:
        number = _scaled(arabic, scale)
        is_new = number != arabic
    else:
        value = chinese_value(chinese)
        # One character is a number only where what stands beside it says so; 一年 and 三年 say how long, 一日 a day.
        if value is None or (len(chinese) == 1 and not (is_percent or is_ordinal or (unit and unit != "年"))):
            return
        number, is_new = value, len(chinese) > 1 or is_percent
    if is_new:
        yield number
    if is_percent:
        yield f"{number}%"
    if is_ordinal:
        yield f"第{number}"
    if unit:
        yield f"{number}{unit}"


def chinese_value(text: str) -> str | None:
    """The Chinese numeral `text` in digits (二十三 → 23, 二〇二三 → 2023, 三点五 → 3.5); None where it is none.

    Two digits in a row (三四, 一一) are an estimate or a word, a bare unit (百万, 千万) counts nothing.
    """
    if len(text) > _LONGEST:
        return None
    whole, point, fraction = text.partition("点")
    if point:
        value, signs = chinese_value(whole), fraction.rstrip("万亿")
        if not value or not _DIGITS_ONLY.fullmatch(signs):
            return None
        return _scaled(f"{value}.{_digits(signs)}", fraction[len(signs) :])
    if _DIGITS_ONLY.fullmatch(whole):
        is_number = len(whole) == 1 or len(whole) > 2 or any(sign in whole for sign in "〇○")
        return _digits(whole) if is_number else None
    found = _read(whole)
    return None if found is None else str(found)


def _digits(signs: str) -> str:
    return "".join(str(_DIGITS[sign]) for sign in signs)


def _read(text: str) -> int | None:
    """A numeral with units, by its sections: 三亿 二千 五百 万 零 六."""
    for sign in "亿万":
        before, found, after = text.partition(sign)
        if found:
            high, low = _read(before), _read_rest(after, _SCALES[sign])
            return None if high is None or low is None else high * _SCALES[sign] + low
    return _section(text)


def _read_rest(text: str, scale: int) -> int | None:
    if not text:
        return 0
    if re.fullmatch(_DIGIT, text):  # 一万五 is 15000
        return _DIGITS[text] * scale // 10
    return _read(text.removeprefix("零").removeprefix("〇"))


def _section(text: str) -> int | None:
    match = _SECTION.fullmatch(text) if text else None
    if not match:
        return None
    thousands, hundreds, tens, ten, zero, ones = match.groups()
    if ten and not tens and (thousands or hundreds):  # 百十来个
        return None
    value = sum(_DIGITS[sign] * scale for sign, scale in ((thousands, 1000), (hundreds, 100), (tens, 10)) if sign) + (
        10 if ten and not tens else 0
    )
    if not ones:
        return value
    shortened = not zero and not ten and (100 if hundreds else 1000 if thousands else 0)  # 二百五 is 250
    return value + _DIGITS[ones] * (shortened // 10 if shortened else 1)


def _scaled(arabic: str, scale: str) -> str:
    if not scale:
        return arabic
    value = Decimal(arabic)
    for sign in scale:
        value *= _SCALES[sign]
    return str(int(value)) if value == int(value) else f"{value.normalize():f}"

"""Figures and dates in English, for who asks in English: 1.2万人 is 12,000 people, 12月26日 26 December."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DATE = re.compile(r"(?:(?P<year>1\d{3}|20\d{2})年)?(?:(?P<month>\d{1,2})月)?(?:(?P<day>\d{1,2})[日号])?")
_SCALES = {"": 1, "百": 100, "千": 1000, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
_QUALIFIERS = {
    **dict.fromkeys(["约", "大约", "近", "将近", "接近"], "about "),
    **dict.fromkeys(["超", "超过", "逾", "突破"], "over "),
    **dict.fromkeys(["不足", "不到"], "under "),
    **dict.fromkeys(["至少"], "at least "),
}
_UNITS = {
    **dict.fromkeys(["人", "名", "位", "口"], ("person", "people")),
    **dict.fromkeys(["人次"], ("visit", "visits")),
    **dict.fromkeys(["户"], ("household", "households")),
    **dict.fromkeys(["元", "块", "块钱"], ("yuan", "yuan")),
    "美元": ("US dollar", "US dollars"),
    "欧元": ("euro", "euros"),
    "岁": ("year old", "years old"),
    "年": ("year", "years"),
    "个月": ("month", "months"),
    "天": ("day", "days"),
    **dict.fromkeys(["小时", "个小时"], ("hour", "hours")),
    "分钟": ("minute", "minutes"),
    "秒": ("second", "seconds"),
    **dict.fromkeys(["公里", "千米"], ("km", "km")),
    "米": ("m", "m"),
    "厘米": ("cm", "cm"),
    "毫米": ("mm", "mm"),
    "平方米": ("m²", "m²"),
    "平方公里": ("km²", "km²"),
    "立方米": ("m³", "m³"),
    "公顷": ("hectare", "hectares"),
    "亩": ("mu", "mu"),
    "吨": ("tonne", "tonnes"),
    **dict.fromkeys(["公斤", "千克"], ("kg", "kg")),
    "斤": ("jin", "jin"),
    "克": ("g", "g"),
    "倍": ("times", "times"),
    **dict.fromkeys(
        [
            "次",
            "场",
            "起",
            "件",
            "个",
            "家",
            "座",
            "所",
            "处",
            "条",
            "项",
            "种",
            "只",
            "支",
            "辆",
            "台",
            "套",
            "张",
            "盏",
        ],
        ("", ""),
    ),
    "%": ("%", "%"),
    "个百分点": ("percentage point", "percentage points"),
    "℃": ("°C", "°C"),
}
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_FIGURE = re.compile(
    rf"(?P<qualifier>{'|'.join(sorted(_QUALIFIERS, key=len, reverse=True))})?(?P<number>\d[\d,]*(?:\.\d+)?)"
    rf"(?P<more>[余多])?(?P<scale>百万|千万|万亿|[百千万亿])?(?P<more2>[余多])?(?P<unit>{_UNIT})?"
)


def in_english(text: str) -> str | None:
    """A figure or a date in English; None where `text` is neither, or needs no translation."""
    plain = unicodedata.normalize("NFKC", text).replace("℃", "°C").replace("°C", "℃").replace(" ", "")
    date = _DATE.fullmatch(plain)
    if date and plain and (date["year"] or date["month"]):
        return _date(date)
    figure = _FIGURE.fullmatch(plain)
    return _figure(figure) if figure and (figure["unit"] or figure["scale"] or figure["qualifier"]) else None


def _date(match: re.Match[str]) -> str | None:
    month = int(match["month"] or 0)
    if month > len(_MONTHS) or int(match["day"] or 0) > 31:
        return None
    parts = [match["day"] and str(int(match["day"])), _MONTHS[month - 1] if month else None, match["year"]]
    return " ".join(part for part in parts if part)


def _figure(match: re.Match[str]) -> str:
    number = Decimal(match["number"].replace(",", "")) * _SCALES[match["scale"] or ""]
    shown = f"{number.normalize():,f}"
    one, many = _UNITS.get(match["unit"] or "", ("", ""))
    unit = one if number == 1 else many
    more = "over " if match["more"] or match["more2"] else ""
    qualifier = _QUALIFIERS.get(match["qualifier"] or "", more)
    return f"{qualifier}{shown}{'' if unit in ('', '%') else ' '}{unit}"

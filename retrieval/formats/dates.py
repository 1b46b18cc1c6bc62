"""A date as it is written → ISO 8601."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import PurePath

_FIRST_YEAR, _LAST_YEAR = 1800, 2199  # outside of it a number is no newspaper's year
_LONGEST_DATE = 64  # characters; "2025年5月16日 星期五 08:30:12.123456+08:00" has 39

_TIME = r"(?:\d{1,2}[:时點点]\d{1,2}(?:[:分]?\d{0,2}秒?(?:\.\d+)?)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?)"
_WEEKDAY = r"(?:[(（]?(?:星期|周|週)[一二三四五六日天][)）]?)"
_AFTER_DAY = rf"(?:(?:T|\s*){_WEEKDAY}?\s*{_TIME})?|\s*{_WEEKDAY}"
_WRITTEN_DATE = re.compile(
    rf"(\d{{4}})\s*(?:年|([-/.年])\s*(\d{{1,2}})\s*(?:月|[-/.月]\s*(\d{{1,2}})\s*日?(?:{_AFTER_DAY}))?)?",
    re.IGNORECASE,
)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?\d{6}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)?", re.IGNORECASE)

_NAMED_DATE = re.compile(r"(?<!\d)(\d{4})([-_./年])(\d{1,2})[-_./月](\d{1,2})(?!\d)")
# Eight digits that begin a word or follow its letters ("rmrb20250516A03"): a hash has more before or after.
_NAMED_COMPACT_DATE = re.compile(
    r"(?<![0-9A-Za-z])[A-Za-z]*(\d{4})(\d{2})(\d{2})(?:[A-Za-z]\d{1,2})?(?![0-9A-Za-z])", re.ASCII
)
_FOLDER_DATE = re.compile(r"(?:^|/)(\d{4})[-_/]?(\d{2})[-_/](\d{2})(?=/|$)", re.ASCII)
_FOLDERS_LOOKED_AT = 4  # year, month, day and one of the page


def normalize_date(value: object) -> str | None:
    """Return a date as `YYYY-MM-DD`, `YYYY-MM` or `YYYY`, as exact as it is given; None for all else.

    Reads a `datetime.date`, an integer such as 20250516, and text: 2025-05-16, 2025/5/16, 2025年5月16日, 20250516,
    2025年5月, 2025, each with full-width digits too, and a day with its time. A time zone moves no date:
    the day is the one that is written.
    """
    if isinstance(value, date):
        return _iso(value.year, value.month, value.day)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    if isinstance(value, int) and not 0 < value < 10**8:
        return None
    text = unicodedata.normalize("NFKC", str(value)[: _LONGEST_DATE + 1]).strip()
    if len(text) > _LONGEST_DATE:
        return None
    return _written(text)


def date_from_name(name: str) -> str | None:
    """Return the full date that a file's or folder's name holds, or None.

    2025-05-16_A03.txt, 20250516-A03 and 2025年5月16日03版 hold one; a year and a month alone are no date of
    publication, and neither are eight digits of a longer run.
    """
    name = unicodedata.normalize("NFKC", name)
    for match in _NAMED_DATE.finditer(name):
        year, _, month, day = match.groups()
        if iso := _iso(int(year), int(month), int(day)):
            return iso
    for match in _NAMED_COMPACT_DATE.finditer(name):
        if iso := _iso(*map(int, match.groups())):
            return iso
    return None


def date_from_path(path: PurePath) -> str | None:
    """Return the date of a file's name, else of the folders nearest above it: 2025-05-16/, 2025/05/16/, 2025-05/16/."""
    if iso := date_from_name(path.stem):
        return iso
    folders = path.parent.parts[-_FOLDERS_LOOKED_AT:]
    nested = [_iso(*map(int, match.groups())) for match in _FOLDER_DATE.finditer("/".join(folders))]
    named = [date_from_name(folder) for folder in folders]
    return next(filter(None, [*reversed(nested), *reversed(named)]), None)


def _written(text: str) -> str | None:
    if match := _COMPACT_DATE.fullmatch(text):
        return _iso(*map(int, match.groups()))
    if match := _WRITTEN_DATE.fullmatch(text):
        year, _, month, day = match.groups()
        return _iso(int(year), int(month) if month else None, int(day) if day else None)
    return None


def _iso(year: int, month: int | None = None, day: int | None = None) -> str | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    if month is None:
        return f"{year:04}"
    try:
        full = date(year, month, day or 1)
    except ValueError:
        return None
    return full.isoformat() if day is not None else f"{year:04}-{month:02}"

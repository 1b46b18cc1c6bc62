"""Hard filters: which articles a search may look at."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def first_day(date: str) -> int:
    """The first day of an ISO date, month or year as the number yyyymmdd. Raises ValueError for anything else."""
    year, month, day = _parts(date)
    return year * 10000 + (month or 1) * 100 + (day or 1)


def last_day(date: str) -> int:
    """The last day of an ISO date, month or year as the number yyyymmdd. Raises ValueError for anything else."""
    year, month, day = _parts(date)
    month = month or 12
    return year * 10000 + month * 100 + (day or calendar.monthrange(year, month)[1])


def _parts(date: str) -> tuple[int, int, int]:
    match = _DATE.fullmatch(date)
    year, month, day = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    valid = match and year and 0 <= month <= 12 and (not day or day <= calendar.monthrange(year, month)[1])
    if not valid or (match and "00" in match.groups()[1:]):
        raise ValueError(f"{date!r} is not a date; write 2025, 2025-05 or 2025-05-16")
    return year, month, day


@dataclass(frozen=True, slots=True)
class Filters:
    """Bounds on the publication date (ISO dates, months or years, both inclusive) and the source (exact).

    An article that is dated by month or year passes where that span meets the bounds; one without a date passes
    only where there are none. Raises ValueError when made with something that is no date.
    """

    since: str | None = None
    until: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        """Check the dates."""
        try:
            (self.source or "").encode()
        except UnicodeEncodeError:
            raise ValueError("source is not valid text") from None
        since = first_day(self.since) if self.since else 0
        until = last_day(self.until) if self.until else 99999999
        if since > until:
            raise ValueError(f"since {self.since} is after until {self.until}")

    def __bool__(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self.since or self.until or self.source)

    def passes(self, published: str | None, source: str) -> bool:
        """Whether an article of this date and source passes."""
        if (self.since or self.until) and not published:
            return False
        return not (
            (self.since and last_day(published or "") < first_day(self.since))
            or (self.until and first_day(published or "") > last_day(self.until))
            or (self.source and source != self.source)
        )

    def sql(self) -> tuple[str, tuple[str, ...]]:
        """A condition over the table of articles, and its values."""
        conditions, values = ["1"], []
        if self.since:
            # '2025' ends after '2025-03' though it sorts before it: pad a shorter date to its span's end.
            conditions.append("substr(published || '-99-99', 1, 10) >= ?")
            values.append(self.since)
        if self.until:
            conditions.append("published <= ?")
            values.append(f"{self.until}-99"[:10])
        if self.source:
            conditions.append("source = ?")
            values.append(self.source)
        return " AND ".join(conditions), tuple(values)

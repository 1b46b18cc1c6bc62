"""What filters ask of passages, kept in memory: asking the database takes longer than the search itself."""

from __future__ import annotations

import threading
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from retrieval.filters import Filters, first_day, last_day
from retrieval.store import Store

_NEVER = 99999999  # later than every bound: an article without a date passes only where there is none


class Attributes:
    """First and last day of publication and source of every passage, by id; 12 bytes each. Follows the store."""

    def __init__(self) -> None:
        """Empty until first asked."""
        self._lock = threading.Lock()
        self._generation = -1
        self._clear()

    def _clear(self) -> None:
        self._newest = 0
        self._days = np.zeros((0, 2), np.int32)
        self._source_of = np.zeros(0, np.int32)
        self._sources: dict[str, int] = {}

    def passing(self, store: Store, filters: Filters) -> NDArray[np.int64]:
        """Ids of the passages whose articles pass `filters`, ascending; those removed since may be among them."""
        with self._lock:
            self._follow(store)
            days, source_of = self._days, self._source_of
            source = self._sources.get(filters.source or "", -1)
        passing = source_of >= 0
        if filters.since:
            passing &= days[:, 1] >= first_day(filters.since)
        if filters.until:
            passing &= days[:, 0] <= last_day(filters.until)
        if filters.source:
            passing &= source_of == source
        return np.flatnonzero(passing)

    def _follow(self, store: Store) -> None:
        with store.snapshot():
            generation = store.generation()
            if generation == self._generation:
                return
            if generation < self._generation:  # a backup was put back
                self._clear()
            rows = store.passage_attributes(self._newest)
        self._generation = generation
        if not rows:
            return
        ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        length = int(ids[-1]) + 1
        days, source_of = np.zeros((length, 2), np.int32), np.full(length, -1, np.int32)
        days[: len(self._days)], source_of[: len(self._source_of)] = self._days, self._source_of
        days[ids] = [_days(published) for _, published, _ in rows]
        source_of[ids] = [self._sources.setdefault(source, len(self._sources)) for _, _, source in rows]
        self._days, self._source_of, self._newest = days, source_of, length - 1


@lru_cache(maxsize=4096)
def _days(published: str | None) -> tuple[int, int]:
    return (first_day(published), last_day(published)) if published else (_NEVER, 0)

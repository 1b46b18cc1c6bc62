"""How long work may wait: a short rush is queued; where the load lasts, nothing waits behind what waits already.

One or two that ask again as soon as they are answered are a load that lasts too, and are not refused: one waits while
the other is served. Only where more is asked than that, what is let in must not have to wait long.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Final

PATIENCE_S: Final = 10.0  # the longest that anything waits for a thread
_OF_LATE_S: Final = 1.0
_LASTING: Final = 0.8  # a load that left no thread free for so much of late is no rush: reached in 1.6 s
_SLOWER: Final = 2  # than normal: what is let in under a load that lasts, at most
_SOON: Final = 0.75  # of its usual time has passed: what runs makes room soon
_NEARLY_ALL: Final = 0.95
_REMEMBERED: Final = 256  # of the latest work, how long it took


class Load:
    """Decides what may wait, and how long. To be used under the queue's lock."""

    def __init__(self, threads: int, at_once: int, clock: Callable[[], float]) -> None:
        """Nothing is known yet of how long work takes; `at_once` pieces of it do not slow each other down."""
        self._at_once = at_once
        self._most = _SLOWER * at_once
        self._full = min(threads, self._most)
        self._clock = clock
        self._running: list[float] = []  # when it began, in this order
        self._took: deque[float] = deque(maxlen=_REMEMBERED)
        self._is_full = False
        self._share = 0.0  # of the time of late in which no thread was free, at the moment `_then`
        self._then = clock()
        self._crowded_until = -math.inf

    def changed(self, inside: int) -> None:
        """Note how much runs or waits now."""
        self._share, self._then = self._share_now(), self._clock()
        self._is_full = inside >= self._full

    def _share_now(self) -> float:
        # An exponential average: what is longer ago than _OF_LATE_S counts for little.
        faded = math.exp(-(self._clock() - self._then) / _OF_LATE_S)
        return self._share * faded + self._is_full * (1 - faded)

    def began(self) -> float:
        """Note that a piece of work begins; to be given to `ended`."""
        now = self._clock()
        self._running.append(now)
        return now

    def ended(self, began: float) -> None:
        """Note that the piece of work has ended that began then."""
        slowed = max(1.0, len(self._running) / self._at_once)  # by what ran beside it
        self._running.remove(began)
        self._took.append((self._clock() - began) / slowed)

    def lasts(self) -> bool:
        """Whether there has been more work than threads for so long that it is no rush any more."""
        return self._share_now() > _LASTING

    def patience_s(self) -> float:
        """How long work may wait now: half as long as work takes at most, where more is asked than can be answered."""
        return self._usual_s(_NEARLY_ALL) / 2 if self._took and self._is_crowded() else PATIENCE_S

    def refuses(self, inside: int) -> bool:
        """Whether one more beside so many would be slowed down too much, under a load that lasts.

        Remembers that there were too many: until there are no longer, who comes may wait only for what ends soon.
        """
        if not self._took or not self.lasts():
            return False
        if inside >= self._most:
            self._crowded_until = self._clock() + _OF_LATE_S
            return True
        return inside >= self._full and self._is_crowded() and not self._ends_soon(inside - self._full)

    def _is_crowded(self) -> bool:
        return self._clock() < self._crowded_until and self.lasts()

    def _ends_soon(self, before: int) -> bool:
        # Whoever waits with so many `before` it begins when that many and one more have ended.
        if before >= len(self._running):
            return False
        return self._clock() - self._running[before] >= _SOON * self._usual_s(0.5)

    def _usual_s(self, share: float) -> float:
        # What this share of the work of late took at most, also of what had waited: "normal" is known of no other
        # where the server has never been idle, and how long work takes does not depend on how long it waited.
        ordered = sorted(self._took)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

"""What the score of a stretch cannot exceed, in a fraction of the time that the score itself takes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate

from retrieval.page import weights
from retrieval.page.stretches import Judge
from retrieval.page.survey import Survey

_BEST_AFFINITY = weights.AFFINITY * (1.0 - weights.AFFINITY_LEAST)


class Ceiling:
    """Bounds from above for all stretches of a page that a `Judge` scores.

    `title`: for each fragment, the most that a stretch gains where it is the headline and no heading.
    """

    def __init__(self, survey: Survey, judge: Judge) -> None:
        """Sum up along the page what each fragment costs at least."""
        fragments = survey.fragments
        count = len(fragments)
        self._resumed = survey.resumed
        self._beginning = [sum(value for _, value in reasons) for reasons in survey.beginnings]
        headings = [judge.least_heading(index) if one.headline else 0.0 for index, one in enumerate(fragments)]
        self._headings = _summed(headings.__getitem__, count)
        self._torn = _summed(survey.torn.__contains__, count)
        self._bylines = _summed(survey.bylines.__contains__, count)
        self._signed = _summed(survey.is_signed, count)
        self._first_byline = weights.LAST_BYLINE if judge.headlines_last else weights.BYLINE_FIRST
        place = max(weights.LAST_FRONT, weights.LAST_END) if judge.headlines_last else weights.FRONT
        kickers = [-sum(headings[max(0, index - 1) : index + 2]) for index in range(count)]
        self.title = [
            one.headline + judge.most_announced(index) + place + _BEST_AFFINITY + kickers[index]
            if one.headline
            else weights.NO_TITLE
            for index, one in enumerate(fragments)
        ]
        body = [one.is_body for one in fragments]
        self._last_body = [-1, *accumulate((index if is_body else -1 for index, is_body in enumerate(body)), max)]
        following = accumulate((index if body[index] else count for index in range(count - 1, -1, -1)), min)
        self._next_body = [*following][::-1]

    def over(self, start: int, end: int, title: float) -> float:
        """A bound of the score of a stretch in which no headline gains more than `title`."""
        last_body, first_body = self._last_body[end], min(self._next_body[start], end)
        until = max(start, last_body)
        torn = self._torn[until] - self._torn[start]
        inside = self._signed[until] - self._signed[start]
        signed = self._signed[end] - self._signed[until]
        above = self._bylines[first_body] - self._bylines[start]
        below = self._bylines[end] - self._bylines[first_body]
        extra = above + below + (inside + signed > 0) - 1
        return (
            self._beginning[start]
            + (max(0.0, title) if start in self._resumed else title)
            + self._headings[end]
            - self._headings[start]
            + weights.TORN_INSIDE * torn
            + weights.SIGN_OFF_INSIDE * inside
            + weights.SIGN_OFF_LAST * signed
            + self._first_byline * above
            + weights.BYLINE_LAST * below
            + (weights.EXTRA_BYLINE * extra if extra > 0 else 0.0)
        )


def _summed(value: Callable[[int], float], count: int) -> list[float]:
    """At each place, the sum of what stands before it."""
    return [0.0, *accumulate(float(value(index)) for index in range(count))]

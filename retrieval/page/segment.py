"""Fragments to articles: the split of the page that is best as a whole.

A semi-Markov model over the fragments: an article is a stretch of them with at most one group of headline, subtitle,
series and byline, at its front, its end or (seldom) its middle. Dynamic programming finds the split with the highest
sum of the articles' scores; every part of a score has a name, so that a decision can be explained.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.page import weights
from retrieval.page.ceiling import Ceiling
from retrieval.page.fragments import Fragment
from retrieval.page.likeness import Likeness
from retrieval.page.links import Link
from retrieval.page.stretches import Judge, Stretch
from retrieval.page.survey import Survey

_MOST_BEGINNINGS = 90  # places that are tried as an article's beginning, for each end; bounds the time on long files
_HOPELESS = -30.0  # what is added to such a stretch makes it no better
_LOWEST = -1e9


@dataclass(frozen=True, slots=True)
class Split:
    """A split of a page; the stretches follow one another and hold every fragment. `reason`: why this one."""

    stretches: tuple[Stretch, ...]
    reason: str


def split(fragments: Sequence[Fragment], links: Sequence[Link], likeness: Likeness) -> Split:
    """The best split of a page.

    Two splits compete: one for a page whose headlines stand before their texts, one for a page where they stand after.
    """
    survey = Survey(fragments, links, likeness)
    first = _best_split(survey, Judge(survey, headlines_last=False))
    if not any(one.headline for one in fragments):
        return Split(tuple(first), f"no headlines on the page: {_total(first):.1f}")
    last = _best_split(survey, Judge(survey, headlines_last=True))
    before, after = _total(first), _total(last) + weights.LAST_ORDER
    if after > before:
        return Split(tuple(last), f"headlines after their texts: {after:.1f}; before them it would be {before:.1f}")
    return Split(tuple(first), f"headlines before their texts: {before:.1f}; after them it would be {after:.1f}")


def _total(stretches: Sequence[Stretch]) -> float:
    return sum(one.score for one in stretches)


def _best_split(survey: Survey, judge: Judge) -> list[Stretch]:
    ceiling = Ceiling(survey, judge)
    count = len(survey.fragments)
    best: list[float] = [0.0] + [_LOWEST] * count
    chosen: list[Stretch | None] = [None] * (count + 1)
    for end in range(1, count + 1):
        if end in survey.closed:
            continue
        for start, title in _beginnings(end, best, survey, ceiling):
            most = ceiling.over(start, end, title)
            if most < _HOPELESS:
                break
            if best[start] + most > best[end]:
                stretch = judge.stretch(start, end)
                if stretch.score < _HOPELESS:
                    break
                if best[start] + stretch.score > best[end]:
                    best[end], chosen[end] = best[start] + stretch.score, stretch
    return _walk_back(chosen, count)


def _beginnings(end: int, best: Sequence[float], survey: Survey, ceiling: Ceiling) -> Iterator[tuple[int, float]]:
    """Where a stretch that ends at `end` may begin, the nearest first, and the most that a headline in it gains.

    The page's beginning is among them however far it is: a file of one article may be long.
    """
    title = weights.NO_TITLE
    tried = 0
    for start in range(end - 1, -1, -1):
        title = max(title, ceiling.title[start])
        if not start or (best[start] > _LOWEST and tried < _MOST_BEGINNINGS):
            tried += 1
            yield start, title
        if start in survey.resumed:
            return  # what resumes an earlier article begins a stretch


def _walk_back(chosen: Sequence[Stretch | None], end: int) -> list[Stretch]:
    stretches: list[Stretch] = []
    while end:
        stretch = chosen[end]
        if stretch is None:  # only where a bound forbade everything: take the rest as one
            stretches.append(Stretch(0, end, None, 0.0))
            break
        stretches.append(stretch)
        end = stretch.start
    return stretches[::-1]

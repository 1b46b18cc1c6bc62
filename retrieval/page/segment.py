"""Fragments to articles: the split of the page that is best as a whole.

A semi-Markov model over the fragments: an article is a stretch of them with at most one group of headline, subtitle,
series and byline, at its front, its end or (seldom) its middle. Dynamic programming finds the split with the highest
sum of the articles' scores; every part of a score has a name, so that a decision can be explained.
"""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.page import weights
from retrieval.page.ceiling import Ceiling
from retrieval.page.fragments import Fragment
from retrieval.page.likeness import Likeness
from retrieval.page.links import Link
from retrieval.page.stretches import Judge, Stretch
from retrieval.page.survey import Survey

LONGEST_ARTICLE = 90  # fragments; bounds time and memory on long files
_HOPELESS = -30.0  # what is added to such a stretch makes it no better
_LOWEST = -1e9


def split(fragments: Sequence[Fragment], links: Sequence[Link], likeness: Likeness) -> list[Stretch]:
    """The best split of a page; the stretches follow one another and hold every fragment.

    Two splits compete: one for a page whose headlines stand before their texts, one for a page where they stand after.
    """
    survey = Survey(fragments, links, likeness)
    first = _best_split(survey, Judge(survey, headlines_last=False))
    if not any(one.headline for one in fragments):
        return first
    last = _best_split(survey, Judge(survey, headlines_last=True))
    return last if _total(last) + weights.LAST_ORDER > _total(first) else first


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
        title = weights.NO_TITLE
        for start in range(end - 1, max(-1, end - 1 - LONGEST_ARTICLE), -1):
            title = max(title, ceiling.title[start])
            most = ceiling.over(start, end, title) if best[start] > _LOWEST else _LOWEST
            if _LOWEST < most < _HOPELESS:
                break
            if best[start] + most > best[end]:
                stretch = judge.stretch(start, end)
                if stretch.score < _HOPELESS:
                    break
                if best[start] + stretch.score > best[end]:
                    best[end], chosen[end] = best[start] + stretch.score, stretch
            if start in survey.resumed:
                break  # what resumes an earlier article begins a stretch
        if chosen[end] is None and end >= LONGEST_ARTICLE:
            survey.closed.discard(end)
    return _walk_back(chosen, count)


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

"""Fragments to articles: the split of the page that is best as a whole.

A semi-Markov model over the fragments: an article is a stretch of them with at most one group of headline, subtitle,
series and byline, at its front, its end or (seldom) its middle. Dynamic programming finds the split with the highest
sum of the articles' scores; every part of a score has a name, so that a decision can be explained.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from retrieval.page import forms
from retrieval.page.fragments import Fragment
from retrieval.page.links import Link, cosine, term_vector, total, weighted

LONGEST_ARTICLE = 90  # fragments; bounds time and memory on long files

# Scores, in arbitrary units: random search over the five real pages and forty composed ones (seed 7), 2026-11.
_ARTICLE = -6.08
_RESUMED = -1.0
_TORN_INSIDE = -2.93
_NO_TITLE = -1.79
_NO_BODY = -3.0
_FRONT, _END, _MIDDLE_ANNOUNCED, _MIDDLE = 2.15, 0.56, -0.029, -1.14
_WITH_SUBTITLE, _WITH_BYLINE, _WITH_SERIES = 2.5, 7.33, 1.0
_BEFORE_OPENING = 0.65
_NEAR = 12  # fragments around a headline in which its words are looked for
_LITTLE = 80  # characters of captions that may follow a headline at the end
_AFFINITY, _AFFINITY_LEAST = 1.95, 0.39
_FOREIGN_MOST = -2.28
_HEADING, _HEADING_FORM = -0.15, 1.24
_HEADING_ANNOUNCED = -6.09
_EXTRA_BYLINE, _EXTRA_SUBTITLE = -3.0, -3.0
_SIGN_OFF_LAST, _SIGN_OFF_INSIDE = 1.4, -6.33
_AFTER_SIGN_OFF = 0.87
_BREAK_WEIGHT, _BREAK_LIKENESS = 20.84, 0.041
_LOWEST = -1e9


@dataclass(frozen=True, slots=True)
class Stretch:
    """Fragments `start` to `end` (exclusive) as one article, with `title` the index of its headline or None."""

    start: int
    end: int
    title: int | None
    score: float
    reasons: tuple[str, ...] = field(default=())


class _Page:
    """What scoring needs again and again, computed once."""

    def __init__(self, fragments: Sequence[Fragment], links: Sequence[Link]) -> None:
        self.fragments = fragments
        self.uncuttable = {
            index for link in links for index in range(link.before + 1, link.after + 1) if _is_direct(fragments, link)
        }
        direct = {link.before for link in links if _is_direct(fragments, link)}
        self.torn = {index for index, one in enumerate(fragments) if one.is_open and index not in direct}
        self.resumed = {link.after for link in links if not _is_direct(fragments, link)}
        self.vectors = weighted([term_vector(one.text) if one.is_body else Counter() for one in fragments])
        self.likeness = [self._likeness_at(index) for index in range(len(fragments) + 1)]
        self._frequency = Counter(term for vector in self.vectors for term in vector)
        self._coverage: dict[tuple[int, int, int], frozenset[str]] = {}
        self._weights: dict[int, dict[str, float]] = {}
        self._affinities: dict[tuple[int, int, int], float] = {}
        self._announced: dict[tuple[int, int, int], tuple[float, list[str]]] = {}
        self._body = [index for index, one in enumerate(fragments) if one.is_body]
        self._headlines = [index for index, one in enumerate(fragments) if one.headline]
        self._signed = [index for index in range(len(fragments)) if self._signs(index)]
        self._marks = [index for index, one in enumerate(fragments) if one.names or one.is_subtitle or one.headline]
        self._length_until = [0, *accumulate(len(one.text) if one.is_body else 0 for one in fragments)]

    def _signs(self, index: int) -> bool:
        """Whether an article's sign-off stands there; in brackets right under a headline it is a byline."""
        one = self.fragments[index]
        under_headline = index > 0 and self.fragments[index - 1].headline > 0
        return not under_headline if one.is_signature else bool(one.sign_off[0])

    def body(self, start: int, end: int) -> list[int]:
        """The running text of a stretch."""
        return _within(self._body, start, end)

    def headlines(self, start: int, end: int) -> list[int]:
        """What may be the headline of a stretch."""
        return _within(self._headlines, start, end)

    def signed(self, start: int, end: int) -> list[int]:
        """Where an article's sign-off stands in a stretch."""
        return _within(self._signed, start, end)

    def marks(self, start: int, end: int) -> list[int]:
        """Bylines, subtitles and what looks like a headline in a stretch."""
        return _within(self._marks, start, end)

    def body_length(self, start: int, end: int) -> int:
        """Characters of running text in a stretch."""
        return self._length_until[end] - self._length_until[start]

    def _likeness_at(self, index: int) -> float:
        """Cosine of the running text before and after a place (TextTiling's block comparison, Hearst 1997)."""
        before = [one for one in range(index - 1, max(-1, index - 9), -1) if self.fragments[one].is_body][:3]
        after = [one for one in range(index, min(len(self.fragments), index + 8)) if self.fragments[one].is_body][:3]
        return cosine(
            total([self.vectors[one] for one in before]),
            total([self.vectors[one] for one in after]),
        )

    def affinity(self, title: int, start: int, end: int) -> float:
        """How much more of a headline's words the text near it in a stretch has than the text near it outside, -1..1.

        Words count by their rarity on the page.
        """
        low, high = max(0, title - _NEAR), min(len(self.fragments), title + _NEAR)
        start, end = max(start, low), min(end, high)
        key = (title, start, end)
        if key not in self._affinities:
            outside = self._covered(title, low, start) | self._covered(title, end, high)
            inside = self._covered(title, start, end)
            self._affinities[key] = self._share(title, inside) - self._share(title, outside)
        return self._affinities[key]

    def _covered(self, title: int, start: int, end: int) -> frozenset[str]:
        """The headline's words that the running text of some fragments has."""
        key = (title, start, end)
        if key not in self._coverage:
            words = self._title_words(title).keys()
            found = [words & self.vectors[index].keys() for index in range(start, end)]
            self._coverage[key] = frozenset().union(*found)
        return self._coverage[key]

    def _share(self, title: int, words: frozenset[str]) -> float:
        weights = self._title_words(title)
        total_weight = sum(weights.values())
        return sum(weights[word] for word in words) / total_weight if total_weight else 0.0

    def _title_words(self, title: int) -> dict[str, float]:
        if title not in self._weights:
            words = sorted(set(term_vector(self._title_text(title))))
            count = len(self.fragments)
            self._weights[title] = {word: math.log(1 + count / (1 + self._frequency[word])) for word in words}
        return self._weights[title]

    def _title_text(self, title: int) -> str:
        after = self.fragments[title + 1] if title + 1 < len(self.fragments) else None
        return self.fragments[title].text + (after.text if after and after.is_subtitle else "")

    def is_byline(self, index: int) -> bool:
        """Whether it is a byline and no signature."""
        return bool(self.fragments[index].names) and not self._signs(index)

    def announced(self, index: int, start: int, end: int) -> tuple[float, list[str]]:
        """What its neighbours within a stretch add to a headline-like fragment."""
        key = (index, max(start, index - 2), min(end, index + 4))
        if key not in self._announced:
            self._announced[key] = self._announcement(index, start, end)
        return self._announced[key]

    def _announcement(self, index: int, start: int, end: int) -> tuple[float, list[str]]:
        score, reasons = 0.0, []
        fragments = self.fragments
        near = [one for one in range(index + 1, min(end, index + 4)) if not fragments[one].is_caption]
        if near and fragments[near[0]].is_subtitle:
            score, reasons = score + _WITH_SUBTITLE, ["a subtitle after it"]
        bylines = [one for one in near[:2] if self.is_byline(one)]
        above = index > start and self.is_byline(index - 1)
        anothers = above and index - 2 >= start and fragments[index - 2].headline > 0
        if bylines or (above and not anothers):
            score, reasons = score + _WITH_BYLINE, [*reasons, "a byline beside it"]
        if index > start and fragments[index - 1].is_series:
            score, reasons = score + _WITH_SERIES, [*reasons, "a series' label before it"]
        if near and forms.is_opening(fragments[near[0]].text):
            score, reasons = score + _BEFORE_OPENING, [*reasons, "a story's opening after it"]
        return score, reasons


def _within(indexes: list[int], start: int, end: int) -> list[int]:
    """Those of ascending `indexes` from `start` to before `end`."""
    return indexes[bisect_left(indexes, start) : bisect_left(indexes, end)]


def _is_direct(fragments: Sequence[Fragment], link: Link) -> bool:
    """Whether nothing but captions stands between the two halves of a sentence."""
    return all(fragments[index].is_caption for index in range(link.before + 1, link.after))


def split(fragments: Sequence[Fragment], links: Sequence[Link]) -> list[Stretch]:
    """The best split of a page; the stretches follow one another and hold every fragment."""
    page = _Page(fragments, links)
    best: list[float] = [0.0] + [_LOWEST] * len(fragments)
    chosen: list[Stretch | None] = [None] * (len(fragments) + 1)
    for end in range(1, len(fragments) + 1):
        if end in page.uncuttable:
            continue
        for start in range(end - 1, max(-1, end - 1 - LONGEST_ARTICLE), -1):
            if best[start] > _LOWEST:
                stretch = _best_stretch(page, start, end)
                if best[start] + stretch.score > best[end]:
                    best[end], chosen[end] = best[start] + stretch.score, stretch
            if start in page.resumed:
                break  # what resumes an earlier article begins a stretch
        if chosen[end] is None and end >= LONGEST_ARTICLE:
            page.uncuttable.discard(end)
    return _walk_back(chosen, len(fragments))


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


def _best_stretch(page: _Page, start: int, end: int) -> Stretch:
    """The stretch with the headline that suits it best, or with none."""
    reasons: list[tuple[str, float]] = [
        ("a part of one", _RESUMED) if start in page.resumed else ("an article", _ARTICLE)
    ]
    body = page.body(start, end)
    reasons += _ends(page, start, end, body)
    title, title_reasons = _best_title(page, start, end, body)
    reasons += title_reasons
    reasons += _rest(page, start, end, title, body)
    score = sum(value for _, value in reasons)
    return Stretch(start, end, title, score, tuple(f"{text} {value:+.1f}" for text, value in reasons))


def _ends(page: _Page, start: int, end: int, body: Sequence[int]) -> list[tuple[str, float]]:
    reasons = []
    if start:
        likeness = page.likeness[start]
        change = _BREAK_WEIGHT * (_BREAK_LIKENESS - likeness)
        if page.signed(max(0, start - 2), start):
            reasons.append(("after a sign-off", _AFTER_SIGN_OFF))
        reasons.append((f"likeness {likeness:.2f} across its beginning", max(-2.5, change)))
    if not body:
        reasons.append(("no running text", _NO_BODY))
    torn = sum(1 for index in body[:-1] if index in page.torn)
    if torn:
        reasons.append((f"{torn} sentences broken off inside", _TORN_INSIDE * torn))
    for index in page.signed(start, end):
        last = not body or index >= body[-1]
        reasons.append(("signed at its end", _SIGN_OFF_LAST) if last else ("signed inside", _SIGN_OFF_INSIDE))
    return reasons


def _best_title(page: _Page, start: int, end: int, body: Sequence[int]) -> tuple[int | None, list[tuple[str, float]]]:
    best: tuple[float, int | None, list[tuple[str, float]]] = (_NO_TITLE, None, [("no headline", _NO_TITLE)])
    if start in page.resumed:
        best = (0.0, None, [("goes on with an earlier article", 0.0)])
    for index in page.headlines(start, end):
        strength = page.fragments[index].headline
        bonus, why = page.announced(index, start, end)
        before, after = page.body_length(start, index), page.body_length(index, end)
        place = _FRONT if not before else _END if after < min(_LITTLE, 0.1 * before) else _MIDDLE
        if place == _MIDDLE and bonus:
            place = _MIDDLE_ANNOUNCED
        affinity = max(_FOREIGN_MOST, _AFFINITY * (page.affinity(index, start, end) - _AFFINITY_LEAST)) if body else 0.0
        if start in page.resumed:
            place -= 4.0
        value = strength + bonus + place + affinity
        if value > best[0]:
            where = {_FRONT: "before", _END: "after"}.get(place, "amid")
            text = "; ".join([f"headline {where} the text", *why])
            details = [(text, strength + bonus + place), ("its words in the text", affinity)]
            best = (value, index, details)
    return best[1], best[2]


def _rest(page: _Page, start: int, end: int, title: int | None, body: Sequence[int]) -> list[tuple[str, float]]:
    """What the stretch holds beside text and headline."""
    reasons = []
    bylines = subtitles = 0
    for index in page.marks(start, end):
        one = page.fragments[index]
        if page.is_byline(index):
            bylines += 1
            reasons.append(_byline_place(index, end, title, body))
        elif one.is_subtitle:
            subtitles += 1
        elif one.headline and index != title and not _is_kicker(page, index, title):
            announced, why = page.announced(index, start, end)
            if announced >= _WITH_BYLINE and not (title is not None and abs(index - title) <= 1):
                reasons.append((f"a heading with {', '.join(why)}", _HEADING_ANNOUNCED))
            else:
                reasons.append(("a heading", _HEADING - _HEADING_FORM * (one.headline - 1.0 + announced)))
    signed = bool(page.signed(start, end))
    if bylines + signed > 1:
        reasons.append(("more than one byline", _EXTRA_BYLINE * (bylines + signed - 1)))
    if subtitles > 1:
        reasons.append(("more than one subtitle", _EXTRA_SUBTITLE * (subtitles - 1)))
    if body and page.fragments[end - 1].headline and title != end - 1:
        reasons.append(("a headline at its end that is not its own", -2.5))
    return reasons


def _byline_place(index: int, end: int, title: int | None, body: Sequence[int]) -> tuple[str, float]:
    """Bylines stand before the text or beside the headline; after a headline at the end they are the next article's."""
    if not body or index < body[0]:
        return "byline before the text", 1.0
    if index > body[-1]:
        return (
            ("byline after the last headline", -1.5) if title is not None and title > body[-1] else ("byline last", 0.5)
        )
    return ("byline in the middle", 0.0) if title is not None and abs(index - title) <= 2 else ("byline amid", -1.5)


def _is_kicker(page: _Page, index: int, title: int | None) -> bool:
    """Whether it is a line above (or below) the headline, part of the same headline."""
    return title is not None and abs(index - title) == 1 and page.fragments[index].headline > 0

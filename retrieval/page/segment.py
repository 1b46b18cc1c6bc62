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

# Scores, in arbitrary units: random search over the five real pages and the composed ones of seed 7, 2026-11.
_ARTICLE = -4.94
_RESUMED = -1.0
_TORN_INSIDE = -2.93
_NO_TITLE = -1.79
_NO_BODY = -3.0
_FRONT, _END, _MIDDLE_ANNOUNCED, _MIDDLE = 2.44, 0.96, -0.029, -1.14
_WITH_SUBTITLE, _WITH_BYLINE, _WITH_SERIES = 2.5, 4.76, 1.0
_BEFORE_OPENING = 0.65
_FEW, _SCANT = 50, -2.56  # characters of running text that hardly make an article
_WITHIN_LIKENESS = 0.09  # above it, no article begins between two paragraphs without any other sign
_NEAR = 12  # fragments around a headline in which its words are looked for
_LITTLE = 80  # characters of captions that may follow a headline at the end
_AFFINITY, _AFFINITY_LEAST = 1.95, 0.763
_FOREIGN_MOST = -3.5
_HEADING, _HEADING_FORM = -0.15, 1.24
_HEADING_ANNOUNCED = -4.57
_EXTRA_BYLINE, _EXTRA_SUBTITLE = -3.0, -3.0
_BYLINE_FIRST, _BYLINE_LAST, _BYLINE_AMID, _BYLINE_STRAY = 1.0, 0.725, 0.186, -1.05
_SIGN_OFF_LAST, _SIGN_OFF_INSIDE = 1.4, -6.33
_AFTER_SIGN_OFF = 0.044
_BREAK_WEIGHT, _BREAK_LIKENESS = 34.3, 0.026
_LAST_PLAIN = 0.0
_DEPTH = 1.0  # ten times as much for each unit by which a place lies lower than the hills of likeness beside it
_DEPTH_REACH = 8  # fragments to either side in which the hills are looked for
_PARALLEL = 0.4  # of a heading's cost, where others on the page have its form
_LAST_ORDER = -4.0  # a page whose headlines stand after their texts is the rarer kind
_LAST_BYLINE = 8.07  # on such a page, an article's byline stands before its text
_LAST_FRONT, _LAST_END = 0.0, 2.0
_HOPELESS = -30.0  # what is added to such a stretch makes it no better
_LOWEST = -1e9


@dataclass(frozen=True, slots=True)
class Stretch:
    """Fragments `start` to `end` (exclusive) as one article, with `title` the index of its headline or None."""

    start: int
    end: int
    title: int | None
    score: float
    reasons: tuple[tuple[str, float], ...] = field(default=())


class _Page:
    """What scoring needs again and again, computed once."""

    def __init__(self, fragments: Sequence[Fragment], links: Sequence[Link]) -> None:
        self.fragments = fragments
        self.headlines_last = False
        self.uncuttable = {
            index for link in links for index in range(link.before + 1, link.after + 1) if _is_direct(fragments, link)
        }
        direct = {link.before for link in links if _is_direct(fragments, link)}
        self.torn = {index for index, one in enumerate(fragments) if one.is_open and index not in direct}
        self.resumed = {link.after for link in links if not _is_direct(fragments, link)}
        self.vectors = weighted([term_vector(one.text) if one.is_body else Counter() for one in fragments])
        self.likeness = [self._likeness_at(index) for index in range(len(fragments) + 1)]
        self.depth = [self._depth_at(index) for index in range(len(fragments) + 1)]
        self._frequency = Counter(term for vector in self.vectors for term in vector)
        self._coverage: dict[tuple[int, int, int], frozenset[str]] = {}
        self._weights: dict[int, dict[str, float]] = {}
        self._affinities: dict[tuple[int, int, int], float] = {}
        self._announced: dict[tuple[int, int, int], tuple[float, list[str]]] = {}
        self._body = [index for index, one in enumerate(fragments) if one.is_body]
        self._headlines = [index for index, one in enumerate(fragments) if one.headline]
        self.parallel = self._parallel()
        self._signed = [index for index in range(len(fragments)) if self._signs(index)]
        self._marks = [index for index, one in enumerate(fragments) if one.names or one.is_subtitle or one.headline]
        self.closed = self.uncuttable | {index for index in range(1, len(fragments)) if self._is_within(index)}
        self.beginnings = [self._beginning(index) for index in range(len(fragments))]
        self._length_until = [0, *accumulate(len(one.text) if one.is_body else 0 for one in fragments)]

    def _parallel(self) -> frozenset[int]:
        """Headings that come in sets of at least three with one form."""
        forms_of = {index: _form(self.fragments[index]) for index in self._headlines}
        count = Counter(form for form in forms_of.values() if form)
        return frozenset(index for index, form in forms_of.items() if form and count[form] >= 3)

    def _signs(self, index: int) -> bool:
        """Whether an article's sign-off stands there; in brackets right under a headline it is a byline."""
        one = self.fragments[index]
        under_headline = index > 0 and self.fragments[index - 1].headline > 0
        return not under_headline if one.is_signature else bool(one.sign_off[0])

    def in_order(self, *, headlines_last: bool) -> None:
        """Judge from now on as a page whose headlines stand before or after their texts."""
        self.headlines_last = headlines_last
        self._announced.clear()

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

    def _is_within(self, index: int) -> bool:
        """Whether no article can begin there: like text on both sides, and nothing that ends or begins one."""
        before, after = self.fragments[index - 1], self.fragments[index]
        plain = before.is_body and after.is_body and not before.sign_off[0] and not before.is_open
        return (
            plain
            and not forms.is_opening(after.text)
            and index not in self.resumed
            and self.likeness[index] > _WITHIN_LIKENESS
        )

    def _beginning(self, index: int) -> list[tuple[str, float]]:
        """What speaks for and against an article's beginning there, whatever follows."""
        first = ("a part of one", _RESUMED) if index in self.resumed else ("an article", _ARTICLE)
        if not index:
            return [first]
        likeness = self.likeness[index]
        change = max(-2.5, _BREAK_WEIGHT * (_BREAK_LIKENESS - likeness) + 10 * _DEPTH * self.depth[index])
        signed = [("after a sign-off", _AFTER_SIGN_OFF)] if self.signed(max(0, index - 2), index) else []
        return [first, *signed, (f"likeness {likeness:.2f} across its beginning", change)]

    def _depth_at(self, index: int) -> float:
        """How far the likeness at a place lies below the lower of the hills around it."""
        left = max(self.likeness[max(0, index - _DEPTH_REACH) : index + 1])
        right = max(self.likeness[index : index + _DEPTH_REACH + 1])
        return min(left, right) - self.likeness[index]

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
        if (bylines or (above and not anothers)) and not self.headlines_last:
            score, reasons = score + _WITH_BYLINE, [*reasons, "a byline beside it"]
        if index > start and fragments[index - 1].is_series:
            score, reasons = score + _WITH_SERIES, [*reasons, "a series' label before it"]
        if near and forms.is_opening(fragments[near[0]].text):
            score, reasons = score + _BEFORE_OPENING, [*reasons, "a story's opening after it"]
        return score, reasons


def _form(fragment: Fragment) -> tuple[bool, int] | None:
    """What headings of one set have in common: words in quotation marks, and about one length."""
    text = fragment.text
    return (fragment.gap, len(text) // 4) if "”" in text and not fragment.shadowed else None


def _within(indexes: list[int], start: int, end: int) -> list[int]:
    """Those of ascending `indexes` from `start` to before `end`."""
    return indexes[bisect_left(indexes, start) : bisect_left(indexes, end)]


def _is_direct(fragments: Sequence[Fragment], link: Link) -> bool:
    """Whether nothing but captions stands between the two halves of a sentence."""
    return all(fragments[index].is_caption for index in range(link.before + 1, link.after))


def split(fragments: Sequence[Fragment], links: Sequence[Link]) -> list[Stretch]:
    """The best split of a page; the stretches follow one another and hold every fragment.

    Two splits compete: one for a page whose headlines stand before their texts, one for a page where they stand after.
    """
    page = _Page(fragments, links)
    first = _best_split(page)
    if not any(one.headline for one in fragments):
        return first
    page.in_order(headlines_last=True)
    last = _best_split(page)
    return last if _total(last) + _LAST_ORDER > _total(first) else first


def _total(stretches: Sequence[Stretch]) -> float:
    return sum(one.score for one in stretches)


def _best_split(page: _Page) -> list[Stretch]:
    fragments = page.fragments
    best: list[float] = [0.0] + [_LOWEST] * len(fragments)
    chosen: list[Stretch | None] = [None] * (len(fragments) + 1)
    for end in range(1, len(fragments) + 1):
        if end in page.closed:
            continue
        for start in range(end - 1, max(-1, end - 1 - LONGEST_ARTICLE), -1):
            if best[start] > _LOWEST:
                stretch = _best_stretch(page, start, end)
                if stretch.score < _HOPELESS:
                    break
                if best[start] + stretch.score > best[end]:
                    best[end], chosen[end] = best[start] + stretch.score, stretch
            if start in page.resumed:
                break  # what resumes an earlier article begins a stretch
        if chosen[end] is None and end >= LONGEST_ARTICLE:
            page.closed.discard(end)
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
    reasons = list(page.beginnings[start])
    body = page.body(start, end)
    reasons += _ends(page, start, end, body)
    title, title_reasons = _best_title(page, start, end, body)
    reasons += title_reasons
    reasons += _rest(page, start, end, title, body)
    score = sum([value for _, value in reasons])
    return Stretch(start, end, title, score, tuple(reasons))


def _ends(page: _Page, start: int, end: int, body: Sequence[int]) -> list[tuple[str, float]]:
    reasons = []
    if not body:
        reasons.append(("no running text", _NO_BODY))
    elif start not in page.resumed and page.body_length(start, end) < _FEW:
        reasons.append(("hardly any running text", _SCANT))
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
        front, last = (_LAST_FRONT, _LAST_END) if page.headlines_last else (_FRONT, _END)
        where = "before" if not before else "after" if after < min(_LITTLE, 0.1 * before) else "amid"
        middle = _MIDDLE_ANNOUNCED if bonus else _MIDDLE
        if page.headlines_last and strength <= 1.0 and not bonus:
            last = _LAST_PLAIN
        place = front if where == "before" else last if where == "after" else middle
        affinity = max(_FOREIGN_MOST, _AFFINITY * (page.affinity(index, start, end) - _AFFINITY_LEAST)) if body else 0.0
        if start in page.resumed:
            place -= 4.0
        value = strength + bonus + place + affinity
        if value > best[0]:
            details = [(f"headline {where} the text", strength + place), ("its words in the text", affinity)]
            details += [("; ".join(why), bonus)] if bonus else []
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
            reasons.append(_byline_place(index, title, body, headlines_last=page.headlines_last))
        elif one.is_subtitle:
            subtitles += 1
        elif one.headline and index != title and not _is_kicker(page, index, title):
            announced, why = page.announced(index, start, end)
            if announced >= _WITH_BYLINE and not (title is not None and abs(index - title) <= 1):
                reasons.append((f"a heading with {', '.join(why)}", _HEADING_ANNOUNCED))
            else:
                share = _PARALLEL if index in page.parallel else 1.0
                reasons.append(("a heading", _HEADING - share * _HEADING_FORM * (one.headline - 1.0 + announced)))
    signed = bool(page.signed(start, end))
    if bylines + signed > 1:
        reasons.append(("more than one byline", _EXTRA_BYLINE * (bylines + signed - 1)))
    if subtitles > 1:
        reasons.append(("more than one subtitle", _EXTRA_SUBTITLE * (subtitles - 1)))
    if body and page.fragments[end - 1].headline and title != end - 1:
        reasons.append(("a headline at its end that is not its own", -2.5))
    return reasons


def _byline_place(index: int, title: int | None, body: Sequence[int], *, headlines_last: bool) -> tuple[str, float]:
    """Bylines stand before the text or beside the headline; after a headline at the end they are the next article's."""
    if not body or index < body[0]:
        return "byline before the text", _LAST_BYLINE if headlines_last and body else _BYLINE_FIRST
    if index > body[-1]:
        others = title is not None and title > body[-1]
        return ("byline after the last headline", _BYLINE_STRAY) if others else ("byline last", _BYLINE_LAST)
    beside = title is not None and abs(index - title) <= 2
    return ("byline in the middle", _BYLINE_AMID) if beside else ("byline amid", _BYLINE_STRAY)


def _is_kicker(page: _Page, index: int, title: int | None) -> bool:
    """Whether it is a line above (or below) the headline, part of the same headline."""
    if title is None or abs(index - title) != 1:
        return False
    one, other = page.fragments[index], page.fragments[title]
    return one.headline > 0 and one.shadowed == other.shadowed

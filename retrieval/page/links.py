"""An interrupted sentence looks for its continuation among the later fragments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.page import forms
from retrieval.page.fragments import Fragment
from retrieval.page.likeness import Likeness

_FARTHEST = 14  # fragments between the two halves
_LEAST = 0.4
_UNIT = re.compile(r"^(?:[个名人位家元万亿项次条辆座户年月日吨米公里平方届期岁天余多%％])")


@dataclass(frozen=True, slots=True)
class Link:
    """Fragment `after` goes on where fragment `before` stops, with the reasons for it."""

    before: int
    after: int
    score: float
    reasons: tuple[str, ...]


def find_links(fragments: Sequence[Fragment], likeness: Likeness) -> list[Link]:
    """The best continuation of each open fragment, each fragment used once; the surest first."""
    ends = _Ends(fragments, likeness)
    links = _chosen(ends)
    # What stands after a sentence that goes on elsewhere is itself torn from its beginning.
    ends.orphans = frozenset(link.before + 1 for link in links if link.after > link.before + 1)
    return _chosen(ends) if ends.orphans else links


class _Ends:
    """What links are judged by, looked up once: what form and likeness say of two fragments.

    `orphans`: fragments that are known to lack their beginning.
    """

    def __init__(self, fragments: Sequence[Fragment], likeness: Likeness) -> None:
        self.fragments = fragments
        self.orphans: frozenset[int] = frozenset()
        self._likeness = likeness
        self._known: dict[tuple[int, int], tuple[list[tuple[str, float]], float]] = {}

    def pair(self, before: int, after: int) -> tuple[list[tuple[str, float]], float]:
        """What speaks by form for and against the one going on with the other, and how alike the text there is."""
        if (before, after) not in self._known:
            reasons = _by_form(self.fragments[before].text, self.fragments[after].text)
            following = range(after, min(len(self.fragments), after + 2))
            likeness = self._likeness.between(range(max(0, before - 3), before + 1), following)
            self._known[before, after] = reasons, likeness
        return self._known[before, after]


def _chosen(ends: _Ends) -> list[Link]:
    opened = [index for index, one in enumerate(ends.fragments) if one.is_open]
    candidates = [link for index in opened for link in _candidates(ends, index) if link.score >= _LEAST]
    taken_before: set[int] = set()
    taken_after: set[int] = set()
    links = []
    for link in sorted(candidates, key=lambda one: (-one.score, one.before, one.after)):
        if link.before not in taken_before and link.after not in taken_after:
            links.append(link)
            taken_before.add(link.before)
            taken_after.add(link.after)
    return links


def _candidates(ends: _Ends, before: int) -> list[Link]:
    found = []
    between = 0
    for after in range(before + 1, min(len(ends.fragments), before + 1 + _FARTHEST)):
        if ends.fragments[after].is_body:
            found.append(_score(ends, before, after, between))
            between += 1
        elif not ends.fragments[after].is_caption:
            between += 1
    return found


def _score(ends: _Ends, before: int, after: int, between: int) -> Link:
    by_form, likeness = ends.pair(before, after)
    reasons = [*by_form]
    if between:
        reasons.append((f"{between} fragments between", -0.8 - 0.15 * between))
        torn = after in ends.orphans
        reasons.append(("torn from its beginning", 2.5) if torn else _standing(ends.fragments, after))
    else:
        reasons.append(("next to it", 1.5))
    reasons.append((f"likeness {likeness:.2f}", 8.0 * (likeness - 0.03)))
    score = sum(value for _, value in reasons)
    return Link(before, after, score, tuple(f"{text} {value:+.1f}" for text, value in reasons))


def _by_form(left: str, right: str) -> list[tuple[str, float]]:
    """What quotation marks, words and numbers at the cut say."""
    reasons: list[tuple[str, float]] = []
    waiting, closer = forms.open_quotes(left), forms.first_unmatched_closer(right)
    if waiting and closer == waiting[-1]:
        reasons.append(("closes the quotation", 3.0))
    elif waiting:
        reasons.append(("leaves a quotation open", -2.0 if "“" in right else -1.0))
    elif closer:
        reasons.append(("closes a quotation never opened", -2.0))
    if forms.cuts_a_word(left, right):
        reasons.append(("a word is cut", 1.5))
    if left[-1:].isdigit() and _UNIT.match(right):
        reasons.append(("a number's unit", 1.5))
    if forms.is_opening(right):
        reasons.append(("begins like a story", -2.5))
    return reasons


def _standing(fragments: Sequence[Fragment], after: int) -> tuple[str, float]:
    """Whether what stands before a fragment has ended, so that this one must belong elsewhere."""
    earlier = fragments[after - 1]
    if earlier.sign_off[0]:
        return "after a sign-off", 1.5
    if earlier.is_open:
        return "after another open end", 0.3
    if earlier.headline or earlier.names or earlier.is_subtitle:
        return "after a headline", -0.5
    return "its neighbour before has ended", -1.5

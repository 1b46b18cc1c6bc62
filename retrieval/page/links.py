"""An interrupted sentence looks for its continuation among the later fragments."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retrieval.page import forms
from retrieval.page.fragments import Fragment
from retrieval.terms import terms

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


def find_links(fragments: Sequence[Fragment]) -> list[Link]:
    """The best continuation of each open fragment, each fragment used once; the surest first."""
    vectors = weighted([term_vector(one.text) if one.is_body else Counter() for one in fragments])
    links = _chosen(_Ends(fragments, vectors, frozenset()))
    # What stands after a sentence that goes on elsewhere is itself torn from its beginning.
    orphans = frozenset(link.before + 1 for link in links if link.after > link.before + 1)
    return _chosen(_Ends(fragments, vectors, orphans)) if orphans else links


@dataclass(frozen=True, slots=True)
class _Ends:
    """What links are judged by: the fragments, their terms, and which are known to lack their beginning."""

    fragments: Sequence[Fragment]
    vectors: Sequence[dict[str, float]]
    orphans: frozenset[int]


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
    reasons = _by_form(ends.fragments[before].text, ends.fragments[after].text)
    if between:
        reasons.append((f"{between} fragments between", -0.8 - 0.15 * between))
        torn = after in ends.orphans
        reasons.append(("torn from its beginning", 2.5) if torn else _standing(ends.fragments, after))
    else:
        reasons.append(("next to it", 1.5))
    likeness = cosine(total(ends.vectors[max(0, before - 3) : before + 1]), total(ends.vectors[after : after + 2]))
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


def term_vector(text: str) -> Counter[str]:
    """Counts of the terms of two characters and more."""
    return Counter(term for term in terms(text) if len(term) > 1)


def weighted(vectors: Sequence[Counter[str]]) -> list[dict[str, float]]:
    """Counts damped by the square root and weighed by rarity among `vectors` (a page's fragments)."""
    frequency = Counter(term for vector in vectors for term in vector)
    known = sum(1 for vector in vectors if vector) + 1
    return [
        {term: math.sqrt(count) * math.log(known / frequency[term] + 0.5) for term, count in vector.items()}
        for vector in vectors
    ]


def total(vectors: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The sum of vectors."""
    summed: dict[str, float] = {}
    for vector in vectors:
        for term, weight in vector.items():
            summed[term] = summed.get(term, 0.0) + weight
    return summed


def cosine(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """Cosine of two vectors, 0 where one is empty."""
    product = sum(left[term] * right[term] for term in left.keys() & right.keys())
    norm = math.sqrt(sum(one * one for one in left.values()) * sum(one * one for one in right.values()))
    return product / norm if norm else 0.0

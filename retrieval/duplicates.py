"""The same text in several articles (a wire report that many print): one hit, with all who carry it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from retrieval.hit import Carrier, Hit
from retrieval.quoted import squeezed

_ALIKE = 0.85  # of the pairs of characters that either text has, this share both must have
_SHORTEST = 40  # characters; shorter texts are too easily alike
_COMPARED = 50  # hits; those below are left as they are

_Pairs = frozenset[str]


def collapse(hits: Sequence[Hit]) -> list[Hit]:
    """`hits` without those whose text is nearly that of a better one of another article; that one lists theirs."""
    groups: list[tuple[_Pairs, list[Hit]]] = []
    for hit in hits[:_COMPARED]:
        pairs = _pairs(hit.passage.text)
        for theirs, group in groups:
            if group[0].passage.article_id != hit.passage.article_id and _alike(pairs, theirs):
                group.append(hit)
                break
        else:
            groups.append((pairs, [hit]))
    return [*(_one(group) for _, group in groups), *hits[_COMPARED:]]


def _one(group: Sequence[Hit]) -> Hit:
    best, *others = group
    carriers = {
        one.passage.article_id: Carrier(one.passage.article_id, one.title, one.published, one.source) for one in others
    }
    return replace(best, also=tuple(carriers.values())) if carriers else best


def _pairs(text: str) -> _Pairs:
    plain = squeezed(text)
    return frozenset(map("".join, pairwise(plain))) if len(plain) >= _SHORTEST else frozenset()


def _alike(first: _Pairs, second: _Pairs) -> bool:
    shorter, longer = sorted((len(first), len(second)))
    return shorter > 0 and shorter >= _ALIKE * longer and len(first & second) >= _ALIKE * len(first | second)

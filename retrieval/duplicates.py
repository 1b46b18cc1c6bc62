"""The same text in several articles (a wire report that many print): one hit, with all who carry it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from retrieval.hit import Carrier, Hit

_ALIKE = 0.85  # of the pairs of characters that either text has, this share both must have
_SHORTEST = 40  # characters; shorter texts are too easily alike
_COMPARED = 50  # hits; those below are left as they are
_TRIED = 16  # pairs of a text, spread over it: with fewer than half of them in the other it is not worth comparing all
_FIGURE = re.compile(r"\d+")
_NO_WORD = re.compile(r"\W+")

_Pairs = frozenset[str]


def collapse(hits: Sequence[Hit]) -> list[Hit]:
    """`hits` without those whose text is nearly that of a better one of another article; that one lists theirs.

    Texts whose figures differ are never the same: this year's report and the last one's differ in little else.
    """
    groups: list[tuple[_Pairs, list[str], list[Hit]]] = []
    for hit in hits[:_COMPARED]:
        plain = _NO_WORD.sub("", hit.passage.text)
        pairs = frozenset(map("".join, pairwise(plain))) if len(plain) >= _SHORTEST else frozenset()
        tried = [plain[at : at + 2] for at in range(0, len(plain) - 1, max(1, len(plain) // _TRIED))]
        figures = sorted(_FIGURE.findall(hit.passage.text))
        for theirs, their_figures, group in groups:
            if sum(one in theirs for one in tried) * 2 < len(tried):
                continue
            is_another = group[0].passage.article_id != hit.passage.article_id
            if is_another and figures == their_figures and _alike(pairs, theirs):
                group.append(hit)
                break
        else:
            groups.append((pairs, figures, [hit]))
    return [*(_one(group) for *_, group in groups), *hits[_COMPARED:]]


def _one(group: Sequence[Hit]) -> Hit:
    best, *others = group
    carriers = {
        one.passage.article_id: Carrier(one.passage.article_id, one.title, one.published, one.source) for one in others
    }
    return replace(best, also=tuple(carriers.values())) if carriers else best


def _alike(first: _Pairs, second: _Pairs) -> bool:
    shorter, longer = sorted((len(first), len(second)))
    if not shorter or shorter < _ALIKE * longer:
        return False
    both = len(first & second)
    return both >= _ALIKE * (shorter + longer - both)

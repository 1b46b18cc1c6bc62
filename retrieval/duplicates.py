"""The same text in several articles (a wire report that many print): one hit, with all who carry it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

from retrieval.hit import Carrier, Hit

_ALIKE = 0.85  # of the pairs of characters that either text has, this share both must have
_SHORTEST = 40  # characters; shorter texts are too easily alike
_COMPARED = 50  # hits; those below are left as they are
_TRIED = 16  # pairs of a text, spread over it: with fewer than half of them in the other it is not worth comparing all
_FIGURE = re.compile(r"\d+")
_NO_WORD = re.compile(r"\W+")


def collapse(hits: Sequence[Hit]) -> list[Hit]:
    """`hits` without those whose text is nearly that of a better one of another article; that one lists theirs.

    Texts whose figures differ are never the same: this year's report and the last one's differ in little else.
    """
    groups: list[list[Hit]] = []
    by_figures: dict[tuple[str, ...], list[tuple[_Text, list[Hit]]]] = {}
    for hit in hits[:_COMPARED]:
        text = _Text(hit.passage.text)
        alike = by_figures.setdefault(tuple(sorted(_FIGURE.findall(hit.passage.text))), [])
        for theirs, group in alike:
            if group[0].passage.article_id != hit.passage.article_id and text.is_like(theirs):
                group.append(hit)
                break
        else:
            groups.append([hit])
            alike.append((text, groups[-1]))
    return [*map(_one, groups), *hits[_COMPARED:]]


class _Text:
    """A text as it is compared; what that takes is worked out when it is needed, which is seldom."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def plain(self) -> str:
        return _NO_WORD.sub("", self._text)

    @cached_property
    def pairs(self) -> frozenset[str]:
        return frozenset(map("".join, pairwise(self.plain))) if len(self.plain) >= _SHORTEST else frozenset()

    @cached_property
    def tried(self) -> list[str]:
        return [self.plain[at : at + 2] for at in range(0, len(self.plain) - 1, max(1, len(self.plain) // _TRIED))]

    def is_like(self, other: _Text) -> bool:
        """Whether the two have nearly all pairs of characters in common."""
        if sum(one in other.plain for one in self.tried) * 2 < len(self.tried):
            return False
        return _alike(self.pairs, other.pairs)


def _one(group: Sequence[Hit]) -> Hit:
    best, *others = group
    carriers = {
        one.passage.article_id: Carrier(one.passage.article_id, one.title, one.published, one.source) for one in others
    }
    return replace(best, also=tuple(carriers.values())) if carriers else best


def _alike(first: frozenset[str], second: frozenset[str]) -> bool:
    shorter, longer = sorted((len(first), len(second)))
    if not shorter or shorter < _ALIKE * longer:
        return False
    both = len(first & second)
    return both >= _ALIKE * (shorter + longer - both)

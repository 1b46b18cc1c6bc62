"""Which of a headline's words the text around it has."""

from __future__ import annotations

import math
from collections.abc import Sequence

from retrieval.page.fragments import Fragment
from retrieval.page.likeness import Likeness, term_counts

_NEAR = 12  # fragments around a headline in which its words are looked for


class TitleWords:
    """The words of one headline, weighed by their rarity on the page, and the fragments near it that have them."""

    def __init__(self, fragments: Sequence[Fragment], likeness: Likeness, title: int) -> None:
        """Look for the words of fragment `title`, and of the subtitle after it, in the running text near it."""
        self._low, self._high = max(0, title - _NEAR), min(len(fragments), title + _NEAR)
        words = sorted(term_counts(_text(fragments, title)))
        count = len(fragments)
        self._weights = [math.log(1 + count / (1 + likeness.frequency[word])) for word in words]
        self._total = sum(self._weights)
        near = likeness.vectors[self._low : self._high]
        self._held = [sum(1 << bit for bit, word in enumerate(words) if word in vector) for vector in near]
        self._shares: dict[int, float] = {0: 0.0}
        self._affinities: dict[tuple[int, int], float] = {}

    def affinity(self, start: int, end: int) -> float:
        """How much more of the words the text near it in a stretch has than the text near it outside, -1..1."""
        key = (max(start - self._low, 0), min(end, self._high) - self._low)
        found = self._affinities.get(key)
        if found is None:
            inside = self._covered(*key)
            outside = self._covered(0, key[0]) | self._covered(key[1], len(self._held))
            found = self._affinities[key] = self._share(inside) - self._share(outside)
        return found

    def _covered(self, start: int, end: int) -> int:
        """The words that some fragments have, a bit each."""
        words = 0
        for held in self._held[start:end]:
            words |= held
        return words

    def _share(self, words: int) -> float:
        if words not in self._shares:
            held = sum(weight for bit, weight in enumerate(self._weights) if words >> bit & 1)
            self._shares[words] = held / self._total if self._total else 0.0
        return self._shares[words]


def _text(fragments: Sequence[Fragment], title: int) -> str:
    after = fragments[title + 1] if title + 1 < len(fragments) else None
    return fragments[title].text + (after.text if after and after.is_subtitle else "")

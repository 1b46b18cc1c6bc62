"""How alike fragments of a page are, by their terms."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from retrieval.page.fragments import Fragment
from retrieval.terms import terms


class Likeness:
    """The fragments of a page as vectors of terms; products of two are computed once.

    A term counts by the square root of its number, weighed by its rarity among the page's fragments. What is not
    running text has no terms.
    """

    def __init__(self, fragments: Sequence[Fragment]) -> None:
        """Count the terms of every fragment."""
        counts = [term_counts(one.text) if one.is_body else Counter[str]() for one in fragments]
        self.frequency = Counter(term for count in counts for term in count)
        known = sum(1 for count in counts if count) + 1
        rarity = {term: math.log(known / number + 0.5) for term, number in self.frequency.items()}
        self.vectors = [{term: math.sqrt(number) * rarity[term] for term, number in count.items()} for count in counts]
        self._products: dict[tuple[int, int], float] = {}

    def between(self, before: Iterable[int], after: Iterable[int]) -> float:
        """Cosine of the sums of two groups of fragments, 0 where one has no terms."""
        left = [index for index in before if self.vectors[index]]
        right = [index for index in after if self.vectors[index]]
        norm = math.sqrt(self._product(left, left) * self._product(right, right))
        return self._product(left, right) / norm if norm else 0.0

    def _product(self, left: Sequence[int], right: Sequence[int]) -> float:
        return math.fsum(self._of_two(one, other) for one in left for other in right)

    def _of_two(self, one: int, other: int) -> float:
        key = (one, other) if one < other else (other, one)
        product = self._products.get(key)
        if product is None:
            left, right = self.vectors[one], self.vectors[other]
            # Not `sum`: the order of a set of strings changes from run to run.
            product = math.fsum(left[term] * right[term] for term in left.keys() & right.keys())
            self._products[key] = product
        return product


def term_counts(text: str) -> Counter[str]:
    """Counts of the terms of two characters and more."""
    return Counter(term for term in terms(text) if len(term) > 1)

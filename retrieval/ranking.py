"""The best candidates of a search, looked at once more: how, and not only that, a question's words stand in a passage.

BM25 counts terms wherever they stand, and the cosine sees a passage as a whole. Here the text itself is read: how much
of the question it meets, weighted by rarity, and how much one of its sentences alone does.

`scripts/fit_ranking.py` prints what each signal brings. Also tried on DRCD dev, and added nothing there: two
neighbouring sentences, the longest common stretch, the rarest term missing, the length, and what the rest of the
article meets (its coverage, BM25 and cosines).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from retrieval.fusion import COSINE_UNKNOWN
from retrieval.terms import fold, terms, words

Rarity = Callable[[Sequence[str]], Mapping[str, float]]

READ = 20  # candidates whose text is read
SIGNALS = ("cosine", "bm25", "covered", "sentence")
# Fitted on DRCD dev alone BM25's would be 0 and the last two a third higher: right first there and on DRCD test 0.2 and
# 0.1 points more often, on the questions on own pages one and one less often. These lie between.
WEIGHTS = (1.0, 0.0008, 0.11, 0.12)
SINGLE_WORD = 0.7  # of a word of one character (蓍), beside 1 for longer ones
ACROSS_WORDS = 0.6  # of two characters that belong to two words
TITLE_SHARE = 0.5  # of a term that stands only in the title or a heading above, beside 1 for the text
BONUS_SHARE = 0.45  # of a bonus on the fused score: the ratio of the two scores' spreads on DRCD dev
# The relevance of a score: a logistic curve, fitted on DRCD dev to whether the passage is of the right article.
_MIDDLE, _STEEPNESS = 1.035, 30.2
_SENTENCE_END = re.compile(r"[。!?;\n]")  # in folded text: NFKC has made the wide ！？； narrow


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: the terms of a question, with the share of each in their weighted rarity."""

    shares: Mapping[str, float]


def wanted(query: str, rarity: Rarity) -> Wanted:
    """What to look for: terms of two characters and more, and words of one; `rarity` gives terms' IDF.

    Where `query` has neither, its characters.
    """
    found = list(dict.fromkeys(terms(query)))
    known = words(query)
    weights = {term: weight for term in found if (weight := _weight(term, known))} or dict.fromkeys(found, 1.0)
    rare = rarity(list(weights))
    total = sum(weight * rare[term] for term, weight in weights.items()) or 1.0
    return Wanted({term: weight * rare[term] / total for term, weight in weights.items()})


def _weight(term: str, known: Collection[str]) -> float:
    """1 for a word, a number or a code; less for a word of one character and for a pair across two words."""
    if len(term) == 1:
        return SINGLE_WORD if term in known else 0.0
    return ACROSS_WORDS if len(term) == 2 and term not in known and not term.isascii() else 1.0


def coverage(query: Wanted, above: str, text: str) -> tuple[float, float]:
    """`covered` and `sentence`, 0..1: the shares of the question that a passage and its best sentence meet.

    `above` is what stands over it: the title, and the headings of its sections.
    """
    folded, heads = fold(text), fold(above)
    here = {term: share for term, share in query.shares.items() if term in folded}
    only_above = TITLE_SHARE * sum(share for term, share in query.shares.items() if term not in here and term in heads)
    best = max(_covered(here, one) for one in _SENTENCE_END.split(folded))
    return sum(here.values()) + only_above, best + only_above


def signals(met: tuple[float, float], lexical: float, cosine: float | None) -> tuple[float, float, float, float]:
    """The values of SIGNALS for a passage with this `coverage`, BM25 score and cosine (None: no vector yet)."""
    return (COSINE_UNKNOWN if cosine is None else cosine, lexical, *met)


def rate(inputs: Sequence[float]) -> float:
    """The ranking score of these signals: a cosine, raised by what of the question is met."""
    return sum(weight * value for weight, value in zip(WEIGHTS, inputs, strict=True))


def relevance(score: float) -> float:
    """A ranking score as a probability, 0..1, that the passage is what was asked for; comparable across questions."""
    return 1.0 / (1.0 + math.exp(-_STEEPNESS * (score - _MIDDLE)))


def ranked(
    scores: Sequence[tuple[int, float]], read: int = READ, first: Collection[int] = ()
) -> list[tuple[int, float]]:
    """(id, score) best first: of the first `read` those in `first`, then the others, by score and then by id; then the
    rest as they came. None has a higher score than one before it.
    """
    order = sorted(scores[:read], key=lambda pair: (pair[0] not in first, -pair[1], pair[0]))
    found: list[tuple[int, float]] = []
    for one, score in [*order, *scores[read:]]:
        found.append((one, min(score, found[-1][1]) if found else score))
    return found


def _covered(shares: Mapping[str, float], text: str) -> float:
    return sum(share for term, share in shares.items() if term in text)

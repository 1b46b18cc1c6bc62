"""Two scores of a passage to one.

A convex combination in absolute terms, not of ranks and not normalized per query, so that the scores of different
questions can be compared: `cosine + WEIGHT * BM25`. Fitted on ../shared/eval, recall@1 of the right paragraph, CMRC
trial (256 paragraphs) / DRCD test (1,000), 500 questions each: BM25 alone 0.968 / 0.954, dense alone 0.942 / 0.778,
min-max-normalized combination 0.976 / 0.952, this one 0.976 / 0.956.
"""

from __future__ import annotations

from collections.abc import Mapping

BM25_WEIGHT = 0.004
# What a passage without a vector counts as: cosines of this model are about 0.80 for unrelated, 0.88 for right ones.
COSINE_UNKNOWN = 0.82
_FUSED_LOW, _FUSED_HIGH = 0.75, 1.15


def fuse(lexical: Mapping[int, float], dense: Mapping[int, float]) -> list[tuple[int, float]]:
    """(passage_id, fused score) of every passage in either, best first; equal scores by id.

    What is missing in `lexical` counts as 0, what is missing in `dense` as neither near nor far.
    """
    ids = lexical.keys() | dense.keys()
    fused = ((one, dense.get(one, COSINE_UNKNOWN) + BM25_WEIGHT * lexical.get(one, 0.0)) for one in ids)
    return sorted(fused, key=lambda pair: (-pair[1], pair[0]))


def shown(fused: float) -> float:
    """A fused score as users see it, 0..1."""
    return min(1.0, max(0.0, (fused - _FUSED_LOW) / (_FUSED_HIGH - _FUSED_LOW)))

"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.passage import Passage


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage found, with what is shown of its article.

    `score` is the fused score, 0..1, higher is better. `lexical` is the BM25 score (0 where no term matched) and
    `dense` the cosine to the question (None while the passage has no vector).
    """

    passage: Passage
    title: str
    published: str | None
    source: str
    score: float
    lexical: float
    dense: float | None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first, and the share of the archive's passages that had vectors to search (0..1).

    `missing_phrases` are those that the question quotes and no article found holds. Every hit is of an article that
    holds all the others, or at least one where none holds them together.
    """

    hits: tuple[Hit, ...]
    vector_share: float
    missing_phrases: tuple[str, ...] = ()

"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.passage import Passage


@dataclass(frozen=True, slots=True)
class Carrier:
    """Another article that carries nearly the same text as a hit."""

    article_id: str
    title: str
    published: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage found, with what is shown of its article.

    `relevance` is the probability, 0..1, that it is what was asked for; hits are in its order. `score` is the fused
    score of BM25 and cosine, 0..1. `lexical` is the BM25 score (0 where no term matched) and `dense` the cosine to the
    question (None while the passage has no vector). `also` are other articles with nearly the same text.
    """

    passage: Passage
    title: str
    published: str | None
    source: str
    score: float
    lexical: float
    dense: float | None
    relevance: float = 0.0
    also: tuple[Carrier, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first, and the share of the archive's passages that had vectors to search (0..1).

    `missing_phrases` are those that the question quotes and no article found holds. Every hit is of an article that
    holds all the others, or at least one where none holds them together.
    """

    hits: tuple[Hit, ...]
    vector_share: float
    missing_phrases: tuple[str, ...] = ()

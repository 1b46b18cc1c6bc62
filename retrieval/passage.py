"""A passage: the stretch of an article that is indexed and read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one article's body, `article.body[start:end] == text` (code points, half-open).

    `passage_id` grows with every passage that the archive ever held and is never given twice.
    """

    passage_id: int
    article_id: str
    text: str
    start: int
    end: int

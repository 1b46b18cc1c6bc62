"""What a question gets: the joints between composing and the channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from retrieval.hit import Hit

Language: TypeAlias = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation: `article.body[start:end] == quote`, always (half-open, code points)."""

    article_id: str
    title: str
    published: str | None
    source: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ArticleReference:
    """An article to look at, where no sentence can be quoted."""

    article_id: str
    title: str
    published: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The final answer.

    `answer` is what the user reads; `[1]`, `[2]` in it refer to `citations` in order. `confidence` is the
    probability, 0..1, that the answer is right (of a refusal: that an answer would have been); `signals` is what it was
    computed from. `nearest` lists articles when it is refused. `standalone` is the question as it was searched for,
    after earlier ones completed it.
    """

    question: str
    answer: str
    refused: bool
    confidence: float
    citations: tuple[Citation, ...] = ()
    short_answer: str | None = None
    nearest: tuple[ArticleReference, ...] = ()
    standalone: str = ""
    vector_share: float = 1.0
    latency_ms: float = 0.0
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Searching:
    """The search has begun."""


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """The search has ended."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """More of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of every answer; its `answer.answer` is the whole text of the deltas."""

    answer: Answer


AnswerEvent: TypeAlias = Searching | PassagesFound | Delta | Finished


@dataclass(frozen=True, slots=True)
class Question:
    """A question as a channel hands it in; `history` holds the conversation's earlier questions, oldest first."""

    text: str
    history: tuple[str, ...] = field(default=())
    language: Language | None = None

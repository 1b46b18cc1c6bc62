"""The bodies of HTTP requests and answers, as OpenAPI shows them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.answer import Language
from bot.assistant import LONGEST_QUESTION

MAX_LIMIT = 100


class FilterModel(BaseModel):
    """Bounds on the publication date and the source."""

    model_config = ConfigDict(extra="forbid")
    since: Annotated[str | None, Field(examples=["2025-05"])] = None
    until: Annotated[str | None, Field(examples=["2025-12-31"])] = None
    source: str | None = None


class SearchQuery(FilterModel):
    """What `GET /v1/search` takes. One model for all of a query string, so that unknown names are refused."""

    q: Annotated[str, Field(min_length=1, max_length=LONGEST_QUESTION)]
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 10


class ArticlesQuery(FilterModel):
    """What `GET /v1/articles` takes."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 20
    offset: Annotated[int, Field(ge=0, lt=2**63)] = 0


class StretchQuery(BaseModel):
    """What `GET /v1/articles/{id}` takes: a stretch of the body, code points, whose place in its file is wanted."""

    model_config = ConfigDict(extra="forbid")
    start: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    end: Annotated[int, Field(ge=0, lt=2**63)] | None = None


class ArticleQuery(StretchQuery):
    """What `GET /v1/article` takes."""

    article_id: str


class AskRequest(BaseModel):
    """A question."""

    model_config = ConfigDict(extra="forbid")
    question: Annotated[str, Field(max_length=LONGEST_QUESTION, examples=["半程马拉松有多少人参加？"])]
    history: Annotated[list[Annotated[str, Field(max_length=LONGEST_QUESTION)]], Field(max_length=50)] = []
    filters: FilterModel = FilterModel()
    language: Language | None = None
    stream: bool = False


class CitationModel(BaseModel):
    """A quotation: `body[start:end] == quote` of the article, in code points."""

    article_id: str
    title: str
    published: str | None
    source: str
    quote: str
    start: int
    end: int


class ReferenceModel(BaseModel):
    """An article to look at."""

    article_id: str
    title: str
    published: str | None
    source: str


class AnswerModel(BaseModel):
    """The answer; `[1]`, `[2]` in it refer to `citations` in order."""

    question: str
    answer: str
    short_answer: str | None = None
    refused: bool
    confidence: float
    citations: list[CitationModel]
    nearest: list[ReferenceModel]
    standalone: str
    vector_share: float
    latency_ms: float


class HitModel(BaseModel):
    """A passage found, `body[start:end] == text` of its article."""

    article_id: str
    title: str
    published: str | None
    source: str
    text: str
    start: int
    end: int
    score: float


class SearchModel(BaseModel):
    """Passages, best first."""

    query: str
    vector_share: float
    missing_phrases: list[str]
    hits: list[HitModel]


class OriginalModel(BaseModel):
    """Where a stretch of an article stands in its file's text: from `start` to `end`, and the parts that make it up."""

    source: str
    locator: str
    start: int
    end: int
    parts: list[tuple[int, int]]
    text: str


class ArticleModel(BaseModel):
    """An article."""

    article_id: str
    title: str
    subtitle: str
    author: list[str]
    published: str | None
    source: str
    kind: str
    url: str | None = None
    body: str | None = None
    place: str | None = None
    dates: list[str] | None = None
    original: OriginalModel | None = None


class ErrorBody(BaseModel):
    """What went wrong."""

    code: str
    message: str
    request_id: str


class ErrorModel(BaseModel):
    """The one shape of every error."""

    error: ErrorBody

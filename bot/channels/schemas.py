"""The bodies of HTTP requests and answers, as OpenAPI shows them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from bot.answer import Language
from bot.assistant import LONGEST_QUESTION
from retrieval.filters import Filters

MAX_LIMIT = 100
LONGEST_COMMENT = 2000
_LONGEST_BODY = 2_000_000

Text = Annotated[str, Field(max_length=1000)]
Vote = Literal["up", "down", "none"]
Offset = Annotated[int, Field(ge=0, lt=2**63)]
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT)]


Pass = Annotated[
    str | None,
    Field(alias="pass", description="Where keys are needed: opens /article?article_id=…&pass=… in a browser, 12 hours"),
]


class ErrorBody(BaseModel):
    """What went wrong."""

    code: Annotated[str, Field(examples=["busy"])]
    message: Annotated[str, Field(examples=["The server is busy; try again in a moment."])]
    request_id: Annotated[str, Field(examples=["0f3c9a51b2d84e67"])]


class ErrorModel(BaseModel):
    """The one shape of every error."""

    error: ErrorBody


_DESCRIPTIONS = {
    400: "The question, a date or a body cannot be what it is",
    401: "A key is needed",
    403: "The key opens less than this",
    404: "There is no such thing",
    408: "The body came too slowly",
    409: "The path and the body name different articles",
    413: "The body is too long",
    415: "The file's kind is not read",
    422: "A field is missing, unknown or of the wrong kind",
    429: "Asked too often; the header Retry-After says when to try again",
    500: "Something went wrong in the server; its log says more",
    503: "Busy, starting or stopping; the header Retry-After says when to try again",
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of these errors."""
    return {status: {"model": ErrorModel, "description": _DESCRIPTIONS[status]} for status in statuses}


def event_stream(example: str) -> dict[str, Any]:
    """What OpenAPI says of an answer as server-sent events."""
    event = {
        "type": "object",
        "properties": {"event": {"type": "string"}, "data": {"type": "string", "description": "JSON"}},
        "required": ["data"],
    }
    return {"content": {"text/event-stream": {"itemSchema": event, "example": example}}}


# What every route of /v1 may answer.
ERRORS = errors(400, 401, 408, 413, 422, 429, 500, 503)


class FilterModel(BaseModel):
    """Bounds on the publication date and the source."""

    model_config = ConfigDict(extra="forbid")
    since: Annotated[str | None, Field(examples=["2025-05"])] = None
    until: Annotated[str | None, Field(examples=["2025-12-31"])] = None
    source: str | None = None


def filters_of(model: FilterModel) -> Filters:
    """The filters that are meant. Raises HTTPException 400 for what is no date."""
    try:
        return Filters(model.since, model.until, model.source)
    except ValueError as error:
        raise HTTPException(400, str(error)) from None


class SearchQuery(FilterModel):
    """What `GET /v1/search` takes. One model for all of a query string, so that unknown names are refused."""

    q: Annotated[str, Field(min_length=1, max_length=LONGEST_QUESTION, examples=["半程马拉松"])]
    limit: Limit = 10


class ArticlesQuery(FilterModel):
    """What `GET /v1/articles` takes; `q` is looked for in titles."""

    q: Annotated[str, Field(max_length=200)] = ""
    limit: Limit = 20
    offset: Offset = 0


class StretchQuery(BaseModel):
    """What `GET /v1/articles/{id}` takes: a stretch of the body, code points, whose place in its file is wanted."""

    model_config = ConfigDict(extra="forbid")
    start: Offset | None = None
    end: Offset | None = None


class ArticleQuery(StretchQuery):
    """What `GET /v1/article` takes."""

    article_id: str


class AskRequest(BaseModel):
    """A question.

    `history` holds earlier questions, oldest first. With `conversation_id` the server keeps them: `"new"` begins a
    conversation, and its id, which every answer tells, goes on with it. Where the id is not known (any more), another
    conversation begins, with `history` as what came before.
    """

    model_config = ConfigDict(extra="forbid")
    question: Annotated[str, Field(max_length=LONGEST_QUESTION, examples=["半程马拉松有多少人参加？"])]
    history: Annotated[list[Annotated[str, Field(max_length=LONGEST_QUESTION)]], Field(max_length=50)] = []
    conversation_id: Annotated[str | None, Field(max_length=200, examples=["new"])] = None
    filters: FilterModel = FilterModel()
    language: Language | None = None
    stream: StrictBool = False


class SuggestionsModel(BaseModel):
    """Questions to begin with."""

    suggestions: list[str]


class FeedbackRequest(BaseModel):
    """What someone says of an answer. `question` and `answer` stand in where the server does not know it any more."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"answer_id": "0f3c9a51b2d84e67", "vote": "up"}]}
    )
    answer_id: Annotated[str, Field(pattern="^[0-9a-f]{16}$", examples=["0f3c9a51b2d84e67"])]
    vote: Vote | None = None
    comment: Annotated[str | None, Field(max_length=LONGEST_COMMENT)] = None
    conversation_id: Annotated[str | None, Field(max_length=200)] = None
    question: Annotated[str | None, Field(max_length=LONGEST_QUESTION)] = None
    answer: Annotated[str | None, Field(max_length=20_000)] = None


class FeedbackKept(BaseModel):
    """What is kept of a feedback."""

    answer_id: str
    vote: Vote
    comment: str


class FeedbackQuery(BaseModel):
    """What `GET /v1/feedback` takes."""

    model_config = ConfigDict(extra="forbid")
    vote: Vote | None = None
    limit: Limit = 20
    offset: Offset = 0


class FeedbackModel(FeedbackKept):
    """A feedback with what it is about; times in seconds since 1970."""

    channel: str
    user: str
    question: str
    answer: str
    created: float
    updated: float


class ArticleIn(BaseModel):
    """An article to keep; only `body` is required. The same `id` again replaces the article."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"id": "2025-1", "title": "新桥通车", "body": "新桥昨天通车。", "published": "2025-05-16"}]
        },
    )
    id: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    title: Text = ""
    body: Annotated[str, Field(min_length=1, max_length=_LONGEST_BODY)]
    published: Annotated[str | None, Field(max_length=40, examples=["2025-05-16"])] = None
    source: Text = ""
    url: Annotated[str, Field(max_length=2000)] = ""
    author: Annotated[list[Text], Field(max_length=50)] = []


class ArticleKept(BaseModel):
    """What became of an article that was sent."""

    article_id: str
    change: Literal["added", "replaced", "unchanged"]


class ProblemModel(BaseModel):
    """What was not taken in, and why."""

    path: str
    reason: str


class UploadModel(BaseModel):
    """What became of files that were sent; counts are of articles but for `files`."""

    files: int
    unchanged_files: int
    added: int
    replaced: int
    unchanged: int
    removed: int
    problems: list[ProblemModel]


class CitationModel(BaseModel):
    """A quotation: `body[start:end] == quote` of the article, in code points."""

    article_id: str
    title: str
    published: str | None
    source: str
    quote: str
    start: int
    end: int
    permit: Pass = None


class ReferenceModel(BaseModel):
    """An article to look at."""

    article_id: str
    title: str
    published: str | None
    source: str
    permit: Pass = None


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
    answer_id: Annotated[str, Field(examples=["0f3c9a51b2d84e67"])]
    conversation_id: str | None


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
    relevance: float
    also: list[ReferenceModel]
    permit: Pass = None


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
    permit: Pass = None


class HealthModel(BaseModel):
    """The process runs."""

    status: Literal["ok"]


class ReadyModel(BaseModel):
    """It can answer; what the archive holds."""

    status: Literal["ready"]
    articles: int
    passages: int
    vectors: int

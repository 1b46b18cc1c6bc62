"""The HTTP API and the pages, over FastAPI. Async edge only: all work goes through a bounded queue of threads."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from importlib import metadata
from typing import Annotated, Any, TypeAlias

from fastapi import FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from bot.answer import AnswerEvent, Delta, Finished, Language, PassagesFound, Question, Searching
from bot.channels.edge import Edge, request_id_of
from bot.channels.errors import add_error_handlers, error_response
from bot.channels.page_routes import add_pages
from bot.channels.schemas import (
    AnswerModel,
    ArticleModel,
    ArticleQuery,
    ArticlesQuery,
    AskRequest,
    ErrorModel,
    FilterModel,
    SearchModel,
    SearchQuery,
    StretchQuery,
)
from bot.channels.service import Service
from bot.channels.work import Stream
from bot.phrases import suggestion
from bot.serialization import answer_to_json, article_to_json, hit_to_json, original_to_json, search_to_json
from retrieval.errors import ArchiveError
from retrieval.filters import Filters

KEEP_ALIVE_S = 10.0
SUGGESTIONS = 4
_log = logging.getLogger("wenbao.http")

Lifespan: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager[None]]

_ERRORS: dict[int | str, dict[str, Any]] = {status: {"model": ErrorModel} for status in (400, 413, 422, 500, 503)}
_NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": ErrorModel}}


def create_app(service: Service, lifespan: Lifespan | None = None) -> FastAPI:
    """The application over an open archive."""
    app = FastAPI(
        title="Wenbao 问报",
        summary="Questions to an archive of newspaper articles; every answer quotes its sentence.",
        version=metadata.version("wenbao"),
        responses=_ERRORS,
        docs_url=None,  # FastAPI's own pages load their scripts from a CDN; ours is served below
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.service = service
    app.add_middleware(Edge)
    add_error_handlers(app)
    _add_api(app, service)
    _add_health(app, service)
    add_pages(app, service)
    return app


def _filters(model: FilterModel) -> Filters:
    try:
        return Filters(model.since, model.until, model.source)
    except ValueError as error:
        raise HTTPException(400, str(error)) from None


# -- the API ----------------------------------------------------------------------------------------------------


def _add_api(app: FastAPI, service: Service) -> None:
    @app.post(
        "/v1/ask",
        response_model=AnswerModel,
        responses={200: {"content": {"text/event-stream": {}}, "description": "The answer, or its events"}},
        summary="Ask a question",
    )
    async def ask(request: Request, body: AskRequest, accept: Annotated[str, Header()] = "") -> Response:
        filters = _filters(body.filters)
        question = Question(body.question, tuple(body.history), body.language)
        if body.stream or "text/event-stream" in accept:
            return await _stream(request, service, question, filters)
        answer = await service.work.run(lambda: service.assistant.answer(question, filters=filters))
        return JSONResponse(answer_to_json(answer))

    @app.get("/v1/search", response_model=SearchModel, summary="Find passages")
    async def search(query: Annotated[SearchQuery, Query()]) -> Response:
        filters = _filters(query)
        result = await service.work.run(lambda: service.searcher.search(query.q, limit=query.limit, filters=filters))
        return JSONResponse(search_to_json(query.q, result))

    @app.get("/v1/articles", response_model=list[ArticleModel], summary="List articles, newest first")
    async def articles(query: Annotated[ArticlesQuery, Query()]) -> Response:
        filters = _filters(query)
        store = service.archive.store
        found = await service.work.run(lambda: list(store.articles(filters, limit=query.limit, offset=query.offset)))
        return JSONResponse([article_to_json(article, full=False) for article in found])

    @app.get(
        "/v1/articles/{article_id:path}",
        response_model=ArticleModel,
        responses=_NOT_FOUND,
        summary="An article with its text",
    )
    async def article(article_id: str, stretch: Annotated[StretchQuery, Query()]) -> Response:
        return await _article(service, article_id, stretch)

    @app.get(
        "/v1/article",
        response_model=ArticleModel,
        responses=_NOT_FOUND,
        summary="The same by a query: for an id such as .. that no path can hold",
    )
    async def article_by_query(query: Annotated[ArticleQuery, Query()]) -> Response:
        return await _article(service, query.article_id, query)

    @app.get("/v1/suggestions", summary="Questions to begin with, made from the archive")
    async def suggestions(language: Language = "zh") -> dict[str, list[str]]:
        store = service.archive.store
        found = await service.work.run(lambda: list(store.articles(limit=SUGGESTIONS)))
        return {"suggestions": [suggestion(article.title, language) for article in found if article.title]}


async def _article(service: Service, article_id: str, stretch: StretchQuery) -> Response:
    def read() -> Response:  # a long text is turned into JSON off the event loop too
        found = service.archive.store.article(article_id)
        if found is None:
            raise HTTPException(404, f"There is no article {article_id!r}.")
        out = article_to_json(found, full=True)
        if stretch.start is not None or stretch.end is not None:
            end = len(found.body) if stretch.end is None else stretch.end
            original = service.archive.store.original_span(article_id, stretch.start or 0, end)
            out["original"] = None if original is None else original_to_json(original)
        return JSONResponse(out)

    return await service.work.run(read)


async def _stream(request: Request, service: Service, question: Question, filters: Filters) -> Response:
    """Server-sent events of one answer. What is wrong before the first event is an ordinary HTTP error."""
    events = service.work.stream(lambda stop: service.assistant.ask(question, filters=filters, stop=stop))
    try:
        first = await events.next()
    except BaseException:
        events.close()
        raise
    return _EventResponse(events, first, request_id_of(request.scope))


class _EventResponse(StreamingResponse):
    """Sends a stream of events, and closes it however the sending ends, also before it began."""

    def __init__(self, events: Stream[AnswerEvent], first: AnswerEvent, request_id: str) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(_event_texts(events, first, request_id), media_type="text/event-stream", headers=headers)
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._events.close()


async def _event_texts(events: Stream[AnswerEvent], first: AnswerEvent, request_id: str) -> AsyncIterator[str]:
    yield _event(first)
    while True:
        try:
            yield _event(await events.next(KEEP_ALIVE_S))
        except TimeoutError:
            yield ": keep-alive\n\n"
        except StopAsyncIteration:
            return
        except Exception as error:
            code, message = "internal_error", "Something went wrong here; the log says more."
            if isinstance(error, ArchiveError):
                code, message = "archive_unavailable", str(error)
            else:
                _log.exception("the stream of request %s failed", request_id)
            yield _sse("error", {"error": {"code": code, "message": message, "request_id": request_id}})
            return


def _event(event: AnswerEvent) -> str:
    if isinstance(event, Searching):
        return _sse("searching", {})
    if isinstance(event, PassagesFound):
        return _sse("passages", {"passages": [hit_to_json(hit) for hit in event.hits]})
    if isinstance(event, Delta):
        return _sse("delta", {"text": event.text})
    assert isinstance(event, Finished)
    return _sse("answer", answer_to_json(event.answer))


def _sse(name: str, data: object) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


# -- health -------------------------------------------------------------------------------------------


def _add_health(app: FastAPI, service: Service) -> None:
    @app.get("/healthz", summary="Whether the process runs")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", summary="Whether it can answer: model and indexes are warm")
    async def ready(request: Request) -> Response:
        if not service.ready.is_set():
            return error_response(request, 503, "not_ready", "Starting or stopping.", {"Retry-After": "1"})
        counts = await service.work.run(service.archive.store.counts)
        body = {"status": "ready", "articles": counts.articles, "passages": counts.passages, "vectors": counts.vectors}
        return JSONResponse(body)

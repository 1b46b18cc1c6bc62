"""The HTTP API and the pages, over FastAPI. Async edge only: all work goes through a bounded queue of threads."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from importlib import metadata
from typing import Annotated, Any, TypeAlias

from fastapi import FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import Receive, Scope, Send

from bot.answer import AnswerEvent, Delta, Finished, Language, PassagesFound, Question, Searching
from bot.assistant import Assistant, QuestionError
from bot.channels import pages
from bot.channels.api_page import render_api
from bot.channels.edge import SAFE_HEADERS, Edge, request_id_of
from bot.channels.schemas import (
    AnswerModel,
    ArticleModel,
    ArticlesQuery,
    AskRequest,
    ErrorModel,
    FilterModel,
    SearchModel,
    SearchQuery,
    StretchQuery,
)
from bot.channels.work import BusyError, Stream, WorkQueue
from bot.phrases import suggestion
from bot.serialization import answer_to_json, article_to_json, hit_to_json, original_to_json, search_to_json
from embeddings import EncoderError
from retrieval.archive import Archive
from retrieval.errors import ArchiveError
from retrieval.filters import Filters
from retrieval.search import Searcher

KEEP_ALIVE_S = 10.0
SUGGESTIONS = 4
_log = logging.getLogger("wenbao.http")

Lifespan: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager[None]]

_ERRORS: dict[int | str, dict[str, Any]] = {status: {"model": ErrorModel} for status in (400, 413, 422, 500, 503)}
_NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": ErrorModel}}


@dataclass(slots=True)
class Service:
    """What the routes work with."""

    archive: Archive
    searcher: Searcher
    assistant: Assistant
    work: WorkQueue
    ready: asyncio.Event = field(default_factory=asyncio.Event)


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
    _add_error_handlers(app)
    _add_api(app, service)
    _add_health(app, service)
    _add_pages(app, service)
    return app


# -- errors -----------------------------------------------------------------------------------------------------


def error_response(
    request: Request, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """An error in its one shape."""
    body = {"error": {"code": code, "message": message, "request_id": request_id_of(request.scope)}}
    return JSONResponse(body, status, headers)


def _add_error_handlers(app: FastAPI) -> None:
    def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, StarletteHTTPException)
        codes = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
        code = codes.get(error.status_code, "bad_request")
        return error_response(request, error.status_code, code, str(error.detail), error.headers)

    def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return error_response(request, 422, "invalid_request", _what_is_invalid(request, error))

    def bad_question(request: Request, error: Exception) -> Response:
        return error_response(request, 400, "bad_question", str(error))

    def busy(request: Request, error: Exception) -> Response:
        del error
        message = "The server is busy; try again in a moment."
        return error_response(request, 503, "busy", message, {"Retry-After": "1"})

    def unavailable(request: Request, error: Exception) -> Response:
        return error_response(request, 503, "archive_unavailable", str(error))

    def no_encoder(request: Request, error: Exception) -> Response:
        return error_response(request, 503, "encoder_unavailable", str(error))

    def failed(request: Request, error: Exception) -> Response:
        # Starlette raises the error again after this answer, and the server logs it whole.
        _log.error("request %s failed: %s", request_id_of(request.scope), type(error).__name__)
        message = "Something went wrong here; the log says more."
        # This answer is made outside of Edge.
        headers = {**SAFE_HEADERS, "X-Request-ID": request_id_of(request.scope)}
        return error_response(request, 500, "internal_error", message, headers)

    app.add_exception_handler(StarletteHTTPException, http_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(QuestionError, bad_question)
    app.add_exception_handler(BusyError, busy)
    app.add_exception_handler(ArchiveError, unavailable)
    app.add_exception_handler(EncoderError, no_encoder)
    app.add_exception_handler(Exception, failed)


def _what_is_invalid(request: Request, error: RequestValidationError) -> str:
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        reason = first.get("ctx", {}).get("error") or "it cannot be read"
        return f"body: not valid JSON ({reason})"
    if first["loc"] == ("body",) and "json" not in request.headers.get("content-type", ""):
        return "body: send a JSON object, with the header Content-Type: application/json"
    place = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    return f"{place}: {first['msg']}"


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

    @app.get("/v1/suggestions", summary="Questions to begin with, made from the archive")
    async def suggestions(language: Language = "zh") -> dict[str, list[str]]:
        store = service.archive.store
        found = await service.work.run(lambda: list(store.articles(limit=SUGGESTIONS)))
        return {"suggestions": [suggestion(article.title, language) for article in found if article.title]}


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


# -- health and pages -------------------------------------------------------------------------------------------


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


def _add_pages(app: FastAPI, service: Service) -> None:
    headers = {"Content-Security-Policy": pages.CONTENT_SECURITY_POLICY}

    def packaged(request: Request, name: str) -> Response:
        found = pages.static_file(name)
        if found is None:
            raise HTTPException(404, f"There is no file {name!r}.")
        content, media_type = found
        tag = pages.etag(content)
        cached = {**headers, "ETag": tag, "Cache-Control": "no-cache"}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=cached)
        return Response(content, media_type=media_type, headers=cached)

    @app.get("/", include_in_schema=False)
    async def index(request: Request) -> Response:
        return packaged(request, "index.html")

    @app.get("/static/{name}", include_in_schema=False)
    async def static(request: Request, name: str) -> Response:
        return packaged(request, name)

    @app.get("/articles/{article_id:path}", include_in_schema=False)
    async def article_page(
        article_id: str, start: int | None = None, end: int | None = None, lang: Language = "zh"
    ) -> Response:
        def render() -> Response:
            found = service.archive.store.article(article_id)
            if found is None:
                return HTMLResponse(pages.render_not_found(lang), 404, headers)
            return HTMLResponse(pages.render_article(found, start=start, end=end, language=lang), 200, headers)

        return await service.work.run(render)

    @app.get("/docs", include_in_schema=False)
    async def api_page() -> Response:
        return HTMLResponse(render_api(app.openapi()), 200, headers)

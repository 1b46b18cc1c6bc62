"""The HTTP API and the pages, over FastAPI. Async edge only: all work goes through a bounded queue of threads."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from bot.answer import AnswerEvent, Delta, Finished, Language, PassagesFound, Question, Searching
from bot.assistant import LONGEST_QUESTION, Assistant, QuestionError
from bot.channels import pages
from bot.channels.schemas import (
    AnswerModel,
    ArticleModel,
    AskRequest,
    ErrorModel,
    FilterModel,
    SearchModel,
)
from bot.channels.work import BusyError, WorkQueue
from bot.phrases import suggestion
from bot.serialization import answer_to_json, article_to_json, hit_to_json, search_to_json
from retrieval.archive import Archive
from retrieval.errors import ArchiveError
from retrieval.filters import Filters
from retrieval.search import Searcher

KEEP_ALIVE_S = 10.0
MAX_LIMIT = 100
SUGGESTIONS = 4
_log = logging.getLogger("wenbao.http")

_ERRORS: dict[int | str, dict[str, Any]] = {status: {"model": ErrorModel} for status in (400, 404, 405, 422, 500, 503)}


@dataclass(slots=True)
class Service:
    """What the routes work with."""

    archive: Archive
    searcher: Searcher
    assistant: Assistant
    work: WorkQueue
    ready: asyncio.Event = field(default_factory=asyncio.Event)


def create_app(service: Service) -> FastAPI:
    """The application over an open archive."""
    app = FastAPI(
        title="Wenbao 问报",
        summary="Questions to an archive of newspaper articles; every answer quotes its sentence.",
        responses=_ERRORS,
    )
    app.state.service = service
    app.middleware("http")(_identify)
    _add_error_handlers(app)
    _add_api(app, service)
    _add_health(app, service)
    _add_pages(app, service)
    return app


async def _identify(request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
    """Give each request an id, and each answer the headers that keep a browser safe."""
    request.state.request_id = secrets.token_hex(8)
    response = await proceed(request)
    response.headers["X-Request-ID"] = request.state.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


# -- errors -----------------------------------------------------------------------------------------------------


def error_response(request: Request, status: int, code: str, message: str, **headers: str) -> JSONResponse:
    """An error in its one shape."""
    body = {"error": {"code": code, "message": message, "request_id": getattr(request.state, "request_id", "")}}
    return JSONResponse(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


def _add_error_handlers(app: FastAPI) -> None:
    def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, StarletteHTTPException)
        codes = {404: "not_found", 405: "method_not_allowed"}
        return error_response(request, error.status_code, codes.get(error.status_code, "bad_request"), error.detail)

    def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:]) or "body"
        return error_response(request, 422, "invalid_request", f"{place}: {first['msg']}")

    def bad_question(request: Request, error: Exception) -> Response:
        return error_response(request, 400, "bad_question", str(error))

    def busy(request: Request, error: Exception) -> Response:
        del error
        message = "The server is busy; try again in a moment."
        return error_response(request, 503, "busy", message, Retry_After="1")

    def unavailable(request: Request, error: Exception) -> Response:
        return error_response(request, 503, "archive_unavailable", str(error))

    def failed(request: Request, error: Exception) -> Response:
        _log.error("request %s failed: %s", getattr(request.state, "request_id", ""), type(error).__name__)
        return error_response(request, 500, "internal_error", "Something went wrong here; the log says more.")

    app.add_exception_handler(StarletteHTTPException, http_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(QuestionError, bad_question)
    app.add_exception_handler(BusyError, busy)
    app.add_exception_handler(ArchiveError, unavailable)
    app.add_exception_handler(Exception, failed)


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
    async def search(
        q: Annotated[str, Query(min_length=1, max_length=LONGEST_QUESTION)],
        filters: Annotated[FilterModel, Query()],
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 10,
    ) -> Response:
        chosen = _filters(filters)
        result = await service.work.run(lambda: service.searcher.search(q, limit=limit, filters=chosen))
        return JSONResponse(search_to_json(q, result))

    @app.get("/v1/articles", response_model=list[ArticleModel], summary="List articles, newest first")
    async def articles(
        filters: Annotated[FilterModel, Query()],
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 20,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        chosen = _filters(filters)
        store = service.archive.store
        found = await service.work.run(lambda: list(store.articles(chosen, limit=limit, offset=offset)))
        return JSONResponse([article_to_json(article, full=False) for article in found])

    @app.get("/v1/articles/{article_id:path}", response_model=ArticleModel, summary="An article with its text")
    async def article(article_id: str) -> Response:
        found = await service.work.run(lambda: service.archive.store.article(article_id))
        if found is None:
            raise HTTPException(404, f"There is no article {article_id!r}.")
        return JSONResponse(article_to_json(found, full=True))

    @app.get("/v1/suggestions", summary="Questions to begin with, made from the archive")
    async def suggestions(language: Language = "zh") -> dict[str, list[str]]:
        store = service.archive.store
        found = await service.work.run(lambda: list(store.articles(limit=SUGGESTIONS)))
        return {"suggestions": [suggestion(article.title, language) for article in found if article.title]}


async def _stream(request: Request, service: Service, question: Question, filters: Filters) -> Response:
    """Server-sent events of one answer. What is wrong before the first event is an ordinary HTTP error."""
    events = service.work.stream(lambda stop: service.assistant.ask(question, filters=filters, stop=stop))
    first = await anext(events)

    async def body() -> AsyncIterator[str]:
        yield _event(first)
        try:
            async for item in _with_keep_alive(events):
                yield ": keep-alive\n\n" if item is None else _event(item)
        except Exception as error:
            _log.error("stream %s failed: %s", request.state.request_id, type(error).__name__)
            message = str(error) if isinstance(error, ArchiveError) else "Something went wrong here."
            details = {"code": "internal_error", "message": message, "request_id": request.state.request_id}
            yield _sse("error", {"error": details})
        finally:
            await events.aclose()  # type: ignore[attr-defined]

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(body(), media_type="text/event-stream", headers=headers)


async def _with_keep_alive(events: AsyncIterator[AnswerEvent]) -> AsyncIterator[AnswerEvent | None]:
    """The events, and None whenever ten seconds pass without one."""
    while True:
        waiting = asyncio.ensure_future(anext(events))
        try:
            while not (await asyncio.wait({waiting}, timeout=KEEP_ALIVE_S))[0]:
                yield None
            yield waiting.result()
        except StopAsyncIteration:
            return
        finally:
            waiting.cancel()


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
            return error_response(request, 503, "not_ready", "Starting or stopping.", Retry_After="1")
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
        found = await service.work.run(lambda: service.archive.store.article(article_id))
        if found is None:
            return HTMLResponse(pages.render_not_found(lang), 404, headers)
        return HTMLResponse(pages.render_article(found, start=start, end=end, language=lang), 200, headers)

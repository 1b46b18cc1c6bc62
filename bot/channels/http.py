"""The HTTP API and the pages, over FastAPI. Async edge only: all work goes through bounded queues of threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib import metadata
from typing import Any, TypeAlias

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.middleware.cors import CORSMiddleware

from bot.channels.article_routes import article_routes
from bot.channels.ask_routes import ask_routes
from bot.channels.edge import Edge
from bot.channels.errors import add_error_handlers, error_response
from bot.channels.guards import Guard
from bot.channels.openai_routes import openai_routes
from bot.channels.page_routes import add_pages
from bot.channels.schemas import ERRORS, HealthModel, ReadyModel, errors
from bot.channels.service import Service

COUNTING_S = 2.0  # that /readyz waits for the archive's database

Lifespan: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(service: Service, lifespan: Lifespan | None = None) -> FastAPI:
    """The application over an open archive."""
    app = FastAPI(
        title="Wenbao 问报",
        summary="Questions to an archive of newspaper articles; every answer quotes its sentence.",
        version=metadata.version("wenbao"),
        docs_url=None,  # FastAPI's own pages load their scripts from a CDN; ours is served below
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.service = service
    service.work.waited = lambda seconds: service.metrics.stage("queue", seconds)
    queues = {"/v1/ask": service.work, "/v1/chat/completions": service.work, "/v1/search": service.searches}
    app.add_middleware(
        Edge, is_full=lambda path: path in queues and queues[path].refuses(), note=service.metrics.request
    )
    if service.access.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=service.access.origins,
            allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Accept"],
            expose_headers=["X-Request-ID", "Retry-After", "X-Total-Count", "Link"],
        )
    add_error_handlers(app)
    guard = Guard(service)
    for routes in (ask_routes, openai_routes, article_routes):
        app.include_router(routes(service, guard), responses=ERRORS)
    _add_health(app, service, guard)
    add_pages(app, service, guard)
    if not service.access.keys_needed:
        _tell_that_keys_are_optional(app)
    return app


def _tell_that_keys_are_optional(app: FastAPI) -> None:
    """In the description: where reading needs no key, only what may answer 403 still does."""
    describe = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            for operations in describe()["paths"].values():
                for operation in operations.values():
                    if "security" in operation and "403" not in operation["responses"]:
                        operation["security"].append({})
        return describe()

    app.openapi = described  # type: ignore[method-assign]


def _add_health(app: FastAPI, service: Service, guard: Guard) -> None:
    @app.get("/healthz", response_model=HealthModel, summary="Whether the process runs")
    async def health() -> Response:
        return JSONResponse({"status": "ok"})

    @app.get(
        "/readyz",
        response_model=ReadyModel,
        responses=errors(503),
        summary="Whether it can answer: model and indexes are warm, and it is not about to stop",
    )
    async def ready(request: Request) -> Response:
        if not service.ready.is_set():
            return error_response(request, 503, "not_ready", "Starting or stopping.", {"Retry-After": "1"})
        # A database that hangs is told within a time that whoever asks will wait.
        try:
            counts = await asyncio.wait_for(service.reads.run(service.archive.store.counts), COUNTING_S)
        except TimeoutError:
            return error_response(request, 503, "archive_unavailable", "The archive's database does not answer.")
        body = {"status": "ready", "articles": counts.articles, "passages": counts.passages, "vectors": counts.vectors}
        return JSONResponse(body)

    @app.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **ERRORS},
        dependencies=[Depends(guard.watching)],
        summary="Measurements, for Prometheus",
    )
    async def metrics() -> Response:
        text = await service.reads.run(
            lambda: service.metrics.exposition(
                service.archive.store,
                inside=service.work.inside + service.searches.inside,
                refused=service.work.refused + service.searches.refused,
                ready=service.ready.is_set(),
            )
        )
        return Response(text, media_type="text/plain; version=0.0.4")

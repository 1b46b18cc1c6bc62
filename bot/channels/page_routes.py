"""The pages and their files, over HTTP."""

from __future__ import annotations

import functools

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from bot.answer import Language
from bot.channels import pages
from bot.channels.api_page import render_api
from bot.channels.guards import Credentials, Guard, Pass
from bot.channels.service import Service
from bot.channels.widget_routes import add_widget


def add_pages(app: FastAPI, service: Service, guard: Guard) -> None:
    """Add the pages and their files to the application."""
    headers = {"Content-Security-Policy": pages.CONTENT_SECURITY_POLICY}
    private = headers | {"Cache-Control": "private, no-cache"}

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
        request: Request,
        credentials: Credentials,
        article_id: str,
        *,
        start: int | None = None,
        end: int | None = None,
        lang: Language = "zh",
        permit: Pass = "",
    ) -> Response:
        if not await guard.opens(request, credentials, article_id, permit):
            return HTMLResponse(pages.render_locked(lang), 401, private | {"WWW-Authenticate": "Bearer"})

        def render() -> Response:
            found = service.archive.store.article(article_id)
            if found is None:
                return HTMLResponse(pages.render_not_found(lang), 404, private)
            return HTMLResponse(pages.render_article(found, start=start, end=end, language=lang), 200, private)

        return await service.reads.run(render)

    @app.get("/article", include_in_schema=False)
    async def article_page_by_query(
        request: Request,
        credentials: Credentials,
        article_id: str,
        *,
        start: int | None = None,
        end: int | None = None,
        lang: Language = "zh",
        permit: Pass = "",
    ) -> Response:
        # An id that is ".." or holds a slash does not come through every client and proxy as a part of the path.
        return await article_page(request, credentials, article_id, start=start, end=end, lang=lang, permit=permit)

    @functools.cache
    def api_text() -> str:  # takes some tenths of a second
        return render_api(app.openapi())

    @app.get("/docs", include_in_schema=False)
    async def api_page() -> Response:
        return HTMLResponse(await service.reads.run(api_text), 200, headers)

    add_widget(app)

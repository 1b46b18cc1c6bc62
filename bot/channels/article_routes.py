"""Articles over HTTP: listed and read, and with an admin key taken in, replaced, removed, uploaded as files."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import UploadFile

from bot.channels.guards import Guard, GuardedRoute
from bot.channels.passes import signed
from bot.channels.schemas import (
    ArticleIn,
    ArticleKept,
    ArticleModel,
    ArticleQuery,
    ArticlesQuery,
    StretchQuery,
    UploadModel,
    errors,
    filters_of,
)
from bot.channels.service import Service
from bot.serialization import article_to_json, original_to_json
from retrieval.articles import articles_of
from retrieval.formats import DocumentProblem
from retrieval.formats.fields import read_record
from retrieval.ingest import Ingestor, Report
from retrieval.store import Change

T = TypeVar("T")

WAIT_FOR_WRITER_S = 10.0  # making vectors holds the writer's lock for a batch, some 3 s
MOST_FILES = 20
_NO_NAMES = ("", ".", "..")
_UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": MOST_FILES,
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                }
            }
        },
    }
}


def article_routes(service: Service, guard: Guard) -> APIRouter:
    """The routes."""
    router = APIRouter(route_class=GuardedRoute)
    _add_reading(router, service, guard)
    _add_writing(router, service, guard)
    return router


def _add_reading(router: APIRouter, service: Service, guard: Guard) -> None:
    reader = [Depends(guard.reading)]

    @router.get(
        "/v1/articles",
        response_model=list[ArticleModel],
        responses=errors(400),
        dependencies=reader,
        summary="List articles, newest first; the header X-Total-Count says how many there are, Link where they go on",
    )
    async def articles(request: Request, query: Annotated[ArticlesQuery, Query()]) -> Response:
        filters, store, signing = filters_of(query), service.archive.store, guard.signing(request)

        def read() -> Response:
            found = list(store.articles(filters, title=query.q, limit=query.limit, offset=query.offset))
            total = store.article_count(filters, title=query.q)
            headers = {"X-Total-Count": str(total)}
            if query.offset + len(found) < total and found:
                following = query.model_dump(exclude_none=True) | {"offset": query.offset + query.limit}
                headers["Link"] = f'<articles?{urlencode(following)}>; rel="next"'
            listed = signed((article_to_json(one, full=False) for one in found), signing, now=time.time())
            return JSONResponse(listed, headers=headers)

        return await service.reads.run(read)

    one: dict[str, Any] = {"response_model": ArticleModel, "responses": errors(404), "dependencies": reader}

    @router.get("/v1/articles/{article_id:path}", summary="An article with its text", **one)
    async def article(article_id: str, stretch: Annotated[StretchQuery, Query()]) -> Response:
        return await _article(service, article_id, stretch)

    @router.get("/v1/article", summary="The same by a query: for an id such as .. that no path can hold", **one)
    async def article_by_query(query: Annotated[ArticleQuery, Query()]) -> Response:
        return await _article(service, query.article_id, query)


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

    return await service.reads.run(read)


def _add_writing(router: APIRouter, service: Service, guard: Guard) -> None:
    admin = [Depends(guard.administering)]

    @router.post(
        "/v1/articles",
        response_model=ArticleKept,
        responses={200: {"description": "Replaced, or there already"}, 201: {"model": ArticleKept}, **errors(403)},
        dependencies=admin,
        summary="Take in an article, or replace the one of the same id",
    )
    async def add(body: ArticleIn) -> Response:
        return await _keep(service, body)

    @router.put(
        "/v1/articles/{article_id:path}",
        response_model=ArticleKept,
        responses={200: {"description": "Replaced, or there already"}, 201: {"model": ArticleKept}, **errors(403, 409)},
        dependencies=admin,
        summary="Take in an article under this id, or replace it",
    )
    async def replace(article_id: str, body: ArticleIn) -> Response:
        if body.id not in (None, article_id):
            raise HTTPException(409, f"The path names the article {article_id!r}, the body {body.id!r}.")
        return await _keep(service, body.model_copy(update={"id": article_id}))

    @router.delete(
        "/v1/articles/{article_id:path}",
        status_code=204,
        response_class=Response,
        responses=errors(403, 404),
        dependencies=admin,
        summary="Remove an article",
    )
    async def remove(article_id: str) -> None:
        def work(ingestor: Ingestor) -> bool:
            store = service.archive.store
            removed = store.remove_article(article_id)
            store.flush()
            service.archive.sync_lexical()
            return removed

        if not await _writing(service, work):
            raise HTTPException(404, f"There is no article {article_id!r}.")

    @router.post(
        "/v1/articles/upload",
        response_model=UploadModel,
        responses=errors(403, 415),
        dependencies=admin,
        openapi_extra=_UPLOAD,
        summary="Take in files, as wenbao ingest does; a file of the same name replaces the earlier one",
    )
    async def upload(request: Request) -> Response:
        # Read here, by hand: declared as a parameter it would be read before the key is looked at.
        if "multipart/form-data" not in request.headers.get("content-type", ""):
            raise HTTPException(415, "Send the files as multipart/form-data, each in a field named file.")
        async with request.form(max_files=MOST_FILES, max_fields=MOST_FILES) as form:
            files = [one for one in form.getlist("file") if isinstance(one, UploadFile)]
            if not files:
                raise HTTPException(422, "Send at least one file, in a field named file.")
            report = await _writing(service, lambda ingestor: _take_in(ingestor, files))
        return JSONResponse(_report_to_json(report))


async def _writing(service: Service, work: Callable[[Ingestor], T]) -> T:
    """What `work` gives, with the archive's writer's lock. Raises ArchiveBusyError, HTTPException 503."""
    encoder = service.encoder
    if encoder is None:
        raise HTTPException(503, "This server takes nothing in.")

    def locked() -> T:
        with service.archive.writing(WAIT_FOR_WRITER_S):
            return work(Ingestor(service.archive, encoder))

    return await service.writes.run(locked)


async def _keep(service: Service, body: ArticleIn) -> Response:
    def work(ingestor: Ingestor) -> tuple[str, Change]:
        record = body.model_dump(exclude_none=True)
        for item in read_record(record):
            if isinstance(item, DocumentProblem):
                raise HTTPException(422, item.reason)
            for article in articles_of(item, split_pages=False):
                if body.id not in (None, article.article_id):
                    raise HTTPException(422, f"{body.id!r} cannot be an id; write one without blanks around it.")
                try:
                    return article.article_id, ingestor.put(article)
                except ValueError as error:
                    raise HTTPException(422, str(error)) from None
        raise HTTPException(422, "The body holds no text.")

    article_id, change = await _writing(service, work)
    out = {"article_id": article_id, "change": change.value}
    return JSONResponse(out, 201 if change is Change.ADDED else 200)


def _take_in(ingestor: Ingestor, files: list[UploadFile]) -> Report:
    whole = Report()
    with tempfile.TemporaryDirectory(prefix="wenbao-upload-") as folder:
        for number, file in enumerate(files):
            name = PurePosixPath((file.filename or "").replace("\\", "/")).name
            if name in _NO_NAMES or "\0" in name or len(name.encode("utf-8", "replace")) > 200:
                raise HTTPException(422, f"A file cannot be named {name[:40]!r}; give it a short name with its suffix.")
            place = Path(folder, str(number))
            place.mkdir()
            with (place / name).open("wb") as copy:
                shutil.copyfileobj(file.file, copy)
            _add(whole, ingestor.read_as(place / name, f"upload:{name}"))
    return whole


def _add(whole: Report, one: Report) -> None:
    for name in asdict(one):
        setattr(whole, name, getattr(whole, name) + getattr(one, name))


def _report_to_json(report: Report) -> dict[str, Any]:
    out = asdict(report)
    return {name: out[name] for name in UploadModel.model_fields}

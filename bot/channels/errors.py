"""Every error of the HTTP API, in its one shape."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.assistant import QuestionError
from bot.channels.access import RateLimitedError
from bot.channels.edge import SAFE_HEADERS, request_id_of
from bot.channels.work import BusyError
from embeddings import EncoderError
from retrieval.errors import ArchiveBusyError, ArchiveError

_log = logging.getLogger("wenbao.http")

_CODES: Final = {
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    409: "conflict",
    413: "too_large",
    415: "unsupported_type",
    422: "invalid_request",
    503: "not_ready",
}
_SOON: Final = {"Retry-After": "1"}
_LATER: Final = {"Retry-After": "5"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """An exception as a client is told of it."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


def trouble_of(error: Exception) -> Trouble:
    """What a client is told of an exception: of one that is not ours, only that it happened."""
    match error:
        case HTTPException():
            code = _CODES.get(error.status_code, "bad_request")
            found = Trouble(error.status_code, code, str(error.detail), error.headers or {})
        case QuestionError():
            found = Trouble(400, "bad_question", str(error))
        case RateLimitedError():
            found = Trouble(429, "rate_limited", str(error), {"Retry-After": str(error.retry_after_s)})
        case BusyError():
            found = Trouble(503, "busy", "The server is busy; try again in a moment.", _SOON)
        case ArchiveBusyError():
            found = Trouble(503, "busy", "The archive is being written to; try again in a moment.", _LATER)
        case ArchiveError():
            found = Trouble(503, "archive_unavailable", str(error), _LATER)
        case sqlite3.Error():
            found = Trouble(503, "archive_unavailable", "The archive's database cannot be read just now.", _LATER)
        case EncoderError():
            found = Trouble(503, "encoder_unavailable", str(error), _LATER)
        case _:
            found = Trouble(500, "internal_error", "Something went wrong here; the log says more.")
    return found


def error_body(request: Request, trouble: Trouble) -> dict[str, Any]:
    """The one shape."""
    request_id = request_id_of(request.scope)
    return {"error": {"code": trouble.code, "message": trouble.message, "request_id": request_id}}


def error_response(
    request: Request, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """An error in its one shape."""
    return JSONResponse(error_body(request, Trouble(status, code, message)), status, headers)


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error of ours in that shape."""

    def ours(request: Request, error: Exception) -> Response:
        trouble = trouble_of(error)
        headers = dict(trouble.headers)
        if trouble.status == 405:
            headers["Allow"] = ", ".join(_methods(app, request.scope["path"]))
        return JSONResponse(error_body(request, trouble), trouble.status, headers)

    def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return error_response(request, 422, "invalid_request", _what_is_invalid(request, error))

    def failed(request: Request, error: Exception) -> Response:
        # Starlette raises the error again after this answer, and the server logs it whole.
        _log.error("request %s failed: %s", request_id_of(request.scope), type(error).__name__)
        # This answer is made outside of Edge.
        headers = {**SAFE_HEADERS, "X-Request-ID": request_id_of(request.scope)}
        return JSONResponse(error_body(request, trouble_of(error)), 500, headers)

    for kind in (HTTPException, QuestionError, RateLimitedError, BusyError, ArchiveError, sqlite3.Error, EncoderError):
        app.add_exception_handler(kind, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, failed)


def _methods(app: FastAPI, path: str) -> list[str]:
    """All that may be done with a path; the framework names those of the first of its routes only."""
    fitting = [(str(place), item) for place, item in app.openapi()["paths"].items() if _fits(place, path)]
    exact = [item for place, item in fitting if place == path]
    named = {method.upper() for item in exact or [item for _, item in fitting] for method in item}
    return sorted(named or {"GET"})  # a page


def _fits(place: str, path: str) -> bool:
    """Whether a path is one of those that a template means; what stands in braces may hold slashes."""
    return re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(place)), path, re.DOTALL) is not None


def _what_is_invalid(request: Request, error: RequestValidationError) -> str:
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        reason = first.get("ctx", {}).get("error") or "it cannot be read"
        return f"body: not valid JSON ({reason})"
    if first["loc"] == ("body",) and "json" not in request.headers.get("content-type", ""):
        return "body: send a JSON object, with the header Content-Type: application/json"
    place = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    return f"{place}: {first['msg']}"

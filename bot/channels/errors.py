"""Every error of the HTTP API, in its one shape."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from bot.assistant import QuestionError
from bot.channels.edge import SAFE_HEADERS, request_id_of
from bot.channels.work import BusyError
from embeddings import EncoderError
from retrieval.errors import ArchiveError

_log = logging.getLogger("wenbao.http")


def error_response(
    request: Request, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """An error in its one shape."""
    body = {"error": {"code": code, "message": message, "request_id": request_id_of(request.scope)}}
    return JSONResponse(body, status, headers)


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error of ours in that shape."""

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

"""What surrounds every HTTP request: its id, the headers that keep a browser safe, and bounds on what is read."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES: Final = 2**20  # a question with the longest history allowed, every character escaped, has 0.3 MB
MAX_ARTICLE_BYTES: Final = 8 * 2**20
MAX_UPLOAD_BYTES: Final = 64 * 2**20
BODY_PAUSE_S = 30.0  # that a client may take between two pieces of a body
BODY_WHOLE_S = 600.0  # and for all of it
SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
_access_log = logging.getLogger("wenbao.access")


def request_id_of(scope: Scope) -> str:
    """The id of a request, "" before it has one."""
    return str(scope.get("state", {}).get("request_id", ""))


def longest_body(path: str) -> int:
    """How many bytes the body of a request to `path` may have."""
    if path == "/v1/articles/upload":
        return MAX_UPLOAD_BYTES
    return MAX_ARTICLE_BYTES if path.startswith("/v1/articles") else MAX_BODY_BYTES


@dataclass(slots=True)
class _Exchange:
    """One request and its answer."""

    scope: Scope
    request_id: str = field(default_factory=lambda: secrets.token_hex(8))
    began: float = field(default_factory=time.perf_counter)
    is_head: bool = False
    status: int = 500  # until something is sent
    received: int = 0
    whole: bool = False  # the body
    refused: bool = False  # before a route was looked for

    @property
    def route(self) -> str:
        """The template of the path, of which there are few; "" for a path that none fits."""
        if self.refused:
            return str(self.scope["path"])  # one of those with a queue
        route = self.scope.get("route")
        return str(getattr(route, "path", ""))


class Edge:
    """ASGI middleware. Passes streams and disconnects through as they come."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        is_full: Callable[[str], bool] = lambda path: False,
        note: Callable[[str, str, int, float], None] = lambda *_: None,
    ) -> None:
        """Around `app`.

        What `is_full` says of a path is refused before anything of it is read: refusing must cost next to nothing.
        `note` hears of every request's route, method, status and seconds.
        """
        self._app = app
        self._is_full = is_full
        self._note = note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; reading a body that is too long raises HTTPException 413 in the application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope)
        scope.setdefault("state", {})["request_id"] = exchange.request_id
        if scope["method"] == "HEAD":  # is answered as GET is, without the body
            exchange.is_head = True
            exchange.scope = scope = {**scope, "method": "GET"}
        sending = _sending(exchange, send)
        try:
            if self._is_full(scope["path"]):
                exchange.refused = True
                await _refuse(exchange, sending)
            else:
                await self._app(scope, _receiving(exchange, receive), sending)
        finally:
            self._ended(exchange)

    def _ended(self, exchange: _Exchange) -> None:
        method = "HEAD" if exchange.is_head else exchange.scope["method"]
        seconds = time.perf_counter() - exchange.began
        known = method if method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS") else "other"
        self._note(exchange.route, known, exchange.status, seconds)
        if _access_log.isEnabledFor(logging.INFO):
            _access_log.info(_line(exchange, known, seconds))


def _line(exchange: _Exchange, method: str, seconds: float) -> dict[str, Any]:
    """What is logged of a request: nothing of its query string, its body or its key."""
    state = exchange.scope.get("state", {})
    line = {
        "request_id": exchange.request_id,
        "method": method,
        "route": exchange.route,
        "status": exchange.status,
        "ms": round(seconds * 1000, 1),
        "key": getattr(state.get("caller"), "name", ""),
    }
    if "question" in state:
        line["question"] = state["question"]
    return line


def _receiving(exchange: _Exchange, receive: Receive) -> Receive:
    """The request's body, bounded in its length and in the time between its pieces."""
    most = longest_body(exchange.scope["path"])

    async def receiving() -> Message:
        if exchange.whole:  # what comes now is that the client has gone
            return await receive()
        left_s = exchange.began + BODY_WHOLE_S - time.perf_counter()
        try:
            message = await asyncio.wait_for(receive(), min(BODY_PAUSE_S, left_s))
        except TimeoutError:
            raise HTTPException(408, "The body came too slowly.") from None
        exchange.whole = not message.get("more_body", False)
        exchange.received += len(message.get("body", b""))
        if exchange.received > most:
            raise HTTPException(413, f"The request's body has more than {most // 2**20} MB.")
        return message

    return receiving


def _sending(exchange: _Exchange, send: Send) -> Send:
    """The answer with its headers, and without its body where only the head was asked for."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = exchange.request_id
            for name, value in SAFE_HEADERS.items():
                headers.setdefault(name, value)
        elif exchange.is_head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return sending


async def _refuse(exchange: _Exchange, send: Send) -> None:
    message = "The server is busy; try again in a moment."
    body = json.dumps({"error": {"code": "busy", "message": message, "request_id": exchange.request_id}}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", b"1"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})

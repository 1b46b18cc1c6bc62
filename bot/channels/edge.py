"""What surrounds every HTTP request: its id, the headers that keep a browser safe, a bound on what is read."""

from __future__ import annotations

import secrets
from typing import Final

from fastapi import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES: Final = 2**20  # a question with the longest history allowed, every character escaped, has 0.3 MB
SAFE_HEADERS: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


def request_id_of(scope: Scope) -> str:
    """The id of a request, "" before it has one."""
    return str(scope.get("state", {}).get("request_id", ""))


class Edge:
    """ASGI middleware. Passes streams and disconnects through as they come."""

    def __init__(self, app: ASGIApp) -> None:
        """Around `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; reading a body that is too long raises HTTPException 413 in the application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        received = 0

        async def bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                raise HTTPException(413, f"The request's body has more than {MAX_BODY_BYTES // 2**20} MB.")
            return message

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers.update(SAFE_HEADERS)
            await send(message)

        await self._app(scope, bounded, with_headers)

"""A real OpenAI-compatible embeddings server on loopback, which can be told to fail."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from embeddings import Encoder, Role

Answer = Callable[[dict[str, Any]], Awaitable[Response]]
"""What to answer to one request's body, in place of the right answer."""


class EmbeddingServer:
    """Serves `encoder`; each request takes the first of `faults`, if there is one, for its answer."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.url = f"http://{self.host}/v1"
        self.faults: list[Answer] = []
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.times: list[float] = []
        app = FastAPI()
        app.post("/v1/embeddings")(self._answer)
        self._server = uvicorn.Server(
            uvicorn.Config(app, log_level="critical", ws="none", lifespan="off", timeout_graceful_shutdown=1)
        )
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})

    def reset(self) -> None:
        for record in (self.faults, self.bodies, self.headers, self.times):
            record.clear()

    def right_answer(self, body: dict[str, Any]) -> dict[str, Any]:
        vectors = self._encoder.encode(body["input"], Role.PASSAGE) * 3.0  # not unit: the client must normalize
        data = [
            {"object": "embedding", "index": row, "embedding": vector.tolist()} for row, vector in enumerate(vectors)
        ]
        return {"object": "list", "model": body["model"], "data": data}

    async def _answer(self, request: Request) -> Response:
        body = await request.json()
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        self.times.append(time.monotonic())
        if self.faults:
            return await self.faults.pop(0)(body)
        return JSONResponse(self.right_answer(body))

    def __enter__(self) -> EmbeddingServer:
        self._thread.start()
        deadline = time.monotonic() + 20
        while not self._server.started:
            assert time.monotonic() < deadline, "the embeddings server did not start"
            time.sleep(0.01)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()

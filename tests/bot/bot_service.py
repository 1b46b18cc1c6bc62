"""The HTTP application over an archive with the fake encoder, called in this process or served on loopback."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fakes import HashEncoder
from fastapi import FastAPI

from bot import wiring
from bot.answer import Answer, AnswerEvent, Delta, Finished, Question, Searching
from bot.channels.http import create_app
from bot.channels.service import Service
from bot.channels.work import WorkQueue
from bot.settings import Settings
from retrieval.archive import Archive
from retrieval.filters import Filters
from retrieval.search import Searcher


class SlowAssistant:
    """Answers when its gate is opened; keeps who was told to stop."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.begun = threading.Semaphore(0)
        self.stopped = threading.Event()

    def warm(self) -> None:
        """Ready at once."""

    def ask(
        self, question: Question, *, filters: Filters | None = None, stop: threading.Event | None = None
    ) -> Iterator[AnswerEvent]:
        yield Searching()
        self.begun.release()
        for _ in range(6000):
            if self.gate.wait(0.01):
                break
            if stop and stop.is_set():
                self.stopped.set()
                return
        yield Delta("慢。")
        yield Finished(Answer(question.text, "慢。", False, 0.5))

    def answer(self, question: Question, *, filters: Filters | None = None) -> Answer:
        return next(one.answer for one in self.ask(question) if isinstance(one, Finished))


@contextmanager
def service_over(directory: Path, *, threads: int = 2, **more: Any) -> Iterator[Service]:
    """A service that is ready."""
    archive = Archive(directory)
    searcher = Searcher(archive, HashEncoder())
    assistant = wiring.build_assistant(Settings(refuse_below=0.001, reader="none"), archive, searcher)
    work = more.pop("work", None) or WorkQueue(threads)
    service = Service(archive, searcher, more.pop("assistant", assistant), work, HashEncoder(), **more)
    service.ready.set()
    try:
        yield service
    finally:
        service.close()
        archive.close()


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Calls the application without a network; an error of the server is its answer, not an exception."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://wenbao.test") as client:
        yield client


def call(app: FastAPI, method: str, url: str, **more: Any) -> httpx.Response:
    """One request."""

    async def once() -> httpx.Response:
        async with client_of(app) as client:
            return await client.request(method, url, **more)

    return asyncio.run(once())


@contextmanager
def serving(service: Service) -> Iterator[str]:
    """The address of a real server with the service."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(create_app(service), log_level="critical", ws="none", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        deadline = time.monotonic() + 60
        while not server.started:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(60)


async def until(what: Callable[[], object]) -> None:
    """Wait for it, at most a minute: a machine that is busy with other work is slow, not wrong."""
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


def events_of(text: str) -> list[tuple[str, Any]]:
    """(event, data) of a whole stream of server-sent events."""
    assert text.endswith("\n\n")
    found = []
    for block in text.removesuffix("\n\n").split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found

"""`wenbao serve`: opens everything, listens, makes missing vectors in the background, stops in order."""

from __future__ import annotations

import logging
import socket
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from bot import wiring
from bot.channels.http import Service, create_app
from bot.channels.work import WorkQueue
from bot.settings import Settings, SettingsError
from embeddings import Encoder, Role
from retrieval.archive import Archive
from retrieval.errors import ArchiveBusyError, ArchiveReadOnlyError
from retrieval.ingest import Ingestor
from retrieval.search import Searcher

_RETRY_S = 5.0
_log = logging.getLogger("wenbao.server")


def run(settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM; the exit code. Raises SettingsError where the address cannot be had."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    listener = _listen(settings)
    archive = wiring.open_archive(settings, create=True)
    encoder = wiring.open_encoder(settings)
    searcher = Searcher(archive, encoder)
    assistant = wiring.build_assistant(settings, archive, searcher)
    service = Service(archive, searcher, assistant, WorkQueue(settings.thread_count))
    encoder.encode(["warm"], Role.QUERY)
    app = create_app(service)
    app.router.lifespan_context = _lifespan(service, encoder, _address(listener))
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=10)
    server = uvicorn.Server(config)
    try:
        server.run(sockets=[listener])
    finally:
        archive.close()
    return 0


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"Cannot listen on {settings.host} port {settings.port} ({error.strerror or error}). "
            "Choose another with --port, or stop the program that has it."
        ) from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}/"


def _lifespan(service: Service, encoder: Encoder, address: str):  # type: ignore[no-untyped-def]
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        stop = threading.Event()
        background = threading.Thread(target=keep_encoded, args=(service.archive, encoder, stop), name="vectors")
        background.start()
        service.ready.set()
        counts = service.archive.store.counts()
        print(f"问报 Wenbao: {counts.articles} articles. Open {address}  (API: {address}docs)", flush=True)
        try:
            yield
        finally:
            service.ready.clear()
            stop.set()
            service.work.close()
            background.join()

    return lifespan


def keep_encoded(archive: Archive, encoder: Encoder, stop: threading.Event) -> None:
    """Make the vectors that are missing, whenever some are and nobody else writes, until `stop` is set."""
    generation = -1
    while not stop.is_set():
        current = archive.store.generation()
        if current != generation:
            generation = current
            try:
                if archive.store.passages_without_vector(1):
                    with archive.writing():
                        Ingestor(archive, encoder).encode_missing(stop=stop)
            except ArchiveBusyError:
                generation = -1  # the other writer makes them, or leaves them to us
            except ArchiveReadOnlyError:
                return
            except Exception as error:
                _log.error("vectors could not be made: %s", error)
        stop.wait(_RETRY_S)

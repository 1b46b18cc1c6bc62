"""`wenbao serve`: opens everything, listens, makes missing vectors in the background, stops in order."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from functools import partial

import uvicorn
from fastapi import FastAPI

from bot import wiring
from bot.channels.http import create_app
from bot.channels.service import Service
from bot.channels.work import WorkQueue
from bot.settings import Settings, SettingsError
from embeddings import Encoder, Role
from retrieval.archive import Archive
from retrieval.errors import ArchiveBusyError, ArchiveReadOnlyError
from retrieval.ingest import Ingestor
from retrieval.search import Searcher
from retrieval.store import FILE_NAME

BACKLOG = 2048
DRAIN_S = 6  # for the answers that are being given when the server is told to stop
LOOK_AGAIN_S = 5.0
TRY_AGAIN_S = 60.0  # after an error, of a remote encoder for instance
_GIVE_WAY_S = 0.2  # between batches; who waits for the writer's lock asks for it every 0.05 s
_log = logging.getLogger("wenbao.server")


def run(settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM; the exit code. Raises SettingsError where the address cannot be had."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    with closing(_listen(settings)) as listener:
        # An archive that is there is opened as it is: it may lie where nothing can be written.
        is_there = (settings.data / FILE_NAME).exists()
        with closing(wiring.open_archive(settings, create=not is_there)) as archive:
            return _serve(settings, archive, listener)


def _serve(settings: Settings, archive: Archive, listener: socket.socket) -> int:
    encoder = wiring.open_encoder(settings)
    searcher = Searcher(archive, encoder)
    assistant = wiring.build_assistant(settings, archive, searcher)
    service = Service(archive, searcher, assistant, WorkQueue(settings.thread_count))
    encoder.encode(["warm"], Role.QUERY)
    app = create_app(service, partial(_lifespan, service, encoder, _address(listener)))
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=DRAIN_S)
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):  # uvicorn stops in order, and then raises the signal once more
        server.run(sockets=[listener])
    return 0 if server.started else 1


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With the protocol named, asyncio turns Nagle's algorithm off; without, every answer takes 40 ms longer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        # Now, not when all is loaded: a second server learns at once that the port is taken, and a client waits.
        listener.listen(BACKLOG)
    except (OSError, UnicodeError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise SettingsError(
            f"Cannot listen on {settings.host} port {settings.port} ({reason}). "
            "Choose another with --port, or stop the program that has it."
        ) from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}/"


@asynccontextmanager
async def _lifespan(service: Service, encoder: Encoder, address: str, app: FastAPI) -> AsyncIterator[None]:
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
        await asyncio.to_thread(service.work.close)
        await asyncio.to_thread(background.join)


def keep_encoded(archive: Archive, encoder: Encoder, stop: threading.Event) -> None:
    """Make the vectors that are missing, whenever some are and nobody else writes, until `stop` is set."""
    generation = -1
    while not stop.is_set():
        pause_s = LOOK_AGAIN_S
        try:
            current = archive.store.generation()
            if current != generation and archive.store.passages_without_vector(1):
                _encode_some(archive, encoder, stop)
                pause_s = _GIVE_WAY_S
            elif current != generation:
                archive.keep_vectors(encoder.dimension)
                generation = current
        except _StoppedError:
            return
        except ArchiveReadOnlyError:
            return
        except ArchiveBusyError:
            pass  # the other writer makes them, or leaves them to us
        except Exception as error:
            _log.error("vectors could not be made, trying again in %.0f s: %s", TRY_AGAIN_S, error)
            pause_s = TRY_AGAIN_S
        stop.wait(pause_s)


class _StoppedError(Exception):
    """The server stops."""


def _encode_some(archive: Archive, encoder: Encoder, stop: threading.Event) -> None:
    """One batch of vectors, under the writer's lock for no longer, so that an ingest need not wait for all of them."""
    enough = threading.Event()

    def progress(_: int) -> None:
        enough.set()
        if stop.is_set():
            raise _StoppedError  # within a passage, not a batch

    with archive.writing():
        Ingestor(archive, encoder).encode_missing(progress, enough)

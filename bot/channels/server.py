"""`wenbao serve`: opens everything, listens, makes missing vectors in the background, stops in order."""

from __future__ import annotations

import asyncio
import logging
import math
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager, closing, nullcontext, suppress
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from bot import wiring
from bot.assistant import Assistant
from bot.channels.access import Access, is_loopback
from bot.channels.http import create_app
from bot.channels.logs import log_as_json
from bot.channels.service import Service
from bot.channels.work import WorkQueue
from bot.settings import Settings, SettingsError
from embeddings import Encoder, Role
from retrieval.archive import Archive
from retrieval.errors import ArchiveBusyError, ArchiveReadOnlyError
from retrieval.ingest import Ingestor
from retrieval.search import Searcher
from retrieval.store import FILE_NAME

if TYPE_CHECKING:  # loaded only where it is set
    from bot.channels.telegram.webhook import Webhook

BACKLOG = 2048
DRAIN_S = 6  # for the answers that are being given when the server is told to stop
LOOK_AGAIN_S = 5.0
WARM_S = 10.0  # for the first encoding; after that the server starts without, and is ready when it is done
NOTICE_S = 1.0  # between saying that it stops and stopping
TRY_AGAIN_S = 60.0  # after an error, of a remote encoder for instance
_GIVE_WAY_S = 0.2  # between batches; who waits for the writer's lock asks for it every 0.05 s
_log = logging.getLogger("wenbao.server")


def run(settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM; the exit code. Raises SettingsError where the address cannot be had."""
    log_as_json(requests=settings.log != "warnings")
    with closing(_listen(settings)) as listener:
        # An archive that is there is opened as it is: it may lie where nothing can be written.
        is_there = (settings.data / FILE_NAME).exists()
        with closing(wiring.open_archive(settings, create=not is_there)) as archive:
            return _serve(settings, archive, listener)


def _serve(settings: Settings, archive: Archive, listener: socket.socket) -> int:
    access = _access(settings, archive)
    encoder = wiring.open_encoder(settings)
    searcher = Searcher(archive, encoder)
    assistant = wiring.build_assistant(settings, archive, searcher)
    service = Service(
        archive,
        searcher,
        assistant,
        WorkQueue(questions_at_once(settings), at_once=None if settings.reader == "none" else 1),
        encoder,
        settings.log == "questions",
        access,
        searches=WorkQueue(settings.thread_count),
    )
    warming = Warming(partial(_warm, encoder, assistant))
    telegram = _telegram(settings, service, encoder)
    app = create_app(service, partial(_lifespan, service, encoder, warming, _address(listener), telegram=telegram))
    if telegram:
        telegram.add_route(app)
    config = uvicorn.Config(
        app, log_level="warning", log_config=None, access_log=False, timeout_graceful_shutdown=DRAIN_S
    )
    server = Server(config, service.ready.clear)
    with suppress(KeyboardInterrupt):  # uvicorn stops in order, and then raises the signal once more
        server.run(sockets=[listener])
    return 0 if server.started else 1


def questions_at_once(settings: Settings) -> int:
    """How many questions are answered side by side.

    Reading one's passages takes every thread already: of two side by side each would take as long as both.
    """
    return settings.thread_count if settings.reader == "none" else max(1, settings.thread_count // 2)


def _access(settings: Settings, archive: Archive) -> Access:
    """Who may call. Raises SettingsError for a server that nobody could ask."""
    local = is_loopback(settings.host)
    keys_needed = settings.require_keys or not (local or settings.public)
    if keys_needed and not any(one.revoked is None for one in archive.store.api_keys()):
        why = "require_keys is set" if settings.require_keys else f"Others than this machine can reach {settings.host}"
        raise SettingsError(
            f"{why}, and there is no key to let anyone in. Make one with: "
            f"wenbao keys create NAME --data {settings.data}, or let everyone ask with --public. "
            "需要密钥才能提问：请先创建，或用 --public 允许所有人提问。"
        )
    return Access(local, keys_needed, settings.rate_limit, settings.origins)


def _warm(encoder: Encoder, assistant: Assistant) -> None:
    encoder.encode(["预热", "warm"], Role.QUERY)  # questions in Chinese may have an encoder of their own
    assistant.warm()


class Warming:
    """The first encoding, in a thread of its own: of a remote encoder it may take for ever."""

    def __init__(self, warm: Callable[[], object]) -> None:
        """Begin, and wait a while for it. Raises what it raises meanwhile."""
        self.done: Future[None] = Future()
        self.done.set_running_or_notify_cancel()  # it cannot be cancelled
        self._warm = warm
        self._error: Exception | None = None
        self._late = False
        thread = threading.Thread(target=self._run, name="warming", daemon=True)
        thread.start()
        thread.join(WARM_S)
        if self._error:
            raise self._error
        self._late = True

    def _run(self) -> None:
        while True:
            try:
                self._warm()
            except Exception as error:
                if not self._late:
                    self._error = error
                    return
                _log.error("the encoder cannot be used, trying again in %.0f s: %s", TRY_AGAIN_S, error)
                time.sleep(TRY_AGAIN_S)
            else:
                self.done.set_result(None)
                return


class Server(uvicorn.Server):
    """Says that it is about to stop before it does, for a balancer to send nothing more."""

    def __init__(self, config: uvicorn.Config, leaving: Callable[[], None]) -> None:
        """`leaving` is called when it is told to stop."""
        super().__init__(config)
        self._leaving = leaving
        self._stop_at = math.inf

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop: by SIGTERM a moment later, still answering; by a second signal, or Ctrl-C, at once."""
        self._leaving()
        if sig == signal.SIGTERM and self._stop_at == math.inf:
            self._captured_signals.append(sig)
            self._stop_at = time.monotonic() + NOTICE_S
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Whether to stop now."""
        return await super().on_tick(counter) or time.monotonic() >= self._stop_at


def _telegram(settings: Settings, service: Service, encoder: Encoder) -> Webhook | None:
    """The bot in Telegram, where it is set to be sent its updates."""
    if not settings.telegram_webhook_url:
        return None
    from bot.channels.telegram.options import options_of
    from bot.channels.telegram.parts import Desk
    from bot.channels.telegram.webhook import Webhook

    at_once = questions_at_once(settings)
    desk = Desk(service.archive, service.searcher, service.assistant, service.work, encoder, at_once)
    return Webhook(desk, options_of(settings))


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
async def _lifespan(
    service: Service,
    encoder: Encoder,
    warming: Warming,
    address: str,
    app: FastAPI,
    *,
    telegram: Webhook | None = None,
) -> AsyncIterator[None]:
    stop = threading.Event()
    background = threading.Thread(target=keep_encoded, args=(service.archive, encoder, stop), name="vectors")
    background.start()
    opening = asyncio.create_task(_open(service, warming, address, app))
    try:
        async with telegram.running() if telegram else nullcontext():
            yield
    finally:
        opening.cancel()
        service.ready.clear()
        stop.set()
        await asyncio.to_thread(service.close)
        await asyncio.to_thread(background.join)


async def _open(service: Service, warming: Warming, address: str, app: FastAPI) -> None:
    """Say that it is ready, once it is."""
    await asyncio.wrap_future(warming.done)
    service.ready.set()
    counts = service.archive.store.counts()
    print(f"问报 Wenbao: {counts.articles} articles. Open {address}  (API: {address}docs)", flush=True)
    await asyncio.to_thread(app.openapi)  # is kept: made for the first who asks, it would hold the event loop up


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

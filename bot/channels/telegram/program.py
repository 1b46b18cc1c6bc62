"""`wenbao telegram`: everything is opened, Telegram is asked for updates, and all stops in order."""

from __future__ import annotations

import asyncio
import itertools
import logging
import signal
import sys
import threading
from contextlib import closing, suppress

from telegram.error import InvalidToken, TelegramError

from bot import wiring
from bot.channels.server import keep_encoded, questions_at_once
from bot.channels.telegram.application import Telegram
from bot.channels.telegram.options import Options, options_of
from bot.channels.telegram.parts import Desk
from bot.channels.telegram.secrecy import keep_secret
from bot.channels.work import WorkQueue
from bot.settings import Settings, SettingsError
from embeddings import Role
from retrieval.search import Searcher
from retrieval.store import FILE_NAME

_AGAIN_S = (1, 2, 5, 10, 30)  # pauses before Telegram is tried again at the start; the last for ever
_log = logging.getLogger("wenbao.telegram")


def run(settings: Settings) -> int:
    """Answer in Telegram until SIGINT or SIGTERM; the exit code. Raises SettingsError and ArchiveError."""
    options = options_of(settings)
    if options.webhook_url:
        raise SettingsError(
            "telegram_webhook_url is set: Telegram sends updates to wenbao serve. Remove one of the two."
        )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    keep_secret(options.token)
    is_there = (settings.data / FILE_NAME).exists()
    with closing(wiring.open_archive(settings, create=not is_there)) as archive:
        encoder = wiring.open_encoder(settings)
        searcher = Searcher(archive, encoder)
        encoder.encode(["预热", "warm"], Role.QUERY)
        work = WorkQueue(settings.thread_count)
        assistant = wiring.build_assistant(settings, archive, searcher)
        desk = Desk(archive, searcher, assistant, work, encoder, questions_at_once(settings))
        stop = threading.Event()
        background = threading.Thread(target=keep_encoded, args=(archive, encoder, stop), name="vectors")
        background.start()
        try:
            return asyncio.run(_until_stopped(desk, options))
        finally:
            stop.set()
            work.close()
            background.join()


async def _until_stopped(desk: Desk, options: Options) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    for pause_s in itertools.chain(_AGAIN_S, itertools.repeat(_AGAIN_S[-1])):
        telegram = Telegram(desk, options)
        try:
            async with telegram.polling():
                articles = await desk.run(desk.archive.store.counts)
                name = telegram.app.bot.username
                print(f"问报 Wenbao: {articles.articles} articles. Answering in Telegram as @{name}", flush=True)
                await stop.wait()
            return 0
        except InvalidToken:
            raise SettingsError("Telegram does not know this token; copy it again from @BotFather.") from None
        except TelegramError as error:
            _log.warning("Telegram cannot be reached (%s); trying again in %d s", type(error).__name__, pause_s)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause_s)
        if stop.is_set():
            return 0
    raise AssertionError("it tries for ever")

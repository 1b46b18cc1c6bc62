"""Updates that Telegram sends to `wenbao serve`."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI, Request, Response
from telegram import Update
from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram.application import Telegram
from bot.channels.telegram.options import THUMBNAILS_PATH, WEBHOOK_PATH, Options
from bot.channels.telegram.parts import Desk
from bot.channels.telegram.routing import UPDATES
from bot.channels.telegram.secrecy import keep_secret
from bot.channels.telegram.thumbnails import thumbnail

_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a header's name)
_AGAIN_S = 30.0
_log = logging.getLogger("wenbao.telegram")


class Webhook:
    """The bot inside the server: a route for updates, and what runs behind it while the server does."""

    def __init__(self, desk: Desk, options: Options) -> None:
        """Nothing is sent yet."""
        self._desk = desk
        self._options = options
        self._telegram: Telegram | None = None

    def add_route(self, app: FastAPI) -> None:
        """Take updates at WEBHOOK_PATH: 403 without the secret, 503 until the bot runs, so that they come again.

        Beside it the thumbnails of inline results: they show how long lines are, and no word.
        """

        @app.post(WEBHOOK_PATH, include_in_schema=False)
        async def take(request: Request) -> Response:
            secret = request.headers.get(_SECRET_HEADER, "")
            if not hmac.compare_digest(secret.encode(), self._options.webhook_secret.encode()):
                return Response(status_code=403)
            telegram = self._telegram
            if telegram is None or telegram.inbox.closing:
                return Response(status_code=503, headers={"Retry-After": "5"})
            try:
                update = Update.de_json(json.loads(await request.body()), telegram.app.bot)
                number = update.update_id
            except (ValueError, TypeError, KeyError, AttributeError):
                return Response(status_code=400)
            del number
            await telegram.inbox.put(update)
            return Response(status_code=200)

        @app.get(THUMBNAILS_PATH + "/{name}.png", include_in_schema=False)
        async def show(name: str) -> Response:
            telegram = self._telegram
            if telegram is None:
                return Response(status_code=503, headers={"Retry-After": "5"})
            picture = await self._thumbnail(telegram, name)
            if picture is None:
                return Response(status_code=404)
            return Response(picture, media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})

    async def _thumbnail(self, telegram: Telegram, name: str) -> bytes | None:
        """The picture of the article behind a short name, None where there is none."""
        article_id = await telegram.memory.linked(name)
        if article_id is None:
            return None

        def draw() -> bytes | None:
            article = self._desk.archive.store.article(article_id)
            return None if article is None else thumbnail(article)

        return await self._desk.run(draw)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the bot beside the server, whether Telegram can be reached at once or only later."""
        keep_secret(self._options.token)
        stop = asyncio.Event()
        running = asyncio.create_task(self._keep_running(stop))
        try:
            yield
        finally:
            stop.set()
            await running

    async def _keep_running(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            telegram = Telegram(self._desk, self._options)
            try:
                async with telegram.running():
                    self._telegram = telegram  # before Telegram hears of the address: it sends at once
                    await telegram.app.bot.set_webhook(
                        self._options.webhook_url + WEBHOOK_PATH,
                        allowed_updates=UPDATES,
                        secret_token=self._options.webhook_secret,
                    )
                    await telegram.set_menus()
                    await stop.wait()
                    self._telegram = None
            except InvalidToken:
                _log.error("Telegram does not know this token; the bot there does not run")
                return
            except Exception as error:
                self._telegram = None
                unreachable = isinstance(error, TelegramError)
                what = "Telegram cannot be reached" if unreachable else "the bot in Telegram could not run"
                _log.warning("%s (%s); trying again in 30 s", what, type(error).__name__)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _AGAIN_S)

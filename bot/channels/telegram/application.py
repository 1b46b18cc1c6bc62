"""The application: the library's parts and ours, started and stopped in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import Application, ExtBot
from telegram.request import HTTPXRequest

from bot.answer import Language
from bot.channels.telegram.access import Access
from bot.channels.telegram.flood import FloodLimiter
from bot.channels.telegram.inbox import Inbox, Processor
from bot.channels.telegram.kinds import App
from bot.channels.telegram.memory import Memory
from bot.channels.telegram.options import Options
from bot.channels.telegram.parts import Desk, Parts
from bot.channels.telegram.phrases import COMMANDS
from bot.channels.telegram.routing import UPDATES, add_handlers
from bot.channels.telegram.showing import Sender
from bot.settings import SettingsError

_POLL_S = 30
_CONNECTIONS = 64
_RESTORING_S = 10.0
_log = logging.getLogger("wenbao.telegram")


class Telegram:
    """The bot: an application of the library, and what stops with it."""

    def __init__(self, desk: Desk, options: Options) -> None:
        """Assemble; nothing is sent yet. Raises SettingsError for a token that can be none."""
        self.options = options
        self.memory = Memory(desk.archive.store)
        self.limiter = FloodLimiter(options.limits)
        try:
            self.inbox = Inbox(self.memory, options.token.partition(":")[0])
            self.processor = Processor(self.inbox, options.again_s, self.limiter.sending)
            self.app: App = self._application()
        except InvalidToken:
            self.memory.close()
            raise SettingsError("The setting telegram_token is no token of Telegram's; copy it again.") from None
        access = Access(options, self.memory)
        sender = Sender(self.app.bot, self.limiter, options)
        parts = Parts(desk, self.memory, access, sender, self.limiter, options)
        add_handlers(self.app, parts, self.inbox)

    def _application(self) -> App:
        options = self.options
        request = HTTPXRequest(_CONNECTIONS, read_timeout=20.0, pool_timeout=60.0, connect_timeout=10.0)
        polling = HTTPXRequest(2, read_timeout=_POLL_S + 15.0, pool_timeout=10.0, connect_timeout=10.0)
        self._requests = (request, polling)
        bot: ExtBot[None] = ExtBot(
            options.token,
            f"{options.api_url}/bot",
            f"{options.api_url}/file/bot",
            request=request,
            get_updates_request=polling,
            rate_limiter=self.limiter,
        )
        builder = Application.builder().bot(bot).update_queue(self.inbox).concurrent_updates(self.processor)
        if options.webhook_url:
            builder = builder.updater(None)
        return builder.job_queue(None).build()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Handle what comes to the inbox. Raises TelegramError where Telegram cannot be reached."""
        try:
            await self.app.initialize()
            await self.app.start()
            # Beside it: these may be more than are handled at once.
            restoring = asyncio.create_task(self.inbox.restore(self.app.bot))
            await asyncio.wait([restoring], timeout=_RESTORING_S)  # older ones first
            try:
                yield
            finally:
                restoring.cancel()
                with suppress(asyncio.CancelledError):
                    await restoring
                await self.processor.drain(self.options.drain_s)
                await self.app.stop()
        finally:
            await self.app.shutdown()
            for request in self._requests:  # the library leaves them open where it could not initialize
                await request.shutdown()
            await asyncio.to_thread(self.memory.close)

    @asynccontextmanager
    async def polling(self) -> AsyncIterator[None]:
        """Ask Telegram for updates, and handle them."""
        async with self.running():
            updater = self.app.updater
            assert updater
            await updater.start_polling(
                timeout=_POLL_S,
                poll_interval=0.0,
                bootstrap_retries=0,  # trying again is for the caller, who can be told to stop meanwhile
                allowed_updates=UPDATES,
                error_callback=_polling_failed,
            )
            await self.set_menus()
            try:
                yield
            finally:
                self.inbox.closing = True
                with suppress(TelegramError):
                    await updater.stop()

    async def set_menus(self) -> None:
        """Tell Telegram the commands, in both languages. What fails is tried again at the next start."""
        scopes: list[tuple[BotCommandScope, str]] = [
            (BotCommandScopeAllPrivateChats(), "p"),
            (BotCommandScopeAllGroupChats(), "g"),
            *((BotCommandScopeChat(admin), "pa") for admin in sorted(self.options.admins) if admin > 0),
        ]
        for scope, kinds in scopes:
            languages: tuple[tuple[Language, str], ...] = (("en", ""), ("zh", "zh"))
            for language, code in languages:
                menu = [
                    BotCommand(name, zh if language == "zh" else en)
                    for name, (zh, en, where) in COMMANDS.items()
                    if set(kinds) & set(where)
                ]
                try:
                    await self.app.bot.set_my_commands(menu, scope, code or None)
                except TelegramError as error:  # an administrator who has not written to the bot yet, for instance
                    _log.info("a menu of commands could not be set: %s", type(error).__name__)


def _polling_failed(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        _log.error("another program asks for this bot's updates; stop one of the two")
    else:
        _log.warning("Telegram cannot be reached (%s); trying again", type(error).__name__)

"""People in Telegram, and the bot among them: both sides of a scenario."""

from __future__ import annotations

import asyncio
import itertools
import re
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from bot_api import BOT, TOKEN, BotApi
from bot_api_text import units
from fakes import HashEncoder

from bot import wiring
from bot.channels.telegram.application import Telegram
from bot.channels.telegram.flood import Limits
from bot.channels.telegram.options import Options
from bot.channels.telegram.parts import Desk
from bot.channels.work import WorkQueue
from bot.settings import Settings
from retrieval.archive import Archive
from retrieval.search import Searcher

PATIENCE_S = 60.0  # much, where other work goes on beside


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def listening(app: Any, port: int = 0) -> AsyncIterator[int]:
    """The port of `app`, served in this event loop."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        config = uvicorn.Config(
            app, log_level="critical", access_log=False, ws="none", lifespan="off", timeout_graceful_shutdown=1
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:  # noqa: ASYNC110 (uvicorn says so by no event)
            await asyncio.sleep(0.002)
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await serving


def options_for(port: int, scale: float, **more: Any) -> Options:
    limits = Limits((30, 1.0 * scale), (3, 3.0 * scale), (20, 60.0 * scale))
    options = Options(
        token=TOKEN,
        api_url=f"http://127.0.0.1:{port}",
        limits=limits,
        show_every_s=0.05,
        show_every_group_s=0.05,
        drain_s=0.3,
        again_s=0.05,
    )
    return replace(options, **more)


class World:
    """The server, the archive, the bot (which can be stopped and started again), and the people."""

    def __init__(self, api: BotApi, port: int, data: Path, scale: float, more: dict[str, Any]) -> None:
        self.api, self.port, self.data, self.scale = api, port, data, scale
        self.assistant = more.pop("assistant", None)
        self.options = options_for(port, scale, **more)
        self.telegram: Telegram | None = None
        self.desk: Desk | None = None
        self._stack = AsyncExitStack()
        self._update_numbers = itertools.count()

    async def start_bot(self) -> None:
        stack = AsyncExitStack()
        archive = Archive(self.data)
        stack.callback(archive.close)
        searcher = Searcher(archive, HashEncoder())
        assistant = self.assistant or wiring.build_assistant(
            Settings(refuse_below=0.001, reader="none"), archive, searcher
        )
        work = WorkQueue(2)
        stack.callback(work.close)
        self.desk = Desk(archive, searcher, assistant, work, HashEncoder(), 2)
        self.telegram = Telegram(self.desk, self.options)
        await stack.enter_async_context(self.telegram.polling())
        self._stack = stack

    async def stop_bot(self) -> None:
        await self._stack.aclose()
        self.telegram = None

    async def settle(self, patience_s: float = PATIENCE_S) -> None:
        """Until every update was fetched and handled."""
        telegram = self.telegram
        assert telegram
        await self.until(
            lambda: (
                all(number < self.api.confirmed for number in self.api.updates)
                and telegram.inbox.empty()
                and telegram.processor.current_concurrent_updates == 0
                and not telegram.processor._returning
            ),
            patience_s,
        )

    async def until(self, what: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
        deadline = time.monotonic() + patience_s
        while not (found := what()):
            assert time.monotonic() < deadline, f"it never came: {self.texts()}"
            await asyncio.sleep(0.003)
        return found

    def texts(self, chat: int | None = None) -> list[str]:
        """What the bot said, in order."""
        return [one["text"] for one in self.said(chat)]

    def said(self, chat: int | None = None) -> list[dict[str, Any]]:
        return [one for one in self.api.order if chat is None or one["chat"]["id"] == chat]

    def person(self, number: int = 42, language: str = "zh-hans") -> Person:
        return Person(self, number, language)

    def group(
        self, number: int = -1001234567890, *members: Person, admin: Person | None = None, topics: bool = False
    ) -> int:
        chat: dict[str, Any] = {"id": number, "type": "supergroup", "title": "编辑部"}
        if topics:
            chat["is_forum"] = True
        self.api.chats[number] = chat
        if admin:
            self.api.administrators[number].add(admin.number)
        return number


class Person:
    """Somebody with a Telegram client. What they do reaches the bot where Telegram would let it."""

    _queries = itertools.count(9000)

    def __init__(self, world: World, number: int, language: str) -> None:
        self.world, self.number = world, number
        self.user = {"id": number, "is_bot": False, "first_name": f"某{number}", "language_code": language}
        world.api.users[number] = self.user
        world.api.chats.setdefault(number, {"id": number, "type": "private", "first_name": f"某{number}"})

    def say(
        self,
        text: str = "",
        chat: int | None = None,
        *,
        reply_to: dict[str, Any] | None = None,
        thread: int | None = None,
        ago_s: float = 0.0,
        number: int | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Send a message; it reaches the bot in private chats, and in groups by the rules of privacy mode."""
        api = self.world.api
        chat = chat or self.number
        message: dict[str, Any] = {
            "message_id": api.next_message_id(chat),
            "date": int(time.time() - ago_s),
            "chat": api.chats[chat],
            "from": self.user,
            **more,
        }
        if text:
            message |= {"text": text} | ({"entities": found} if (found := entities_of(text)) else {})
        if thread:
            api.threads[chat].add(thread)
            message |= {"message_thread_id": thread, "is_topic_message": True}
        if reply_to:
            message["reply_to_message"] = {k: v for k, v in reply_to.items() if k not in ("reply_to_message", "was")}
        api.messages[chat][message["message_id"]] = message
        if chat > 0 or _passes_privacy(message):
            api.add_update("message", message, number=number)
        return message

    def edit(self, message: dict[str, Any], text: str, number: int | None = None) -> None:
        edited = message | {"text": text, "edit_date": int(time.time())}
        edited.pop("entities", None)
        if found := entities_of(text):
            edited["entities"] = found
        self.world.api.messages[message["chat"]["id"]][message["message_id"]] = edited
        if message["chat"]["id"] > 0 or _passes_privacy(edited):
            self.world.api.add_update("edited_message", edited, number=number)

    def press(self, message: dict[str, Any], label: str, *, data: str | None = None) -> str:
        """Press the button whose label begins so; the query's id."""
        if data is None:
            data = next(one["callback_data"] for one in buttons(message) if one["text"].startswith(label))
        query = f"cb{next(self._queries)}"
        self.world.api.callbacks[query] = None
        shown = {k: v for k, v in message.items() if k != "was"}
        content = {"id": query, "from": self.user, "chat_instance": "1", "message": shown, "data": data}
        self.world.api.add_update("callback_query", content)
        return query

    async def notice(self, query: str) -> str | None:
        """The short notice that answered a press."""
        api = self.world.api
        await self.world.until(lambda: api.callbacks[query] is not None)
        answer = api.callbacks[query]
        assert answer
        return answer.get("text")

    async def inline(self, words: str, offset: str = "") -> dict[str, Any]:
        query = f"iq{next(self._queries)}"
        api = self.world.api
        api.inline_answers[query] = None
        api.add_update("inline_query", {"id": query, "from": self.user, "query": words, "offset": offset})
        return await self.world.until(lambda: api.inline_answers[query])

    async def ask(self, text: str, chat: int | None = None, **more: Any) -> dict[str, Any]:
        """Say it, and the last thing that the bot then said."""
        before = len(self.world.said(chat or self.number))
        self.say(text, chat, **more)
        await self.world.settle()
        said = self.world.said(chat or self.number)
        assert len(said) > before, "the bot said nothing"
        return said[-1]

    def send_document(self, name: str, content: bytes, *, size: int | None = None, **more: Any) -> dict[str, Any]:
        key = f"file{next(self._queries)}"
        self.world.api.files[key] = (name, content, size or len(content))
        document = {"file_id": key, "file_unique_id": f"u{key}", "file_name": name, "file_size": size or len(content)}
        return self.say(document=document, **more)


def buttons(message: dict[str, Any]) -> list[dict[str, str]]:
    return [one for row in message.get("reply_markup", {}).get("inline_keyboard", []) for one in row]


def labels(message: dict[str, Any]) -> list[str]:
    return [one["text"] for one in buttons(message)]


def entities_of(text: str) -> list[dict[str, Any]]:
    """What a client marks: a command at the beginning, mentions."""
    found = []
    for match in re.finditer(r"(?<!\S)/[A-Za-z0-9_]+(?:@\w+)?", text):
        found.append(("bot_command", match))
    for match in re.finditer(r"(?<!\w)@[A-Za-z0-9_]{5,}", text):
        if not any(kind == "bot_command" and match.start() < one.end() for kind, one in found):
            found.append(("mention", match))
    return [{"type": kind, "offset": units(text[: match.start()]), "length": units(match[0])} for kind, match in found]


def _passes_privacy(message: dict[str, Any]) -> bool:
    """What a bot in privacy mode gets of a group's messages: commands, replies to it, mentions, service messages."""
    text = message.get("text", message.get("caption", ""))
    replied = message.get("reply_to_message", {}).get("from", {}).get("id") == BOT["id"]
    named = f"@{BOT['username']}" in text.lower()
    is_command = text.startswith("/") and ("@" not in text.split()[0] or named)
    return replied or named or is_command or "migrate_to_chat_id" in message


@asynccontextmanager
async def living(data: Path, *, scale: float = 0.02, bot: bool = True, **more: Any) -> AsyncIterator[World]:
    """A world with the bot running in it; at the end no rule of the server may have been violated."""
    api = BotApi(scale)
    async with listening(api.app) as port:
        world = World(api, port, data, scale, more)
        if bot:
            await world.start_bot()
        try:
            yield world
        finally:
            if world.telegram:
                await world.stop_bot()
    assert not api.violations

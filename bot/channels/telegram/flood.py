"""Telegram's limits on sending: overall, in one chat, in one group. Waits before them, and where told to.

A place is taken before a request and free again a whole period after its answer came: Telegram got the request at some
moment between the two, so however slow the network is, no period of its clock ever holds more requests than allowed.
The library's own limiter counts from when a request was planned, lets twice the number through after a pause, knows no
limit for a private chat, and stops every chat when one was told to wait.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from telegram.error import BadRequest, NetworkError, RetryAfter
from telegram.ext import BaseRateLimiter

# Which requests count is not published; these show something new to people.
COUNTED = frozenset(
    {"sendMessage", "sendMessageDraft", "sendDocument", "editMessageText", "editMessageReplyMarkup", "deleteMessage"}
)
_UNIMPORTANT = frozenset({"sendChatAction", "sendMessageDraft"})  # lost at once rather than sent late
_MOST_TRIES = 6
_FIRST_PAUSE_S = 0.5
_MOST_IDLE_CHATS = 1000
_log = logging.getLogger("wenbao.telegram")


@dataclass(frozen=True, slots=True)
class Limits:
    """(requests, in this many seconds): to everybody, in a private chat, in a group."""

    overall: tuple[int, float] = (30, 1.0)
    chat: tuple[int, float] = (3, 3.0)
    group: tuple[int, float] = (20, 60.0)


class _Gate:
    """At most `count` requests in any `period_s`."""

    def __init__(self, count: int, period_s: float) -> None:
        self.count = count
        self._period_s = period_s
        self._places = asyncio.Semaphore(count)
        self.taken = 0
        self.waiting = 0
        self.paused_until = 0.0

    @property
    def is_needed(self) -> bool:
        """Whether a new one would know less."""
        return bool(self.taken or self.waiting) or self.paused_until > asyncio.get_running_loop().time()

    @property
    def free(self) -> int:
        """How many requests could begin now."""
        if self.paused_until > asyncio.get_running_loop().time():
            return 0
        return max(0, self.count - self.taken - self.waiting)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        self.waiting += 1
        try:
            await self._places.acquire()
        finally:
            self.waiting -= 1
        self.taken += 1
        try:
            if (pause_s := self.paused_until - loop.time()) > 0:
                await asyncio.sleep(pause_s)
            yield
        finally:
            loop.call_later(self._period_s, self._leave)

    def _leave(self) -> None:
        self.taken -= 1
        self._places.release()


@dataclass(slots=True)
class _Told:
    """The last chat that was told to wait, and when."""

    chat: int = 0
    at: float = field(default=-1e9)


class FloodLimiter(BaseRateLimiter[None]):
    """Sends what the library hands it within the limits; tries again after RetryAfter and where the network fails."""

    def __init__(self, limits: Limits) -> None:
        """Nothing is sent yet."""
        self._limits = limits
        self._overall = _Gate(*limits.overall)
        self._chats: dict[int, _Gate] = {}
        self._told = _Told()
        self.sending: set[asyncio.Task[Any] | None] = set()
        """The tasks whose message is on its way just now: cancelled there, it may have arrived and yet be sent anew."""

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    def spare(self, chat_id: int) -> bool:
        """Whether something unimportant may be sent there, with a place left for what is important."""
        chat = self._chats.get(chat_id)
        room = chat is None or chat.free >= max(2, chat.count // 2)
        return room and self._overall.free > self._overall.count // 3

    async def process_request(  # noqa: PLR0917 (the library's signature)
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Any:
        """The answer to one request. Raises what the library raises, once it is no use to try again."""
        del rate_limit_args
        chat_id = data.get("chat_id") if endpoint in COUNTED else None
        tries = 1 if endpoint in _UNIMPORTANT else _MOST_TRIES
        for number in range(1, tries + 1):
            try:
                return await self._send(callback, args, kwargs, chat_id)
            except RetryAfter as error:
                told = error.retry_after
                pause_s = (told if isinstance(told, int) else told.total_seconds()) + 0.1
                self._pause(chat_id, pause_s)
                _log.warning("Telegram asks to wait %.1f s", pause_s)
                if number == tries:
                    raise
                if chat_id is None:
                    await asyncio.sleep(pause_s)
            except BadRequest:
                raise  # a kind of NetworkError to the library
            except NetworkError:
                if number == tries:
                    raise
                await asyncio.sleep(_FIRST_PAUSE_S * 2 ** (number - 1))
        raise AssertionError("the last try returns or raises")

    async def _send(
        self, callback: Callable[..., Coroutine[Any, Any, Any]], args: Any, kwargs: dict[str, Any], chat_id: Any
    ) -> Any:
        if chat_id is None:
            return await callback(*args, **kwargs)
        async with self._gate(int(chat_id)).place(), self._overall.place():
            task = asyncio.current_task()
            self.sending.add(task)
            try:
                return await callback(*args, **kwargs)
            finally:
                self.sending.discard(task)

    def _gate(self, chat_id: int) -> _Gate:
        gate = self._chats.get(chat_id)
        if gate is None:
            if len(self._chats) > _MOST_IDLE_CHATS:
                self._chats = {one: kept for one, kept in self._chats.items() if kept.is_needed}
            gate = self._chats[chat_id] = _Gate(*(self._limits.chat if chat_id > 0 else self._limits.group))
        return gate

    def _pause(self, chat_id: Any, pause_s: float) -> None:
        """Nothing more to that chat for a while; to nobody, where two chats are told so one after the other."""
        now = asyncio.get_running_loop().time()
        if chat_id is None:
            return
        gate = self._gate(int(chat_id))
        gate.paused_until = max(gate.paused_until, now + pause_s)
        if self._told.chat != int(chat_id) and now - self._told.at < 1.0:
            self._overall.paused_until = max(self._overall.paused_until, now + pause_s)
        self._told = _Told(int(chat_id), now)

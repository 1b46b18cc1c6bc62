"""Every update once: written down before Telegram is told that it came, crossed off when it was handled.

Telegram forgets an update once it is confirmed, so what is confirmed but not yet handled stands in the archive's
database, and is handled after a restart, oldest first. One that Telegram sends again is known by its number.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, Coroutine
from typing import Any, TypeVar

from telegram import Bot, Update
from telegram.ext import BaseUpdateProcessor

from bot.channels.telegram.memory import KEPT_HANDLED_S, Memory, pending_of
from retrieval.errors import ArchiveError
from retrieval.store import Store

T = TypeVar("T")
MOST_AT_ONCE = 512  # updates in memory; the rest waits with Telegram
MOST_OF_ONE = 24  # of one chat, whose answers may wait long for Telegram's limits; the rest waits in the database
_TRY_AGAIN_S = 2.0
_LOOK_AGAIN_S = 0.02
_log = logging.getLogger("wenbao.telegram")


class Inbox(asyncio.Queue[Any]):
    """The library's queue of updates, which remembers them."""

    def __init__(self, memory: Memory, bot_id: str) -> None:
        """For one bot; another's updates have numbers of their own."""
        super().__init__()
        self._memory = memory
        self._pending = pending_of(bot_id)
        self._handled = f"telegram:handled:{bot_id}"
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self.closing = False
        self._again: dict[int, Update] = {}
        self._inside: Counter[int] = Counter()  # by chats
        self._parked: dict[int, deque[int]] = {}

    async def put(self, item: Any) -> None:
        """Write an update down and hand it on, unless it came before. Waits while too many are in work."""
        if not isinstance(item, Update):
            await super().put(item)  # the library's signal to stop
            return
        if await self._write_down(item):
            await self._enter(item)

    async def _enter(self, update: Update) -> None:
        """Hand an update on in its turn, keeping no place from other chats."""
        chat = _chat_of(update)
        if chat in self._parked or self._inside[chat] >= MOST_OF_ONE:
            self._parked.setdefault(chat, deque()).append(update.update_id)
        else:
            await self._hand_on(update)

    async def _hand_on(self, update: Update) -> None:
        self._inside[_chat_of(update)] += 1
        await self._room.acquire()
        await super().put(update)

    def has_parked(self, update: Update) -> bool:
        """Whether more of this update's chat waits in the database."""
        return _chat_of(update) in self._parked

    async def unpark(self, done: Update) -> None:
        """Hand on what waits behind an update that was handled."""
        chat = _chat_of(done)
        while (waiting := self._parked.get(chat)) is not None and self._inside[chat] < MOST_OF_ONE:
            if not waiting:
                del self._parked[chat]
                return
            number = waiting.popleft()
            text = await self._pending_text(number)
            if text is None:  # its sender wished to be forgotten
                await self._cross_off(number)
            else:
                await self._hand_on(Update.de_json(json.loads(text), done.get_bot()))

    async def _pending_text(self, number: int) -> str | None:
        return await self._patiently(lambda store: store.note(self._pending, str(number)))

    async def _write_down(self, update: Update) -> bool:
        text = update.to_json()

        def write(store: Store) -> bool:
            number = str(update.update_id)
            if store.note(self._handled, number) is not None:
                return False
            return store.put_note_once(self._pending, number, text, now=self._memory.now())

        return await self._patiently(write)

    async def _patiently(self, work: Callable[[Store], T]) -> T:
        """The result of `work`, tried until it succeeds: on a full disk, for instance; Telegram keeps what waits."""
        while not self.closing:
            try:
                return await self._memory.run(work)
            except (ArchiveError, sqlite3.Error) as error:
                _log.error("updates cannot be written down or read just now, trying again: %s", error)
                await asyncio.sleep(_TRY_AGAIN_S)
        raise asyncio.CancelledError

    async def restore(self, bot: Bot) -> int:
        """Hand on what was written down and not handled when the bot stopped, oldest first; how many."""

        def read(store: Store) -> dict[str, str]:
            store.remove_notes(self._handled, before=self._memory.now() - KEPT_HANDLED_S)
            return store.notes(self._pending)

        found = await self._patiently(read)
        for number in sorted(found, key=int):
            await self._enter(Update.de_json(json.loads(found[number]), bot))
        return len(found)

    def again(self, update: Update) -> None:
        """Let an update that is being handled stay written down: it could not be answered now."""
        self._again[update.update_id] = update

    async def again_in(self, update: Update, old: int, new: int) -> None:
        """As `again`, as if it had come from the supergroup that its group has become meanwhile."""
        told = _moved(json.loads(update.to_json()), old, new)
        for kind in ("message", "edited_message"):
            if kind in told:  # no message of the supergroup has its number
                told[kind]["message_id"] = -abs(told[kind]["message_id"])
        text = json.dumps(told)
        await self._memory.run(
            lambda store: store.put_note(self._pending, str(update.update_id), text, now=self._memory.now())
        )
        self._again[update.update_id] = Update.de_json(told, update.get_bot())

    async def done(self, update: Update) -> Update | None:
        """Cross an update off, and make room; what is to be handled again instead of it."""
        self._room.release()
        chat = _chat_of(update)
        self._inside[chat] -= 1
        if not self._inside[chat]:
            del self._inside[chat]
        again = self._again.pop(update.update_id, None)
        if again is None:
            await self._cross_off(update.update_id)
        return again

    async def _cross_off(self, number: int) -> None:
        def cross_off(store: Store) -> None:
            store.put_note(self._handled, str(number), "", now=self._memory.now())
            store.remove_note(self._pending, str(number))

        try:
            await self._memory.run(cross_off)
        except (ArchiveError, sqlite3.Error) as error:
            _log.error("an update stays written down, and may be answered once more: %s", error)

    async def return_later(self, update: Update, pause_s: float) -> None:
        """Hand on, after a while, an update that is still written down: its sender has not wished to be forgotten."""
        await asyncio.sleep(pause_s)
        if await self._pending_text(update.update_id) is None:
            await self._cross_off(update.update_id)
        else:
            await self._hand_on(update)


def _chat_of(update: Update) -> int:
    """The chat that an update belongs to; of an inline query the person."""
    found = update.effective_chat or update.effective_user
    return found.id if found else 0


def _moved(told: Any, old: int, new: int) -> Any:
    """What an update says, with another number for a chat wherever that stands."""
    if isinstance(told, list):
        return [_moved(one, old, new) for one in told]
    if not isinstance(told, dict):
        return told
    if told.get("id") == old and "type" in told:
        return told | {"id": new, "type": "supergroup"}
    return {name: _moved(one, old, new) for name, one in told.items()}


class Processor(BaseUpdateProcessor):
    """Handles updates side by side; stops in order, leaving what has not ended written down."""

    def __init__(self, inbox: Inbox, again_s: float, sending: Collection[object] = ()) -> None:
        """Updates that could not be answered are handled again after `again_s`; tasks in `sending` are not stopped."""
        super().__init__(MOST_AT_ONCE)
        self._inbox = inbox
        self._again_s = again_s
        self._sending = sending
        self._running: set[asyncio.Future[Any]] = set()
        self._returning: set[asyncio.Task[None]] = set()

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handle one update, and cross it off."""
        assert isinstance(update, Update)
        task = asyncio.ensure_future(coroutine)
        if self._inbox.closing:
            task.cancel()
        self._running.add(task)
        try:
            await task
        except asyncio.CancelledError:
            return  # it stays written down
        finally:
            self._running.discard(task)
        again = await self._inbox.done(update)
        if again:
            self._beside(self._inbox.return_later(again, self._again_s))
        if self._inbox.has_parked(update):
            self._beside(self._inbox.unpark(update))

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something that may wait for room go on, while this update makes some."""
        returning = asyncio.create_task(work)
        self._returning.add(returning)
        returning.add_done_callback(self._returning.discard)

    async def drain(self, patience_s: float) -> None:
        """Begin nothing more; wait for what runs, at most `patience_s`, then stop it, but nothing in mid-message."""
        self._inbox.closing = True
        for returning in list(self._returning):
            returning.cancel()
        if self._running:
            await asyncio.wait(list(self._running), timeout=patience_s)
        stopped: set[object] = set()
        while self._running:
            for task in self._running.difference(self._sending, stopped):
                task.cancel()
                stopped.add(task)
            await asyncio.wait(list(self._running), timeout=_LOOK_AGAIN_S)

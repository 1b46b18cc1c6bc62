"""What the rooms of the bot work with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.assistant import Assistant
from bot.channels.telegram.access import Access
from bot.channels.telegram.flood import FloodLimiter
from bot.channels.telegram.memory import Memory
from bot.channels.telegram.options import Options
from bot.channels.telegram.showing import Sender
from bot.channels.work import BusyError, WorkQueue
from embeddings import Encoder
from retrieval.archive import Archive
from retrieval.search import Searcher

T = TypeVar("T")
BUSY_PAUSE_S = 0.2


@dataclass(frozen=True, slots=True)
class Desk:
    """What answers come from; the same objects as the other channels'."""

    archive: Archive
    searcher: Searcher
    assistant: Assistant
    work: WorkQueue
    encoder: Encoder
    at_once: int = 2

    async def run(self, work: Callable[[], T]) -> T:
        """The result of `work()`, off the event loop; waits where the queue is full."""
        while True:
            try:
                return await self.work.run(work)
            except BusyError:  # the web's questions fill the queue just now
                await asyncio.sleep(BUSY_PAUSE_S)


@dataclass(frozen=True, slots=True)
class Parts:
    """The desk, and what every room needs beside it."""

    desk: Desk
    memory: Memory
    access: Access
    sender: Sender
    limiter: FloodLimiter
    options: Options


class Room:
    """What handles some of what people do, with the parts at hand."""

    def __init__(self, parts: Parts) -> None:
        """Over the parts."""
        self._desk = parts.desk
        self._memory = parts.memory
        self._access = parts.access
        self._sender = parts.sender
        self._limiter = parts.limiter
        self._options = parts.options

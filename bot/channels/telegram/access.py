"""Who may ask, how much a day, and how much at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.channels.telegram.forgetting import tidy
from bot.channels.telegram.memory import Memory
from bot.channels.telegram.options import Options

_MOST_WAITING = 10


class TooManyError(Exception):
    """Somebody has more questions waiting than are kept."""


@dataclass(slots=True)
class _Line:
    places: asyncio.Semaphore
    inside: int = 0
    was_told: bool = False


class Access:
    """Decides who is answered."""

    def __init__(self, options: Options, memory: Memory) -> None:
        """Nobody is at work yet."""
        self._options = options
        self._memory = memory
        self._lines: dict[int, _Line] = {}
        self._tidied = ""

    def is_admin(self, user: int) -> bool:
        """Whether somebody is an administrator of the bot."""
        return user in self._options.admins

    async def refusal(self, user: int, chat: int) -> str:
        """The name of the sentence that says why somebody is not answered in a chat; "" where they are."""
        if self._options.access == "open" or {user, chat} & (self._options.allowed | self._options.admins):
            return ""
        if self._options.access == "invite":
            return "" if await self._memory.is_invited(user) else "invite_needed"
        return "closed" if chat > 0 else "closed_group"

    async def may_ask_today(self, user: int) -> bool:
        """Count one more question of today's; False where it is one too many."""
        day = datetime.fromtimestamp(self._memory.now(), UTC).date()
        if self._tidied != day.isoformat():
            self._tidied = day.isoformat()
            earlier = [(day - timedelta(days=one)).isoformat() for one in range(1, 15)]
            await tidy(self._memory, earlier)
        count = await self._memory.count_question(user, day.isoformat())
        return not self._options.daily_questions or self.is_admin(user) or count <= self._options.daily_questions

    def must_wait(self, user: int) -> bool:
        """Whether a question has to wait for somebody's earlier ones, and they have not been told so yet."""
        line = self._lines.get(user)
        if line is None or line.inside < self._options.in_work or line.was_told:
            return False
        line.was_told = True
        return True

    @asynccontextmanager
    async def turn(self, user: int) -> AsyncIterator[None]:
        """Somebody's turn to be answered, in the order of asking. Raises TooManyError."""
        line = self._lines.setdefault(user, _Line(asyncio.Semaphore(self._options.in_work)))
        if line.inside >= self._options.in_work + _MOST_WAITING:
            raise TooManyError
        line.inside += 1
        try:
            async with line.places:
                yield
        finally:
            line.inside -= 1
            line.was_told = line.was_told and line.inside > self._options.in_work
            if not line.inside:
                self._lines.pop(user, None)

"""An answer while it is being made: the sign of typing, then a draft or a message that grows."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from telegram import InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.channels.telegram.flood import FloodLimiter
from bot.channels.telegram.options import Options
from bot.channels.telegram.text import LONGEST_MESSAGE, Span, plain, shown, split, to_html

Note: TypeAlias = Callable[[Sequence[int]], Awaitable[None]]
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_GONE = ("to edit not found", "can't be edited", "message_id_invalid")
_log = logging.getLogger("wenbao.telegram")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes: the chat, the topic in it, and the message that it answers."""

    chat: int
    thread: int | None = None
    reply_to: int | None = None

    @property
    def is_private(self) -> bool:
        """Whether it is a person's own chat with the bot."""
        return self.chat > 0


class Sender:
    """Sends spans; knows what Telegram says where a message is gone or unchanged."""

    def __init__(self, bot: ExtBot[None], limiter: FloodLimiter, options: Options) -> None:
        """`bot` sends through `limiter`."""
        self.bot = bot
        self.limiter = limiter
        self.options = options
        self._drafts_work = True

    async def send(
        self, place: Place, spans: Sequence[Span], keyboard: InlineKeyboardMarkup | None = None
    ) -> list[int]:
        """Send as one message or several, the buttons under the last; their numbers."""
        return await self.replace(place, [], spans, keyboard)

    async def replace(
        self,
        place: Place,
        present: Sequence[int],
        spans: Sequence[Span],
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        note: Note | None = None,
    ) -> list[int]:
        """Make the messages `present` say `spans`, with more messages or fewer; their numbers.

        `note` hears the numbers whenever a message was added, also where a later one fails.
        """
        parts = split(spans)
        numbers: list[int] = []
        for index, part in enumerate(parts):
            buttons = keyboard if index == len(parts) - 1 else None
            number = present[index] if index < len(present) else None
            if number is None or not await self.edit(place.chat, number, part, buttons):
                number = await self._send_one(place, part, buttons, quotes=index == 0)
                if note:
                    await note([*numbers, number, *present[index + 1 :]])
            numbers.append(number)
        for number in present[len(parts) :]:
            with contextlib.suppress(BadRequest):
                await self.bot.delete_message(place.chat, number)
        return numbers

    async def _send_one(
        self, place: Place, part: Sequence[Span], keyboard: InlineKeyboardMarkup | None, *, quotes: bool
    ) -> int:
        reply = None
        if quotes and place.reply_to and place.reply_to > 0:
            reply = ReplyParameters(place.reply_to, allow_sending_without_reply=True)
        sent: Message = await self.bot.send_message(
            place.chat,
            to_html(part),
            ParseMode.HTML,
            message_thread_id=place.thread,
            reply_parameters=reply,
            reply_markup=keyboard,
            link_preview_options=NO_PREVIEW,
        )
        return sent.message_id

    async def edit(
        self, chat: int, message: int, spans: Sequence[Span], keyboard: InlineKeyboardMarkup | None = None
    ) -> bool:
        """Make a message of ours say `spans`; False where it is gone."""
        try:
            await self.bot.edit_message_text(
                to_html(spans),
                chat,
                message,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                link_preview_options=NO_PREVIEW,
            )
        except BadRequest as error:
            if "not modified" in error.message.lower():
                return True
            if any(said in error.message.lower() for said in _GONE):
                return False
            raise
        return True

    async def typing(self, place: Place) -> None:
        """Show that an answer is being made; nothing is lost where that fails."""
        with contextlib.suppress(TelegramError):
            await self.bot.send_chat_action(place.chat, ChatAction.TYPING, message_thread_id=place.thread)

    def growing(self, place: Place, draft: int, present: Sequence[int], note: Note) -> Growing:
        """An answer that is shown while it grows, in the messages `present` if there are any; `note` hears of new."""
        return Growing(self, place, draft, present, note)

    async def draft(self, place: Place, draft: int, part: Sequence[Span]) -> bool:
        """Show a draft; False where this server offers none."""
        if not place.is_private or not self._drafts_work:
            return False
        try:
            await self.bot.send_message_draft(
                place.chat, draft, to_html(part), message_thread_id=place.thread, parse_mode=ParseMode.HTML
            )
        except (BadRequest, InvalidToken) as error:  # so the library names a method that the server does not know
            _log.info("drafts do not work here (%s); answers grow by edits", type(error).__name__)
            self._drafts_work = False
        except (RetryAfter, NetworkError):
            pass  # the next one shows more
        return self._drafts_work


class Growing:
    """An answer on its way. Shows no more often than people can read and the limits allow."""

    def __init__(self, sender: Sender, place: Place, draft: int, present: Sequence[int], note: Note) -> None:
        """Nothing is shown yet; `present` are messages of an earlier answer that this one replaces."""
        self._sender = sender
        self._note = note
        self._place = place
        self._draft = draft
        self.messages = list(present)
        options = sender.options
        self._limiter = sender.limiter
        self._every_s = options.show_every_s if place.is_private else options.show_every_group_s
        self._typing_every_s = options.typing_every_s
        now = asyncio.get_running_loop().time()
        self._shown_at = now
        self._typed_at = now
        self._last = ""

    def pause_s(self) -> float:
        """How long to wait for more of the answer before `show` has something to do again."""
        now = asyncio.get_running_loop().time()
        return max(0.01, min(self._shown_at + self._every_s, self._typed_at + self._typing_every_s) - now)

    async def show(self, text: str) -> None:
        """Show what there is of the answer, if it is time and there is room."""
        now = asyncio.get_running_loop().time()
        if now >= self._typed_at + self._typing_every_s:
            self._typed_at = now
            await self._sender.typing(self._place)
        if now < self._shown_at + self._every_s:
            return
        self._shown_at = now
        visible = shown(text).strip()
        if not visible or visible == self._last or not self._limiter.spare(self._place.chat):
            return
        self._last = visible
        part = split([Span(f"{visible} …")], LONGEST_MESSAGE)[0]
        if not plain(part).strip() or await self._sender.draft(self._place, self._draft, part):
            return
        if self.messages:
            await self._sender.edit(self._place.chat, self.messages[0], part)
        else:
            self.messages = await self._sender.send(self._place, part)
            await self._note(self.messages)  # begun anew after a stop, it goes on there

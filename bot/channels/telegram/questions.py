"""Messages that people write: questions, edited questions, and what is no question."""

from __future__ import annotations

import base64
import binascii
from collections import deque

from telegram import Message, Update
from telegram.ext import ExtBot

from bot.channels.telegram.asking import Asked, Asking
from bot.channels.telegram.groups import Addressed, addressed
from bot.channels.telegram.keyboards import AnswerId, base36
from bot.channels.telegram.kinds import Context
from bot.channels.telegram.parts import Parts, Room
from bot.channels.telegram.phrases import say
from bot.channels.telegram.showing import Place
from bot.channels.telegram.text import Span

_LONGEST_PARAMETER = 64
_QUESTION = "q_"
_ALBUMS = 200  # the last ones are known


def place_of(message: Message, *, quotes: bool = True) -> Place:
    """Where an answer to a message goes; in groups it quotes the message."""
    thread = message.message_thread_id if message.is_topic_message else None
    reply_to = message.message_id if quotes and message.chat_id < 0 else None
    return Place(message.chat_id, thread, reply_to)


def start_parameter(question: str) -> str | None:
    """A question as the parameter of a deep link, None where it is too long for one."""
    written = _QUESTION + base64.urlsafe_b64encode(question.encode()).decode().rstrip("=")
    return written if len(written) <= _LONGEST_PARAMETER else None


def question_in(parameter: str) -> str | None:
    """The question of a deep link, None where it holds none."""
    if not parameter.startswith(_QUESTION):
        return None
    written = parameter.removeprefix(_QUESTION)
    try:
        return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


class Questions(Room):
    """Turns messages into questions."""

    def __init__(self, parts: Parts, asking: Asking) -> None:
        """Over what answers them."""
        super().__init__(parts)
        self._asking = asking
        self._albums: deque[str] = deque(maxlen=_ALBUMS)

    async def on_text(self, update: Update, context: Context) -> None:
        """A message with text or a caption, new or edited."""
        message = update.effective_message
        if message is None or message.from_user is None or _is_our_own(message, context.bot):
            return
        self._is_rest_of_album(message)
        meant = await self._meant(message, context.bot)
        if meant is None:
            return
        if not meant.text:
            if update.edited_message is None:
                await self.hint(message)
            return
        await self.ask(message, meant, edited=update.edited_message is not None)

    async def _meant(self, message: Message, bot: ExtBot[None]) -> Addressed | None:
        if message.chat_id > 0:
            replied = message.reply_to_message
            text = (message.text or message.caption or "").strip()
            return Addressed(text, replied.message_id if replied else None)
        meant = addressed(message, bot)
        if meant is None or not (await self._memory.settings(message.chat_id)).enabled:
            return None
        return meant

    async def ask(self, message: Message, meant: Addressed, *, edited: bool = False) -> None:
        """Answer what a message asks."""
        assert message.from_user
        earlier, era = None, self._memory.era(message.from_user.id)
        if meant.answers is not None:
            earlier = await self._asked_before(message.chat_id, meant.answers)
        age_s = self._memory.now() - message.date.timestamp()
        asked = Asked(
            AnswerId(message.from_user.id, message.chat_id, _asked_in(message.message_id)),
            place_of(message),
            meant.text.encode("utf-8", "replace").decode(),
            message.from_user.language_code,
            earlier,
            late=not edited and age_s > self._options.stale_s,
            edited=edited,
            era=era,
        )
        await self._asking.ask(asked)

    async def _asked_before(self, chat: int, message: int) -> tuple[str, ...] | None:
        """The question of the answer that a message shows; None where it shows none."""
        answer = await self._memory.answer_in(chat, message)
        record = await self._memory.answer(answer) if answer else None
        return (record["standalone"],) if record else None

    async def on_other(self, update: Update, context: Context) -> None:
        """Voice, photos, stickers and the like, without any text."""
        message = update.effective_message
        if message is None or message.from_user is None or _is_our_own(message, context.bot):
            return
        if self._is_rest_of_album(message):
            return
        if message.chat_id > 0 or await self._meant(message, context.bot):
            await self.hint(message)

    def _is_rest_of_album(self, message: Message) -> bool:
        """Whether something of the same album came before: photos sent together are messages of their own."""
        album = message.media_group_id
        if album is None or album in self._albums:
            return album is not None
        self._albums.append(album)
        return False

    async def hint(self, message: Message) -> None:
        """Say what the bot can do."""
        assert message.from_user
        chosen = await self._memory.settings(message.chat_id)
        language = self._asking.language(chosen, message.from_user.language_code)
        refusal = await self._access.refusal(message.from_user.id, message.chat_id)
        who = message.chat_id if refusal == "closed_group" else message.from_user.id
        words = say(refusal, language, id=who) if refusal else say("kind_word", language)
        await self._sender.send(place_of(message), [Span(words)])


def _asked_in(message: int) -> str:
    """A message's number in an answer's id; one from before its group became a supergroup is negative."""
    return base36(message) if message > 0 else f"0{base36(-message)}"


def _is_our_own(message: Message, bot: ExtBot[None]) -> bool:
    """Whether somebody sent it by the inline mode of this bot."""
    return message.via_bot is not None and message.via_bot.id == bot.id

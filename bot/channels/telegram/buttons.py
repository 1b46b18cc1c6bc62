"""A pressed button, whatever it belongs to."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.error import BadRequest

from bot.answer import Language
from bot.channels.telegram.asking import Asked, Asking
from bot.channels.telegram.commands import LENGTHS, Commands, settings_keyboard
from bot.channels.telegram.forgetting import forget
from bot.channels.telegram.keyboards import AnswerId
from bot.channels.telegram.kinds import Context
from bot.channels.telegram.opening import Opened, Opening
from bot.channels.telegram.parts import Parts, Room
from bot.channels.telegram.phrases import say
from bot.channels.telegram.questions import place_of
from bot.channels.telegram.showing import Place
from bot.channels.telegram.text import Span

_CHOICES = {
    "language": ("zh", "en", ""),
    "length": LENGTHS,
    "sources": ("shown", "buttons"),
    "enabled": ("on", "off"),
}


@dataclass(frozen=True, slots=True)
class _Press:
    """A press: by whom, under which message, and what the button's data says after its kind."""

    query: CallbackQuery
    message: Message
    parts: list[str]
    language: Language
    context: Context


class Buttons(Room):
    """What each button does. Every press is answered, so that no sign of loading stays."""

    def __init__(self, parts: Parts, asking: Asking, opening: Opening, commands: Commands) -> None:
        """Over what the buttons open."""
        super().__init__(parts)
        self._asking = asking
        self._opening = opening
        self._commands = commands
        self._kinds: dict[str, Callable[[_Press], Awaitable[str]]] = {
            "_": self._nothing,
            "s": self._source,
            "v": self._vote,
            "m": self._more,
            "r": self._related,
            "p": self._page,
            "o": self._article,
            "l": self._latest,
            "f": self._search,
            "set": self._set,
            "x": self._forget,
        }

    async def on_press(self, update: Update, context: Context) -> None:
        """A button of ours was pressed."""
        query = update.callback_query
        assert query
        chat = query.message.chat.id if query.message else query.from_user.id
        chosen = await self._memory.settings(chat)
        language = self._asking.language(chosen, query.from_user.language_code)
        refusal = await self._access.refusal(query.from_user.id, chat)
        kind, *parts = (query.data or "").split(":")
        if refusal and kind != "x":
            await self._answered(
                query, say(refusal, language, id=chat if refusal == "closed_group" else query.from_user.id)
            )
            return
        said = "gone"
        if isinstance(query.message, Message) and kind in self._kinds:
            with contextlib.suppress(ValueError, IndexError):  # data of an older version, or made up
                said = await self._kinds[kind](_Press(query, query.message, parts, language, context))
        await self._answered(query, say(said, language) if said else None)

    async def _answered(self, query: CallbackQuery, text: str | None) -> None:
        with contextlib.suppress(BadRequest):  # too old to be answered; what it did is done all the same
            await query.answer(text[:200] if text else None)

    async def _nothing(self, press: _Press) -> str:
        return ""

    async def _record(self, press: _Press) -> tuple[AnswerId, int, dict[str, Any]]:
        """The answer that a button belongs to. Raises ValueError where it is gone."""
        answer, number = AnswerId.parse(press.parts[0]), int(press.parts[1])
        record = await self._memory.answer(answer)
        if record is None:
            raise ValueError(answer)
        return answer, number, record

    async def _source(self, press: _Press) -> str:
        _, number, record = await self._record(press)
        return await self._send(press, await self._opening.source(record, abs(number), press.language))

    async def _vote(self, press: _Press) -> str:
        answer, vote, _ = await self._record(press)
        if vote not in (1, -1):
            raise ValueError(vote)
        return await self._opening.vote(press.query, answer, vote)

    async def _more(self, press: _Press) -> str:
        answer, page, record = await self._record(press)
        opened = await self._opening.more(answer, record, abs(page), press.language)
        if opened is None:
            return "no_more"
        is_first = press.message.message_id in record["messages"]
        return await (self._send(press, opened) if is_first else self._turn(press, opened))

    async def _related(self, press: _Press) -> str:
        era = self._memory.era(press.query.from_user.id)
        answer, number, record = await self._record(press)
        question = record["related"][abs(number)]
        place = place_of(press.message)
        user = press.query.from_user
        # The same button is the same question: pressed twice, it is answered once.
        asked = AnswerId(user.id, press.message.chat.id, f"{answer.asked[-24:]}r{number}")
        await self._asking.ask(
            Asked(
                asked,
                Place(place.chat, place.thread, press.message.message_id),
                question,
                user.language_code,
                (record["standalone"],),
                era=era,
            )
        )
        return ""

    async def _page(self, press: _Press) -> str:
        name, page = press.parts[0], int(press.parts[1])
        article = await self._memory.linked(name)
        opened = await self._opening.article(article, page, press.language) if article else None
        # Under a source the article comes as a message of its own; under a page it turns the page.
        markup = press.message.reply_markup
        is_page = markup is not None and len(markup.inline_keyboard[0]) > 1
        return await (self._turn(press, opened) if is_page else self._send(press, opened))

    async def _article(self, press: _Press) -> str:
        article = await self._memory.linked(press.parts[0])
        return await self._send(press, await self._opening.article(article, 0, press.language) if article else None)

    async def _latest(self, press: _Press) -> str:
        return await self._turn(press, await self._opening.latest(abs(int(press.parts[0])), press.language))

    async def _search(self, press: _Press) -> str:
        owner, name, page = int(press.parts[0]), press.parts[1], int(press.parts[2])
        if owner != press.query.from_user.id:
            return "not_yours"
        words = await self._memory.search(owner, name)
        if words is None:
            return "gone"
        return await self._turn(press, await self._opening.search(owner, words, abs(page), press.language))

    async def _turn(self, press: _Press, opened: Opened | None) -> str:
        if opened is None:
            return "gone"
        await self._sender.edit(press.message.chat.id, press.message.message_id, *opened)
        return ""

    async def _send(self, press: _Press, opened: Opened | None) -> str:
        if opened is None:
            return "gone"
        place = place_of(press.message)
        await self._opening.send(Place(place.chat, place.thread, press.message.message_id), opened)
        return ""

    async def _set(self, press: _Press) -> str:
        name, value = press.parts
        if value not in _CHOICES.get(name, ()):
            raise ValueError(value)
        chat, user = press.message.chat.id, press.query.from_user
        if not await self._commands.may_set(chat, user.id, press.context):
            return "admins_only"
        chosen = await self._memory.choose(chat, **{name: value == "on" if name == "enabled" else value})
        language = self._asking.language(chosen, user.language_code)
        if name == "language":
            await self._edit(press, say("language_set" if value else "language_auto_set", language), None)
            return ""
        await self._edit(press, say("settings", language), settings_keyboard(chosen, chat, language))
        return "set"

    async def _forget(self, press: _Press) -> str:
        if int(press.parts[0]) != press.query.from_user.id:
            return "not_yours"
        if press.parts[1] == "yes":
            await forget(self._memory, press.query.from_user.id, press.context.bot.id)
        await self._edit(press, say("forgotten" if press.parts[1] == "yes" else "kept", press.language), None)
        return ""

    async def _edit(self, press: _Press, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
        await self._sender.edit(press.message.chat.id, press.message.message_id, [Span(text)], keyboard)

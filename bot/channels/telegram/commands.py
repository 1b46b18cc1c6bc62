"""The commands, but for those of administrators."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update

from bot.answer import Language
from bot.channels.telegram.asking import Asking
from bot.channels.telegram.groups import Addressed, command_in, is_administrator
from bot.channels.telegram.keyboards import button
from bot.channels.telegram.kinds import Context
from bot.channels.telegram.memory import ChatSettings
from bot.channels.telegram.opening import Opened, Opening
from bot.channels.telegram.parts import Parts, Room
from bot.channels.telegram.phrases import say
from bot.channels.telegram.questions import Questions, place_of, question_in
from bot.channels.telegram.text import Span, one_line

ARTICLE_LINK = "a_"
LENGTHS = ("short", "normal", "long")
_LONGEST_WORDS = 200
Handler = Callable[[Message, str, Language, Context], Awaitable[None]]


class Commands(Room):
    """What each command does."""

    def __init__(self, parts: Parts, questions: Questions, asking: Asking, opening: Opening) -> None:
        """Over what the commands use."""
        super().__init__(parts)
        self._questions = questions
        self._asking = asking
        self._opening = opening
        self.handlers: dict[str, Handler] = {
            "help": self._help,
            "ask": self._ask,
            "new": self._new,
            "search": self._search,
            "latest": self._latest,
            "article": self._article,
            "language": self._language,
            "settings": self._settings,
        }
        # For everybody, also who may not ask: how to get in, and what is kept.
        self.open_handlers: dict[str, Handler] = {
            "start": self._start,
            "privacy": self._privacy,
            "forget_me": self._forget_me,
        }

    async def on_command(self, update: Update, context: Context) -> None:
        """Any command of these."""
        message = update.message
        if message is None or message.from_user is None or not message.text:
            return
        command, rest = command_in(message.text)
        chosen = await self._memory.settings(message.chat_id)
        language = self._asking.language(chosen, message.from_user.language_code)
        if not chosen.enabled and command != "settings":
            return
        handler = self.open_handlers.get(command)
        if handler is None:
            refusal = await self._access.refusal(message.from_user.id, message.chat_id)
            if refusal:
                who = message.chat_id if refusal == "closed_group" else message.from_user.id
                await self._reply(message, say(refusal, language, id=who))
                return
            handler = self.handlers[command]
        await handler(message, rest, language, context)

    async def on_edited(self, update: Update, context: Context) -> None:
        """An edited /ask asks something else."""
        message = update.edited_message
        if message is None or message.from_user is None or not message.text:
            return
        text = command_in(message.text)[1]
        if text and (await self._memory.settings(message.chat_id)).enabled:
            await self._questions.ask(message, Addressed(text), edited=True)

    async def on_unknown(self, update: Update, context: Context) -> None:
        """A command that there is not, in a private chat."""
        message = update.message
        if message is not None and message.from_user is not None:
            chosen = await self._memory.settings(message.chat_id)
            await self._help(message, "", self._asking.language(chosen, message.from_user.language_code), context)

    async def _reply(self, message: Message, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        await self._sender.send(place_of(message), [Span(text)], keyboard)

    async def _open(self, message: Message, opened: Opened | None, otherwise: str) -> None:
        if opened is None:
            await self._reply(message, otherwise)
        else:
            await self._opening.send(place_of(message), opened)

    async def _start(self, message: Message, rest: str, language: Language, context: Context) -> None:
        """Begin; a deep link brings an article, a question, or an invitation code."""
        assert message.from_user
        refusal = await self._access.refusal(message.from_user.id, message.chat_id)
        if refusal == "invite_needed" and rest and not rest.startswith((ARTICLE_LINK, "q_")):
            came_in = await self._memory.use_invitation(message.from_user.id, rest)
            await self._reply(message, say("invited" if came_in else "bad_code", language))
            return
        if refusal:
            await self._reply(message, say(refusal, language, id=message.from_user.id))
            return
        question = question_in(rest)
        if question:
            await self._questions.ask(message, Addressed(question))
        elif rest.startswith(ARTICLE_LINK):
            article = await self._memory.linked(rest.removeprefix(ARTICLE_LINK))
            opened = await self._opening.article(article, 0, language) if article else None
            await self._open(message, opened, say("gone", language))
        else:
            await self._reply(message, say("start", language))

    async def _help(self, message: Message, rest: str, language: Language, context: Context) -> None:
        await self._reply(message, say("help", language, bot=context.bot.username))

    async def _ask(self, message: Message, rest: str, language: Language, context: Context) -> None:
        replied = message.reply_to_message
        text = rest or ((replied.text or replied.caption or "").strip() if replied else "")
        if not text:
            await self._reply(message, say("ask_how", language))
            return
        is_ours = replied is not None and replied.from_user is not None and replied.from_user.id == context.bot.id
        await self._questions.ask(
            message, Addressed(text, replied.message_id if replied and is_ours and rest else None)
        )

    async def _new(self, message: Message, rest: str, language: Language, context: Context) -> None:
        assert message.from_user
        place = place_of(message)
        await self._memory.forget_conversation(f"telegram:{message.from_user.id}:{place.chat}:{place.thread or 0}")
        await self._reply(message, say("new", language))

    async def _search(self, message: Message, rest: str, language: Language, context: Context) -> None:
        assert message.from_user
        words = rest[:_LONGEST_WORDS]
        if not words:
            await self._reply(message, say("search_how", language))
            return
        opened = await self._opening.search(message.from_user.id, words, 0, language)
        await self._open(message, opened, say("no_hits", language, words=one_line(words, 100)))

    async def _latest(self, message: Message, rest: str, language: Language, context: Context) -> None:
        await self._open(message, await self._opening.latest(0, language), say("empty", language))

    async def _article(self, message: Message, rest: str, language: Language, context: Context) -> None:
        if not rest:
            await self._reply(message, say("article_how", language))
            return
        opened = await self._opening.article(rest, 0, language)
        await self._open(message, opened, say("no_article", language, id=one_line(rest, 100)))

    async def _language(self, message: Message, rest: str, language: Language, context: Context) -> None:
        if not await self.may_set(message.chat_id, message.from_user.id if message.from_user else 0, context):
            await self._reply(message, say("admins_only", language))
            return
        labels = {"zh": "中文", "en": "English", "": say("language_auto", language)}
        row = [button(label, "set", "language", value) for value, label in labels.items()]
        await self._reply(message, say("choose_language", language), InlineKeyboardMarkup([row]))

    async def _settings(self, message: Message, rest: str, language: Language, context: Context) -> None:
        if not await self.may_set(message.chat_id, message.from_user.id if message.from_user else 0, context):
            await self._reply(message, say("admins_only", language))
            return
        chosen = await self._memory.settings(message.chat_id)
        await self._reply(message, say("settings", language), settings_keyboard(chosen, message.chat_id, language))

    async def may_set(self, chat: int, user: int, context: Context) -> bool:
        """Whether somebody may change what is chosen in a chat."""
        return chat > 0 or self._access.is_admin(user) or await is_administrator(context.bot, chat, user)

    async def _privacy(self, message: Message, rest: str, language: Language, context: Context) -> None:
        await self._reply(message, say("privacy", language))

    async def _forget_me(self, message: Message, rest: str, language: Language, context: Context) -> None:
        assert message.from_user
        row = [
            button(say("forget_yes", language), "x", message.from_user.id, "yes"),
            button(say("forget_no", language), "x", message.from_user.id, "no"),
        ]
        await self._reply(message, say("forget_sure", language), InlineKeyboardMarkup([row]))


def settings_keyboard(chosen: ChatSettings, chat: int, language: Language) -> InlineKeyboardMarkup:
    """What can be chosen in a chat, with what is."""

    def choice(name: str, value: str, label: str, now: str) -> InlineKeyboardButton:
        return button(f"{label} ✓" if value == now else label, "set", name, value)

    lengths = [choice("length", one, say(f"length_{one}", language), chosen.length) for one in LENGTHS]
    yes, no = say("yes", language), say("no", language)
    rows = [
        [button(f"{say('length', language)}:", "_"), *lengths],
        [
            button(f"{say('sources_setting', language)}:", "_"),
            choice("sources", "shown", yes, chosen.sources),
            choice("sources", "buttons", no, chosen.sources),
        ],
    ]
    if chat < 0:
        now = "on" if chosen.enabled else "off"
        rows.append(
            [
                button(f"{say('enabled', language)}:", "_"),
                choice("enabled", "on", yes, now),
                choice("enabled", "off", no, now),
            ]
        )
    return InlineKeyboardMarkup(rows)

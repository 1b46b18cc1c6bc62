"""Which update goes to which handler, and what happens where one fails."""

from __future__ import annotations

import logging

from telegram import Message, Update
from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter
from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.channels.telegram.administration import COMMANDS, Administration
from bot.channels.telegram.asking import Asking
from bot.channels.telegram.buttons import Buttons
from bot.channels.telegram.commands import Commands
from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.inline import Inline
from bot.channels.telegram.kinds import App, Context
from bot.channels.telegram.memory import Memory
from bot.channels.telegram.opening import Opening
from bot.channels.telegram.parts import Parts
from bot.channels.telegram.phrases import menu_language, say
from bot.channels.telegram.questions import Questions, place_of
from bot.channels.telegram.showing import Place, Sender
from bot.channels.telegram.text import Span

UPDATES = [
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.MY_CHAT_MEMBER,
]
_PRESENT = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.RESTRICTED)
_log = logging.getLogger("wenbao.telegram")


def add_handlers(app: App, parts: Parts, inbox: Inbox) -> None:
    """Assemble everything that answers, and add it to the application."""
    asking = Asking(parts)
    questions = Questions(parts, asking)
    opening = Opening(parts)
    commands = Commands(parts, questions, asking, opening)
    administration = Administration(parts, questions, asking)
    arrivals = _Arrivals(parts.memory, parts.sender, inbox)
    written = filters.TEXT | filters.CAPTION
    new, edited = filters.UpdateType.MESSAGE, filters.UpdateType.EDITED_MESSAGE
    document = filters.Document.ALL & new
    app.add_handler(CommandHandler([*commands.handlers, *commands.open_handlers], commands.on_command, new))
    app.add_handler(CommandHandler("ask", commands.on_edited, edited))
    app.add_handler(CommandHandler(COMMANDS, administration.on_command, new))
    app.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, arrivals.on_migration))
    app.add_handler(MessageHandler(document, administration.on_document))
    app.add_handler(MessageHandler(written & (new | edited) & ~filters.COMMAND, questions.on_text))
    app.add_handler(MessageHandler(filters.COMMAND & new & filters.ChatType.PRIVATE, commands.on_unknown))
    app.add_handler(MessageHandler(new & ~filters.StatusUpdate.ALL & ~written, questions.on_other))
    app.add_handler(CallbackQueryHandler(Buttons(parts, asking, opening, commands).on_press))
    app.add_handler(InlineQueryHandler(Inline(parts, asking).on_query))
    app.add_handler(ChatMemberHandler(arrivals.on_membership, ChatMemberHandler.MY_CHAT_MEMBER))
    app.add_handler(TypeHandler(Update, arrivals.on_nothing))
    app.add_error_handler(arrivals.on_error)


class _Arrivals:
    """The bot comes into groups and leaves them, groups change their number, and handlers fail."""

    def __init__(self, memory: Memory, sender: Sender, inbox: Inbox) -> None:
        self._memory = memory
        self._sender = sender
        self._inbox = inbox

    async def on_membership(self, update: Update, context: Context) -> None:
        """Greet a group that the bot was added to."""
        change = update.my_chat_member
        assert change
        came = change.old_chat_member.status not in _PRESENT and change.new_chat_member.status in _PRESENT
        if came and change.chat.id < 0 and change.chat.type != "channel":
            language = menu_language(change.from_user.language_code)
            words = say("group_hello", language, bot=context.bot.username)
            await self._sender.send(Place(change.chat.id), [Span(words)])

    async def on_migration(self, update: Update, context: Context) -> None:
        """Take a group's settings along to its new number."""
        message = update.effective_message
        if message and message.migrate_to_chat_id:
            await self._memory.moved(message.chat_id, message.migrate_to_chat_id)

    async def on_nothing(self, update: Update, context: Context) -> None:
        """What no other handler wants."""

    async def on_error(self, update: object, context: Context) -> None:
        """A handler failed: try again later where the network is to blame, else say so where that can be said."""
        error = context.error
        if not isinstance(update, Update) or error is None:
            return
        if isinstance(error, Forbidden):
            return  # blocked, or put out of the group: nobody is there to be told
        if isinstance(error, ChatMigrated) and update.effective_chat:
            await self._memory.moved(update.effective_chat.id, error.new_chat_id)
            await self._inbox.again_in(update, update.effective_chat.id, error.new_chat_id)
            return
        if isinstance(error, (NetworkError, RetryAfter)) and not isinstance(error, BadRequest):
            _log.warning("an answer could not be sent (%s); it is tried again", type(error).__name__)
            self._inbox.again(update)
            return
        # The traceback names places in the code only; a message's text never stands in the log.
        _log.error("update %d failed: %s", update.update_id, type(error).__name__, exc_info=error)
        await self._apologize(update)

    async def _apologize(self, update: Update) -> None:
        chat, user = update.effective_chat, update.effective_user
        if chat is None or user is None or (chat.id < 0 and update.callback_query is None and not update.message):
            return
        message = update.effective_message
        place = place_of(message) if isinstance(message, Message) else Place(chat.id)
        try:
            await self._sender.send(place, [Span(say("failed", menu_language(user.language_code)))])
        except Exception as error:
            _log.error("nor could that be said: %s", type(error).__name__)

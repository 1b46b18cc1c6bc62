"""Groups: which messages are meant for the bot, and who may set it there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import Bot, Message, MessageEntity
from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError

_COMMAND = re.compile(r"/([A-Za-z0-9_]+)(?:@[A-Za-z0-9_]+)?(.*)", re.DOTALL)
_ADMINISTRATORS = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)
_ANONYMOUS_ADMINISTRATOR = 1087968824  # the account that Telegram shows for administrators who hide themselves


@dataclass(frozen=True, slots=True)
class Addressed:
    """A message meant for the bot: what it asks, and the message of ours that it answers."""

    text: str
    answers: int | None = None


def command_in(text: str) -> tuple[str, str]:
    """(the command without its mark and addressee, what follows it, on the next line or after any kind of space)."""
    found = _COMMAND.match(text)
    return (found[1].lower(), found[2].strip()) if found else ("", text.strip())


def addressed(message: Message, bot: Bot) -> Addressed | None:
    """What a message of a group asks the bot; None where it is not meant for it.

    Meant for it are mentions and replies. A mention alone, in a reply to somebody, asks what that one wrote.
    """
    text, mentioned = _without_mention(message, bot)
    replied = message.reply_to_message
    if replied is not None and replied.from_user is not None and replied.from_user.id == bot.id:
        return Addressed(text, replied.message_id)
    if not mentioned:
        return None
    if not text and replied is not None:
        text = (replied.text or replied.caption or "").strip()
    return Addressed(text)


def _without_mention(message: Message, bot: Bot) -> tuple[str, bool]:
    text = message.text or message.caption or ""
    entities = message.parse_entities([MessageEntity.MENTION, MessageEntity.TEXT_MENTION])
    entities |= message.parse_caption_entities([MessageEntity.MENTION, MessageEntity.TEXT_MENTION])
    mentioned = False
    for entity, written in entities.items():
        by_name = written.lower() == f"@{bot.username}".lower()
        if by_name or (entity.user is not None and entity.user.id == bot.id):
            text = text.replace(written, " ", 1)
            mentioned = True
    return " ".join(text.split()) if mentioned else text.strip(), mentioned


async def is_administrator(bot: Bot, chat: int, user: int) -> bool:
    """Whether somebody administrates a group; nobody does where Telegram does not say."""
    if user == _ANONYMOUS_ADMINISTRATOR:
        return True
    try:
        member = await bot.get_chat_member(chat, user)
    except TelegramError:
        return False
    return member.status in _ADMINISTRATORS

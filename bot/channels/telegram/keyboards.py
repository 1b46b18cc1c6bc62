"""The buttons under messages, and the data that a pressed one brings back (64 bytes at most)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answer import Language
from bot.channels.telegram.phrases import say
from bot.channels.telegram.text import one_line

MOST_DATA_BYTES = 64
_SOURCES_A_ROW = 5
_MOST_SOURCES = 10
_LONGEST_LABEL = 40
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    """A whole number in few characters."""
    digits = ""
    rest = abs(number)
    while rest or not digits:
        rest, digit = divmod(rest, 36)
        digits = _DIGITS[digit] + digits
    return f"-{digits}" if number < 0 else digits


@dataclass(frozen=True, slots=True)
class AnswerId:
    """Which answer: who asked it where, and in which message, or with which button of an earlier answer."""

    user: int
    chat: int
    asked: str

    def __str__(self) -> str:
        """As it stands in buttons and in the archive."""
        return f"{base36(self.user)}.{base36(self.chat)}.{self.asked}"

    @classmethod
    def parse(cls, text: str) -> AnswerId:
        """The id that `text` writes. Raises ValueError."""
        user, chat, asked = text.split(".")
        if not asked or not set(asked) <= set(_DIGITS):
            raise ValueError(text)
        return cls(int(user, 36), int(chat, 36), asked)


def data(kind: str, *parts: object) -> str:
    """The data of a button. Raises ValueError where it would be too long, which no part of ours is."""
    text = ":".join([kind, *map(str, parts)])
    if len(text.encode()) > MOST_DATA_BYTES:
        raise ValueError(f"a button's data is too long: {text!r}")
    return text


def button(label: str, kind: str, *parts: object) -> InlineKeyboardButton:
    """A button that brings `kind` and `parts` back."""
    return InlineKeyboardButton(one_line(label, _LONGEST_LABEL) or "…", callback_data=data(kind, *parts))


def answer_keyboard(
    answer: AnswerId, *, sources: int, more: bool, related: Sequence[str], vote: int, language: Language
) -> InlineKeyboardMarkup:
    """Under an answer: its sources by number, the votes, further passages, and questions to go on with."""
    numbered = [button(f"📄 {n + 1}", "s", answer, n) for n in range(min(sources, _MOST_SOURCES))]
    rows = [numbered[at : at + _SOURCES_A_ROW] for at in range(0, len(numbered), _SOURCES_A_ROW)]
    votes = [
        button("👍 ✓" if vote > 0 else "👍", "v", answer, 1),
        button("👎 ✓" if vote < 0 else "👎", "v", answer, -1),
    ]
    rows.append([*votes, button(say("more", language), "m", answer, 0)] if more else votes)
    rows += [[button(f"❓ {question}", "r", answer, n)] for n, question in enumerate(related)]
    return InlineKeyboardMarkup(rows)


def pages_keyboard(kind: str, *parts: object, page: int, pages: int) -> InlineKeyboardMarkup | None:
    """Back and on, with the page's number between; None where there is one page only."""
    if pages < 2:
        return None
    row = [button(f"{page + 1} / {pages}", "_")]
    if page > 0:
        row.insert(0, button("◀", kind, *parts, page - 1))
    if page < pages - 1:
        row.append(button("▶", kind, *parts, page + 1))
    return InlineKeyboardMarkup([row])


def turning_keyboard(kind: str, *parts: object, page: int, is_last: bool) -> list[InlineKeyboardButton]:
    """Back and on through a list whose length is not known."""
    row = []
    if page > 0:
        row.append(button("◀", kind, *parts, page - 1))
    if not is_last:
        row.append(button("▶", kind, *parts, page + 1))
    return row

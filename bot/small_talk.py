"""Greetings, thanks and questions about the bot itself: a fitting short reply, without a search."""

from __future__ import annotations

import re

from bot.answer import Language
from bot.phrases import phrase

_MARKS = r"[\s!！。.,，~～?？、]*"
_KINDS = {
    "greeting": (
        r"(?:你|您)好(?:呀|啊|吗)?|大家好|哈喽|嗨|在吗|(?:早上|上午|中午|下午|晚上)好|早安"
        r"|hi|hello|hey|good (?:morning|afternoon|evening)"
    ),
    "thanks": (
        r"(?:非常|多|十分)?(?:谢谢|感谢|謝謝)(?:你|您|啦|了)?|多谢|辛苦了|thanks?(?: you)?(?: very much| a lot)?|thx"
    ),
    "goodbye": r"再见|再會|拜拜|bye(?:-?bye)?|goodbye|see you",
    "abilities": (
        r"(?:请问)?(?:你|您)(?:是谁|是什么|叫什么(?:名字)?|能做(?:些)?什么|能干(?:嘛|什么)|会(?:做)?什么|有什么(?:功能|用))"
        r"|(?:怎么|如何)(?:用|使用|提问)|帮助|help|who are you|what (?:can|do) you do|what are you|how does this work"
    ),
}
_PATTERNS = {
    name: re.compile(f"{_MARKS}(?:{pattern}){_MARKS}(?:呀|啊|呢|吗|嘛|吧)?{_MARKS}", re.I)
    for name, pattern in _KINDS.items()
}


def small_talk(text: str, language: Language) -> str | None:
    """The reply where `text` is nothing but small talk; None for anything to search for."""
    for name, pattern in _PATTERNS.items():
        if pattern.fullmatch(text):
            return phrase(name, language)
    return None

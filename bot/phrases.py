"""Every sentence of ours that an answer may hold, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.answer import Language

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")

_PHRASES: Mapping[str, Mapping[Language, str]] = {
    "refused": {
        "zh": "档案里没有找到能回答这个问题的内容。",
        "en": "The archive does not hold an answer to this question.",
    },
    "refused_nearest": {
        "zh": "档案里没有找到能回答这个问题的内容。下面几篇可能相关：",
        "en": "The archive does not hold an answer to this question. These articles come nearest:",
    },
    "empty_archive": {
        "zh": "档案还是空的，请先放入文章。",
        "en": "The archive is still empty; put articles in first.",
    },
    "empty_question": {"zh": "请输入问题。", "en": "Please type a question."},
    "long_question": {
        "zh": "问题太长：有{length}个字，最多{most}个字。",
        "en": "The question is too long: it has {length} characters, and {most} is the most.",
    },
    "quoted": {"zh": "", "en": "From the archive, in its own words: "},
}


def phrase(name: str, language: Language, **values: int) -> str:
    """A fixed phrase, with `values` in their places."""
    return _PHRASES[name][language].format(**values)


def language_of(question: str) -> Language:
    """The language that a question is answered in: English where it has Latin letters and no Chinese."""
    return "en" if _LATIN.search(question) and not _CJK.search(question) else "zh"


def suggestion(title: str, language: Language) -> str:
    """A question to begin with, about an article."""
    return f"“{title}”说了什么？" if language == "zh" else f"What does “{title}” say?"

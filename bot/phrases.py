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
    "refused_missing": {
        "zh": "档案里没有找到能回答这个问题的内容：最接近的文章没有提到“{name}”。下面几篇可能相关：",
        "en": "The archive does not hold an answer to this question: the nearest article does not mention “{name}”. "
        "These come nearest:",
    },
    "caution": {"zh": "不十分确定，请核对原文：", "en": "Not quite certain, please check the source: "},
    "greeting": {
        "zh": "您好！请直接提问，我会从档案的文章里找答案，并标明出处。",
        "en": "Hello! Ask a question, and I look for the answer in the archive's articles and quote the source.",
    },
    "thanks": {"zh": "不客气，还有问题请接着问。", "en": "You are welcome. Ask on if there is more."},
    "goodbye": {"zh": "再见！", "en": "Goodbye!"},
    "abilities": {
        "zh": "我只根据这里收录的报纸文章回答问题：先给简短答案，再引用原文的句子和出处；文章里没有的，我会直说没有。",
        "en": "I answer from the newspaper articles kept here only: a short answer, then the sentence it rests on and "
        "its source. What the articles do not say, I say that they do not.",
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
    "byline": {"zh": "《{title}》的署名：{names}", "en": "Byline of “{title}”: {names}"},
    "part_missing": {"zh": "{name}：档案里没有找到。", "en": "{name}: not in the archive."},
    "differs": {"zh": "另一篇文章（{date}）说法不同：", "en": "Another article ({date}) says otherwise: "},
    "differs_undated": {"zh": "另一篇文章说法不同：", "en": "Another article says otherwise: "},
    "quoted": {"zh": "", "en": "From the archive, in its own words: "},
}


def phrase(key: str, language: Language, **values: int | str) -> str:
    """A fixed phrase, with `values` in their places."""
    return _PHRASES[key][language].format(**values)


def language_of(question: str) -> Language:
    """The language that a question is answered in: English where it has Latin letters and no Chinese."""
    return "en" if _LATIN.search(question) and not _CJK.search(question) else "zh"


def suggestion(title: str, language: Language) -> str:
    """A question to begin with, about an article."""
    if language == "zh":
        return f"《{title.replace('《', '〈').replace('》', '〉')}》说了什么？"
    return f"What does “{title}” say?"

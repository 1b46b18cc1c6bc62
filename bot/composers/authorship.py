"""Who wrote it: an article's byline, which stands beside its text and not in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answer import Language
from bot.composers.extractive import Composition, cite
from bot.composers.question_kind import QuestionKind, expectation
from bot.phrases import phrase
from retrieval.hit import Hit
from retrieval.sentences import sentences

_AUTHOR = re.compile(
    r"作者|谁写|誰寫|谁采写|谁采访|哪(?:位|个|几位|几个|些)(?:记者|通讯员)|(?:记者|通讯员)(?:是谁|有谁|叫什么|是哪|有哪|都有)|署名|撰稿人?"
    r"|\bwho (?:wrote|reported)\b|\bauthors?\b|\breporters?\b",
    re.I,
)
_ELSE = re.compile(r"投稿|发布会|征文|作者说|采访了|提问|\bhow many\b", re.I)
_ARTICLE = re.compile(
    r"报道|報道|报导|文章|稿|新闻|新聞|消息|通讯(?!员)|特写|[这那]篇|\b(?:article|story|report|piece)\b", re.I
)


def asks_for_author(question: str) -> bool:
    """Whether `question` asks who wrote an article of the archive, not who wrote what an article speaks of."""
    if expectation(question).kind not in (QuestionKind.PERSON, QuestionKind.OTHER) or _ELSE.search(question):
        return False
    return bool(_AUTHOR.search(question) and _ARTICLE.search(question))


def byline(hits: Sequence[Hit], authors: Sequence[str], language: Language) -> Composition | None:
    """The `authors` of the article of the first of `hits`, with the sentence found there; None where none is known."""
    if not authors or not hits:
        return None
    best = hits[0]
    span = next(iter(sentences(best.passage.text)), None)
    if span is None:
        return None
    citation = cite(best, *span)
    names = ("、" if language == "zh" else ", ").join(authors)
    said = phrase("byline", language, title=best.title or "—", names=names)
    return Composition(
        f"{said}\n{citation.quote} [1]", False, best.relevance, (citation,), short_answer="、".join(authors)
    )

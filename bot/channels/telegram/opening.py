"""What buttons open: sources, articles and their pages, further passages, lists; votes and related questions."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import partial
from typing import Any

from telegram import CallbackQuery, InlineKeyboardMarkup
from telegram.error import BadRequest

from bot.answer import Language
from bot.channels.telegram.asking import keyboard_of
from bot.channels.telegram.keyboards import AnswerId, button, pages_keyboard, turning_keyboard
from bot.channels.telegram.parts import Room
from bot.channels.telegram.phrases import say
from bot.channels.telegram.render import article_pages, articles_spans, hits_spans, page_of, source_spans
from bot.channels.telegram.showing import Place
from bot.channels.telegram.text import Span
from retrieval.article import Article
from retrieval.hit import Hit
from retrieval.passage import Passage

HITS_A_PAGE = 4
ARTICLES_A_PAGE = 6
_MOST_SEARCH_PAGES = 10
Opened = tuple[list[Span], InlineKeyboardMarkup | None]


class Opening(Room):
    """Makes what is opened; the sending is the caller's, but for sources, which come as new messages."""

    async def article(self, article_id: str, page: int, language: Language) -> Opened | None:
        """A page of an article, None where there is none any more."""
        article = await self._article(article_id)
        if article is None:
            return None
        pages = await self._desk.run(lambda: article_pages(article, language))
        page = max(0, min(page, len(pages) - 1))
        name = await self._memory.link(article_id)
        return pages[page], pages_keyboard("p", name, page=page, pages=len(pages))

    async def source(self, record: dict[str, Any], number: int, language: Language) -> Opened | None:
        """One source of an answer, with a button to the whole article."""
        citations = record["citations"]
        if not citations:  # a refusal's nearest articles have no quote
            nearest = record["nearest"]
            return await self.article(nearest[number]["article_id"], 0, language) if number < len(nearest) else None
        if number >= len(citations):
            return None
        one = citations[number]
        article = await self._article(one["article_id"])
        changed = article is None or article.body[one["start"] : one["end"]] != one["quote"]
        keyboard = None
        if article is not None:
            page = await self._desk.run(partial(page_of, article, one["start"])) if not changed else 0
            name = await self._memory.link(article.article_id)
            keyboard = InlineKeyboardMarkup([[button(say("whole_article", language), "p", name, page)]])
        return source_spans(one, language, changed=changed), keyboard

    async def more(self, answer: AnswerId, record: dict[str, Any], page: int, language: Language) -> Opened | None:
        """Further passages for an answer."""
        first = page * HITS_A_PAGE
        wanted = record["more"][first : first + HITS_A_PAGE]
        hits = [hit for hit in [await self._hit(*one) for one in wanted] if hit]
        if not hits:
            return None
        is_last = first + HITS_A_PAGE >= len(record["more"])
        rows = [await self._openers(hits, first + 1), turning_keyboard("m", answer, page=page, is_last=is_last)]
        return hits_spans(say("further", language), hits, first + 1, language), _keyboard(rows)

    async def search(self, user: int, words: str, page: int, language: Language) -> Opened | None:
        """A page of the passages for some words, None where there is none."""
        first, era = page * HITS_A_PAGE, self._memory.era(user)
        limit = first + HITS_A_PAGE + 1
        result = await self._desk.run(lambda: self._desk.searcher.search(words, limit=limit))
        hits = result.hits[first : first + HITS_A_PAGE]
        if not hits:
            return None
        name = await self._memory.keep_search(user, words, era)
        is_last = len(result.hits) < limit or page + 1 >= _MOST_SEARCH_PAGES
        rows = [await self._openers(hits, first + 1), turning_keyboard("f", user, name, page=page, is_last=is_last)]
        return hits_spans(say("found", language, words=words), hits, first + 1, language), _keyboard(rows)

    async def latest(self, page: int, language: Language) -> Opened | None:
        """A page of the list of articles, newest first."""
        first = page * ARTICLES_A_PAGE
        store = self._desk.archive.store
        found = await self._desk.run(lambda: list(store.articles(limit=ARTICLES_A_PAGE + 1, offset=first)))
        articles = found[:ARTICLES_A_PAGE]
        if not articles:
            return None
        names = [await self._memory.link(one.article_id) for one in articles]
        openers = [button(f"📄 {first + n}", "o", name) for n, name in enumerate(names, 1)]
        rows = [openers, turning_keyboard("l", page=page, is_last=len(found) <= ARTICLES_A_PAGE)]
        return articles_spans(say("latest", language), articles, first + 1, language), _keyboard(rows)

    async def vote(self, query: CallbackQuery, answer: AnswerId, vote: int) -> str:
        """Keep a vote; the sentence to say. In a private chat the buttons show it."""
        record = await self._memory.answer(answer)
        if record is None:
            return "gone"
        if not await self._memory.vote(answer, query.from_user.id, vote):
            return "voted_already"
        if answer.chat > 0:
            with contextlib.suppress(BadRequest):  # the message is gone, or a later press has shown its vote already
                await query.edit_message_reply_markup(keyboard_of(answer, record, vote))
        return "voted"

    async def send(self, place: Place, opened: Opened) -> None:
        """Send what was opened as a message of its own."""
        await self._sender.send(place, *opened)

    async def _openers(self, hits: Sequence[Hit], first: int) -> list[Any]:
        names = [await self._memory.link(hit.passage.article_id) for hit in hits]
        return [button(f"📄 {number}", "o", name) for number, name in enumerate(names, first)]

    async def _article(self, article_id: str) -> Article | None:
        return await self._desk.run(lambda: self._desk.archive.store.article(article_id))

    async def _hit(self, article_id: str, start: int, end: int) -> Hit | None:
        article = await self._article(article_id)
        if article is None or not article.body[start:end].strip():
            return None
        passage = Passage(0, article_id, article.body[start:end], start, end)
        return Hit(passage, article.title, article.published, article.source, 0.0, 0.0, None)


def _keyboard(rows: list[list[Any]]) -> InlineKeyboardMarkup | None:
    kept = [row for row in rows if row]
    return InlineKeyboardMarkup(kept) if kept else None
